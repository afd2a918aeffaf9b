//! Named bars, one above the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::cut;

/// Columns between a name and its bar.
const GAP: u16 = 2;

/// Most rows of a bar.
const TALLEST: u16 = 3;

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamedBar {
    /// its name, without numbers
    pub(crate) name: String,
    /// its length, from 0 to 1
    pub(crate) share: f64,
    /// its colour
    pub(crate) style: Style,
}

/// Draws as many bars as there are rows, as high as there is room for.
pub(crate) fn render(bars: &[NamedBar], look: &Look, area: Rect, buffer: &mut Buffer) {
    let width = |bar: &NamedBar| look.glyphs.write(&bar.name).chars().count() as u16;
    let names = bars.iter().map(width).max().unwrap_or(0).min(area.width / 2);
    let start = area.x + names + if names > 0 { GAP } else { 0 };
    let columns = area.right().saturating_sub(start);
    let each = (area.height / (bars.len() as u16).max(1)).clamp(1, TALLEST + 1);
    // A row between bars where there is room for one.
    let tall = each.saturating_sub(1).max(1);
    for (bar, top) in bars.iter().zip((area.y..area.bottom()).step_by(usize::from(each))) {
        let name = cut(&look.glyphs.write(&bar.name), usize::from(names), look);
        buffer.set_string(area.x, top, name, look.theme.text);
        let eighths = (bar.share.clamp(0.0, 1.0) * f64::from(columns) * 8.0).round() as u16;
        let eighths = eighths.max(u16::from(bar.share > 0.0));
        for y in top..(top + tall).min(area.bottom()) {
            for column in 0..eighths.div_ceil(8).min(columns) {
                let filled = (eighths - 8 * column).min(8);
                buffer.set_string(start + column, y, look.glyphs.bar[usize::from(filled)], bar.style);
            }
        }
    }
}
