//! Big digits: the font of 8×8 points, of half a row and a column each, or larger.

use font8x8::legacy::BASIC_LEGACY;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Figure, GAP};
use crate::tui::look::Look;

/// Points of a character, in each direction.
const POINTS: u16 = 8;

/// Most columns for a point.
const LARGEST: u16 = 3;

/// Columns of a text.
pub(super) fn width(text: &str, scale: u16) -> u16 {
    text.chars().count() as u16 * POINTS * scale
}

/// Rows of a text: a point is about as high as wide, but no less than a row where there are no half blocks.
pub(super) fn height(scale: u16, look: &Look) -> u16 {
    let rows = POINTS * scale;
    if look.glyphs.ascii_only { (rows / 2).max(POINTS) } else { rows / 2 }
}

/// The largest scale at which all figures stand side by side on at most half of the rows; `None` if there is none.
pub(super) fn scale(figures: &[Figure], look: &Look, area: Rect) -> Option<u16> {
    let width_at = |scale: u16| -> u32 {
        let each = figures
            .iter()
            .map(|figure| u32::from(width(&figure.value, scale).max(figure.name.chars().count() as u16)));
        each.sum::<u32>() + u32::from(GAP) * figures.len().saturating_sub(1) as u32
    };
    let fits = |scale: &u16| {
        !figures.is_empty()
            && width_at(*scale) <= u32::from(area.width)
            && height(*scale, look) < area.height / 2
    };
    (1..=LARGEST).rev().find(fits)
}

/// Whether the text has ink at a point; characters beyond ASCII have none.
fn has_ink(text: &[char], scale: u16, (x, y): (u16, u16)) -> bool {
    let (column, row) = (x / scale, y / scale);
    let glyph = text.get(usize::from(column / POINTS)).and_then(|&c| BASIC_LEGACY.get(c as usize));
    glyph.is_some_and(|rows| rows[usize::from(row % POINTS)] >> (column % POINTS) & 1 == 1)
}

/// Draws a text.
pub(super) fn render(text: &str, scale: u16, look: &Look, area: Rect, buffer: &mut Buffer) {
    let text: Vec<char> = text.chars().collect();
    let columns = (text.len() as u16 * POINTS * scale).min(area.width);
    let rows = height(scale, look);
    for row in 0..rows.min(area.height) {
        for column in 0..columns {
            let [upper, lower, both] = look.glyphs.halves;
            // The points of the row: two, or one where the row is a whole point.
            let point =
                |half: u16| has_ink(&text, scale, (column, (2 * row + half) * POINTS * scale / (2 * rows)));
            let drawn = match (point(0), point(1)) {
                (true, true) => both,
                (true, false) => upper,
                (false, true) => lower,
                (false, false) => continue,
            };
            buffer.set_string(area.x + column, area.y + row, drawn, look.theme.title);
        }
    }
}
