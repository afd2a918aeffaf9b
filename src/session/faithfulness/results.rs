//! From the records of runs to the results of a check.

use std::time::Duration;

use super::made::CheckRuns;
use super::outline::{CheckOutline, RepeatedLane, RepeatedLayer, RepeatedMethod};
use super::rate::FailureRate;
use super::records::{LearnedRecord, Made, RunEnd, RunRecord};
use super::survival::Survival;
use crate::learning::{LearnedMethod, Round};
use crate::theory::Count;

/// The most seeds kept of failing runs.
const SEEDS_KEPT: usize = 8;

/// The results of one construction's runs.
#[derive(Clone, Debug)]
pub struct LaneRuns {
    /// the construction
    pub plan: RepeatedLane,
    /// layers 1…ℓ: rates against neurons per weight of the layer
    pub layers: Vec<Survival>,
    /// the network, all layers having the same number of neurons per weight: known up to the smallest bound per weight
    pub network: Survival,
    /// runs with a layer incomplete at its bound
    pub incomplete: u64,
    /// of these, runs with neurons for every demand
    pub not_found: u64,
    /// of these, runs without neurons for every demand of a layer
    pub missing: u64,
    /// other runs with an error certified above ε in exact arithmetic
    pub uncertified: u64,
    /// complete runs with an error certified above ε only by the rounding of an evaluation; they do not fail
    pub above_by_rounding: u64,
    /// the largest error certified of the complete runs, rounding included; 0 without such a run
    pub largest_certified: f64,
    /// the same in exact arithmetic
    pub largest_error: f64,
    /// the first failing seeds, rising from the experiment's own
    pub failing_seeds: Vec<u64>,
    /// the first seeds of missing tickets
    pub missing_seeds: Vec<u64>,
    /// seeds of runs dropped at a stop, rising; they are none of the runs
    pub unfinished_seeds: Vec<u64>,
    /// time of all runs together
    pub elapsed: Duration,
}

/// The finished runs of one learned method.
#[derive(Clone, Debug)]
pub struct LearnedRuns {
    /// number of the lane in commands
    pub lane: usize,
    /// the method with its options
    pub method: LearnedMethod,
    /// runs asked for
    pub asked: u64,
    /// results of each finished run, with its seed; seeds rise
    pub runs: Vec<(u64, Vec<Round>)>,
    /// time of the runs of all learned methods together
    pub elapsed: Duration,
}

/// The results of a check.
#[derive(Clone, Debug)]
pub struct CheckResults {
    /// every construction with at least one run
    pub lanes: Vec<LaneRuns>,
    /// every learned method
    pub learned: Vec<LearnedRuns>,
}

impl LaneRuns {
    /// How often the construction fails at its bounds.
    pub fn rate(&self) -> FailureRate {
        FailureRate { failures: self.incomplete + self.uncertified, runs: self.network.runs() }
    }

    /// How often the ticket is missing for sure: these failures count against the theorem.
    pub fn missing_rate(&self) -> FailureRate {
        FailureRate { failures: self.missing, runs: self.network.runs() }
    }

    /// How often it may be missing: all failures without an existing ticket.
    pub fn perhaps_missing_rate(&self) -> FailureRate {
        let failures = self.incomplete - self.not_found + self.uncertified;
        FailureRate { failures, runs: self.network.runs() }
    }
}

impl CheckOutline {
    /// The results of the runs made.
    pub fn results(&self, made: &CheckRuns) -> CheckResults {
        let lanes = self.lanes.iter().zip(made.lanes()).map(|(plan, made)| self.results_of(plan, made));
        let learned = self.learned.iter().zip(made.learned());
        CheckResults {
            lanes: lanes.take_while(|lane| lane.network.runs() > 0).collect(),
            learned: learned.map(|(method, made)| self.learned_results_of(method, made)).collect(),
        }
    }

    fn results_of(&self, plan: &RepeatedLane, made: &Made<RunRecord>) -> LaneRuns {
        let records = made.records();
        let runs = records.len() as u64;
        let curve = |needs: Vec<Count>, limit| {
            let censored = runs - needs.len() as u64;
            Survival::new(needs, censored, limit)
        };
        let layers = plan.layers.iter().enumerate().map(|(index, layer)| {
            let needs = records.iter().filter_map(|record| record.needs[index]).collect();
            curve(needs, layer.limit_per_weight())
        });
        let common = plan.layers.iter().map(RepeatedLayer::limit_per_weight).reduce(Count::min);
        let holding = records.iter().filter(|record| !record.end.has_failed());
        let ended =
            |ends: &[RunEnd]| records.iter().filter(|record| ends.contains(&record.end)).count() as u64;
        let largest = |of: fn(&RunRecord) -> f64| {
            records.iter().filter(|record| record.end.is_complete()).map(of).fold(0.0, f64::max)
        };
        let seeds = |is_meant: fn(RunEnd) -> bool| {
            let meant = records.iter().filter(|record| is_meant(record.end));
            meant.take(SEEDS_KEPT).map(|record| self.seed_of(record.run)).collect()
        };
        LaneRuns {
            plan: plan.clone(),
            layers: layers.collect(),
            network: curve(holding.filter_map(RunRecord::need).collect(), common.unwrap_or(Count::ZERO)),
            incomplete: ended(&[RunEnd::NotFound, RunEnd::Missing, RunEnd::Undecided]),
            not_found: ended(&[RunEnd::NotFound]),
            missing: ended(&[RunEnd::Missing]),
            uncertified: ended(&[RunEnd::Uncertified]),
            above_by_rounding: ended(&[RunEnd::AboveByRounding]),
            largest_certified: largest(|record| record.certified),
            largest_error: largest(|record| record.error),
            failing_seeds: seeds(RunEnd::has_failed),
            missing_seeds: seeds(|end| end == RunEnd::Missing),
            unfinished_seeds: made.dropped().iter().map(|&run| self.seed_of(run)).collect(),
            elapsed: made.elapsed(),
        }
    }

    fn learned_results_of(&self, repeated: &RepeatedMethod, made: &Made<LearnedRecord>) -> LearnedRuns {
        let runs = made.records().iter().map(|record| (self.seed_of(record.run), record.rounds.clone()));
        LearnedRuns {
            lane: repeated.lane,
            method: repeated.method.clone(),
            asked: self.learned_runs,
            runs: runs.collect(),
            elapsed: made.elapsed(),
        }
    }
}
