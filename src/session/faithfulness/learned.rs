//! Learned methods repeated over many seeds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::experiment::{Experiment, ExperimentError, Place};
use crate::learning::{Dataset, LearnedMethod, Round, start};

/// Learned methods to be repeated: run r = 0, 1, … has the experiment's seed plus r, as the runs of a construction.
#[derive(Clone, Debug)]
pub struct LearnedCheck {
    methods: Vec<LearnedMethod>,
    /// none without learned methods
    dataset: Option<Arc<Dataset>>,
    widths: Vec<usize>,
    /// number of the first learned lane in commands
    first_lane: usize,
    seed: u64,
    runs: u64,
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

/// Runs of learned methods so far.
#[derive(Clone, Copy, Debug)]
pub struct LearnedRunsProgress {
    /// finished runs of all methods
    pub done: u64,
    /// runs of all methods
    pub runs: u64,
}

impl LearnedCheck {
    /// `runs` of every learned method of the experiment, whose lanes come behind `constructions` others.
    ///
    /// # Errors
    /// [`ExperimentError`] if a method cannot start, or memory is short.
    pub fn new(experiment: &Experiment, constructions: usize, runs: u64) -> Result<Self, ExperimentError> {
        let check = Self {
            methods: experiment.learned.clone(),
            dataset: experiment.dataset.clone(),
            widths: experiment.target.given_widths().to_vec(),
            first_lane: constructions,
            seed: experiment.seed,
            runs,
        };
        let at_once = runs.min(rayon::current_num_threads() as u64) as f64;
        experiment.can_learn(at_once * experiment.learned_memory(false))?;
        // Bad options are found before the work.
        for method in &check.methods {
            if let Some(dataset) = &check.dataset {
                let place = || Place::Field("learned".to_owned());
                start(method, &check.widths, dataset, check.seed)
                    .map_err(|error| ExperimentError::new(place(), error.to_string()))?;
            }
        }
        Ok(check)
    }

    /// Runs every method with every seed, independent runs in parallel on the current rayon pool. `progress` is called after each
    /// run, from any thread. Once `stop` is set, unfinished runs are dropped. Without a stop, the results do not depend on the
    /// threads.
    pub fn run(
        &self,
        stop: &AtomicBool,
        progress: &(dyn Fn(LearnedRunsProgress) + Sync),
    ) -> Vec<LearnedRuns> {
        let Some(dataset) = &self.dataset else { return Vec::new() };
        let started = Instant::now();
        let done = AtomicU64::new(0);
        let runs = self.runs * self.methods.len() as u64;
        let one = |(method, run): (&LearnedMethod, u64)| {
            let seed = self.seed.wrapping_add(run);
            let mut learner = start(method, &self.widths, dataset, seed).ok()?;
            if stop.load(Ordering::Relaxed) || !learner.run(&|_| {}, &|| stop.load(Ordering::Relaxed)) {
                return None;
            }
            progress(LearnedRunsProgress { done: done.fetch_add(1, Ordering::Relaxed) + 1, runs });
            Some((seed, learner.rounds().to_vec()))
        };
        let all: Vec<(&LearnedMethod, u64)> =
            self.methods.iter().flat_map(|method| (0..self.runs).map(move |run| (method, run))).collect();
        let results: Vec<Option<(u64, Vec<Round>)>> = all.into_par_iter().map(one).collect();
        let mut results = results.into_iter();
        let lanes = self.methods.iter().enumerate().map(|(index, method)| LearnedRuns {
            lane: self.first_lane + index,
            method: method.clone(),
            asked: self.runs,
            runs: results.by_ref().take(self.runs as usize).flatten().collect(),
            elapsed: started.elapsed(),
        });
        lanes.collect()
    }
}
