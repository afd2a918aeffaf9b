//! Why an ONNX model is not read.

use thiserror::Error;

use crate::network::graph::GraphError;

/// Why an ONNX model is not read as a network.
#[derive(Debug, Error, PartialEq)]
pub enum OnnxError {
    /// Bytes of no ONNX model, or of a damaged one.
    #[error("expected an ONNX model, found {0}")]
    Damaged(String),
    /// An unsupported node, initialiser, input or output.
    #[error("{place}: expected {expected}, found {found}")]
    Unsupported {
        /// ``node `conv1` (Conv)``, ``initialiser `fc.weight` ``, ``input `x` ``
        place: String,
        /// the expectation
        expected: String,
        /// the finding
        found: String,
    },
    /// Shapes out of step, or numbers beyond the finite ones.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl OnnxError {
    /// An error at a place.
    pub(super) fn at(place: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Unsupported { place: place.to_owned(), expected: expected.into(), found: found.into() }
    }
}
