//! What a sweep will take, before it starts.
//!
//! Memory is predicted as for a run. Time is the expected cost of the runs, in draws of a neuron, times what a draw took here
//! in a short calibration: the cheapest run of each method, each for at most [`LONGEST`], all for at most [`LONGEST_OF_ALL`].
//! A method that had no time left counts as the mean of the others.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::Sweep;
use super::job::Job;
use crate::experiment::ExperimentError;
use crate::session::{Session, Shard};

/// The longest calibration of one method.
const LONGEST: Duration = Duration::from_millis(500);

/// The longest calibration.
const LONGEST_OF_ALL: Duration = Duration::from_secs(3);

/// Runs of one method to calibrate with, if they are short.
const MOST_TRIES: u64 = 5;

/// The expected work of a sweep, or of one of its shares.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepForecast {
    /// the share
    pub shard: Shard,
    /// runs of the share
    pub runs: u64,
    /// of these, combinations that are not built
    pub refused: u64,
    /// time of all runs of the share on one thread, expected
    pub seconds_of_runs: f64,
    /// time of the share with so many threads, expected: no less than its longest run
    pub seconds: f64,
    /// threads
    pub threads: usize,
    /// bytes at the peak, expected
    pub memory: f64,
    /// time spent on the calibration
    pub calibrated: Duration,
}

/// `slth sweep --plan --json`: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct ForecastReport {
    pub title: String,
    pub base: String,
    /// fields with lists of values
    pub swept: Vec<&'static str>,
    pub setups: usize,
    pub methods: Vec<&'static str>,
    pub seeds: u64,
    /// of the whole sweep
    pub runs: u64,
    /// `3/16`
    pub share: String,
    pub share_runs: u64,
    pub share_refused: u64,
    pub threads: usize,
    pub expected_seconds: f64,
    pub expected_memory_bytes: u64,
    pub calibration_seconds: f64,
    /// combinations that are not built, and the reasons
    pub refused: Vec<RefusedJob>,
    pub digest: String,
}

/// A combination that is not built.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct RefusedJob {
    pub setup: usize,
    pub method: &'static str,
    pub reason: String,
}

/// Seconds of a draw, by method.
#[derive(Clone, Debug)]
pub struct Calibration {
    by_method: Vec<f64>,
    spent: Duration,
}

impl Sweep {
    /// Measures how fast this machine is with the methods of the sweep: a few seconds at most. Results are thrown away.
    pub fn calibrate(&self) -> Calibration {
        // The time of a draw is that of one thread.
        match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
            Ok(pool) => pool.install(|| self.calibrate_here()),
            Err(_) => self.calibrate_here(),
        }
    }

    fn calibrate_here(&self) -> Calibration {
        let started = Instant::now();
        let methods = self.methods.len();
        let measured: Vec<Option<f64>> = (0..methods)
            .map(|method| {
                let jobs = self.jobs.iter().skip(method).step_by(methods).filter(|job| job.refused.is_none());
                let cheapest = jobs.min_by(|a, b| a.cost.total_cmp(&b.cost))?;
                (started.elapsed() < LONGEST_OF_ALL).then(|| self.seconds_of_a_draw(cheapest)).flatten()
            })
            .collect();
        let known: Vec<f64> = measured.iter().copied().flatten().collect();
        let mean = if known.is_empty() {
            NANOSECONDS_OF_A_DRAW * 1e-9
        } else {
            known.iter().sum::<f64>() / known.len() as f64
        };
        let by_method = measured.into_iter().map(|seconds| seconds.unwrap_or(mean)).collect();
        Calibration { by_method, spent: started.elapsed() }
    }

    /// Runs a job for a moment.
    fn seconds_of_a_draw(&self, job: &Job) -> Option<f64> {
        let started = Instant::now();
        let (mut done, mut tries) = (0.0, 0);
        while tries < MOST_TRIES && started.elapsed() < LONGEST {
            let mut session: Session = job.session(self.seeds.at(tries % self.seeds.count())).ok()?;
            let is_done = session.run_until(&|_| {}, &|| started.elapsed() >= LONGEST);
            done += if is_done { job.cost } else { done_of(&session, job) };
            tries += 1;
        }
        let seconds = started.elapsed().as_secs_f64();
        (done > 0.0).then(|| seconds / done)
    }

    /// The expected work of a share on so many threads.
    pub fn forecast(&self, shard: Shard, threads: usize, calibration: &Calibration) -> SweepForecast {
        let threads = threads.max(1);
        let runs = self.runs_of(shard);
        let seconds_of = |run: u64| {
            let job = (run / self.seeds.count()) as usize;
            self.jobs[job].cost * calibration.by_method[job % self.methods.len()]
        };
        let all: f64 = runs.iter().map(|&run| seconds_of(run)).sum();
        let longest = runs.iter().map(|&run| seconds_of(run)).fold(0.0, f64::max);
        let shared = self.setups.iter().map(|setup| setup.shared_memory()).fold(0.0, f64::max);
        let most = runs.iter().map(|&run| self.job_of(run).memory).fold(0.0, f64::max);
        let together = (threads as f64).min(runs.len() as f64).max(1.0);
        SweepForecast {
            shard,
            runs: runs.len() as u64,
            refused: runs.iter().filter(|&&run| self.job_of(run).refused.is_some()).count() as u64,
            seconds_of_runs: all,
            seconds: (all / threads as f64).max(longest),
            threads,
            memory: shared + together * most,
            calibrated: calibration.spent,
        }
    }

    /// The forecast as JSON has it.
    pub fn forecast_report(&self, forecast: &SweepForecast) -> ForecastReport {
        let refused = self.jobs.iter().enumerate().filter_map(|(number, job)| {
            Some(RefusedJob {
                setup: number / self.methods.len(),
                method: self.methods[number % self.methods.len()].id(),
                reason: job.refused.clone()?,
            })
        });
        ForecastReport {
            title: self.title.clone(),
            base: self.base.clone(),
            swept: self.axes.concat(),
            setups: self.setups.len(),
            methods: self.methods.iter().map(super::SweptMethod::id).collect(),
            seeds: self.seeds.count(),
            runs: self.runs(),
            share: forecast.shard.to_string(),
            share_runs: forecast.runs,
            share_refused: forecast.refused,
            threads: forecast.threads,
            expected_seconds: forecast.seconds,
            expected_memory_bytes: forecast.memory as u64,
            calibration_seconds: forecast.calibrated.as_secs_f64(),
            refused: refused.collect(),
            digest: self.digest.clone(),
        }
    }

    /// Refuses a share with a run too large for the free memory.
    ///
    /// # Errors
    /// [`ExperimentError`] with both figures.
    pub fn require_memory(&self, shard: Shard) -> Result<(), ExperimentError> {
        let mut jobs: Vec<u64> = self.runs_of(shard).iter().map(|run| run / self.seeds.count()).collect();
        jobs.dedup();
        let largest =
            jobs.iter().map(|&job| &self.jobs[job as usize]).max_by(|a, b| a.memory.total_cmp(&b.memory));
        largest.map_or(Ok(()), |job| {
            let place = crate::experiment::Place::Argument(job.experiment.name.clone());
            crate::experiment::require_memory(job.memory, "the largest run of the sweep", place)
        })
    }
}

/// Nanoseconds of a draw where nothing could be measured: digits on one core of 2024.
const NANOSECONDS_OF_A_DRAW: f64 = 10.0;

/// The part of a job's cost that an unfinished session has done: the neurons drawn, or the batches computed.
fn done_of(session: &Session, job: &Job) -> f64 {
    let learned = session.learned().iter().map(|lane| lane.learner().position());
    let share =
        learned.map(|position| position.steps_done as f64 / position.steps.max(1) as f64).sum::<f64>();
    let builders = session.lanes().iter().flat_map(crate::session::Lane::builders);
    let drawn: f64 = builders.map(|builder| builder.tally().sampled as f64).sum();
    (share * job.cost + drawn).min(job.cost)
}
