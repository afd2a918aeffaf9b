//! Bounds on the values of the target over the inputs.

use std::sync::Arc;

use crate::network::graph::{Graph, GraphBounds};
use crate::network::{ActivationBounds, Domain, Network};

/// Bounds on the values of F over X.
#[derive(Clone, Debug)]
pub struct TargetBounds {
    /// F_max: the bound on every value that a layer reads
    f_max: f64,
    /// of the network's input: sup of the largest |x_j|, and of ‖x‖₂
    input: (f64, f64),
    /// sup of the 2-norm of what each layer reads, layer 1 first
    of_layers: Vec<f64>,
    /// the bounds themselves
    pub values: ValueBounds,
}

/// Bounds on the values of F.
#[derive(Clone, Debug)]
pub enum ValueBounds {
    /// layer by layer, for layers that take one another
    Chain(Arc<ActivationBounds>),
    /// node by node, for a graph
    Graph(Arc<Graph>, Arc<GraphBounds>),
}

impl TargetBounds {
    /// Bounds of every layer or node on `domain`.
    pub fn new(target: &Network, domain: &Domain) -> Self {
        let Some(graph) = target.graph() else {
            let bounds = ActivationBounds::new(target, domain);
            let (input, layers) = ((bounds.largest[0], bounds.norm[0]), target.architecture().layers());
            let of_layers = bounds.norm[..layers].to_vec();
            return Self {
                f_max: bounds.f_max(),
                input,
                of_layers,
                values: ValueBounds::Chain(Arc::new(bounds)),
            };
        };
        let bounds = GraphBounds::new(graph, target.matrices(), domain);
        let of_layer = |layer: usize| {
            let read = graph.uses(layer).map(|node| graph.nodes()[node].from[0]);
            read.map(|node| bounds.nodes()[node].norm).fold(0.0, f64::max)
        };
        Self {
            f_max: bounds.f_max(graph),
            input: (bounds.nodes()[0].largest, bounds.nodes()[0].norm),
            of_layers: (1..=graph.layers()).map(of_layer).collect(),
            values: ValueBounds::Graph(Arc::clone(graph), Arc::new(bounds)),
        }
    }

    /// F_max: the bound on every value that a layer reads, the inputs of the network included.
    pub fn f_max(&self) -> f64 {
        self.f_max
    }

    /// The bound on |x_j| of an input of the network.
    pub fn largest_input(&self) -> f64 {
        self.input.0
    }

    /// The bound on ‖x‖₂ of an input of the network.
    pub fn largest_input_norm(&self) -> f64 {
        self.input.1
    }

    /// The bound on the 2-norm of what layer i = 1…ℓ reads: sup‖F_{i−1}‖₂.
    pub fn input_norm(&self, layer: usize) -> f64 {
        self.of_layers[layer - 1]
    }
}
