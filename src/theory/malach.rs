//! Malach et al. (2020), Theorem A.6, as section 3 of the paper states it.

use super::ln_over;

/// ⌈64ℓ²n_max³/ε²·ln(2n_max²ℓ/δ)⌉, neurons for each of the n_max² weights an added layer may have. A real
/// number, since it passes 2⁶⁴ easily.
///
/// It holds for inputs with ‖x‖₂ ≤ 1, |w| ≤ 1/√n_max, ‖W_i‖₂ ≤ 1 and ‖W_i‖₀ ≤ n_max.
pub fn neurons_per_weight(layers: usize, n_max: usize, epsilon: f64, delta: f64) -> f64 {
    let (l, n) = (layers as f64, n_max as f64);
    (64.0 * l * l * n * n * n / (epsilon * epsilon) * ln_over(2.0 * n * n * l, delta)).ceil()
}

/// n_max² times [`neurons_per_weight`]: neurons of one added layer.
pub fn neurons(layers: usize, n_max: usize, epsilon: f64, delta: f64) -> f64 {
    (n_max as f64).powi(2) * neurons_per_weight(layers, n_max, epsilon, delta)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_5_needs_a_million_billion() {
        assert_eq!(format!("{:.9e}", neurons_per_weight(10, 100, 0.01, 0.01)), "1.075919541e15");
        assert_eq!(format!("{:.9e}", neurons(10, 100, 0.01, 0.01)), "1.075919541e19");
    }
}
