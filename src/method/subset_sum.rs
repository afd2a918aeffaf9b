//! Subset sums: Pensia et al. (2020), neurons shared by the outputs of one input, and Orseau et al., Appendix A,
//! nothing shared.

use super::interface::OPEN_PAIR;
use super::{
    Assumption, BoundParameters, BuildOptions, DemandKind, Facts, LawChoice, LayerBound, LayerMemory,
    LayerTask, Method, Premises, WeightCaption, uniform,
};
use crate::construction::best_subset::MOST_VALUES;
use crate::construction::incremental::lower_values;
use crate::construction::{LayerProblem, Match, Mode, Sharing, Sum};
use crate::theory::Count;

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
    can_skip_ahead: false,
    is_rung: false,
    bounds_row: Some(3),
    bound_note: None,
    shape_note: None,
    weight_caption: WeightCaption {
        under_way: &[
            " Where a sum of the products available ({open}: t) is near enough, they are taken {taken}.",
        ],
        finished: &[
            " The best sum of the products available: each one taken {taken} is subtracted from the residual. t: all of them.",
            " The best sum of the products available takes those marked {taken}.",
        ],
    },
};

static BY_INPUT: SubsetSumMethod = SubsetSumMethod { sharing: Sharing::Input, facts: SHARED };

static BY_NOBODY: SubsetSumMethod = SubsetSumMethod {
    sharing: Sharing::Nobody,
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

struct SubsetSumMethod {
    sharing: Sharing,
    facts: Facts,
}

impl Method for SubsetSumMethod {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    /// "The max norms of the weights and of the inputs" (Pensia et al., section 8).
    fn assumptions(&self, premises: &Premises<'_>) -> Vec<Assumption> {
        vec![uniform::within_one(premises), Assumption::new("|x| ≤ 1", 1.0, premises.largest_input)]
    }

    fn refusal(&self, premises: &Premises<'_>) -> Option<String> {
        uniform::too_fine(premises).or_else(|| too_many_values(premises))
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        layer.problem(options, self.facts.law, (Match::Product, Sum::Subset, self.sharing))
    }

    fn bound(&self, _: &LayerTask<'_>, _: &BoundParameters) -> LayerBound {
        LayerBound { neurons: None, neurons_all_targets: None }
    }

    /// A block takes as many values as tell ±1 to within η.
    fn expected_draws(&self, layer: &LayerTask<'_>, _: Mode) -> Count {
        let blocks = self.sharing.blocks(layer.nonzero) as f64;
        Count::new(blocks * layer.halves() * -layer.ranges.half_tolerance.log2())
    }

    /// A sum takes every second of as many values as tell ±1 to within η.
    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        let (tolerance, weights) = (layer.ranges.half_tolerance, layer.target.weights(layer.layer));
        let large = weights.iter().map(|w| w.abs()).filter(|&w| w > tolerance);
        layer.halves() * large.count() as f64 * (2.0 - tolerance.log2()) / 2.0
    }

    fn memory(&self, layer: &LayerTask<'_>) -> LayerMemory {
        let search = open_search(layer.ranges.half_tolerance);
        let under_way = match self.sharing {
            Sharing::Input => layer.nonzero.outputs as f64 * 2.0 * (OPEN_PAIR + search),
            Sharing::Nobody | Sharing::Layer(_) => 2.0 * search,
        };
        LayerMemory { under_way, ..LayerMemory::default() }
    }
}

/// Refuses a tolerance with more values in a sum than a search can hold.
fn too_many_values(premises: &Premises<'_>) -> Option<String> {
    let finest = (premises.finest_tolerance)() / 2.0;
    let values = (-finest.log2()).ceil() + 4.0;
    (values > MOST_VALUES as f64).then(|| {
        let cost = "whose search holds 2^22 sums a half";
        format!(
            "a sum within {finest:.1e} takes about {values} values; expected at most {MOST_VALUES}, {cost}"
        )
    })
}

/// Bytes of one half's search on average when all searches together are largest: the sums of its filter, and its values. A
/// search ends after each value with the probability that one of its new sums is within η.
fn open_search(tolerance: f64) -> f64 {
    /// A sum of a filter's lower values, its bits and its chain.
    const FILTERED: f64 = 16.0;
    const VALUE: f64 = 48.0;
    (1..=MOST_VALUES)
        .map(|values| {
            let open = pxfm::f_exp(-(values as f64).exp2() / 2.0 * tolerance);
            open * FILTERED * (lower_values(values) as f64).exp2() + VALUE * (2.0 - tolerance.log2())
        })
        .fold(0.0, f64::max)
}

pub(super) fn shared() -> &'static dyn Method {
    &BY_INPUT
}

pub(super) fn unshared() -> &'static dyn Method {
    &BY_NOBODY
}
