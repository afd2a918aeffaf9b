//! A terminal of a sane size, whatever it claims.
//!
//! Two buffers of every cell are held, some 50 bytes each: a window of 65,535 × 65,535 cells would take 400 GB. Such sizes
//! come from broken programs between, not from screens. Frames keep to the top left part of them.

use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// The largest drawn part of a terminal, in cells: an 8K monitor in a font 8 pixels wide and 9 high.
pub(crate) const LARGEST: Size = Size { width: 1_000, height: 500 };

/// A backend with a terminal no larger than [`LARGEST`].
#[derive(Debug)]
pub(crate) struct Capped<B>(pub(crate) B);

/// The drawn part of a terminal.
fn part(size: Size) -> Size {
    Size { width: size.width.min(LARGEST.width), height: size.height.min(LARGEST.height) }
}

impl<B: Backend<Error = io::Error>> Backend for Capped<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.0.draw(content)
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.0.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.0.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.0.size().map(part)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let size = self.0.window_size()?;
        Ok(WindowSize { columns_rows: part(size.columns_rows), ..size })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::CrosstermBackend;

    use super::*;

    #[test]
    fn only_absurd_sizes_are_cut() {
        for (claimed, drawn) in [
            ((0, 0), (0, 0)),
            ((80, 24), (80, 24)),
            ((1_000, 500), (1_000, 500)),
            ((10_000, 24), (1_000, 24)),
            ((80, 3_000), (80, 500)),
            ((65_535, 65_535), (1_000, 500)),
        ] {
            assert_eq!(part(Size::from(claimed)), Size::from(drawn));
        }
    }

    #[test]
    fn what_is_drawn_is_what_the_terminal_behind_would_be_sent() {
        let mut bytes = Vec::new();
        let mut terminal = Terminal::with_options(
            Capped(CrosstermBackend::new(&mut bytes)),
            ratatui::TerminalOptions {
                viewport: ratatui::Viewport::Fixed(ratatui::layout::Rect::new(0, 0, 9, 1)),
            },
        )
        .unwrap();
        terminal.draw(|frame| frame.render_widget("ticket", frame.area())).unwrap();
        drop(terminal);
        assert!(String::from_utf8(bytes).unwrap().contains("ticket"));
    }
}
