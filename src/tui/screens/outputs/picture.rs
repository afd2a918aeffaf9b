//! A picture in cells: two pixels of grey a cell, or a pixel of two characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::session::Picture;
use crate::tui::look::Look;
use crate::tui::widgets::pictures::{GreyPicture, Pictures};

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

    /// Rows and columns of pixels that fit into an area.
    fn room(self, width: u16, height: u16) -> (usize, usize) {
        match self {
            Self::Halves => (usize::from(height) * 2, width.into()),
            Self::Shades => (height.into(), (width / 2).into()),
        }
    }

    fn rows(self, pixels: usize) -> u16 {
        let rows = if self == Self::Halves { pixels.div_ceil(2) } else { pixels };
        rows.try_into().unwrap_or(u16::MAX)
    }

    fn columns(self, pixels: usize) -> u16 {
        pixels.saturating_mul(if self == Self::Shades { 2 } else { 1 }).try_into().unwrap_or(u16::MAX)
    }
}

/// Whole multiples of the picture's rows and columns, or as many as there is room for.
fn pixels((rows, columns): (usize, usize), (down, across): (usize, usize)) -> (usize, usize) {
    let times = (down / rows).min(across / columns);
    if times > 0 {
        (rows * times, columns * times)
    } else if across * rows <= down * columns {
        ((rows * across / columns).max(1), across)
    } else {
        (down, (columns * down / rows).max(1))
    }
}

/// Columns that a channel of a picture takes in so many rows.
pub(super) fn columns(picture: &Picture, look: &Look, rows: u16) -> u16 {
    let grain = Grain::of(look);
    grain.columns(pixels((picture.rows, picture.columns), grain.room(u16::MAX, rows)).1)
}

/// Columns that a channel takes with one pixel for each of its own.
pub(super) fn least_columns(picture: &Picture, look: &Look) -> u16 {
    Grain::of(look).columns(picture.columns)
}

/// Rows and columns of pixels that a channel has in an area.
pub(super) fn size(picture: &Picture, look: &Look, area: Rect) -> (usize, usize) {
    pixels((picture.rows, picture.columns), Grain::of(look).room(area.width, area.height))
}

/// Draws a channel as large as it fits, and adds it to `pictures` for an image over its cells. Its rows and columns of pixels
/// there, and how many rows of cells it takes.
pub(super) fn render(
    picture: &Picture,
    channel: usize,
    look: &Look,
    pictures: Option<&Pictures>,
    area: Rect,
    buffer: &mut Buffer,
) -> ((usize, usize), u16) {
    let (grain, (down, across)) = (Grain::of(look), size(picture, look, area));
    if area.is_empty() || down == 0 || across == 0 {
        return ((0, 0), 0);
    }
    // In the middle of the area from side to side.
    let left = area.x + area.width.saturating_sub(grain.columns(across)) / 2;
    let shade = |row, column| shade(picture, channel, (down, across), (row, column));
    match grain {
        Grain::Halves => {
            let greys = look.theme.greys;
            for row in 0..down.div_ceil(2) {
                for column in 0..across {
                    let grey = |row| greys[level(shade(row, column), greys.len())];
                    let (upper, lower) = (grey(2 * row), (2 * row + 1 < down).then(|| grey(2 * row + 1)));
                    // Whole cells by their foreground: some terminals have fewer backgrounds.
                    let glyph = look.glyphs.halves[if lower == Some(upper) { 2 } else { 0 }];
                    let style = Style { fg: Some(upper), bg: lower, ..Style::new() };
                    buffer.set_string(left + column as u16, area.y + row as u16, glyph, style);
                }
            }
        }
        Grain::Shades => {
            let inks = look.glyphs.inks;
            for row in 0..down {
                for column in 0..across {
                    let glyph = inks[level(shade(row, column), inks.len())];
                    for x in [2 * column, 2 * column + 1] {
                        buffer.set_string(left + x as u16, area.y + row as u16, glyph, look.theme.text);
                    }
                }
            }
        }
    }
    let covered = Rect { x: left, width: grain.columns(across), height: grain.rows(down), ..area };
    match pictures {
        None => ((down, across), covered.height),
        // An image has all pixels.
        Some(pictures) => {
            pictures.add(grey_picture(picture, channel, covered));
            ((picture.rows, picture.columns), covered.height)
        }
    }
}

fn grey_picture(picture: &Picture, channel: usize, area: Rect) -> GreyPicture {
    let (rows, columns) = (picture.rows, picture.columns);
    let shades = picture.shades.iter().skip(channel * rows * columns).take(rows * columns);
    GreyPicture { area, rows, columns, greys: shades.map(|&shade| level(shade, 256) as u8).collect() }
}

/// Which of so many steps a shade is.
fn level(shade: f64, steps: usize) -> usize {
    ((shade * (steps - 1) as f64).round() as usize).min(steps - 1)
}

/// A pixel of a channel brought to `size` pixels, whole multiples of its own or fewer: the mean over what it covers.
fn shade(
    picture: &Picture,
    channel: usize,
    (down, across): (usize, usize),
    (row, column): (usize, usize),
) -> f64 {
    let (rows, columns) = (picture.rows, picture.columns);
    let at = |y: usize, x: usize| picture.shades[(channel * rows + y) * columns + x];
    if down >= rows && across >= columns {
        return at(row * rows / down, column * columns / across);
    }
    let covered = |place: usize, own: usize, size: usize| {
        let (from, to) = ((place * own) as f64 / size as f64, ((place + 1) * own) as f64 / size as f64);
        (from as usize..own.min(to.ceil() as usize))
            .map(move |pixel| (pixel, to.min((pixel + 1) as f64) - from.max(pixel as f64)))
    };
    let (mut sum, mut weights) = (0.0, 0.0);
    for (y, height) in covered(row, rows, down) {
        for (x, width) in covered(column, columns, across) {
            sum += height * width * at(y, x);
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
        let square = |room: usize| pixels((4, 4), (room, room)).0;
        assert_eq!((square(14), square(4), square(3)), (12, 4, 3));
        assert_eq!(pixels((2, 6), (9, 13)), (4, 12));
        assert_eq!((pixels((2, 6), (9, 3)), pixels((6, 2), (3, 9))), ((1, 3), (3, 1)));
        for (row, column) in [(0, 0), (5, 11), (11, 2)] {
            let original = picture().shades[row / 3 * 4 + column / 3];
            assert_eq!(shade(&picture(), 0, (12, 12), (row, column)), original);
        }
    }

    #[test]
    fn a_smaller_picture_is_averaged() {
        let expected = (0.0 + 1.0 + 4.0 + 5.0) / 4.0 / 15.0;
        assert!((shade(&picture(), 0, (2, 2), (0, 0)) - expected).abs() < 1e-12);
        assert!((shade(&picture(), 0, (1, 1), (0, 0)) - 0.5).abs() < 1e-12);
        let third = shade(&picture(), 0, (3, 3), (2, 2));
        assert!(third > 11.0 / 15.0 && third < 1.0);
    }

    #[test]
    fn steps_are_even() {
        assert_eq!([0.0, 0.1, 0.4, 0.5, 0.9, 1.0].map(|shade| level(shade, 5)), [0, 0, 2, 2, 4, 4]);
    }
}
