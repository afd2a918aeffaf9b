//! A network before any run.

use serde::Serialize;

use super::bounds::TheoryReport;
use crate::experiment::{Experiment, Plan};
use crate::network::files::TensorName;
use crate::network::spectral_norm;

/// `slth inspect`: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct InspectReport {
    pub file: String,
    pub widths: Vec<usize>,
    /// with the constants for biases; `None` without biases
    pub folded_widths: Option<Vec<usize>>,
    pub weights: u64,
    pub layers: Vec<InspectedLayer>,
    pub w_max: f64,
    pub f_max: f64,
    pub epsilon: f64,
    pub delta: f64,
    #[serde(flatten)]
    pub theory: TheoryReport,
}

/// One layer as it was given.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct InspectedLayer {
    pub layer: usize,
    /// `None` unless read from a file
    pub tensor: Option<TensorName>,
    /// outputs × inputs
    pub shape: (usize, usize),
    pub activation: &'static str,
    /// smallest and largest weight
    pub range: (f64, f64),
    pub zeros: usize,
    /// ‖W_i‖₂
    pub norm: f64,
    pub bias: Option<BiasReport>,
    /// ‖·‖₂ of the matrix with its bias folded in; `None` without biases
    pub folded_norm: Option<f64>,
    /// bound on sup ‖F_{i−1}‖₂ over the inputs
    pub input_norm: f64,
}

/// A layer's bias.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct BiasReport {
    pub tensor: Option<TensorName>,
    /// smallest and largest
    pub range: (f64, f64),
}

impl InspectReport {
    /// The target of an experiment, and the bounds for its ε, δ and inputs.
    pub fn new(file: &str, experiment: &Experiment) -> Self {
        let target = &experiment.target;
        let given = target.given_widths();
        let layers = || 1..=target.architecture().layers();
        Self {
            file: file.to_owned(),
            widths: given.to_vec(),
            folded_widths: target.fold().map(|_| target.architecture().widths().to_vec()),
            weights: layers().map(|layer| target.given_weights(layer).len() as u64).sum(),
            layers: layers().map(|layer| InspectedLayer::new(experiment, layer)).collect(),
            w_max: experiment.w_max,
            f_max: experiment.f_max,
            epsilon: experiment.epsilon,
            delta: experiment.delta,
            theory: TheoryReport::new(experiment, &Plan::new(experiment)),
        }
    }
}

impl InspectedLayer {
    fn new(experiment: &Experiment, layer: usize) -> Self {
        let target = &experiment.target;
        let weights = target.given_weights(layer);
        let origin = experiment.reading.as_ref().and_then(|reading| reading.layers.get(layer - 1));
        let range = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let fold = target.fold().filter(|fold| fold.has_bias(layer));
        let bias = fold.map(|fold| {
            let column = target.weights(layer).column(weights.ncols());
            let constant = fold.constants()[layer - 1];
            BiasReport {
                tensor: origin.and_then(|origin| origin.bias.clone()),
                range: range(&mut column.iter().take(weights.nrows()).map(|b| b * constant)),
            }
        });
        Self {
            layer,
            tensor: origin.map(|origin| origin.matrix.clone()),
            shape: weights.dim(),
            activation: target.architecture().activation(layer).name(),
            range: range(&mut weights.iter().copied()),
            zeros: weights.iter().filter(|&&w| w == 0.0).count(),
            norm: if target.fold().is_some() {
                spectral_norm(weights)
            } else {
                experiment.target_norms[layer - 1]
            },
            bias,
            folded_norm: target.fold().map(|_| experiment.target_norms[layer - 1]),
            input_norm: experiment.bounds.input_norm(layer),
        }
    }
}
