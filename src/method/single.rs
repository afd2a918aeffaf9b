//! Shared parts of the methods with one neuron for a half, or for a neuron.

use super::{BoundParameters, DemandKind, Facts, LawChoice, LayerTask, WeightCaption};
use crate::construction::{Match, Mode, ln_hit_probability};
use crate::theory::{Count, ln_over};

const CAPTION: &[&str] = &[" One neuron for each half; its product is the weight."];

/// The facts of a single neuron for each half; the rest is a method's own.
pub(super) const FACTS: Facts = Facts {
    id: "",
    name: "",
    allocation: None,
    letter: ' ',
    idea: "",
    law: LawChoice::Uniform,
    matched: "product",
    summed: "one neuron a half",
    shared: "nobody",
    demands: DemandKind::Halves,
    has_constant: true,
    searches: false,
    can_skip_ahead: true,
    is_rung: true,
    bounds_row: None,
    bound_note: None,
    shape_note: None,
    weight_caption: WeightCaption { under_way: CAPTION, finished: CAPTION },
};

/// Two halves: the first of either after 1/2p neurons, the other 1/p later.
const WAITS_OF_TWO_HALVES: f64 = 1.5;

/// Neurons until both halves of every weight have a hit; skipping ahead, only the hits.
pub(super) fn expected_draws(layer: &LayerTask<'_>, matching: Match, mode: Mode) -> Count {
    if mode == Mode::SkipAhead {
        return Count::new(layer.halves() * layer.nonzero_weights() as f64);
    }
    let weights = layer.target.weights(layer.layer).iter().filter(|&&w| w != 0.0);
    // A weight out of reach is refused before a lane is made.
    let hits = weights.filter_map(|&w| ln_hit_probability(matching, w, layer.ranges.half_tolerance));
    hits.map(|ln_p| Count::new(WAITS_OF_TWO_HALVES).times_exp(-ln_p)).sum()
}

/// A row for each half of a weight other than 0.
pub(super) fn expected_rows(layer: &LayerTask<'_>) -> f64 {
    layer.halves() * layer.nonzero_weights() as f64
}

/// Neurons of a layer without sharing: every demand waits for its own hit, of probability p for the rarest. Each block
/// has ⌈ln(Dℓ/δ)/p⌉, with D demands in all. A demand stays without a hit with probability (1 − p)^m ≤ e^{−pm}; union
/// bound over D demands and ℓ layers. p is exact, for this target.
pub(super) fn waiting_neurons(
    blocks: f64,
    demands_of_block: f64,
    ln_p: f64,
    parameters: &BoundParameters,
) -> Count {
    let factor = ln_over(demands_of_block * blocks * parameters.depth as f64, parameters.delta);
    Count::new(factor).times_exp(-ln_p).ceil().times(blocks)
}
