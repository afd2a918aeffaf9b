//! A learned ticket: all that another program needs to rebuild its network.

use std::sync::Arc;

use ndarray::Array2;

use super::training::{Masks, Parameters};
use super::{Accuracy, FrozenWeights, LearnedMethod};

/// A learned ticket. Its network is `x ↦ W·x + b` layer by layer, with ReLU between layers; W is the layer's weights where
/// the mask keeps them, and 0 elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedTicket {
    /// the method and its options
    pub method: LearnedMethod,
    /// the seed of all random choices
    pub seed: u64,
    /// version of the function behind them, [`VERSION`](crate::sampling::VERSION)
    pub version: u32,
    /// inputs, then the outputs of each layer
    pub widths: Vec<usize>,
    /// the kept weights
    pub masks: Arc<Masks>,
    /// the weights under the mask
    pub weights: TicketWeights,
    /// the map applied to the inputs first
    pub standardisation: Option<Standardisation>,
    /// on the test examples
    pub test: Accuracy,
    /// predicted class of each test example; the lower class at equal outputs
    pub predictions: Arc<[u32]>,
}

/// The weights under the mask of a learned ticket.
#[derive(Clone, Debug, PartialEq)]
pub enum TicketWeights {
    /// the random weights themselves, made again from the ticket's seed; no biases
    Frozen {
        /// their law
        law: FrozenWeights,
        /// the share of weights kept by which the variance is divided, if it is
        scaled_by: Option<f64>,
    },
    /// trained from initial values under the mask
    Trained {
        /// where the last training began
        initial: Parameters,
        /// after it; pruned weights are 0
        trained: Parameters,
    },
}

/// Every feature shifted and scaled to mean 0 and variance 1 over the training examples: z = (x − mean) / deviation.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardisation {
    /// of each feature
    pub mean: Vec<f64>,
    /// standard deviation of each feature (division by the number of examples); 1 for a constant feature
    pub deviation: Vec<f64>,
}

impl Standardisation {
    /// That of training examples, a row per example.
    pub fn of(inputs: &Array2<f32>) -> Self {
        let examples = inputs.nrows().max(1) as f64;
        let mut mean = vec![0.0; inputs.ncols()];
        for row in inputs.rows() {
            for (sum, &x) in mean.iter_mut().zip(row) {
                *sum += f64::from(x);
            }
        }
        mean.iter_mut().for_each(|sum| *sum /= examples);
        let mut variance = vec![0.0; inputs.ncols()];
        for row in inputs.rows() {
            for ((sum, &x), mean) in variance.iter_mut().zip(row).zip(&mean) {
                *sum += (f64::from(x) - mean) * (f64::from(x) - mean);
            }
        }
        let first = inputs.rows().into_iter().next();
        let deviation = variance.iter().enumerate().map(|(feature, sum)| {
            let constant =
                first.is_none_or(|first| inputs.column(feature).iter().all(|x| *x == first[feature]));
            if constant { 1.0 } else { (sum / examples).sqrt() }
        });
        let deviation = deviation.collect();
        Self { mean, deviation }
    }

    /// The inputs mapped, computed in double precision and rounded once.
    pub fn apply(&self, inputs: &Array2<f32>) -> Array2<f32> {
        Array2::from_shape_fn(inputs.raw_dim(), |(row, feature)| {
            ((f64::from(inputs[[row, feature]]) - self.mean[feature]) / self.deviation[feature]) as f32
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn features_get_mean_0_and_variance_1_and_constant_ones_0() {
        let inputs = array![[1.0, 0.1, -2.0], [3.0, 0.1, 2.0], [5.0, 0.1, 0.0], [7.0, 0.1, 0.0]];
        let standardisation = Standardisation::of(&inputs);
        // The mean of a constant feature rounds, its variance is not exactly 0.
        assert_eq!(standardisation.deviation[1], 1.0);
        let mapped = standardisation.apply(&inputs);
        for feature in [0, 2] {
            let column = mapped.column(feature).mapv(f64::from);
            assert!(column.sum().abs() < 1e-6);
            assert!(((&column * &column).sum() / 4.0 - 1.0).abs() < 1e-6);
        }
        assert!(mapped.column(1).iter().all(|x| x.abs() < 1e-7));
        assert_eq!(mapped[[0, 2]], -(2.0_f64.sqrt()) as f32);
    }
}
