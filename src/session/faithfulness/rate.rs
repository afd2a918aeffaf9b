//! How often something fails, from how often it was seen to.

use statrs::distribution::{Beta, ContinuousCDF};

/// Failures among independent runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureRate {
    /// failed runs, at most `runs`
    pub failures: u64,
    /// all runs
    pub runs: u64,
}

impl FailureRate {
    /// The share of failed runs; NaN without a run.
    pub fn share(self) -> f64 {
        self.failures as f64 / self.runs as f64
    }

    /// Lower Clopper–Pearson limit at level `tail` in (0, 1/2]: with a true rate below it, as many failures as these or
    /// more are seen with probability at most `tail`.
    pub fn lower_limit(self, tail: f64) -> f64 {
        let Self { failures, runs } = self;
        if failures == 0 {
            return 0.0;
        }
        quantile(failures as f64, (runs - failures) as f64 + 1.0, tail)
    }

    /// Upper Clopper–Pearson limit at level `tail` in (0, 1/2]: with a true rate above it, as few failures as these or
    /// fewer are seen with probability at most `tail`.
    pub fn upper_limit(self, tail: f64) -> f64 {
        let Self { failures, runs } = self;
        if failures >= runs {
            return 1.0;
        }
        quantile(failures as f64 + 1.0, (runs - failures) as f64, 1.0 - tail)
    }

    /// Both limits, each at level (1 − `confidence`)/2: the interval holds the true rate with probability `confidence`
    /// in (0, 1) at least (Clopper and Pearson 1934).
    pub fn interval(self, confidence: f64) -> (f64, f64) {
        let tail = tail(confidence);
        (self.lower_limit(tail), self.upper_limit(tail))
    }

    /// The least upper limit with so many runs, reached without a failure: about 3.7 in `runs` at 95 %.
    pub fn least_claim(runs: u64, confidence: f64) -> f64 {
        Self { failures: 0, runs }.upper_limit(tail(confidence))
    }

    /// Runs without a failure needed to claim `rate` in (0, 1) as an upper limit.
    pub fn runs_to_claim(rate: f64, confidence: f64) -> u64 {
        (tail(confidence).ln() / (-rate).ln_1p()).ceil() as u64
    }
}

/// The level of either side.
pub(super) fn tail(confidence: f64) -> f64 {
    (1.0 - confidence) / 2.0
}

/// The quantile of Beta(a, b) at p; a, b ≥ 1. The inverse of `statrs` is off by up to 1e−3 of a small x: a search in
/// the distribution function itself starts from it.
fn quantile(a: f64, b: f64, p: f64) -> f64 {
    let Ok(law) = Beta::new(a, b) else { return f64::NAN };
    let near = law.inverse_cdf(p);
    let (mut low, mut high) = (0.99 * near, (1.01 * near).min(1.0));
    if !(law.cdf(low) <= p && p <= law.cdf(high)) {
        (low, high) = (0.0, 1.0);
    }
    loop {
        let middle = low.midpoint(high);
        if middle <= low || middle >= high {
            return high;
        }
        if law.cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(failures: u64, runs: u64) -> FailureRate {
        FailureRate { failures, runs }
    }

    /// The first is the example of R's `binom.test`, digits as R prints them.
    #[test]
    fn intervals_are_those_of_binom_test() {
        for (failures, runs, low, high) in [
            (682, 925, 0.7076683, 0.7654066),
            (0, 10, 0.0, 0.3084971),
            (1, 10, 0.002528579, 0.4450161),
            (5, 10, 0.1870860, 0.8129140),
            (10, 10, 0.6915029, 1.0),
        ] {
            let found = rate(failures, runs).interval(0.95);
            assert!((found.0 - low).abs() < 5e-8 && (found.1 - high).abs() < 5e-8, "{failures}: {found:?}");
        }
    }

    /// ln of the probability of exactly `failures` at this rate, by products.
    fn ln_probability(failures: u64, runs: u64, rate: f64) -> f64 {
        let ways: f64 = (0..failures).map(|i| ((runs - i) as f64 / (failures - i) as f64).ln()).sum();
        ways + failures as f64 * rate.ln() + (runs - failures) as f64 * (-rate).ln_1p()
    }

    /// Their definition: the binomial tail at a limit is the level itself.
    #[test]
    fn limits_are_where_the_binomial_tail_is_the_level() {
        for runs in [1, 7, 100, 1_000, 1_000_000] {
            for failures in [0, 1, 2, 9, runs / 100, runs / 3, runs] {
                let failures = failures.min(runs);
                for tail in [0.25, 0.025, 1e-4, 5e-7] {
                    let observed = rate(failures, runs);
                    let (low, high) = (observed.lower_limit(tail), observed.upper_limit(tail));
                    assert!(low <= observed.share() && observed.share() <= high);
                    // Far from the limit the terms vanish: 100,000 of them are all there is.
                    let sum = |range: &mut dyn Iterator<Item = u64>, rate: f64| -> f64 {
                        range.take(100_000).map(|f| ln_probability(f, runs, rate).exp()).sum()
                    };
                    let few = failures <= 400;
                    if few && failures < runs {
                        let seen = sum(&mut (0..=failures).rev(), high);
                        assert!((seen / tail - 1.0).abs() < 1e-6, "{failures}/{runs}, {tail}: {seen}");
                    }
                    if few && failures > 0 && runs <= 1_000 {
                        let seen = sum(&mut (failures..=runs), low);
                        assert!((seen / tail - 1.0).abs() < 1e-6, "{failures}/{runs}, {tail}: {seen}");
                    }
                }
            }
        }
    }

    /// Coverage, summed exactly over all outcomes: never below the confidence.
    #[test]
    fn intervals_hold_the_true_rate_often_enough() {
        for (runs, confidence) in [(20, 0.8), (60, 0.95), (200, 0.99)] {
            let intervals: Vec<_> = (0..=runs).map(|f| rate(f, runs).interval(confidence)).collect();
            for step in 1..100 {
                let truth = f64::from(step) / 100.0;
                let held = (0..=runs).filter(|&f| {
                    let (low, high) = intervals[f as usize];
                    low <= truth && truth <= high
                });
                let coverage: f64 = held.map(|f| ln_probability(f, runs, truth).exp()).sum();
                assert!(coverage >= confidence - 1e-9, "{runs} runs, rate {truth}: {coverage}");
            }
        }
    }

    #[test]
    fn what_runs_can_claim() {
        assert!((FailureRate::least_claim(10_000, 0.95) - 3.688_198e-4).abs() < 1e-9);
        for (rate, confidence) in [(0.01, 0.95), (0.1, 0.99), (1e-5, 0.5)] {
            let runs = FailureRate::runs_to_claim(rate, confidence);
            assert!(FailureRate::least_claim(runs, confidence) <= rate);
            assert!(FailureRate::least_claim(runs - 1, confidence) > rate);
        }
    }
}
