//! Orseau, Hutter, Rivasplata (2020), Theorem 3: golden-ratio sums, all weights of a layer share neurons.

use super::{Facts, Method, golden};
use crate::construction::Allocation;

const SHARED_BY_LAYER: Facts = Facts {
    name: "hyperbolic",
    letter: 'H',
    idea: "golden-ratio sums, shared by the layer: Theorem 3",
    ..golden::FACTS
};

static FIRST_FIT: Hyperbolic = Hyperbolic {
    facts: Facts {
        id: "hyperbolic/first-fit",
        allocation: Some("first-fit"),
        shared: "the layer, first-fit",
        is_rung: true,
        bounds_row: Some(0),
        ..SHARED_BY_LAYER
    },
};

static IN_ORDER: Hyperbolic = Hyperbolic {
    facts: Facts {
        id: "hyperbolic/in-order",
        allocation: Some("in-order"),
        shared: "the layer, in-order",
        ..SHARED_BY_LAYER
    },
};

static ON_DEMAND: Hyperbolic = Hyperbolic {
    facts: Facts {
        id: "hyperbolic/on-demand",
        allocation: Some("on-demand"),
        shared: "the layer, on-demand",
        ..SHARED_BY_LAYER
    },
};

struct Hyperbolic {
    facts: Facts,
}

impl Method for Hyperbolic {
    fn facts(&self) -> &Facts {
        &self.facts
    }
}

pub(super) fn method(allocation: Allocation) -> &'static dyn Method {
    match allocation {
        Allocation::FirstFit => &FIRST_FIT,
        Allocation::InOrder => &IN_ORDER,
        Allocation::OnDemand => &ON_DEMAND,
    }
}
