//! The keys of Compare with learned tickets.

use crate::tui::keymap::Key::{Char, Down, Tab, Up};
use crate::tui::keymap::{Keymap, bind, moves};

moves! {
    /// Another lane, another place of the curve, another view.
    TicketMove {
        NextLane,
        Together,
        Curve,
        On,
        Back,
    }
}

/// The keys of Compare with learned tickets, besides the keys of every screen.
pub(in crate::tui) const KEYMAP: Keymap = Keymap::of_screen(
    "On Compare, with learned tickets",
    &[
        bind(
            &[Char('c')],
            TicketMove::Curve.action(),
            "curve/table",
            "accuracy against the share of weights kept in place of the table, and back",
        ),
        bind(&[Tab], TicketMove::NextLane.action(), "lane", "choose the next lane"),
        bind(
            &[Char('o')],
            TicketMove::Together.action(),
            "one/all",
            "step and run the chosen lane alone, or all together",
        ),
        bind(
            &[Char('j'), Down],
            TicketMove::On.action(),
            "on",
            "more rows of the table, or the next smaller share of the curve",
        ),
        bind(
            &[Char('k'), Up],
            TicketMove::Back.action(),
            "before",
            "earlier rows of the table, or the next larger share of the curve",
        ),
    ],
);
