//! Why layers do not make a network.

use thiserror::Error;

use super::graph::GraphError;
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
    /// Nodes that do not fit.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Another number of matrices than layers.
    #[error("expected {expected} matrices, one for each layer, found {found}")]
    Matrices {
        /// layers
        expected: usize,
        /// matrices
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
