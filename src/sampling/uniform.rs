//! The uniform law of Malach et al. (2020) and of subset sums.

use rand::Rng;
use rand::distr::Distribution;
use thiserror::Error;

/// Weights uniform on [−c, c].
///
/// A weight is made of one 64-bit word as [`Hyperbolic`](super::Hyperbolic)'s is: u = (word >> 11)·2⁻⁵³,
/// magnitude c·u, negative where the lowest bit is set. For c a power of two every weight is exact; otherwise the
/// product rounds to nearest. No weight reaches ±c.
///
/// ```
/// use rand::distr::Distribution;
/// use slth::sampling::{Side, Stream, Uniform};
/// let law = Uniform::new(1.0).unwrap();
/// let w: f64 = law.sample(&mut Stream::new(42, 1, Side::In).row(0).reader());
/// assert!(w.abs() < 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    bound: f64,
}

/// Why [`Uniform::new`] refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// `!(bound > 0)` or not finite
    #[error("the bound must be above 0 and finite")]
    BoundTooSmall,
}

impl Uniform {
    /// The law on [−c, c], c = `bound` > 0.
    ///
    /// # Errors
    /// [`enum@Error`] when c is not above 0 (NaN is not) or not finite.
    pub fn new(bound: f64) -> Result<Self, Error> {
        if !(bound > 0.0 && bound.is_finite()) {
            return Err(Error::BoundTooSmall);
        }
        Ok(Self { bound })
    }

    /// c.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// The weight that a word stands for.
    #[inline]
    pub fn weight(&self, word: u64) -> f64 {
        let u = (word >> 11) as f64 * (1.0 / (1_u64 << 53) as f64);
        f64::from_bits((self.bound * u).to_bits() | word << 63)
    }

    /// P(weight ≤ `w`).
    pub fn cdf(&self, w: f64) -> f64 {
        0.5 + 0.5 * (w / self.bound).clamp(-1.0, 1.0)
    }
}

impl Distribution<f64> for Uniform {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.weight(rng.next_u64())
    }
}

/// A word as a number strictly between 0 and 1: the middle of one of 2⁵² cells, exactly.
#[inline]
pub(super) fn between_0_and_1(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_bounds_are_refused() {
        for bound in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Uniform::new(bound), Err(Error::BoundTooSmall));
        }
    }

    #[test]
    fn the_ends_of_the_word_are_the_ends_of_the_range() {
        let law = Uniform::new(4.0).unwrap();
        assert_eq!(law.weight(0), 0.0);
        assert_eq!(law.weight(1 << 63), 2.0);
        assert_eq!(law.weight(1 << 63 | 1), -2.0);
        assert_eq!(law.weight(u64::MAX), -4.0 * (1.0 - f64::EPSILON / 2.0));
    }

    #[test]
    fn cdf_runs_from_zero_to_one() {
        let law = Uniform::new(0.5).unwrap();
        for (w, expected) in [(-1.0, 0.0), (-0.5, 0.0), (-0.25, 0.25), (0.0, 0.5), (0.5, 1.0), (2.0, 1.0)] {
            assert_eq!(law.cdf(w), expected);
        }
    }

    #[test]
    fn no_word_is_0_or_1() {
        assert_eq!(between_0_and_1(0), f64::EPSILON / 2.0);
        assert_eq!(between_0_and_1(u64::MAX), 1.0 - f64::EPSILON / 2.0);
    }
}
