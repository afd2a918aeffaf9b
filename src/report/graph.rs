//! A target that is a graph: its nodes, and how its layers are applied.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::network::graph::{Graph, LinearMap, Operation, Placement};

/// The graph of a target.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct GraphReport {
    pub nodes: Vec<GraphNode>,
    pub layers: Vec<GraphLayer>,
}

/// One node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct GraphNode {
    pub node: String,
    pub kind: Cow<'static, str>,
    /// of a linear map, from 1
    pub layer: Option<usize>,
    /// the names of the nodes whose values it takes
    pub from: Vec<String>,
    pub shape: Vec<usize>,
    /// of pooling under one, else null
    pub window: Option<Vec<usize>>,
}

/// One linear map.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct GraphLayer {
    pub layer: usize,
    pub name: String,
    /// `dense`, `rows` or `convolution`
    pub placement: Cow<'static, str>,
    /// outputs × inputs at a place: of a convolution, channels × taps, and a tap for the biases
    pub shape: (usize, usize),
    pub has_bias: bool,
    /// places where the same matrix is applied
    pub places: usize,
    /// nodes that apply it
    pub uses: usize,
    /// of a convolution, else null
    pub kernel: Option<Vec<usize>>,
    pub stride: Option<Vec<usize>>,
    pub padding: Option<Vec<(usize, usize)>>,
    pub dilation: Option<Vec<usize>>,
    pub groups: Option<usize>,
    /// of a recurrent layer, `LSTM`, `GRU` or `RNN`; else null
    pub cell: Option<Cow<'static, str>>,
    /// of a recurrent layer, what it reads at each step: its `input` or the `state`; else null
    pub reads: Option<Cow<'static, str>>,
}

impl GraphReport {
    /// Of a graph.
    pub fn new(graph: &Graph) -> Self {
        let name = |number: &usize| graph.nodes()[*number].name.clone();
        let nodes = graph.nodes().iter().map(|node| GraphNode {
            node: node.name.clone(),
            kind: node.operation.name().into(),
            layer: if let Operation::Linear(layer) = node.operation { Some(layer) } else { None },
            from: node.from.iter().map(name).collect(),
            shape: node.shape.axes().to_vec(),
            window: match &node.operation {
                Operation::Pool(pooling) => pooling.window.as_ref().map(|window| window.kernel.clone()),
                _ => None,
            },
        });
        let layers = (1..=graph.layers()).map(|layer| GraphLayer::new(graph, layer));
        Self { nodes: nodes.collect(), layers: layers.collect() }
    }
}

impl GraphLayer {
    /// Of layer i = 1…ℓ of a graph.
    pub fn new(graph: &Graph, layer: usize) -> Self {
        let map: &LinearMap = graph.map(layer);
        let convolution = match map.placement() {
            Placement::Convolution { window, groups } => Some((window, *groups)),
            Placement::Dense | Placement::Rows => None,
        };
        let window = convolution.map(|(window, _)| window);
        Self {
            layer,
            name: map.name().to_owned(),
            placement: map.placement().name().into(),
            shape: (map.rows(), map.columns()),
            has_bias: map.has_bias(),
            places: map.places(),
            uses: graph.uses(layer).count(),
            kernel: window.map(|window| window.kernel.clone()),
            stride: window.map(|window| window.stride.clone()),
            padding: window.map(|window| window.padding.clone()),
            dilation: window.map(|window| window.dilation.clone()),
            groups: convolution.map(|(_, groups)| groups),
            cell: map.recurrent().map(|part| part.cell.name().into()),
            reads: map.recurrent().map(|part| part.reads.name().into()),
        }
    }
}
