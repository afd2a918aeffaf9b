//! The seam of screens.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::tui::clipboard::Copied;
use crate::tui::effects::{Effect, News};
use crate::tui::export::Numbers;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::learned_lane::lane_on_view;
use crate::tui::lecture::Lecture;
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ScreenPart;

/// The constant facts of a screen.
#[derive(Debug)]
pub struct ScreenFacts {
    /// its name, in the title line and in names of files
    pub name: &'static str,
    /// one word for the footer
    pub label: &'static str,
    /// one line for the help
    pub help: &'static str,
    /// its own keys
    pub keymap: Keymap,
    /// its panes: name, and what each shows
    pub panes: &'static [(&'static str, &'static str)],
}

/// Whether requests give a reason why something cannot be done.
pub(crate) fn say_no(requests: Option<Vec<Request>>) -> bool {
    requests.is_some_and(|requests| requests.iter().any(|request| matches!(request, Request::Say(_))))
}

/// A screen: its state, its keys, and how it is drawn.
pub trait Screen: fmt::Debug {
    /// Name, keys and help.
    fn facts(&self) -> &'static ScreenFacts;

    /// The keys valid now.
    fn keymap(&self) -> &'static Keymap {
        &self.facts().keymap
    }

    /// Takes a newer snapshot; `is_new_setup` if it is of another experiment. Of the requests returned only messages
    /// are obeyed.
    fn show(&mut self, _scene: &Scene<'_>, _is_new_setup: bool) -> Vec<Request> {
        Vec::new()
    }

    /// Whether it would answer an action with a reason alone: such a key is not offered. Asked for each frame.
    fn refuses(&self, _action: Action, _scene: &Scene<'_>) -> bool {
        false
    }

    /// The names of its panes that can be zoomed, in their order.
    fn zoomable(&self, _scene: &Scene<'_>) -> Vec<&'static str> {
        Vec::new()
    }

    /// The screen is shown from now on.
    fn enter(&mut self, _scene: &Scene<'_>) -> Vec<Effect> {
        Vec::new()
    }

    /// Another screen is shown from now on: what was watched for this one costs time no more.
    fn leave(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// A key was pressed: what was still to be said is stale.
    fn forget(&mut self) {}

    /// The lanes moved by steps and runs.
    fn lanes(&self, scene: &Scene<'_>) -> Vec<usize> {
        vec![lane_on_view(scene.snapshot)]
    }

    /// Obeys an action; `None` if the action has its general meaning.
    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>>;

    /// Takes a key without a row in the keymap, if the keymap takes text.
    fn type_key(&mut self, _key: KeyEvent) -> Vec<Request> {
        Vec::new()
    }

    /// Takes pasted text, if the keymap takes text.
    fn paste(&mut self, _line: &str) -> Vec<Request> {
        Vec::new()
    }

    /// Goes to a part of the screen: one clicked, or named in answer to a question.
    fn go_to(&mut self, _part: ScreenPart, _scene: &Scene<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// Takes the answer to an effect.
    fn learn(&mut self, _news: &News) -> Vec<Request> {
        Vec::new()
    }

    /// The numbers shown, for files; `None` while they are not there yet.
    fn numbers(&self, scene: &Scene<'_>) -> Option<Numbers>;

    /// What is under the cursor, to be copied; `None` where there is no cursor.
    ///
    /// # Errors
    /// Why there is nothing to copy yet.
    fn copied(&self, _scene: &Scene<'_>) -> Result<Option<Copied>, &'static str> {
        Ok(None)
    }

    /// What it shows in a lecture.
    fn lecture<'a>(&'a self, _view: &'a ScreenView<'a>) -> Lecture<'a> {
        Lecture::in_words(self.facts().name, self.facts().help)
    }

    /// Draws everything between the title line and the footer, in any size.
    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer);
}
