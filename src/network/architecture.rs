//! The shape of a network.

use serde::Serialize;

use super::{Activation, NetworkError};

/// Widths n₀…n_ℓ and activations σ₁…σ_ℓ: the paper's A(ℓ, n, σ).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Architecture {
    widths: Vec<usize>,
    activations: Vec<Activation>,
}

impl Architecture {
    /// An architecture with `activation` in every layer but the last, which has `output`.
    ///
    /// # Errors
    /// [`NetworkError`] if there are fewer than two widths, a width is 0, or the sizes overflow.
    pub fn new(widths: Vec<usize>, activation: Activation, output: Activation) -> Result<Self, NetworkError> {
        let mut activations = vec![activation; widths.len().saturating_sub(1)];
        if let Some(last) = activations.last_mut() {
            *last = output;
        }
        Self::with_activations(widths, activations)
    }

    /// An architecture with these activations, layer 1 first.
    ///
    /// # Errors
    /// As [`Architecture::new`], and if there is not one activation for each layer.
    pub fn with_activations(widths: Vec<usize>, activations: Vec<Activation>) -> Result<Self, NetworkError> {
        if widths.len() < 2 {
            return Err(NetworkError::TooFewWidths(widths.len()));
        }
        if let Some(index) = widths.iter().position(|&n| n == 0) {
            return Err(NetworkError::ZeroWidth { index });
        }
        let weights = widths.windows(2).try_fold(0_u64, |sum, pair| {
            let product = (pair[0] as u64).checked_mul(pair[1] as u64)?;
            sum.checked_add(product)
        });
        if widths.iter().any(|&n| n > u32::MAX as usize) || weights.is_none_or(|n| n >= 1 << 48) {
            return Err(NetworkError::TooLarge(widths));
        }
        if activations.len() != widths.len() - 1 {
            return Err(NetworkError::Activations { expected: widths.len() - 1, found: activations.len() });
        }
        Ok(Self { widths, activations })
    }

    /// ℓ, the number of layers; at least 1.
    pub fn layers(&self) -> usize {
        self.activations.len()
    }

    /// n₀…n_ℓ, input first.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// σ₁…σ_ℓ.
    pub fn activations(&self) -> &[Activation] {
        &self.activations
    }

    /// σ_i of layer i = 1…ℓ.
    pub fn activation(&self, layer: usize) -> Activation {
        self.activations[layer - 1]
    }

    /// P_i = n_i·n_{i−1}, the weights of layer i = 1…ℓ.
    pub fn weights(&self, layer: usize) -> u64 {
        self.widths[layer - 1] as u64 * self.widths[layer] as u64
    }

    /// N* = Σ P_i, the weights of the whole network.
    pub fn total_weights(&self) -> u64 {
        (1..=self.layers()).map(|layer| self.weights(layer)).sum()
    }

    /// n_max, the largest width, the input's included.
    pub fn n_max(&self) -> usize {
        self.widths.iter().copied().max().unwrap_or(0)
    }

    /// Whether no input of layer i can be negative, whatever the network's input: true behind a layer
    /// whose activation never is.
    pub fn inputs_never_negative(&self, layer: usize) -> bool {
        layer > 1 && self.activation(layer - 1).is_never_negative()
    }
}
