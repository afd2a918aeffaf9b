//! Learned methods repeated over many seeds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use super::progress::{CheckProgress, LearnedRunsProgress};
use super::records::{LearnedRecord, Made};
use crate::experiment::{Experiment, ExperimentError, Place};
use crate::learning::{Dataset, LearnedMethod, start};
use crate::network::Stop;
use crate::session::shard::Shard;

/// Learned methods to be repeated: run r = 0, 1, … has the experiment's seed plus r, as the runs of a construction.
#[derive(Clone, Debug)]
pub(super) struct LearnedCheck {
    methods: Vec<LearnedMethod>,
    /// none without learned methods
    dataset: Option<Arc<Dataset>>,
    widths: Vec<usize>,
    seed: u64,
    runs: u64,
}

impl LearnedCheck {
    /// `runs` of every learned method of the experiment.
    ///
    /// # Errors
    /// [`ExperimentError`] if a method cannot start, or memory is short.
    pub(super) fn new(experiment: &Experiment, runs: u64) -> Result<Self, ExperimentError> {
        let check = Self {
            methods: experiment.learned.clone(),
            dataset: experiment.dataset.clone(),
            widths: experiment.target.given_widths().to_vec(),
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

    /// The methods.
    pub(super) fn methods(&self) -> &[LearnedMethod] {
        &self.methods
    }

    /// Runs of each.
    pub(super) fn runs(&self) -> u64 {
        self.runs
    }

    /// Makes those runs of a share that are not `made`, independent runs in parallel on the current rayon pool; see
    /// [`FaithfulnessCheck::go_on`](super::FaithfulnessCheck::go_on). Whether all are made.
    pub(super) fn go_on(
        &self,
        made: &mut [Made<LearnedRecord>],
        shard: Shard,
        stop: Stop<'_>,
        pause: Stop<'_>,
        progress: &(dyn Fn(CheckProgress) + Sync),
    ) -> bool {
        let Some(dataset) = &self.dataset else { return true };
        let started = Instant::now();
        let missing: Vec<(usize, u64)> = made
            .iter()
            .enumerate()
            .flat_map(|(method, made)| {
                made.missing(shard.of(self.runs)).into_iter().map(move |run| (method, run))
            })
            .collect();
        if missing.is_empty() {
            return true;
        }
        let done = AtomicU64::new(0);
        let runs = missing.len() as u64;
        let one = |&(method, run): &(usize, u64)| {
            // However short the time, a run is made before each pause.
            if stop() || done.load(Ordering::Relaxed) > 0 && pause() {
                return None;
            }
            let seed = self.seed.wrapping_add(run);
            let mut learner = start(&self.methods[method], &self.widths, dataset, seed).ok()?;
            if !learner.run(&|_| {}, stop) {
                return None;
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(CheckProgress::Learned(LearnedRunsProgress { done, runs }));
            Some((method, LearnedRecord { run, rounds: learner.rounds().to_vec() }))
        };
        let results: Vec<Option<(usize, LearnedRecord)>> = missing.par_iter().map(one).collect();
        let mut of_methods: Vec<Vec<LearnedRecord>> = made.iter().map(|_| Vec::new()).collect();
        for (method, record) in results.into_iter().flatten() {
            of_methods[method].push(record);
        }
        let is_whole = of_methods.iter().map(Vec::len).sum::<usize>() == missing.len();
        for (made, records) in made.iter_mut().zip(of_methods) {
            made.add(records, started.elapsed());
        }
        is_whole
    }
}
