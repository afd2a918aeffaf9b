//! Ramanujan et al. (2019): a neuron of G for each neuron of the target, all its weights matched at once.

use super::{
    Assumption, BoundParameters, BuildOptions, DemandKind, Facts, LayerBound, LayerTask, Method, Premises,
    WeightCaption, single, uniform,
};
use ndarray::ArrayView1;

use crate::construction::{LayerProblem, Match, Mode, Sharing, Sum, ln_neuron_probability};
use crate::network::Activation;
use crate::theory::Count;

const CAPTION: &[&str] = &[" One neuron for all weights of the output; this is its part in one of them."];

static FACTS: Facts = Facts {
    id: "whole-neuron",
    name: "whole-neuron",
    letter: 'W',
    idea: "one neuron for a neuron, all its weights matched",
    matched: "all its weights at once",
    summed: "one neuron for a neuron",
    demands: DemandKind::Neurons,
    bounds_row: Some(7),
    shape_note: Some(" A neuron of more inputs is as much rarer as its inputs are more. "),
    weight_caption: WeightCaption { under_way: CAPTION, finished: CAPTION },
    ..single::FACTS
};

struct WholeNeuronMethod;

impl Method for WholeNeuronMethod {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    fn assumptions(&self, premises: &Premises<'_>) -> Vec<Assumption> {
        let activations = premises.target.architecture().activations().iter();
        let others = activations.filter(|&&activation| activation != Activation::Relu).count();
        vec![uniform::within_one(premises), Assumption::new("layers without ReLU ≤ 0", 0.0, others as f64)]
    }

    fn refusal(&self, premises: &Premises<'_>) -> Option<String> {
        uniform::beyond_one(premises)
            .or_else(|| without_relu(premises))
            .or_else(|| uniform::too_fine(premises))
    }

    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem {
        layer.problem(options, FACTS.law, (Match::AllWeights, Sum::Neuron, Sharing::Nobody))
    }

    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound {
        LayerBound { neurons: neurons(layer, parameters), neurons_all_targets: None }
    }

    /// Neurons until every neuron of the target has a hit; skipping ahead, only the hits.
    fn expected_draws(&self, layer: &LayerTask<'_>, mode: Mode) -> Count {
        if mode == Mode::SkipAhead {
            return Count::new(layer.halves() * layer.nonzero_weights() as f64);
        }
        let weights = layer.target.weights(layer.layer);
        let rows = weights.rows().into_iter().filter(|row| row.iter().any(|&w| w != 0.0));
        let eta = layer.ranges.half_tolerance;
        // A neuron out of reach is refused before a lane is made.
        let hits = rows.filter_map(|row| ln_neuron_probability(nonzero(&row), eta));
        hits.map(|ln_p| Count::new(1.0).times_exp(-ln_p)).sum()
    }

    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64 {
        layer.nonzero_weights() as f64
    }
}

/// Refuses layers without ReLU.
fn without_relu(premises: &Premises<'_>) -> Option<String> {
    let activations = premises.target.architecture().activations().iter();
    let other = (1..).zip(activations).find(|(_, activation)| **activation != Activation::Relu);
    let (layer, other) = other?;
    let why = "a neuron of G is a ReLU and stands in for the target's, activation included";
    Some(format!("expected ReLU in every layer ({why}); found {} in layer {layer}", other.name()))
}

/// Neurons for every target neuron, as many as the rarest one needs for a hit. `None` if the tolerance is finer than
/// G's weights, or a weight is out of their reach.
fn neurons(layer: &LayerTask<'_>, parameters: &BoundParameters) -> Option<Count> {
    // A layer of zeros needs no neuron.
    if parameters.extremes.is_none() {
        return Some(Count::ZERO);
    }
    Some(single::waiting_neurons(layer.nonzero.outputs as f64, 1.0, ln_rarest(layer)?, parameters))
}

/// The weights of a target neuron that a neuron of G is to match; the mask cuts the others off.
fn nonzero(row: &ArrayView1<'_, f64>) -> impl Iterator<Item = f64> {
    row.iter().copied().filter(|&w| w != 0.0)
}

/// ln p of the rarest hit among the target's neurons. For an imagined layer, the contribution of the inputs scales with
/// their number.
fn ln_rarest(layer: &LayerTask<'_>) -> Option<f64> {
    let (weights, eta) = (layer.target.weights(layer.layer), layer.ranges.half_tolerance);
    // Neurons with all weights further than η from ±1 are hit the less often, the more these are: the one with the most
    // stands for all.
    let is_inside = |row: &ArrayView1<'_, f64>| row.iter().all(|w| w.abs() + eta <= 1.0);
    let mut most_inside = 0;
    let mut rarest = 0.0_f64;
    for row in weights.rows() {
        let (inside, count) = (is_inside(&row), nonzero(&row).count());
        if count == 0 || (inside && count <= most_inside) {
            continue;
        }
        if inside {
            most_inside = count;
        }
        rarest = rarest.min(ln_neuron_probability(nonzero(&row), eta)?);
    }
    let own = weights.ncols();
    if layer.inputs == own {
        return Some(rarest);
    }
    let output = ln_neuron_probability([], eta)?;
    Some(output + (rarest - output) * (layer.inputs as f64 / own as f64))
}

pub(super) fn method() -> &'static dyn Method {
    &WholeNeuronMethod
}
