//! Why something could not be opened.

use ratatui::Frame;
use ratatui::text::Line;

use super::overlay::Overlay;
use super::window::{keys, window};
use crate::tui::keymap::Key::{Char, Control, Down, Enter, Escape, Up};
use crate::tui::keymap::{Action, Keymap, bind};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ClickTarget;

/// Its name. No key opens it.
pub const NAME: &str = "refusal";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "Where a file cannot be opened",
    &[
        bind(&[Char('k'), Up], Action::Up, "up", "scroll up"),
        bind(&[Char('j'), Down], Action::Down, "down", "scroll down"),
        bind(&[Escape, Enter, Char('q')], Action::Close, "back", "back to where it was to be opened"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// Width of the text, and columns of the window's frame.
const WIDTH: usize = 96;
const FRAME: usize = 4;

/// Advice.
const ADVICE: &str = "Nothing was changed. How a weight file is read can be chosen in the editor (e): target File, with the \
     fields path, layers, transposed and order.";

/// An error in full.
#[derive(Clone, Debug, Default)]
pub struct RefusalWindow {
    /// the error's text
    pub error: String,
    /// lines scrolled down
    pub scroll: u16,
}

impl Overlay for RefusalWindow {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        &KEYMAP
    }

    fn open(&mut self, _scene: &Scene<'_>) -> Vec<Request> {
        self.scroll = 0;
        Vec::new()
    }

    fn update(&mut self, action: Action, _scene: &Scene<'_>) -> Option<Vec<Request>> {
        match action {
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::Down => self.scroll = self.scroll.saturating_add(1),
            _ => return Some(vec![Request::Close]),
        }
        Some(Vec::new())
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let look = view.look;
        view.clickables.add(frame.area(), ClickTarget::Nothing);
        let width = usize::from(frame.area().width).saturating_sub(FRAME).clamp(8, WIDTH);
        let text = look.glyphs.write(&self.error);
        let rows = textwrap::wrap(&text, width);
        let mut lines: Vec<Line<'_>> =
            rows.iter().map(|row| Line::styled(row.to_string(), look.theme.text)).collect();
        lines.push(Line::default());
        let rows = textwrap::wrap(ADVICE, width);
        lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
        lines.push(keys(&KEYMAP, look));
        window(frame, look, "This could not be opened", lines, self.scroll.into());
    }
}
