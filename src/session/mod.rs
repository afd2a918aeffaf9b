//! The engine as its users drive it: an experiment under construction.
//!
//! A [`Session`] holds one [`Lane`] per construction, and one [`LearnedLane`] per learned method. A construction's lane
//! builds its layers, one neuron, weight or layer at a time or all at once, and then checks the result. The headless
//! commands call [`Session::run`]; the screens send [`Command`]s to a [`Worker`], a thread with a session of its own, and
//! read its [`Snapshot`]s. Both use the same lanes; the numbers depend neither on the caller nor on the number of threads.

mod background;
mod command;
mod engine;
mod errors;
mod faithfulness;
mod forecaster;
mod lane;
mod learned;
mod output;
mod picture;
mod run_state;
mod shard;
mod snapshot;
mod speed;
mod state;
mod targets;
mod verdict;
mod weight;
mod worker;

pub use background::on_own_thread;
pub use command::Command;
pub use errors::ErrorMap;
pub(crate) use faithfulness::as_ron;
pub use faithfulness::{
    CheckOutline, CheckProgress, CheckResults, CheckRuns, FailureRate, FaithfulnessCheck, LaneRuns,
    LearnedRecord, LearnedRuns, LearnedRunsProgress, Made, MissingRuns, RepeatedLane, RepeatedLayer,
    RepeatedMethod, RunEnd, RunRecord, RunsProgress, Survival, Threshold,
};
pub use forecaster::{Answer, Cost, Forecaster, Question};
pub use lane::{Lane, LaneProgress, LaneState, Phase, Step};
pub use learned::{
    Bridge, BridgedLayer, BridgedNetwork, LearnedLane, LearnedOutput, LearnedProgress, LearnedState,
    LearnedView, LearnedWeight, NeedOrReason, ScoreView, TheoremNeed, confusion, share_of_right,
};
pub use output::{OutputView, Outputs, PrunedOutputs};
pub use picture::{AxesOfInput, Picture, PictureRows};
pub use run_state::{LONG_RUN, RunState, Stake};
pub use shard::{Shard, dealt_out};
pub use snapshot::{Activity, ErrorRow, LaneView, LayerRow, LayerView, Snapshot, SubsetCount};
pub use speed::Speed;
pub use state::{SessionState, StatePart};
pub use targets::{KnownTarget, TargetBuilder, TargetDepth, TargetFigures, TargetLane};
pub use verdict::TicketVerdict;
pub use weight::WeightView;
pub use worker::Worker;

use std::sync::Arc;

use learned::BridgeCache;

use crate::experiment::{Construction, Experiment, ExperimentError, LanePlan, Place, Plan};
use crate::learning::{self, LearnedMethod};

/// The meaning of a lane's number in commands: constructions are counted first, then learned lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LaneNumber {
    /// from 0
    Construction(usize),
    /// from 0
    Learned(usize),
}

/// Progress of a run.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// of the construction under way
    Construction(LaneProgress),
    /// of the learned method under way
    Learned(LearnedProgress),
}

/// An experiment under construction.
#[derive(Clone, Debug)]
pub struct Session {
    experiment: Arc<Experiment>,
    plan: Arc<Plan>,
    lanes: Vec<Lane>,
    learned: Vec<LearnedLane>,
    bridge: BridgeCache,
}

impl Session {
    /// A session with nothing built.
    ///
    /// # Errors
    /// [`ExperimentError`] if precision or memory does not suffice.
    pub fn new(experiment: Experiment) -> Result<Self, ExperimentError> {
        let plan = Plan::new(&experiment);
        experiment.check_can_run(&plan)?;
        Self::of(experiment, plan)
    }

    fn of(experiment: Experiment, plan: Plan) -> Result<Self, ExperimentError> {
        let learned = learned_lanes(&experiment)?;
        let mut session = Self {
            experiment: Arc::new(experiment),
            plan: Arc::new(plan),
            lanes: Vec::new(),
            learned,
            bridge: BridgeCache::default(),
        };
        session.lanes = session.new_lanes();
        Ok(session)
    }

    /// A session of the learned methods alone, without a construction.
    ///
    /// # Errors
    /// [`ExperimentError`] if a method cannot start, or memory is short.
    pub fn to_learn(mut experiment: Experiment) -> Result<Self, ExperimentError> {
        experiment.constructions.clear();
        experiment.can_learn(experiment.learned_memory(false))?;
        let plan = Plan::new(&experiment);
        Self::of(experiment, plan)
    }

    /// As [`new`](Self::new), for screens: they keep more, and may have all lanes under way at once.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn to_watch(experiment: Experiment) -> Result<Self, ExperimentError> {
        let plan = Plan::new(&experiment);
        experiment.check_can_build(&plan)?;
        experiment.can_learn(experiment.learned_memory(true))?;
        experiment.check_screen_memory(&plan, 0.0)?;
        Self::of(experiment, plan)
    }

    fn new_lanes(&self) -> Vec<Lane> {
        self.plan.lanes.iter().map(|plan| Lane::new(&self.experiment, plan)).collect()
    }

    /// Starts over, and returns the old lanes.
    pub fn restart(&mut self) -> (Vec<Lane>, Vec<LearnedLane>) {
        let lanes = self.new_lanes();
        let learned = self.learned.iter().map(LearnedLane::restarted).collect();
        (std::mem::replace(&mut self.lanes, lanes), std::mem::replace(&mut self.learned, learned))
    }

    /// Adds lanes of these constructions to the experiment's own. Untouched lanes of earlier calls are dropped, unless
    /// they are among these; all others stay as they are.
    pub fn compare(&mut self, constructions: &[Construction]) {
        let own = Arc::clone(&self.experiment);
        let stays = |construction: &Construction| {
            own.constructions.contains(construction) || constructions.contains(construction)
        };
        let kept: Vec<bool> =
            self.lanes.iter().map(|lane| stays(&lane.plan().construction) || !lane.is_untouched()).collect();
        let plan = Arc::make_mut(&mut self.plan);
        let mut lanes = kept.iter();
        plan.lanes.retain(|_| lanes.next() != Some(&false));
        plan.refused.retain(|(construction, _)| stays(construction));
        let mut lanes = kept.iter();
        self.lanes.retain(|_| lanes.next() != Some(&false));
        for &construction in constructions {
            self.add_lane(construction);
        }
    }

    /// Adds an untouched lane for a construction, unless the session has one. If it does not apply to the target, or
    /// memory is short, the plan notes the reason.
    pub fn add_lane(&mut self, construction: Construction) {
        let plan = Arc::make_mut(&mut self.plan);
        let lanes: f64 = self.lanes.iter().map(Lane::memory).sum();
        let held = lanes + self.experiment.learned_memory(true);
        plan.add(&self.experiment, construction, held);
        if let Some(plan) = plan.lanes.get(self.lanes.len()) {
            self.lanes.push(Lane::new(&self.experiment, plan));
        }
    }

    /// Builds and checks every construction, then runs every learned method, one after the other, each on the threads of the
    /// current rayon pool. `progress` is called now and then, from any of them.
    pub fn run(&mut self, progress: &(dyn Fn(Progress) + Sync)) {
        self.run_until(progress, &|| false);
    }

    /// Goes on as [`run`](Self::run) does until `pause`, asked several times a second, says to stop; a little way at least.
    /// Whether all is known of every lane. The way a run is cut does not change its result.
    pub fn run_until(
        &mut self,
        progress: &(dyn Fn(Progress) + Sync),
        pause: &(dyn Fn() -> bool + Sync),
    ) -> bool {
        let built = |built| progress(Progress::Construction(built));
        let learned = |learned| progress(Progress::Learned(learned));
        self.lanes.iter_mut().all(|lane| lane.run(&built, pause))
            && self.learned.iter_mut().all(|lane| lane.run(&learned, pause))
    }

    /// Builds one share of the layers of all lanes, and runs one share of the learned methods: those expected to take longest
    /// are dealt out first. No layer is measured and no input tried; the states of all shares [come
    /// together](SessionState::together) to that of one session, which goes on with that. Until `pause` says to stop; whether the
    /// share is done.
    pub fn run_shard(
        &mut self,
        shard: Shard,
        progress: &(dyn Fn(Progress) + Sync),
        pause: &(dyn Fn() -> bool + Sync),
    ) -> bool {
        let built = |built| progress(Progress::Construction(built));
        let trained = |learned| progress(Progress::Learned(learned));
        let parts = self.parts_of(shard);
        let constructions = self.lanes.len();
        let is_mine = |lane, layer| parts.contains(&StatePart::Layer { lane, layer });
        let mut lanes = self.lanes.iter_mut().enumerate();
        let built = lanes.all(|(number, lane)| {
            let layers: Vec<usize> =
                (0..lane.builders().len()).filter(|layer| is_mine(number, layer + 1)).collect();
            lane.run_layers(Some(&layers), &built, pause)
        });
        let is_mine = |lane| parts.contains(&StatePart::Learned { lane });
        let mut learned = (constructions..).zip(&mut self.learned).filter(|(number, _)| is_mine(*number));
        built && learned.all(|(_, lane)| lane.run(&trained, pause))
    }

    /// The parts of a share.
    pub fn parts_of(&self, shard: Shard) -> Vec<StatePart> {
        let layers = self.lanes.iter().enumerate().flat_map(|(lane, each)| {
            (1..=each.builders().len()).map(move |layer| StatePart::Layer { lane, layer })
        });
        let learned = (self.lanes.len()..).zip(&self.learned).map(|(lane, _)| StatePart::Learned { lane });
        let all: Vec<StatePart> = layers.chain(learned).collect();
        shard.of_costs(&self.costs()).into_iter().map(|part| all[part]).collect()
    }

    /// The expected draws of each layer of each lane. A learned method counts as the dearest layer: its steps take another time.
    fn costs(&self) -> Vec<f64> {
        let lanes = self.lanes.iter().map(Lane::plan);
        let draws = |plan: &LanePlan| {
            let method = plan.construction.method();
            let layers = (1..).zip(&plan.layers);
            let draws = layers.map(|(layer, layer_plan)| {
                let task = layer_plan.task(&self.experiment.target, layer);
                method.expected_draws(&task, plan.mode).as_f64()
            });
            draws.collect::<Vec<_>>()
        };
        let mut costs: Vec<f64> = lanes.flat_map(draws).collect();
        let dearest = costs.iter().copied().fold(0.0, f64::max);
        costs.extend(self.learned.iter().map(|_| dearest));
        costs
    }

    /// The session for a checkpoint, a state per lane.
    pub fn state(&self) -> SessionState<'_> {
        SessionState::new(
            self.lanes.iter().map(Lane::state).collect(),
            self.learned.iter().map(LearnedLane::state).collect(),
        )
    }

    /// Goes to a saved state of the same experiment. `None`, and no change, for an unreachable state.
    pub fn resume(&mut self, state: SessionState<'_>) -> Option<()> {
        if (state.lanes.len(), state.learned.len()) != (self.lanes.len(), self.learned.len()) {
            return None;
        }
        let lanes = self.lanes.iter().zip(state.lanes).map(|(lane, state)| lane.resumed(state));
        let lanes = lanes.collect::<Option<_>>()?;
        let learned = self.learned.iter().zip(state.learned).map(|(lane, state)| lane.resumed(state));
        self.learned = learned.collect::<Option<_>>()?;
        self.lanes = lanes;
        Some(())
    }

    /// The experiment.
    pub fn experiment(&self) -> &Arc<Experiment> {
        &self.experiment
    }

    /// Theory's numbers.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The learned lanes, one per learned method. Commands count them behind [`lanes`](Self::lanes).
    pub fn learned(&self) -> &[LearnedLane] {
        &self.learned
    }

    /// The learned networks computed as targets.
    fn bridge_cache(&self) -> &BridgeCache {
        &self.bridge
    }

    /// The lane with this number, or the last one.
    fn lane_number(&self, lane: usize) -> LaneNumber {
        match lane.checked_sub(self.lanes.len()) {
            None => LaneNumber::Construction(lane),
            Some(_) if self.learned.is_empty() => LaneNumber::Construction(self.lanes.len() - 1),
            Some(lane) => LaneNumber::Learned(lane.min(self.learned.len() - 1)),
        }
    }

    /// The lanes, one per construction.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// One lane, to step it.
    pub fn lane_mut(&mut self, lane: usize) -> &mut Lane {
        &mut self.lanes[lane]
    }

    /// One learned lane, to step it.
    pub fn learned_mut(&mut self, lane: usize) -> &mut LearnedLane {
        &mut self.learned[lane]
    }
}

/// A lane for each learned method of an experiment.
fn learned_lanes(experiment: &Experiment) -> Result<Vec<LearnedLane>, ExperimentError> {
    let Some(dataset) = &experiment.dataset else { return Ok(Vec::new()) };
    let widths = experiment.target.given_widths();
    let lane = |method: &LearnedMethod| {
        let learner = learning::start(method, widths, dataset, experiment.seed)
            .map_err(|error| ExperimentError::new(Place::Field("learned".to_owned()), error.to_string()))?;
        let layers = method.widths().unwrap_or(widths).len() - 1;
        Ok(LearnedLane::new(method.clone(), Arc::clone(dataset), layers, learner))
    };
    experiment.learned.iter().map(lane).collect()
}
