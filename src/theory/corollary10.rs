//! Corollary 10: samples for the weights in [0, w_max], one pool of samples for each.

use super::{lemma9, ln_over};

/// k′ = log_{base}(base·w_max/ε); the paper prints log_{3/2}(3w_max/2ε).
///
/// 0 < `accuracy` ≤ `w_max`; 1 < `base` ≤ φ.
pub fn k_prime(accuracy: f64, w_max: f64, base: f64) -> f64 {
    lemma9::k_prime(accuracy / w_max, base)
}

/// m = ⌈k′ ln(k′/δ)⌉ samples of P_ε ∝ 1/v on [γ²ε, γ·w_max] hold, with probability ≥ 1 − δ, one in every
/// bucket, and so a subset within ε below every weight in [0, w_max].
pub fn samples(k_prime: f64, delta: f64) -> u64 {
    (k_prime * ln_over(k_prime, delta)).ceil() as u64
}

/// Neurons for each weight of a layer when no neuron is shared between weights, so that all layers succeed
/// with probability ≥ 1 − δ: ⌈8k′ ln(2k′·P_i·ℓ/δ)⌉ for one given target, ⌈8k′ ln(4k′·P_i·ℓ/δ)⌉ for every
/// target of the class at once.
///
/// Proof: Lemma 9's, with the 2k ≤ 2k′ categories (half, bucket) of one weight, each of probability
/// ≥ 1/(8k′) (Theorem 3, Step 2′): m draws leave one empty with probability ≤ 2k′(1 − 1/8k′)^m
/// ≤ 2k′e^{−m/8k′}; union bound over P_i weights and ℓ layers. For all targets both signs of the weight
/// are wanted, with twice the categories.
pub fn neurons_per_weight(k_prime: f64, weights: u64, layers: usize, delta: f64, all_targets: bool) -> u64 {
    let categories = if all_targets { 4.0 } else { 2.0 } * k_prime;
    (8.0 * k_prime * ln_over(categories * weights as f64 * layers as f64, delta)).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_the_statement() {
        let k_prime = k_prime(0.001, 1.0, 1.5);
        assert_eq!(format!("{k_prime:.8}"), "18.03662076");
        assert_eq!(samples(k_prime, 0.01), 136);
    }

    #[test]
    fn all_targets_cost_a_logarithm_of_two() {
        let (one, all) = (
            neurons_per_weight(39.2490562773, 10_000, 10, 0.01, false),
            neurons_per_weight(39.2490562773, 10_000, 10, 0.01, true),
        );
        assert!(all - one <= (8.0 * 39.2490562773 * 2f64.ln()).ceil() as u64);
        assert_eq!(all, 6649);
    }
}
