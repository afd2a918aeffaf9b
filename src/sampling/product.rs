//! The exact law of |z_in·z_out| (Lemma C.11).

use crate::theory::{ln, section5::Ranges};

/// The law of the product of two magnitudes of [`Hyperbolic`](super::Hyperbolic) on [α, β].
///
/// In t = ln(v/α²)/Λ ∈ [0, 2] it is triangular, with density min(t, 2 − t). The product range [α′, β′] is
/// t ∈ [½, 3/2]; it holds ¾ of the mass, and there the density is at least ½ of the hyperbolic 1/(vΛ), with
/// equality at both ends and twice that in the middle (Lemma C.11).
#[derive(Clone, Copy, Debug)]
pub struct ProductLaw {
    ranges: Ranges,
}

impl ProductLaw {
    /// The law for a layer's ranges.
    pub fn new(ranges: Ranges) -> Self {
        Self { ranges }
    }

    /// [α², β²], the range of the product.
    pub fn range(&self) -> (f64, f64) {
        let (alpha, beta) = self.ranges.weight;
        (alpha * alpha, beta * beta)
    }

    /// t of a product v > 0.
    pub fn t(&self, v: f64) -> f64 {
        (ln(v) - 2.0 * ln(self.ranges.weight.0)) / self.ranges.log_range
    }

    /// Density of t, min(t, 2 − t) on [0, 2].
    pub fn density_t(t: f64) -> f64 {
        t.min(2.0 - t).max(0.0)
    }

    /// Density of the product at v > 0: min(t, 2 − t)/(vΛ).
    pub fn density(&self, v: f64) -> f64 {
        Self::density_t(self.t(v)) / (v * self.ranges.log_range)
    }

    /// P(t ≤ `t`).
    pub fn cdf_t(t: f64) -> f64 {
        match t {
            _ if t <= 0.0 => 0.0,
            _ if t <= 1.0 => t * t / 2.0,
            _ if t <= 2.0 => 1.0 - (2.0 - t) * (2.0 - t) / 2.0,
            _ => 1.0,
        }
    }

    /// P(product ≤ v).
    pub fn cdf(&self, v: f64) -> f64 {
        if v <= 0.0 { 0.0 } else { Self::cdf_t(self.t(v)) }
    }

    /// Lemma C.11's lower bound on the density: ½·1/(vΛ) within [α′, β′], 0 elsewhere.
    pub fn density_bound(&self, v: f64) -> f64 {
        let (low, high) = self.ranges.product;
        if (low..=high).contains(&v) { 0.5 / (v * self.ranges.log_range) } else { 0.0 }
    }

    /// t-interval [3/2 − u/k′, 3/2 − (u−1)/k′) of bucket u = 1…k.
    pub fn bucket_interval(&self, bucket: usize) -> (f64, f64) {
        let u = bucket as f64;
        (1.5 - u / self.ranges.k_prime, 1.5 - (u - 1.0) / self.ranges.k_prime)
    }

    /// The exact probability that a neuron serves one half of one pair in bucket u = 1…k: ¼ for the
    /// signs, times the bucket's mass. At least 1/(8k′).
    pub fn hit_probability(&self, bucket: usize) -> f64 {
        let (low, high) = self.bucket_interval(bucket);
        0.25 * (Self::cdf_t(high) - Self::cdf_t(low))
    }
}

/// The law of the product of two magnitudes uniform on [0, 1], on a log axis: [`AXIS_LOW`](Self::AXIS_LOW) to 1 is
/// 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct UniformProductLaw;

impl UniformProductLaw {
    /// Lower end of the axis. Below it is a share of 1.5·10⁻⁵.
    pub const AXIS_LOW: f64 = 1e-6;

    /// Place of a product v > 0 on the axis; below 0 for less than the lower end.
    pub fn axis(v: f64) -> f64 {
        1.0 - ln(v) / ln(Self::AXIS_LOW)
    }

    /// Density at a place on the axis, per unit of the axis: v has density −ln v, so ln v has −v·ln v.
    pub fn density(place: f64) -> f64 {
        let log = ln(Self::AXIS_LOW) * (1.0 - place);
        if (0.0..=1.0).contains(&place) { pxfm::f_exp(log) * -log * -ln(Self::AXIS_LOW) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law() -> ProductLaw {
        ProductLaw::new(Ranges::new(3.678794411714423e-7 / 2.0, 1.0, 1.5))
    }

    #[test]
    fn the_product_range_holds_three_quarters() {
        let law = law();
        let (low, high) = law.ranges.product;
        assert!((law.t(low) - 0.5).abs() < 1e-13 && (law.t(high) - 1.5).abs() < 1e-13);
        assert!((law.cdf(high) - law.cdf(low) - 0.75).abs() < 1e-13);
    }

    #[test]
    fn density_is_the_slope_of_the_cdf() {
        let law = law();
        for t in [0.1, 0.5, 0.77, 1.0001, 1.3, 1.9] {
            let v = law.range().0 * (t * law.ranges.log_range).exp();
            let h = v * 1e-6;
            let slope = (law.cdf(v + h) - law.cdf(v - h)) / (2.0 * h);
            assert!((slope / law.density(v) - 1.0).abs() < 1e-4, "t = {t}");
        }
    }

    #[test]
    fn the_bound_touches_at_the_ends_and_is_half_in_the_middle() {
        let law = law();
        let (low, high) = law.ranges.product;
        let middle = (low * high).sqrt();
        for (v, ratio) in [(low * (1.0 + 1e-12), 1.0), (middle, 2.0), (high * (1.0 - 1e-12), 1.0)] {
            assert!((law.density(v) / law.density_bound(v) - ratio).abs() < 1e-9);
        }
        assert_eq!(law.density_bound(high * 1.01), 0.0);
    }

    #[test]
    fn no_bucket_is_rarer_than_the_theorem_says() {
        let law = law();
        let floor = 1.0 / (8.0 * law.ranges.k_prime);
        let hits: Vec<f64> = (1..=law.ranges.levels).map(|u| law.hit_probability(u)).collect();
        assert!(hits.iter().all(|&p| p >= floor));
        assert!(hits.iter().sum::<f64>() <= 0.25 * 0.75 + 1e-15);
    }

    #[test]
    fn the_density_of_uniform_products_adds_up_to_one() {
        let steps = 100_000;
        let sum: f64 =
            (0..steps).map(|i| UniformProductLaw::density((f64::from(i) + 0.5) / f64::from(steps))).sum();
        assert!((sum / f64::from(steps) - 1.0).abs() < 2e-5);
        assert!((UniformProductLaw::axis(1e-3) - 0.5).abs() < 1e-12);
    }
}
