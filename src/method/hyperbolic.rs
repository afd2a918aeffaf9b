//! Orseau, Hutter, Rivasplata (2020), Theorem 3: golden-ratio sums, all weights of a layer share neurons.

use super::{BoundParameters, BuildOptions, Facts, LayerBound, LayerMemory, LayerTask, Method, golden};
use crate::construction::{
    Allocation, LayerProblem, MOST_EDGES_KEPT, MOST_VERTICES, Match, Mode, Sharing, Sum,
};
use crate::theory::{Count, theorem3};

const SHARED_BY_LAYER: Facts = Facts {
    name: "hyperbolic",
    letter: 'H',
    idea: "golden-ratio sums, shared by the layer: Theorem 3",
    ..golden::FACTS
};

static FIRST_FIT: HyperbolicMethod = HyperbolicMethod {
    allocation: Allocation::FirstFit,
    facts: Facts {
        id: "hyperbolic/first-fit",
        allocation: Some("first-fit"),
        shared: "the layer, first-fit",
        is_rung: true,
        bounds_row: Some(0),
        ..SHARED_BY_LAYER
    },
};

static IN_ORDER: HyperbolicMethod = HyperbolicMethod {
    allocation: Allocation::InOrder,
    facts: Facts {
        id: "hyperbolic/in-order",
        allocation: Some("in-order"),
        shared: "the layer, in-order",
        ..SHARED_BY_LAYER
    },
};

static ON_DEMAND: HyperbolicMethod = HyperbolicMethod {
    allocation: Allocation::OnDemand,
    facts: Facts {
        id: "hyperbolic/on-demand",
        allocation: Some("on-demand"),
        shared: "the layer, on-demand",
        ..SHARED_BY_LAYER
    },
};

/// Bytes of the queue of neurons.
const QUEUE: f64 = 25.0 * (1 << 10) as f64;

struct HyperbolicMethod {
    allocation: Allocation,
    facts: Facts,
}

impl Method for HyperbolicMethod {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        layer.problem(options, self.facts.law, (Match::Product, Sum::Golden, Sharing::Layer(self.allocation)))
    }

    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound {
        let (k_prime, weights) = (layer.ranges.k_prime, layer.nonzero_weights());
        let BoundParameters { depth, delta, .. } = *parameters;
        // Without demands, the logarithm of Lemma C.12 buys nothing.
        let neurons = match (weights, layer.skip_negative_half) {
            (0, _) => 0,
            (_, true) => theorem3::neurons_of_one_half(k_prime, weights, depth, delta),
            (_, false) => theorem3::neurons(k_prime, weights, depth, delta),
        };
        let all_targets = theorem3::neurons_all_targets(k_prime, layer.weights(), depth, delta);
        LayerBound { neurons: Some(neurons.into()), neurons_all_targets: Some(all_targets.into()) }
    }

    /// Each demand takes a neuron (`FirstFit`), and the last weight, if there is any, collects the rest of its pieces alone.
    fn expected_draws(&self, layer: &LayerTask<'_>, _: Mode) -> Count {
        let demands = golden::demands(layer);
        let alone = if layer.nonzero_weights() == 0 { 0.0 } else { golden::alone(layer) };
        Count::new(match self.allocation {
            Allocation::FirstFit => demands + alone,
            Allocation::InOrder => golden::IN_ORDER * demands + alone,
            Allocation::OnDemand => golden::PIECES_TAKEN * (demands + alone),
        })
    }

    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        golden::expected_rows(layer)
    }

    fn memory(&self, layer: &LayerTask<'_>) -> LayerMemory {
        LayerMemory {
            kept: golden::bucket_memory(layer) + QUEUE,
            under_way: match self.allocation {
                // The quickest bucket is twice as far as the slowest.
                Allocation::InOrder => golden::demands(layer) * 8.0 / 2.0,
                Allocation::FirstFit | Allocation::OnDemand => 0.0,
            },
        }
    }

    fn existence_memory(&self, layer: &LayerTask<'_>, bound: Option<Count>, ticket: f64) -> f64 {
        let Some(bound) = bound else { return 0.0 };
        if self.expected_draws(layer, Mode::Drawn).times(2.0) < bound {
            return 0.0;
        }
        let (weights, demands) = (layer.nonzero_weights() as f64, golden::demands(layer));
        if demands > MOST_VERTICES as f64 {
            return 8.0 * weights;
        }
        let exact = matching(layer, bound);
        let first_fit = if self.allocation == Allocation::FirstFit { 0.0 } else { ticket };
        let in_order =
            if self.allocation == Allocation::InOrder || exact > 0.0 { 0.0 } else { ticket + 4.0 * demands };
        8.0 * weights + first_fit.max(exact).max(in_order)
    }
}

/// Bytes of the exact matching of a layer: its vertices, and the edges of the pairs reached by a search, up to a limit.
/// None if the answer needs no matching, or the matching is too large.
fn matching(layer: &LayerTask<'_>, bound: Count) -> f64 {
    const NEURON: f64 = 12.0;
    /// Its neuron, and the start of its edges.
    const DEMAND: f64 = 4.0 + 8.0;
    const EDGE: f64 = 4.0;
    let (neurons, demands) = (bound.as_f64(), golden::demands(layer));
    if neurons < demands || neurons + demands > MOST_VERTICES as f64 {
        return 0.0;
    }
    // A category has a product with probability 1/8k′.
    let edges = neurons * demands / (8.0 * layer.ranges.k_prime);
    NEURON * neurons + DEMAND * demands + EDGE * edges.min(MOST_EDGES_KEPT as f64)
}

pub(super) fn method(allocation: Allocation) -> &'static dyn Method {
    match allocation {
        Allocation::FirstFit => &FIRST_FIT,
        Allocation::InOrder => &IN_ORDER,
        Allocation::OnDemand => &ON_DEMAND,
    }
}
