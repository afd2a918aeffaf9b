//! The product of the two weights matched.

use rand::Rng;
use rand::distr::Distribution;
use serde::{Deserialize, Serialize};

use super::{Error, Hit, Near, between_0_and_1, sign};
use crate::theory::ln;

/// z_in·z_out within η of w, for the half that passes x > 0: z_in > 0 and sgn(z_out) = sgn(w).
///
/// The product of two magnitudes uniform on (0, 1) has density −ln v, so with [a, b] the part of [0, 1] within η of
/// |w|, p = ¼[F(b) − F(a)], F(v) = v − v ln v. The difference is not taken as it stands: p has a
/// relative error below 2·10⁻¹⁴ down to the least η. The product of a hit misses w by η at most.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ProductPairHits {
    w: f64,
    eta: f64,
    product: Near,
}

impl ProductPairHits {
    /// For the target weight `w` and the tolerance `eta` of the product.
    ///
    /// # Errors
    /// [`Error::Tolerance`] when η is not in [2⁻⁴⁶, 1), [`Error::OutOfReach`] when |w| ≥ 1 + η.
    pub fn new(w: f64, eta: f64) -> Result<Self, Error> {
        Ok(Self { w, eta, product: Near::new(w.abs(), eta, 0.0)? })
    }

    /// ln of the probability that a neuron is a hit.
    pub fn ln_p(&self) -> f64 {
        ln(self.mass() / 4.0)
    }

    /// Whether these weights are a hit.
    pub fn accepts(&self, hit: Hit) -> bool {
        hit.z_in > 0.0 && hit.z_out * sign(self.w) > 0.0 && hit.error(self.w).abs() <= self.eta
    }

    /// ∫ −ln v dv over the interval of the product.
    fn mass(&self) -> f64 {
        let Near { centre: m, below, above, .. } = self.product;
        if self.product.reaches_floor() {
            let b = self.product.high().min(1.0);
            b * (1.0 - ln(b))
        } else if m >= 1.0 {
            // From the upper end, 1: ∫ over [1 − h, 1] with h = below + above.
            log_area(-self.product.width())
        } else {
            // From the middle: −ln v = −ln m − ln(1 + t), v = m(1 + t).
            m * (log_area(-below / m) - log_area(above / m)) - self.product.width() * ln(m)
        }
    }

    /// The magnitude v of a hit's product: density −ln v on [a, b], normalised.
    fn draw_product(&self, rng: &mut (impl Rng + ?Sized)) -> f64 {
        let (a, b) = (self.product.low(), self.product.high().min(1.0));
        let mut fraction = || between_0_and_1(rng.next_u64());
        if a >= 0.5 * b {
            // Uniform under the density's greatest value, −ln a: at least 0.44 of the tries are kept.
            loop {
                let v = self.product.at(fraction());
                if fraction() * ln(a) >= ln(v.min(1.0)) {
                    return v;
                }
            }
        }
        // On (0, b], with v = b·y, the density is −ln b − ln y: a uniform y with weight −ln b, a product of two
        // uniforms with weight 1. At least 0.15 of the tries are at or above a.
        let share = -ln(b) / (1.0 - ln(b));
        loop {
            let v = if fraction() < share { b * fraction() } else { b * fraction() * fraction() };
            if v >= a {
                return v;
            }
        }
    }
}

impl Distribution<Hit> for ProductPairHits {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Hit {
        loop {
            let v = self.draw_product(rng);
            // Given v, z_in has density 1/(−z ln v) on [v, 1].
            let z_in = pxfm::f_exp(between_0_and_1(rng.next_u64()) * ln(v));
            let hit = Hit { z_in, z_out: sign(self.w) * (v / z_in).min(1.0) };
            if self.accepts(hit) {
                return hit;
            }
        }
    }
}

/// ∫₀ˣ ln(1 + t) dt = (1 + x)·ln(1 + x) − x for x > −1, without its cancellation near 0.
fn log_area(x: f64) -> f64 {
    /// Up to here 18 terms are exact to 2⁻⁵³, beyond it the closed form loses four bits.
    const SERIES: f64 = 0.125;
    if x.abs() > SERIES {
        return (1.0 + x) * pxfm::f_log1p(x) - x;
    }
    // x²/(1·2) − x³/(2·3) + x⁴/(3·4) − …, the smallest terms first.
    (2..20).rev().map(f64::from).fold(0.0, |sum, k| 1.0 / (k * (k - 1.0)) - x * sum) * x * x
}

#[cfg(test)]
mod tests {
    use super::super::tests::{deviations, drawn};
    use super::*;
    use crate::sampling::{Side, Stream};

    const WEIGHTS: [f64; 9] = [0.0, 0.03, -0.0999, 0.1001, -0.15, 0.4, -0.93, 1.0, -1.05];

    /// ln p from 60 digits of Python's mpmath.
    const KNOWN: [(f64, f64, f64); 18] = [
        (0.0, 1e-13, -27.888057397548213),
        (0.0, 0.25, -1.9028470360478373),
        (0.05, 0.1, -2.2196972111325226),
        (0.1, 0.1, -2.0365974346331672),
        (0.1, 0.0999, -2.038864864311287),
        (0.3, 1e-13, -30.44112663062017),
        (-0.5, 1e-06, -14.875170659104922),
        (0.9, 1e-13, -32.877120716794984),
        (0.9999999999999, 1e-13, -60.56004870155124),
        (0.99999999999999, 1e-13, -61.75617892843946),
        (0.999999, 1e-06, -28.324167629792626),
        (1.0, 1e-13, -61.94665395952499),
        (1.0, 0.5, -3.2608286035358396),
        (-1.05, 0.1, -8.053954319896603),
        (1.0000000000000502, 1e-13, -63.34024484280496),
        (1e-09, 3e-10, -19.58838482437106),
        (0.75, 0.3, -3.0434973955731635),
        (2e-13, 1e-13, -27.249654464612327),
    ];

    #[test]
    fn probabilities_match_sixty_digits() {
        for (w, eta, expected) in KNOWN {
            let ln_p = ProductPairHits::new(w, eta).unwrap().ln_p();
            assert!((ln_p - expected).abs() < 2e-14, "{w}, {eta}: {ln_p}, {expected}");
        }
    }

    /// 400,000 neurons: 3.9 deviations are 35 % of p at w = −1.05 (p = 0.0003), 2 % at 0 (p = 0.083).
    #[test]
    fn drawn_neurons_hit_as_often_as_the_probability_says() {
        for w in WEIGHTS {
            let pair = ProductPairHits::new(w, 0.1).unwrap();
            let p = pair.ln_p().exp();
            let one = drawn(2, 400_000).filter(|&hit| pair.accepts(hit)).count();
            let other = drawn(2, 400_000).filter(|&hit| pair.accepts(hit.mirrored())).count();
            for count in [one, other] {
                assert!(deviations(count, 400_000, p).abs() < 3.9, "{w}: {count}");
            }
        }
    }

    #[test]
    fn skipped_hits_are_hits() {
        let mut words = Stream::new(2, 0, Side::Out).row(0).reader();
        for eta in [1e-13, 1e-6, 0.1, 0.6] {
            for w in WEIGHTS.into_iter().filter(|w| w.abs() < 1.0 + eta) {
                let pair = ProductPairHits::new(w, eta).unwrap();
                for _ in 0..2_000 {
                    let hit = pair.sample(&mut words);
                    assert!(pair.accepts(hit) && hit.z_in <= 1.0 && hit.z_out.abs() <= 1.0);
                }
            }
        }
    }

    #[test]
    fn the_area_under_the_logarithm_has_no_seam() {
        for x in [0.125_f64, -0.125] {
            let (series, closed) = (log_area(x), (1.0 + x) * x.ln_1p() - x);
            assert!((series / closed - 1.0).abs() < 4e-15, "{x}: {series}, {closed}");
        }
        assert_eq!(log_area(1e-200), 0.0);
        assert!((log_area(-1e-9) / (5e-19 * (1.0 + 1e-9 / 3.0)) - 1.0).abs() < 1e-15);
    }
}
