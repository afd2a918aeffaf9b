//! A target as a graph: linear maps, and operations that are the same in F, G and Ĝ.
//!
//! A [`Graph`] is a list of [`Node`]s, each computed from the values of earlier ones; the last is the output. The nodes of
//! [`Operation::Linear`] apply a [`LinearMap`]: these are the layers 1…ℓ that are rebuilt out of G. A map is used at one place
//! (a dense layer), at many (a kernel), or by many nodes (the steps of a recurrent network): its weights are rebuilt once.
//!
//! | file | holds |
//! |---|---|
//! | `builder` | a graph put together node by node, with its shapes checked |
//! | `node`, `shape`, `error` | nodes and operations; shapes; what does not fit |
//! | `linear_map/`, `window`, `kernel`, `pooling` | matrices applied at places; sliding windows and their taps; averages and maxima |
//! | `recurrent/` | RNN, GRU and LSTM unrolled over the steps of a sequence |
//! | `batch_norm`, `folding` | batch norm; scales and shifts as part of the linear map before them |
//! | `unrolled`, `skips` | the same function with a weight for each place; with skip connections built as well |
//! | `evaluation` | values forwards, derivatives backwards |
//! | `norms` | operator norms of linear maps |
//! | `bounds`, `node_bounds`, `intervals` | bounds on values over a domain |
//! | `deviation`, `rounding` | differences of two graphs with other weights; rounding errors |

mod batch_norm;
mod bounds;
mod builder;
mod deviation;
mod error;
pub mod evaluation;
mod folding;
mod intervals;
mod kernel;
mod linear_map;
mod node;
mod node_bounds;
mod norms;
mod pooling;
mod recurrent;
mod rounding;
mod shape;
mod skips;
mod unrolled;
mod window;

pub use batch_norm::{BatchNorm, BatchStatistics};
pub use bounds::GraphBounds;
pub use builder::{GraphBuilder, MapId, NodeId};
pub use deviation::{Deviation, MapChange, deviation_after};
pub use error::GraphError;
pub use folding::{FoldedNorm, OutputAffine};
pub use kernel::{KernelPlace, KernelShape};
pub use linear_map::{LinearMap, Placement, WeightedMap};
pub use node::{Node, Operation};
pub use node_bounds::NodeBounds;
pub use norms::MapNorms;
pub use pooling::{Pooling, PoolingKind};
pub use recurrent::{
    BiasedMatrix, Gate, GateOrder, HiddenParts, RecurrentCell, RecurrentForm, RecurrentLayer,
    RecurrentMatrices, RecurrentPart, RecurrentReads, RecurrentState, RecurrentWeights, States, StepInputs,
};
pub use rounding::{MapRounding, local_rounding};
pub use shape::Shape;
pub use window::Window;

use serde::Serialize;

use super::Activation;

/// A directed acyclic graph of linear maps and fixed operations, the weights apart.
#[derive(Clone, Debug, Serialize)]
pub struct Graph {
    nodes: Vec<Node>,
    maps: Vec<LinearMap>,
    /// of each node, the last one that takes its value; of the output itself
    #[serde(skip)]
    last_use: Vec<usize>,
}

impl Graph {
    /// A graph of nodes in order, the first the input, the last the output.
    fn of(nodes: Vec<Node>, maps: Vec<LinearMap>) -> Self {
        let mut last_use: Vec<usize> = (0..nodes.len()).collect();
        for (number, node) in nodes.iter().enumerate() {
            node.from.iter().for_each(|&from| last_use[from] = number);
        }
        Self { nodes, maps, last_use }
    }

    /// The graph of layers that take one another: a linear map and its activation each.
    pub(super) fn of_chain(widths: &[usize], activations: &[Activation]) -> Self {
        let node = |name: String, operation: Operation, from: Vec<usize>, width: usize| {
            let shape = Shape::new([width]);
            Node { name, operation, from, shape }
        };
        let mut nodes = vec![node("input".to_owned(), Operation::Input, Vec::new(), widths[0])];
        let mut maps = Vec::new();
        for ((layer, ends), activation) in (1..).zip(widths.windows(2)).zip(activations) {
            let (before, width) = (nodes.len() - 1, ends[1]);
            nodes.push(node(format!("layer {layer}"), Operation::Linear(layer), vec![before], width));
            let name = format!("activation {layer}");
            nodes.push(node(name, Operation::Activation(*activation), vec![before + 1], width));
            maps.push(LinearMap::of_chain(layer, ends[0], width));
        }
        Self::of(nodes, maps)
    }

    /// Its nodes, the input first, the output last.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// ℓ, the number of linear maps; at least 1.
    pub fn layers(&self) -> usize {
        self.maps.len()
    }

    /// The linear map of layer i = 1…ℓ.
    pub fn map(&self, layer: usize) -> &LinearMap {
        &self.maps[layer - 1]
    }

    /// The linear maps, layer 1 first.
    pub fn maps(&self) -> &[LinearMap] {
        &self.maps
    }

    /// The shape of the input.
    pub fn input(&self) -> &Shape {
        &self.nodes[0].shape
    }

    /// The shape of the output.
    pub fn output(&self) -> &Shape {
        &self.nodes[self.nodes.len() - 1].shape
    }

    /// The nodes that apply layer i = 1…ℓ, by their numbers.
    pub fn uses(&self, layer: usize) -> impl Iterator<Item = usize> + '_ {
        let is_it = move |node: &Node| matches!(node.operation, Operation::Linear(of) if of == layer);
        self.nodes.iter().enumerate().filter(move |(_, node)| is_it(node)).map(|(number, _)| number)
    }

    /// Of each node, whether no entry of its value can be negative, `input` being that of the input.
    pub fn never_negative(&self, input: bool) -> Vec<bool> {
        let mut never: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let all = node.from.iter().all(|&from| never[from]);
            never.push(match &node.operation {
                Operation::Input => input,
                Operation::Constant(values) => values.iter().all(|&v| v >= 0.0),
                Operation::Linear(_) | Operation::Mix | Operation::LogSoftmax => false,
                Operation::Activation(activation) => activation.is_never_negative(),
                Operation::Add
                | Operation::Product
                | Operation::Concat { .. }
                | Operation::Reshape
                | Operation::Select(_)
                | Operation::Pool(_) => all,
                Operation::ScaleShift { scale, shift } => {
                    all && scale.iter().chain(shift.iter()).all(|&number| number >= 0.0)
                }
                Operation::Softmax => true,
            });
        }
        never
    }
}
