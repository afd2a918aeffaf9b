//! The images on the screen, and how they change with a frame.

use std::io;

use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::cursor::MoveTo;
use ratatui::crossterm::queue;
use ratatui::layout::{Rect, Size};

use super::kitty;
use super::protocol::Images;
use crate::tui::widgets::pictures::GreyPicture;

/// An image, and the cells below it: once the terminal is sent one of these, the image has a hole.
#[derive(Debug, PartialEq)]
struct ShownImage {
    picture: GreyPicture,
    below: Vec<Cell>,
}

/// The images on the screen.
#[derive(Debug)]
pub(in crate::tui::terminal) struct ShownImages {
    pub(in crate::tui::terminal) protocol: Images,
    shown: Vec<ShownImage>,
    /// of the screen that they are on
    size: Size,
}

/// What changes the images: cells to be sent again, since they show what was below an image, and the sequences after them.
#[derive(Debug, PartialEq)]
pub(in crate::tui::terminal) struct ImageChange {
    pub(in crate::tui::terminal) cells: Vec<(u16, u16, Cell)>,
    pub(in crate::tui::terminal) sequences: Vec<u8>,
}

impl ShownImages {
    pub(in crate::tui::terminal) fn new(protocol: Images) -> Self {
        Self { protocol, shown: Vec::new(), size: Size::ZERO }
    }

    /// The change to `wanted`, over a frame sent already; `None` if all images are as they were. `pixels` is the size of the
    /// whole screen, 0 if it is not known.
    pub(in crate::tui::terminal) fn change(
        &mut self,
        wanted: Vec<GreyPicture>,
        frame: &Buffer,
        pixels: impl FnOnce() -> Size,
    ) -> io::Result<Option<ImageChange>> {
        let size = frame.area.as_size();
        if self.protocol == Images::None || (wanted.is_empty() && self.shown.is_empty()) {
            self.size = size;
            return Ok(None);
        }
        let below =
            |area: Rect| area.intersection(frame.area).positions().map(|at| frame[at].clone()).collect();
        let next: Vec<ShownImage> =
            wanted.into_iter().map(|picture| ShownImage { below: below(picture.area), picture }).collect();
        if next == self.shown && size == self.size {
            return Ok(None);
        }
        let covers =
            |area: Rect| next.iter().any(|image| image.picture.area.union(area) == image.picture.area);
        // A screen of another size has been drawn in full; kitty reveals cells by itself.
        let gone = self
            .shown
            .iter()
            .map(|image| image.picture.area)
            .filter(|area| self.protocol != Images::Kitty && size == self.size && !covers(*area));
        let cells = gone
            .flat_map(|area| area.intersection(frame.area).positions())
            .map(|at| (at.x, at.y, frame[at].clone()))
            .collect();
        let mut sequences = Vec::new();
        if self.protocol == Images::Kitty && !self.shown.is_empty() {
            sequences.extend_from_slice(kitty::DELETE.as_bytes());
        }
        let pixels = pixels();
        let cell = Size {
            width: pixels.width.checked_div(size.width).unwrap_or(0),
            height: pixels.height.checked_div(size.height).unwrap_or(0),
        };
        let cell = (cell.width > 0 && cell.height > 0).then_some(cell);
        for (number, image) in next.iter().enumerate() {
            let Rect { x, y, .. } = image.picture.area;
            queue!(sequences, MoveTo(x, y))?;
            sequences.extend(self.protocol.show(&image.picture, number, cell)?);
        }
        (self.shown, self.size) = (next, size);
        Ok(Some(ImageChange { cells, sequences }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Rect = Rect { x: 0, y: 0, width: 40, height: 12 };

    fn picture(x: u16, grey: u8) -> GreyPicture {
        GreyPicture { area: Rect::new(x, 2, 8, 4), rows: 8, columns: 8, greys: vec![grey; 64] }
    }

    fn pixels() -> Size {
        Size::new(400, 240)
    }

    #[test]
    fn an_image_is_sent_once_and_again_only_after_a_change() {
        for (protocol, start) in [
            (Images::Kitty, "\x1b_Ga=T"),
            (Images::Iterm2, "\x1b]1337;File="),
            (Images::Sixel, "\x1bP0;1;0q"),
        ] {
            let mut images = ShownImages::new(protocol);
            let mut frame = Buffer::empty(SCREEN);
            let mut sent = |wanted: &[GreyPicture], frame: &Buffer| {
                let change = images.change(wanted.to_vec(), frame, pixels).unwrap();
                change.map(|change| (change.cells.len(), String::from_utf8(change.sequences).unwrap()))
            };
            assert_eq!(sent(&[], &frame), None);
            let (cells, first) = sent(&[picture(3, 1)], &frame).unwrap();
            assert!(cells == 0 && first.starts_with(&format!("\x1b[3;4H{start}")), "{first:?}");
            assert_eq!(sent(&[picture(3, 1)], &frame), None);
            // Text elsewhere is no reason; a cell below it is, and so are other pixels and another place.
            frame[(20, 2)].set_symbol("x");
            assert_eq!(sent(&[picture(3, 1)], &frame), None);
            frame[(5, 3)].set_symbol("x");
            assert!(sent(&[picture(3, 1)], &frame).unwrap().1.contains(start));
            assert!(sent(&[picture(3, 2)], &frame).unwrap().1.contains(start));
            let moved = sent(&[picture(20, 2)], &frame).unwrap();
            // kitty has the old one deleted, others have its cells sent again.
            let is_kitty = protocol == Images::Kitty;
            assert_eq!((moved.0, moved.1.contains(kitty::DELETE)), (if is_kitty { 0 } else { 32 }, is_kitty));
            assert_eq!(sent(&[picture(3, 1), picture(20, 2)], &frame).unwrap().1.matches(start).count(), 2);
            let (cells, last) = sent(&[], &frame).unwrap();
            assert_eq!((cells, last.as_str()), if is_kitty { (0, kitty::DELETE) } else { (64, "") });
            assert_eq!(sent(&[], &frame), None);
        }
    }

    #[test]
    fn a_new_size_shows_images_anew() {
        let mut images = ShownImages::new(Images::Iterm2);
        let small = Buffer::empty(Rect { width: 30, ..SCREEN });
        images.change(vec![picture(3, 1)], &Buffer::empty(SCREEN), pixels).unwrap().unwrap();
        let change = images.change(vec![picture(3, 1)], &small, pixels).unwrap().unwrap();
        assert!(change.cells.is_empty() && !change.sequences.is_empty());
        assert_eq!(images.change(vec![picture(3, 1)], &small, pixels).unwrap(), None);
    }

    #[test]
    fn nothing_is_sent_without_a_protocol_or_a_size_that_it_needs() {
        let frame = Buffer::empty(SCREEN);
        assert_eq!(ShownImages::new(Images::None).change(vec![picture(3, 1)], &frame, pixels).unwrap(), None);
        let change = ShownImages::new(Images::Sixel).change(vec![picture(3, 1)], &frame, || Size::ZERO);
        assert_eq!(change.unwrap().unwrap().sequences, b"\x1b[3;4H");
    }
}
