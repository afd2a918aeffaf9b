//! Biases folded into weights: every statement for networks without biases then holds for networks with them.
//!
//! # The fold
//! The input x becomes (x, 1). Layer i's matrix becomes
//!
//! ```text
//! ⎛ W_i   b_i/c_{i−1} ⎞
//! ⎝ 0 … 0     s_i     ⎠
//! ```
//!
//! A last neuron carries the constant c_i = σ_i(s_i·c_{i−1}), c₀ = 1, through the layer: its other weights are 0.
//! Then σ_i(W_i·y + (b_i/c_{i−1})·c_{i−1}) = σ_i(W_i·y + b_i), the given layer exactly. Behind the last layer with a bias
//! there is no constant neuron: this layer has no row for it, the layers after it stay as they are.
//!
//! # The choice of s_i
//! s_i = 1, and s_i = 0 where σ_i(0) ≠ 0:
//!
//! * ReLU, leaky ReLU, identity: c_i = c_{i−1}, without any rounding; b_i keeps its size where no other σ comes before.
//! * Logistic: c_i = σ(0) = ½, without any rounding, for any value of c_{i−1} in the pruned network: the row is 0 and
//!   needs no neuron at all. Biases behind it are doubled, exactly.
//! * tanh: c_i = tanh(c_{i−1}), 0.76, 0.64, 0.57, 0.51, … behind layer after layer: it falls as √(3/2i), and biases grow
//!   by 1/c_i, slowly. s_i = 1/c_{i−1} would hold it at tanh 1, but with ‖W_i‖₂ ≥ s_i = 1.31 in every layer, and ∏max{1, ‖W_i‖₂}
//!   of Lemma 1 would grow by as much per layer if the other norms are below it. With s_i ≤ 1 the new row never
//!   raises a factor max{1, ·} by itself, nor |w| above 1, the limit of uniform constructions.
//!
//! Lemma 1, F_max, the bounds on activations and every construction then speak of the folded network over (x, 1), x in X:
//! the constant is one more coordinate of norm 1 (‖(x, 1)‖₂² = ‖x‖₂² + 1), and F is the same function on X.
//!
//! # Rounding
//! c_i is [`Activation::apply`] of s_i·c_{i−1} in f64. A forward pass computes the same value: all other terms
//! of the sum are 0. So in every evaluation the bias is fl(b_i/c_{i−1})·c_{i−1}, off by a relative 2⁻⁵² at most.

use ndarray::{Array1, Array2, Axis};
use serde::Serialize;

use super::{Activation, Architecture, NetworkError};

/// The biases folded into a network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fold {
    widths: Vec<usize>,
    constants: Vec<f64>,
    biased: Vec<bool>,
}

impl Fold {
    /// n₀…n_ℓ as the network was given, without constants.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// c₀…c_m: the constant input, 1, and the constants of the last neurons of layers 1…m. Layer m + 1
    /// is the last one with a bias.
    pub fn constants(&self) -> &[f64] {
        &self.constants
    }

    /// Whether layer i = 1…ℓ was given a bias.
    pub fn has_bias(&self, layer: usize) -> bool {
        self.biased[layer - 1]
    }

    /// Weights added by the fold, ΣP_i folded less ΣP_i given; most of them are 0.
    pub fn added_weights(&self) -> u64 {
        let folded = |layer: usize| (self.widths[layer] + usize::from(layer < self.constants.len())) as u64;
        let layers = 1..self.widths.len();
        let pairs = layers.map(|i| folded(i) * folded(i - 1) - (self.widths[i] * self.widths[i - 1]) as u64);
        pairs.sum()
    }

    /// Folds finite biases of fitting lengths, at least one, into finite weights of fitting shapes.
    ///
    /// # Errors
    /// [`NetworkError::Fold`] where b_i/c_{i−1} overflows.
    pub(super) fn new(
        given: &Architecture,
        weights: Vec<Array2<f64>>,
        mut biases: Vec<Option<Array1<f64>>>,
    ) -> Result<(Self, Vec<Array2<f64>>), NetworkError> {
        biases.resize(given.layers(), None);
        let last = biases.iter().rposition(Option::is_some).unwrap_or(0);
        let mut constants = vec![1.0];
        let mut folded = Vec::new();
        for (index, (w, bias)) in weights.into_iter().zip(&biases).enumerate() {
            if index > last {
                folded.push(w);
                continue;
            }
            let ((rows, columns), carries_on) = (w.dim(), index < last);
            let constant = constants[index];
            let mut with = Array2::zeros((rows + usize::from(carries_on), columns + 1));
            let (mut upper, _) = with.view_mut().split_at(Axis(0), rows);
            if let Some(bias) = bias {
                let weights = bias / constant;
                if let Some(output) = weights.iter().position(|weight| !weight.is_finite()) {
                    let (layer, bias) = (index + 1, bias[output]);
                    return Err(NetworkError::Fold { layer, output, constant, bias });
                }
                upper.column_mut(columns).assign(&weights);
            }
            upper.split_at(Axis(1), columns).0.assign(&w);
            if carries_on {
                let activation = given.activation(index + 1);
                let carried = carry(activation);
                with[[rows, columns]] = carried;
                constants.push(activation.apply(carried * constant));
            }
            folded.push(with);
        }
        let biased = biases.iter().map(Option::is_some).collect();
        Ok((Self { widths: given.widths().to_vec(), constants, biased }, folded))
    }
}

/// s_i for a layer of this activation.
fn carry(activation: Activation) -> f64 {
    if activation.apply(0.0) == 0.0 { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Network, with_constant};
    use ndarray::array;
    use proptest::prelude::*;

    /// W, b and σ as they are given.
    type Layer = (Array2<f64>, Option<Array1<f64>>, Activation);

    /// σ(W·x + b) as it stands there.
    fn plainly(layers: &[Layer], x: &Array1<f64>) -> (Array1<f64>, f64) {
        let (mut y, mut size) = (x.clone(), 1.0_f64);
        for (w, bias, activation) in layers {
            // Upper bound on all roundings so far, this layer's included.
            let stretch = w.rows().into_iter().map(|row| row.iter().map(|w| w.abs()).sum::<f64>());
            let largest = y.iter().chain(bias.iter().flatten()).fold(1.0_f64, |m, v| m.max(v.abs()));
            size = (size + largest) * (1.0 + stretch.fold(0.0, f64::max));
            let mut sum = w.dot(&y);
            if let Some(bias) = bias {
                sum += bias;
            }
            y = sum.mapv(|v| activation.apply(v));
        }
        (y, size)
    }

    fn layers() -> impl Strategy<Value = Vec<Layer>> {
        use Activation::*;
        let activation = prop::sample::select(vec![Relu, LeakyRelu(0.25), Tanh, Logistic, Identity]);
        let layer = (1..=5_usize, activation, prop::option::weighted(0.7, Just(())));
        (1..=5_usize, prop::collection::vec(layer, 1..=5)).prop_flat_map(|(inputs, layers)| {
            let mut columns = inputs;
            let mut strategies = Vec::new();
            for (rows, activation, has_bias) in layers {
                let w = prop::collection::vec(-2.0..2.0_f64, rows * columns)
                    .prop_map(move |w| Array2::from_shape_vec((rows, w.len() / rows), w).unwrap());
                let bias = prop::collection::vec(-3.0..3.0_f64, rows)
                    .prop_map(move |b| has_bias.map(|()| Array1::from(b)));
                strategies.push((w, bias, Just(activation)));
                columns = rows;
            }
            strategies
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
        #[test]
        fn a_network_with_biases_is_its_folded_form(
            layers in layers(),
            points in prop::collection::vec(prop::collection::vec(-2.0..2.0_f64, 5), 3),
        ) {
            let (mut weights, mut biases, mut activations) = (Vec::new(), Vec::new(), Vec::new());
            for (w, bias, activation) in &layers {
                weights.push(w.clone());
                biases.push(bias.clone());
                activations.push(*activation);
            }
            let inputs = weights[0].ncols();
            let network = Network::with_biases(weights, biases, activations).unwrap();
            for point in points {
                let x = Array1::from(point[..inputs].to_vec());
                let (expected, size) = plainly(&layers, &x);
                let mut input = x.insert_axis(ndarray::Axis(0));
                if network.fold().is_some() {
                    input = with_constant(input.view());
                }
                let found = network.forward(input.view());
                for (found, expected) in found.iter().zip(&expected) {
                    prop_assert!((found - expected).abs() <= 64.0 * f64::EPSILON * size, "{found} {expected}");
                }
            }
            // The constants equal a forward pass's, to the last bit.
            if let Some(fold) = network.fold() {
                let mut y = with_constant(Array2::zeros((1, inputs)).view());
                for (layer, &constant) in fold.constants().iter().enumerate() {
                    if layer > 0 {
                        y = network.forward_layer(layer, y.view());
                    }
                    prop_assert_eq!(y[[0, y.ncols() - 1]], constant);
                }
            }
        }
    }

    #[test]
    fn constants_go_as_far_as_the_last_bias() {
        use Activation::*;
        let network = |biases: [bool; 4], activations: [Activation; 4]| {
            let biases = biases.map(|has| has.then(|| array![0.5, -0.25]));
            Network::with_biases(vec![Array2::eye(2); 4], biases.to_vec(), activations.to_vec()).unwrap()
        };
        let first = network([true, false, false, false], [Relu; 4]);
        assert_eq!(first.architecture().widths(), [3, 2, 2, 2, 2]);
        assert_eq!(first.weights(1), array![[1.0, 0.0, 0.5], [0.0, 1.0, -0.25]]);
        assert_eq!(first.fold().unwrap().added_weights(), 2);
        let third = network([false, false, true, false], [Logistic, Tanh, Relu, Relu]);
        assert_eq!(third.architecture().widths(), [3, 3, 3, 2, 2]);
        assert_eq!(third.fold().unwrap().constants(), [1.0, 0.5, 0.5_f64.tanh()]);
        assert_eq!(third.weights(1).row(2), array![0.0, 0.0, 0.0]);
        assert_eq!(third.weights(2).row(2), array![0.0, 0.0, 1.0]);
        assert_eq!(third.weights(3)[[0, 2]], 0.5 / 0.5_f64.tanh());
        assert_eq!(third.given_widths(), [2, 2, 2, 2, 2]);
        assert_eq!(third.given_weights(3), Array2::<f64>::eye(2));
        assert_eq!(third.fold().unwrap().added_weights(), 5 + 5 + 2);
        assert!(network([false; 4], [Relu; 4]).fold().is_none());
    }

    #[test]
    fn biases_that_do_not_fit_are_refused() {
        let with = |bias: Array1<f64>| {
            Network::with_biases(vec![Array2::eye(2)], vec![Some(bias)], vec![Activation::Relu]).unwrap_err()
        };
        assert!(matches!(with(array![1.0]), NetworkError::Biases { layer: 1, expected: 2, .. }));
        let nan = with(array![1.0, f64::NAN]).to_string();
        assert_eq!(nan, "layer 1: expected 2 finite biases, or none, found NaN");
        let huge = vec![Some(array![0.0, 0.1]), Some(array![0.0, -1e308])];
        let logistic = vec![Activation::Logistic; 2];
        let folded = Network::with_biases(vec![Array2::eye(2); 2], huge, logistic).unwrap_err();
        assert_eq!(folded, NetworkError::Fold { layer: 2, output: 1, constant: 0.5, bias: -1e308 });
        assert!(
            folded.to_string().ends_with("divided by 0.5, the constant that it is folded into; found -1e308")
        );
        let activations = Network::with_biases(vec![Array2::eye(2)], Vec::new(), Vec::new()).unwrap_err();
        assert_eq!(activations, NetworkError::Activations { expected: 1, found: 0 });
    }
}
