//! Theorem 3 with its gap closed: first-fit within the neurons that are proven for all targets at once.

use super::{BoundParameters, BuildOptions, Facts, LayerBound, LayerTask, Method, golden};
use crate::construction::{Allocation, LayerProblem, Match, Mode, Sharing, Sum};
use crate::theory::{Count, theorem3};

static FACTS: Facts = Facts {
    id: "repaired",
    name: "repaired",
    letter: 'R',
    idea: "Theorem 3 within its repaired bound",
    shared: "the layer, first-fit",
    bounds_row: Some(8),
    ..golden::FACTS
};

struct Repaired;

impl Method for Repaired {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound {
        let (k_prime, weights) = (layer.ranges.k_prime, layer.weights());
        let neurons = theorem3::neurons_all_targets(k_prime, weights, parameters.depth, parameters.delta);
        LayerBound { neurons: Some(neurons.into()), neurons_all_targets: Some(neurons.into()) }
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        let choices = (Match::Product, Sum::Golden, Sharing::Layer(Allocation::FirstFit));
        layer.problem(options, FACTS.law, choices)
    }

    fn expected_draws(&self, layer: &LayerTask<'_>, _: Mode) -> Count {
        Count::new(golden::demands(layer) + golden::alone(layer))
    }

    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        golden::expected_rows(layer)
    }
}

pub(super) fn method() -> &'static dyn Method {
    &Repaired
}
