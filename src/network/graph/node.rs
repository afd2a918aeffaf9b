//! The nodes of a graph and their operations.

use std::sync::Arc;

use serde::Serialize;

use super::{Pooling, Shape};
use crate::network::Activation;

/// A node: an operation on the values of earlier nodes.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    /// its name, as its file or preset has it; unique
    pub name: String,
    /// what it computes
    pub operation: Operation,
    /// the nodes whose values it takes, by their numbers, each below its own
    pub from: Vec<usize>,
    /// the shape of its value
    pub shape: Shape,
}

/// What a node computes. Only linear maps are rebuilt out of G; all else is the same in F, G and Ĝ.
#[derive(Clone, Debug, Serialize)]
pub enum Operation {
    /// the input of the network
    Input,
    /// a value that does not depend on the input: entries in order
    Constant(Arc<Vec<f64>>),
    /// the linear map of this layer, from 1
    Linear(usize),
    /// σ of each entry
    Activation(Activation),
    /// a + b, entry by entry
    Add,
    /// a ⊙ b, entry by entry
    Product,
    /// z ⊙ a + (1 − z) ⊙ b of (z, a, b), entry by entry
    Mix,
    /// its inputs one behind the other along an axis
    Concat {
        /// counted from 0, the outermost
        axis: usize,
    },
    /// the same entries in another shape
    Reshape,
    /// chosen entries, by their numbers: slices, transpositions, copies
    Select(Arc<Vec<u32>>),
    /// averages or maxima of groups of entries
    Pool(Arc<Pooling>),
    /// scale · x + shift, entry by entry
    ScaleShift {
        /// one for each entry
        scale: Arc<Vec<f64>>,
        /// one for each entry
        shift: Arc<Vec<f64>>,
    },
    /// eˣ divided by the sum of its row, rows along the last axis
    Softmax,
    /// the logarithm of that
    LogSoftmax,
}

impl Operation {
    /// Kebab-case name, as in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Constant(_) => "constant",
            Self::Linear(_) => "linear",
            Self::Activation(activation) => activation.name(),
            Self::Add => "add",
            Self::Product => "product",
            Self::Mix => "mix",
            Self::Concat { .. } => "concat",
            Self::Reshape => "reshape",
            Self::Select(_) => "select",
            Self::Pool(pooling) => pooling.kind.name(),
            Self::ScaleShift { .. } => "scale-shift",
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log-softmax",
        }
    }
}
