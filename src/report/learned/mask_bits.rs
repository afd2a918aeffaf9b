//! The size of a mask: n·H₂(keep), the entropy of n bits with a share `keep` of ones.

use crate::learning::Round;
use crate::theory::Count;

/// n·H₂(k/n) in bits, for a mask over n weights with k kept: log₂ of the number of masks to within a term in log₂ n. The weights may be
/// beyond f64.
pub fn bits_of_mask(weights: Count, kept: u64) -> f64 {
    if kept == 0 || weights == Count::ZERO {
        return 0.0;
    }
    let share = Count::from(kept).ratio(weights);
    if share >= Count::from(1) {
        return 0.0;
    }
    let kept = kept as f64;
    // −(n − k)·ln(1 − k/n); it tends to k as n grows.
    let share_cut = 1.0 - share.as_f64();
    let cut = if share.as_f64() < f64::EPSILON {
        kept
    } else {
        -kept / share.as_f64() * share_cut * (-share.as_f64()).ln_1p()
    };
    (cut - kept * share.ln()) / std::f64::consts::LN_2
}

/// Bits of a round's mask: the sum over its layers, each with its own share.
pub fn bits_of_round(round: &Round) -> f64 {
    round.layers.iter().map(|layer| bits_of_mask(Count::from(layer.weights), layer.kept)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_weights_cost_a_bit_each_and_a_full_mask_nothing() {
        let bits = |weights: u64, kept| bits_of_mask(Count::from(weights), kept);
        assert!((bits(50_200, 25_100) - 50_200.0).abs() < 1e-9);
        assert_eq!((bits(100, 100), bits(100, 0), bits(0, 0)), (0.0, 0.0, 0.0));
        // H₂(1/4) = 2 − ¾·log₂ 3.
        let quarter = 2.0 - 0.75 * 3_f64.log2();
        assert!((bits(400, 100) - 400.0 * quarter).abs() < 1e-9);
    }

    /// log₂ C(n, k) ≤ n·H₂(k/n) ≤ log₂ C(n, k) + log₂(n + 1).
    #[test]
    fn the_bits_are_the_number_of_masks() {
        for (n, k) in [(10_u64, 3_u64), (1_000, 20), (5_000, 4_999)] {
            let ln: f64 = (1..=k).map(|i| ((n - k + i) as f64 / i as f64).log2()).sum();
            let bits = bits_of_mask(Count::from(n), k);
            assert!(ln <= bits + 1e-6 && bits <= ln + ((n + 1) as f64).log2(), "{n}, {k}: {ln}, {bits}");
        }
    }

    #[test]
    fn masks_beyond_f64_have_finite_bits() {
        let bits = bits_of_mask(Count::from_ln(2_000.0), 10);
        let expected = 10.0 * (2_000.0 - 10_f64.ln() + 1.0) / std::f64::consts::LN_2;
        assert!((bits - expected).abs() < 1e-9 * expected, "{bits}, {expected}");
    }
}
