//! Malach et al. (2020): a neuron for each half of a weight, its two weights matched apart.

use super::{
    Assumption, BoundParameters, BuildOptions, Facts, LayerBound, LayerTask, Method, Premises, single,
    uniform,
};
use crate::construction::{LayerProblem, Match, Mode, Sharing, Sum};
use crate::theory::{Count, malach};

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

struct MalachMethod;

impl Method for MalachMethod {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    /// Section 3 of the paper, (i) to (iv): for every input ‖x‖₂ ≤ 1; |w| ≤ 1/√n_max; ‖W_i‖₂ ≤ 1; and ‖W_i‖₀ ≤ n_max,
    /// where ‖W_i‖₀ is "the number of non-zero weights at layer i", all rows of the matrix together. Then a tolerance no
    /// finer than their proof's.
    fn assumptions(&self, premises: &Premises<'_>) -> Vec<Assumption> {
        let target = premises.target;
        let n_max = target.architecture().n_max() as f64;
        let layers = 1..=target.architecture().layers();
        let non_zero = layers.map(|layer| target.weights(layer).iter().filter(|&&w| w != 0.0).count());
        let mut all = vec![
            Assumption::new("‖x‖₂ ≤ 1", 1.0, premises.largest_input_norm),
            Assumption::new("|w| ≤ 1/√n_max", 1.0 / n_max.sqrt(), target.largest_weight().0),
            Assumption::new("‖W_i‖₂ ≤ 1", 1.0, premises.largest_norm),
            Assumption::new("‖W_i‖₀ ≤ n_max", n_max, non_zero.max().unwrap_or(0) as f64),
            tolerance(premises),
        ];
        // Their proof is for layers that take one another.
        let of_graph = target.graph().map(|graph| graph.layers() as f64);
        all.extend(of_graph.map(|layers| Assumption::new("layers of a graph ≤ 0", 0.0, layers)));
        all
    }

    fn refusal(&self, premises: &Premises<'_>) -> Option<String> {
        uniform::beyond_one(premises).or_else(|| uniform::too_fine(premises))
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        layer.problem(options, FACTS.law, (Match::EachWeight, Sum::Single, Sharing::Nobody))
    }

    /// The published number is for n_max² weights a layer. This target takes the share of its weights other than 0.
    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound {
        let neurons =
            malach::neurons(parameters.depth, parameters.n_max, parameters.epsilon, parameters.delta);
        let share = layer.nonzero_weights() as f64 / layer.weights() as f64;
        LayerBound { neurons: Some(Count::new(neurons).times(share).ceil()), neurons_all_targets: None }
    }

    fn expected_draws(&self, layer: &LayerTask<'_>, mode: Mode) -> Count {
        single::expected_draws(layer, Match::EachWeight, mode)
    }

    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        single::expected_rows(layer)
    }
}

/// Malach's number of neurons waits for hits within η = ε/(2eℓn_max^{3/2}) at the finest: 1/p = 2/η² = 8e²ℓ²n_max³/ε² =
/// 59.1 ℓ²n_max³/ε², for which their proof has 64. Lemma 1 asks for a finer ε_w = 2η where its norms or F_max are above 1
/// (`norms: Worst`).
fn tolerance(premises: &Premises<'_>) -> Assumption {
    let architecture = premises.target.architecture();
    let (layers, n) = (architecture.layers() as f64, architecture.n_max() as f64);
    let unit = premises.epsilon / (std::f64::consts::E * layers * n * n.sqrt());
    let finest = (premises.finest_tolerance)();
    Assumption::new("ε/(eℓ√n_max³·ε_w) ≤ 1", 1.0, unit.min(premises.w_max) / finest)
}

pub(super) fn method() -> &'static dyn Method {
    &MalachMethod
}
