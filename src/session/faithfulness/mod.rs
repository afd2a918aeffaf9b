//! Failure rates: a construction repeated over many seeds, to see whether a theorem keeps its word.
//!
//! A run builds every layer with one seed and certifies the result; no input is tried. It fails if a layer is
//! incomplete at its bound (M_i of Theorem 3, or its stand-in), or if the error certified in exact arithmetic is above
//! ε. By Lemma 1 the second never happens without the first. Run r = 0, 1, … has the experiment's seed plus r, so `slth
//! run --seed` shows any of them.
//!
//! # What a failing run says of the theorem
//! Theorem 3 promises: the neurons *can* meet every demand. An allocation that runs out of neurons does not refute it.
//! A maximum matching decides each incomplete layer ([`Existence`](crate::construction::Existence)): the ticket exists and this allocation did not find
//! it, or it is missing for this seed, or the graph is too large to decide. Only missing tickets count against a
//! theorem.
//!
//! The neurons needed by each run give the failure rate below the bound, [`Survival`], and the number of neurons with
//! the allowed rate, [`Threshold`]: the true size of a theorem's constant.

//!
//! # Shares
//! Each run leaves a [`RunRecord`] behind, and all results follow from the records: so a check can be shared out among
//! processes ([`Shard`]), each making some of the runs, and their [`CheckRuns`] come together, in any order, to those of one
//! process.

pub(crate) mod as_ron;
mod forecast;
mod learned;
mod made;
mod outline;
mod progress;
mod rate;
mod records;
mod results;
mod runs;
mod survival;

pub use made::{CheckRuns, MissingRuns};
pub use outline::{CheckOutline, RepeatedLane, RepeatedLayer, RepeatedMethod};
pub use progress::{CheckProgress, LearnedRunsProgress, RunsProgress};
pub use rate::FailureRate;
pub use records::{LearnedRecord, Made, RunEnd, RunRecord};
pub use results::{CheckResults, LaneRuns, LearnedRuns};
pub use survival::{Survival, Threshold};

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::lane::Lane;
use super::shard::Shard;
use crate::construction::Mode;
use crate::experiment::{
    Construction, Experiment, ExperimentError, LanePlan, Place, Plan, available_memory, require_memory,
};
use crate::network::Stop;
use crate::theory::Count;
use learned::LearnedCheck;

/// How long runs under way may go on once they are asked to stop.
const GRACE: Duration = Duration::from_millis(400);

/// Memory set aside for a run, as a multiple of its peak. A growing vector exists twice for a moment, and limits count
/// reserved memory.
const SET_ASIDE: f64 = 2.0;

/// Freed memory kept by the allocator, as a multiple of a run's peak.
const RETAINED: f64 = 0.3;

/// Constructions to be repeated.
#[derive(Clone, Debug)]
pub struct FaithfulnessCheck {
    experiment: Arc<Experiment>,
    runs: u64,
    /// runs of the share that is made here
    made_here: u64,
    budget: Option<f64>,
    /// the bound of each layer is its limit here
    lanes: Vec<LanePlan>,
    refused: Vec<(Construction, String)>,
    /// constructions of the experiment that can be built: learned lanes are counted behind them
    constructions: usize,
    learned: Option<LearnedCheck>,
    /// the most bytes of one run
    memory: f64,
    /// runs under way together, at most
    at_once: usize,
}

impl FaithfulnessCheck {
    /// `runs` of every construction with a bound. With a `budget`, of every construction: each layer may take so many
    /// neurons per weight, rounded down to whole neurons of each block.
    ///
    /// # Errors
    /// [`ExperimentError`] if no construction has a bound, or precision or memory does not suffice.
    pub fn new(experiment: Experiment, runs: u64, budget: Option<f64>) -> Result<Self, ExperimentError> {
        Self::to_share(experiment, runs, budget, Shard::WHOLE)
    }

    /// As [`new`](Self::new), where only one share of the runs is made here: memory must suffice for that one.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn to_share(
        experiment: Experiment,
        runs: u64,
        budget: Option<f64>,
        shard: Shard,
    ) -> Result<Self, ExperimentError> {
        let plan = Plan::new(&experiment);
        experiment.check_can_build(&plan)?;
        let Plan { lanes, refused, .. } = plan;
        let part = shard.of(runs);
        let mut check = Self {
            experiment: Arc::new(experiment),
            runs,
            made_here: part.end - part.start,
            budget,
            lanes: Vec::new(),
            refused,
            constructions: lanes.len(),
            learned: None,
            memory: 0.0,
            at_once: 1,
        };
        for plan in lanes {
            let construction = plan.construction;
            match check.limited(plan) {
                Ok(plan) => check.lanes.push(plan),
                Err(reason) => check.refused.push((construction, reason)),
            }
        }
        if check.lanes.is_empty() {
            let named =
                |(construction, why): &(Construction, String)| format!("{}: {why}", construction.name());
            let reasons: Vec<String> = check.refused.iter().map(named).collect();
            return Err(ExperimentError::new(
                Place::Argument(check.experiment.name.clone()),
                reasons.join("; "),
            ));
        }
        let builds = check.lanes.iter().map(|plan| check.experiment.memory_of_build(plan));
        check.memory = builds.fold(0.0, f64::max);
        check.require_memory()?;
        check.at_once = check.most_at_once(available_memory() as f64);
        Ok(check)
    }

    /// With `runs` of every learned method of the experiment.
    ///
    /// # Errors
    /// [`ExperimentError`] if a method cannot start, or memory is short.
    pub fn with_learned(mut self, runs: u64) -> Result<Self, ExperimentError> {
        self.learned = Some(LearnedCheck::new(&self.experiment, runs)?);
        Ok(self)
    }

    /// The plan with each layer's limit in place of its bound.
    fn limited(&self, mut plan: LanePlan) -> Result<LanePlan, String> {
        let lane = Lane::new(&self.experiment, &plan);
        for (layer, builder) in plan.layers.iter_mut().zip(lane.builders()) {
            let Some(budget) = self.budget else {
                if layer.neurons.is_none() {
                    let reason = "expected a construction with a bound, or a number of neurons per weight; found none that \
                                  is published";
                    return Err(reason.to_owned());
                }
                continue;
            };
            let blocks = builder.problem().blocks();
            let each = (budget * layer.weights as f64 / blocks.as_f64()).floor();
            let neurons = Count::new(each.min(f64::MAX)).times(blocks.as_f64());
            if plan.mode == Mode::Drawn && neurons > Count::from(u64::MAX) {
                return Err(format!("expected at most 2^64 neurons a layer to draw, found {neurons:.1}"));
            }
            layer.neurons = Some(neurons);
        }
        Ok(plan)
    }

    /// Expected bytes at the peak: the numbers kept of each run, and the runs under way, one a thread, fewer if memory
    /// was short.
    pub fn peak_memory(&self) -> f64 {
        self.peak_memory_on(rayon::current_num_threads())
    }

    /// The same with so many threads.
    pub fn peak_memory_on(&self, threads: usize) -> f64 {
        let at_once = threads.min(self.at_once) as f64;
        let (at_once, retained) =
            if at_once < self.made_here as f64 { (at_once, RETAINED) } else { (self.made_here as f64, 0.0) };
        self.experiment.shared_memory() + self.numbers() + (at_once + retained) * self.memory
    }

    fn numbers(&self) -> f64 {
        let layers = self.experiment.target.architecture().layers();
        // The records of each lane, those of one once more while they are put in order, and the curves of a lane.
        let record = size_of::<RunRecord>() + layers * size_of::<Option<Count>>();
        let curves = (layers + 1) * size_of::<Count>();
        self.made_here as f64 * ((self.lanes.len() + 1) * record + self.lanes.len() * curves) as f64
    }

    /// Runs under way that so many free bytes allow, at least one.
    fn most_at_once(&self, free: f64) -> usize {
        ((free - self.numbers()) / (SET_ASIDE * self.memory).max(1.0)).max(1.0) as usize
    }

    /// Refuses more runs than there is memory for: their numbers, and one run under way at least.
    fn require_memory(&self) -> Result<(), ExperimentError> {
        let what = match self.made_here {
            1 => "one run".to_owned(),
            runs => format!("what {runs} runs leave behind, with one run under way,"),
        };
        require_memory(self.numbers() + self.memory, &what, Place::Argument(format!("--runs {}", self.runs)))
    }

    /// The experiment.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// What it repeats, the network left out.
    pub fn outline(&self) -> CheckOutline {
        let architecture = self.experiment.target.architecture();
        let lane = |plan: &LanePlan| RepeatedLane {
            construction: plan.construction,
            mode: plan.mode,
            layers: (1..)
                .zip(&plan.layers)
                .map(|(layer, plan)| RepeatedLayer {
                    weights: plan.weights,
                    ends: architecture.ends(layer),
                    limit: plan.neurons.unwrap_or(Count::ZERO),
                })
                .collect(),
            assumptions: plan.assumptions.clone(),
        };
        let methods = self.learned.iter().flat_map(LearnedCheck::methods).enumerate();
        CheckOutline {
            seed: self.experiment.seed,
            runs: self.runs,
            learned_runs: self.learned.as_ref().map_or(0, LearnedCheck::runs),
            budget: self.budget,
            lanes: self.lanes.iter().map(lane).collect(),
            refused: self.refused.clone(),
            learned: methods
                .map(|(index, method)| RepeatedMethod {
                    lane: self.constructions + index,
                    method: method.clone(),
                })
                .collect(),
        }
    }

    /// Repeats every construction and, if they were added, every learned method, on the threads of the current rayon pool.
    /// `progress` is called after each run, from any of them. Once `stop` is set no run begins. Runs of a construction under
    /// way have a fraction of a second to finish, and then count: long runs are the likeliest to fail, and dropping them
    /// would bias the rate. A run beyond this time is dropped and listed in [`LaneRuns::unfinished_seeds`]; unfinished runs of
    /// learned methods are dropped. Without a stop, the numbers do not depend on the threads.
    pub fn run(&self, stop: &AtomicBool, progress: &(dyn Fn(CheckProgress) + Sync)) -> CheckResults {
        let outline = self.outline();
        let mut made = CheckRuns::none(&outline);
        self.go_on(&mut made, Shard::WHOLE, &|| stop.load(Ordering::Relaxed), &|| false, progress);
        outline.results(&made)
    }

    /// Makes those runs of a share that are not among the `made` ones, as [`run`](Self::run) does, until `pause` says to stop
    /// in between, but for a run of each thread at least; each run that has begun is then finished. `stop` is that of [`run`](Self::run). Whether all runs of the share are made. The way a check is cut
    /// does not change its results.
    pub fn go_on(
        &self,
        made: &mut CheckRuns,
        shard: Shard,
        stop: Stop<'_>,
        pause: Stop<'_>,
        progress: &(dyn Fn(CheckProgress) + Sync),
    ) -> bool {
        let mut is_whole = true;
        for (plan, lane) in self.lanes.iter().zip(&mut made.lanes) {
            let missing = lane.missing(shard.of(self.runs));
            if missing.is_empty() {
                continue;
            }
            let started = Instant::now();
            let (records, dropped) = self.repeat(plan, &missing, stop, pause, progress);
            is_whole &= records.len() == missing.len();
            lane.add(records, started.elapsed());
            lane.drop_all(dropped);
        }
        if let Some(learned) = &self.learned {
            is_whole &= learned.go_on(&mut made.learned, shard, stop, pause, progress);
        }
        is_whole
    }

    /// Makes these runs of a construction, in any order; and the runs dropped, rising.
    fn repeat(
        &self,
        plan: &LanePlan,
        missing: &[u64],
        stop: Stop<'_>,
        pause: Stop<'_>,
        progress: &(dyn Fn(CheckProgress) + Sync),
    ) -> (Vec<RunRecord>, Vec<u64>) {
        let (next, done, failures) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let asked = OnceLock::new();
        let must_end = || stop() && asked.get_or_init(Instant::now).elapsed() >= GRACE;
        let threads = rayon::broadcast(|thread| {
            let (mut records, mut dropped) = (Vec::new(), Vec::new());
            let mut experiment = Arc::clone(&self.experiment);
            // However short the time, a run is made before each pause.
            while thread.index() < self.at_once && !stop() && (records.is_empty() || !pause()) {
                // Runs begin in the order of their seeds: after a stop, the finished ones are the first.
                let Some(&run) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                Arc::make_mut(&mut experiment).seed = self.experiment.seed.wrapping_add(run);
                let Some(record) = runs::make(run, &experiment, plan, &must_end) else {
                    dropped.push(run);
                    break;
                };
                let failed = u64::from(record.end.has_failed());
                records.push(record);
                progress(CheckProgress::Construction(RunsProgress {
                    construction: plan.construction,
                    done: done.fetch_add(1, Ordering::Relaxed) + 1,
                    runs: missing.len() as u64,
                    failures: failures.fetch_add(failed, Ordering::Relaxed) + failed,
                }));
            }
            (records, dropped)
        });
        let (records, dropped): (Vec<_>, Vec<_>) = threads.into_iter().unzip();
        let mut dropped = dropped.concat();
        dropped.sort_unstable();
        (records.into_iter().flatten().collect(), dropped)
    }
}
