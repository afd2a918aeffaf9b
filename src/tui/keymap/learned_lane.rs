//! Keys of every screen in the terms of learned lanes: batch, epoch, round. The actions are the same.

use super::action::Action;
use super::binding::{Binding, Keymap, bind};
use super::key::Key::Char;
use crate::session::Step;

/// The steps of learned lanes.
pub const LEARNED: Keymap = Keymap::of_screen(
    "While a learned lane is on view",
    &[
        bind(&[Char('n')], Action::Step(Step::Neuron), "batch", "compute one batch"),
        bind(&[Char('w')], Action::Step(Step::Weight), "epoch", "go on to the end of the epoch"),
        bind(
            &[Char('l')],
            Action::Step(Step::Layer),
            "round",
            "go on to the end of the round, its controls included",
        ),
        bind(&[Char('a')], Action::Step(Step::All), "all", "compute all rounds, as fast as possible"),
        bind(&[Char('N')], Action::Back(Step::Neuron), "back", "take the last batch back"),
        bind(
            &[Char('W')],
            Action::Back(Step::Weight),
            "back",
            "go back to the start of the epoch, or of the one before",
        ),
        bind(
            &[Char('L')],
            Action::Back(Step::Layer),
            "back",
            "go back to the start of the round, or of the one before",
        ),
        bind(
            &[Char('r')],
            Action::Restart,
            "restart",
            "forget all batches and start over; a run of more than 5 s asks first",
        ),
        bind(&[Char('-')], Action::Slower, "slower", "run slower, down to one batch a second"),
    ],
);

/// Steps that move constructions and learned lanes together.
pub const TOGETHER: &[Binding] = &[
    bind(&[Char('n')], Action::Step(Step::Neuron), "neuron/batch", "draw one neuron, compute one batch"),
    bind(
        &[Char('w')],
        Action::Step(Step::Weight),
        "weight/epoch",
        "go on to the next complete weight, to the end of the epoch",
    ),
    bind(
        &[Char('l')],
        Action::Step(Step::Layer),
        "layer/round",
        "go on to the end of the layer, of the round",
    ),
];

/// A row of the keys of every screen in the terms of `steps`.
pub fn in_terms_of(binding: &'static Binding, steps: &'static [Binding]) -> &'static Binding {
    steps.iter().find(|step| step.action == binding.action).unwrap_or(binding)
}
