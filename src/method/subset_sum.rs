//! Subset sums: Pensia et al. (2020), where the outputs of one input share neurons, and Orseau et al., Appendix A, where
//! nobody does.

use super::{DemandKind, Facts, LawChoice, Method, WeightCaption};

const SHARED: Facts = Facts {
    id: "subset-sum",
    name: "subset-sum",
    allocation: None,
    letter: 'S',
    idea: "best subset sums, shared by an input's outputs",
    law: LawChoice::Uniform,
    matched: "product",
    summed: "best subset sum",
    shared: "the outputs of one input",
    demands: DemandKind::Halves,
    has_constant: false,
    searches: true,
    is_rung: false,
    bounds_row: Some(3),
    bound_note: None,
    shape_note: None,
    weight_caption: WeightCaption {
        under_way: &[
            " {open} at hand; where one of their sums is near enough, its products are taken {taken}.",
        ],
        finished: &[
            " The products at hand; those of the best sum are taken {taken}, one after another.",
            " The best sum of the products at hand takes those marked {taken}.",
        ],
    },
};

static BY_INPUT: SubsetSum = SubsetSum { facts: SHARED };

static BY_NOBODY: SubsetSum = SubsetSum {
    facts: Facts {
        id: "subset-sum/unshared",
        name: "uniform-sub-sums",
        letter: 'U',
        idea: "best subset sums, no neuron shared",
        shared: "nobody",
        bounds_row: Some(4),
        ..SHARED
    },
};

struct SubsetSum {
    facts: Facts,
}

impl Method for SubsetSum {
    fn facts(&self) -> &Facts {
        &self.facts
    }
}

pub(super) fn shared() -> &'static dyn Method {
    &BY_INPUT
}

pub(super) fn unshared() -> &'static dyn Method {
    &BY_NOBODY
}
