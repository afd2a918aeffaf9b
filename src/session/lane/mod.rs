//! One construction under way: its layers are built and measured, then Ĝ is tried on inputs.
//!
//! This file holds a lane's state and its accessors; [`stepping`] advances it, in steps or all at once.

mod measurement;
mod stepping;
mod trial;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::construction::{Existence, LayerBuilder, LayerProblem, LayerState, LayerTicket};
use crate::experiment::{Construction, Experiment, LanePlan};
use crate::method::BuildOptions;
use crate::network::Stop;
use crate::verification::{Certificate, Evaluation, Found, LayerCheck, MaskedNetwork};
use measurement::Measurement;
use trial::Trial;

/// The longest computing time of a lane: 2,000 years.
pub(super) const LONGEST: Duration = Duration::from_secs(1 << 36);

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

/// The work that a lane does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// drawing the neurons of this layer, from 1, or measuring it, see [`Lane::is_measuring`]
    Building(usize),
    /// trying inputs
    Verifying,
    /// built and checked
    Done,
}

/// Progress of a construction, over all layers of a lane.
#[derive(Clone, Copy, Debug)]
pub struct LaneProgress {
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

/// A [`Lane`] as a checkpoint holds it: all else follows from the experiment and its plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LaneState<'a> {
    layers: Vec<LayerState<'a>>,
    found: Cow<'a, Found>,
    elapsed: Duration,
}

impl<'a> LaneState<'a> {
    /// The states of its layers, layer 1 first.
    pub(super) fn layers(&self) -> &[LayerState<'a>] {
        &self.layers
    }

    /// Takes over every layer with neurons from a state of the same lane that has no inputs tried. The times of both add up.
    pub(super) fn take_layers(&mut self, other: Self) {
        for (layer, other) in self.layers.iter_mut().zip(other.layers) {
            if !other.is_untouched() {
                *layer = other;
            }
        }
        self.elapsed = self.elapsed.saturating_add(other.elapsed);
    }
}

/// One construction of a session.
#[derive(Clone, Debug)]
pub struct Lane {
    experiment: Arc<Experiment>,
    plan: LanePlan,
    builders: Vec<LayerBuilder>,
    /// of each layer
    measurements: Vec<Measurement>,
    /// once every layer is measured
    certificate: Option<Arc<Certificate>>,
    trial: Trial,
    /// the step to be ended by the measurement under way
    ending: Option<Step>,
    /// a taken-back layer, from 0, and the draws to repeat in it
    replay: Option<(usize, u64)>,
    elapsed: Duration,
    /// neurons drawn before the lane was resumed
    drawn_before: u64,
}

impl Lane {
    pub(super) fn new(experiment: &Arc<Experiment>, plan: &LanePlan) -> Self {
        let mut lane = Self::new_unmeasured(experiment, plan);
        // A long measurement waits until the lane goes on.
        lane.measure_done_layers(&|| true);
        lane
    }

    fn new_unmeasured(experiment: &Arc<Experiment>, plan: &LanePlan) -> Self {
        Self {
            experiment: Arc::clone(experiment),
            builders: problems(experiment, plan).map(LayerBuilder::new).collect(),
            measurements: vec![Measurement::default(); plan.layers.len()],
            certificate: None,
            trial: Trial::new(experiment),
            plan: plan.clone(),
            ending: None,
            replay: None,
            elapsed: Duration::ZERO,
            drawn_before: 0,
        }
    }

    /// The state for a checkpoint.
    pub(super) fn state(&self) -> LaneState<'_> {
        LaneState {
            layers: self.builders.iter().map(LayerBuilder::state).collect(),
            found: Cow::Borrowed(self.found()),
            elapsed: self.elapsed,
        }
    }

    /// The lane at a saved state of the same experiment and plan. `None` for an unreachable state. Finished layers are
    /// measured again when the lane goes on.
    pub(super) fn resumed(&self, state: LaneState<'_>) -> Option<Self> {
        if state.layers.len() != self.builders.len() || state.elapsed > LONGEST {
            return None;
        }
        let mut lane = Self::new_unmeasured(&self.experiment, &self.plan);
        let layers = problems(&self.experiment, &self.plan).zip(state.layers);
        lane.builders = layers.map(|(p, layer)| LayerBuilder::resumed(p, layer)).collect::<Option<_>>()?;
        // Inputs are tried once all layers are built.
        let found = state.found.into_owned();
        if !lane.is_built() && found != *lane.found() {
            return None;
        }
        lane.trial = lane.trial.resumed(found)?;
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

    /// Whether every layer is built to its end, so that Ĝ is there.
    pub(super) fn is_built(&self) -> bool {
        self.builders.iter().all(LayerBuilder::is_done)
    }

    /// Complete target weights.
    fn weights_done(&self) -> u64 {
        self.builders.iter().map(|builder| builder.tally().weights_done).sum()
    }

    /// The work that the lane does now, or would do next.
    pub fn phase(&self) -> Phase {
        let is_open = |(builder, measurement): (&LayerBuilder, &Measurement)| {
            !builder.is_done() || measurement.is_under_way()
        };
        match self.builders.iter().zip(&self.measurements).position(is_open) {
            Some(index) => Phase::Building(index + 1),
            None if self.trial.is_done() => Phase::Done,
            None => Phase::Verifying,
        }
    }

    /// Whether the layer of [`phase`](Self::phase) is built, and being measured.
    pub fn is_measuring(&self) -> bool {
        self.measurements.iter().any(Measurement::is_under_way)
    }

    /// The layer on view, from 1: the chosen one, else the one under way. A finished layer stays until the next one has a neuron.
    pub(super) fn layer_on_view(&self, chosen: Option<usize>) -> usize {
        let layers = self.builders.len();
        let at = match self.phase() {
            Phase::Building(layer) if self.replay.is_none() && self.builders[layer - 1].draws() == 0 => {
                layer - 1
            }
            Phase::Building(layer) => layer,
            Phase::Verifying | Phase::Done => layers,
        };
        chosen.unwrap_or(at).clamp(1, layers)
    }

    /// Theory's numbers for the lane.
    pub fn plan(&self) -> &LanePlan {
        &self.plan
    }

    /// The layers, layer 1 first.
    pub fn builders(&self) -> &[LayerBuilder] {
        &self.builders
    }

    /// The check of each layer, once it is measured.
    pub fn checks(&self) -> Vec<Option<&LayerCheck>> {
        self.measurements.iter().map(|measurement| measurement.done().map(|(check, _)| check)).collect()
    }

    /// Of each layer, once it is measured: whether the neurons up to its bound can meet all of its demands, whatever the
    /// allocation.
    pub fn existence(&self) -> Vec<Option<Existence>> {
        self.measurements.iter().map(|measurement| measurement.done().map(|(_, there)| *there)).collect()
    }

    /// The errors at the inputs tried so far.
    pub fn found(&self) -> &Found {
        self.trial.found()
    }

    /// Ĝ, while inputs are tried on it.
    pub(super) fn pruned(&self) -> Option<&Arc<MaskedNetwork>> {
        self.trial.pruned()
    }

    /// Ĝ for a watcher, assembled on a thread of its own and waited for until `stop` says so. It is kept until
    /// [`release_pruned`](Self::release_pruned). All layers are built.
    pub(super) fn watch_pruned(&mut self, stop: Stop<'_>) -> Option<Arc<MaskedNetwork>> {
        self.trial.watch(&self.builders, stop)
    }

    /// Ends the watch of Ĝ.
    pub(super) fn release_pruned(&mut self) {
        self.trial.release();
    }

    /// Inputs to be tried in all.
    pub fn inputs(&self) -> usize {
        self.trial.inputs()
    }

    /// Inputs for screens: all to be tried and, behind them, the one climbed to.
    pub fn inputs_shown(&self) -> usize {
        self.inputs() + usize::from(self.found().climbed().is_some())
    }

    /// The error certified, once every layer is measured.
    pub fn certified(&self) -> Option<f64> {
        self.certificate.as_ref().map(|certificate| certificate.total())
    }

    /// The certificate, once every layer is measured.
    pub fn certificate(&self) -> Option<&Arc<Certificate>> {
        self.certificate.as_ref()
    }

    /// How F and Ĝ are evaluated.
    pub fn evaluation(&self) -> Evaluation {
        self.certificate.as_ref().map_or(Evaluation::Plain, |certificate| certificate.evaluation())
    }

    /// Whether every demand of every layer was met.
    pub fn is_complete(&self) -> bool {
        self.builders.iter().all(LayerBuilder::is_complete)
    }

    /// Whether the ticket holds: complete, found ≤ certified, and the error certified in exact arithmetic ≤ ε. The rounding
    /// of an evaluation is no part of the claim, see [`exceeds_only_by_rounding`](Self::exceeds_only_by_rounding). `None`
    /// until the lane is done.
    pub fn holds(&self) -> Option<bool> {
        let certificate = self.certificate.as_ref().filter(|_| self.phase() == Phase::Done)?;
        let sound = self.found().error <= certificate.total();
        Some(self.is_complete() && sound && certificate.error() <= self.experiment.epsilon)
    }

    /// Whether the error certified is above ε with the rounding of an evaluation, and not above it in exact arithmetic. `None`
    /// until there is a certificate.
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
