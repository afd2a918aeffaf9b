//! Golden-ratio sums in blocks: the outputs of one input share neurons.

use super::interface::OPEN_PAIR;
use super::{BoundParameters, BuildOptions, Facts, LayerBound, LayerMemory, LayerTask, Method, golden};
use crate::construction::{LayerProblem, Match, Mode, Sharing, Sum};
use crate::theory::{Count, shared_golden};

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

struct SharedGoldenMethod;

impl Method for SharedGoldenMethod {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        layer.problem(options, FACTS.law, (Match::Product, Sum::Golden, Sharing::Input))
    }

    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound {
        let k_prime = layer.ranges.k_prime;
        let all = |weights: u64, inputs: u64| {
            let BoundParameters { depth, delta, .. } = *parameters;
            let each = shared_golden::neurons_per_input(k_prime, weights, depth, delta);
            Some(if weights == 0 { Count::ZERO } else { Count::new(each as f64 * inputs as f64) })
        };
        LayerBound {
            neurons: all(layer.nonzero_weights(), layer.nonzero.inputs),
            neurons_all_targets: all(layer.weights(), layer.inputs as u64),
        }
    }

    fn expected_draws(&self, layer: &LayerTask<'_>, _: Mode) -> Count {
        let last = layer.nonzero.inputs as f64 * golden::alone(layer);
        Count::new(golden::PIECES_TAKEN * (golden::demands(layer) + last))
    }

    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        golden::expected_rows(layer)
    }

    fn memory(&self, layer: &LayerTask<'_>) -> LayerMemory {
        let pair = 2.0 * 8.0 * layer.ranges.levels as f64 + OPEN_PAIR;
        LayerMemory { kept: golden::bucket_memory(layer), under_way: layer.nonzero.outputs as f64 * pair }
    }
}

pub(super) fn method() -> &'static dyn Method {
    &SharedGoldenMethod
}
