//! Right answers, with their interval, and differences of accuracy.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Right answers among examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy {
    /// right answers
    pub correct: u64,
    /// examples asked for
    pub examples: u64,
}

impl Accuracy {
    /// Right ones of these predictions.
    pub fn of(predictions: &[u32], labels: &[u32]) -> Self {
        let correct = predictions.iter().zip(labels).filter(|(found, label)| found == label).count();
        Self { correct: correct as u64, examples: labels.len() as u64 }
    }

    /// Share of right answers, in 0 to 1; NaN without examples.
    pub fn share(self) -> f64 {
        self.correct as f64 / self.examples as f64
    }

    /// Wilson's interval (1927) of the share at this confidence, in (0, 1); (0, 1) without examples.
    pub fn interval(self, confidence: f64) -> (f64, f64) {
        if self.examples == 0 {
            return (0.0, 1.0);
        }
        let (z, n, p) = (normal_quantile(confidence), self.examples as f64, self.share());
        let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        ((centre - half).max(0.0), (centre + half).min(1.0))
    }
}

/// A difference of two accuracies, with its interval; in −1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// the estimate
    pub mean: f64,
    /// lower end
    pub low: f64,
    /// upper end
    pub high: f64,
}

impl Difference {
    /// Whether the interval leaves 0 out.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Accuracy of predictions `a` less that of `b` on the same examples. The interval is that of Agresti and Min (2005) for matched pairs:
/// Wald's after ½ is added to each of the four counts. (−1, 1) without examples.
pub fn paired_difference(a: &[u32], b: &[u32], labels: &[u32], confidence: f64) -> Difference {
    let (mut only_a, mut only_b) = (0.0, 0.0);
    for ((a, b), label) in a.iter().zip(b).zip(labels) {
        match (a == label, b == label) {
            (true, false) => only_a += 1.0,
            (false, true) => only_b += 1.0,
            _ => {}
        }
    }
    let n = labels.len() as f64;
    if n == 0.0 {
        return Difference { mean: f64::NAN, low: -1.0, high: 1.0 };
    }
    let (p, q, n_adjusted) = (only_a + 0.5, only_b + 0.5, n + 2.0);
    let centre = (p - q) / n_adjusted;
    let half = normal_quantile(confidence) * (((p + q) / n_adjusted - centre * centre) / n_adjusted).sqrt();
    Difference { mean: (only_a - only_b) / n, low: (centre - half).max(-1.0), high: (centre + half).min(1.0) }
}

/// The mean of differences over independent seeds, with Student's interval (1908). Unbounded with fewer than two.
pub fn difference_over_seeds(differences: &[f64], confidence: f64) -> Difference {
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|difference| (difference - mean).powi(2)).sum();
    let half = match StudentsT::new(0.0, 1.0, n - 1.0) {
        Ok(law) => law.inverse_cdf(f64::midpoint(1.0, confidence)) * (squares / (n - 1.0) / n).sqrt(),
        Err(_) => f64::INFINITY,
    };
    Difference { mean, low: mean - half, high: mean + half }
}

/// z with P(|N(0, 1)| < z) = `confidence`; NaN outside [0, 1].
fn normal_quantile(confidence: f64) -> f64 {
    Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: (f64, f64), expected: (f64, f64)) {
        assert!((found.0 - expected.0).abs() < 1e-4 && (found.1 - expected.1).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn intervals_of_shares_are_wilsons() {
        let interval = |correct, examples| Accuracy { correct, examples }.interval(0.95);
        assert_near(interval(10, 20), (0.2993, 0.7007));
        assert_near(interval(0, 10), (0.0, 0.2775));
        assert_near(interval(10, 10), (0.7225, 1.0));
        assert_eq!(interval(0, 0), (0.0, 1.0));
        assert!(interval(0, 10).0 >= 0.0 && interval(10, 10).1 <= 1.0);
    }

    /// Of 100 examples 10 are right in a alone and 2 in b alone: 8/102 ± 1.96·√((13/102 − (8/102)²)/102).
    #[test]
    fn paired_differences_count_examples_right_in_one_alone() {
        let labels = [1; 100];
        let right = |from: usize, to: usize| -> Vec<u32> {
            (0..100).map(|i| u32::from((from..to).contains(&i))).collect()
        };
        let difference = paired_difference(&right(0, 80), &right(10, 82), &labels, 0.95);
        assert!((difference.mean - 0.08).abs() < 1e-12 && difference.excludes_zero());
        assert_near((difference.low, difference.high), (0.0108, 0.1460));
        let same = paired_difference(&right(0, 80), &right(0, 80), &labels, 0.95);
        assert!(same.mean == 0.0 && same.low < 0.0 && same.high > 0.0 && !same.excludes_zero());
        let none = paired_difference(&[], &[], &[], 0.95);
        assert_eq!((none.low, none.high), (-1.0, 1.0));
    }

    /// t = 4.3027 with two degrees of freedom; the standard error is 0.01/√3.
    #[test]
    fn differences_over_seeds_have_students_interval() {
        let difference = difference_over_seeds(&[0.01, 0.02, 0.03], 0.95);
        assert!((difference.mean - 0.02).abs() < 1e-15 && !difference.excludes_zero());
        assert_near((difference.low, difference.high), (-0.00484, 0.04484));
        let one = difference_over_seeds(&[0.01], 0.95);
        assert_eq!((one.mean, one.low, one.high), (0.01, f64::NEG_INFINITY, f64::INFINITY));
    }
}
