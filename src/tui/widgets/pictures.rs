//! Pictures of the last frame, for terminals with images of their own. Whoever draws a picture in cells adds it while drawing;
//! the terminal part lays the image over those cells.

use std::cell::RefCell;

use ratatui::layout::Rect;

/// A picture in shades of grey, and the cells that it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GreyPicture {
    /// the cells
    pub area: Rect,
    /// rows of pixels
    pub rows: usize,
    /// columns of pixels
    pub columns: usize,
    /// row by row, from black to white
    pub greys: Vec<u8>,
}

impl GreyPicture {
    /// The same picture in so many rows and columns of pixels, each the one nearest to it.
    pub(crate) fn scaled(&self, rows: usize, columns: usize) -> Vec<u8> {
        let grey = |row: usize, column: usize| {
            self.greys[row * self.rows / rows * self.columns + column * self.columns / columns]
        };
        (0..rows).flat_map(|row| (0..columns).map(move |column| grey(row, column))).collect()
    }
}

/// The pictures of the last frame.
#[derive(Clone, Debug, Default)]
pub struct Pictures(RefCell<Vec<GreyPicture>>);

impl Pictures {
    /// Adds a picture; one without pixels or cells is left out.
    pub fn add(&self, picture: GreyPicture) {
        if !picture.area.is_empty() && !picture.greys.is_empty() {
            self.0.borrow_mut().push(picture);
        }
    }

    /// The pictures added since the last time.
    pub fn take(&self) -> Vec<GreyPicture> {
        self.0.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaled_picture_repeats_or_leaves_out_pixels() {
        let area = Rect::new(0, 0, 4, 1);
        let picture = GreyPicture { area, rows: 2, columns: 3, greys: vec![1, 2, 3, 4, 5, 6] };
        assert_eq!(picture.scaled(2, 3), picture.greys);
        assert_eq!(picture.scaled(4, 6)[..12], [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3]);
        assert_eq!(picture.scaled(1, 2), [1, 2]);
    }

    #[test]
    fn pictures_are_taken_once() {
        let pictures = Pictures::default();
        let picture = GreyPicture { area: Rect::new(0, 0, 2, 1), rows: 1, columns: 1, greys: vec![7] };
        pictures.add(picture.clone());
        pictures.add(GreyPicture { area: Rect::ZERO, ..picture.clone() });
        assert_eq!((pictures.take(), pictures.take()), (vec![picture], Vec::new()));
    }
}
