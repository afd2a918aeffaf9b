//! Norms and products over the whole range of f64.
//!
//! # Norms
//! Squares of numbers below 10⁻¹⁵⁴ underflow, squares of numbers above 10¹⁵⁴ overflow. [`norm`] takes the root of the plain sum
//! of squares if the sum lies well inside the range, with the bits of the plain formula. Elsewhere it divides by a
//! power of two first, as BLAS' `nrm2` does.
//!
//! # Upper bounds
//! A rounded product is within a relative 2⁻⁵³ of the exact one only above 2⁻¹⁰²². Below, it is off by up to 2⁻¹⁰⁷⁵, and may be
//! 0. [`product`] rounds up there: a bound of 0 means 0. Above, rounding is left to the relative slack of each bound.
//! An overflowed bound is ∞, and still a bound: it stands for a finite number, so 0·∞ is 0 and no bound is ever NaN.

/// The smallest positive f64, 2⁻¹⁰⁷⁴. An underflowed product is off by at most half of it.
pub const SMALLEST: f64 = f64::from_bits(1);

/// Sums of squares from here to [`MOST_SQUARES`] need no scaling: what underflowed in them is below a relative 2⁻¹⁷⁰ for
/// each term.
const LEAST_SQUARES: f64 = 1e-270;

/// See [`LEAST_SQUARES`].
const MOST_SQUARES: f64 = 1e290;

/// ‖x‖₂ of `values`, whose plain sum of squares is `squares`, in whatever order that was added up. NaN or ∞ where a value is, ∞
/// where the norm overflows.
pub fn norm(squares: f64, values: impl Iterator<Item = f64> + Clone) -> f64 {
    if (LEAST_SQUARES..=MOST_SQUARES).contains(&squares) {
        return squares.sqrt();
    }
    let largest = largest(values.clone());
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    let scale = power_of_two(largest);
    scale * values.map(|x| (x / scale) * (x / scale)).sum::<f64>().sqrt()
}

/// The largest |x| of `values`, NaN if one is NaN, 0 if there are none.
pub fn largest(values: impl Iterator<Item = f64>) -> f64 {
    // `f64::max` passes over NaN.
    values.fold(0.0, |largest: f64, x| if x.abs() <= largest || largest.is_nan() { largest } else { x.abs() })
}

/// The power of two at or below x > 0, and the smallest normal number below that. Division by it is exact, but for quotients
/// that underflow.
pub fn power_of_two(x: f64) -> f64 {
    const EXPONENT: u64 = 0x7FF << 52;
    f64::from_bits(x.to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
}

/// a·b for bounds a, b ≥ 0, rounded up below the normal range.
pub fn product(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        return 0.0;
    }
    let product = a * b;
    if product < f64::MIN_POSITIVE { product.next_up() } else { product }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm_of(values: &[f64]) -> f64 {
        norm(values.iter().map(|x| x * x).sum(), values.iter().copied())
    }

    #[test]
    fn norms_hold_at_every_scale() {
        for exponent in [-1074, -1060, -1022, -800, -540, -400, 0, 400, 510, 540, 1020] {
            let scale =
                if exponent < -1022 { SMALLEST * 2_f64.powi(exponent + 1074) } else { 2_f64.powi(exponent) };
            assert_eq!(norm_of(&[3.0 * scale, -4.0 * scale]), 5.0 * scale, "2^{exponent}");
        }
        assert_eq!(norm_of(&[0.1, 0.7, -0.3]), (0.1 * 0.1 + 0.7 * 0.7 + 0.3 * 0.3_f64).sqrt());
        assert_eq!(norm_of(&[]), 0.0);
        assert_eq!(norm_of(&[f64::MAX, f64::MAX]), f64::INFINITY);
    }

    #[test]
    fn what_is_not_finite_is_seen() {
        assert!(norm_of(&[1.0, f64::NAN, 2.0]).is_nan() && largest([f64::NAN, 1.0].into_iter()).is_nan());
        assert_eq!(norm_of(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
    }

    #[test]
    fn products_of_bounds_are_never_too_small() {
        assert_eq!(product(1e-200, 1e-200), SMALLEST);
        assert_eq!(product(SMALLEST, 0.25), SMALLEST);
        assert!(product(3.0 * SMALLEST, 0.5) >= 2.0 * SMALLEST);
        assert_eq!((product(0.0, f64::INFINITY), product(0.1, 0.7)), (0.0, 0.1 * 0.7));
    }
}
