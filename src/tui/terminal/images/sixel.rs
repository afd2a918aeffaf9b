//! Sixel graphics: six pixels of a column in each character, colour by colour, band by band (DEC STD 070, chapter 9).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ratatui::layout::Size;

use crate::tui::widgets::pictures::GreyPicture;

/// Rows of a band.
const BAND: usize = 6;

/// The character of six pixels of another colour; bit 0 is the uppermost.
const BLANK: u8 = b'?';

/// Repetitions worth a number.
const LEAST_REPEAT: usize = 4;

/// A picture in pixels of the screen, for cells of this size. Colours are percentages of white.
pub(super) fn show(picture: &GreyPicture, cell: Size) -> Vec<u8> {
    let (rows, columns) = (
        usize::from(picture.area.height) * usize::from(cell.height),
        usize::from(picture.area.width) * usize::from(cell.width),
    );
    let percent = |grey: u8| (u32::from(grey) * 100 + 127) / 255;
    let pixels: Vec<u32> = picture.scaled(rows, columns).into_iter().map(percent).collect();
    // Square pixels, and those not set stay as they are.
    let mut text = format!("\x1bP0;1;0q\"1;1;{columns};{rows}");
    let colours: BTreeSet<u32> = pixels.iter().copied().collect();
    for (register, colour) in colours.iter().enumerate() {
        // Strings take everything.
        let _ = write!(text, "#{register};2;{colour};{colour};{colour}");
    }
    for band in pixels.chunks(BAND * columns) {
        let used: BTreeSet<u32> = band.iter().copied().collect();
        for (register, colour) in colours.iter().enumerate().filter(|(_, colour)| used.contains(colour)) {
            let _ = write!(text, "#{register}");
            let sixel = |column: usize| {
                let rows = band.chunks(columns).enumerate();
                let bits = rows.filter(|(_, row)| row[column] == *colour).map(|(bit, _)| 1_u8 << bit);
                BLANK + bits.sum::<u8>()
            };
            repeated(&mut text, &(0..columns).map(sixel).collect::<Vec<u8>>());
            text.push('$');
        }
        text.push('-');
    }
    text.push_str("\x1b\\");
    text.into_bytes()
}

/// Characters, long repetitions as numbers; blank ones at the end are left out.
fn repeated(text: &mut String, sixels: &[u8]) {
    let end = sixels.iter().rposition(|sixel| *sixel != BLANK).map_or(0, |last| last + 1);
    for run in sixels[..end].chunk_by(|one, next| one == next) {
        let sixel = char::from(run[0]);
        if run.len() < LEAST_REPEAT {
            text.extend(std::iter::repeat_n(sixel, run.len()));
        } else {
            let _ = write!(text, "!{}{sixel}", run.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    /// Rows, columns and percentages of an image; those not set are missing.
    fn read(sent: &[u8]) -> (usize, usize, Vec<Option<u32>>) {
        let text = std::str::from_utf8(sent).unwrap();
        let body = text.strip_prefix("\x1bP0;1;0q\"1;1;").unwrap().strip_suffix("\x1b\\").unwrap();
        let (size, mut rest) = body.split_at(body.find('#').unwrap());
        let size: Vec<usize> = size.split(';').map(|number| number.parse().unwrap()).collect();
        let (columns, rows) = (size[0], size[1]);
        let mut pixels = vec![None; rows * columns];
        let mut registers = std::collections::BTreeMap::new();
        let (mut row, mut column, mut colour) = (0, 0, 0);
        let numbers = |text: &str| -> (Vec<u32>, usize) {
            let end = text.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(text.len());
            (text[..end].split(';').map(|number| number.parse().unwrap()).collect(), end)
        };
        while let Some(command) = rest.chars().next() {
            rest = &rest[1..];
            let mut times = 1;
            let mut sixel = command;
            match command {
                '$' => column = 0,
                '-' => (row, column) = (row + BAND, 0),
                '#' => {
                    let (found, end) = numbers(rest);
                    rest = &rest[end..];
                    if found.len() == 5 {
                        assert!(found[1] == 2 && found[2] == found[3] && found[3] == found[4]);
                        registers.insert(found[0], found[2]);
                    }
                    colour = registers[&found[0]];
                }
                '!' => {
                    let (found, end) = numbers(rest);
                    times = found[0] as usize;
                    sixel = rest[end..].chars().next().unwrap();
                    rest = &rest[end + 1..];
                }
                _ => {}
            }
            if ('?'..='~').contains(&sixel) {
                let bits = sixel as u8 - BLANK;
                for _ in 0..times {
                    for bit in (0..BAND).filter(|bit| bits >> bit & 1 == 1) {
                        let pixel = &mut pixels[(row + bit) * columns + column];
                        assert_eq!(*pixel, None, "a pixel was set twice");
                        *pixel = Some(colour);
                    }
                    column += 1;
                }
            }
        }
        (rows, columns, pixels)
    }

    #[test]
    fn every_pixel_is_set_once_to_its_grey() {
        for (cell, side) in [((10, 20), 8), ((9, 19), 28), ((1, 2), 28), ((7, 15), 3)] {
            let cell = Size::from(cell);
            let greys: Vec<u8> = (0..side * side).map(|pixel| (pixel * 37 % 256) as u8).collect();
            let picture = GreyPicture { area: Rect::new(0, 0, 16, 8), rows: side, columns: side, greys };
            let (rows, columns, pixels) = read(&show(&picture, cell));
            assert_eq!((rows, columns), (8 * usize::from(cell.height), 16 * usize::from(cell.width)));
            let expected = picture.scaled(rows, columns);
            for (found, grey) in pixels.into_iter().zip(expected) {
                let error = f64::from(found.unwrap()) / 100.0 - f64::from(grey) / 255.0;
                assert!(error.abs() <= 0.006, "{found:?} for {grey}");
            }
        }
    }
}
