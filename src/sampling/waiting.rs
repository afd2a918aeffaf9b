//! How many draws until the first hit, drawn at once.

use rand::Rng;
use rand::distr::Distribution;
use thiserror::Error;

use crate::theory::{Count, ln};

/// Below this ln p a rate no longer keeps its digits in an f64 (exp leaves the normal numbers at −708).
const SMALLEST_LN_P: f64 = -700.0;

/// The number of draws up to and including the first hit, when each draw hits with probability p:
/// P(N > n) = (1 − p)ⁿ ([geometric law](https://en.wikipedia.org/wiki/Geometric_distribution)).
///
/// p is given by its logarithm and may be far below the range of f64. N is made of one 64-bit word by the exact
/// inverse transform N = ⌈ln u/ln(1 − p)⌉. With v the middle of the word's cell among 2⁶⁴ in (0, 1), −ln u is
/// −ln(1 − v) for v < ½ and −ln of the cell's mirror image otherwise, so that both short and long waiting
/// times have all their digits; the longest is 45.05/p. Before the ceiling the quotient is off by
/// a relative 2⁻⁵⁰ at most, so a count n may come out one off with probability below about n·2⁻⁵⁰, however p
/// was made. An error ε of ln p itself is one of a relative ε in p.
///
/// ```
/// use rand::distr::Distribution;
/// use slth::sampling::{Geometric, Side, Stream};
/// let mut words = Stream::new(42, 0, Side::Out).row(0).reader();
/// let often = Geometric::new((0.25_f64).ln()).unwrap().sample(&mut words);
/// assert!(often.whole().unwrap() >= 1);
/// let hardly_ever = Geometric::new(-5000.0).unwrap().sample(&mut words);
/// assert!((hardly_ever.ln() - 5000.0).abs() < 50.0 && hardly_ever.whole().is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometric {
    ln_p: f64,
    /// −ln(1 − p); 0 stands for one too small to hold
    rate: f64,
}

/// Why [`Geometric::new`] refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// `!(ln p <= 0)` or infinite
    #[error("ln p must be 0 or less and finite")]
    NoProbability,
}

impl Geometric {
    /// The law for hits of probability p = exp(`ln_p`), 0 < p ≤ 1.
    ///
    /// # Errors
    /// [`enum@Error`] when p is above 1, NaN or 0.
    pub fn new(ln_p: f64) -> Result<Self, Error> {
        if !(ln_p <= 0.0 && ln_p.is_finite()) {
            return Err(Error::NoProbability);
        }
        let rate = match ln_p {
            _ if ln_p < SMALLEST_LN_P => 0.0,
            _ if ln_p < -std::f64::consts::LN_2 => -pxfm::f_log1p(-pxfm::f_exp(ln_p)),
            // 1 − p without cancellation; infinite at p = 1
            _ => -ln(-pxfm::f_expm1(ln_p)),
        };
        Ok(Self { ln_p, rate })
    }

    /// ln p.
    pub fn ln_p(&self) -> f64 {
        self.ln_p
    }

    /// ln(1/p), the logarithm of the mean.
    pub fn ln_mean(&self) -> f64 {
        -self.ln_p
    }

    /// The waiting time that a word stands for.
    pub fn waiting(&self, word: u64) -> Count {
        let exponential = exponential(word);
        if self.rate > 0.0 {
            Count::new((exponential / self.rate).ceil().max(1.0))
        } else {
            let ln = ln(exponential) - self.ln_p;
            Count::from_ln(ln)
        }
    }

    /// P(N ≤ `number`).
    pub fn cdf(&self, number: f64) -> f64 {
        let n = number.floor();
        match n {
            _ if n < 1.0 => 0.0,
            _ if self.rate > 0.0 => -pxfm::f_expm1(-n * self.rate),
            _ => -pxfm::f_expm1(-pxfm::f_exp(ln(n) + self.ln_p)),
        }
    }
}

impl Distribution<Count> for Geometric {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Count {
        self.waiting(rng.next_u64())
    }
}

/// −ln u of a word, with a relative error below 2⁻⁵¹ over its whole range [2⁻⁶⁵, 45.05].
fn exponential(word: u64) -> f64 {
    const CELL: f64 = 1.0 / (1_u64 << 32) as f64 / (1_u64 << 32) as f64;
    let middle = |word: u64| (word as f64 + 0.5) * CELL;
    if word >> 63 == 0 { -pxfm::f_log1p(-middle(word)) } else { -ln(middle(!word)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_probabilities_are_refused() {
        for ln_p in [1e-300, f64::NAN, f64::NEG_INFINITY, f64::INFINITY] {
            assert_eq!(Geometric::new(ln_p), Err(Error::NoProbability));
        }
    }

    #[test]
    fn a_certain_hit_takes_one_draw() {
        for word in [0, 1, u64::MAX / 2, u64::MAX] {
            assert_eq!(Geometric::new(0.0).unwrap().waiting(word).whole(), Some(1));
            assert_eq!(Geometric::new(-1e-300).unwrap().waiting(word).whole(), Some(1));
        }
    }

    /// With p = ½ the word's leading ones are counted.
    #[test]
    fn a_fair_coin_counts_leading_ones() {
        let coin = Geometric::new(-std::f64::consts::LN_2).unwrap();
        for ones in 0..40_u32 {
            let word = !(u64::MAX >> ones) | 1 << 20;
            assert_eq!(coin.waiting(word).whole(), Some(u64::from(ones) + 1));
        }
    }

    /// −ln u from 60 digits of Python's mpmath.
    #[test]
    fn both_ends_of_the_word_keep_their_digits() {
        let known = [
            (0, 2.710_505_431_213_761e-20),
            (12_345, 6.692_508_960_209_9e-16),
            (1 << 62, 0.287_682_072_451_780_93),
            ((1 << 63) - 1, std::f64::consts::LN_2),
            (1 << 63, std::f64::consts::LN_2),
            (u64::MAX - 12_345, 34.940_372_652_649_79),
            (u64::MAX, 45.054_566_736_396_445),
        ];
        for (word, expected) in known {
            let found = exponential(word);
            assert!((found / expected - 1.0).abs() < 5e-16, "{word:#x}: {found:e}");
        }
    }

    /// The same word at p on either side of a change of formula.
    #[test]
    fn the_formulas_meet() {
        for ln_p in [SMALLEST_LN_P, -std::f64::consts::LN_2] {
            for word in [0, 3 << 60, u64::MAX - 12_345] {
                let at = |ln_p| Geometric::new(ln_p).unwrap().waiting(word).ln();
                assert!((at(ln_p) - at(ln_p * (1.0 - 1e-15))).abs() < 3e-12);
                assert!((at(ln_p) - at(ln_p * (1.0 + 1e-15))).abs() < 3e-12);
            }
        }
    }

    #[test]
    fn cdf_counts_whole_draws() {
        let law = Geometric::new(ln(0.3)).unwrap();
        for (n, expected) in [(0.5, 0.0), (1.0, 0.3), (1.9, 0.3), (2.0, 0.51), (3.0, 0.657)] {
            assert!((law.cdf(n) - expected).abs() < 1e-15);
        }
        let tiny = Geometric::new(-705.0).unwrap();
        assert!((tiny.cdf(pxfm::f_exp(705.0)) - (1.0 - (-1.0_f64).exp())).abs() < 1e-12);
    }
}
