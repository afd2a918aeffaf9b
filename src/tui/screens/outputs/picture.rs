//! A square picture in cells: two pixels of grey a cell, or a pixel of two characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::session::Picture;
use crate::tui::look::Look;

/// How pixels are laid into cells, which are about twice as high as wide.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Grain {
    /// two in a cell, one above the other, in the theme's greys
    Halves,
    /// one in two cells side by side, by characters
    Shades,
}

impl Grain {
    fn of(look: &Look) -> Self {
        if look.theme.greys.is_empty() || look.glyphs.ascii_only { Self::Shades } else { Self::Halves }
    }

    /// Pixels that fit into an area, down and across.
    fn room(self, width: u16, height: u16) -> usize {
        usize::from(match self {
            Self::Halves => width.min(height.saturating_mul(2)),
            Self::Shades => (width / 2).min(height),
        })
    }

    fn rows(self, pixels: usize) -> u16 {
        let rows = if self == Self::Halves { pixels.div_ceil(2) } else { pixels };
        rows.try_into().unwrap_or(u16::MAX)
    }

    fn columns(self, pixels: usize) -> u16 {
        pixels.saturating_mul(if self == Self::Shades { 2 } else { 1 }).try_into().unwrap_or(u16::MAX)
    }
}

/// A whole multiple of the picture's side, or all the room there is.
fn pixels(side: usize, room: usize) -> usize {
    if room < side { room } else { room - room % side }
}

/// Columns that a picture of this side takes in so many rows.
pub(super) fn columns(side: usize, look: &Look, rows: u16) -> u16 {
    let grain = Grain::of(look);
    grain.columns(pixels(side, grain.room(u16::MAX, rows)))
}

/// Pixels, down and across, that a picture of this side has in an area.
pub(super) fn size(side: usize, look: &Look, area: Rect) -> usize {
    pixels(side, Grain::of(look).room(area.width, area.height))
}

/// Draws the picture as large as it fits. How many pixels it has there, down and across, and how many rows it takes.
pub(super) fn render(picture: &Picture, look: &Look, area: Rect, buffer: &mut Buffer) -> (usize, u16) {
    let (grain, size) = (Grain::of(look), size(picture.side, look, area));
    // In the middle of the area from side to side.
    let left = area.x + area.width.saturating_sub(grain.columns(size)) / 2;
    match grain {
        Grain::Halves => {
            let greys = look.theme.greys;
            for row in 0..size.div_ceil(2) {
                for column in 0..size {
                    let grey = |row| greys[level(shade(picture, size, row, column), greys.len())];
                    let (upper, lower) = (grey(2 * row), (2 * row + 1 < size).then(|| grey(2 * row + 1)));
                    // Whole cells by their foreground: some terminals have fewer backgrounds.
                    let glyph = look.glyphs.halves[if lower == Some(upper) { 2 } else { 0 }];
                    let style = Style { fg: Some(upper), bg: lower, ..Style::new() };
                    buffer.set_string(left + column as u16, area.y + row as u16, glyph, style);
                }
            }
        }
        Grain::Shades => {
            let inks = look.glyphs.inks;
            for row in 0..size {
                for column in 0..size {
                    let glyph = inks[level(shade(picture, size, row, column), inks.len())];
                    for x in [2 * column, 2 * column + 1] {
                        buffer.set_string(left + x as u16, area.y + row as u16, glyph, look.theme.text);
                    }
                }
            }
        }
    }
    (size, grain.rows(size))
}

/// Which of so many steps a shade is.
fn level(shade: f64, steps: usize) -> usize {
    ((shade * (steps - 1) as f64).round() as usize).min(steps - 1)
}

/// A pixel of the picture brought to `size` pixels, a whole multiple of its own or fewer: the mean over what it covers.
fn shade(picture: &Picture, size: usize, row: usize, column: usize) -> f64 {
    let side = picture.side;
    if size >= side {
        return picture.shades[row * side / size * side + column * side / size];
    }
    let covered = |place: usize| {
        let (from, to) = ((place * side) as f64 / size as f64, ((place + 1) * side) as f64 / size as f64);
        (from as usize..side.min(to.ceil() as usize))
            .map(move |pixel| (pixel, to.min((pixel + 1) as f64) - from.max(pixel as f64)))
    };
    let (mut sum, mut weights) = (0.0, 0.0);
    for (y, height) in covered(row) {
        for (x, width) in covered(column) {
            sum += height * width * picture.shades[y * side + x];
            weights += height * width;
        }
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Picture {
        Picture::new(&(0..16).map(f64::from).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_larger_picture_repeats_its_pixels() {
        assert_eq!((pixels(4, 14), pixels(4, 4), pixels(4, 3)), (12, 4, 3));
        for (row, column) in [(0, 0), (5, 11), (11, 2)] {
            let original = picture().shades[row / 3 * 4 + column / 3];
            assert_eq!(shade(&picture(), 12, row, column), original);
        }
    }

    #[test]
    fn a_smaller_picture_is_averaged() {
        let expected = (0.0 + 1.0 + 4.0 + 5.0) / 4.0 / 15.0;
        assert!((shade(&picture(), 2, 0, 0) - expected).abs() < 1e-12);
        assert!((shade(&picture(), 1, 0, 0) - 0.5).abs() < 1e-12);
        let third = shade(&picture(), 3, 2, 2);
        assert!(third > 11.0 / 15.0 && third < 1.0);
    }

    #[test]
    fn steps_are_even() {
        assert_eq!([0.0, 0.1, 0.4, 0.5, 0.9, 1.0].map(|shade| level(shade, 5)), [0, 0, 2, 2, 4, 4]);
    }
}
