//! iTerm2's inline images (<https://iterm2.com/documentation-images.html>).

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::png;
use crate::tui::widgets::pictures::GreyPicture;

/// A picture as a PNG file, in so many columns and rows.
pub(super) fn show(picture: &GreyPicture) -> io::Result<Vec<u8>> {
    let file = png::of(picture)?;
    let (columns, rows) = (picture.area.width, picture.area.height);
    let keys = format!("inline=1;size={};width={columns};height={rows};preserveAspectRatio=0", file.len());
    Ok(format!("\x1b]1337;File={keys};doNotMoveCursor=1:{}\x07", STANDARD.encode(file)).into_bytes())
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn an_image_is_its_file_under_its_size() {
        let greys: Vec<u8> = (0..64).map(|pixel| 4 * pixel).collect();
        let picture = GreyPicture { area: Rect::new(0, 0, 16, 8), rows: 8, columns: 8, greys };
        let sent = String::from_utf8(show(&picture).unwrap()).unwrap();
        let body = sent.strip_prefix("\x1b]1337;File=").unwrap().strip_suffix('\x07').unwrap();
        let (keys, file) = body.split_once(':').unwrap();
        let file = STANDARD.decode(file).unwrap();
        assert!(
            keys.contains("inline=1") && keys.contains(&format!("size={};width=16;height=8;", file.len()))
        );
        let (rows, columns, greys) = png::read(&file);
        assert_eq!((rows, columns), (192, 192));
        assert_eq!(greys, picture.scaled(rows, columns));
    }
}
