//! Ramanujan et al. (2019): a neuron of G for each neuron of the target, all its weights matched at once.

use super::{DemandKind, Facts, Method, WeightCaption, single};

const CAPTION: &[&str] = &[" One neuron for all weights of the output; this is its part in one of them."];

static FACTS: Facts = Facts {
    id: "whole-neuron",
    name: "whole-neuron",
    letter: 'W',
    idea: "one neuron for a neuron, all its weights matched",
    matched: "all its weights at once",
    summed: "one neuron for a neuron",
    demands: DemandKind::Neurons,
    bounds_row: Some(7),
    shape_note: Some(" A neuron of more inputs is as much rarer as its inputs are more. "),
    weight_caption: WeightCaption { under_way: CAPTION, finished: CAPTION },
    ..single::FACTS
};

struct WholeNeuron;

impl Method for WholeNeuron {
    fn facts(&self) -> &Facts {
        &FACTS
    }
}

pub(super) fn method() -> &'static dyn Method {
    &WholeNeuron
}
