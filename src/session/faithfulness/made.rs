//! The runs made of a check, and their merge.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::outline::{CheckOutline, RepeatedLane};
use super::records::{LearnedRecord, Made, RunNumber, RunRecord};
use crate::session::shard::Shard;

/// The runs made of a check, all or some of them. Those of several processes come together in any order and grouping to the same
/// value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckRuns {
    /// as in the check
    pub(super) lanes: Vec<Made<RunRecord>>,
    /// as in the check
    pub(super) learned: Vec<Made<LearnedRecord>>,
}

/// Runs of a check not made by every construction or learned method; ranges rise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingRuns {
    /// of constructions
    pub runs: Vec<Range<u64>>,
    /// of learned methods
    pub learned: Vec<Range<u64>>,
}

impl MissingRuns {
    /// Whether none is missing.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.learned.is_empty()
    }
}

impl CheckRuns {
    /// None made of a check.
    pub fn none(outline: &CheckOutline) -> Self {
        Self {
            lanes: outline.lanes.iter().map(|_| Made::default()).collect(),
            learned: outline.learned.iter().map(|_| Made::default()).collect(),
        }
    }

    /// Of each construction.
    pub fn lanes(&self) -> &[Made<RunRecord>] {
        &self.lanes
    }

    /// Of each learned method.
    pub fn learned(&self) -> &[Made<LearnedRecord>] {
        &self.learned
    }

    /// The first run made in two of these, and in which two.
    pub fn first_shared(all: &[Self]) -> Option<(u64, [usize; 2])> {
        let lanes =
            (0..all.first()?.lanes.len()).filter_map(|lane| first_shared(all, |runs| &runs.lanes[lane]));
        let learned =
            (0..all[0].learned.len()).filter_map(|lane| first_shared(all, |runs| &runs.learned[lane]));
        lanes.chain(learned).min()
    }

    /// The runs of all of these, none of which are the same.
    pub fn together(outline: &CheckOutline, all: Vec<Self>) -> Self {
        let mut together = Self::none(outline);
        for runs in all {
            together.lanes.iter_mut().zip(runs.lanes).for_each(|(lane, more)| lane.append(more));
            together.learned.iter_mut().zip(runs.learned).for_each(|(lane, more)| lane.append(more));
        }
        together.lanes.iter_mut().for_each(Made::put_in_order);
        together.learned.iter_mut().for_each(Made::put_in_order);
        together
    }

    /// Whether all of them are runs of a share of the check.
    pub fn is_within(&self, outline: &CheckOutline, shard: Shard) -> bool {
        let (runs, learned) = (shard.of(outline.runs), shard.of(outline.learned_runs));
        self.lanes.iter().flat_map(Made::records).all(|record| runs.contains(&record.run))
            && self.learned.iter().flat_map(Made::records).all(|record| learned.contains(&record.run))
    }

    /// Which runs of the check are missing.
    pub fn missing(&self, outline: &CheckOutline) -> MissingRuns {
        let of_lanes = self.lanes.iter().flat_map(|lane| lane.gaps(outline.runs)).collect();
        let of_learned = self.learned.iter().flat_map(|lane| lane.gaps(outline.learned_runs)).collect();
        MissingRuns { runs: joined(of_lanes), learned: joined(of_learned) }
    }

    /// Whether they can be runs of the check, whatever a file says: as many lanes and layers, numbers that rise below the number
    /// of runs, records that a run can leave behind.
    pub fn fit(&self, outline: &CheckOutline) -> bool {
        let fits = |(plan, made): (&RepeatedLane, &Made<RunRecord>)| {
            made.is_in_order(outline.runs)
                && made.records().iter().all(|record| record.is_sound(plan.layers.len()))
        };
        self.lanes.len() == outline.lanes.len()
            && self.learned.len() == outline.learned.len()
            && outline.lanes.iter().zip(&self.lanes).all(fits)
            && self.learned.iter().all(|made| {
                made.is_in_order(outline.learned_runs) && made.records().iter().all(LearnedRecord::is_sound)
            })
    }
}

/// The first run made in two of these lists, and in which two.
fn first_shared<'a, R: RunNumber + 'a>(
    all: &'a [CheckRuns],
    of: impl Fn(&'a CheckRuns) -> &'a Made<R>,
) -> Option<(u64, [usize; 2])> {
    let numbered = |(index, runs)| of(runs).records().iter().map(move |record: &R| (record.run(), index));
    let mut runs: Vec<(u64, usize)> = all.iter().enumerate().flat_map(numbered).collect();
    runs.sort_unstable();
    runs.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[0].0, [pair[0].1, pair[1].1]))
}

/// Ranges in any order as rising ones that do not touch.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}
