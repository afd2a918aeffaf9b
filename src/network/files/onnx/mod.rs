//! Networks in ONNX, as graphs.
//!
//! [`network`] walks through the output's nodes, in order, for one input: the axis of the batch has length 1. Operations
//! on shapes and constants are carried out, moved entries become selections, and Gemm, MatMul and Conv become linear
//! maps. Biases and scales directly behind a linear map, batch normalisation among them, become part of it, if nothing else
//! takes its value. Nodes with the same initialiser and the same use of it share one map.
//!
//! | file | holds |
//! |---|---|
//! | `message`, `node`, `external`, `constant` | the file: nesting, nodes with attributes, tensors inside and beside it |
//! | `order` | the nodes needed by the output, in order |
//! | `walk`, `gathering`, `growth` | values by name; entries as nodes; growing linear maps |
//! | `traced`, `linear_part`, `rearrangement` | values; linear maps before they enter the graph; moved entries |
//! | `operators` | the operators by name |
//! | `linear`, `sliding`, `elementwise`, `batch_norm`, `pools`, `shapes`, `constants` | their work |
//! | `recurrent` | recurrent layers, step by step |

mod batch_norm;
mod constant;
mod constants;
mod elementwise;
mod error;
mod external;
mod gathering;
mod growth;
mod linear;
mod linear_part;
mod message;
mod model;
mod node;
mod operators;
mod order;
mod pools;
mod rearrangement;
mod recurrent;
mod shapes;
mod sliding;
mod traced;
mod walk;

pub use error::OnnxError;
pub use model::{OnnxNetwork, network};
