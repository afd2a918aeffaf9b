//! The lecture: a screen for the last row. One sentence, at most [`MOST`] numbers, in big digits, and one picture without
//! any.
//!
//! ```text
//! ┌ title ─────────────────────┐
//! │ sentence                   │
//! │   ▄▄▄ ▄▄▄   ▄▄▄ ▄▄▄        │
//! │   ▄▄█ █▄█   ▄▄█ ▄▄█        │  the figures, each above its name
//! │   label     label          │
//! │        picture             │
//! └ keys ──────────────────────┘
//! ```

pub(crate) mod bars;
mod digits;
mod number;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use digits::{DigitRows, GAP};
pub use number::NamedNumber;

use super::look::Look;
use super::view::ScreenView;
use super::widgets::frame_lines::{cut, draw_line};

/// Most numbers on the screen.
pub const MOST: usize = 5;

/// Figures have this share of the rows at most.
const MOST_ROWS: (u16, u16) = (3, 5);

/// Columns left and right of everything.
const MARGIN: u16 = 2;

/// Draws a picture without numbers into an area of any size.
pub type DrawPicture<'a> = Box<dyn Fn(Rect, &mut Buffer) + 'a>;

/// What a screen shows in a lecture.
pub struct Lecture<'a> {
    /// one sentence without numbers
    pub sentence: String,
    /// at most [`MOST`]; the last ones are left out where there is no room
    pub figures: Vec<NamedNumber>,
    /// the picture
    pub picture: DrawPicture<'a>,
}

impl Lecture<'_> {
    /// A screen with nothing but its name to show.
    pub(crate) fn in_words(name: &str, help: &str) -> Self {
        let sentence = format!("{name}: {help}.");
        Self { sentence, figures: Vec::new(), picture: Box::new(|_, _| {}) }
    }

    /// Draws it, in any size.
    pub(crate) fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        let look = view.look;
        let area =
            Rect { x: area.x + MARGIN.min(area.width), width: area.width.saturating_sub(2 * MARGIN), ..area };
        let sentence = look.glyphs.write(&self.sentence);
        let rows = textwrap::wrap(&sentence, usize::from(area.width.max(1)));
        let room = Rect { height: area.height * MOST_ROWS.0 / MOST_ROWS.1, ..area };
        let digits = DigitRows::of(&self.figures, look, room);
        let figures = match &digits {
            Some(digits) => digits.height(look),
            None => (self.figures.len() as u16).min(area.height / 2),
        };
        let said = (rows.len() as u16).min(area.height.saturating_sub(figures));
        let [said, _, numbers, _, picture, message] = Layout::vertical([
            Constraint::Length(said),
            Constraint::Length(u16::from(area.height > said + figures + 4)),
            Constraint::Length(figures),
            Constraint::Length(u16::from(area.height > said + figures + 4)),
            Constraint::Fill(1),
            Constraint::Length(u16::from(area.height > said + figures)),
        ])
        .areas(area);
        for (row, place) in rows.into_iter().zip(said.rows()) {
            draw_line(&Line::styled(row.into_owned(), look.theme.title), look, place, buffer);
        }
        match digits {
            Some(digits) => self.in_big_digits(&digits, look, numbers, buffer),
            None => self.in_lines(look, numbers, buffer),
        }
        (self.picture)(picture, buffer);
        if let Some(line) = view.message_line() {
            draw_line(&line, look, message, buffer);
        }
    }

    fn in_big_digits(&self, digits: &DigitRows, look: &Look, area: Rect, buffer: &mut Buffer) {
        let height = digits::height(digits.scale, look);
        let (mut y, mut figures) = (area.y, self.figures.iter());
        for &count in &digits.rows {
            let mut x = area.x;
            for figure in figures.by_ref().take(count) {
                let width = digits::columns(figure, digits.scale);
                let at = Rect { x, y, width, height }.intersection(area);
                digits::render(&figure.value, digits.scale, look, at, buffer);
                let name = Rect { x, y: y + height, width, height: 1 }.intersection(area);
                draw_line(&Line::styled(look.glyphs.write(&figure.name), Style::new()), look, name, buffer);
                x += width + GAP;
            }
            y += height + 1;
        }
    }

    fn in_lines(&self, look: &Look, area: Rect, buffer: &mut Buffer) {
        for (figure, row) in self.figures.iter().zip(area.rows()) {
            let text = format!("{}  {}", figure.value, look.glyphs.write(&figure.name));
            let text = cut(&text, usize::from(row.width), look);
            draw_line(&Line::styled(text, look.theme.title), look, row, buffer);
        }
    }
}
