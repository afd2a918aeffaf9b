//! The keys of Bounds.

use crate::session::Step;
use crate::tui::keymap::Key::{Char, Down, Left, Right, Tab, Up};
use crate::tui::keymap::{Action, Binding, Keymap, bind, moves};

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
        Bridge,
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
        BRIDGE_KEY,
    ],
);

/// The key of the bridge.
const BRIDGE_KEY: Binding = bind(
    &[Char('b')],
    ChartMove::Bridge.action(),
    "bridge",
    "learned networks as targets of Theorem 3, beside edge-popup's G; then the curves again",
);

/// The rows of [`KEYMAP`], the key of the bridge first.
const BRIDGE_FIRST: &[Binding] = &[
    BRIDGE_KEY,
    KEYMAP.bindings[0],
    KEYMAP.bindings[1],
    KEYMAP.bindings[2],
    KEYMAP.bindings[3],
    KEYMAP.bindings[4],
    KEYMAP.bindings[5],
    KEYMAP.bindings[6],
    KEYMAP.bindings[7],
    KEYMAP.bindings[8],
];

/// [`KEYMAP`] with learned lanes in the run: the footer begins with the bridge.
pub(super) const WITH_BRIDGE: Keymap = Keymap::of_screen(KEYMAP.title, BRIDGE_FIRST);

/// The keys of the bridge.
pub(in crate::tui) const BRIDGE: Keymap = Keymap::of_screen(
    "On Bounds, the bridge",
    &[
        bind(&[Char('b')], ChartMove::Bridge.action(), "curves", "the curves of all constructions again"),
        bind(&[Char('j'), Down, Right], ChartMove::On.action(), "next", "the next network"),
        bind(&[Char('k'), Up, Left], ChartMove::Back.action(), "before", "the network before"),
        bind(&[Char('n')], Action::Step(Step::Neuron), "batch", "compute one batch in every learned lane"),
        bind(
            &[Char('l')],
            Action::Step(Step::Layer),
            "round",
            "go on to the end of the round in every learned lane",
        ),
        bind(&[Char('a')], Action::Step(Step::All), "all", "compute all rounds of the learned lanes"),
    ],
);
