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
