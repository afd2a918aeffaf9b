//! The best subset sum of a growing list of values, until it is within tolerance of a target.
//!
//! After each value the best of all subsets decides, as found by [`SubsetSums`]. But if no sum was near enough before,
//! only sums with the new value v can be. And it is enough to know whether any of them lies within tolerance: far less work than
//! finding the nearest one.
//!
//! # Algorithm
//! The sums of the first p values are the *lower* ones, and every subset of the older values splits into a lower and
//! an upper part. A query passes over the upper sums a of the older values and looks for a lower sum within reach of
//! x = target − v − a. There is nearly always none, and a filter built once for many values to come shows it. Numbers are
//! rounded to small fractions of the tolerance and taken modulo 2³² of them. This circle is divided into 2^(p + 6) cells of 32
//! tolerances, with a bit set for each cell in reach of a lower sum. If a query finds its bit set (one in 60 by chance), the
//! lower sums near it are looked up by the word of their bits; each sum in reach is added up anew from its subset.
//!
//! # Why the result is the best sum
//! Let m = 2⁻⁴⁴(|target| + Σ|v|). The distance from the target of a sum of up to 44 values, computed from a subset here or by
//! [`SubsetSums`], has an error of at most m/6. A sum further off than tolerance + m here is not within tolerance
//! there, now or with more values. A sum within tolerance − m here, and nearer by m than any other one with v, is nearest
//! and within tolerance there. In all other cases, or if too many sums crowd in a cell, [`SubsetSums::best`] itself decides.

mod filter;

use self::filter::SumFilter;
use crate::construction::sums::best_subset::{BestSum, SubsetSums, TooManyValues};

/// Beyond this many values [`SubsetSums`] searches, with sorted halves larger than this filter.
const MOST_FILTERED: usize = 36;

/// m, relative to |target| + Σ|v|.
const MARGIN: f64 = 1.0 / (1_u64 << 44) as f64;

/// From this |target| + Σ|v| on, in tolerances, [`SubsetSums`] searches. Below, m is less than 2⁻⁷ of a tolerance.
const RANGE: f64 = (1_u64 << 37) as f64;

/// p, by the number of older values: building filters takes about as long as queries.
pub fn lower_values(older: usize) -> usize {
    match older {
        0..19 => 8,
        19..25 => 11,
        25..30 => 13,
        _ => 14,
    }
}

/// A search for a subset sum within a tolerance of a target.
///
/// ```
/// use slth::construction::incremental::IncrementalSearch;
/// let mut sums = IncrementalSearch::new(0.2, 0.06);
/// assert_eq!(sums.add(0.5)?, None);
/// assert_eq!(sums.add(0.125)?, None);
/// assert_eq!(sums.add(-0.25)?.map(|best| (best.mask, best.sum)), Some((0b101, 0.25)));
/// # Ok::<(), slth::construction::best_subset::TooManyValues>(())
/// ```
#[derive(Clone, Debug)]
pub struct IncrementalSearch {
    target: f64,
    tolerance: f64,
    values: Vec<f64>,
    /// |target| + Σ|v|
    magnitude: f64,
    filter: SumFilter,
    /// whether some sum is so near the tolerance that rounding decides
    in_doubt: bool,
    /// the best of all values so far, if it was computed
    best: Option<BestSum>,
    looked_at: u64,
}

/// Outcome for the sums with the newest value.
enum Newest {
    Within(BestSum),
    Beyond,
    Unclear,
}

impl IncrementalSearch {
    /// A search without values. `target` and `tolerance` are finite, `tolerance` ≥ 0.
    pub fn new(target: f64, tolerance: f64) -> Self {
        let mut sums = Self {
            target,
            tolerance,
            values: Vec::new(),
            magnitude: target.abs(),
            filter: SumFilter::new(lower_values(0), tolerance),
            in_doubt: false,
            best: None,
            looked_at: 0,
        };
        sums.in_doubt = sums.is_near(target.abs());
        sums
    }

    /// The values so far.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Sums looked at so far: lower ones when made and when compared with a query, upper ones when queried, and all sums made
    /// by [`SubsetSums`].
    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }

    /// Adds a value (finite, and so Σ|v|). The best of all subsets of the values so far, as [`SubsetSums::best`] finds
    /// it, if it is within tolerance.
    pub fn add(&mut self, value: f64) -> Result<Option<BestSum>, TooManyValues> {
        TooManyValues::check(self.values.len() + 1)?;
        self.best = None;
        self.values.push(value);
        self.magnitude += value.abs();
        match self.search() {
            Newest::Within(best) => Ok(Some(best)),
            Newest::Beyond => Ok(None),
            Newest::Unclear => {
                let best = self.best()?;
                let distance = (best.sum - self.target).abs();
                self.in_doubt = self.is_near(distance);
                Ok(Some(best).filter(|_| distance <= self.tolerance))
            }
        }
    }

    /// The best of all subsets of the values so far, within tolerance or not.
    pub fn best(&mut self) -> Result<BestSum, TooManyValues> {
        if let Some(best) = self.best {
            return Ok(best);
        }
        let sums = SubsetSums::new(&self.values)?;
        self.looked_at += sums.made();
        Ok(*self.best.insert(sums.best(self.target)))
    }

    /// Whether a sum at this distance might count as within tolerance, now or with more values.
    fn is_near(&self, distance: f64) -> bool {
        distance <= self.tolerance + 2.0 * MARGIN * self.magnitude
    }

    /// Whether a sum with the newest value is within tolerance, given that none without it is.
    fn search(&mut self) -> Newest {
        let Some((newest, older)) = self.values.split_last() else { return Newest::Unclear };
        let filtered = older.len() < MOST_FILTERED && self.magnitude < RANGE * self.tolerance;
        if self.in_doubt || !filtered {
            return Newest::Unclear;
        }
        let lower_values = lower_values(older.len());
        if self.filter.lower_values != lower_values {
            self.filter = SumFilter::new(lower_values, self.tolerance);
        }
        for &value in &older[self.filter.values.len()..] {
            self.looked_at += self.filter.add(value);
        }
        let mut masks = Vec::new();
        let (looked_at, all) = self.filter.find(self.target - newest, &mut masks);
        self.looked_at += looked_at;
        if all { self.judge(&masks) } else { Newest::Unclear }
    }

    /// The outcome if only these subsets of older values, with the newest value, can be within tolerance.
    fn judge(&self, masks: &[u64]) -> Newest {
        let margin = MARGIN * self.magnitude;
        let (mut nearest, mut least, mut second) = (None, f64::INFINITY, f64::INFINITY);
        for mask in masks {
            let sum = BestSum::of(mask | 1 << (self.values.len() - 1), &self.values);
            let distance = (sum.sum - self.target).abs();
            second = second.min(distance.max(least));
            if distance < least {
                (nearest, least) = (Some(sum), distance);
            }
        }
        match nearest {
            Some(best) if least <= self.tolerance - margin && second - least > margin => Newest::Within(best),
            Some(_) if least <= self.tolerance + margin => Newest::Unclear,
            _ => Newest::Beyond,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Row, Side, Stream};

    fn row(number: u64) -> Row {
        Stream::new(13, 0, Side::Out).row(number)
    }

    /// Uniform in [−1, 1).
    fn uniform(row: Row, place: u64) -> f64 {
        (row.word(place) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// Compares every answer with a search of all subsets, bit by bit. Returns the number of values needed, if they were
    /// enough.
    fn check(values: &[f64], target: f64, tolerance: f64) -> Option<usize> {
        let mut sums = IncrementalSearch::new(target, tolerance);
        for n in 1..=values.len() {
            let best = SubsetSums::new(&values[..n]).unwrap().best(target);
            let expected = Some(best).filter(|best| (best.sum - target).abs() <= tolerance);
            let found = sums.add(values[n - 1]).unwrap();
            assert_eq!(found, expected, "{tolerance:e} of {target:e}: {:?}", &values[..n]);
            assert_eq!(sums.best().unwrap(), best);
            if found.is_some() {
                return Some(n);
            }
        }
        None
    }

    /// Whether no search of all subsets was needed.
    fn is_filtered(values: &[f64], target: f64, tolerance: f64) -> bool {
        let mut sums = IncrementalSearch::new(target, tolerance);
        values.iter().all(|&value| sums.add(value).unwrap().is_none() && sums.best.is_none())
    }

    #[test]
    fn random_values_settle_where_a_search_of_all_subsets_does() {
        let mut needed = Vec::new();
        for round in 0..150 {
            let row = row(round);
            let values: Vec<f64> = (0..28).map(|i| uniform(row, i) * uniform(row, 100 + i)).collect();
            let tolerance = [0.03, 1e-3, 1e-5, 3e-7, 3e-8][round as usize % 5];
            needed.extend(check(&values, uniform(row, 200), tolerance));
        }
        // Both sides of every change of p up to 13.
        assert!(needed.iter().min() <= Some(&4) && needed.iter().max() >= Some(&27) && needed.len() > 130);
    }

    #[test]
    fn a_tolerance_that_no_sum_meets_is_filtered_to_the_last_value() {
        let values: Vec<f64> = (0..MOST_FILTERED as u64).map(|i| uniform(row(1), i)).collect();
        assert!(is_filtered(&values[..30], 40.0, 1e-6));
        assert!(is_filtered(&values[..26], 0.1, 1e-9));
        let (mut sums, all) = (IncrementalSearch::new(40.0, 1e-6), SubsetSums::new(&values).unwrap());
        assert!(values.iter().all(|&value| sums.add(value).unwrap().is_none()));
        assert_eq!(sums.best().unwrap(), all.best(40.0));
    }

    /// Sums of multiples of 2⁻ᵏ: many are equal, and tolerances can be met exactly.
    #[test]
    fn ties_and_tolerances_met_exactly_are_settled_by_the_search_of_all_subsets() {
        for round in 0..120 {
            let row = row(1_000 + round);
            let grid = (1_u64 << (2 + round % 12)) as f64;
            let values: Vec<f64> = (0..16).map(|i| (uniform(row, i) * grid).round() / grid).collect();
            for target in [0.75, -0.5, (1.5 + uniform(row, 100)).round() + 0.5 / grid] {
                check(&values, target, 0.5 / grid);
                check(&values, target, 0.25 / grid);
                check(&values, target, 0.0);
            }
        }
    }

    #[test]
    fn values_that_crowd_are_searched() {
        let mut cases: Vec<Vec<f64>> = vec![
            vec![0.0; 22],
            vec![-0.0; 22],
            vec![1.0; 22],
            vec![-0.3; 22],
            vec![1e-12; 22],
            (0..22).map(|i| if i % 2 == 0 { 0.1 } else { -0.1 }).collect(),
            (0..22).map(|i| f64::from(i / 4) * 0.01).collect(),
            (0..22).map(|i| 0.5_f64.powi(i)).collect(),
            (0..22).map(|i| -(0.7_f64.powi(i))).collect(),
        ];
        let row = row(2_000);
        for huge in [1e3, -1e3, 1e9, -1e15, 1e300] {
            for place in [0, 5, 21] {
                let mut values: Vec<f64> = (0..22).map(|i| uniform(row, i)).collect();
                values[place] = huge;
                cases.push(values.clone());
                // And taken back.
                values[21 - place / 2] = -huge;
                cases.push(values);
            }
        }
        for values in cases {
            for target in [0.37, -0.37, 1.4, -2.05, values.iter().take(9).sum(), 1e3, 2.0e-11] {
                for tolerance in [0.05, 1e-4, 1e-6, 1e-11, 1e-16] {
                    check(&values, target, tolerance);
                }
            }
        }
    }

    /// At a planted distance of exactly the tolerance, or an ulp to either side, rounding decides.
    #[test]
    fn sums_at_the_edge_of_the_tolerance_count_as_they_do_in_a_search_of_all_subsets() {
        for round in 0..60 {
            let row = row(3_000 + round);
            let values: Vec<f64> = (0..18).map(|i| uniform(row, i)).collect();
            let planted: f64 = (0..18).filter(|i| row.word(500) >> i & 1 == 1).map(|i| values[i]).sum();
            let target = uniform(row, 100);
            let tolerance = (planted - target).abs();
            for tolerance in [tolerance, tolerance.next_up(), tolerance.next_down()] {
                check(&values, target, tolerance);
            }
            let target = planted + 1e-7;
            for tolerance in [1e-7, target - planted, (target - planted).next_down()] {
                check(&values, target, tolerance);
            }
        }
    }

    /// Tenths: sums that should be equal differ in their last bits, and the one found may change with the split.
    #[test]
    fn equal_sums_at_the_edge_of_the_tolerance_count_as_they_do_in_a_search_of_all_subsets() {
        for round in 0..400 {
            let row = row(5_000 + round);
            let values: Vec<f64> = (0..14).map(|i| (uniform(row, i) * 6.0).round() * 0.1).collect();
            let target = uniform(row, 100);
            let planted: f64 = (0..7).filter(|i| row.word(500) >> i & 1 == 1).map(|i| values[i]).sum();
            let tolerance = (planted - target).abs();
            for tolerance in [tolerance, tolerance.next_up(), tolerance.next_down()] {
                check(&values, target, tolerance);
            }
        }
    }

    #[test]
    fn scales_from_the_smallest_to_the_largest_are_searched() {
        for scale in [5e-324, 1e-310, 1e-290, 1e-100, 1.0, 1e100, 1e290] {
            let row = row(4_000);
            let values: Vec<f64> = (0..20).map(|i| uniform(row, i) * scale).collect();
            for tolerance in [0.1, 1e-3, 1e-5] {
                check(&values, 0.6 * scale, tolerance * scale);
            }
        }
    }

    #[test]
    fn a_target_within_tolerance_of_nothing_is_met_by_any_value() {
        assert_eq!(check(&[3.0], 0.1, 0.2), Some(1));
        assert_eq!(check(&[3.0], 0.2, 0.2), Some(1));
    }

    #[test]
    fn forty_four_values_are_the_most() {
        let mut sums = IncrementalSearch::new(1.0, 0.0);
        sums.values = vec![0.5; 44];
        assert_eq!(sums.add(0.5), Err(TooManyValues { values: 45 }));
    }
}
