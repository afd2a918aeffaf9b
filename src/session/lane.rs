//! One construction on its way: layers built, then measured, then the whole searched for its largest error.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::background::{Background, drop_aside};
use super::measurement::{Measured, measure};
use crate::construction::{Existence, LayerBuilder, LayerProblem, LayerState, LayerTicket, Until};
use crate::experiment::{Construction, Experiment, LanePlan};
use crate::method::BuildOptions;
use crate::network::{Domain, NEVER, Stop};
use crate::verification::{Certificate, Evaluation, Found, LayerCheck, MaskedNetwork, Search};

/// Inputs tried between two looks at the clock or at a command, at most.
const INPUTS_PER_SLICE: usize = 256;

/// Inputs that are evaluated together anyway.
const LEAST_INPUTS_PER_SLICE: usize = 64;

/// Paths times inputs between two looks at the clock or at a command: below 0.1 s on one core.
const PATHS_PER_SLICE: usize = 1 << 30;

/// Paths of a Ĝ that is put together on a thread of its own.
const LONG_TICKET: usize = 1 << 20;

/// Neurons drawn between two reports of progress.
const NEURONS_PER_REPORT: u64 = 1 << 16;

/// The longest time that a lane can have computed: 2,000 years.
const LONGEST: Duration = Duration::from_secs(1 << 36);

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// one neuron
    Neuron,
    /// until another target weight is complete
    Weight,
    /// to the end of the layer
    Layer,
    /// to the end
    All,
}

/// What a lane is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// drawing the neurons of this layer, from 1, or measuring it, see [`Lane::is_measuring`]
    Building(usize),
    /// trying inputs
    Verifying,
    /// all is known
    Done,
}

/// How far a run is, over all layers of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// which construction
    pub construction: Construction,
    /// neurons drawn since the run began, or was resumed
    pub neurons: u64,
    /// target weights complete
    pub weights_done: u64,
    /// target weights in all
    pub weights: u64,
    /// inputs tried
    pub inputs_tried: usize,
    /// inputs to be tried
    pub inputs: usize,
}

/// All of a [`Lane`] that does not follow from the experiment and its plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LaneState<'a> {
    layers: Vec<LayerState<'a>>,
    found: Cow<'a, Found>,
    elapsed: Duration,
}

/// One construction of a session.
#[derive(Clone, Debug)]
pub struct Lane {
    experiment: Arc<Experiment>,
    plan: LanePlan,
    builders: Vec<LayerBuilder>,
    checks: Vec<Option<LayerCheck>>,
    /// of each finished layer: whether its neurons can meet all demands
    existence: Vec<Option<Existence>>,
    /// of each layer: its measurement, where it is under way
    measuring: Vec<Option<Background<Measured>>>,
    /// once every layer is measured
    certificate: Option<Arc<Certificate>>,
    search: Search,
    /// Ĝ on its way, for the search
    pruning: Option<Background<Arc<MaskedNetwork>>>,
    /// the step that ends with the measurement under way
    ending: Option<Step>,
    /// a layer that was taken back, from 0, and the draws that it is to have again
    replay: Option<(usize, u64)>,
    elapsed: Duration,
    /// neurons that were drawn when the lane was resumed
    drawn_before: u64,
}

impl Lane {
    pub(super) fn new(experiment: &Arc<Experiment>, plan: &LanePlan) -> Self {
        let mut lane = Self::new_unmeasured(experiment, plan);
        // What takes longer is measured when the lane goes on.
        lane.measure_done_layers(&|| true);
        lane
    }

    fn new_unmeasured(experiment: &Arc<Experiment>, plan: &LanePlan) -> Self {
        let builders = problems(experiment, plan).map(LayerBuilder::new).collect();
        let search =
            Search::new(Arc::clone(&experiment.target), Arc::clone(&experiment.domain), experiment.seed);
        Self {
            experiment: Arc::clone(experiment),
            checks: vec![None; plan.layers.len()],
            existence: vec![None; plan.layers.len()],
            measuring: vec![None; plan.layers.len()],
            certificate: None,
            plan: plan.clone(),
            builders,
            search,
            pruning: None,
            ending: None,
            replay: None,
            elapsed: Duration::ZERO,
            drawn_before: 0,
        }
    }

    /// The lane as far as it is.
    pub(super) fn state(&self) -> LaneState<'_> {
        LaneState {
            layers: self.builders.iter().map(LayerBuilder::state).collect(),
            found: Cow::Borrowed(self.search.found()),
            elapsed: self.elapsed,
        }
    }

    /// The lane where one of the same experiment and plan was. `None` where no run can have been there. What was measured on
    /// finished layers is measured anew, when the lane goes on.
    pub(super) fn resumed(&self, state: LaneState<'_>) -> Option<Self> {
        if state.layers.len() != self.builders.len() || state.elapsed > LONGEST {
            return None;
        }
        let mut lane = Self::new_unmeasured(&self.experiment, &self.plan);
        let layers = problems(&self.experiment, &self.plan).zip(state.layers);
        lane.builders = layers.map(|(p, layer)| LayerBuilder::resumed(p, layer)).collect::<Option<_>>()?;
        // Inputs are tried once all layers are built.
        let is_built = lane.builders.iter().all(LayerBuilder::is_done);
        let found = state.found.into_owned();
        if !is_built && found != *lane.search.found() {
            return None;
        }
        lane.search = lane.search.resumed(found)?;
        lane.elapsed = state.elapsed;
        lane.drawn_before = lane.drawn();
        Some(lane)
    }

    /// Neurons drawn one by one.
    fn drawn(&self) -> u64 {
        self.builders.iter().map(|builder| builder.tally().sampled).sum()
    }

    /// Whether no neuron is drawn yet.
    pub fn is_untouched(&self) -> bool {
        self.replay.is_none() && self.builders.iter().all(|builder| builder.draws() == 0)
    }

    /// Target weights that are complete.
    fn weights_done(&self) -> u64 {
        self.builders.iter().map(|builder| builder.tally().weights_done).sum()
    }

    /// What the lane is doing, or would do next.
    pub fn phase(&self) -> Phase {
        let is_open =
            |(builder, measuring): (&LayerBuilder, &Option<_>)| !builder.is_done() || measuring.is_some();
        match self.builders.iter().zip(&self.measuring).position(is_open) {
            Some(index) => Phase::Building(index + 1),
            None if self.search.is_done() => Phase::Done,
            None => Phase::Verifying,
        }
    }

    /// Whether the layer of [`phase`](Self::phase) is built, and being measured.
    pub fn is_measuring(&self) -> bool {
        self.measuring.iter().any(Option::is_some)
    }

    /// Goes on towards the end of `step`, drawing at most about `budget` neurons. Whether the step's end is
    /// reached. The way a run is cut into steps and budgets does not change its result.
    pub fn advance(&mut self, step: Step, budget: u64) -> bool {
        self.advance_until(step, budget, NEVER)
    }

    /// Goes on as [`advance`](Self::advance) does, and waits for a long computation only until `stop` says so. The computation goes
    /// on meanwhile, on a thread of its own.
    pub fn advance_until(&mut self, step: Step, budget: u64, stop: Stop<'_>) -> bool {
        if !self.replay(budget) {
            return false;
        }
        let started = Instant::now();
        let reached = self.go_on(step, budget, stop);
        self.elapsed += started.elapsed();
        reached
    }

    fn go_on(&mut self, step: Step, budget: u64, stop: Stop<'_>) -> bool {
        // A lane that was resumed is measured when it goes on, too.
        if !self.measure_done_layers(stop) {
            return false;
        }
        if self.ending.take() == Some(step) {
            return true;
        }
        match self.phase() {
            Phase::Done => true,
            Phase::Verifying => {
                self.try_inputs(INPUTS_PER_SLICE, stop);
                self.search.is_done()
            }
            Phase::Building(layer) => {
                let builder = &mut self.builders[layer - 1];
                let weights_done = builder.tally().weights_done;
                match step {
                    Step::Neuron => builder.advance(1, Until::Neurons),
                    Step::Weight => builder.advance(budget, Until::WeightDone),
                    Step::Layer | Step::All => builder.advance(budget, Until::Neurons),
                };
                let (done, weight_done) = (builder.is_done(), builder.tally().weights_done > weights_done);
                let reached = match step {
                    Step::Neuron => true,
                    Step::Weight => weight_done || done,
                    Step::Layer => done,
                    Step::All => false,
                };
                if done && !self.measure_done_layers(stop) {
                    self.ending = reached.then_some(step);
                    return false;
                }
                reached
            }
        }
    }

    /// Tries at most so many inputs more, or climbs a step.
    fn try_inputs(&mut self, most: usize, stop: Stop<'_>) {
        let paths: usize = self.tickets().map(|ticket| ticket.len()).sum();
        // In a pool, this thread has to help.
        let is_alone = rayon::current_thread_index().is_none();
        if paths > LONG_TICKET && self.search.pruned().is_none() && is_alone {
            let pruning = self.pruning();
            let Some(pruned) = pruning.wait(stop) else {
                self.pruning = Some(pruning);
                return;
            };
            self.pruning = None;
            self.search.try_on(pruned);
        }
        let at_once = (most / INPUTS_PER_SLICE * PATHS_PER_SLICE / paths.max(1))
            .next_multiple_of(LEAST_INPUTS_PER_SLICE);
        let at_once = at_once.clamp(LEAST_INPUTS_PER_SLICE, most);
        self.search.advance(self.builders.iter().map(LayerBuilder::ticket), at_once);
    }

    /// Takes the last step back: the neuron drawn last, what was drawn since a weight was completed, or the layer. One layer
    /// at most is built again, by [`replay`](Self::replay); until then it is behind.
    pub fn take_back(&mut self, step: Step) {
        // At the start of a layer the step before was in the layer before.
        let last_drawn = self.builders.iter().rposition(|builder| builder.draws() > 0);
        let Some(last_drawn) = last_drawn else { return };
        let layer = if step == Step::All { 0 } else { last_drawn };
        let builder = &self.builders[layer];
        let draws = match step {
            Step::Neuron => builder.draws().saturating_sub(1),
            Step::Weight => builder.draws_a_weight_ago(),
            Step::Layer | Step::All => 0,
        };
        for layer in layer..self.builders.len() {
            let restarted = self.builders[layer].restarted();
            drop_aside(std::mem::replace(&mut self.builders[layer], restarted));
            self.checks[layer] = None;
            self.existence[layer] = None;
            self.measuring[layer] = None;
        }
        (self.certificate, self.pruning, self.ending) = (None, None, None);
        let experiment = &self.experiment;
        self.search =
            Search::new(Arc::clone(&experiment.target), Arc::clone(&experiment.domain), experiment.seed);
        self.replay = (draws > 0).then_some((layer, draws));
        self.measure_done_layers(&|| true);
    }

    /// Builds again what [`take_back`](Self::take_back) has left to be, drawing at most `budget` neurons. Whether nothing
    /// is left.
    pub fn replay(&mut self, budget: u64) -> bool {
        let Some((layer, draws)) = self.replay else { return true };
        let started = Instant::now();
        let builder = &mut self.builders[layer];
        builder.advance(budget.min(draws - builder.draws()), Until::Neurons);
        if builder.draws() == draws {
            self.replay = None;
        }
        self.elapsed += started.elapsed();
        self.replay.is_none()
    }

    /// Builds all layers in parallel and tries all inputs, or as many until `pause` says to stop. Whether all is known. What takes
    /// long without a look at `pause` goes on on a thread of its own, and is picked up by the next call.
    pub(super) fn run(&mut self, progress: &(dyn Fn(Progress) + Sync), pause: Stop<'_>) -> bool {
        let started = Instant::now();
        (self.replay, self.ending) = (None, None);
        let weights: u64 = self.plan.layers.iter().map(|layer| layer.weights).sum();
        let neurons = AtomicU64::new(self.drawn() - self.drawn_before);
        let weights_done = AtomicU64::new(self.weights_done());
        let construction = self.plan.construction;
        let report = |inputs_tried, inputs| {
            let (neurons, weights_done) =
                (neurons.load(Ordering::Relaxed), weights_done.load(Ordering::Relaxed));
            progress(Progress { construction, neurons, weights_done, weights, inputs_tried, inputs });
        };
        let experiment = &self.experiment;
        let inputs = self.search.total();
        let demands = construction.facts().demands;
        let at_once = construction.facts().draws_between_looks(NEURONS_PER_REPORT);
        let measured = self.checks.par_iter_mut().zip(&mut self.existence).zip(&mut self.measuring);
        self.builders.par_iter_mut().zip(measured).for_each(|(builder, ((check, existence), measuring))| {
            let (mut sampled, mut done) = (builder.tally().sampled, builder.tally().weights_done);
            while !builder.is_done() {
                builder.advance(at_once, Until::Neurons);
                let tally = builder.tally();
                neurons.fetch_add(tally.sampled - sampled, Ordering::Relaxed);
                weights_done.fetch_add(tally.weights_done - done, Ordering::Relaxed);
                (sampled, done) = (tally.sampled, tally.weights_done);
                report(0, inputs);
                if pause() {
                    break;
                }
            }
            if builder.is_done()
                && check.is_none()
                && let Some(measured) = measure(experiment, demands, builder, measuring, pause)
            {
                (*check, *existence) = (Some(measured.0), Some(measured.1));
            }
        });
        self.certify();
        while self.certificate.is_some() && !self.search.is_done() {
            self.try_inputs(4 * INPUTS_PER_SLICE, pause);
            report(self.search.found().tried, inputs);
            if pause() {
                break;
            }
        }
        self.elapsed += started.elapsed();
        self.phase() == Phase::Done
    }

    /// Measures all layers that are done and are not measured. Whether all of them are now.
    fn measure_done_layers(&mut self, stop: Stop<'_>) -> bool {
        let demands = self.plan.construction.facts().demands;
        for (index, builder) in self.builders.iter().enumerate() {
            if !builder.is_done() || self.checks[index].is_some() {
                continue;
            }
            let measured = measure(&self.experiment, demands, builder, &mut self.measuring[index], stop);
            let Some((check, existence)) = measured else { return false };
            (self.checks[index], self.existence[index]) = (Some(check), Some(existence));
        }
        self.certify();
        true
    }

    /// Puts the certificate together once every layer is measured, and evaluates as it asks for.
    fn certify(&mut self) {
        let checks: Option<Vec<LayerCheck>> = self.checks.iter().cloned().collect();
        let (Some(checks), None) = (checks, &self.certificate) else { return };
        let experiment = &self.experiment;
        let points = matches!(experiment.domain.free(), Domain::Points { .. });
        let promise = experiment.promise();
        let certificate = Certificate::new(
            &experiment.target,
            &experiment.bounds,
            &checks,
            (experiment.f_max, &promise),
            points,
            experiment.epsilon,
        );
        self.search.evaluate(certificate.evaluation);
        self.certificate = Some(Arc::new(certificate));
    }

    /// Theory's numbers for the lane.
    pub fn plan(&self) -> &LanePlan {
        &self.plan
    }

    /// The layers, layer 1 first.
    pub fn builders(&self) -> &[LayerBuilder] {
        &self.builders
    }

    /// What was measured on each finished layer.
    pub fn checks(&self) -> &[Option<LayerCheck>] {
        &self.checks
    }

    /// Of each finished layer, whether the neurons up to its bound can meet all of its demands, whatever the allocation.
    pub fn existence(&self) -> &[Option<Existence>] {
        &self.existence
    }

    /// What the inputs tried so far have shown.
    pub fn found(&self) -> &Found {
        self.search.found()
    }

    /// Ĝ on its way, or begun. All layers are built.
    pub(super) fn pruning(&self) -> Background<Arc<MaskedNetwork>> {
        self.pruning.clone().unwrap_or_else(|| {
            let target = Arc::clone(&self.experiment.target);
            let tickets: Vec<_> = self.builders.iter().map(LayerBuilder::shared_ticket).collect();
            Background::start(move |_| {
                let tickets = tickets.iter().map(|ticket| &**ticket);
                Some(Arc::new(MaskedNetwork::new(target.architecture(), tickets)))
            })
        })
    }

    /// Ĝ, while inputs are tried on it.
    pub(super) fn pruned(&self) -> Option<&Arc<MaskedNetwork>> {
        self.search.pruned()
    }

    /// Inputs to be tried in all.
    pub fn inputs(&self) -> usize {
        self.search.total()
    }

    /// Inputs that can be looked at: those tried and, behind them, the one climbed to.
    pub fn inputs_shown(&self) -> usize {
        self.inputs() + usize::from(self.search.found().climbed().is_some())
    }

    /// The error certified, once every layer is measured.
    pub fn certified(&self) -> Option<f64> {
        self.certificate.as_ref().map(|certificate| certificate.total)
    }

    /// How the error certified comes about, once every layer is measured.
    pub fn certificate(&self) -> Option<&Arc<Certificate>> {
        self.certificate.as_ref()
    }

    /// How F and Ĝ are evaluated.
    pub fn evaluation(&self) -> Evaluation {
        self.certificate.as_ref().map_or(Evaluation::Plain, |certificate| certificate.evaluation)
    }

    /// Whether every demand of every layer was met.
    pub fn is_complete(&self) -> bool {
        self.builders.iter().all(LayerBuilder::is_complete)
    }

    /// Whether the ticket holds: complete, found ≤ certified, and the error certified in exact arithmetic ≤ ε. What evaluating F and
    /// Ĝ can lose by rounding is no part of the claim, see [`exceeds_only_by_rounding`](Self::exceeds_only_by_rounding). `None`
    /// until all is known.
    pub fn holds(&self) -> Option<bool> {
        let certificate = self.certificate.as_ref().filter(|_| self.phase() == Phase::Done)?;
        let sound = self.found().error <= certificate.total;
        Some(self.is_complete() && sound && certificate.error() <= self.experiment.epsilon)
    }

    /// Whether the error certified is above ε with the rounding of an evaluation, and not above it in exact arithmetic. `None` until
    /// there is a certificate.
    pub fn exceeds_only_by_rounding(&self) -> Option<bool> {
        Some(self.certificate.as_ref()?.exceeds_only_by_rounding(self.experiment.epsilon))
    }

    /// Time spent computing.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Bytes of the tickets so far.
    pub(super) fn memory(&self) -> f64 {
        let row = size_of::<u64>() + 2 * size_of::<u32>() + 2 * size_of::<f64>();
        self.tickets().map(|ticket| (row * ticket.len()) as f64).sum()
    }

    /// The masks of every layer, layer 1 first.
    pub fn tickets(&self) -> impl Iterator<Item = &LayerTicket> {
        self.builders.iter().map(LayerBuilder::ticket)
    }
}

/// The problems of a lane's layers, layer 1 first.
fn problems(experiment: &Experiment, plan: &LanePlan) -> impl Iterator<Item = LayerProblem> {
    let (method, mode, seed) = (plan.construction.method(), plan.mode, experiment.seed);
    (1..).zip(&plan.layers).map(move |(layer, layer_plan)| {
        let options = BuildOptions { seed, bound: layer_plan.neurons, mode };
        method.start(&layer_plan.task(&experiment.target, layer), options)
    })
}
