//! kitty's graphics protocol (<https://sw.kovidgoyal.net/kitty/graphics-protocol/>).

use std::fmt::Write as _;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::png;
use crate::tui::widgets::pictures::GreyPicture;

/// Most bytes of a file in one sequence.
const CHUNK: usize = 4096;

/// Deletes all images on the screen. Those of the alternate screen are slth's own.
pub(in crate::tui::terminal) const DELETE: &str = "\x1b_Ga=d,d=A,q=2\x1b\\";

/// A picture as a PNG file (`f=100`), transmitted and shown (`a=T`) in columns `c` and rows `r`. The cursor stays (`C=1`), and the
/// terminal doesn't answer (`q=2`): answers arrive as keys.
pub(super) fn show(picture: &GreyPicture, number: usize) -> io::Result<Vec<u8>> {
    let text = STANDARD.encode(png::of(picture)?);
    let (columns, rows, id) = (picture.area.width, picture.area.height, number + 1);
    let mut keys = format!("a=T,f=100,i={id},p=1,c={columns},r={rows},C=1,q=2");
    let mut sent = String::with_capacity(text.len() + 100);
    // Base64 is ASCII.
    let mut chunks = text.as_bytes().chunks(CHUNK).map(String::from_utf8_lossy).peekable();
    while let Some(chunk) = chunks.next() {
        let more = u8::from(chunks.peek().is_some());
        // Strings take everything.
        let _ = write!(sent, "\x1b_G{keys},m={more};{chunk}\x1b\\");
        keys = "q=2".to_owned();
    }
    Ok(sent.into_bytes())
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn the_chunks_of_an_image_are_its_file() {
        // Noise does not compress: several chunks.
        let noise = |pixel: u32| {
            let mixed = pixel.wrapping_mul(0x9e37_79b9);
            let mixed = (mixed ^ mixed >> 15).wrapping_mul(0x85eb_ca6b);
            ((mixed ^ mixed >> 13).wrapping_mul(0xc2b2_ae35) >> 24) as u8
        };
        let greys: Vec<u8> = (0..64 * 64).map(noise).collect();
        let picture = GreyPicture { area: Rect::new(5, 6, 20, 10), rows: 64, columns: 64, greys };
        let sent = String::from_utf8(show(&picture, 1).unwrap()).unwrap();
        let (mut file, mut keys) = (String::new(), Vec::new());
        for sequence in sent.split_terminator("\x1b\\") {
            let (key, chunk) = sequence.strip_prefix("\x1b_G").unwrap().split_once(';').unwrap();
            assert!(chunk.len() <= CHUNK);
            file += chunk;
            keys.push(key);
        }
        assert_eq!(keys[0], "a=T,f=100,i=2,p=1,c=20,r=10,C=1,q=2,m=1");
        assert!(keys.len() > 2);
        assert!(keys[1..keys.len() - 1].iter().all(|key| *key == "q=2,m=1"));
        assert_eq!(*keys.last().unwrap(), "q=2,m=0");
        let (rows, columns, greys) = png::read(&STANDARD.decode(file).unwrap());
        assert_eq!(greys, picture.scaled(rows, columns));
    }
}
