//! The seam of overlays.

use std::fmt;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;

use crate::tui::clipboard::Copied;
use crate::tui::effects::News;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};

/// An overlay over a screen: its state, its keys, and how it is drawn.
pub trait Overlay: fmt::Debug {
    /// Its name in key tables.
    fn name(&self) -> &'static str;

    /// The keys valid now.
    fn keymap(&self) -> &'static Keymap;

    /// It is opened.
    fn open(&mut self, scene: &Scene<'_>) -> Vec<Request>;

    /// Whether it closes by itself when another setup is there.
    fn closes_on_new_setup(&self) -> bool {
        false
    }

    /// Obeys an action; `None` if the action has its general meaning.
    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>>;

    /// Takes a key without a row in the keymap, if the keymap takes text.
    fn type_key(&mut self, _key: KeyEvent) {}

    /// Takes pasted text, if the keymap takes text.
    fn paste(&mut self, _line: &str) {}

    /// A row was clicked: the first click chooses it, the second opens it.
    fn click(&mut self, _row: usize, _scene: &Scene<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// Takes the answer to an effect.
    fn learn(&mut self, _news: &News) -> Vec<Request> {
        Vec::new()
    }

    /// What is under the cursor, to be copied.
    ///
    /// # Errors
    /// Why there is nothing to copy.
    fn copied(&self, _scene: &Scene<'_>) -> Result<Copied, &'static str> {
        Err("There is nothing to copy in this window.")
    }

    /// Draws it over the screen, in any size.
    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>);
}
