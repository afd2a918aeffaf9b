//! The target network F, and bounds for any network of its shape.
//!
//! An [`Architecture`] is the paper's A(ℓ, n, σ); a [`Network`] adds weights W*₁…W*_ℓ. Layers are
//! numbered from 1 as in the paper, so `weights(i)` is n_i × n_{i−1}. The paper's networks have no biases; one that has
//! them becomes one that has none, see [`Fold`].

mod activation;
mod bias;
mod domain;
mod edge;
pub mod files;
pub mod range;
mod rows;
mod spectral;
mod stop;

pub use activation::Activation;
pub use bias::Fold;
pub use domain::{ActivationBounds, Domain, with_constant};
pub use edge::Edge;
pub use rows::{BLOCK, BYTES_PER_VALUE};
pub use spectral::{spectral_norm, spectral_norm_bound};
pub use stop::{NEVER, Stop};

use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::Serialize;
use thiserror::Error;

use crate::visible::number;

/// Why layers do not make a network.
#[derive(Debug, Error, PartialEq)]
pub enum NetworkError {
    /// No layer, or fewer than two widths.
    #[error("expected an input width and at least one layer, found {0} widths")]
    TooFewWidths(usize),
    /// A layer without neurons.
    #[error("width {index}: expected at least 1 neuron, found 0")]
    ZeroWidth {
        /// place in the list of widths, 0 being the input
        index: usize,
    },
    /// More weights than can be counted or addressed.
    #[error("expected fewer than 2^32 neurons per layer and 2^48 weights, found widths {0:?}")]
    TooLarge(Vec<usize>),
    /// Neighbouring layers of unfitting shapes.
    #[error("layer {layer}: expected {expected} inputs (the outputs of the layer before), found {found}")]
    Shape {
        /// layer, from 1
        layer: usize,
        /// inputs expected
        expected: usize,
        /// inputs found
        found: usize,
    },
    /// NaN or infinity among the weights.
    #[error("layer {layer}, output {output}, input {input}: expected a finite weight, found {found}")]
    NotFinite {
        /// layer, from 1
        layer: usize,
        /// row of the weight
        output: usize,
        /// column of the weight
        input: usize,
        /// the value
        found: f64,
    },
    /// Another number of activations than layers.
    #[error("expected {expected} activations, one for each layer, found {found}")]
    Activations {
        /// layers
        expected: usize,
        /// activations
        found: usize,
    },
    /// Another number of biases than outputs, or a bias that is not finite.
    #[error("layer {layer}: expected {expected} finite biases, or none, found {found}")]
    Biases {
        /// layer, from 1
        layer: usize,
        /// outputs of the layer
        expected: usize,
        /// their number, or the first that is not finite
        found: String,
    },
    /// A bias without an equivalent weight.
    #[error(
        "layer {layer}, output {output}: expected a bias that stays finite when it is divided by {}, the constant that \
         it is folded into; found {}",
        number(*constant),
        number(*bias)
    )]
    Fold {
        /// layer, from 1
        layer: usize,
        /// its place in the layer
        output: usize,
        /// the constant of the constant neuron before the layer
        constant: f64,
        /// the bias
        bias: f64,
    },
}

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

/// The target network F: an architecture and its weight matrices.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    architecture: Architecture,
    weights: Vec<Array2<f64>>,
    /// if biases were folded into weights
    fold: Option<Fold>,
}

impl Network {
    /// A network of the matrices W*_i (n_i × n_{i−1}), `activation` in all layers but the last.
    ///
    /// # Errors
    /// [`NetworkError`] if the shapes do not fit or a weight is not finite.
    pub fn new(
        weights: Vec<Array2<f64>>,
        activation: Activation,
        output: Activation,
    ) -> Result<Self, NetworkError> {
        let mut activations = vec![activation; weights.len()];
        if let Some(last) = activations.last_mut() {
            *last = output;
        }
        Self::with_biases(weights, Vec::new(), activations)
    }

    /// A network σ_i(W_i·x + b_i) of the matrices W_i (n_i × n_{i−1}), biases b_i (n_i; `None` for none, and for layers
    /// beyond the list) and activations σ_i, layer 1 first. Biases are folded in: the
    /// result has one input more, a constant 1, and a constant neuron in some layers (see [`Fold`]).
    ///
    /// # Errors
    /// [`NetworkError`] if the shapes do not fit, or a weight or a bias is not finite.
    pub fn with_biases(
        weights: Vec<Array2<f64>>,
        biases: Vec<Option<Array1<f64>>>,
        activations: Vec<Activation>,
    ) -> Result<Self, NetworkError> {
        let mut widths: Vec<usize> = weights.first().map(|w| w.ncols()).into_iter().collect();
        for (index, w) in weights.iter().enumerate() {
            let (layer, expected) = (index + 1, widths[index]);
            if w.ncols() != expected {
                return Err(NetworkError::Shape { layer, expected, found: w.ncols() });
            }
            if let Some(((output, input), &found)) = w.indexed_iter().find(|(_, x)| !x.is_finite()) {
                return Err(NetworkError::NotFinite { layer, output, input, found });
            }
            widths.push(w.nrows());
        }
        let architecture = Architecture::with_activations(widths, activations)?;
        for ((layer, &expected), bias) in (1..).zip(&architecture.widths[1..]).zip(&biases) {
            let Some(bias) = bias else { continue };
            let found = match bias.iter().find(|b| !b.is_finite()) {
                Some(found) => found.to_string(),
                None if bias.len() != expected => bias.len().to_string(),
                None => continue,
            };
            return Err(NetworkError::Biases { layer, expected, found });
        }
        if biases.iter().all(Option::is_none) {
            return Ok(Self { architecture, weights, fold: None });
        }
        let (fold, weights) = Fold::new(&architecture, weights, biases)?;
        let mut widths = fold.widths().to_vec();
        widths.iter_mut().take(fold.constants().len()).for_each(|width| *width += 1);
        let architecture = Architecture::with_activations(widths, architecture.activations)?;
        Ok(Self { architecture, weights, fold: Some(fold) })
    }

    /// The folded biases, if the network had any.
    pub fn fold(&self) -> Option<&Fold> {
        self.fold.as_ref()
    }

    /// n₀…n_ℓ as the network was given: without constants.
    pub fn given_widths(&self) -> &[usize] {
        self.fold.as_ref().map_or(self.architecture.widths(), Fold::widths)
    }

    /// W_i of layer i = 1…ℓ as given, without the fold's rows and columns.
    pub fn given_weights(&self, layer: usize) -> ArrayView2<'_, f64> {
        let (rows, columns) = (self.given_widths()[layer], self.given_widths()[layer - 1]);
        let (upper, _) = self.weights[layer - 1].view().split_at(Axis(0), rows);
        upper.split_at(Axis(1), columns).0
    }

    /// The network's shape.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// W*_i of layer i = 1…ℓ, n_i × n_{i−1}.
    pub fn weights(&self, layer: usize) -> &Array2<f64> {
        &self.weights[layer - 1]
    }

    /// W*_1…W*_ℓ.
    pub fn all_weights(&self) -> impl Iterator<Item = ArrayView2<'_, f64>> {
        self.weights.iter().map(|w| w.view())
    }

    /// The largest |w*| of all layers, and its layer, row and column.
    pub fn largest_weight(&self) -> (f64, usize, usize, usize) {
        let mut largest = (0.0, 1, 0, 0);
        for (index, w) in self.weights.iter().enumerate() {
            for ((output, input), value) in w.indexed_iter() {
                if value.abs() > largest.0 {
                    largest = (value.abs(), index + 1, output, input);
                }
            }
        }
        largest
    }

    /// One layer applied to a batch: `points × n_{i−1}` in, `points × n_i` out. If a sum overflows, the point's outputs are not
    /// finite, in this layer and all later ones.
    pub fn forward_layer(&self, layer: usize, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let activation = self.architecture.activation(layer);
        let mut y = x.dot(&self.weights(layer).t());
        y.mapv_inplace(|v| activation.of_sum(v));
        y
    }

    /// F applied to a batch: `points × n₀` in, `points × n_ℓ` out.
    pub fn forward(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        through_layers(1..=self.architecture.layers(), x, |layer, x| self.forward_layer(layer, x))
    }
}

/// `x` through these layers, one after the other, without a copy of it if there is a layer.
pub fn through_layers<L>(
    layers: impl IntoIterator<Item = L>,
    x: ArrayView2<'_, f64>,
    mut apply: impl FnMut(L, ArrayView2<'_, f64>) -> Array2<f64>,
) -> Array2<f64> {
    let mut layers = layers.into_iter();
    let Some(first) = layers.next() else { return x.to_owned() };
    let first = apply(first, x);
    layers.fold(first, |x, layer| apply(layer, x.view()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_forward_pass_by_hand() {
        let w1 = array![[1.0, -1.0], [0.5, 0.5], [-2.0, 0.0]];
        let w2 = array![[1.0, 2.0, 3.0]];
        let network = Network::new(vec![w1, w2], Activation::Relu, Activation::Identity).unwrap();
        let y = network.forward(array![[1.0, 2.0], [3.0, -1.0]].view());
        assert_eq!(y, array![[3.0], [6.0]]);
        assert_eq!(network.architecture().widths(), [2, 3, 1]);
        assert_eq!(network.architecture().total_weights(), 9);
    }

    /// More terms than one block of the matrix product, and every size of batch it may treat differently.
    #[test]
    fn an_input_does_not_depend_on_its_batch() {
        let value = |at: usize| (at.wrapping_mul(2_654_435_761) % 1_000_003) as f64 / 500_000.0 - 1.0;
        let w1 = Array2::from_shape_fn((13, 700), |(i, j)| value(701 * i + j));
        let w2 = Array2::from_shape_fn((1, 13), |(_, j)| value(7 * j));
        let network = Network::new(vec![w1, w2], Activation::Tanh, Activation::Identity).unwrap();
        let x = Array2::from_shape_fn((97, 700), |(p, a)| value(997 * p + 3 * a));
        let whole = network.forward(x.view());
        for together in [1, 2, 7, 8, 32, 64] {
            let parts = x.axis_chunks_iter(Axis(0), together).map(|x| network.forward(x));
            let parts: Vec<f64> = parts.flatten().collect();
            assert_eq!(parts, whole.iter().copied().collect::<Vec<_>>(), "{together}");
        }
    }

    #[test]
    fn misfits_are_named() {
        let relu = Activation::Relu;
        let bad = Network::new(vec![array![[1.0, 2.0]], array![[1.0, 2.0]]], relu, relu);
        assert_eq!(bad.unwrap_err(), NetworkError::Shape { layer: 2, expected: 1, found: 2 });
        let nan = Network::new(vec![array![[1.0], [f64::NAN]]], relu, relu).unwrap_err();
        assert!(nan.to_string().contains("layer 1, output 1, input 0: expected a finite weight, found NaN"));
        assert!(matches!(
            Architecture::new(vec![3, 0], relu, relu),
            Err(NetworkError::ZeroWidth { index: 1 })
        ));
        let huge = vec![usize::MAX, usize::MAX];
        assert!(matches!(Architecture::new(huge, relu, relu), Err(NetworkError::TooLarge(_))));
    }
}
