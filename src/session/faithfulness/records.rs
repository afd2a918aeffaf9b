//! What single runs leave behind: every rate, interval and threshold follows from it.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::learning::{ArmResult, LayerShare, Round};
use crate::theory::Count;

/// More weights than a layer has.
const MOST_WEIGHTS: u64 = 1 << 48;

/// More layers than a learned network has.
const MOST_LAYERS: usize = 1 << 12;

/// How a run of a construction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunEnd {
    /// complete and certified
    Holds,
    /// complete, and above ε only by the rounding of an evaluation; no failure
    AboveByRounding,
    /// complete, and certified above ε in exact arithmetic
    Uncertified,
    /// incomplete, with neurons for every demand
    NotFound,
    /// incomplete, without neurons for every demand
    Missing,
    /// incomplete, and too large to decide which
    Undecided,
}

impl RunEnd {
    /// Whether every layer was complete within its limit.
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Holds | Self::AboveByRounding | Self::Uncertified)
    }

    /// Whether the run counts as a failure.
    pub fn has_failed(self) -> bool {
        !matches!(self, Self::Holds | Self::AboveByRounding)
    }
}

/// One run of a construction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// its number, from 0: its seed is the check's plus this
    pub run: u64,
    /// neurons per weight at which each layer was complete; `None` for a layer incomplete within its limit
    pub needs: Box<[Option<Count>]>,
    /// how it ended
    pub end: RunEnd,
    /// the error certified, in exact arithmetic; meaningless for an incomplete run
    pub error: f64,
    /// the same, rounding included
    pub certified: f64,
}

impl RunRecord {
    /// Whether a run of so many layers can leave it behind.
    pub(super) fn is_sound(&self, layers: usize) -> bool {
        self.needs.len() == layers
            && self.needs.iter().flatten().all(|need| need.is_sound())
            && self.needs.iter().all(Option::is_some) == self.end.is_complete()
    }

    /// The largest need of all layers, if each was complete.
    pub fn need(&self) -> Option<Count> {
        self.needs.iter().try_fold(Count::ZERO, |largest, need| {
            need.map(|need| if need > largest { need } else { largest })
        })
    }
}

/// One run of a learned method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearnedRecord {
    /// its number, from 0
    pub run: u64,
    /// its results
    pub rounds: Vec<Round>,
}

impl LearnedRecord {
    /// Whether the shares of a round can be those of a mask.
    fn has_sound_shares(round: &Round) -> bool {
        let is_share = |layer: &LayerShare| layer.kept <= layer.weights && layer.weights < MOST_WEIGHTS;
        round.layers.len() < MOST_LAYERS && round.layers.iter().all(is_share) && round.weights() > 0
    }

    /// Whether a run can leave it behind.
    pub(super) fn is_sound(&self) -> bool {
        let is_accuracy = |arm: &ArmResult| arm.test.examples > 0 && arm.test.correct <= arm.test.examples;
        self.rounds.iter().all(|round| Self::has_sound_shares(round) && round.arms.iter().all(is_accuracy))
    }
}

/// A record of a run with a number.
pub trait RunNumber {
    /// The run's number, from 0.
    fn run(&self) -> u64;
}

impl RunNumber for RunRecord {
    fn run(&self) -> u64 {
        self.run
    }
}

impl RunNumber for LearnedRecord {
    fn run(&self) -> u64 {
        self.run
    }
}

/// The runs made of one construction or learned method, in rising order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made<R> {
    records: Vec<R>,
    elapsed: Duration,
    /// runs begun and not waited for, rising: none of the runs made, and no part of a share
    #[serde(skip)]
    dropped: Vec<u64>,
}

impl<R> Default for Made<R> {
    fn default() -> Self {
        Self { records: Vec::new(), elapsed: Duration::ZERO, dropped: Vec::new() }
    }
}

impl<R> Made<R> {
    /// The records, their runs rising.
    pub fn records(&self) -> &[R] {
        &self.records
    }

    /// Time of the runs together.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Runs begun and not waited for, rising.
    pub fn dropped(&self) -> &[u64] {
        &self.dropped
    }
}

impl<R: RunNumber> Made<R> {
    /// Notes runs begun and not waited for, rising, in place of earlier ones.
    pub(super) fn drop_all(&mut self, dropped: Vec<u64>) {
        self.dropped = dropped;
    }

    /// Which of these runs are not made.
    pub(super) fn missing(&self, runs: impl Iterator<Item = u64>) -> Vec<u64> {
        let is_made = |run: &u64| self.records.binary_search_by_key(run, R::run).is_ok();
        runs.filter(|run| !is_made(run)).collect()
    }

    /// Adds the runs of another behind these, to be [put in order](Self::put_in_order).
    pub(super) fn append(&mut self, mut other: Self) {
        self.records.append(&mut other.records);
        self.elapsed = self.elapsed.saturating_add(other.elapsed);
    }

    /// Sorts the runs by their numbers.
    pub(super) fn put_in_order(&mut self) {
        self.records.sort_unstable_by_key(R::run);
    }

    /// Adds runs, in any order, made in this time.
    pub(super) fn add(&mut self, records: impl IntoIterator<Item = R>, elapsed: Duration) {
        self.records.extend(records);
        self.put_in_order();
        self.elapsed = self.elapsed.saturating_add(elapsed);
    }

    /// The runs below `runs` that are not made.
    pub(super) fn gaps(&self, runs: u64) -> Vec<Range<u64>> {
        let ends = self.records.iter().map(R::run).chain([runs]);
        let starts = std::iter::once(0).chain(self.records.iter().map(|record| record.run() + 1));
        starts.zip(ends).map(|(start, end)| start..end).filter(|gap| !gap.is_empty()).collect()
    }

    /// Whether runs rise, below `runs`.
    pub(super) fn is_in_order(&self, runs: u64) -> bool {
        self.records.is_sorted_by(|a, b| a.run() < b.run())
            && self.records.last().is_none_or(|last| last.run() < runs)
    }
}
