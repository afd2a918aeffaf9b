//! Forward and backward pass of a dense ReLU network, in reused buffers.

use ndarray::{Array1, Array2, ArrayView2, Axis, Slice, Zip};

use super::cross_entropy;
use super::products::product;

/// Buffers of the passes through a network, for batches of at most a given size.
#[derive(Clone, Debug)]
pub struct Passes {
    rows: usize,
    /// inputs, hidden activations, outputs; a row per example
    activations: Vec<Array2<f32>>,
    /// gradients with respect to the sums of each layer, a row per example
    deltas: Vec<Array2<f32>>,
    weight_gradients: Vec<Array2<f32>>,
    bias_gradients: Vec<Array1<f32>>,
}

impl Passes {
    /// Buffers for a network with these widths (inputs first), and batches of at most `batch` examples.
    pub fn new(widths: &[usize], batch: usize) -> Self {
        let per_example = |&width: &usize| Array2::zeros((batch, width));
        let outputs = || widths.iter().skip(1);
        Self {
            rows: 0,
            activations: widths.iter().map(per_example).collect(),
            deltas: outputs().map(per_example).collect(),
            weight_gradients: widths.windows(2).map(|pair| Array2::zeros((pair[1], pair[0]))).collect(),
            bias_gradients: outputs().map(|&width| Array1::zeros(width)).collect(),
        }
    }

    /// Outputs (before the softmax) of a batch, a row per example. `rows`: indices of its examples in `inputs`.
    ///
    /// # Panics
    /// If the batch is too large, or shapes disagree.
    pub fn forward(
        &mut self,
        weights: &[Array2<f32>],
        biases: Option<&[Array1<f32>]>,
        inputs: ArrayView2<'_, f32>,
        rows: &[u32],
    ) -> ArrayView2<'_, f32> {
        self.rows = rows.len();
        let used = Slice::from(..self.rows);
        if let Some(first) = self.activations.first_mut() {
            for (mut to, &row) in first.outer_iter_mut().zip(rows) {
                to.assign(&inputs.row(row as usize));
            }
        }
        for (layer, weights) in weights.iter().enumerate() {
            let is_last = layer + 1 == self.deltas.len();
            let (before, after) = self.activations.split_at_mut(layer + 1);
            let mut sums = after[0].slice_axis_mut(Axis(0), used);
            product(before[layer].slice_axis(Axis(0), used), weights.t(), sums.view_mut());
            match biases {
                Some(biases) => sums += &biases[layer],
                // −0 becomes +0.
                None => sums += 0.0,
            }
            if !is_last {
                sums.mapv_inplace(|sum| if sum > 0.0 { sum } else { 0.0 });
            }
        }
        self.outputs()
    }

    /// The outputs of the last forward pass, a row per example.
    pub fn outputs(&self) -> ArrayView2<'_, f32> {
        self.activations[self.deltas.len()].slice_axis(Axis(0), Slice::from(..self.rows))
    }

    /// The sum of the losses of the last forward pass. Computes the gradients of their mean, with the weights of that pass.
    ///
    /// # Panics
    /// If the labels are not as many as the examples of that pass, or one is no output.
    pub fn backward(&mut self, weights: &[Array2<f32>], labels: impl IntoIterator<Item = u32>) -> f64 {
        let used = Slice::from(..self.rows);
        let layers = weights.len();
        let outputs = self.activations[layers].slice_axis(Axis(0), used);
        let loss = cross_entropy(outputs, labels, self.deltas[layers - 1].slice_axis_mut(Axis(0), used));
        for layer in (0..layers).rev() {
            let (below, deltas) = self.deltas.split_at_mut(layer);
            let (delta, activation) =
                (deltas[0].slice_axis(Axis(0), used), self.activations[layer].slice_axis(Axis(0), used));
            product(delta.t(), activation, self.weight_gradients[layer].view_mut());
            let sums = &mut self.bias_gradients[layer];
            sums.fill(0.0);
            for delta in delta.axis_iter(Axis(0)) {
                *sums += &delta;
            }
            if let Some(below) = below.last_mut() {
                let mut below = below.slice_axis_mut(Axis(0), used);
                product(delta, weights[layer].view(), below.view_mut());
                Zip::from(below).and(activation).for_each(|delta, &fires| {
                    *delta = if fires > 0.0 { *delta } else { 0.0 };
                });
            }
        }
        loss
    }

    /// Gradients of the mean loss with respect to the weights that the passes used, of each layer; outputs × inputs.
    pub fn weight_gradients(&self) -> &[Array2<f32>] {
        &self.weight_gradients
    }

    /// Gradients of the mean loss with respect to the biases, of each layer.
    pub fn bias_gradients(&self) -> &[Array1<f32>] {
        &self.bias_gradients
    }
}
