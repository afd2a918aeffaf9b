//! Orseau, Hutter, Rivasplata (2020), Corollary 10: a golden-ratio sum for each weight alone.

use super::{BoundParameters, BuildOptions, Facts, LayerBound, LayerMemory, LayerTask, Method, golden};
use crate::construction::{LayerProblem, Match, Mode, Sharing, Sum};
use crate::theory::{Count, corollary10};

static FACTS: Facts = Facts {
    id: "corollary-10",
    name: "corollary10",
    letter: 'C',
    idea: "golden-ratio sums, no neuron shared",
    is_rung: true,
    bounds_row: Some(1),
    ..golden::FACTS
};

struct Corollary10Method;

impl Method for Corollary10Method {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        layer.problem(options, FACTS.law, (Match::Product, Sum::Golden, Sharing::Nobody))
    }

    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound {
        let k_prime = layer.ranges.k_prime;
        let all = |weights: u64, all_targets| {
            let BoundParameters { depth, delta, .. } = *parameters;
            let each = corollary10::neurons_per_weight(k_prime, weights, depth, delta, all_targets);
            Some(if weights == 0 { Count::ZERO } else { Count::new(each as f64 * weights as f64) })
        };
        LayerBound {
            neurons: all(layer.nonzero_weights(), false),
            neurons_all_targets: all(layer.weights(), true),
        }
    }

    fn expected_draws(&self, layer: &LayerTask<'_>, _: Mode) -> Count {
        Count::new(layer.nonzero_weights() as f64 * golden::alone(layer))
    }

    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        golden::expected_rows(layer)
    }

    fn memory(&self, layer: &LayerTask<'_>) -> LayerMemory {
        LayerMemory { kept: golden::bucket_memory(layer), ..LayerMemory::default() }
    }
}

pub(super) fn method() -> &'static dyn Method {
    &Corollary10Method
}
