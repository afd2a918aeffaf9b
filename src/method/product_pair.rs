//! Ramanujan et al. (2019), product weights: a neuron for each half of a weight, matched by its product.

use super::{
    Assumption, BoundParameters, BuildOptions, Facts, LayerBound, LayerTask, Method, Premises, single,
    uniform,
};
use crate::construction::{LayerProblem, Match, Mode, Sharing, Sum, ln_hit_probability};
use crate::theory::Count;

static FACTS: Facts = Facts {
    id: "product-weights",
    name: "product-pair",
    letter: 'P',
    idea: "one neuron a half, matched by its product",
    bounds_row: Some(5),
    ..single::FACTS
};

struct ProductPairMethod;

impl Method for ProductPairMethod {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    fn assumptions(&self, premises: &Premises<'_>) -> Vec<Assumption> {
        vec![uniform::within_one(premises)]
    }

    fn refusal(&self, premises: &Premises<'_>) -> Option<String> {
        uniform::beyond_one(premises).or_else(|| uniform::too_fine(premises))
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        layer.problem(options, FACTS.law, (Match::Product, Sum::Single, Sharing::Nobody))
    }

    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound {
        LayerBound { neurons: neurons(layer, parameters), neurons_all_targets: None }
    }

    fn expected_draws(&self, layer: &LayerTask<'_>, mode: Mode) -> Count {
        single::expected_draws(layer, Match::Product, mode)
    }

    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        single::expected_rows(layer)
    }
}

/// Neurons for every weight, as many as the rarest one needs for a hit of both halves. `None` if the tolerance is finer
/// than G's weights, or a weight is out of their reach.
fn neurons(layer: &LayerTask<'_>, parameters: &BoundParameters) -> Option<Count> {
    // Weights of 0 need no neuron.
    let Some((least, most)) = parameters.extremes else { return Some(Count::ZERO) };
    // p rises with |w| up to η, the end of intervals around 0, and falls from there on.
    let ln_p = |w| ln_hit_probability(Match::Product, w, layer.ranges.half_tolerance);
    let rarest = ln_p(least)?.min(ln_p(most)?);
    Some(single::waiting_neurons(layer.nonzero_weights() as f64, 2.0, rarest, parameters))
}

pub(super) fn method() -> &'static dyn Method {
    &ProductPairMethod
}
