//! A graph from its nodes in a preset.

use ndarray::Array2;

use super::super::preset::{AveragePoolFields, GraphNode, LeakyReluFields, Lipschitz, MaxPoolFields, Sizes};
use super::connections::{Connections, called};
use super::error::DescriptionError;
use super::layers::Layer;
use super::tensors::NamedTensors;
use super::windows::{WindowOptions, each};
use crate::network::Activation;
use crate::network::graph::{
    FoldedNorm, Graph, GraphBuilder, GraphError, NodeId, Pooling, PoolingKind, RecurrentCell, Shape,
};

/// PyTorch's slope of a leaky ReLU.
const SLOPE: f64 = 0.01;

/// A graph, the weights of its layers, and the batch norms folded into them.
type BuiltGraph = (Graph, Vec<Array2<f64>>, Vec<FoldedNorm>);

/// A graph while its nodes are added.
pub(super) struct Described<'c, 'f, 'b> {
    graph: GraphBuilder,
    tensors: NamedTensors<'f, 'b>,
    connections: &'c Connections,
    /// the value of each node so far, the input first
    values: Vec<NodeId>,
    folded: Vec<FoldedNorm>,
}

impl<'c, 'f, 'b> Described<'c, 'f, 'b> {
    pub(super) fn new(input: Shape, tensors: NamedTensors<'f, 'b>, connections: &'c Connections) -> Self {
        let graph = GraphBuilder::new(input);
        let values = vec![graph.input()];
        Self { graph, tensors, connections, values, folded: Vec::new() }
    }

    /// Adds node `number`, the one behind those so far.
    pub(super) fn push(&mut self, number: usize, node: &GraphNode) -> Result<(), DescriptionError> {
        let name = called(number, node);
        let of: Vec<NodeId> = self.connections.from(number).iter().map(|&other| self.values[other]).collect();
        let value = match (node, of.first()) {
            (_, None) => return Err(GraphError::new(&name, "at least one input", "none").into()),
            (GraphNode::Add(_), Some(&first)) => {
                of[1..].iter().try_fold(first, |sum, &other| self.graph.add(&name, sum, other))?
            }
            (GraphNode::Product(_), Some(&first)) => {
                of[1..].iter().try_fold(first, |product, &other| self.graph.product(&name, product, other))?
            }
            (GraphNode::Concat(fields), Some(_)) => {
                let axis = usize::try_from(fields.axis.unwrap_or(0)).unwrap_or(usize::MAX);
                self.graph.concat(&name, axis, of)?
            }
            (_, Some(&of)) => self.of_one(number, &name, node, of)?,
        };
        self.values.push(value);
        Ok(())
    }

    /// A node with one input.
    fn of_one(
        &mut self,
        number: usize,
        name: &str,
        node: &GraphNode,
        of: NodeId,
    ) -> Result<NodeId, DescriptionError> {
        let is_only_use = self.connections.is_used_once(self.connections.from(number)[0]);
        let mut layer = Layer { graph: &mut self.graph, tensors: &mut self.tensors, name, node, of };
        match node {
            GraphNode::Conv(fields) => return layer.convolution(fields),
            GraphNode::Dense(fields) => return layer.dense(fields),
            GraphNode::BatchNorm(fields) => {
                let (value, folded) = layer.batch_norm(fields, is_only_use)?;
                self.folded.extend(folded);
                return Ok(value);
            }
            GraphNode::Lstm(fields) => return layer.recurrent(RecurrentCell::Lstm, fields.output),
            GraphNode::Gru(fields) => return layer.recurrent(RecurrentCell::Gru, fields.output),
            GraphNode::Rnn(fields) => {
                let activation = fields.nonlinearity.unwrap_or(Lipschitz(Activation::Tanh));
                return layer.recurrent(RecurrentCell::Rnn(activation.0), fields.output);
            }
            _ => {}
        }
        let graph = &mut self.graph;
        let shape = graph.shape(of).clone();
        let value = match node {
            GraphNode::Relu(_) => graph.activation(name, Activation::Relu, of),
            GraphNode::Tanh(_) => graph.activation(name, Activation::Tanh, of),
            GraphNode::Logistic(_) => graph.activation(name, Activation::Logistic, of),
            GraphNode::LeakyRelu(fields) => graph.activation(name, leaky(name, fields)?, of),
            GraphNode::MaxPool(fields) => {
                let pooling = max_pool(name, fields, &shape)?;
                graph.pool(name, of, pooling)
            }
            GraphNode::AveragePool(fields) => {
                let pooling = average_pool(name, fields, &shape)?;
                graph.pool(name, of, pooling)
            }
            GraphNode::GlobalAveragePool(_) => {
                let axes: Vec<usize> = (1..shape.axes().len()).collect();
                if axes.is_empty() {
                    let expected = "an input with channels and axes behind them";
                    return Err(GraphError::new(name, expected, format!("shape {shape}")).into());
                }
                let pooling = Pooling::over_axes(name, PoolingKind::Average, &shape, &axes)?;
                graph.pool(name, of, pooling)
            }
            GraphNode::Flatten(_) => graph.reshape(name, of, Shape::new([shape.entries()])),
            GraphNode::Reshape(fields) => {
                let axes = fields.shape.iter().flatten().map(|axis| axis.0);
                graph.reshape(name, of, Shape::new(axes.collect::<Vec<_>>()))
            }
            GraphNode::Softmax(_) => graph.softmax(name, of),
            _ => graph.log_softmax(name, of),
        };
        Ok(value?)
    }

    /// The graph, its weights, and the batch norms folded into them. The last node is the output.
    pub(super) fn build(self) -> Result<BuiltGraph, DescriptionError> {
        let output = self.values.last().copied().unwrap_or(self.graph.input());
        let (graph, weights) = self.graph.build(output)?;
        Ok((graph, weights, self.folded))
    }
}

fn leaky(name: &str, fields: &LeakyReluFields) -> Result<Activation, GraphError> {
    let slope = Activation::LeakyRelu(fields.slope.unwrap_or(SLOPE));
    Lipschitz::new(slope).map(|activation| activation.0).map_err(|_| {
        let found = crate::visible::number(fields.slope.unwrap_or(SLOPE));
        GraphError::new(name, "a slope between 0 and 1", found)
    })
}

/// The sizes of a pooling window, one for each axis behind the channels.
fn kernel(name: &str, sizes: Option<&Sizes>, input: &Shape) -> Result<Vec<usize>, GraphError> {
    let axes = input.axes().len().saturating_sub(1);
    match sizes {
        Some(sizes) => each(name, "kernel", sizes, axes),
        None => Err(GraphError::new(name, "a `kernel`", "none")),
    }
}

fn max_pool(name: &str, fields: &MaxPoolFields, input: &Shape) -> Result<(Pooling, Shape), GraphError> {
    let kernel = kernel(name, fields.kernel.as_ref(), input)?;
    let options = WindowOptions {
        stride: fields.stride.as_ref(),
        padding: fields.padding.as_ref(),
        dilation: fields.dilation.as_ref(),
    };
    let window = options.window(name, input, kernel.clone(), kernel)?;
    let options = (fields.ceil_mode.unwrap_or(false), false);
    Pooling::windowed(name, PoolingKind::Maximum, input, window, options)
}

fn average_pool(
    name: &str,
    fields: &AveragePoolFields,
    input: &Shape,
) -> Result<(Pooling, Shape), GraphError> {
    let kernel = kernel(name, fields.kernel.as_ref(), input)?;
    let options =
        WindowOptions { stride: fields.stride.as_ref(), padding: fields.padding.as_ref(), dilation: None };
    let window = options.window(name, input, kernel.clone(), kernel)?;
    let options = (fields.ceil_mode.unwrap_or(false), fields.count_include_pad.unwrap_or(true));
    Pooling::windowed(name, PoolingKind::Average, input, window, options)
}
