//! The best subset sum: of all 2ⁿ subsets of n values, one with the sum nearest to a target.
//!
//! A few random values have a subset sum near any target, by Lueker's theorem (*Exponentially small bounds
//! on the expected optimum of the partition and subset sum problems*, 1998); Pensia et al. (*Optimal Lottery
//! Tickets via SubsetSum*, 2020) prune by it. The search here is exact, by meet in the middle (Horowitz and Sahni,
//! *Computing partitions with applications to the knapsack problem*, 1974).
//!
//! # Algorithm
//! The first p values are the *lower* ones, the others the *upper* ones. The 2^p lower sums are sorted once: the
//! sums of j + 1 values are the sums of j values merged with themselves shifted by one value. A query passes over the upper
//! sums a, in any order, and looks for the lower sum nearest to x = target − a. A uniform grid of two cells per lower sum,
//! laid over their range, has the first lower sum of x's cell. The sum before it and the three from it on nearly always hold
//! both neighbours of x. Otherwise a binary search within the cell finds them: values crowded in one cell cost a factor p,
//! not 2^p.
//!
//! # Rounding
//! A lower or upper sum is the f64 sum of its values in the order of their indices. [`BestSum::sum`] is added up anew
//! from the mask, in the order of all indices, with an error of at most n·2⁻⁵³·Σ|v|. Two subsets count as equally near if
//! their distances from the target differ by less than 2(n + 3)·2⁻⁵³·Σ|v|; either may be found. Only IEEE additions,
//! multiplications and comparisons are used: the bits are the same on every platform, and with any number of threads.

use thiserror::Error;

/// The most values of a search: 2²² sums for each half.
pub const MOST_VALUES: usize = 44;

/// Bytes of a lower sum (8, its mask 4, two cells of 4 each) and an upper one (8).
const BYTES_PER_SUM: f64 = 28.0;

/// Grid cells for each lower sum.
const CELLS_PER_SUM: usize = 2;

/// Sums compared before a binary search: one below the cell, the others from its start.
const WINDOW: usize = 4;

/// Why [`SubsetSums::new`] refuses: more than [`MOST_VALUES`] values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "{values} values are too many for a search of all subset sums: half of them have 2^{} sums, which take \
     {:.1e} bytes; at most {MOST_VALUES} values can be searched",
    values.div_ceil(2),
    self.bytes()
)]
pub struct TooManyValues {
    /// number of values
    pub values: usize,
}

impl TooManyValues {
    /// Refuses more than [`MOST_VALUES`].
    pub(crate) fn check(values: usize) -> Result<(), Self> {
        if values <= MOST_VALUES { Ok(()) } else { Err(Self { values }) }
    }

    /// Bytes of 2^⌈n/2⌉ sums of either half.
    pub fn bytes(&self) -> f64 {
        BYTES_PER_SUM * (self.values.div_ceil(2) as f64).exp2()
    }
}

/// A subset and its sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestSum {
    /// bit i is set if value i is in the subset
    pub mask: u64,
    /// sum of the subset, added up in the order of the indices
    pub sum: f64,
}

impl BestSum {
    pub(crate) fn of(mask: u64, values: &[f64]) -> Self {
        let (mut sum, mut rest) = (0.0, mask);
        while rest != 0 {
            sum += values[rest.trailing_zeros() as usize];
            rest &= rest - 1;
        }
        Self { mask, sum }
    }
}

/// All subset sums of some values, for any number of queries.
///
/// ```
/// use slth::construction::best_subset::SubsetSums;
/// let sums = SubsetSums::new(&[0.5, -0.25, 0.125])?;
/// let best = sums.best(0.2);
/// assert_eq!((best.mask, best.sum), (0b011, 0.25));
/// # Ok::<(), slth::construction::best_subset::TooManyValues>(())
/// ```
#[derive(Clone, Debug)]
pub struct SubsetSums {
    values: Vec<f64>,
    /// p
    lower_values: usize,
    /// sums of the lower values ascending, between one −∞ and `WINDOW` times +∞
    lower: Vec<f64>,
    /// the subset behind each lower sum, equal sums in ascending order of it
    masks: Vec<u32>,
    /// per cell the number of lower sums in the cells before it, and their total at the end
    begins: Vec<u32>,
    cells: Cells,
    /// sum of each subset of the upper values; the index is the subset
    upper: Vec<f64>,
    /// least and greatest of all sums
    range: (f64, f64),
}

impl SubsetSums {
    /// The sums of `values` (finite, and so Σ|v|), for one target.
    pub fn new(values: &[f64]) -> Result<Self, TooManyValues> {
        Self::for_targets(values, 1)
    }

    /// As [`new`](Self::new), for about this many targets. More targets put more values into the sorted half: building takes
    /// longer, and each query less time. The results are the same, except for ties.
    pub fn for_targets(values: &[f64], targets: usize) -> Result<Self, TooManyValues> {
        TooManyValues::check(values.len())?;
        debug_assert!(values.iter().map(|v| v.abs()).sum::<f64>().is_finite());
        let lower_values = split(values.len(), targets);
        let (lower, masks) = sorted_sums(&values[..lower_values]);
        let sums = &lower[1..=masks.len()];
        let cells = Cells::over(sums);
        let begins = cells.begins(sums);
        let upper = all_sums(&values[lower_values..]);
        let least = upper.iter().fold(0.0, |least: f64, &a| least.min(a)) + sums[0];
        let greatest = upper.iter().fold(0.0, |greatest: f64, &a| greatest.max(a)) + sums[sums.len() - 1];
        let values = values.to_vec();
        Ok(Self { values, lower_values, lower, masks, begins, cells, upper, range: (least, greatest) })
    }

    /// The subset with the sum nearest to `target`, which may be infinite but not NaN. Ties go to the smallest upper part of
    /// the mask; then to the smaller sum; then to the smallest lower part.
    pub fn best(&self, target: f64) -> BestSum {
        // A target out of range has the same nearest sum as the end of the range, without losing differences to rounding.
        let target = target.max(self.range.0).min(self.range.1);
        let mut least = f64::INFINITY;
        let mut best = 0;
        for (index, a) in self.upper.iter().enumerate() {
            let distance = self.distance(target - a);
            if distance < least {
                (least, best) = (distance, index);
            }
        }
        let place = self.nearest(target - self.upper[best]);
        let mask = (best as u64) << self.lower_values | u64::from(self.masks[place - 1]);
        BestSum::of(mask, &self.values)
    }

    /// Lower and upper sums made for this.
    pub(crate) fn made(&self) -> u64 {
        (self.masks.len() + self.upper.len()) as u64
    }

    /// Distance from x to the nearest lower sum.
    #[inline(always)]
    fn distance(&self, x: f64) -> f64 {
        let begin = self.begins[self.cells.of(x)] as usize;
        let window = &self.lower[begin..begin + WINDOW];
        if window[WINDOW - 1] < x {
            return self.distance_in_crowd(x);
        }
        window.iter().map(|b| (x - b).abs()).fold(f64::INFINITY, |least, d| if d < least { d } else { least })
    }

    #[cold]
    #[inline(never)]
    fn distance_in_crowd(&self, x: f64) -> f64 {
        (x - self.lower[self.nearest(x)]).abs()
    }

    /// Place in `lower` of the sum nearest to x; of two the smaller, of equal ones the first.
    fn nearest(&self, x: f64) -> usize {
        let cell = self.cells.of(x);
        let (begin, end) = (self.begins[cell] as usize, self.begins[cell + 1] as usize);
        // Sums before the cell are below x, sums after it above.
        let above = begin + 1 + self.lower[begin + 1..=end].partition_point(|&b| b < x);
        let place = if x - self.lower[above - 1] <= self.lower[above] - x { above - 1 } else { above };
        let sum = self.lower[place];
        if self.lower[place - 1] < sum { place } else { self.lower.partition_point(|&b| b < sum) }
    }
}

/// p, the number of lower values of n.
///
/// A sorted sum takes about four times as long as a look-up (12 ns, 3 ns), so the time is least at 4·2^p = targets·2^(n−p).
fn split(n: usize, targets: usize) -> usize {
    let half = MOST_VALUES / 2;
    let cheapest = (n + targets.max(1).ilog2() as usize).saturating_sub(1) / 2;
    cheapest.clamp(n.saturating_sub(half), n.min(half))
}

/// A uniform grid; its first and last cells extend to infinity.
#[derive(Clone, Copy, Debug)]
struct Cells {
    low: f64,
    /// cells per unit
    scale: f64,
    /// number of the last cell
    last: f64,
}

impl Cells {
    fn over(sorted: &[f64]) -> Self {
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let last = (CELLS_PER_SUM * sorted.len() - 1) as f64;
        let scale = if high > low { last / (high - low) } else { 0.0 };
        Self { low, scale, last }
    }

    /// The cell of x; never falls as x grows.
    #[inline(always)]
    fn of(self, x: f64) -> usize {
        /// Added to a number below 2³², rounds it and leaves it in the low bits: no conversion, no branch.
        const ROUNDER: f64 = (1_u64 << 52) as f64;
        let cell = (x - self.low) * self.scale;
        let cell = if cell > 0.0 { cell } else { 0.0 };
        let cell = if cell < self.last { cell } else { self.last };
        (cell + ROUNDER).to_bits() as u32 as usize
    }

    /// Per cell the number of `sorted` in the cells before it, and their total.
    fn begins(self, sorted: &[f64]) -> Vec<u32> {
        let mut begins = vec![sorted.len() as u32; self.last as usize + 2];
        for (place, &b) in sorted.iter().enumerate().rev() {
            begins[self.of(b)] = place as u32;
        }
        let mut next = sorted.len() as u32;
        for begin in begins.iter_mut().rev() {
            next = next.min(*begin);
            *begin = next;
        }
        begins
    }
}

/// The sum of each subset; the index is the subset.
fn all_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = Vec::with_capacity(1 << values.len());
    sums.push(0.0);
    for &v in values {
        let half = sums.len();
        sums.extend_from_within(..);
        sums[half..].iter_mut().for_each(|sum| *sum += v);
    }
    sums
}

/// The sums of all subsets in ascending order between one −∞ and `WINDOW` times +∞, and their subsets; equal sums in
/// ascending order of the subset.
fn sorted_sums(values: &[f64]) -> (Vec<f64>, Vec<u32>) {
    // One value after the other, to and fro between two buffers.
    let all = 1 << values.len();
    let mut sums = vec![0.0; 1 + all + WINDOW];
    let mut masks = vec![0; all];
    let (mut next_sums, mut next_masks) = (sums.clone(), masks.clone());
    let mut shifted = vec![0.0; all / 2];
    for (index, &v) in values.iter().enumerate() {
        let half = 1 << index;
        let (old, old_masks) = (&sums[1..=half], &masks[..half]);
        let shifted = &mut shifted[..half];
        shifted.iter_mut().zip(old).for_each(|(shifted, sum)| *shifted = sum + v);
        merge(
            old,
            shifted,
            old_masks,
            half as u32,
            &mut next_sums[1..=2 * half],
            &mut next_masks[..2 * half],
        );
        (sums, next_sums) = (next_sums, sums);
        (masks, next_masks) = (next_masks, masks);
    }
    sums[0] = f64::NEG_INFINITY;
    sums[1 + all..].fill(f64::INFINITY);
    (sums, masks)
}

/// Merges `old` with `new` of the same length. The masks of `new` are `masks` with `bit` set. Of equal sums the old one comes
/// first.
///
/// The smaller half is merged from the front and the greater one from the back, in turn: neither can reach the end of
/// a list, and the two chains of comparisons overlap.
fn merge(old: &[f64], new: &[f64], masks: &[u32], bit: u32, sums_out: &mut [f64], masks_out: &mut [u32]) {
    let half = old.len();
    let (new, masks) = (&new[..half], &masks[..half]);
    let (front, back) = sums_out.split_at_mut(half);
    let (front_masks, back_masks) = masks_out.split_at_mut(half);
    // Places of the next new sum in front, and of the next old one at the back; the other list's follow.
    let (mut i, mut j) = (0, half - 1);
    for place in 0..half {
        let other = place - i;
        let take = new[i] < old[other];
        front[place] = if take { new[i] } else { old[other] };
        front_masks[place] = if take { masks[i] | bit } else { masks[other] };
        i += usize::from(take);

        let place = half - 1 - place;
        let other = (half + place).wrapping_sub(j).wrapping_sub(1);
        let take = old[j] > new[other];
        back[place] = if take { old[j] } else { new[other] };
        back_masks[place] = if take { masks[j] } else { masks[other] | bit };
        j = j.wrapping_sub(usize::from(take));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Row, Side, Stream};

    /// Uniform in [−1, 1), a multiple of 2⁻³⁰: sums are exact.
    fn uniform(row: Row, place: u64) -> f64 {
        ((row.word(place) >> 33) as f64 - (1_u64 << 30) as f64) / (1_u64 << 30) as f64
    }

    fn row(number: u64) -> Row {
        Stream::new(11, 0, Side::Out).row(number)
    }

    fn magnitude(values: &[f64]) -> f64 {
        values.iter().map(|v| v.abs()).sum()
    }

    /// Compares `best` with brute force, up to `slack`, for splits of all kinds.
    fn check(values: &[f64], target: f64, slack: f64) {
        let sums = all_sums(values);
        let least = sums.iter().map(|sum| (target - sum).abs()).fold(f64::INFINITY, f64::min);
        for targets in [1, 100, usize::MAX] {
            let best = SubsetSums::for_targets(values, targets).unwrap().best(target);
            assert_eq!(best.sum.to_bits(), sums[best.mask as usize].to_bits());
            let found = (target - best.sum).abs();
            assert!(found <= least + slack, "{found} > {least} for {target} of {values:?}");
        }
    }

    #[test]
    fn the_best_sum_is_that_of_brute_force() {
        for n in 0..=16 {
            for round in 0..8 {
                let row = row(100 * n + round);
                let values: Vec<f64> = (0..n).map(|i| uniform(row, i)).collect();
                for query in 0..4 {
                    check(&values, 3.0 * uniform(row, 1000 + query), 0.0);
                }
            }
        }
    }

    #[test]
    fn heavy_tails_change_nothing_but_the_rounding() {
        for n in 1..=14 {
            for round in 0..8 {
                let row = row(5000 + 100 * n + round);
                let values: Vec<f64> = (0..n)
                    .map(|i| uniform(row, i) / uniform(row, 100 + i).powi(3 * (round as i32 % 3)))
                    .collect();
                let slack = 2.0 * (n + 3) as f64 * f64::EPSILON / 2.0 * magnitude(&values);
                for query in 0..4 {
                    let target =
                        uniform(row, 1000 + query) * if query < 2 { 1.0 } else { magnitude(&values) };
                    check(&values, target, slack);
                }
            }
        }
    }

    #[test]
    fn equal_zero_and_huge_values_are_searched() {
        for (values, target) in [
            (vec![0.0; 13], 0.3),
            (vec![-0.0; 5], -1.0),
            (vec![1.0; 13], 6.4),
            (vec![-0.25; 12], -1.6),
            (vec![1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 0.0, 0.0], 0.5),
            (vec![1e9, 0.5, 0.25, -0.125, 3.0, 0.0625, 7.0], 3.3),
            (vec![0.5, 0.25, -0.125, 3.0, 0.0625, 7.0, -1e9], -1e9 + 2.0),
        ] {
            check(&values, target, 0.0);
        }
    }

    #[test]
    fn ties_go_to_the_smallest_mask_by_the_rule() {
        assert_eq!(SubsetSums::new(&[0.0; 20]).unwrap().best(0.0), BestSum { mask: 0, sum: 0.0 });
        let ones = SubsetSums::new(&[1.0; 12]).unwrap();
        assert_eq!(ones.best(3.2), BestSum { mask: 0b111, sum: 3.0 });
        // 3 and 4 are equally near.
        assert_eq!(ones.best(3.5), BestSum { mask: 0b111, sum: 3.0 });
    }

    #[test]
    fn targets_out_of_range_get_the_end_of_the_range() {
        let row = row(1);
        let values: Vec<f64> = (0..18).map(|i| uniform(row, i)).collect();
        let sums = SubsetSums::new(&values).unwrap();
        let mask = |sign: f64| (0..18).filter(|&i| values[i] * sign > 0.0).fold(0, |mask, i| mask | 1 << i);
        for far in [20.0, 1e30, f64::INFINITY] {
            assert_eq!(sums.best(far).mask, mask(1.0));
            assert_eq!(sums.best(-far).mask, mask(-1.0));
        }
    }

    #[test]
    fn a_planted_sum_of_thirty_values_is_found() {
        let row = row(2);
        let values: Vec<f64> = (0..30).map(|i| uniform(row, i)).collect();
        let (fresh, shared) =
            (SubsetSums::new(&values).unwrap(), SubsetSums::for_targets(&values, 500).unwrap());
        for query in 0..4 {
            let mask = row.word(1000 + query);
            let target = (0..30).filter(|i| mask >> i & 1 == 1).map(|i| values[i]).sum();
            assert_eq!(fresh.best(target).sum, target);
            assert_eq!(shared.best(target).sum, target);
        }
    }

    #[test]
    fn shared_sums_give_what_fresh_ones_give() {
        let row = row(3);
        let values: Vec<f64> = (0..21).map(|i| uniform(row, i)).collect();
        let shared = SubsetSums::for_targets(&values, 784).unwrap();
        assert_ne!(shared.lower_values, SubsetSums::new(&values).unwrap().lower_values);
        for query in 0..50 {
            // Between the multiples of 2⁻³⁰: no two sums are equally near.
            let target = uniform(row, 1000 + query) + 1e-10;
            let best = shared.best(target);
            assert_eq!(best.sum, SubsetSums::new(&values).unwrap().best(target).sum);
            assert_eq!(best, shared.best(target));
        }
    }

    #[test]
    fn forty_four_values_are_the_most() {
        assert_eq!(TooManyValues::check(MOST_VALUES), Ok(()));
        for targets in [1, usize::MAX] {
            assert_eq!(split(MOST_VALUES, targets), 22);
        }
        let refused = SubsetSums::new(&[1.0; 45]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "45 values are too many for a search of all subset sums: half of them have 2^23 sums, which take \
             2.3e8 bytes; at most 44 values can be searched"
        );
    }
}
