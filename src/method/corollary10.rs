//! Orseau, Hutter, Rivasplata (2020), Corollary 10: a golden-ratio sum for each weight alone.

use super::{Facts, Method, golden};

static FACTS: Facts = Facts {
    id: "corollary-10",
    name: "corollary10",
    letter: 'C',
    idea: "golden-ratio sums, no neuron shared",
    is_rung: true,
    bounds_row: Some(1),
    ..golden::FACTS
};

struct Corollary10;

impl Method for Corollary10 {
    fn facts(&self) -> &Facts {
        &FACTS
    }
}

pub(super) fn method() -> &'static dyn Method {
    &Corollary10
}
