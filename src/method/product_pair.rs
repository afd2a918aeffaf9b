//! Ramanujan et al. (2019), product weights: a neuron for each half of a weight, matched by its product.

use super::{Facts, Method, single};

static FACTS: Facts = Facts {
    id: "product-weights",
    name: "product-pair",
    letter: 'P',
    idea: "one neuron a half, matched by its product",
    bounds_row: Some(5),
    ..single::FACTS
};

struct ProductPair;

impl Method for ProductPair {
    fn facts(&self) -> &Facts {
        &FACTS
    }
}

pub(super) fn method() -> &'static dyn Method {
    &ProductPair
}
