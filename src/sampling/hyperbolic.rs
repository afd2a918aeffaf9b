//! The hyperbolic law p_w of section 5.

use rand::Rng;
use rand::distr::Distribution;
use thiserror::Error;

use crate::theory::ln;

/// Weights of either sign, each with probability ½, and magnitude density
/// p(w) = 1/(w·ln(β/α)) on [α, β]: the log of the magnitude is uniform (section 5, "Product weights").
///
/// A weight is made of one 64-bit word: u = (word >> 11)·2⁻⁵³, magnitude = α·exp(u·Λ) with Λ = ln(β/α),
/// negative where the lowest bit is set. Multiplications round to nearest and exp is correctly rounded, so the
/// bits are the same everywhere. As real numbers magnitudes are off by a relative (Λ + 3)·2⁻⁵³ at most.
///
/// ```
/// use rand::distr::Distribution;
/// use slth::sampling::{Hyperbolic, Side, Stream};
/// let law = Hyperbolic::new(1e-3, 10.0).unwrap();
/// let w: f64 = law.sample(&mut Stream::new(42, 1, Side::In).row(0).reader());
/// assert!((1e-3..10.0).contains(&w.abs()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hyperbolic {
    alpha: f64,
    beta: f64,
    log_range: f64,
}

/// Why [`Hyperbolic::new`] refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// `!(alpha > 0)` or not finite
    #[error("alpha must be above 0 and finite")]
    AlphaTooSmall,
    /// `!(beta > alpha)` or not finite
    #[error("beta must be above alpha and finite")]
    BetaTooSmall,
}

impl Hyperbolic {
    /// The law on [`alpha`, `beta`], 0 < α < β.
    ///
    /// # Errors
    /// [`enum@Error`] names the violated condition; NaN violates both.
    pub fn new(alpha: f64, beta: f64) -> Result<Self, Error> {
        if !(alpha > 0.0 && alpha.is_finite()) {
            return Err(Error::AlphaTooSmall);
        }
        if !(beta > alpha && beta.is_finite()) {
            return Err(Error::BetaTooSmall);
        }
        Ok(Self { alpha, beta, log_range: ln(beta) - ln(alpha) })
    }

    /// [α, β], the range of the magnitude.
    pub fn range(&self) -> (f64, f64) {
        (self.alpha, self.beta)
    }

    /// Λ = ln(β/α).
    pub fn log_range(&self) -> f64 {
        self.log_range
    }

    /// The weight that a word stands for.
    #[inline]
    pub fn weight(&self, word: u64) -> f64 {
        let u = (word >> 11) as f64 * (1.0 / (1_u64 << 53) as f64);
        let magnitude = self.alpha * pxfm::f_exp(u * self.log_range);
        // Without a jump, which would go the wrong way every second time.
        f64::from_bits(magnitude.to_bits() | word << 63)
    }

    /// P(w ≤ `w`), both signs.
    pub fn cdf(&self, w: f64) -> f64 {
        let magnitude =
            ((ln(w.abs().clamp(self.alpha, self.beta)) - ln(self.alpha)) / self.log_range).min(1.0);
        if w < 0.0 { 0.5 - 0.5 * magnitude } else { 0.5 + 0.5 * magnitude }
    }
}

impl Distribution<f64> for Hyperbolic {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.weight(rng.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_ranges_are_refused() {
        assert_eq!(Hyperbolic::new(0.0, 1.0), Err(Error::AlphaTooSmall));
        assert_eq!(Hyperbolic::new(f64::NAN, 1.0), Err(Error::AlphaTooSmall));
        assert_eq!(Hyperbolic::new(1.0, 1.0), Err(Error::BetaTooSmall));
        assert_eq!(Hyperbolic::new(1.0, f64::NAN), Err(Error::BetaTooSmall));
        assert_eq!(Hyperbolic::new(1.0, f64::INFINITY), Err(Error::BetaTooSmall));
    }

    #[test]
    fn the_ends_of_the_word_are_the_ends_of_the_range() {
        let law = Hyperbolic::new(0.25, 4.0).unwrap();
        assert_eq!(law.weight(0), 0.25);
        assert_eq!(law.weight(1), -0.25);
        assert_eq!(law.weight(1 << 63), 1.0);
        assert!((law.weight(u64::MAX) + 4.0).abs() < 1e-14);
    }

    #[test]
    fn cdf_runs_from_zero_to_one() {
        let law = Hyperbolic::new(0.25, 4.0).unwrap();
        let points =
            [(-5.0, 0.0), (-4.0, 0.0), (-1.0, 0.25), (0.0, 0.5), (1.0, 0.75), (4.0, 1.0), (9.0, 1.0)];
        for (w, expected) in points {
            assert!((law.cdf(w) - expected).abs() < 1e-15, "cdf({w}) = {}", law.cdf(w));
        }
    }
}
