//! What the methods with one neuron for a half, or for a neuron, share.

use super::{DemandKind, Facts, LawChoice, WeightCaption};

const CAPTION: &[&str] = &[" One neuron for each half; its product is the weight."];

/// The facts of a single neuron for each half; the rest is a method's own.
pub(super) const FACTS: Facts = Facts {
    id: "",
    name: "",
    allocation: None,
    letter: ' ',
    idea: "",
    law: LawChoice::Uniform,
    matched: "product",
    summed: "one neuron a half",
    shared: "nobody",
    demands: DemandKind::Halves,
    has_constant: true,
    searches: false,
    is_rung: true,
    bounds_row: None,
    bound_note: None,
    shape_note: None,
    weight_caption: WeightCaption { under_way: CAPTION, finished: CAPTION },
};
