//! The target network F.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::Serialize;

use super::graph::Graph;
use super::{Activation, Architecture, Fold, NetworkError};

/// The target network F: an architecture and its weight matrices.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    architecture: Architecture,
    weights: Vec<Array2<f64>>,
    /// if biases were folded into weights
    fold: Option<Fold>,
}

impl Network {
    /// A network of the matrices W*_i (n_i × n_{i−1}), `activation` in all layers but the last.
    ///
    /// # Errors
    /// [`NetworkError`] if the shapes do not fit or a weight is not finite.
    pub fn new(
        weights: Vec<Array2<f64>>,
        activation: Activation,
        output: Activation,
    ) -> Result<Self, NetworkError> {
        let mut activations = vec![activation; weights.len()];
        if let Some(last) = activations.last_mut() {
            *last = output;
        }
        Self::with_biases(weights, Vec::new(), activations)
    }

    /// A network σ_i(W_i·x + b_i) of the matrices W_i (n_i × n_{i−1}), biases b_i (n_i; `None` for none, and for layers
    /// beyond the list) and activations σ_i, layer 1 first. Biases are folded in: the
    /// result has one input more, a constant 1, and a constant neuron in some layers (see [`Fold`]).
    ///
    /// # Errors
    /// [`NetworkError`] if the shapes do not fit, or a weight or a bias is not finite.
    pub fn with_biases(
        weights: Vec<Array2<f64>>,
        biases: Vec<Option<Array1<f64>>>,
        activations: Vec<Activation>,
    ) -> Result<Self, NetworkError> {
        let mut widths: Vec<usize> = weights.first().map(|w| w.ncols()).into_iter().collect();
        for (index, w) in weights.iter().enumerate() {
            let (layer, expected) = (index + 1, widths[index]);
            if w.ncols() != expected {
                return Err(NetworkError::Shape { layer, expected, found: w.ncols() });
            }
            if let Some(((output, input), &found)) = w.indexed_iter().find(|(_, x)| !x.is_finite()) {
                return Err(NetworkError::NotFinite { layer, output, input, found });
            }
            widths.push(w.nrows());
        }
        let architecture = Architecture::with_activations(widths, activations)?;
        for ((layer, &expected), bias) in (1..).zip(&architecture.widths()[1..]).zip(&biases) {
            let Some(bias) = bias else { continue };
            let found = match bias.iter().find(|b| !b.is_finite()) {
                Some(found) => found.to_string(),
                None if bias.len() != expected => bias.len().to_string(),
                None => continue,
            };
            return Err(NetworkError::Biases { layer, expected, found });
        }
        if biases.iter().all(Option::is_none) {
            return Ok(Self { architecture, weights, fold: None });
        }
        let (fold, weights) = Fold::new(&architecture, weights, biases)?;
        let mut widths = fold.widths().to_vec();
        widths.iter_mut().take(fold.constants().len()).for_each(|width| *width += 1);
        let architecture = Architecture::with_activations(widths, architecture.activations().to_vec())?;
        Ok(Self { architecture, weights, fold: Some(fold) })
    }

    /// The network of a graph; `weights` of its layers, layer 1 first, as
    /// [`GraphBuilder::build`](super::graph::GraphBuilder::build) gives them.
    ///
    /// # Errors
    /// [`NetworkError`] where the sizes overflow, or there is another number of matrices than of layers.
    pub fn of_graph(graph: Graph, weights: Vec<Array2<f64>>) -> Result<Self, NetworkError> {
        let architecture = Architecture::of_graph(graph)?;
        if weights.len() != architecture.layers() {
            return Err(NetworkError::Matrices { expected: architecture.layers(), found: weights.len() });
        }
        for (index, w) in weights.iter().enumerate() {
            let (layer, (_, expected)) = (index + 1, architecture.shape(index + 1));
            if w.dim() != architecture.shape(layer) {
                return Err(NetworkError::Shape { layer, expected, found: w.ncols() });
            }
        }
        Ok(Self { architecture, weights, fold: None })
    }

    /// The same network as a graph: of layers that take one another, a linear map and its activation each.
    #[must_use]
    pub fn into_graph(self) -> Self {
        Self { architecture: self.architecture.into_graph(), ..self }
    }

    /// The same function with a weight for each place of a kernel ([`Graph::unrolled`]); itself without a graph.
    #[must_use]
    pub fn unrolled(self) -> Self {
        let Some(graph) = self.graph() else { return self };
        let (graph, weights) = graph.unrolled(&self.weights);
        // As many entries as before.
        Self::of_graph(graph, weights).unwrap_or(self)
    }

    /// The same function with its skip connections as layers ([`Graph::with_built_skips`]).
    ///
    /// # Errors
    /// [`NetworkError::Graph`] for a network without skip connections.
    pub fn with_built_skips(self) -> Result<Self, NetworkError> {
        let (graph, weights) = self.architecture.as_graph().with_built_skips(&self.weights)?;
        Self::of_graph(graph, weights)
    }

    /// The graph, unless each layer takes the one before.
    pub fn graph(&self) -> Option<&Arc<Graph>> {
        self.architecture.graph()
    }

    /// The folded biases, if the network had any.
    pub fn fold(&self) -> Option<&Fold> {
        self.fold.as_ref()
    }

    /// n₀…n_ℓ as the network was given: without constants.
    pub fn given_widths(&self) -> &[usize] {
        self.fold.as_ref().map_or(self.architecture.widths(), Fold::widths)
    }

    /// W_i of layer i = 1…ℓ as given, without the fold's rows and columns.
    pub fn given_weights(&self, layer: usize) -> ArrayView2<'_, f64> {
        let (rows, columns) = match self.fold {
            Some(_) => (self.given_widths()[layer], self.given_widths()[layer - 1]),
            None => self.architecture.shape(layer),
        };
        let (upper, _) = self.weights[layer - 1].view().split_at(Axis(0), rows);
        upper.split_at(Axis(1), columns).0
    }

    /// The network's shape.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// W*_i of layer i = 1…ℓ, n_i × n_{i−1}.
    pub fn weights(&self, layer: usize) -> &Array2<f64> {
        &self.weights[layer - 1]
    }

    /// W*_1…W*_ℓ, layer 1 first.
    pub fn matrices(&self) -> &[Array2<f64>] {
        &self.weights
    }

    /// W*_1…W*_ℓ.
    pub fn all_weights(&self) -> impl Iterator<Item = ArrayView2<'_, f64>> {
        self.weights.iter().map(|w| w.view())
    }

    /// The largest |w*| of all layers, and its layer, row and column.
    pub fn largest_weight(&self) -> (f64, usize, usize, usize) {
        let mut largest = (0.0, 1, 0, 0);
        for (index, w) in self.weights.iter().enumerate() {
            for ((output, input), value) in w.indexed_iter() {
                if value.abs() > largest.0 {
                    largest = (value.abs(), index + 1, output, input);
                }
            }
        }
        largest
    }

    /// One layer of a network without a graph applied to a batch: `points × n_{i−1}` in, `points × n_i` out. If a sum overflows, the point's outputs are not
    /// finite, in this layer and all later ones.
    pub fn forward_layer(&self, layer: usize, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let activation = self.architecture.activation(layer);
        let mut y = x.dot(&self.weights(layer).t());
        y.mapv_inplace(|v| activation.of_sum(v));
        y
    }

    /// F applied to a batch: `points × n₀` in, `points × n_ℓ` out.
    pub fn forward(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        match self.graph() {
            None => {
                through_layers(1..=self.architecture.layers(), x, |layer, x| self.forward_layer(layer, x))
            }
            Some(graph) => graph.forward(x, &mut |layer, x| x.dot(&self.weights(layer).t()), &mut |_, _| {}),
        }
    }
}

/// `x` through these layers, one after the other, without a copy of it if there is a layer.
pub(crate) fn through_layers<L>(
    layers: impl IntoIterator<Item = L>,
    x: ArrayView2<'_, f64>,
    mut apply: impl FnMut(L, ArrayView2<'_, f64>) -> Array2<f64>,
) -> Array2<f64> {
    let mut layers = layers.into_iter();
    let Some(first) = layers.next() else { return x.to_owned() };
    let first = apply(first, x);
    layers.fold(first, |x, layer| apply(layer, x.view()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_forward_pass_by_hand() {
        let w1 = array![[1.0, -1.0], [0.5, 0.5], [-2.0, 0.0]];
        let w2 = array![[1.0, 2.0, 3.0]];
        let network = Network::new(vec![w1, w2], Activation::Relu, Activation::Identity).unwrap();
        let y = network.forward(array![[1.0, 2.0], [3.0, -1.0]].view());
        assert_eq!(y, array![[3.0], [6.0]]);
        assert_eq!(network.architecture().widths(), [2, 3, 1]);
        assert_eq!(network.architecture().total_weights(), 9);
    }

    /// More terms than one block of the matrix product, and every size of batch it may treat differently.
    #[test]
    fn an_input_does_not_depend_on_its_batch() {
        let value = |at: usize| (at.wrapping_mul(2_654_435_761) % 1_000_003) as f64 / 500_000.0 - 1.0;
        let w1 = Array2::from_shape_fn((13, 700), |(i, j)| value(701 * i + j));
        let w2 = Array2::from_shape_fn((1, 13), |(_, j)| value(7 * j));
        let network = Network::new(vec![w1, w2], Activation::Tanh, Activation::Identity).unwrap();
        let x = Array2::from_shape_fn((97, 700), |(p, a)| value(997 * p + 3 * a));
        let whole = network.forward(x.view());
        for together in [1, 2, 7, 8, 32, 64] {
            let parts = x.axis_chunks_iter(Axis(0), together).map(|x| network.forward(x));
            let parts: Vec<f64> = parts.flatten().collect();
            assert_eq!(parts, whole.iter().copied().collect::<Vec<_>>(), "{together}");
        }
    }

    #[test]
    fn misfits_are_named() {
        let relu = Activation::Relu;
        let bad = Network::new(vec![array![[1.0, 2.0]], array![[1.0, 2.0]]], relu, relu);
        assert_eq!(bad.unwrap_err(), NetworkError::Shape { layer: 2, expected: 1, found: 2 });
        let nan = Network::new(vec![array![[1.0], [f64::NAN]]], relu, relu).unwrap_err();
        assert!(nan.to_string().contains("layer 1, output 1, input 0: expected a finite weight, found NaN"));
        assert!(matches!(
            Architecture::new(vec![3, 0], relu, relu),
            Err(NetworkError::ZeroWidth { index: 1 })
        ));
        let huge = vec![usize::MAX, usize::MAX];
        assert!(matches!(Architecture::new(huge, relu, relu), Err(NetworkError::TooLarge(_))));
    }
}
