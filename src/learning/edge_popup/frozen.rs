//! The frozen weights of G and the initial scores, both pure functions of (seed, layer, neuron, synapse).
//!
//! # Definition
//! A layer, from 1, has a word for each weight: that of `learning::training::streams` at neuron = output and synapse = input of
//! the weight, both from 0. `fan_in`: the inputs of the layer. `normal` and `signed_uniform` are those of
//! `learning::training`.
//! ```text
//! variance      = 2 / fan_in, divided by keep if scaled
//! frozen weight : stream FROZEN, side 0
//!   SignedConstant: √variance, negative if the word's lowest bit is 1
//!   Normal        : √variance · normal(word)
//! initial score = signed_uniform(word) / √fan_in, stream SCORES, side 0
//! fresh weight  : as a frozen weight, stream FRESH; a control
//! shuffled mask : for i from the last place of the layer (row by row) down to 1, swap i with ⌊word·(i + 1) / 2⁶⁴⌋,
//!                 stream SHUFFLE, side 0, neuron 0, synapse i; a control
//! ```
//! All is computed in double precision and rounded to single precision at the end. Square roots round correctly
//! everywhere; `ln` and `cos` here come from `pxfm`. Another program's may differ in the last bits of a double, and so
//! a normal weight in the last bit of a single with a chance below 10⁻⁶.

use ndarray::Array2;

use crate::learning::FrozenWeights;
use crate::learning::training::streams::{self, normal, signed_uniform, stream};
use crate::learning::training::{Masks, Parameters};
use crate::sampling::{Side, Stream};

/// The law of a network's frozen weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrozenLaw {
    /// the shape of the law
    pub weights: FrozenWeights,
    /// the share kept by which the variance is divided, if it is
    pub scaled_by: Option<f64>,
}

impl FrozenLaw {
    /// The network with these widths (inputs first), without biases. `number`: [`FROZEN`](streams::FROZEN) or
    /// [`FRESH`](streams::FRESH).
    pub fn network(self, seed: u64, number: u32, widths: &[usize]) -> Parameters {
        Parameters {
            weights: of_words(seed, number, widths, |word, fan_in| self.weight(word, fan_in)),
            biases: None,
        }
    }

    fn weight(self, word: u64, fan_in: f64) -> f32 {
        let deviation = (2.0 / fan_in / self.scaled_by.unwrap_or(1.0)).sqrt();
        let weight = match self.weights {
            FrozenWeights::SignedConstant if word & 1 == 1 => -deviation,
            FrozenWeights::SignedConstant => deviation,
            FrozenWeights::Normal => deviation * normal(word),
        };
        weight as f32
    }
}

/// The initial scores of each layer, outputs × inputs.
pub fn initial_scores(seed: u64, widths: &[usize]) -> Vec<Array2<f32>> {
    of_words(seed, streams::SCORES, widths, |word, fan_in| (signed_uniform(word) / fan_in.sqrt()) as f32)
}

/// The masks, each shuffled within its layer.
pub fn shuffled(seed: u64, masks: &Masks) -> Masks {
    let layers = masks.layers.iter().enumerate().map(|(layer, mask)| {
        let row = words(seed, streams::SHUFFLE, layer + 1).row(0);
        let mut places: Vec<bool> = mask.iter().copied().collect();
        for last in (1..places.len()).rev() {
            let other = (u128::from(row.word(last as u64)) * (last as u128 + 1)) >> 64;
            places.swap(last, other as usize);
        }
        let mut places = places.into_iter();
        mask.mapv(|kept| places.next().unwrap_or(kept))
    });
    Masks { layers: layers.collect() }
}

fn words(seed: u64, number: u32, layer: usize) -> Stream {
    stream(seed, number, layer, Side::In)
}

/// An array for each layer, outputs × inputs, from each weight's word and the layer's inputs.
fn of_words(seed: u64, number: u32, widths: &[usize], value: impl Fn(u64, f64) -> f32) -> Vec<Array2<f32>> {
    let layer = |(layer, pair): (usize, &[usize])| {
        let words = words(seed, number, layer + 1);
        let rows: Vec<_> = (0..pair[1] as u64).map(|neuron| words.row(neuron)).collect();
        let value = |(output, input): (usize, usize)| value(rows[output].word(input as u64), pair[0] as f64);
        Array2::from_shape_fn((pair[1], pair[0]), value)
    };
    widths.windows(2).enumerate().map(layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTHS: [usize; 2] = [784, 300];

    fn moments(values: &Array2<f32>) -> [f64; 3] {
        let count = values.len() as f64;
        [1, 2, 4].map(|power| values.iter().map(|&x| f64::from(x).powi(power)).sum::<f64>() / count)
    }

    #[test]
    fn signed_constants_have_one_magnitude_and_fair_signs() {
        let law = FrozenLaw { weights: FrozenWeights::SignedConstant, scaled_by: Some(0.5) };
        let weights = &law.network(5, streams::FROZEN, &WIDTHS).weights[0];
        let magnitude = (4.0_f64 / 784.0).sqrt() as f32;
        assert!(weights.iter().all(|w| w.abs() == magnitude));
        // Six standard deviations of a fair coin's mean.
        let [mean, ..] = moments(weights);
        assert!((mean / f64::from(magnitude)).abs() < 6.0 / (weights.len() as f64).sqrt());
    }

    #[test]
    fn normal_weights_have_the_moments_of_their_law() {
        let law = FrozenLaw { weights: FrozenWeights::Normal, scaled_by: None };
        let [mean, square, fourth] =
            moments(&law.network(5, streams::FROZEN, &WIDTHS).weights[0].mapv(|w| w * (392.0_f32).sqrt()));
        // Six standard deviations: Var(x) = 1, Var(x²) = 2, Var(x⁴) = 96.
        let deviations = 6.0 / (235_200.0_f64).sqrt();
        assert!(mean.abs() < deviations);
        assert!((square - 1.0).abs() < deviations * 2.0_f64.sqrt());
        assert!((fourth - 3.0).abs() < deviations * 96.0_f64.sqrt());
    }

    #[test]
    fn initial_scores_are_uniform_over_their_range() {
        let scores = initial_scores(5, &WIDTHS)[0].mapv(|s| s * 28.0);
        assert!(scores.iter().all(|s| s.abs() <= 1.0));
        let [mean, square, fourth] = moments(&scores);
        // Six standard deviations: Var(x) = 1/3, Var(x²) = 4/45, Var(x⁴) = 16/225.
        let deviations = 6.0 / (235_200.0_f64).sqrt();
        assert!(mean.abs() < deviations * (1.0_f64 / 3.0).sqrt());
        assert!((square - 1.0 / 3.0).abs() < deviations * (4.0_f64 / 45.0).sqrt());
        assert!((fourth - 1.0 / 5.0).abs() < deviations * (16.0_f64 / 225.0).sqrt());
    }

    fn one_layer(mask: Array2<bool>) -> Masks {
        Masks { layers: vec![mask] }
    }

    #[test]
    fn a_shuffled_mask_keeps_its_counts_and_moves() {
        let place = |(row, column)| (row * 50 + column) % 7 == 0;
        let masks =
            Masks { layers: vec![Array2::from_shape_fn((40, 50), place), Array2::from_elem((3, 40), true)] };
        let moved = shuffled(1, &masks);
        assert_eq!(moved.kept(), masks.kept());
        // Of 286 kept weights about 286/7 = 41 stay by chance; 90 are eight deviations more.
        let stay = masks.layers[0].iter().zip(&moved.layers[0]).filter(|(before, after)| **before && **after);
        assert!(stay.count() < 90);
        assert_ne!(moved, shuffled(2, &masks));
    }

    /// Each of the 6 masks with two of four places is as likely as the others.
    #[test]
    fn shuffles_are_uniform() {
        let masks = one_layer(ndarray::array![[true, true, false, false]]);
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..6_000 {
            let shuffled = shuffled(seed, &masks).layers[0].iter().copied().collect::<Vec<_>>();
            *counts.entry(shuffled).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Expected 1,000 each with deviation 29: six of them.
        assert!(counts.values().all(|count| (826..=1_174).contains(count)), "{counts:?}");
    }

    #[test]
    fn streams_are_independent_of_each_other() {
        let law = FrozenLaw { weights: FrozenWeights::SignedConstant, scaled_by: None };
        let frozen = law.network(5, streams::FROZEN, &WIDTHS);
        let fresh = law.network(5, streams::FRESH, &WIDTHS);
        let equal = frozen.weights[0].iter().zip(&fresh.weights[0]).filter(|(a, b)| a == b).count() as f64;
        // A fair coin of 235,200 throws: six deviations.
        assert!((equal / 235_200.0 - 0.5).abs() < 3.0 / 235_200.0_f64.sqrt());
    }
}
