//! The exact top scores of a layer: as many as requested, ties by index.
//!
//! Scores are ranked as integers (sort keys). The k-th largest key usually lies near that of the step before, so a
//! first pass counts keys above a window around it and collects those inside: 0.12 ms for 235,200 scores. If the key is
//! outside, a selection among all keys finds it in 0.33 ms. Either way gives the same key.

use crate::learning::Ranking;

/// Scores compared at once.
const CHUNK: usize = 16;

/// Weights kept of `weights`: `keep`·weights rounded half up, and at least one, so that no layer becomes empty.
pub fn kept_count(keep: f64, weights: usize) -> usize {
    ((keep * weights as f64 + 0.5).floor() as usize).clamp(1, weights.max(1))
}

/// Sort key of a score: larger for a better one, equal for equal scores (0 and −0 too).
#[inline(always)]
fn key<const BY_MAGNITUDE: bool>(score: f32) -> u32 {
    let bits = score.to_bits();
    if BY_MAGNITUDE {
        bits & 0x7FFF_FFFF
    } else {
        let bits = (score + 0.0).to_bits();
        bits ^ (((bits as i32 >> 31) as u32) | 0x8000_0000)
    }
}

/// A sort key's score.
fn score_of(key: u32, ranking: Ranking) -> f32 {
    match ranking {
        Ranking::Magnitude => f32::from_bits(key),
        Ranking::Value if key >> 31 == 1 => f32::from_bits(key & 0x7FFF_FFFF),
        Ranking::Value => f32::from_bits(!key),
    }
}

/// Where a layer's ranking is cut: scores above the threshold are kept, and the first of those equal to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreCut {
    ranking: Ranking,
    threshold: u32,
    /// equal scores are kept before this index
    ties_end: usize,
}

impl ScoreCut {
    /// The lowest score kept, or its magnitude.
    pub fn value(self) -> f32 {
        score_of(self.threshold, self.ranking)
    }

    /// Writes each kept weight, and 0 for each other.
    pub fn prune(self, scores: &[f32], weights: &[f32], pruned: &mut [f32]) {
        match self.ranking {
            Ranking::Magnitude => self.prune_by::<true>(scores, weights, pruned),
            Ranking::Value => self.prune_by::<false>(scores, weights, pruned),
        }
    }

    fn prune_by<const BY_MAGNITUDE: bool>(self, scores: &[f32], weights: &[f32], pruned: &mut [f32]) {
        // Up to the end of the ties an equal key is kept, behind it not.
        let end = self.ties_end;
        let mut part = |range: std::ops::Range<usize>, lowest: u32| {
            let weights = &weights[range.clone()];
            for ((pruned, &score), &weight) in
                pruned[range.clone()].iter_mut().zip(&scores[range]).zip(weights)
            {
                let all_or_none = 0_u32.wrapping_sub(u32::from(key::<BY_MAGNITUDE>(score) >= lowest));
                *pruned = f32::from_bits(weight.to_bits() & all_or_none);
            }
        };
        part(0..end, self.threshold);
        match self.threshold.checked_add(1) {
            Some(above) => part(end..scores.len(), above),
            None => pruned[end..].fill(0.0),
        }
    }

    /// Whether each weight is kept.
    pub fn mask(self, scores: &[f32]) -> Vec<bool> {
        let key = match self.ranking {
            Ranking::Magnitude => key::<true>,
            Ranking::Value => key::<false>,
        };
        let kept = |(index, &score)| {
            let key = key(score);
            key > self.threshold || key == self.threshold && index < self.ties_end
        };
        scores.iter().enumerate().map(kept).collect()
    }
}

/// Finds the cut of one layer again and again. What it remembers changes its speed, never its results.
#[derive(Clone, Debug)]
pub struct CutFinder {
    ranking: Ranking,
    kept: usize,
    /// the last threshold, and half the width of the window around it
    near: Option<(u32, u32)>,
    /// keys collected
    keys: Vec<u32>,
}

impl CutFinder {
    /// For `kept` of a layer's scores.
    pub fn new(ranking: Ranking, kept: usize) -> Self {
        Self { ranking, kept, near: None, keys: Vec::new() }
    }

    /// The cut of these scores.
    pub fn find(&mut self, scores: &[f32]) -> ScoreCut {
        match self.ranking {
            Ranking::Magnitude => self.find_by::<true>(scores),
            Ranking::Value => self.find_by::<false>(scores),
        }
    }

    fn find_by<const BY_MAGNITUDE: bool>(&mut self, scores: &[f32]) -> ScoreCut {
        let kept = self.kept.clamp(1, scores.len().max(1));
        let near = self.near_last::<BY_MAGNITUDE>(scores, kept);
        let found = near.or_else(|| self.among_all::<BY_MAGNITUDE>(scores, kept));
        // No key for no scores.
        let TopScores { threshold, ties } = found.unwrap_or(TopScores { threshold: u32::MAX, ties: None });
        let ties_end = ties.map_or(scores.len(), |ties| end_of_ties::<BY_MAGNITUDE>(scores, threshold, ties));
        ScoreCut { ranking: self.ranking, threshold, ties_end }
    }

    /// The k-th largest key, if it is in the window.
    fn near_last<const BY_MAGNITUDE: bool>(&mut self, scores: &[f32], kept: usize) -> Option<TopScores> {
        let (last, half) = self.near?;
        let low = last.saturating_sub(half);
        let high = last.saturating_add(half);
        let in_window = |key: &u32| (low..=high).contains(key);
        self.keys.clear();
        let mut from_low = 0;
        // Most chunks have no key in the window: two counts of the whole chunk agree.
        let (chunks, rest) = scores.as_chunks::<CHUNK>();
        for chunk in chunks {
            let keys = chunk.map(key::<BY_MAGNITUDE>);
            let not_below: u32 = keys.iter().map(|key| u32::from(*key >= low)).sum();
            let above: u32 = keys.iter().map(|key| u32::from(*key > high)).sum();
            from_low += not_below as usize;
            if not_below != above {
                self.keys.extend(keys.into_iter().filter(in_window));
            }
        }
        for key in rest.iter().map(|&score| key::<BY_MAGNITUDE>(score)) {
            from_low += usize::from(key >= low);
            self.keys.extend(Some(key).filter(in_window));
        }
        let inside = self.keys.len();
        let above = from_low - inside;
        let rank = kept.checked_sub(above).filter(|rank| (1..=inside).contains(rank));
        let found = rank.and_then(|rank| TopScores::among(&mut self.keys[..inside], rank));
        // Aim at a window with between 1/256 and 1/64 of the scores.
        let half = match found {
            Some(_) if inside > scores.len() / 64 => (half / 2).max(1),
            Some(_) if inside >= scores.len() / 256 => half,
            _ => half.saturating_mul(2),
        };
        self.near = Some((found.map_or(last, |found| found.threshold), half));
        found
    }

    /// The k-th largest key of all.
    fn among_all<const BY_MAGNITUDE: bool>(&mut self, scores: &[f32], kept: usize) -> Option<TopScores> {
        /// Half the width of the first window, in units of the last place: scores within 0.4 %.
        const FIRST_WINDOW: u32 = 1 << 15;
        self.keys.clear();
        self.keys.extend(scores.iter().map(|&score| key::<BY_MAGNITUDE>(score)));
        let found = TopScores::among(&mut self.keys, kept)?;
        self.near = Some((found.threshold, self.near.map_or(FIRST_WINDOW, |(_, half)| half)));
        Some(found)
    }
}

/// The key of a rank, and how many of its equals are kept if not all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TopScores {
    threshold: u32,
    ties: Option<usize>,
}

impl TopScores {
    /// The key of a rank (from 1, the largest) among keys; reorders them.
    fn among(keys: &mut [u32], rank: usize) -> Option<Self> {
        let place = keys.len().checked_sub(rank)?;
        let (below, &mut threshold, above) = keys.select_nth_unstable(place);
        let equal = |keys: &[u32]| keys.iter().filter(|key| **key == threshold).count();
        let ties = (equal(below) > 0).then(|| equal(above) + 1);
        Some(Self { threshold, ties })
    }
}

/// The index behind the first `ties` equal keys.
fn end_of_ties<const BY_MAGNITUDE: bool>(scores: &[f32], threshold: u32, ties: usize) -> usize {
    let equal = scores.iter().enumerate().filter(|(_, score)| key::<BY_MAGNITUDE>(**score) == threshold);
    equal.map(|(index, _)| index).nth(ties).unwrap_or(scores.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By sorting: the best first, ties by index.
    fn by_sorting(scores: &[f32], ranking: Ranking, kept: usize) -> Vec<bool> {
        let rank = |score: f32| if ranking == Ranking::Magnitude { score.abs() } else { score };
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| {
            rank(scores[b]).partial_cmp(&rank(scores[a])).map_or(a.cmp(&b), |o| o.then(a.cmp(&b)))
        });
        let mut mask = vec![false; scores.len()];
        order[..kept].iter().for_each(|&index| mask[index] = true);
        mask
    }

    fn agrees(finder: &mut CutFinder, scores: &[f32], ranking: Ranking, kept: usize) {
        let cut = finder.find(scores);
        let expected = by_sorting(scores, ranking, kept);
        assert_eq!(cut.mask(scores), expected);
        let ones = vec![1.0; scores.len()];
        let mut pruned = vec![f32::NAN; scores.len()];
        cut.prune(scores, &ones, &mut pruned);
        assert!(pruned.iter().zip(&expected).all(|(pruned, &kept)| *pruned == f32::from(u8::from(kept))));
        let rank = |score: f32| if ranking == Ranking::Magnitude { score.abs() } else { score };
        let lowest = scores.iter().zip(&expected).filter(|(_, kept)| **kept).map(|(score, _)| rank(*score));
        assert_eq!(lowest.reduce(f32::min), Some(cut.value()));
    }

    proptest! {
        /// Few distinct values, many ties, zeros of both signs; a second search starts from the first one's window.
        #[test]
        fn the_top_is_that_of_sorting(
            scores in prop::collection::vec(prop_oneof![
                (-3_i8..=3).prop_map(|s| f32::from(s) / 4.0),
                Just(-0.0_f32),
                -1.0_f32..1.0,
                Just(f32::INFINITY),
            ], 1..200),
            moves in prop::collection::vec(-1e-3_f32..1e-3, 200),
            keep in 0.0_f64..=1.0,
            by_value: bool,
        ) {
            let ranking = if by_value { Ranking::Value } else { Ranking::Magnitude };
            let kept = kept_count(keep, scores.len());
            let mut finder = CutFinder::new(ranking, kept);
            agrees(&mut finder, &scores, ranking, kept);
            agrees(&mut finder, &scores, ranking, kept);
            let moved: Vec<f32> = scores.iter().zip(&moves).map(|(score, by)| score + by).collect();
            agrees(&mut finder, &moved, ranking, kept);
        }
    }

    #[test]
    fn equal_scores_are_kept_from_the_lowest_index_on() {
        let scores = [0.5, -0.5, 0.25, 0.5, -0.0];
        let mask = |ranking, kept| CutFinder::new(ranking, kept).find(&scores).mask(&scores);
        assert_eq!(mask(Ranking::Magnitude, 2), [true, true, false, false, false]);
        assert_eq!(mask(Ranking::Value, 2), [true, false, false, true, false]);
        assert_eq!(mask(Ranking::Value, 4), [true, false, true, true, true]);
    }

    #[test]
    fn counts_round_half_up_and_never_to_nothing() {
        assert_eq!([0.5, 0.1, 0.7, 1.0, 1e-9].map(|keep| kept_count(keep, 25)), [13, 3, 18, 25, 1]);
    }

    /// The scores of a layer drift for 50 steps; most searches end in the window.
    #[test]
    fn drifting_scores_are_found_in_the_window() {
        let drawn = |seed| {
            super::super::frozen::initial_scores(seed, &[784, 100])[0].iter().copied().collect::<Vec<_>>()
        };
        let mut scores = drawn(3);
        let drift: Vec<f32> = drawn(4);
        let kept = kept_count(0.3, scores.len());
        let mut finder = CutFinder::new(Ranking::Magnitude, kept);
        let mut in_window = 0;
        for _ in 0..50 {
            let found = finder.near_last::<true>(&scores, kept);
            in_window += usize::from(found.is_some());
            let whole = CutFinder::new(Ranking::Magnitude, kept).find(&scores);
            assert!(found.is_none_or(|found| found.threshold == whole.threshold));
            assert_eq!(finder.find(&scores), whole);
            scores.iter_mut().zip(&drift).for_each(|(score, drift)| *score += drift * 2e-3);
        }
        assert!(in_window >= 45, "{in_window}");
    }
}
