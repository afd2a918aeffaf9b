//! Lemma 9, the golden-ratio decomposition: the ratio and the number of buckets.

use super::ln;

/// φ = (√5 + 1)/2: the largest base 1/γ for which the greedy of Lemma 9 never leaves its bucket, since
/// 1/γ − γ ≤ 1 exactly when 1/γ ≤ φ. The nearest f64, 5·10⁻¹⁷ above φ: a residual may then pass its bucket's edge
/// by no more than the edge's own rounding.
pub const GOLDEN_RATIO: f64 = std::f64::consts::GOLDEN_RATIO;

/// Whether the greedy is sound with `base` = 1/γ: 1 < base ≤ φ (Lemma 9).
pub fn is_sound(base: f64) -> bool {
    base > 1.0 && base <= GOLDEN_RATIO
}

/// k = ⌈log_{base}(1/accuracy)⌉, the pieces to bring the residual of any weight in [0, 1] down to
/// `accuracy` (Lemma 9). 0 for `accuracy` ≥ 1.
pub fn levels(accuracy: f64, base: f64) -> usize {
    let exact = -ln(accuracy) / ln(base);
    // A power of the base must not count one more for the rounding of two logarithms.
    let nearest = exact.round();
    let k =
        if (exact - nearest).abs() <= 4.0 * f64::EPSILON * nearest.abs() { nearest } else { exact.ceil() };
    k.max(0.0) as usize
}

/// k′ = log_γ(γε), one more than the real number of pieces (Lemma 9).
pub fn k_prime(accuracy: f64, base: f64) -> f64 {
    1.0 - ln(accuracy) / ln(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::assert_digits;

    #[test]
    fn bases_up_to_the_golden_ratio_are_sound() {
        assert!(is_sound(1.5) && is_sound(GOLDEN_RATIO) && is_sound(1.0001));
        assert!(!is_sound(1.0) && !is_sound(1.619) && !is_sound(f64::NAN) && !is_sound(0.5));
        let gamma = 1.0 / GOLDEN_RATIO;
        assert!((1.0 / gamma - gamma - 1.0).abs() < 1e-15);
    }

    #[test]
    fn levels_of_powers_are_exact() {
        assert_eq!(levels(1.5f64.powi(-17), 1.5), 17);
        assert_eq!(levels(1.0, 1.5), 0);
        assert_eq!(levels(0.999, 1.5), 1);
        assert_eq!(levels(3.0, 1.5), 0);
    }

    #[test]
    fn k_prime_is_one_more_than_the_logarithm() {
        assert_digits(k_prime(1e-3, 1.5), 18.036620761802716);
    }
}
