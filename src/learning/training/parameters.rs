//! Weights, biases and masks.

use ndarray::{Array1, Array2, Zip};
use serde::{Deserialize, Serialize};

/// The parameters of a dense network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// of each layer, outputs × inputs
    pub weights: Vec<Array2<f32>>,
    /// of each layer; `None` for a network without biases
    pub biases: Option<Vec<Array1<f32>>>,
}

/// Which weights are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masks {
    /// of each layer, outputs × inputs; true for kept weights
    pub layers: Vec<Array2<bool>>,
}

impl Parameters {
    /// Inputs, widths of the hidden layers, outputs.
    pub fn widths(&self) -> Vec<usize> {
        let inputs = self.weights.first().map(Array2::ncols);
        inputs.into_iter().chain(self.weights.iter().map(Array2::nrows)).collect()
    }

    /// Weights of all layers.
    pub fn weight_count(&self) -> usize {
        self.weights.iter().map(Array2::len).sum()
    }

    /// Bytes of weights and biases.
    pub fn bytes(&self) -> usize {
        let biases = self.biases.iter().flatten().map(Array1::len).sum::<usize>();
        (self.weight_count() + biases) * size_of::<f32>()
    }

    /// Sets pruned weights to 0.
    pub fn prune(&mut self, masks: &Masks) {
        for (weights, mask) in self.weights.iter_mut().zip(&masks.layers) {
            Zip::from(weights).and(mask).for_each(|weight, &kept| {
                if !kept {
                    *weight = 0.0;
                }
            });
        }
    }

    /// The first layer whose inputs are not the outputs of the layer before, or whose biases are not as many as its outputs;
    /// from 1.
    pub(super) fn mismatch(&self) -> Option<usize> {
        let widths = self.widths();
        let connected = |layer: usize| self.weights[layer].ncols() == widths[layer];
        let biased = |layer: usize| match &self.biases {
            Some(biases) => biases.get(layer).is_some_and(|bias| bias.len() == widths[layer + 1]),
            None => true,
        };
        (0..self.weights.len()).find(|&layer| !connected(layer) || !biased(layer)).map(|layer| layer + 1)
    }
}

impl Masks {
    /// All weights of these widths kept.
    pub fn full(widths: &[usize]) -> Self {
        Self { layers: widths.windows(2).map(|pair| Array2::from_elem((pair[1], pair[0]), true)).collect() }
    }

    /// Weights kept in each layer.
    pub fn kept(&self) -> Vec<u64> {
        self.layers.iter().map(|layer| layer.iter().filter(|&&kept| kept).count() as u64).collect()
    }

    /// Bytes of the mask.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(Array2::len).sum()
    }
}
