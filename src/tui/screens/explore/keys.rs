//! The keys of Explore: its own only while the setup is edited.

use crate::tui::keymap::Key::{Control, Down, Enter, Escape, Left, Right, Tab, Up};
use crate::tui::keymap::{Action, Keymap, bind};

/// Explore has no keys of its own.
pub(super) const KEYMAP: Keymap = Keymap::of_screen("On Explore", &[]);

/// The keys while the setup is edited; all others go into the chosen field.
pub const EDITING: Keymap = Keymap::of_text(
    "While editing",
    &[
        bind(&[Enter], Action::Choose, "start over", "start the edited setup; what was built is forgotten"),
        bind(&[Escape], Action::Close, "drop edits", "leave editing and drop the edits"),
        bind(&[Control('s')], Action::Save, "save", "save the edited setup as a preset file"),
        bind(&[Up], Action::Up, "up", "the field above"),
        bind(&[Down, Tab], Action::Down, "down", "the field below"),
        bind(
            &[Left],
            Action::PreviousChoice,
            "choice before",
            "the choice before; where there is none, the cursor to the left",
        ),
        bind(
            &[Right],
            Action::NextChoice,
            "next choice",
            "the next choice; where there is none, the cursor to the right",
        ),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);
