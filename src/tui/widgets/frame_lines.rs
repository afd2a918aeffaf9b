//! What every screen has around its panes: the line on top, the line of keys, messages, frames.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use crate::report::text::grouped;
use crate::session::{Activity, RunState, Speed};
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::app::mouse::{Areas, Target};
use crate::tui::keymap::{Action, Binding, Context, applicable};
use crate::tui::screen::Screen;
use crate::tui::widgets::filter::Filter;
use crate::visible::{shortened, shortened_to};

/// Most characters of a preset's name on top.
const LONGEST_NAME: usize = 40;

/// Columns for what a table is narrowed by.
const FILTER_WIDTH: usize = 24;

/// The line on top. Where there is no room for the names of all screens, only the shown one is named.
pub(crate) struct Title<'a> {
    named: Line<'a>,
    short: Line<'a>,
    /// columns that `named` needs to say what is happening, and to which preset
    least: usize,
    areas: &'a Areas,
    look: Look,
}

impl Widget for Title<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let line = if self.least <= usize::from(area.width) { self.named } else { self.short };
        // The program's name comes first, then the screens.
        let (mut x, screens) = (area.x, [None].into_iter().chain(Screen::ALL.map(Some)));
        for (span, screen) in line.spans.iter().zip(screens) {
            let width = (span.width() as u16).min(area.right().saturating_sub(x));
            if let Some(screen) = screen {
                let tab = Rect { x, width, height: area.height.min(1), ..area };
                self.areas.add(tab, Target::Screen(screen));
            }
            x += width;
        }
        draw_line(&line, &self.look, area, buffer);
    }
}

/// Draws a line. What does not fit is cut, and the mark of a cut text stands at its end.
pub(crate) fn draw_line(line: &Line<'_>, look: &Look, area: Rect, buffer: &mut Buffer) {
    line.render(area, buffer);
    if line.width() > usize::from(area.width) && area.height > 0 {
        let mark = look.glyphs.pending;
        let at = area.right() - (mark.chars().count() as u16).min(area.width);
        buffer.set_stringn(at, area.y, mark, usize::from(area.right() - at), Style::new());
    }
}

/// A text in so many columns, the mark of a cut text at its end where it is one.
pub(crate) fn cut(text: &str, width: usize, look: &Look) -> String {
    if Span::raw(text).width() <= width {
        return text.to_owned();
    }
    let mark = look.glyphs.pending;
    let room = width.saturating_sub(mark.chars().count());
    let kept = text.chars().scan(0, |used, c| {
        *used += Span::raw(c.to_string()).width();
        (*used <= room).then_some(c)
    });
    kept.chain(mark.chars()).take(width).collect()
}

/// On the lower frame of a pane: which rows of how many are shown, where these are not all.
pub(crate) fn rows_of(
    what: &str,
    shown: std::ops::Range<usize>,
    all: usize,
    look: &Look,
    pane: Rect,
    buffer: &mut Buffer,
) {
    if shown.len() >= all || pane.height < 2 || pane.width < 8 {
        return;
    }
    let text = format!(" {what} {}-{} of {all} ", (shown.start + 1).min(shown.end), shown.end);
    let length = text.len() as u16;
    if length + 4 <= pane.width {
        buffer.set_string(pane.right() - 2 - length, pane.bottom() - 1, text, look.theme.text);
    }
}

/// Which screens there are, what is happening, and to what.
pub(crate) fn title<'a>(app: &'a App, look: &Look) -> Title<'a> {
    let (theme, glyphs, snapshot) = (look.theme, look.glyphs, &app.snapshot);
    let (mark, state, style) = if app.frozen && snapshot.state() != RunState::Failed {
        (glyphs.paused, "view frozen (s)".to_owned(), theme.bad)
    } else {
        run_state(app.latest.state(), look)
    };
    let screens = |named: bool| {
        let tab = move |screen: Screen| match screen == app.screen {
            true => Span::styled(format!(" {} {} ", screen.key(), screen.name()), theme.selected),
            false if named => Span::styled(format!(" {} {} ", screen.key(), screen.name()), theme.faint),
            false => Span::styled(format!(" {} ", screen.key()), theme.faint),
        };
        let mut line = Line::from(Span::styled("slth ", theme.title));
        line.extend(Screen::ALL.map(tab));
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
    let about =
        [Span::styled(glyphs.separator, theme.faint), Span::raw(shortened(&snapshot.experiment.title))];
    named.extend(about.clone());
    short.extend(about);
    Title { named, short, least, areas: &app.areas, look: *look }
}

/// The mark, the words and the colour of a run's state: the same on every screen.
fn run_state(state: RunState, look: &Look) -> (&'static str, String, Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
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
            (glyphs.good, "done: the ticket holds".to_owned(), theme.good)
        }
        RunState::Done { not_completed: 1, lanes: 1, .. } => {
            (glyphs.bad, "done: not completed".to_owned(), theme.bad)
        }
        RunState::Done { holding: 0, lanes: 1, .. } => {
            (glyphs.bad, "done: the ticket does not hold".to_owned(), theme.bad)
        }
        RunState::Done { holding, lanes, .. } if holding == lanes => {
            (glyphs.good, "done: all tickets hold".to_owned(), theme.good)
        }
        RunState::Done { holding, lanes, .. } => {
            (glyphs.bad, format!("done: {holding} of {lanes} tickets hold"), theme.bad)
        }
    }
}

/// Neurons per second of a run.
pub(crate) fn speed(speed: Speed) -> String {
    match speed {
        Speed::PerSecond(speed) => format!("{}/s", grouped(speed as i64)),
        Speed::FlatOut => "flat out".to_owned(),
    }
}

/// The first of these texts that fits, the last one if none does.
pub(crate) fn fitting(variants: Vec<String>, width: u16) -> String {
    let width = usize::from(width);
    let fits = variants.iter().position(|text| text.chars().count() <= width);
    let chosen = fits.unwrap_or(variants.len().saturating_sub(1));
    variants.into_iter().nth(chosen).unwrap_or_default()
}

/// What a list or a table is narrowed by.
pub(crate) fn filter_line(filter: &Filter, look: &Look, width: usize) -> Line<'static> {
    let mut spans = vec![Span::styled("/", look.theme.key)];
    if filter.typing {
        spans.extend(filter.field.spans(look, width.saturating_sub(1)));
    } else {
        spans.push(Span::styled(format!("{} (Esc: all)", shortened(filter.field.text())), look.theme.text));
    }
    Line::from(spans)
}

/// What the screen's table is narrowed by; else what went wrong, if anything did; else what was done unseen.
pub(crate) fn message(app: &App, look: &Look) -> Option<Line<'static>> {
    if let (None, Some(filter)) = (&app.message, app.table_filter()) {
        let mut line = filter_line(filter, look, FILTER_WIDTH);
        line.spans.insert(0, Span::styled(" only rows with ", look.theme.faint));
        return Some(line);
    }
    if let (None, Some(notice)) = (&app.message, &app.notice) {
        return Some(Line::styled(format!(" {}", look.glyphs.write(notice)), look.theme.good));
    }
    let text = match (&app.message, &app.latest.activity) {
        (Some(message), _) => format!(" {}", look.glyphs.write(message)),
        (None, Activity::Failed(message)) => format!(" internal error: {}", look.glyphs.write(message)),
        (None, _) => return None,
    };
    Some(Line::styled(text, look.theme.bad))
}

/// As many keys as fit, the help and the way out always among them.
pub(crate) fn keys(context: Context, look: &Look, width: u16) -> Line<'static> {
    let width_of = |binding: &Binding| binding.keys[0].name().len() + binding.label.len() + 3;
    let closes = applicable(context).any(|binding| binding.action == Action::Close);
    let always = |binding: &Binding| match binding.action {
        Action::OpenHelp | Action::Close => true,
        Action::Quit => !closes,
        _ => false,
    };
    let kept: usize = applicable(context).filter(|binding| always(binding)).map(width_of).sum();
    let mut left = usize::from(width).saturating_sub(kept);
    let mut spans = Vec::new();
    let mut full = false;
    for binding in applicable(context) {
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

/// Draws a frame with a title and returns what is left inside.
pub(crate) fn pane(title: &str, look: &Look, area: Rect, buffer: &mut Buffer) -> Rect {
    let block =
        Block::bordered().border_set(look.glyphs.border).border_style(look.theme.faint).title(Span::styled(
            format!(" {} ", cut(title, usize::from(area.width.saturating_sub(4)), look)),
            look.theme.title,
        ));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// Says that there is no room, as far as there is.
pub(crate) fn too_small(look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height > 0 {
        buffer.set_stringn(area.x, area.y, "too small", usize::from(area.width), look.theme.faint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs;
    use crate::tui::look::theme;

    #[test]
    fn what_is_cut_says_so() {
        let looks = [glyphs::UNICODE, glyphs::ASCII].map(|glyphs| Look { theme: theme::MONO, glyphs });
        let shown = |text: &str, look: &Look, width: u16| {
            let area = Rect::new(0, 0, width, 1);
            let mut buffer = Buffer::empty(area);
            draw_line(&Line::raw(text.to_owned()), look, area, &mut buffer);
            let drawn: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
            assert_eq!(drawn.trim_end(), cut(text, usize::from(width), look).trim_end());
            drawn
        };
        assert_eq!(looks.map(|look| shown("2,720 weights", &look, 8)), ["2,720 w…", "2,720..."]);
        assert_eq!(looks.map(|look| shown("2,720", &look, 5)), ["2,720", "2,720"]);
        assert_eq!(looks.map(|look| shown("2,720", &look, 2)), ["2…", ".."]);
        assert_eq!(looks.map(|look| shown("2,720", &look, 0)), ["", ""]);
    }
}
