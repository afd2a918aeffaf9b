//! The keys of Weight.

use crate::tui::keymap::Key::{Char, Down, End, Home, Left, PageDown, PageUp, Right, Up};
use crate::tui::keymap::{Keymap, bind, moves};

moves! {
    /// Another weight, or another step of it.
    WeightMove {
        Up,
        Down,
        Left,
        Right,
        FarUp,
        FarDown,
        First,
        Last,
        Worst,
        Latest,
        Served,
        NextStep,
        PreviousStep,
        EveryStep,
        OtherHalf,
    }
}

/// The keys of Weight, besides the keys of every screen.
pub(super) const KEYMAP: Keymap = Keymap::of_screen(
    "On Weight",
    &[
        bind(
            &[Char('e')],
            WeightMove::Worst.action(),
            "worst",
            "the weight of the layer with the largest error",
        ),
        bind(
            &[Char('c')],
            WeightMove::Latest.action(),
            "latest",
            "the weight completed last, and from then on each one after it",
        ),
        bind(&[Char('u')], WeightMove::Served.action(), "served", "the weight that the last neuron serves"),
        bind(&[Char('j')], WeightMove::NextStep.action(), "step", "the next step of the sum"),
        bind(&[Char('k')], WeightMove::PreviousStep.action(), "back", "the step of the sum before"),
        bind(
            &[Char('t')],
            WeightMove::EveryStep.action(),
            "every step",
            "show the steps at which nothing is taken too, or leave them out again",
        ),
        bind(
            &[Char('h')],
            WeightMove::OtherHalf.action(),
            "half",
            "go through the steps of the other half: inputs above 0, or below",
        ),
        bind(&[Left], WeightMove::Left.action(), "move", "the weight to the left: the input before"),
        bind(&[Right], WeightMove::Right.action(), "right", "the weight to the right: the next input"),
        bind(&[Up], WeightMove::Up.action(), "up", "the weight above: the output before"),
        bind(&[Down], WeightMove::Down.action(), "down", "the weight below: the next output"),
        bind(&[PageUp], WeightMove::FarUp.action(), "far up", "a tenth of the outputs up"),
        bind(&[PageDown], WeightMove::FarDown.action(), "far down", "a tenth of the outputs down"),
        bind(&[Home], WeightMove::First.action(), "first", "the output's first weight"),
        bind(&[End], WeightMove::Last.action(), "last", "the output's last weight"),
    ],
);
