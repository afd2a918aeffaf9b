//! Golden-ratio sums in blocks: the outputs of one input share neurons.

use super::{Facts, Method, golden};

static FACTS: Facts = Facts {
    id: "shared-golden",
    name: "shared-golden",
    letter: 'G',
    idea: "golden-ratio sums, shared by an input's outputs",
    shared: "the outputs of one input",
    is_rung: true,
    bounds_row: Some(2),
    ..golden::FACTS
};

struct SharedGolden;

impl Method for SharedGolden {
    fn facts(&self) -> &Facts {
        &FACTS
    }
}

pub(super) fn method() -> &'static dyn Method {
    &SharedGolden
}
