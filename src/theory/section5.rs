//! Section 5: the ranges of products and weights, and how many buckets they make.

use super::{lemma9, ln};

/// The ranges of the hyperbolic law for one layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranges {
    /// ε_h, tolerance of one half of a virtual weight; Theorem 3 takes ε_w/2
    pub half_tolerance: f64,
    /// bound on every target weight
    pub w_max: f64,
    /// γ, ratio of neighbouring buckets, 1/φ ≤ γ < 1
    pub gamma: f64,
    /// [α′, β′] = [γ²ε_h, γ·w_max]: products in it are of use
    pub product: (f64, f64),
    /// [α, β] = [α′/q, β′/q], q = (α′β′)^¼: magnitudes of one sampled weight
    pub weight: (f64, f64),
    /// Λ = ln(β/α) = ln(β′/α′)
    pub log_range: f64,
    /// k′ = Λ/ln(1/γ), the real number of buckets
    pub k_prime: f64,
    /// k = ⌈log_{1/γ}(w_max/ε_h)⌉ ≤ k′, buckets per half (Lemma 9)
    pub levels: usize,
}

impl Ranges {
    /// The ranges for `half_tolerance` 0 < ε_h ≤ `w_max` and `base` 1/γ, 1 < base ≤ φ.
    ///
    /// With base 3/2 and ε_h = ε_w/2 these are Theorem 3's: α′ = 2ε_w/9, β′ = 2w_max/3,
    /// k′ = log_{3/2}(3w_max/ε_w). (Step 2′ of its proof prints k = ⌈log_{3/2}(w_max/2ε_w)⌉, four times too
    /// coarse: Lemma 9 with ε = ε_w/2 needs ⌈log_{3/2}(2w_max/ε_w)⌉.)
    pub fn new(half_tolerance: f64, w_max: f64, base: f64) -> Self {
        let gamma = 1.0 / base;
        let product = (gamma * gamma * half_tolerance, gamma * w_max);
        let both = product.0 * product.1;
        let q = if (f64::MIN_POSITIVE..=f64::MAX).contains(&both) {
            both.sqrt().sqrt()
        } else {
            // Their product is no normal number.
            product.0.sqrt().sqrt() * product.1.sqrt().sqrt()
        };
        let weight = (product.0 / q, product.1 / q);
        let log_range = ln(product.1) - ln(product.0);
        Self {
            half_tolerance,
            w_max,
            gamma,
            product,
            weight,
            log_range,
            k_prime: log_range / ln(base),
            levels: lemma9::levels(half_tolerance / w_max, base),
        }
    }

    /// The upper edges γ^u·w_max of buckets u = 0…k+1; bucket u = 1…k is (edge u+1, edge u], and edge 0 is
    /// w_max itself. Rounding: relative (2Λ + 3)·2⁻⁵³, and the same bits everywhere.
    pub fn edges(&self) -> Vec<f64> {
        let step = ln(self.gamma);
        (0..=self.levels + 1).map(|u| self.w_max * pxfm::f_exp(u as f64 * step)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::assert_digits;

    const EPSILON_W: f64 = 3.678794411714423e-7;

    #[test]
    fn ranges_scale_as_far_as_f64_goes() {
        let plain = Ranges::new(0.005, 1.0, 1.5);
        for scale in [1e-280, 1e-200, 1e200, 1e280] {
            let scaled = Ranges::new(0.005 * scale, scale, 1.5);
            // Weights are of the size of the root of their products.
            assert_digits(scaled.weight.0, plain.weight.0 * scale.sqrt());
            assert_digits(scaled.weight.1, plain.weight.1 * scale.sqrt());
            assert_eq!(scaled.levels, plain.levels);
        }
    }

    #[test]
    fn example_5_ranges() {
        let ranges = Ranges::new(EPSILON_W / 2.0, 1.0, 1.5);
        assert_eq!(format!("{:.10}", ranges.k_prime), "39.2490562773");
        assert_eq!(ranges.levels, 39);
        assert_eq!(format!("{:.11e}", ranges.weight.0), "5.35047781929e-6");
        assert_eq!(format!("{:.10}", ranges.weight.1), "43.6323198892");
        assert_eq!(format!("{:.10e}", ranges.product.0), "8.1750986927e-8");
        assert_digits(ranges.product.1, 2.0 / 3.0);
    }

    #[test]
    fn example_6_ranges() {
        let ranges = Ranges::new(EPSILON_W * 1e-20 / 2.0, 1.0, 1.5);
        assert_eq!(format!("{:.9}", ranges.k_prime), "152.826528023");
        assert_eq!(ranges.levels, 152);
    }

    #[test]
    fn products_of_the_smallest_and_largest_weights_span_the_square_of_the_range() {
        let ranges = Ranges::new(1e-4, 0.7, 1.6);
        let (alpha, beta) = ranges.weight;
        // t = ½ and t = 3/2 are the ends of the product range.
        assert_digits(alpha * (alpha * beta).sqrt(), ranges.product.0);
        assert_digits(beta * (alpha * beta).sqrt(), ranges.product.1);
    }

    #[test]
    fn the_last_bucket_ends_within_the_product_range() {
        for (epsilon, base) in [(1e-3, 1.5), (0.2, 1.6), (1e-9, 1.1), (1.0, 1.5)] {
            let ranges = Ranges::new(epsilon, 1.0, base);
            let edges = ranges.edges();
            assert!(edges[ranges.levels] <= epsilon * (1.0 + 1e-12));
            assert!(ranges.levels as f64 <= ranges.k_prime);
            assert!(edges[ranges.levels + 1] >= ranges.product.0 * (1.0 - 1e-12));
        }
    }
}
