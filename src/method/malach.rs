//! Malach et al. (2020): a neuron for each half of a weight, its two weights matched apart.

use super::{Facts, Method, single};

static FACTS: Facts = Facts {
    id: "malach",
    name: "malach",
    letter: 'M',
    idea: "one neuron a half, its two weights matched apart",
    matched: "z_in ≈ ±w, z_out ≈ ±1",
    bounds_row: Some(6),
    bound_note: Some(" Malach's bound takes for granted |x|, |W| {at_most} 1, |w| {at_most} 1/sqrt(n_max). "),
    ..single::FACTS
};

struct Malach;

impl Method for Malach {
    fn facts(&self) -> &Facts {
        &FACTS
    }
}

pub(super) fn method() -> &'static dyn Method {
    &Malach
}
