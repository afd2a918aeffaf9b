//! Dots of curves in cells: Braille, eight in a cell, or full stops if there is only ASCII.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::look::Look;

/// Bits of a Braille character: left column downwards, then right.
const BRAILLE: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// The cells of a plot, and the dots in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DotGrid {
    /// the cells
    pub(crate) area: Rect,
    /// dots of a cell, across and down
    pub(crate) dots: (u16, u16),
}

impl DotGrid {
    /// The grid of an area.
    pub(crate) fn new(area: Rect, look: &Look) -> Self {
        Self { area, dots: if look.glyphs.ascii_only { (1, 1) } else { (2, 4) } }
    }

    /// Dots from the left to the right.
    pub(crate) fn across(&self) -> u16 {
        self.area.width * self.dots.0
    }

    /// Dots from the top to the bottom.
    pub(crate) fn down(&self) -> u16 {
        self.area.height * self.dots.1
    }

    /// Adds a dot to the dots in its cell.
    pub(crate) fn put(&self, (x, y): (u16, u16), look: &Look, style: Style, buffer: &mut Buffer) {
        let Some(cell) = buffer.cell_mut((self.area.x + x / self.dots.0, self.area.y + y / self.dots.1))
        else {
            return;
        };
        if look.glyphs.ascii_only {
            cell.set_symbol(look.glyphs.wanted).set_style(style);
            return;
        }
        let bit = BRAILLE[usize::from(x % 2)][usize::from(y % 4)];
        let there = cell.symbol().chars().next().map_or(0, u32::from).wrapping_sub(0x2800);
        let bits = if there < 0x100 { there as u8 } else { 0 } | bit;
        cell.set_char(char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' ')).set_style(style);
    }
}

/// A style that keeps nothing of the cell's style before.
pub(crate) fn over(style: Style) -> Style {
    Style::reset().patch(style)
}
