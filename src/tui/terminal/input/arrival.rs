//! One piece of input.

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

/// One piece of input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// a key
    Key(KeyEvent),
    /// a click, or the wheel
    Mouse(MouseEvent),
    /// a pasted text
    Paste(String),
    /// another size; also sent to have the screen drawn anew
    Resized,
}
