//! The confusion matrix: a row for each label, a column for each prediction.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::LearnedOutput;
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::needs;

/// Columns of the labels: the digits of a class and a mark.
const LABELS: u16 = 4;

/// Columns and rows that the pane uses, its frame included: with counts in full.
pub(super) fn size(output: &LearnedOutput) -> (u16, u16) {
    let classes = output.confusion.len() as u16;
    (LABELS + classes * cell(output) + 2, classes + 3)
}

/// Columns and rows with shares of a label in percent instead.
pub(super) fn size_in_percent(output: &LearnedOutput) -> (u16, u16) {
    let classes = output.confusion.len() as u16;
    (LABELS + classes * PERCENT + 2, classes + 3)
}

/// Columns of a share in percent; three digits leave no room for a mark.
const PERCENT: u16 = 3;

/// Columns of a count and its mark.
fn cell(output: &LearnedOutput) -> u16 {
    let largest = output.confusion.iter().flatten().copied().max().unwrap_or(0);
    largest.to_string().len().max(2) as u16 + 1
}

/// Draws the matrix: counts, or shares of each label in percent if counts have no room.
pub(super) fn render(output: &LearnedOutput, look: &Look, area: Rect, buffer: &mut Buffer) {
    let classes = output.confusion.len();
    if classes == 0 {
        buffer.set_stringn(area.x, area.y, "counting", usize::from(area.width), look.theme.faint);
        return;
    }
    let is_counted = size(output).0 <= area.width + 2;
    let width = if is_counted { cell(output) } else { PERCENT };
    let shown = (usize::from(area.width.saturating_sub(LABELS) / width)).min(classes);
    if shown == 0 || area.height < 2 {
        needs((LABELS + width, 2), look, area, buffer);
        return;
    }
    let (label, prediction) = (output.label as usize, output.prediction as usize);
    let x_of = |column: usize| area.x + LABELS + column as u16 * width;
    let digits = usize::from(width);
    for column in 0..shown {
        let style = if column == prediction { look.theme.title } else { look.theme.faint };
        buffer.set_string(x_of(column), area.y, format!("{column:>digits$}"), style);
    }
    for ((row, counts), y) in output.confusion.iter().enumerate().zip(area.y + 1..area.bottom()) {
        let style = if row == label { look.theme.title } else { look.theme.faint };
        buffer.set_string(area.x, y, format!("{row:>2}"), style);
        let all: u64 = counts.iter().sum();
        for (column, &count) in counts.iter().take(shown).enumerate() {
            let text = match count {
                0 => look.glyphs.wanted.to_owned(),
                count if is_counted => count.to_string(),
                count => format!("{:.0}", 100.0 * count as f64 / all as f64),
            };
            let is_here = (row, column) == (label, prediction);
            let mark = if is_here && text.len() < digits { look.glyphs.pointer } else { "" };
            let style = match (is_here, row == column, count) {
                (true, ..) => look.theme.selected,
                (_, true, _) => look.theme.full,
                (_, _, 0) => look.theme.faint,
                _ => look.theme.text,
            };
            let text = format!("{:>digits$}", format!("{mark}{text}"));
            buffer.set_stringn(x_of(column), y, text, digits, style);
        }
    }
}
