//! Failure rates as a function of the number of neurons.
//!
//! A run complete with N neurons fails with fewer and succeeds with more. So the share of runs with N > x is the
//! failure rate with x neurons, for all x at once. Runs that hit the bound are censored there: they fail at all x up to
//! it.

use std::cmp::Ordering;

use serde::Serialize;

use super::rate::{FailureRate, tail};
use crate::theory::Count;

/// The neurons per weight needed by each of many runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    /// of complete runs, rising
    needs: Vec<Count>,
    /// incomplete runs
    censored: u64,
    /// the curve is known up to so many neurons per weight
    limit: Count,
}

/// The smallest number of neurons per weight with at most the allowed failure rate. `None`: beyond the known part of
/// the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// of the runs seen
    #[serde(rename = "neurons_per_weight")]
    pub estimate: Option<Count>,
    /// lower confidence limit: with fewer, more runs fail than allowed
    pub low: Option<Count>,
    /// upper confidence limit: with as many, no more runs fail than allowed
    pub high: Option<Count>,
}

impl Survival {
    /// `needs` of complete runs, in any order; `censored` runs were incomplete. The curve is known up to `limit`.
    pub fn new(mut needs: Vec<Count>, censored: u64, limit: Count) -> Self {
        needs.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        Self { needs, censored, limit }
    }

    /// All runs.
    pub fn runs(&self) -> u64 {
        self.needs.len() as u64 + self.censored
    }

    /// The rate is known up to so many neurons per weight.
    pub fn limit(&self) -> Count {
        self.limit
    }

    /// The failure rate with this many neurons per weight, at most [`limit`](Self::limit).
    pub fn rate_at(&self, neurons: Count) -> FailureRate {
        let complete = self.needs.partition_point(|&need| need <= neurons) as u64;
        FailureRate { failures: self.runs() - complete, runs: self.runs() }
    }

    /// The failure rate at the limit.
    pub fn rate_at_limit(&self) -> FailureRate {
        self.rate_at(self.limit)
    }

    /// The steps of the failure rate, rising: where it falls, and the rate from there on. The first is without neurons,
    /// the last at the limit.
    pub fn steps(&self) -> impl Iterator<Item = (Count, FailureRate)> {
        let within = &self.needs[..self.needs.partition_point(|&need| need <= self.limit)];
        let falls = within.chunk_by(|a, b| a == b).map(|equal| equal[0]);
        let start = (within.first() != Some(&Count::ZERO)).then_some(Count::ZERO);
        let end = (within.last() != Some(&self.limit) && self.limit > Count::ZERO).then_some(self.limit);
        start.into_iter().chain(falls).chain(end).map(|neurons| (neurons, self.rate_at(neurons)))
    }

    /// Where the failure rate falls to `allowed` in (0, 1).
    ///
    /// The limits are order statistics of the runs' needs: the places with [`FailureRate::interval`]'s limits at
    /// `allowed`. Together they hold the true threshold with probability `confidence` at least, whatever the law of the
    /// needs. Left of the true threshold the rate is above `allowed`, so the upper limit is below it there with
    /// probability (1 − confidence)/2 at most; the same holds to the right.
    pub fn threshold(&self, allowed: f64, confidence: f64) -> Threshold {
        let (runs, tail) = (self.runs(), tail(confidence));
        let place = |is_enough: &dyn Fn(FailureRate) -> bool| {
            // How many numbers of failures, from 0 on, are few enough.
            let (mut enough, mut end) = (0, runs + 1);
            while enough < end {
                let middle = enough.midpoint(end);
                if is_enough(FailureRate { failures: middle, runs }) {
                    enough = middle + 1;
                } else {
                    end = middle;
                }
            }
            let complete = runs - enough.checked_sub(1)?;
            match complete.checked_sub(1) {
                None => Some(Count::ZERO),
                Some(last) => self.needs.get(last as usize).copied().filter(|&need| need <= self.limit),
            }
        };
        Threshold {
            estimate: place(&|rate| rate.share() <= allowed),
            low: place(&|rate| rate.lower_limit(tail) <= allowed),
            high: place(&|rate| rate.upper_limit(tail) <= allowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Side, Stream};

    /// Needs from 1 to `most`, some censored at `limit`, and the curve of them.
    fn drawn(runs: u64, most: u64, limit: u64, seed: u64) -> (Vec<u64>, Survival) {
        let row = Stream::new(seed, 1, Side::In).row(0);
        let needs: Vec<u64> = (0..runs).map(|run| 1 + row.word(run) % most).collect();
        let complete: Vec<Count> = needs.iter().filter(|&&need| need <= limit).map(|&n| n.into()).collect();
        let censored = runs - complete.len() as u64;
        (needs, Survival::new(complete, censored, limit.into()))
    }

    #[test]
    fn the_curve_is_a_recount_at_every_place() {
        for (runs, most, limit, seed) in [(1, 5, 9, 1), (50, 7, 5, 2), (400, 1_000, 900, 3), (30, 4, 3, 4)] {
            let (needs, curve) = drawn(runs, most, limit, seed);
            let recount = |x: u64| needs.iter().filter(|&&need| need > x).count() as u64;
            for x in 0..=limit {
                assert_eq!(curve.rate_at(x.into()), FailureRate { failures: recount(x), runs });
            }
            let steps: Vec<_> = curve.steps().collect();
            assert_eq!(steps[0].0, Count::ZERO);
            assert_eq!(steps[steps.len() - 1].0, limit.into());
            assert!(steps.is_sorted_by(|a, b| a.0 < b.0 && a.1.failures >= b.1.failures));
            for (x, rate) in &steps {
                assert_eq!(rate.failures, recount(x.whole().unwrap()));
            }
            // Nothing changes between two steps.
            let falls = (1..=limit).filter(|&x| recount(x) < recount(x - 1)).count();
            let ends = usize::from(recount(limit) == recount(limit - 1));
            assert_eq!(steps.len(), 1 + falls + ends);
        }
    }

    #[test]
    fn the_threshold_is_the_first_place_where_the_rate_is_low_enough() {
        for (runs, most, limit, seed) in [(1, 5, 9, 1), (50, 7, 5, 2), (400, 1_000, 900, 3), (999, 90, 95, 5)]
        {
            let (_, curve) = drawn(runs, most, limit, seed);
            for allowed in [1e-6, 0.01, 0.1, 0.5, 0.98] {
                let first = |is_enough: &dyn Fn(FailureRate) -> bool| {
                    (0..=limit).map(Count::from).find(|&x| is_enough(curve.rate_at(x)))
                };
                let found = curve.threshold(allowed, 0.9);
                assert_eq!(found.estimate, first(&|rate| rate.share() <= allowed));
                assert_eq!(found.low, first(&|rate| rate.lower_limit(0.05) <= allowed));
                assert_eq!(found.high, first(&|rate| rate.upper_limit(0.05) <= allowed));
            }
        }
    }

    /// Over 1,000 sets of 300 runs the interval misses the true threshold of 90 in 100 at most in a tenth. Were it missed in a
    /// tenth indeed, 140 misses or more would be seen with probability 3e−5; half the confidence misses more.
    #[test]
    fn the_interval_of_the_threshold_holds_it_often_enough() {
        let misses = |confidence: f64| {
            let miss = |&seed: &u64| {
                let found = drawn(300, 100, 100, 1_000 + seed).1.threshold(0.1, confidence);
                let truth = Count::from(90);
                found.low.is_none_or(|low| low > truth) || found.high.is_some_and(|high| high < truth)
            };
            (0..1_000).filter(miss).count()
        };
        assert!(misses(0.9) < 140, "{}", misses(0.9));
        assert!(misses(0.3) > 140, "{}", misses(0.3));
    }

    #[test]
    fn numbers_beyond_f64_have_their_order_too() {
        let huge = |exponent: f64| Count::from_ln(exponent * std::f64::consts::LN_10);
        let curve = Survival::new(vec![huge(680.0), huge(679.0), Count::from(3)], 1, huge(681.0));
        let failures: Vec<u64> = curve.steps().map(|(_, rate)| rate.failures).collect();
        assert_eq!(failures, [4, 3, 2, 1, 1]);
        assert_eq!(curve.threshold(0.3, 0.95).estimate, Some(huge(680.0)));
        assert_eq!(curve.threshold(0.2, 0.95).estimate, None);
        let nothing = Survival::new(vec![Count::ZERO; 5], 0, Count::ZERO);
        assert_eq!(nothing.steps().collect::<Vec<_>>(), [(Count::ZERO, nothing.rate_at_limit())]);
        assert_eq!(nothing.threshold(0.5, 0.95).estimate, Some(Count::ZERO));
    }
}
