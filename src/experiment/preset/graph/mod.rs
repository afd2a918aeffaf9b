//! A graph in a preset: how the tensors of a file connect.
//!
//! A node takes the value of the node before, unless `of` names another; the first takes the input. Names of layers, options and
//! tensors are PyTorch's where PyTorch has one.
//!
//! | file | holds |
//! |---|---|
//! | `node` | the kinds of nodes, and their reader |
//! | `fields` | the fields of each kind |
//! | `sizes` | a number for all axes, or a list of one for each |

mod fields;
mod node;
mod sizes;

use serde::{Deserialize, Serialize};

pub use fields::{
    AveragePoolFields, BatchNormFields, ConcatFields, ConvFields, DenseFields, LeakyReluFields,
    MaxPoolFields, PlainFields, RecurrentFields, ReshapeFields, RnnFields, SequenceOutput, TwoFields,
};
pub use node::GraphNode;
pub use sizes::Sizes;

use super::numbers::Width;

/// How the tensors of a file connect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphSource {
    /// axes of the input, the outermost first: `[1, 8, 8]` of an image with one channel, `[8, 8]` of 8 steps of 8 numbers
    pub input: Vec<Width>,
    /// in their order; the last one is the output
    pub nodes: Vec<GraphNode>,
}
