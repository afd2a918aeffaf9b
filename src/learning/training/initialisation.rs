//! Initial parameters, a function of (seed, stream, layer, neuron, synapse).

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::Parameters;
use super::streams::{normal, signed_uniform, stream, truncated_normal};
use crate::sampling::Side;

/// Law of initial weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum WeightLaw {
    /// N(0, 2/(fan_in + fan_out)) (Glorot and Bengio 2010)
    #[default]
    GlorotNormal,
    /// N(0, 2.6/(fan_in + fan_out)) without the values beyond two standard deviations (TensorFlow 1's
    /// `xavier_initializer(uniform=False)`); the variance left is that of Glorot and Bengio but for 1 %
    GlorotTruncated,
    /// uniform in ±1/√fan_in, PyTorch's default (Kaiming uniform with a = √5)
    KaimingUniform,
    /// N(0, 2/fan_in) (He et al. 2015)
    KaimingNormal,
}

/// Law of initial biases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BiasLaw {
    /// a network without biases
    None,
    /// 0
    #[default]
    Zero,
    /// uniform in ±1/√fan_in, PyTorch's default
    Uniform,
    /// N(0, 1)
    Normal,
}

/// Laws of initial parameters.
///
/// The weight from input a to neuron b of layer i, all from 0 but i from 1, is made from the word (seed,
/// layer number 2³²·stream + i, side 0, neuron b, synapse a); the bias of b from the word of side 1, neuron b, synapse 0.
/// Numbers are computed in f64 and rounded to f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initialisation {
    /// of the weights
    pub weights: WeightLaw,
    /// of the biases
    pub biases: BiasLaw,
}

impl Initialisation {
    /// The parameters of a network with these widths, inputs first. `number`: one of the [`streams`](super::streams).
    pub fn parameters(self, seed: u64, number: u32, widths: &[usize]) -> Parameters {
        let shapes = || widths.windows(2).enumerate().map(|(layer, pair)| (layer + 1, pair[0], pair[1]));
        let weights = shapes().map(|(layer, inputs, outputs)| {
            let words = stream(seed, number, layer, Side::In);
            let (fan_in, fan_out) = (inputs as f64, outputs as f64);
            Array2::from_shape_fn((outputs, inputs), |(neuron, synapse)| {
                let word = words.row(neuron as u64).word(synapse as u64);
                let weight = match self.weights {
                    WeightLaw::GlorotNormal => normal(word) * (2.0 / (fan_in + fan_out)).sqrt(),
                    WeightLaw::GlorotTruncated => truncated_normal(word) * (2.6 / (fan_in + fan_out)).sqrt(),
                    WeightLaw::KaimingUniform => signed_uniform(word) / fan_in.sqrt(),
                    WeightLaw::KaimingNormal => normal(word) * (2.0 / fan_in).sqrt(),
                };
                weight as f32
            })
        });
        let biases = shapes().map(|(layer, inputs, outputs)| {
            let words = stream(seed, number, layer, Side::Out);
            Array1::from_shape_fn(outputs, |neuron| {
                let word = words.row(neuron as u64).word(0);
                match self.biases {
                    BiasLaw::None | BiasLaw::Zero => 0.0,
                    BiasLaw::Uniform => (signed_uniform(word) / (inputs as f64).sqrt()) as f32,
                    BiasLaw::Normal => normal(word) as f32,
                }
            })
        });
        let biased = self.biases != BiasLaw::None;
        Parameters { weights: weights.collect(), biases: biased.then(|| biases.collect()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::training::streams;

    fn deviation(weights: &Array2<f32>) -> f64 {
        (weights.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>() / weights.len() as f64).sqrt()
    }

    /// The sample deviation of 235,200 weights has a relative error of 0.15 %: 1 % is six of them and more.
    #[test]
    fn deviations_are_those_of_the_laws() {
        let laws = [
            (WeightLaw::GlorotNormal, (2.0_f64 / 1084.0).sqrt()),
            (WeightLaw::GlorotTruncated, (2.6_f64 * 0.773_741 / 1084.0).sqrt()),
            (WeightLaw::KaimingUniform, (1.0_f64 / (3.0 * 784.0)).sqrt()),
            (WeightLaw::KaimingNormal, (2.0_f64 / 784.0).sqrt()),
        ];
        for (weights, expected) in laws {
            let law = Initialisation { weights, biases: BiasLaw::None };
            let drawn = law.parameters(7, streams::INITIAL, &[784, 300]);
            assert!((deviation(&drawn.weights[0]) / expected - 1.0).abs() < 0.01, "{weights:?}");
            assert_eq!((drawn.biases, drawn.weights.len()), (None, 1));
        }
    }

    #[test]
    fn streams_layers_and_seeds_differ() {
        let law = Initialisation { weights: WeightLaw::KaimingUniform, biases: BiasLaw::Uniform };
        let first = law.parameters(1, streams::INITIAL, &[3, 3, 3]);
        assert_ne!(first.weights[0], first.weights[1]);
        assert_ne!(first, law.parameters(2, streams::INITIAL, &[3, 3, 3]));
        assert_ne!(first, law.parameters(1, streams::FRESH_ROUNDS, &[3, 3, 3]));
        assert_eq!(first, law.parameters(1, streams::INITIAL, &[3, 3, 3]));
        let biases = first.biases.unwrap();
        assert!(biases[0].iter().all(|&b| b != 0.0 && b.abs() < 0.58));
    }
}
