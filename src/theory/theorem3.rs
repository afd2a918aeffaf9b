//! Theorem 3, the ReLU sampling bound: neurons to sample for one layer.
//!
//! P_i counts the weights with demands: all of them for all targets of the class, for a given target its weights other than 0. A
//! weight of 0 is met exactly by an all-zero mask.

use super::lemma_c12;

/// Every (half, bucket) category has at least this probability, 1/(8k′): the sign pattern ¼, times half the
/// hyperbolic density (Lemma C.11), times a bucket's share 1/k′ of it (Step 2′).
pub fn category_probability(k_prime: f64) -> f64 {
    1.0 / (8.0 * k_prime)
}

/// Lemma C.12 for one layer of ℓ, at δ_i = δ/ℓ.
fn draws(k_prime: f64, weights: u64, categories: f64, layers: usize, delta: f64) -> u64 {
    let (probability, each) = (category_probability(k_prime), delta / layers as f64);
    if each.is_normal() {
        lemma_c12::draws(probability, weights, categories, each)
    } else {
        // Too small for all digits of δ/ℓ: K/(δ/ℓ) = Kℓ/δ.
        lemma_c12::draws(probability, weights, categories * layers as f64, delta)
    }
}

/// M_i = ⌈16k′(P_i + ln(2ℓk′/δ))⌉, as printed: Lemma C.12 with 2k′ categories, P_i samples in each and
/// δ_i = δ/ℓ.
///
/// `weights` P_i, `layers` ℓ ≥ 1, 0 < `delta` < 1.
pub fn neurons(k_prime: f64, weights: u64, layers: usize, delta: f64) -> u64 {
    draws(k_prime, weights, 2.0 * k_prime, layers, delta)
}

/// ⌈16k′(P_i + ln(ℓk′/δ))⌉: M_i if only the half for x > 0 is built, with k′ categories, not 2k′ (see
/// `skip_dead_halves`). It saves no more than 16k′·ln 2 neurons: every category must still gather P_i neurons at its
/// probability of 1/(8k′), and neurons for x < 0 are drawn all the same. The kept neurons are halved.
pub fn neurons_of_one_half(k_prime: f64, weights: u64, layers: usize, delta: f64) -> u64 {
    draws(k_prime, weights, k_prime, layers, delta)
}

/// ⌈16k′(P_i + ln(4ℓk′P_i/δ))⌉: the same with the proof's gap closed.
///
/// The gap: a neuron has no category of its own, since its product depends on the (input, output) pair it
/// is to serve, so Lemma C.12 does not apply as it stands. Repair: ask that every pair have P_i usable
/// neurons in each of its 4k′ categories (both signs of the weight, hence all targets of the class at
/// once); the union bound over the P_i pairs costs only inside the logarithm. Hall's theorem then gives
/// every demand (pair, half, bucket) a neuron of its own: in any set S of demands some pair has at least
/// |S|/P_i; the neurons of one pair's categories are disjoint, so these alone see P_i·|S|/P_i = |S| neurons.
pub fn neurons_all_targets(k_prime: f64, weights: u64, layers: usize, delta: f64) -> u64 {
    let categories = 4.0 * k_prime * weights as f64;
    draws(k_prime, weights, categories, layers, delta)
}

/// ⌈16k′(P_i + ln(2ℓk′P_i/δ))⌉: proven enough for one target alone, of known signs: the repair of
/// [`neurons_all_targets`] with 2k′ categories a pair. [`neurons`] is as large only for P_i = 1.
pub fn neurons_one_target(k_prime: f64, weights: u64, layers: usize, delta: f64) -> u64 {
    let categories = 2.0 * k_prime * weights as f64;
    draws(k_prime, weights, categories, layers, delta)
}

/// Remark 4's printed upper bound on M_i/n_max², 16k′ + ln(2ℓk′/δ)/n_max². It drops the factor 16k′ before the logarithm:
/// M_i/n_max² = 16k′ + 16k′·ln(2ℓk′/δ)/n_max² is above it, for any network.
pub fn remark_4_as_printed(k_prime: f64, n_max: usize, layers: usize, delta: f64) -> f64 {
    16.0 * k_prime + super::ln_over(2.0 * layers as f64 * k_prime, delta) / (n_max as f64).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::section5::Ranges;

    fn k_prime(tolerance: f64) -> f64 {
        Ranges::new(tolerance / 2.0, 1.0, 1.5).k_prime
    }

    #[test]
    fn example_5_neurons() {
        let k = k_prime(3.678794411714423e-7);
        assert_eq!(neurons(k, 10_000, 10, 0.01), 6_286_927);
        assert_eq!(neurons_all_targets(k, 10_000, 10, 0.01), 6_293_147);
    }

    /// As printed, M_i is Lemma C.12's number if a neuron has a category of its own: P_i = 1. Else the proven number is larger.
    #[test]
    fn the_printed_number_is_the_proven_one_for_one_weight_only() {
        for tolerance in [0.1, 3.678794411714423e-7, 1e-20] {
            let k = k_prime(tolerance);
            assert_eq!(neurons(k, 1, 10, 0.01), neurons_one_target(k, 1, 10, 0.01));
            for weights in [2, 6, 100, 10_000] {
                let printed = neurons(k, weights, 10, 0.01);
                let (one, all) =
                    (neurons_one_target(k, weights, 10, 0.01), neurons_all_targets(k, weights, 10, 0.01));
                assert!(printed < one && one < all, "{tolerance}, {weights}: {printed}, {one}, {all}");
            }
        }
    }

    #[test]
    fn remark_4_drops_a_factor() {
        for (n, layers) in [(1, 1), (10, 3), (100, 10), (1_000, 2)] {
            let k = k_prime(3.678794411714423e-7);
            let weights = (n * n) as u64;
            let each = neurons(k, weights, layers, 0.01) as f64 / weights as f64;
            assert!(each > remark_4_as_printed(k, n, layers, 0.01), "{n}, {layers}");
        }
        // Example 5: 628.69 neurons per weight; the remark has 627.99.
        let k = k_prime(3.678794411714423e-7);
        assert_eq!(format!("{:.2}", remark_4_as_printed(k, 100, 10, 0.01)), "627.99");
    }

    /// Each e-fold of δ costs 16k′ neurons, down to the smallest number above 0.
    #[test]
    fn bounds_grow_with_the_logarithm_of_delta() {
        let k = k_prime(3.678794411714423e-7);
        let forms = [neurons, neurons_of_one_half, neurons_all_targets, neurons_one_target];
        for (number, bound) in forms.into_iter().enumerate() {
            for layers in [1, 3, 1_000_000] {
                let at = |delta: f64| bound(k, 10, layers, delta) as f64;
                for delta in [1e-200_f64, 1e-300, 1e-306, 1e-307, 1e-308, 1e-315, 5e-324] {
                    let expected = at(1e-2) + 16.0 * k * (1e-2_f64.ln() - delta.ln());
                    assert!(
                        (at(delta) - expected).abs() < 2.5,
                        "form {number}, {layers} layers, δ = {delta:e}"
                    );
                }
            }
        }
    }

    #[test]
    fn example_6_neurons() {
        let k = k_prime(3.678794411714423e-27);
        assert_eq!(neurons(k, 10_000, 10, 0.01), 24_483_129);
        assert_eq!(neurons_all_targets(k, 10_000, 10, 0.01), 24_507_345);
    }
}
