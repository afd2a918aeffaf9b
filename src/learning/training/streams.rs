//! The random words of learning: those of G's function, at layer numbers that G never has. The constants are the numbers of
//! the streams, the upper 32 bits of the layer number.

use crate::sampling::{Side, Stream};

/// initial weights and biases
pub const INITIAL: u32 = 1;
/// order of the examples
pub const ORDER: u32 = 2;
/// frozen weights of edge-popup
pub const FROZEN: u32 = 3;
/// initial scores of edge-popup
pub const SCORES: u32 = 4;
/// shuffled masks of edge-popup
pub const SHUFFLE: u32 = 5;
/// fresh frozen weights of edge-popup
pub const FRESH: u32 = 6;
/// choice of the validation examples
pub const VALIDATION: u32 = 7;
/// first of the streams of fresh initial weights, one per round
pub const FRESH_ROUNDS: u32 = 1 << 16;
/// first of the streams of random masks, one per round
pub const MASK_ROUNDS: u32 = 1 << 17;

/// The words of a stream in a layer, from 1: `sampling::Stream` at layer number 2³²·`number` + `layer`.
pub const fn stream(seed: u64, number: u32, layer: usize, side: Side) -> Stream {
    Stream::new(seed, ((number as u64) << 32) + layer as u64, side)
}

/// Uniform in (−1, 1): 2·(⌊word/2¹²⌋ + ½)/2⁵² − 1, exact in f64.
pub fn signed_uniform(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) / (1_u64 << 51) as f64 - 1.0
}

/// Standard normal, |z| < 6.8, by Box and Muller (1958): √(−2 ln u)·cos 2πv with u = (⌊word/2³²⌋ + ½)/2³² and
/// v = (word mod 2³²)/2³².
pub fn normal(word: u64) -> f64 {
    const HALF: f64 = (1_u64 << 32) as f64;
    let (u, v) = (((word >> 32) as f64 + 0.5) / HALF, (word & 0xFFFF_FFFF) as f64 / HALF);
    (-2.0 * pxfm::f_log(u)).sqrt() * pxfm::f_cospi(2.0 * v)
}

/// Standard normal given |z| < 2: √2·erf⁻¹(u·erf(√2)), u the [signed uniform](signed_uniform) number of the word.
pub fn truncated_normal(word: u64) -> f64 {
    const ERF_OF_ROOT_2: f64 = 0.954_499_736_103_641_6;
    std::f64::consts::SQRT_2 * pxfm::f_erfinv(signed_uniform(word) * ERF_OF_ROOT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Normal};

    /// Largest distance of an empirical distribution from its law, times √n: above 1.95 with probability 0.001.
    fn kolmogorov(mut values: Vec<f64>, law: impl Fn(f64) -> f64) -> f64 {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let distances = values.iter().enumerate().map(|(i, &x)| {
            let p = law(x);
            (p - i as f64 / n).max((i + 1) as f64 / n - p)
        });
        distances.fold(0.0, f64::max) * n.sqrt()
    }

    #[test]
    fn words_become_uniform_and_normal_numbers() {
        let row = stream(1, INITIAL, 1, Side::In).row(0);
        let words: Vec<u64> = (0..100_000).map(|synapse| row.word(synapse)).collect();
        let standard = Normal::new(0.0, 1.0).unwrap();
        let normals = words.iter().map(|&word| normal(word)).collect();
        assert!(kolmogorov(normals, |x| standard.cdf(x)) < 1.95);
        let truncated: Vec<f64> = words.iter().map(|&word| truncated_normal(word)).collect();
        assert!(truncated.iter().all(|z| z.abs() < 2.0));
        let (low, high) = (standard.cdf(-2.0), standard.cdf(2.0));
        assert!(kolmogorov(truncated, |x| (standard.cdf(x) - low) / (high - low)) < 1.95);
        let uniforms = words.iter().map(|&word| signed_uniform(word)).collect();
        assert!(kolmogorov(uniforms, |x| f64::midpoint(x, 1.0)) < 1.95);
    }

    #[test]
    fn the_ends_of_the_words_are_finite() {
        assert!(signed_uniform(u64::MAX) < 1.0 && signed_uniform(0) > -1.0);
        assert_eq!(signed_uniform(1 << 63), -signed_uniform((1 << 63) - 1));
        assert!((6.7..6.8).contains(&normal(0)) && normal(u64::MAX) > 0.0);
    }
}
