//! The shape of a network.

use std::sync::Arc;

use serde::Serialize;

use super::graph::{Graph, Operation};
use super::{Activation, NetworkError};

/// Widths n₀…n_ℓ and activations σ₁…σ_ℓ: the paper's A(ℓ, n, σ). The layers of a graph are its linear maps; its nodes say how
/// they are connected.
#[derive(Clone, Debug, Serialize)]
pub struct Architecture {
    widths: Vec<usize>,
    activations: Vec<Activation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<Arc<Graph>>,
}

impl Architecture {
    /// An architecture with `activation` in every layer but the last, which has `output`.
    ///
    /// # Errors
    /// [`NetworkError`] if there are fewer than two widths, a width is 0, or the sizes overflow.
    pub fn new(widths: Vec<usize>, activation: Activation, output: Activation) -> Result<Self, NetworkError> {
        let mut activations = vec![activation; widths.len().saturating_sub(1)];
        if let Some(last) = activations.last_mut() {
            *last = output;
        }
        Self::with_activations(widths, activations)
    }

    /// An architecture with these activations, layer 1 first.
    ///
    /// # Errors
    /// As [`Architecture::new`], and if there is not one activation for each layer.
    pub fn with_activations(widths: Vec<usize>, activations: Vec<Activation>) -> Result<Self, NetworkError> {
        if widths.len() < 2 {
            return Err(NetworkError::TooFewWidths(widths.len()));
        }
        if let Some(index) = widths.iter().position(|&n| n == 0) {
            return Err(NetworkError::ZeroWidth { index });
        }
        let weights = widths.windows(2).try_fold(0_u64, |sum, pair| {
            let product = (pair[0] as u64).checked_mul(pair[1] as u64)?;
            sum.checked_add(product)
        });
        if widths.iter().any(|&n| n > u32::MAX as usize) || weights.is_none_or(|n| n >= 1 << 48) {
            return Err(NetworkError::TooLarge(widths));
        }
        if activations.len() != widths.len() - 1 {
            return Err(NetworkError::Activations { expected: widths.len() - 1, found: activations.len() });
        }
        Ok(Self { widths, activations, graph: None })
    }

    /// The architecture of a graph.
    ///
    /// # Errors
    /// [`NetworkError::TooLarge`] where the sizes overflow.
    pub fn of_graph(graph: Graph) -> Result<Self, NetworkError> {
        let outputs = graph.maps().iter().map(|map| map.output().entries());
        let widths: Vec<usize> = std::iter::once(graph.input().entries()).chain(outputs).collect();
        let shapes = graph.maps().iter().map(|map| (map.rows() as u64).checked_mul(map.columns() as u64));
        let weights = shapes.into_iter().try_fold(0_u64, |sum, weights| sum.checked_add(weights?));
        let largest = graph.maps().iter().map(|map| map.rows().max(map.columns())).max().unwrap_or(0);
        if largest > u32::MAX as usize || weights.is_none_or(|n| n >= 1 << 48) {
            return Err(NetworkError::TooLarge(widths));
        }
        let activations = (1..=graph.layers()).map(|layer| activation_behind(&graph, layer)).collect();
        Ok(Self { widths, activations, graph: Some(Arc::new(graph)) })
    }

    /// How the layers are connected, unless each takes the one before.
    pub fn graph(&self) -> Option<&Arc<Graph>> {
        self.graph.as_ref()
    }

    /// The graph of any network: of layers that take one another, a linear map and its activation each.
    pub fn as_graph(&self) -> Arc<Graph> {
        self.graph.clone().unwrap_or_else(|| Arc::new(Graph::of_chain(&self.widths, &self.activations)))
    }

    /// The same with its graph.
    pub(super) fn into_graph(self) -> Self {
        Self { graph: Some(self.as_graph()), ..self }
    }

    /// Outputs × inputs of layer i = 1…ℓ: the shape of W_i. Of a convolution, channels × taps, and a tap for the biases.
    pub fn shape(&self, layer: usize) -> (usize, usize) {
        match &self.graph {
            None => (self.widths[layer], self.widths[layer - 1]),
            Some(graph) => (graph.map(layer).rows(), graph.map(layer).columns()),
        }
    }

    /// n_{i−1} + n_i of layer i = 1…ℓ: the weights of a neuron of G in it.
    pub fn ends(&self, layer: usize) -> usize {
        let (outputs, inputs) = self.shape(layer);
        inputs + outputs
    }

    /// ℓ, the number of layers; at least 1.
    pub fn layers(&self) -> usize {
        self.activations.len()
    }

    /// n₀…n_ℓ, input first: entries of the input, and of the output of each layer.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// σ₁…σ_ℓ; of a graph, the one that all uses of a layer go through, or the identity.
    pub fn activations(&self) -> &[Activation] {
        &self.activations
    }

    /// σ_i of layer i = 1…ℓ.
    pub fn activation(&self, layer: usize) -> Activation {
        self.activations[layer - 1]
    }

    /// Outputs × inputs of each layer, layer 1 first.
    pub fn shapes(&self) -> Vec<(usize, usize)> {
        (1..=self.layers()).map(|layer| self.shape(layer)).collect()
    }

    /// P_i = n_i·n_{i−1}, the weights of layer i = 1…ℓ.
    pub fn weights(&self, layer: usize) -> u64 {
        let (rows, columns) = self.shape(layer);
        rows as u64 * columns as u64
    }

    /// N* = Σ P_i, the weights of the whole network.
    pub fn total_weights(&self) -> u64 {
        (1..=self.layers()).map(|layer| self.weights(layer)).sum()
    }

    /// Entries of the network's input.
    pub fn inputs(&self) -> usize {
        self.widths[0]
    }

    /// Entries of the network's output.
    pub fn outputs(&self) -> usize {
        self.graph.as_ref().map_or(self.widths[self.layers()], |graph| graph.output().entries())
    }

    /// n_max, the largest width, the input's included; of a graph, the most inputs or outputs of a layer at a place.
    pub fn n_max(&self) -> usize {
        let shapes = (1..=self.layers()).map(|layer| self.shape(layer));
        shapes.map(|(rows, columns)| rows.max(columns)).max().unwrap_or(0)
    }

    /// Whether no input of layer i can be negative, `never_negative` being that of the network: true behind an activation that
    /// never is.
    pub fn inputs_never_negative(&self, layer: usize, never_negative: bool) -> bool {
        match &self.graph {
            None if layer == 1 => never_negative,
            None => self.activation(layer - 1).is_never_negative(),
            Some(graph) => {
                let nodes = graph.never_negative(never_negative);
                graph.uses(layer).all(|node| nodes[graph.nodes()[node].from[0]])
            }
        }
    }
}

/// The activation that every use of a layer goes through directly, and nothing else takes; else the identity.
fn activation_behind(graph: &Graph, layer: usize) -> Activation {
    let mut found = None;
    for of in graph.uses(layer) {
        let mut is_taken = false;
        for node in graph.nodes().iter().filter(|node| node.from.contains(&of)) {
            match node.operation {
                Operation::Activation(activation) if found.is_none_or(|known| known == activation) => {
                    (found, is_taken) = (Some(activation), true);
                }
                _ => return Activation::Identity,
            }
        }
        if !is_taken {
            return Activation::Identity;
        }
    }
    found.unwrap_or(Activation::Identity)
}
