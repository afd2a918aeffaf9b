//! Pensia et al. (2020), *Optimal Lottery Tickets via SubsetSum*, Theorem 1: neurons for one input of a layer,
//! shared by its outputs, so that every weight is a subset sum of their products.

use super::ln_over;

/// ln(n_{i−1}·n_i·ℓ/min{ε, δ}), the logarithm of the bound m = C·ln(…). Above 0.
///
/// The constant C is not published. It comes from Lueker's theorem (1998) for one weight; the logarithm is
/// the union bound over all weights, so it is the same if each weight has neurons to itself.
///
/// `weights` P_i = n_{i−1}·n_i, `layers` ℓ ≥ 1, `epsilon` > 0, 0 < `delta` < 1.
pub fn log_term(weights: u64, layers: usize, epsilon: f64, delta: f64) -> f64 {
    ln_over(weights as f64 * layers as f64, epsilon.min(delta))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::assert_digits;

    #[test]
    fn the_smaller_of_epsilon_and_delta_counts() {
        // Example 5: ln 10⁷.
        assert_digits(log_term(10_000, 10, 0.01, 0.01), 16.11809565095832);
        assert_eq!(log_term(10_000, 10, 0.5, 0.01), log_term(10_000, 10, 0.01, 0.5));
    }

    #[test]
    fn one_weight_at_a_large_epsilon_still_has_a_logarithm() {
        assert!(log_term(1, 1, 1e300, 0.999) > 0.0);
    }
}
