//! Golden-ratio sums with one block of neurons per input, shared by that input's outputs. Not in the paper; the
//! proof stands in the docs of `construction::blocks`.

use super::ln_over;

/// m = ⌈8k′ ln(4k′P_iℓ/δ)⌉ neurons for each input of a layer, for all targets of the class at once, all layers
/// together with probability ≥ 1 − δ.
///
/// `weights` P_i, `layers` ℓ ≥ 1, 0 < `delta` < 1.
pub fn neurons_per_input(k_prime: f64, weights: u64, layers: usize, delta: f64) -> u64 {
    (8.0 * k_prime * ln_over(4.0 * k_prime * weights as f64 * layers as f64, delta)).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_5_needs_66_neurons_per_weight() {
        let each = neurons_per_input(39.2490562773, 10_000, 10, 0.01);
        assert_eq!(each, 6_649);
        assert_eq!(format!("{:.2}", (each * 100) as f64 / 10_000.0), "66.49");
    }
}
