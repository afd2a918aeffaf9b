//! The frame around every screen: the title line with the screens and the run's state, and the footer of keys.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::app::App;
use super::keymap::{Action, Binding};
use super::lesson::strip;
use super::look::Look;
use super::overlays::{certificate, help};
use super::screens::Screens;
use super::screens::screen::Screen;
use super::widgets::clickable::{ClickTarget, Clickables};
use super::widgets::frame_lines::draw_line;
use super::widgets::unshowable::replace_unshowable;
use crate::session::RunState;
use crate::visible::{shortened, shortened_to};

/// Most characters of a preset's name in the title line.
const LONGEST_NAME: usize = 40;

/// Draws the screen with its title line and footer, the overlays and the question over it. Any size will do.
pub fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    app.clickables.clear();
    app.pictures.take();
    let area = frame.area();
    let [top, body, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let view = app.view(look);
    let rows = strip::height(&app.lesson, &app.snapshot, look, body);
    let [body, lesson] = Layout::vertical([Constraint::Fill(1), Constraint::Length(rows)]).areas(body);
    // The screen.
    let buffer = frame.buffer_mut();
    title(app, look).render(top, buffer);
    if app.is_lecture() {
        app.screen().lecture(&view).render(&view, body, buffer);
    } else {
        app.screen().render(&view, body, buffer);
    }
    keys(app, look, foot.width).render(foot, buffer);
    // During an edit, only keys reach the screen.
    if !app.screen().keymap().adds {
        app.clickables.add(area, ClickTarget::Nothing);
    }
    if app.overlay_name() != Some(certificate::NAME) {
        strip::render(&app.lesson, &app.snapshot, look, lesson, frame);
    }
    // The overlays, the topmost last.
    for overlay in app.open_overlays() {
        app.clickables.add(area, ClickTarget::Nothing);
        app.clickables.add(area, ClickTarget::Wheel(Action::Up, Action::Down));
        overlay.render(frame, &view);
    }
    // A step is about this overlay.
    if app.overlay_name() == Some(certificate::NAME) {
        strip::render(&app.lesson, &app.snapshot, look, lesson, frame);
    }
    if let Some(prompt) = &app.prompt {
        app.clickables.add(area, ClickTarget::Nothing);
        prompt.render(frame, look);
    }
    replace_unshowable(frame.buffer_mut(), look);
}

/// The line on top. If there is no room for the names of all screens, only the shown one is named.
struct Title<'a> {
    named: Line<'a>,
    short: Line<'a>,
    /// columns of `named` up to the name of the preset
    least: usize,
    /// how many screens there are
    screens: usize,
    clickables: &'a Clickables,
    look: Look,
}

impl Widget for Title<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let line = if self.least <= usize::from(area.width) { self.named } else { self.short };
        // The program's name comes first, then the screens.
        let (mut x, screens) = (area.x, std::iter::once(None).chain((0..self.screens).map(Some)));
        for (span, screen) in line.spans.iter().zip(screens) {
            let width = (span.width() as u16).min(area.right().saturating_sub(x));
            if let Some(screen) = screen {
                let tab = Rect { x, width, height: area.height.min(1), ..area };
                self.clickables.add(tab, ClickTarget::Tab(screen));
            }
            x += width;
        }
        draw_line(&line, &self.look, area, buffer);
    }
}

/// The screens, the state of the run, and the name of its setup.
fn title<'a>(app: &'a App, look: &Look) -> Title<'a> {
    let (theme, glyphs, snapshot) = (look.theme, look.glyphs, &app.snapshot);
    let (mark, state, style) = if app.frozen && snapshot.state() != RunState::Failed {
        (glyphs.paused, "view frozen (s)".to_owned(), theme.bad)
    } else {
        run_state(app.latest.state(), !app.latest.learned.is_empty(), look)
    };
    let screens = |named: bool| {
        let tab = |(place, screen): (usize, &dyn Screen)| {
            let (number, name) = (place + 1, screen.facts().name);
            match place == app.shown() {
                true => Span::styled(format!(" {number} {name} "), theme.selected),
                false if named => Span::styled(format!(" {number} {name} "), theme.faint),
                false => Span::styled(format!(" {number} "), theme.faint),
            }
        };
        let mut line = Line::from(Span::styled("slth ", theme.title));
        if app.is_lecture() {
            line.push_span(Span::styled(format!(" {} ", app.screen_name()), theme.selected));
        } else {
            line.extend(app.screens.all().into_iter().enumerate().map(tab));
        }
        line
    };
    let happening = [
        Span::styled(format!(" {mark} {state}"), style),
        Span::styled(glyphs.separator, theme.faint),
        Span::styled(shortened_to(&snapshot.experiment.name, LONGEST_NAME), theme.title),
    ];
    let (mut named, mut short) = (screens(true), screens(false));
    named.extend(happening.clone());
    short.extend(happening);
    let least = named.width();
    // The title of a bare weight file is its name. Most titles have numbers.
    if snapshot.experiment.title != snapshot.experiment.name && !app.is_lecture() {
        let about =
            [Span::styled(glyphs.separator, theme.faint), Span::raw(shortened(&snapshot.experiment.title))];
        named.extend(about.clone());
        short.extend(about);
    }
    Title {
        named,
        short,
        least,
        screens: if app.is_lecture() { 0 } else { Screens::COUNT },
        clickables: &app.clickables,
        look: *look,
    }
}

/// The mark, the words and the colour of a run's state: the same on every screen. Beside learned lanes, where only the tickets of
/// constructions have a verdict, these are named.
fn run_state(state: RunState, has_learned: bool, look: &Look) -> (&'static str, String, Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let of = if has_learned { "constructed " } else { "" };
    match state {
        RunState::Failed => (glyphs.bad, "the engine has failed".to_owned(), theme.bad),
        RunState::Running => (glyphs.running, "running".to_owned(), theme.good),
        RunState::Stepping => (glyphs.running, "stepping".to_owned(), theme.good),
        RunState::GoingBack => (glyphs.running, "going back".to_owned(), theme.good),
        RunState::Paused { done: 0, .. } => (glyphs.paused, "paused".to_owned(), theme.text),
        RunState::Paused { done, lanes } => {
            (glyphs.paused, format!("paused: {done} of {lanes} lanes done"), theme.text)
        }
        RunState::Done { holding: 1, lanes: 1, .. } => {
            (glyphs.good, format!("done: the {of}ticket holds"), theme.good)
        }
        RunState::Done { not_completed: 1, lanes: 1, .. } => {
            (glyphs.bad, "done: not completed".to_owned(), theme.bad)
        }
        RunState::Done { holding: 0, lanes: 1, .. } => {
            (glyphs.bad, format!("done: the {of}ticket does not hold"), theme.bad)
        }
        RunState::Done { holding, lanes, .. } if holding == lanes => {
            (glyphs.good, format!("done: all {of}tickets hold"), theme.good)
        }
        RunState::Done { holding, lanes, .. } => {
            (glyphs.bad, format!("done: {holding} of {lanes} {of}tickets hold"), theme.bad)
        }
    }
}

/// As many keys as fit, the help and the way out always among them.
fn keys(app: &App, look: &Look, width: u16) -> Line<'static> {
    let width_of = |binding: &Binding| binding.keys[0].name().len() + binding.label.len() + 3;
    let closes = app.bindings().any(|binding| binding.action == Action::Close);
    let always = |binding: &Binding| match binding.action {
        Action::Open(help::NAME) | Action::Close => true,
        Action::Quit => !closes,
        _ => false,
    };
    // A lecture has no numbers beside its own.
    let is_left_out = |row: &Binding| app.is_lecture() && matches!(row.action, Action::Show(_));
    let offered: Vec<&Binding> = app.offered().filter(|row| !is_left_out(row)).collect();
    let kept: usize = offered.iter().filter(|binding| always(binding)).map(|binding| width_of(binding)).sum();
    let mut left = usize::from(width).saturating_sub(kept);
    let mut spans = Vec::new();
    let mut full = false;
    for binding in offered {
        if !always(binding) {
            full |= width_of(binding) > left;
            if full {
                continue;
            }
            left -= width_of(binding);
        }
        spans.push(Span::styled(format!(" {} ", binding.keys[0].name()), look.theme.key));
        spans.push(Span::styled(format!("{} ", binding.label), look.theme.faint));
    }
    Line::from(spans)
}
