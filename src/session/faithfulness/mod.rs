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

mod learned;
mod rate;
mod runs;
mod survival;

pub use learned::{LearnedCheck, LearnedRuns, LearnedRunsProgress};
pub use rate::FailureRate;
pub use survival::{Survival, Threshold};

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::lane::Lane;
use crate::construction::Mode;
use crate::experiment::{
    Construction, Experiment, ExperimentError, LanePlan, LayerPlan, Place, Plan, available_memory,
    require_memory,
};
use crate::theory::Count;
use runs::Runs;

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
    budget: Option<f64>,
    /// the bound of each layer is its limit here
    lanes: Vec<LanePlan>,
    refused: Vec<(Construction, String)>,
    /// the most bytes of one run
    memory: f64,
    /// runs under way together, at most
    at_once: usize,
}

/// The results of one construction's runs.
#[derive(Clone, Debug)]
pub struct LaneRuns {
    /// the construction; the bound of each layer is its limit
    pub plan: LanePlan,
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

/// How far the runs of a construction are.
#[derive(Clone, Copy, Debug)]
pub struct RunsProgress {
    /// which construction
    pub construction: Construction,
    /// finished runs
    pub done: u64,
    /// runs asked for
    pub runs: u64,
    /// failed runs
    pub failures: u64,
}

impl FaithfulnessCheck {
    /// `runs` of every construction with a bound. With a `budget`, of every construction: each layer may take so many
    /// neurons per weight, rounded down to whole neurons of each block.
    ///
    /// # Errors
    /// [`ExperimentError`] if no construction has a bound, or precision or memory does not suffice.
    pub fn new(experiment: Experiment, runs: u64, budget: Option<f64>) -> Result<Self, ExperimentError> {
        let plan = Plan::new(&experiment);
        experiment.check_can_build(&plan)?;
        let Plan { lanes, refused, .. } = plan;
        let experiment = Arc::new(experiment);
        let mut check =
            Self { experiment, runs, budget, lanes: Vec::new(), refused, memory: 0.0, at_once: 1 };
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
        let at_once = rayon::current_num_threads().min(self.at_once) as f64;
        let (at_once, retained) =
            if at_once < self.runs as f64 { (at_once, RETAINED) } else { (self.runs as f64, 0.0) };
        self.experiment.shared_memory() + self.numbers() + (at_once + retained) * self.memory
    }

    fn numbers(&self) -> f64 {
        let curves = self.experiment.target.architecture().layers() as f64 + 1.0;
        // A lane's numbers exist twice while they are merged.
        self.runs as f64 * curves * (self.lanes.len() + 1) as f64 * size_of::<Count>() as f64
    }

    /// Runs under way that so many free bytes allow, at least one.
    fn most_at_once(&self, free: f64) -> usize {
        ((free - self.numbers()) / (SET_ASIDE * self.memory).max(1.0)).max(1.0) as usize
    }

    /// Refuses more runs than there is memory for: their numbers, and one run under way at least.
    fn require_memory(&self) -> Result<(), ExperimentError> {
        let what = match self.runs {
            1 => "one run".to_owned(),
            runs => format!("what {runs} runs leave behind, with one run under way,"),
        };
        require_memory(self.numbers() + self.memory, &what, Place::Argument(format!("--runs {}", self.runs)))
    }

    /// The experiment.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Runs of each construction.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Neurons per weight in place of the bounds, if given.
    pub fn budget(&self) -> Option<f64> {
        self.budget
    }

    /// The repeated constructions.
    pub fn lanes(&self) -> &[LanePlan] {
        &self.lanes
    }

    /// The others, with their reasons.
    pub fn refused(&self) -> &[(Construction, String)] {
        &self.refused
    }

    /// Repeats every construction, on the threads of the current rayon pool. `progress` is called after each run, from
    /// any of them. Once `stop` is set no run begins. Runs under way have a fraction of a second to finish, and then
    /// count: long runs are the likeliest to fail, and dropping them would bias the rate. A run beyond this time is
    /// dropped and listed in [`LaneRuns::unfinished_seeds`]. Returns every construction with at least one run. Without
    /// a stop, the numbers do not depend on the threads.
    pub fn run(&self, stop: &AtomicBool, progress: &(dyn Fn(RunsProgress) + Sync)) -> Vec<LaneRuns> {
        let lanes = self.lanes.iter().map(|plan| self.repeat(plan, stop, progress));
        lanes.take_while(|lane| lane.network.runs() > 0).collect()
    }

    fn repeat(
        &self,
        plan: &LanePlan,
        stop: &AtomicBool,
        progress: &(dyn Fn(RunsProgress) + Sync),
    ) -> LaneRuns {
        let started = Instant::now();
        let (next, done, failures) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let asked = OnceLock::new();
        let must_end = || stop.load(Ordering::Relaxed) && asked.get_or_init(Instant::now).elapsed() >= GRACE;
        let threads = rayon::broadcast(|thread| {
            let mut runs = Runs::new(plan.layers.len());
            let mut experiment = Arc::clone(&self.experiment);
            while thread.index() < self.at_once && !stop.load(Ordering::Relaxed) {
                // Runs begin in the order of their seeds: after a stop, the finished ones are the first.
                let run = next.fetch_add(1, Ordering::Relaxed);
                if run >= self.runs {
                    break;
                }
                Arc::make_mut(&mut experiment).seed = self.experiment.seed.wrapping_add(run);
                let Some(failed) = runs.add(run, &experiment, plan, &must_end) else {
                    runs.unfinished.push(run);
                    break;
                };
                progress(RunsProgress {
                    construction: plan.construction,
                    done: done.fetch_add(1, Ordering::Relaxed) + 1,
                    runs: self.runs,
                    failures: failures.fetch_add(u64::from(failed), Ordering::Relaxed) + u64::from(failed),
                });
            }
            runs
        });
        let runs = threads.into_iter().reduce(Runs::with).unwrap_or_else(|| Runs::new(plan.layers.len()));
        let limits = plan.layers.iter().map(limit);
        let common = limits.clone().reduce(Count::min).unwrap_or(Count::ZERO);
        let curve = |needs: Vec<Count>, limit| {
            let censored = runs.runs - needs.len() as u64;
            Survival::new(needs, censored, limit)
        };
        let seeds = |runs: &[u64]| runs.iter().map(|&run| self.experiment.seed.wrapping_add(run)).collect();
        LaneRuns {
            plan: plan.clone(),
            layers: runs.layers.into_iter().zip(limits).map(|(needs, limit)| curve(needs, limit)).collect(),
            network: curve(runs.network, common),
            incomplete: runs.incomplete,
            not_found: runs.not_found,
            missing: runs.missing,
            uncertified: runs.uncertified,
            above_by_rounding: runs.above_by_rounding,
            largest_certified: runs.largest_certified,
            largest_error: runs.largest_error,
            failing_seeds: seeds(&runs.failed),
            missing_seeds: seeds(&runs.missed),
            unfinished_seeds: seeds(&runs.unfinished),
            elapsed: started.elapsed(),
        }
    }
}

/// The limit of a layer, in neurons per weight.
fn limit(layer: &LayerPlan) -> Count {
    layer.neurons.unwrap_or(Count::ZERO).ratio(layer.weights.into())
}
