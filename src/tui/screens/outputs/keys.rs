//! The keys of Outputs.

use crate::tui::keymap::Key::{Char, Down, End, Home, Left, PageDown, PageUp, Right, Up};
use crate::tui::keymap::{Keymap, bind, moves};

moves! {
    /// Another input, or other rows.
    InputMove {
        Next,
        Previous,
        On,
        Back,
        First,
        Last,
        Worst,
        NextMistake,
        NextNetwork,
        NetworkBefore,
        ByNumber,
        RowsOn,
        RowsBack,
    }
}

/// The keys of Outputs, besides the keys of every screen.
pub(super) const KEYMAP: Keymap = Keymap::of_screen(
    "On Outputs",
    &[
        bind(&[Char('j'), Down], InputMove::Next.action(), "next", "the next input"),
        bind(&[Char('k'), Up], InputMove::Previous.action(), "before", "the input before"),
        bind(
            &[Char('d')],
            InputMove::Worst.action(),
            "differ most",
            "the input where the two networks differ most",
        ),
        bind(
            &[Char('m')],
            InputMove::NextMistake.action(),
            "mistake",
            "the next input where either is wrong or, without labels, where their classes differ",
        ),
        bind(&[Char('i')], InputMove::ByNumber.action(), "number", "an input by its number"),
        bind(&[PageDown, Char('J')], InputMove::On.action(), "ten on", "ten inputs on"),
        bind(&[PageUp, Char('K')], InputMove::Back.action(), "ten back", "ten inputs back"),
        bind(&[Home, Char('<')], InputMove::First.action(), "first", "the first input"),
        bind(&[End, Char('>')], InputMove::Last.action(), "last", "the last input"),
        bind(&[Char(']'), Right], InputMove::RowsOn.action(), "rows on", "scroll long lists down"),
        bind(&[Char('['), Left], InputMove::RowsBack.action(), "rows back", "scroll long lists up"),
    ],
);

/// The keys of Outputs with a learned lane on view, besides the keys of every screen.
pub const ANSWERS: Keymap = Keymap::of_screen(
    "On Outputs, of a learned lane",
    &[
        bind(
            &[Char('u')],
            InputMove::NextNetwork.action(),
            "network",
            "another network of the lane: from the one under training to the finished ones, the newest first",
        ),
        bind(
            &[Char('m')],
            InputMove::NextMistake.action(),
            "mistake",
            "the next test example that the network on view gets wrong",
        ),
        bind(&[Char('j'), Down], InputMove::Next.action(), "next", "the next test example"),
        bind(&[Char('k'), Up], InputMove::Previous.action(), "before", "the test example before"),
        bind(&[Char('i')], InputMove::ByNumber.action(), "number", "a test example by its number"),
        bind(&[Char('U')], InputMove::NetworkBefore.action(), "network before", "the network before"),
        bind(&[PageDown, Char('J')], InputMove::On.action(), "ten on", "ten test examples on"),
        bind(&[PageUp, Char('K')], InputMove::Back.action(), "ten back", "ten test examples back"),
        bind(&[Home, Char('<')], InputMove::First.action(), "first", "the first test example"),
        bind(&[End, Char('>')], InputMove::Last.action(), "last", "the last test example"),
        bind(&[Char(']'), Right], InputMove::RowsOn.action(), "rows on", "scroll long lists down"),
        bind(&[Char('['), Left], InputMove::RowsBack.action(), "rows back", "scroll long lists up"),
        bind(
            &[Char('d')],
            InputMove::Worst.action(),
            "differ most",
            "of constructions alone: a learned ticket replaces no other network",
        ),
    ],
);
