//! PNG files of grey pixels, one byte each (PNG 1.2: <https://www.w3.org/TR/PNG/>).

use std::io::{self, Write};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::tui::widgets::pictures::GreyPicture;

/// The first bytes of every file.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Eight bits a pixel, greys, the only compression, the only set of filters, no interlacing.
const GREY_BYTES: [u8; 5] = [8, 0, 0, 0, 0];

/// The filter of a row taken as it is.
const NO_FILTER: u8 = 0;

/// Pixels that a cell has from top to bottom, at least: terminals blur what they enlarge.
const CELL_HEIGHT: usize = 24;

/// A picture as a file, its pixels repeated as often as its cells may have room for.
pub(super) fn of(picture: &GreyPicture) -> io::Result<Vec<u8>> {
    let times = (usize::from(picture.area.height) * CELL_HEIGHT).div_ceil(picture.rows);
    let (rows, columns) = (times * picture.rows, times * picture.columns);
    let greys = picture.scaled(rows, columns);
    let mut file = SIGNATURE.to_vec();
    let size = [columns, rows].map(|pixels| (pixels as u32).to_be_bytes()).concat();
    chunk(&mut file, *b"IHDR", &[size, GREY_BYTES.to_vec()].concat());
    let mut data = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in greys.chunks(columns) {
        data.write_all(&[NO_FILTER])?;
        data.write_all(row)?;
    }
    chunk(&mut file, *b"IDAT", &data.finish()?);
    chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    file.extend_from_slice(&(data.len() as u32).to_be_bytes());
    file.extend_from_slice(&kind);
    file.extend_from_slice(data);
    file.extend_from_slice(&sum.sum().to_be_bytes());
}

/// Reads a file back: rows, columns and greys.
#[cfg(test)]
pub(super) fn read(file: &[u8]) -> (usize, usize, Vec<u8>) {
    use std::io::Read;

    assert_eq!(file[..8], SIGNATURE);
    let (mut rest, mut chunks) = (&file[8..], Vec::new());
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let (head, data) = (&rest[4..8], &rest[8..8 + length]);
        let mut sum = Crc::new();
        sum.update(&rest[4..8 + length]);
        assert_eq!(rest[8 + length..12 + length], sum.sum().to_be_bytes());
        chunks.push((head, data));
        rest = &rest[12 + length..];
    }
    let kinds: Vec<&[u8]> = chunks.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [&b"IHDR"[..], b"IDAT", b"IEND"]);
    let size = |from: usize| u32::from_be_bytes(chunks[0].1[from..from + 4].try_into().unwrap()) as usize;
    assert_eq!(chunks[0].1[8..], GREY_BYTES);
    let mut raw = Vec::new();
    flate2::read::ZlibDecoder::new(chunks[1].1).read_to_end(&mut raw).unwrap();
    let rows = raw.chunks(size(0) + 1);
    assert!(rows.clone().all(|row| row[0] == NO_FILTER));
    (size(4), size(0), rows.flat_map(|row| row[1..].to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn a_file_has_the_pixels_of_its_picture() {
        let greys: Vec<u8> = (0..28 * 28).map(|pixel| (pixel % 251) as u8).collect();
        let picture = GreyPicture { area: Rect::new(3, 2, 28, 14), rows: 28, columns: 28, greys };
        let (rows, columns, read) = read(&of(&picture).unwrap());
        assert_eq!((rows, columns), (336, 336));
        assert_eq!(read, picture.scaled(336, 336));
        assert_eq!((read[0], read[12], read[336 * 12]), (0, 1, 28));
    }
}
