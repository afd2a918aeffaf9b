//! Both weights matched by themselves (Malach et al. 2020).

use rand::Rng;
use rand::distr::Distribution;
use serde::{Deserialize, Serialize};

use super::{Error, Hit, Near, sign};

/// z_in within η of |w| and z_out within η of sgn w, for the half that passes x > 0.
///
/// p = ½·|[0, 1] ∩ [|w| − η, |w| + η]|·½η, which is η²/2 for η ≤ |w| ≤ 1 − η.
///
/// What is matched is each weight; the product then misses w by up to η·max(1, 1 + |w| − η) (z_in = |w| − η and
/// z_out = ±(1 − η)), that is by more than η, though for |w| ≤ 1 by less than 2η: η = ε_w/2 leaves
/// the half within ε_w, and η = ε_h/(1 + |w|) leaves it within ε_h. [`MalachHits::error_bound`] gives it.
///
/// ```
/// use rand::distr::Distribution;
/// use slth::sampling::hits::{Hit, MalachHits};
/// use slth::sampling::{Geometric, Side, Stream};
/// let malach = MalachHits::new(-0.3, 1e-7).unwrap();
/// let mut words = Stream::new(42, 0, Side::Out).row(0).reader();
/// let waiting = Geometric::new(malach.ln_p()).unwrap().sample(&mut words);
/// let hit: Hit = malach.sample(&mut words);
/// assert!(waiting.as_f64() > 1e10 && hit.z_in > 0.0 && hit.z_out < 0.0);
/// assert!(hit.error(-0.3).abs() <= malach.error_bound());
/// ```
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct MalachHits {
    w: f64,
    eta: f64,
    z_in: Near,
    /// of z_out·sgn w
    z_out: Near,
}

impl MalachHits {
    /// For the target weight `w` and the tolerance `eta` of each of the two weights.
    ///
    /// # Errors
    /// [`Error::Tolerance`] when η is not in [2⁻⁴⁶, 1), [`Error::OutOfReach`] when |w| ≥ 1 + η.
    pub fn new(w: f64, eta: f64) -> Result<Self, Error> {
        Ok(Self { w, eta, z_in: Near::new(w.abs(), eta, 0.0)?, z_out: Near::new(1.0, eta, 0.0)? })
    }

    /// ln of the probability that a neuron is a hit.
    pub fn ln_p(&self) -> f64 {
        self.z_in.ln_p() + self.z_out.ln_p()
    }

    /// The most that z_in·z_out of a hit can differ from w: η·max(1, 1 + |w| − η).
    pub fn error_bound(&self) -> f64 {
        self.eta * (1.0 + self.w.abs() - self.eta).max(1.0)
    }

    /// Whether these weights are a hit.
    pub fn accepts(&self, hit: Hit) -> bool {
        hit.z_in > 0.0 && self.z_in.contains(hit.z_in) && self.z_out.contains(hit.z_out * sign(self.w))
    }
}

impl Distribution<Hit> for MalachHits {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Hit {
        Hit { z_in: self.z_in.draw(rng), z_out: sign(self.w) * self.z_out.draw(rng) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{deviations, drawn};
    use super::*;
    use crate::sampling::{Side, Stream};

    const WEIGHTS: [f64; 7] = [0.0, 0.03, -0.05, 0.4, -0.7, 1.0, -1.04];

    #[test]
    fn inside_the_probability_is_half_of_eta_squared() {
        for eta in [1e-13, 3.7e-7, 0.1] {
            for w in [0.3_f64, -0.5, 0.9] {
                let p = MalachHits::new(w, eta).unwrap().ln_p().exp();
                assert!((p / (eta * eta / 2.0) - 1.0).abs() < 1e-13, "{w}, {eta}: {p}");
            }
        }
        assert!((MalachHits::new(1.0, 0.1).unwrap().ln_p().exp() / 0.0025 - 1.0).abs() < 1e-14);
    }

    /// 400,000 neurons: 3.9 deviations are 16 % of p at w = −1.04 (p = 0.0015), 9 % inside (p = 0.005).
    #[test]
    fn drawn_neurons_hit_as_often_as_the_probability_says() {
        for w in WEIGHTS {
            let malach = MalachHits::new(w, 0.1).unwrap();
            let p = malach.ln_p().exp();
            let one = drawn(1, 400_000).filter(|&hit| malach.accepts(hit)).count();
            let other = drawn(1, 400_000).filter(|&hit| malach.accepts(hit.mirrored())).count();
            for count in [one, other] {
                assert!(deviations(count, 400_000, p).abs() < 3.9, "{w}: {count}");
            }
        }
    }

    #[test]
    fn skipped_hits_are_hits_within_the_error_bound() {
        let mut words = Stream::new(1, 0, Side::Out).row(0).reader();
        for eta in [1e-13, 1e-6, 0.1, 0.6] {
            for w in WEIGHTS.into_iter().filter(|w| w.abs() < 1.0 + eta) {
                let malach = MalachHits::new(w, eta).unwrap();
                for _ in 0..2_000 {
                    let hit = malach.sample(&mut words);
                    assert!(malach.accepts(hit) && !malach.accepts(hit.mirrored()));
                    // The tolerance is met to the bit by each weight; |w| − η itself may be rounded.
                    assert!(hit.error(w).abs() <= malach.error_bound() * (1.0 + 1e-15) + 1e-16 * eta);
                }
            }
        }
    }

    /// The worst corner, so that the bound is not idle.
    #[test]
    fn the_error_bound_is_reached() {
        let malach = MalachHits::new(-0.5, 0.125).unwrap();
        let corner = Hit { z_in: 0.375, z_out: -0.875 };
        assert!(malach.accepts(corner));
        assert_eq!(corner.error(-0.5).abs(), malach.error_bound());
    }
}
