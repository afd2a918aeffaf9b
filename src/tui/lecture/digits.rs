//! Big digits: the font of 8×8 points, of half a row and a column each, or larger.

use font8x8::legacy::BASIC_LEGACY;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::number::NamedNumber;
use crate::tui::look::Look;

/// Columns between numbers.
pub(super) const GAP: u16 = 3;

/// Points of a character, in each direction.
const POINTS: u16 = 8;

/// Most columns for a point.
const LARGEST: u16 = 3;

/// Columns of a text.
fn width(text: &str, scale: u16) -> u16 {
    text.chars().count() as u16 * POINTS * scale
}

/// Rows of a text: a point is about as high as wide, but no less than a row where there are no half blocks.
pub(super) fn height(scale: u16, look: &Look) -> u16 {
    let rows = POINTS * scale;
    if look.glyphs.ascii_only { (rows / 2).max(POINTS) } else { rows / 2 }
}

/// How figures are laid out: their scale, and how many stand in each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DigitRows {
    pub(super) scale: u16,
    pub(super) rows: Vec<usize>,
}

impl DigitRows {
    /// The largest digits with which all figures find room in `area`, row by row; else the smallest with as many as do.
    /// `None` if there is no room for one.
    pub(super) fn of(figures: &[NamedNumber], look: &Look, area: Rect) -> Option<Self> {
        let all =
            |scale: &u16| Self::at(figures, *scale, look, area).rows.iter().sum::<usize>() == figures.len();
        let scale = (1..=LARGEST).rev().find(all).unwrap_or(1);
        Some(Self::at(figures, scale, look, area)).filter(|rows| !rows.rows.is_empty())
    }

    fn at(figures: &[NamedNumber], scale: u16, look: &Look, area: Rect) -> Self {
        let most = usize::from(area.height / (height(scale, look) + 1));
        let (mut rows, mut used) = (Vec::new(), 0);
        for figure in figures {
            let each = columns(figure, scale);
            if each > area.width {
                break;
            }
            if let Some(count) = rows.last_mut()
                && used + GAP + each <= area.width
            {
                *count += 1;
                used += GAP + each;
            } else if rows.len() < most {
                rows.push(1);
                used = each;
            } else {
                break;
            }
        }
        Self { scale, rows }
    }

    /// Rows of all, names included.
    pub(super) fn height(&self, look: &Look) -> u16 {
        self.rows.len() as u16 * (height(self.scale, look) + 1)
    }
}

/// Columns of a figure with its name.
pub(super) fn columns(figure: &NamedNumber, scale: u16) -> u16 {
    width(&figure.value, scale).max(figure.name.chars().count() as u16)
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
