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
    let all = lines.iter().chain(&head);
    let width = all.map(Line::width).max().unwrap_or(0).max(title.len()) as u16 + 4;
    let heads = usize::from(head.is_some());
    let height = u16::try_from(lines.len() + heads + 2).unwrap_or(u16::MAX);
    let area = frame.area().centered(Constraint::Max(width), Constraint::Max(height));
    let block = Block::bordered()
        .border_set(look.glyphs.border)
        .border_style(look.theme.title)
        .title(Span::styled(format!(" {title} "), look.theme.title))
        .padding(Padding::horizontal(1));
    let inside = block.inner(area);
    let last = lines.len().saturating_sub(usize::from(inside.height).saturating_sub(heads));
    let scroll = scroll.min(last);
    let shown = head.into_iter().chain(lines.into_iter().skip(scroll));
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
