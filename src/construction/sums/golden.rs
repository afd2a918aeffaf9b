//! The golden-ratio sum of Lemma 9.

use super::steps::{Fate, SumStep};
use super::summation::{HalfPaths, Summation};
use crate::construction::buckets::Buckets;
use crate::construction::ticket::Path;
use crate::exact::DoubleDouble;

/// The next piece of the greedy sum: the smallest place ≥ `from` (bucket place + 1) with an upper edge of at most `residual`.
/// `None` once the residual is below the last edge.
///
/// Lemma 9 walks u = 1…k and takes the piece of bucket u if r ≥ γ^u·w_max; the other buckets are passed by.
#[inline(always)]
pub fn next_piece(buckets: &Buckets, residual: DoubleDouble, from: usize) -> Option<usize> {
    let mut place = from.min(buckets.levels());
    // Edges descend, so the edges above the residual come first. Counting them is branchless; a search would mispredict.
    loop {
        let edges = buckets.edges_below(place);
        let above: usize = edges.iter().map(|edge| usize::from(residual < *edge)).sum();
        place += above;
        if above < edges.len() {
            return (place < buckets.levels()).then_some(place);
        }
    }
}

/// Sums |w| up, largest piece first: calls `take(place, residual)` for each bucket with an upper edge of at most the residual, and
/// subtracts the product returned. Returns the residual |w| − |ŵ| ≥ 0.
///
/// With a product in every requested bucket, 0 ≤ r ≤ γ^u·w_max holds after bucket u, so the end is
/// 0 ≤ r ≤ ε_h (Lemma 9). A bucket without a product (`None`) is passed by; then only r ≥ 0 remains true.
///
/// Rounding: pieces are exact products, and the residual is off by less than 2·10⁻³¹·w_max (see [`exact`](crate::exact)).
pub fn golden_sum(
    buckets: &Buckets,
    magnitude: f64,
    mut take: impl FnMut(usize, DoubleDouble) -> Option<DoubleDouble>,
) -> DoubleDouble {
    let [residual] =
        golden_sums(
            buckets,
            [magnitude],
            |[place], [residual]| [take(*place, *residual).unwrap_or_default()],
        );
    residual
}

/// [`golden_sum`] for several sums at once. `take` gets the places of their next pieces and their residuals, and returns the
/// pieces. Place k marks a sum that has ended; its piece must be 0.
#[inline(always)]
pub(crate) fn golden_sums<const N: usize>(
    buckets: &Buckets,
    magnitudes: [f64; N],
    mut take: impl FnMut(&[usize; N], &[DoubleDouble; N]) -> [DoubleDouble; N],
) -> [DoubleDouble; N] {
    let k = buckets.levels();
    let (mut residuals, mut places) = (magnitudes.map(DoubleDouble::from), [0; N]);
    for (place, &residual) in places.iter_mut().zip(&residuals) {
        *place = next_piece(buckets, residual, 0).unwrap_or(k);
    }
    while places.iter().any(|&place| place < k) {
        let pieces = take(&places, &residuals);
        for (residual, piece) in residuals.iter_mut().zip(pieces) {
            *residual -= piece;
        }
        for (place, &residual) in places.iter_mut().zip(&residuals) {
            *place = next_piece(buckets, residual, *place + 1).unwrap_or(k);
        }
    }
    residuals
}

/// The golden-ratio sum: a piece from each bucket.
#[derive(Debug)]
pub(crate) struct Golden;

impl Summation for Golden {
    fn demands_per_half(&self, buckets: &Buckets) -> usize {
        buckets.levels()
    }

    fn most_rows(&self, _: u32, buckets: &Buckets) -> u64 {
        2 * buckets.levels() as u64
    }

    fn follows(&self, a: &Path, b: &Path) -> bool {
        a.product().abs() > b.product().abs()
    }

    fn steps(&self, half: &HalfPaths<'_>) -> Vec<SumStep> {
        golden_steps(half.buckets, half.weight.abs(), half.available, half.is_finished)
    }
}

/// The buckets of a golden-ratio sum, with the available pieces of one half. Steps after a missing piece are open, unless the
/// weight is finished without it.
fn golden_steps(buckets: &Buckets, magnitude: f64, available: &[Path], finished: bool) -> Vec<SumStep> {
    let mut pieces: Vec<Option<Path>> = vec![None; buckets.levels()];
    for &path in available {
        if let Some(bucket) = buckets.of(path.product().abs()) {
            pieces[bucket - 1] = Some(path);
        }
    }
    let mut requested: Vec<(usize, f64)> = Vec::new();
    let end = golden_sum(buckets, magnitude, |place, residual| {
        requested.push((place, residual.nearest()));
        pieces[place].map(|path| path.exact_product().abs())
    })
    .nearest();
    let missing = requested.iter().map(|&(place, _)| place).find(|&place| pieces[place].is_none());
    let known_to = if finished { buckets.levels() } else { missing.unwrap_or(buckets.levels()) };
    let mut requested = requested.into_iter().peekable();
    let mut before = magnitude;
    let step = |(place, path): (usize, Option<Path>)| {
        let bucket = Some((place as u32 + 1, buckets.edge(place + 1)));
        let is_requested = requested.next_if(|&(next, _)| next == place).is_some();
        // A residual stays the same until the next piece is taken.
        let after = requested.peek().map_or(end, |&(_, residual)| residual);
        let after = if is_requested { after } else { before };
        let step = if place > known_to {
            SumStep { bucket, before: None, fate: Fate::Open, path, after: None }
        } else {
            let fate = match (is_requested, path) {
                (true, Some(_)) => Fate::Taken,
                (true, None) => Fate::Missing,
                (false, _) => Fate::PassedBy,
            };
            let after = (place < known_to || finished).then_some(after);
            SumStep { bucket, before: Some(before), fate, path, after }
        };
        before = after;
        step
    };
    pieces.into_iter().enumerate().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::lemma9::GOLDEN_RATIO;
    use crate::theory::section5::Ranges;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(9), ..ProptestConfig::default() })]

        /// Lemma 9's invariant, for random targets, bases, accuracies and pieces anywhere in their buckets,
        /// the ends included.
        #[test]
        fn residual_never_leaves_its_bucket(
            base in 1.05..GOLDEN_RATIO,
            accuracy in 1e-9..0.5_f64,
            w in 0.0..=1.0_f64,
            w_max in 0.01..100.0_f64,
            seed in any::<u64>(),
        ) {
            let buckets = Buckets::new(&Ranges::new(accuracy * w_max, w_max, base));
            let row = crate::sampling::Stream::new(seed, 1, crate::sampling::Side::In).row(0);
            let value = |place: usize| {
                let u = match row.word(place as u64) % 8 {
                    0 => 0.0,
                    1 => 1.0,
                    _ => (row.word(place as u64) >> 11) as f64 / (1_u64 << 53) as f64,
                };
                let (low, high) = (buckets.edge(place + 2), buckets.edge(place + 1));
                high - u * (high - low)
            };
            // Against f64, which loses a few ulps of the weight.
            let slack = 1e-14 * w_max;
            let mut r = w * w_max;
            for place in 0..buckets.levels() {
                if r >= buckets.edge(place + 1) {
                    r -= value(place);
                }
                prop_assert!(r >= 0.0 && r <= buckets.edge(place + 1) + slack, "r = {} after {}", r, place + 1);
            }
            let mut pieces = 0;
            let residual = golden_sum(&buckets, w * w_max, |place, _| {
                pieces += 1;
                Some(value(place).into())
            });
            prop_assert!((residual.nearest() - r).abs() <= slack);
            prop_assert!(residual <= accuracy * w_max * (1.0 + 1e-13));
            prop_assert!(pieces <= buckets.levels());
        }
    }

    #[test]
    fn a_base_above_the_golden_ratio_fails() {
        // The premise is needed: at base 1.9 pieces at the low ends leave a residual far above the accuracy.
        let buckets = Buckets::new(&Ranges::new(1e-6, 1.0, 1.9));
        let lowest = |place: usize, _| Some((buckets.edge(place + 2) * (1.0 + 1e-12)).into());
        assert!(golden_sum(&buckets, 1.0, lowest) > 1e-3);
    }

    #[test]
    fn a_missing_piece_leaves_its_residual() {
        let buckets = Buckets::new(&Ranges::new(1e-6, 1.0, 1.5));
        let last = buckets.levels() - 1;
        let w = buckets.edge(last + 1);
        assert_eq!(golden_sum(&buckets, w, |_, _| Some(w.into())), 0.0);
        assert_eq!(golden_sum(&buckets, w, |place, _| (place != last).then_some(w.into())), w);
    }
}
