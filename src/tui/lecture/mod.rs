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

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::look::Look;
use super::screens::screen::ScreenFacts;
use super::view::ScreenView;
use super::widgets::frame_lines::{cut, draw_line};

/// Most numbers on the screen.
pub const MOST: usize = 5;

/// Columns between figures.
const GAP: u16 = 3;

/// Columns left and right of everything.
const MARGIN: u16 = 2;

/// A number and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// its name, without numbers
    pub name: String,
    /// one number
    pub value: String,
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// Draws a picture without numbers into an area of any size.
pub type DrawPicture<'a> = Box<dyn Fn(Rect, &mut Buffer) + 'a>;

/// What a screen shows in a lecture.
pub struct Lecture<'a> {
    /// one sentence without numbers
    pub sentence: String,
    /// at most [`MOST`]; the last ones are left out where there is no room
    pub figures: Vec<Figure>,
    /// the picture
    pub picture: DrawPicture<'a>,
}

impl Lecture<'_> {
    /// A screen with nothing but its name to show.
    pub(crate) fn in_words(facts: &ScreenFacts) -> Self {
        let sentence = format!("{}: {}.", facts.name, facts.help);
        Self { sentence, figures: Vec::new(), picture: Box::new(|_, _| {}) }
    }

    /// Draws it, in any size.
    pub(crate) fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        let look = view.look;
        let area =
            Rect { x: area.x + MARGIN.min(area.width), width: area.width.saturating_sub(2 * MARGIN), ..area };
        let sentence = look.glyphs.write(&self.sentence);
        let rows = textwrap::wrap(&sentence, usize::from(area.width.max(1)));
        let scale = digits::scale(&self.figures, look, area);
        let figures = scale.map_or(self.figures.len().min(usize::from(area.height / 2)) as u16, |scale| {
            digits::height(scale, look) + 1
        });
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
        match scale {
            Some(scale) => self.in_big_digits(scale, look, numbers, buffer),
            None => self.in_lines(look, numbers, buffer),
        }
        (self.picture)(picture, buffer);
        if let Some(line) = view.message_line() {
            draw_line(&line, look, message, buffer);
        }
    }

    fn in_big_digits(&self, scale: u16, look: &Look, area: Rect, buffer: &mut Buffer) {
        let height = digits::height(scale, look);
        let mut x = area.x;
        for figure in &self.figures {
            let width = digits::width(&figure.value, scale).max(figure.name.chars().count() as u16);
            let at = Rect { x, width: width.min(area.right().saturating_sub(x)), ..area };
            digits::render(
                &figure.value,
                scale,
                look,
                Rect { height: height.min(area.height), ..at },
                buffer,
            );
            let name = Rect { y: area.y + height, height: area.height.saturating_sub(height).min(1), ..at };
            draw_line(&Line::styled(look.glyphs.write(&figure.name), Style::new()), look, name, buffer);
            x = at.right() + GAP;
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
