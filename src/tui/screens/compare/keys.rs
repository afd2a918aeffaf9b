//! The keys of Compare.

use crate::tui::keymap::Key::{Char, Down, Tab, Up};
use crate::tui::keymap::{Keymap, bind, moves};

moves! {
    /// The lanes side by side change.
    LaneMove {
        NextLane,
        PreviousConstruction,
        NextConstruction,
        Beside,
        Together,
        Ladder,
    }
}

/// The keys of Compare, besides the keys of every screen.
pub(super) const KEYMAP: Keymap = Keymap::of_screen(
    "On Compare",
    &[
        bind(
            &[Char('t')],
            LaneMove::Beside.action(),
            "add lane",
            "a lane beside, up to three: one of the run, else a new one that is added to it; then one again",
        ),
        bind(
            &[Char('g')],
            LaneMove::Ladder.action(),
            "rung",
            "go to the ladder's next rung, adding its lanes: what the next idea buys",
        ),
        bind(&[Tab], LaneMove::NextLane.action(), "lane", "choose the next lane"),
        bind(
            &[Char('j'), Down],
            LaneMove::NextConstruction.action(),
            "change",
            "another construction in the chosen lane, added to the run",
        ),
        bind(
            &[Char('k'), Up],
            LaneMove::PreviousConstruction.action(),
            "back",
            "the construction before in the chosen lane, added to the run",
        ),
        bind(
            &[Char('o')],
            LaneMove::Together.action(),
            "one/all",
            "step and run the chosen lane alone, or all together",
        ),
    ],
);
