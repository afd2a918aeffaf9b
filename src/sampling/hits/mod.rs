//! Hits drawn at once: what one neuron in 10¹³, or in 10³⁰⁰, looks like.
//!
//! Three ways to say that a neuron with weights uniform on [−1, 1] matches a target weight w (or a target neuron)
//! within a tolerance η. Each knows the probability of a hit as ln p, tells whether given weights are one
//! (`accepts`), and draws the weights of a hit from their exact law given that they are one:
//!
//! | matcher | hit, with m = \|w\| | p |
//! |---|---|---|
//! | [`MalachHits`] | \|z_in − m\| ≤ η and \|z_out·sgn w − 1\| ≤ η | η²/2 where m is in [η, 1 − η] |
//! | [`ProductPairHits`] | \|z_in·z_out − w\| ≤ η | ¼∫ −ln v dv over the v of [0, 1] within η of m |
//! | [`WholeNeuronHits`] | \|z_inₐ − wₐ\| ≤ η for all a, \|z_out − 1\| ≤ η | η/2·∏ η where all is inside |
//!
//! # Halves
//! The first two are for one half of a weight, and stand for the half that passes x > 0: z_in > 0 and
//! sgn(z_out) = sgn(w). A neuron whose product is right and whose z_in has the wrong sign (it exists where m < η)
//! fires for the other half's inputs, so it is no hit. The law is symmetric, so the half that passes x < 0 is the
//! mirror image, with the same probability: (z_in, z_out) is a hit of that half where (−z_in, −z_out)
//! is one of this, see [`Hit::mirrored`]. A weight of 0 counts as positive; it needs no neuron at all.
//!
//! # Real numbers and f64
//! p and the laws are those of weights that are real numbers. G's own uniform weights are multiples of 2⁻⁵³, so
//! an interval of width 2η holds 2η·2⁵³ of them, give or take one: drawing every neuron is
//! the same law up to a relative 2⁻⁵³/η. [`LEAST_TOLERANCE`] keeps that below 1/128. A drawn value is
//! rounded to the nearest f64 and drawn again if that moved it out of tolerance, so `accepts` holds for every hit.

mod malach;
mod product_pair;
mod whole_neuron;

pub use malach::MalachHits;
pub use product_pair::ProductPairHits;
pub use whole_neuron::{NeuronHit, WholeNeuronHits};

use rand::Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::uniform::between_0_and_1;
use crate::theory::ln;

/// The least η: 128 steps of 2⁻⁵³, the grid that uniform weights lie on.
pub const LEAST_TOLERANCE: f64 = 1.0 / (1_u64 << 46) as f64;

/// Why there can be no hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// `!(2⁻⁴⁶ <= eta < 1)`
    #[error("the tolerance must be at least 2^-46, 128 steps of the uniform weights, and below 1")]
    Tolerance,
    /// `!(|w| < 1 + eta)`: no weight of [−1, 1], no product of two, is within η
    #[error("the target weight is outside [-1, 1] by more than the tolerance")]
    OutOfReach,
}

/// The two weights of a neuron that hits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// weight from the input
    pub z_in: f64,
    /// weight to the output
    pub z_out: f64,
}

impl Hit {
    /// The same hit for the other half: both signs changed.
    pub fn mirrored(self) -> Self {
        Self { z_in: -self.z_in, z_out: -self.z_out }
    }

    /// z_in·z_out − w, rounded once.
    pub fn error(self, w: f64) -> f64 {
        self.z_in.mul_add(self.z_out, -w)
    }
}

/// The numbers within η of a centre that are between a floor (0 or −1) and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Near {
    centre: f64,
    floor: f64,
    /// how far it reaches to either side; negative where the centre itself is outside
    below: f64,
    above: f64,
}

impl Near {
    fn new(centre: f64, eta: f64, floor: f64) -> Result<Self, Error> {
        if !(LEAST_TOLERANCE..1.0).contains(&eta) {
            return Err(Error::Tolerance);
        }
        let near = Self { centre, floor, below: eta.min(centre - floor), above: eta.min(1.0 - centre) };
        if centre.is_finite() && near.width() > 0.0 { Ok(near) } else { Err(Error::OutOfReach) }
    }

    /// From the two reaches, not from the two ends: no digit is lost when it is narrow.
    fn width(&self) -> f64 {
        self.below + self.above
    }

    fn low(&self) -> f64 {
        if self.reaches_floor() { self.floor } else { self.centre - self.below }
    }

    fn high(&self) -> f64 {
        self.centre + self.above
    }

    fn reaches_floor(&self) -> bool {
        self.below == self.centre - self.floor
    }

    fn contains(&self, value: f64) -> bool {
        let offset = value - self.centre;
        -self.below <= offset && offset <= self.above
    }

    /// ln of the probability that a uniform weight on [−1, 1] is in here.
    fn ln_p(&self) -> f64 {
        ln(self.width() / 2.0)
    }

    /// The point at `fraction` of the way up.
    fn at(&self, fraction: f64) -> f64 {
        let offset = fraction * self.width();
        if self.reaches_floor() { self.floor + offset } else { self.centre + (offset - self.below) }
    }

    /// A uniform value in here.
    fn draw(&self, rng: &mut (impl Rng + ?Sized)) -> f64 {
        loop {
            let value = self.at(between_0_and_1(rng.next_u64()));
            if self.contains(value) {
                return value;
            }
        }
    }
}

/// 1 or −1; a weight of 0 counts as positive.
fn sign(w: f64) -> f64 {
    if w < 0.0 { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::super::{Side, Stream, Uniform};
    use super::*;

    /// Neurons with one input and one output, drawn one by one.
    pub(super) fn drawn(seed: u64, neurons: u64) -> impl Iterator<Item = Hit> {
        let law = Uniform::new(1.0).unwrap();
        let weight = move |side, neuron| law.weight(Stream::new(seed, 1, side).row(neuron).word(0));
        (0..neurons).map(move |n| Hit { z_in: weight(Side::In, n), z_out: weight(Side::Out, n) })
    }

    /// How far a count among `trials` is from what p makes one expect, in standard deviations.
    pub(super) fn deviations(count: usize, trials: u64, p: f64) -> f64 {
        (count as f64 - trials as f64 * p) / (trials as f64 * p * (1.0 - p)).sqrt()
    }

    #[test]
    fn tolerances_and_weights_out_of_range_are_refused() {
        for eta in [0.0, LEAST_TOLERANCE / 2.0, 1.0, f64::NAN] {
            assert_eq!(Near::new(0.5, eta, 0.0), Err(Error::Tolerance));
        }
        for centre in [1.1, 7.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Near::new(centre, 0.1, 0.0), Err(Error::OutOfReach));
        }
        assert_eq!(Near::new(-1.2, 0.1, -1.0), Err(Error::OutOfReach));
    }

    #[test]
    fn an_interval_stops_at_its_floor_and_at_1() {
        let ends = |centre, floor| {
            let near = Near::new(centre, 0.25, floor).unwrap();
            (near.low(), near.high(), near.width())
        };
        assert_eq!(ends(0.5, 0.0), (0.25, 0.75, 0.5));
        assert_eq!(ends(0.125, 0.0), (0.0, 0.375, 0.375));
        assert_eq!(ends(0.125, -1.0), (-0.125, 0.375, 0.5));
        assert_eq!(ends(-0.875, -1.0), (-1.0, -0.625, 0.375));
        assert_eq!(ends(1.125, 0.0), (0.875, 1.0, 0.125));
    }

    /// Around 0.7, f64 has 1.1e-16 between neighbours: an interval made of its ends would be off by 1e-3.
    #[test]
    fn a_narrow_interval_keeps_its_width() {
        let near = Near::new(0.7, 1e-13, 0.0).unwrap();
        assert_eq!(near.width(), 2e-13);
        let mut words = Stream::new(1, 0, Side::Out).row(0).reader();
        assert!((0..1000).map(|_| near.draw(&mut words)).all(|z| (z - 0.7).abs() <= 1e-13));
    }

    #[test]
    fn drawn_values_are_in_the_interval_and_reach_its_ends() {
        for (centre, floor) in [(0.0, 0.0), (0.05, 0.0), (0.5, 0.0), (1.0, 0.0), (-1.05, -1.0), (0.0, -1.0)] {
            let near = Near::new(centre, 0.1, floor).unwrap();
            let mut words = Stream::new(1, 0, Side::Out).row(0).reader();
            let values: Vec<f64> = (0..1000).map(|_| near.draw(&mut words)).collect();
            let (low, high) = values.iter().fold((2.0_f64, -2.0_f64), |(l, h), &v| (l.min(v), h.max(v)));
            let margin = near.width() * 0.02;
            assert!(near.low() <= low && low < near.low() + margin, "{centre}: {low}");
            assert!(near.high() >= high && high > near.high() - margin, "{centre}: {high}");
        }
    }
}
