//! The keys of a line of text.

use super::action::Action;
use super::binding::{Keymap, bind};
use super::key::Key::{Control, Enter, Escape};

/// The keys of a line of text; all others go into it.
pub const FIELD: Keymap = Keymap::of_text(
    "In a line of text",
    &[
        bind(&[Enter], Action::Choose, "done", "take the text"),
        bind(&[Escape], Action::Close, "cancel", "forget the text"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);
