//! The window around an overlay's lines, and its line of keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

use crate::tui::keymap::{Action, Keymap};
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::mark_cut;

/// The keys of an overlay, in one line.
pub(super) fn keys(keymap: &Keymap, look: &Look) -> Line<'static> {
    let shown = keymap.bindings.iter().filter(|binding| binding.action != Action::Quit);
    let keys: Vec<String> =
        shown.map(|binding| format!("{} {}", binding.keys[0].name(), binding.label)).collect();
    Line::styled(keys.join(look.glyphs.separator), look.theme.faint)
}

/// A list's title with the numbers of its rows above and below those shown.
pub(super) fn list_title(title: &str, above: usize, below: usize) -> String {
    match (above, below) {
        (0, 0) => title.to_owned(),
        (0, below) => format!("{title}, {below} more below"),
        (above, 0) => format!("{title}, {above} more above"),
        (above, below) => format!("{title}, {above} more above, {below} below"),
    }
}

/// Draws a window around these lines, scrolled down by so many, and returns its inside.
pub(super) fn window(
    frame: &mut Frame<'_>,
    look: &Look,
    title: &str,
    lines: Vec<Line<'_>>,
    scroll: usize,
) -> Rect {
    window_under(frame, look, title, None, lines, scroll)
}

/// [`window`] with a first line that stays in its place.
pub(super) fn window_under(
    frame: &mut Frame<'_>,
    look: &Look,
    title: &str,
    head: Option<Line<'_>>,
    lines: Vec<Line<'_>>,
    scroll: usize,
) -> Rect {
    let width = lines.iter().map(Line::width).max().unwrap_or(0);
    let line = |number: usize| lines[number].clone();
    let lines = WindowLines { head, count: lines.len(), width, line: &line };
    window_of(frame, look, title, lines, scroll)
}

/// The lines of a window, of which only those in sight are made.
pub(super) struct WindowLines<'a> {
    /// a line that stays above the others
    pub(super) head: Option<Line<'a>>,
    /// number of the others
    pub(super) count: usize,
    /// columns of the longest
    pub(super) width: usize,
    /// the line of a number from 0
    pub(super) line: &'a dyn Fn(usize) -> Line<'a>,
}

/// [`window`] of lines made when they are in sight.
pub(super) fn window_of(
    frame: &mut Frame<'_>,
    look: &Look,
    title: &str,
    lines: WindowLines<'_>,
    scroll: usize,
) -> Rect {
    let WindowLines { head, count, width, line } = lines;
    let width = width.max(head.as_ref().map_or(0, Line::width)).max(title.len());
    let width = u16::try_from(width + 4).unwrap_or(u16::MAX);
    let heads = usize::from(head.is_some());
    let height = u16::try_from(count + heads + 2).unwrap_or(u16::MAX);
    let area = frame.area().centered(Constraint::Max(width), Constraint::Max(height));
    let block = Block::bordered()
        .border_set(look.glyphs.border)
        .border_style(look.theme.title)
        .title(Span::styled(format!(" {title} "), look.theme.title))
        .padding(Padding::horizontal(1));
    let inside = block.inner(area);
    let last = count.saturating_sub(usize::from(inside.height).saturating_sub(heads));
    let scroll = scroll.min(last);
    let shown = head.into_iter().chain((scroll..count).map(line));
    let shown: Vec<Line<'_>> = shown.take(usize::from(inside.height)).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(shown.clone()).block(block), area);
    for (line, row) in shown.iter().zip(inside.rows()) {
        mark_cut(line, look, row, frame.buffer_mut());
    }
    more_below(frame, look, area, last > scroll);
    inside
}

fn more_below(frame: &mut Frame<'_>, look: &Look, area: Rect, more: bool) {
    let text = " j: more below ";
    if more && area.height > 0 && area.width > text.len() as u16 + 2 {
        frame.buffer_mut().set_string(area.x + 2, area.bottom() - 1, text, look.theme.key);
    }
}
