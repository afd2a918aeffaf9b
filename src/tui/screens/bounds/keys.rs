//! The keys of Bounds.

use crate::tui::keymap::Key::{Char, Down, Left, Right, Tab, Up};
use crate::tui::keymap::{Keymap, bind, moves};

moves! {
    /// The chart changes.
    ChartMove {
        Back,
        On,
        FarBack,
        FarOn,
        Own,
        NextAxis,
        NextCurve,
        PreviousCurve,
        Hide,
    }
}

/// The keys of Bounds, besides the keys of every screen.
pub(super) const KEYMAP: Keymap = Keymap::of_screen(
    "On Bounds",
    &[
        bind(
            &[Char('x'), Tab],
            ChartMove::NextAxis.action(),
            "axis",
            "against epsilon, the width or the depth in turn",
        ),
        bind(
            &[Char('j'), Down],
            ChartMove::NextCurve.action(),
            "choose",
            "choose the next construction, to compare the others with",
        ),
        bind(&[Char('k'), Up], ChartMove::PreviousCurve.action(), "before", "choose the construction before"),
        bind(
            &[Char('h')],
            ChartMove::Hide.action(),
            "hide",
            "hide the chosen construction, or show it again; the axis fits what is shown",
        ),
        bind(&[Left, Char(',')], ChartMove::Back.action(), "back", "move the cursor to the place before"),
        bind(&[Right, Char('.')], ChartMove::On.action(), "on", "move the cursor to the next place"),
        bind(&[Char('[')], ChartMove::FarBack.action(), "far back", "move the cursor ten places back"),
        bind(&[Char(']')], ChartMove::FarOn.action(), "far on", "move the cursor ten places on"),
        bind(&[Char('o')], ChartMove::Own.action(), "own", "move the cursor to the preset's own value"),
    ],
);
