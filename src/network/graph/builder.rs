//! A graph put together node by node, with its shapes checked.

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::Array2;

use super::linear_map::WeightedMap;
use super::{Graph, GraphError, LinearMap, Node, Operation, Pooling, Shape};
use crate::network::Activation;

/// Entries of a value, and columns read by a linear map at all places together, at most.
const MOST_ENTRIES: usize = 1 << 28;

/// A node of a [`GraphBuilder`], by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) usize);

/// A linear map of a [`GraphBuilder`], to be used by any number of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MapId(usize);

/// Puts a [`Graph`] together. The input is there from the start.
#[derive(Clone, Debug)]
pub struct GraphBuilder {
    pub(super) nodes: Vec<Node>,
    pub(super) maps: Vec<WeightedMap>,
    names: HashMap<String, usize>,
}

impl GraphBuilder {
    /// A graph with an input of this shape and no other node yet.
    pub fn new(input: Shape) -> Self {
        let node =
            Node { name: "input".to_owned(), operation: Operation::Input, from: Vec::new(), shape: input };
        Self { names: HashMap::from([(node.name.clone(), 1)]), nodes: vec![node], maps: Vec::new() }
    }

    /// The input of the network.
    pub fn input(&self) -> NodeId {
        NodeId(0)
    }

    /// The shape of a node's value.
    pub fn shape(&self, node: NodeId) -> &Shape {
        &self.nodes[node.0].shape
    }

    /// A linear map and its weights, as [`LinearMap`] makes them. Nodes that share it share its weights, which are then
    /// rebuilt out of G once.
    pub fn map(&mut self, map: WeightedMap) -> MapId {
        self.maps.push(map);
        MapId(self.maps.len() - 1)
    }

    /// A linear map without its weights.
    pub(super) fn linear_map(&self, map: MapId) -> &LinearMap {
        &self.maps[map.0].0
    }

    /// A linear map applied to a value.
    ///
    /// # Errors
    /// [`GraphError`] where the value has not the shape of the map's input.
    pub fn linear(&mut self, name: &str, map: MapId, of: NodeId) -> Result<NodeId, GraphError> {
        let (linear, _) = &self.maps[map.0];
        if linear.input().entries() != self.shape(of).entries() {
            let expected = format!("an input of {}", linear.input());
            return Err(GraphError::new(name, expected, self.shape(of).to_string()));
        }
        let output = linear.output().clone();
        self.push(name, Operation::Linear(map.0), vec![of], output)
    }

    /// σ of each entry.
    ///
    /// # Errors
    /// [`GraphError`] for a σ without a Lipschitz factor: no theorem applies to it.
    pub fn activation(
        &mut self,
        name: &str,
        activation: Activation,
        of: NodeId,
    ) -> Result<NodeId, GraphError> {
        if activation.lipschitz().is_none() {
            let expected = "an activation with a Lipschitz factor";
            return Err(GraphError::new(name, expected, activation.name()));
        }
        self.push(name, Operation::Activation(activation), vec![of], self.shape(of).clone())
    }

    /// a + b of two values of one shape.
    ///
    /// # Errors
    /// [`GraphError`] where the shapes differ.
    pub fn add(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        self.entrywise(name, Operation::Add, vec![a, b])
    }

    /// a ⊙ b of two values of one shape.
    ///
    /// # Errors
    /// [`GraphError`] where the shapes differ.
    pub fn product(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        self.entrywise(name, Operation::Product, vec![a, b])
    }

    /// z ⊙ a + (1 − z) ⊙ b of three values of one shape.
    ///
    /// # Errors
    /// [`GraphError`] where the shapes differ.
    pub fn mix(&mut self, name: &str, z: NodeId, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        self.entrywise(name, Operation::Mix, vec![z, a, b])
    }

    fn entrywise(&mut self, name: &str, operation: Operation, of: Vec<NodeId>) -> Result<NodeId, GraphError> {
        let shape = self.shape(of[0]).clone();
        if let Some(other) = of.iter().map(|&node| self.shape(node)).find(|&other| *other != shape) {
            return Err(GraphError::new(name, format!("inputs of one shape, {shape}"), other.to_string()));
        }
        self.push(name, operation, of, shape)
    }

    /// Values one behind the other along an axis.
    ///
    /// # Errors
    /// [`GraphError`] for no value, an axis that is not there, or other axes that differ.
    pub fn concat(&mut self, name: &str, axis: usize, of: Vec<NodeId>) -> Result<NodeId, GraphError> {
        let Some(&first) = of.first() else {
            return Err(GraphError::new(name, "at least one input", "none"));
        };
        let mut axes = self.shape(first).axes().to_vec();
        if axis >= axes.len() {
            let expected = format!("an axis of its input of {}", self.shape(first));
            return Err(GraphError::new(name, expected, axis.to_string()));
        }
        for &other in &of[1..] {
            let found = self.shape(other);
            let fits = found.axes().len() == axes.len()
                && (0..axes.len()).all(|at| at == axis || found.axes()[at] == axes[at]);
            if !fits {
                let expected = format!("inputs like {} apart from axis {axis}", self.shape(first));
                return Err(GraphError::new(name, expected, found.to_string()));
            }
            axes[axis] += found.axes()[axis];
        }
        self.push(name, Operation::Concat { axis }, of, Shape::new(axes))
    }

    /// The same entries in another shape.
    ///
    /// # Errors
    /// [`GraphError`] for another number of entries.
    pub fn reshape(&mut self, name: &str, of: NodeId, shape: Shape) -> Result<NodeId, GraphError> {
        if shape.entries() != self.shape(of).entries() {
            let expected = format!("as many entries as its input of {}", self.shape(of));
            return Err(GraphError::new(name, expected, shape.to_string()));
        }
        self.push(name, Operation::Reshape, vec![of], shape)
    }

    /// Chosen entries of a value, by their numbers.
    ///
    /// # Errors
    /// [`GraphError`] for an entry that is not there, or another number of them than the shape has.
    pub fn select(
        &mut self,
        name: &str,
        of: NodeId,
        entries: Vec<u32>,
        shape: Shape,
    ) -> Result<NodeId, GraphError> {
        let all = self.shape(of).entries();
        if let Some(entry) = entries.iter().find(|&&entry| entry as usize >= all) {
            return Err(GraphError::new(name, format!("an entry below {all}"), entry.to_string()));
        }
        if entries.len() != shape.entries() {
            let expected = format!("{} entries for its shape {shape}", shape.entries());
            return Err(GraphError::new(name, expected, entries.len().to_string()));
        }
        self.push(name, Operation::Select(Arc::new(entries)), vec![of], shape)
    }

    /// `length` entries of a value from entry `first` on, as a list.
    pub(super) fn part(
        &mut self,
        name: &str,
        of: NodeId,
        first: usize,
        length: usize,
    ) -> Result<NodeId, GraphError> {
        let entries = (first..first + length).map(|entry| entry as u32).collect();
        self.select(name, of, entries, Shape::new([length]))
    }

    /// Averages or maxima of groups of entries, as [`Pooling`] makes them with the shape of their output.
    ///
    /// # Errors
    /// [`GraphError`] for a group with an entry that is not there.
    pub fn pool(
        &mut self,
        name: &str,
        of: NodeId,
        (pooling, shape): (Pooling, Shape),
    ) -> Result<NodeId, GraphError> {
        let all = self.shape(of).entries();
        let largest = pooling.groups().flat_map(|(group, _)| group).copied().max().unwrap_or(0);
        if largest as usize >= all {
            return Err(GraphError::new(name, format!("entries below {all}"), largest.to_string()));
        }
        self.push(name, Operation::Pool(Arc::new(pooling)), vec![of], shape)
    }

    /// scale · x + shift, entry by entry.
    ///
    /// # Errors
    /// [`GraphError`] for another number of factors or shifts than entries, or one that is not finite.
    pub fn scale_shift(
        &mut self,
        name: &str,
        of: NodeId,
        scale: Vec<f64>,
        shift: Vec<f64>,
    ) -> Result<NodeId, GraphError> {
        let shape = self.shape(of).clone();
        for (what, numbers) in [("factors", &scale), ("shifts", &shift)] {
            if numbers.len() != shape.entries() {
                let expected = format!("{} {what}, one for each entry", shape.entries());
                return Err(GraphError::new(name, expected, numbers.len().to_string()));
            }
            if let Some(found) = numbers.iter().find(|x| !x.is_finite()) {
                return Err(GraphError::new(name, format!("finite {what}"), found.to_string()));
            }
        }
        let (scale, shift) = (Arc::new(scale), Arc::new(shift));
        self.push(name, Operation::ScaleShift { scale, shift }, vec![of], shape)
    }

    /// A value that does not depend on the input.
    ///
    /// # Errors
    /// [`GraphError`] for another number of entries than the shape has, or one that is not finite.
    pub fn constant(&mut self, name: &str, values: Vec<f64>, shape: Shape) -> Result<NodeId, GraphError> {
        if values.len() != shape.entries() {
            let expected = format!("{} entries for its shape {shape}", shape.entries());
            return Err(GraphError::new(name, expected, values.len().to_string()));
        }
        if let Some(found) = values.iter().find(|x| !x.is_finite()) {
            return Err(GraphError::new(name, "finite entries", found.to_string()));
        }
        self.push(name, Operation::Constant(Arc::new(values)), Vec::new(), shape)
    }

    /// Softmax of each row along the last axis.
    ///
    /// # Errors
    /// [`GraphError`] for a value that is too large.
    pub fn softmax(&mut self, name: &str, of: NodeId) -> Result<NodeId, GraphError> {
        self.push(name, Operation::Softmax, vec![of], self.shape(of).clone())
    }

    /// The logarithm of softmax of each row along the last axis.
    ///
    /// # Errors
    /// [`GraphError`] for a value that is too large.
    pub fn log_softmax(&mut self, name: &str, of: NodeId) -> Result<NodeId, GraphError> {
        self.push(name, Operation::LogSoftmax, vec![of], self.shape(of).clone())
    }

    /// Adds a node. A name that is taken gets a number.
    pub(super) fn push(
        &mut self,
        name: &str,
        operation: Operation,
        of: Vec<NodeId>,
        shape: Shape,
    ) -> Result<NodeId, GraphError> {
        if shape.entries() > MOST_ENTRIES || shape.entries() == 0 {
            let expected = format!("between 1 and {MOST_ENTRIES} entries");
            return Err(GraphError::new(name, expected, format!("shape {shape}")));
        }
        let taken = self.names.entry(name.to_owned()).or_insert(0);
        *taken += 1;
        let name = if *taken == 1 { name.to_owned() } else { format!("{name}#{taken}") };
        let from = of.into_iter().map(|node| node.0).collect();
        self.nodes.push(Node { name, operation, from, shape });
        Ok(NodeId(self.nodes.len() - 1))
    }

    /// The graph that computes `output`, and the weights of its layers, layer 1 first, in the order in which the graph uses them. Nodes
    /// and maps without a way to the output are left out.
    ///
    /// # Errors
    /// [`GraphError`] if the output does not depend on the input, or no linear map is on its way.
    pub fn build(self, output: NodeId) -> Result<(Graph, Vec<Array2<f64>>), GraphError> {
        let Self { nodes, maps, .. } = self;
        let mut used = vec![false; nodes.len()];
        used[output.0] = true;
        for at in (0..nodes.len()).rev().filter(|&at| at <= output.0) {
            if used[at] {
                nodes[at].from.iter().for_each(|&from| used[from] = true);
            }
        }
        let name = nodes[output.0].name.clone();
        if !used[0] {
            return Err(GraphError::new(&name, "an output that depends on the input", "one that does not"));
        }
        let mut numbers = vec![0; nodes.len()];
        let mut layers = vec![None; maps.len()];
        let (mut kept, mut order) = (Vec::new(), Vec::new());
        for (at, mut node) in nodes.into_iter().enumerate().filter(|(at, _)| used[*at]) {
            numbers[at] = kept.len();
            node.from.iter_mut().for_each(|from| *from = numbers[*from]);
            if let Operation::Linear(map) = &mut node.operation {
                let layer = *layers[*map].get_or_insert_with(|| {
                    order.push(*map);
                    order.len()
                });
                *map = layer;
            }
            kept.push(node);
        }
        if order.is_empty() {
            return Err(GraphError::new(&name, "at least one linear map before the output", "none"));
        }
        let mut maps: Vec<Option<WeightedMap>> = maps.into_iter().map(Some).collect();
        let (maps, weights): (Vec<LinearMap>, Vec<Array2<f64>>) =
            order.into_iter().filter_map(|map| maps[map].take()).unzip();
        Ok((Graph::of(kept, maps), weights))
    }
}
