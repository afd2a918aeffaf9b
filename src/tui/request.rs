//! Requests of screens and overlays to the explorer around them.

use super::effects::Effect;
use super::keymap::Action;
use super::overlays::abandon::Abandon;
use super::overlays::prompt::Prompt;
use super::widgets::clickable::ScreenPart;

/// The consequence of a key or a click. The explorer obeys; effects go on to the event loop.
#[derive(Debug)]
pub enum Request {
    /// carry this out
    Effect(Effect),
    /// say why something cannot be done
    Say(String),
    /// report success
    Tell(String),
    /// ask the user
    Ask(Prompt),
    /// throw the run away, after a question if it took long
    Abandon(Abandon),
    /// act as if a key meant this
    Act(Action),
    /// go to a part of the screen
    GoTo(ScreenPart),
    /// close the topmost overlay
    Close,
}

impl From<Effect> for Request {
    fn from(effect: Effect) -> Self {
        Self::Effect(effect)
    }
}

/// A command to the engine.
pub(crate) fn send(command: crate::session::Command) -> Vec<Request> {
    vec![Request::Effect(Effect::Send(command))]
}
