//! The deck: the card of the screen, the ideas, and all keys and panes; and the search over all of them.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::drawn::{paragraph, wrapped};
use super::ideas::IDEAS;
use crate::tui::keymap::{Binding, Keymap};
use crate::tui::screens::screen::ScreenFacts;
use crate::tui::screens::{all_facts, every_screen, explained, listed_keymaps};
use crate::tui::view::ScreenView;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::frame_lines::filter_line;

/// The card of the screen, the ideas, the card of all keys.
pub(super) const CARDS: usize = IDEAS.len() + 2;

/// Width of the keys and of the panes' names.
const LABELS: usize = 17;

/// The title of the last card.
const ALL: &str = "all keys and panes";

/// An entry under a label.
fn entry(view: &ScreenView<'_>, label: &str, style: Style, text: &str, width: usize) -> Vec<Line<'static>> {
    let (text, label) = (view.look.glyphs.write(text), view.look.glyphs.write(label));
    let mut lines = Vec::new();
    let mut beside = label.as_str();
    if Span::raw(beside).width() >= LABELS {
        lines.extend(paragraph(beside, view.look, style, width));
        beside = "";
    }
    let labels = std::iter::once(beside).chain(std::iter::repeat(""));
    for (row, label) in wrapped(&text, width - LABELS).into_iter().zip(labels) {
        let label = Span::styled(format!("{label:<LABELS$}"), style);
        lines.push(Line::from(vec![label, Span::styled(row, view.look.theme.text)]));
    }
    lines
}

/// The lines of a list of keys that pass, under its title; none where none passes.
fn keys(
    view: &ScreenView<'_>,
    keymap: &Keymap,
    passes: impl Fn(&str, &str) -> bool,
    width: usize,
) -> Vec<Line<'static>> {
    let names = |binding: &Binding| -> String {
        let keys: Vec<String> = binding.keys.iter().map(|key| key.name()).collect();
        keys.join(" ")
    };
    let rows = keymap.bindings.iter().map(|binding| (names(binding), binding.help));
    let rows: Vec<(String, &str)> = rows.filter(|(keys, help)| passes(keys, help)).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::styled(keymap.title, view.look.theme.title)];
    for (keys, help) in rows {
        lines.extend(entry(view, &keys, view.look.theme.key, help, width));
    }
    lines.push(Line::default());
    lines
}

/// The panes of all screens and overlays.
fn panes() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    explained().into_iter().flat_map(|(_, panes)| panes)
}

/// The facts of the screen on view.
fn shown(view: &ScreenView<'_>) -> Option<&'static ScreenFacts> {
    all_facts().into_iter().find(|facts| facts.name == view.screen)
}

/// The title of a card.
pub(super) fn title<'a>(view: &ScreenView<'a>, card: usize) -> &'a str {
    match card {
        0 => view.screen,
        _ => IDEAS.get(card - 1).map_or(ALL, |idea| idea.title),
    }
}

/// The lines of a card.
pub(super) fn card(view: &ScreenView<'_>, card: usize, width: usize) -> Vec<Line<'static>> {
    let look = view.look;
    match card.checked_sub(1).map(|idea| IDEAS.get(idea)) {
        None => of_screen(view, width),
        Some(Some(idea)) => {
            let mut lines = (idea.drawn)(view.scene.snapshot, look, width);
            for text in idea.texts {
                lines.push(Line::default());
                lines.extend(paragraph(text, look, look.theme.text, width));
            }
            lines
        }
        Some(None) => everything(view, &|_: &str, _: &str| true, width),
    }
}

/// What the screen on view shows, then its keys.
fn of_screen(view: &ScreenView<'_>, width: usize) -> Vec<Line<'static>> {
    let (look, mut lines) = (view.look, Vec::new());
    for (pane, text) in shown(view).into_iter().flat_map(|facts| facts.panes) {
        lines.extend(entry(view, pane, look.theme.title, text, width));
    }
    lines.push(Line::default());
    let own = view.screen_keys;
    let mut tables = vec![own];
    tables.extend(own.adds.then(every_screen));
    for keymap in tables {
        lines.extend(keys(view, keymap, |_, _| true, width));
    }
    lines.pop();
    lines
}

/// All keys and panes that pass.
fn everything(
    view: &ScreenView<'_>,
    passes: &dyn Fn(&str, &str) -> bool,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for keymap in listed_keymaps() {
        lines.extend(keys(view, keymap, passes, width));
    }
    for (pane, text) in panes().filter(|(pane, text)| passes(pane, text)) {
        lines.extend(entry(view, pane, view.look.theme.title, text, width));
    }
    lines
}

/// The search: the ideas, keys and panes with a text.
pub(super) fn found(view: &ScreenView<'_>, filter: &Filter, width: usize) -> Vec<Line<'static>> {
    let (look, mut lines) = (view.look, vec![filter_line(filter, view.look, width)]);
    for idea in IDEAS {
        let texts: Vec<&str> = std::iter::once(idea.title).chain(idea.texts.iter().copied()).collect();
        if filter.lets_through(&texts) {
            lines.push(Line::styled(look.glyphs.write(idea.title), look.theme.title));
            for text in idea.texts {
                lines.extend(paragraph(text, look, look.theme.text, width));
            }
            lines.push(Line::default());
        }
    }
    lines.extend(everything(view, &|label, text| filter.lets_through(&[label, text]), width));
    if lines.len() == 1 {
        lines.extend(paragraph("No card and no key has this text.", look, look.theme.text, width));
    }
    lines
}
