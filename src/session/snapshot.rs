//! What a screen is given: plain values, copied at one moment.

use std::sync::Arc;
use std::time::Duration;

use super::{Lane, Phase, Session, Speed};
use crate::construction::{LayerBuilder, Tally};
use crate::experiment::{Experiment, LayerPlan, Plan};
use crate::verification::{Found, LayerCheck};

/// What the worker is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// waiting for a command
    Paused,
    /// on its way to the end of a step
    Stepping,
    /// running at the chosen speed
    Running,
    /// the engine has panicked; the message says where
    Failed(String),
}

/// A session at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// counts sessions and restarts; a snapshot of an earlier run says nothing of this one
    pub run: u64,
    /// commands obeyed so far
    pub obeyed: u64,
    /// what is asked
    pub experiment: Arc<Experiment>,
    /// what theory says
    pub plan: Arc<Plan>,
    /// what the worker is about
    pub activity: Activity,
    /// speed of running
    pub speed: Speed,
    /// the lane that is shown
    pub lane: LaneView,
    /// lanes in all
    pub lanes: usize,
}

/// A lane at one moment.
#[derive(Clone, Debug)]
pub struct LaneView {
    /// which lane, from 0
    pub index: usize,
    /// what it is doing
    pub phase: Phase,
    /// every layer in a row, layer 1 first
    pub layers: Vec<LayerRow>,
    /// one layer in full
    pub view: LayerView,
    /// the network's line
    pub error: ErrorRow,
    /// time spent computing
    pub elapsed: Duration,
}

/// One layer in a row.
#[derive(Clone, Debug)]
pub struct LayerRow {
    /// layer, from 1
    pub layer: usize,
    /// P_i
    pub weights: u64,
    /// neurons that theory allows; `None` where no constant is published
    pub neurons_bound: Option<f64>,
    /// neurons sampled, those skipped over included
    pub neurons_sampled: f64,
    /// target weights complete
    pub weights_done: u64,
    /// whether no more neurons will be drawn
    pub is_done: bool,
    /// whether every demand was met
    pub is_complete: bool,
    /// demands left open when the neurons ran out
    pub open_demands: u64,
    /// paths kept so far
    pub kept_paths: usize,
    /// ε_w
    pub weight_tolerance: f64,
    /// what was measured, once the layer is done
    pub check: Option<LayerCheck>,
}

/// One layer in full.
#[derive(Clone, Debug)]
pub struct LayerView {
    /// layer, from 1
    pub layer: usize,
    /// its counts
    pub tally: Tally,
    /// which halves are built, positive first
    pub live: [bool; 2],
}

/// The network's line.
#[derive(Clone, Debug)]
pub struct ErrorRow {
    /// what the inputs tried so far have shown
    pub found: Found,
    /// inputs to be tried in all
    pub inputs: usize,
    /// the error certified, once every layer is measured
    pub certified: Option<f64>,
    /// ε
    pub epsilon: f64,
    /// whether the ticket holds, once all is known
    pub holds: Option<bool>,
}

impl LayerRow {
    /// A layer's row.
    pub fn new(
        builder: &LayerBuilder,
        check: Option<&LayerCheck>,
        plan: &LayerPlan,
        weight_tolerance: f64,
    ) -> Self {
        let (problem, tally) = (builder.problem(), builder.tally());
        Self {
            layer: problem.layer,
            weights: problem.target.architecture().weights(problem.layer),
            neurons_bound: plan.neurons,
            neurons_sampled: tally.neurons(),
            weights_done: tally.weights_done,
            is_done: builder.is_done(),
            is_complete: builder.is_complete(),
            open_demands: builder.open_demands().0,
            kept_paths: builder.ticket().len(),
            weight_tolerance,
            check: check.cloned(),
        }
    }
}

impl ErrorRow {
    /// The line of a lane.
    pub fn new(lane: &Lane, epsilon: f64) -> Self {
        Self {
            found: lane.found().clone(),
            inputs: lane.inputs(),
            certified: lane.certified(),
            epsilon,
            holds: lane.holds(),
        }
    }
}

impl Session {
    /// A lane at this moment, with `layer` in full; without one, the layer it is at.
    pub fn view(&self, index: usize, layer: Option<usize>) -> LaneView {
        let lane = &self.lanes()[index];
        let layers = lane.builders().len();
        let at = match lane.phase() {
            Phase::Building(layer) => layer,
            Phase::Verifying | Phase::Done => layers,
        };
        let layer = layer.unwrap_or(at).clamp(1, layers);
        let builder = &lane.builders()[layer - 1];
        let tolerances = &self.plan().weight_tolerance;
        LaneView {
            index,
            phase: lane.phase(),
            layers: self.rows(index, tolerances),
            view: LayerView {
                layer,
                tally: builder.tally().clone(),
                live: [true, !builder.problem().skip_negative_half],
            },
            error: ErrorRow::new(lane, self.experiment().epsilon),
            elapsed: lane.elapsed(),
        }
    }

    fn rows(&self, index: usize, tolerances: &[f64]) -> Vec<LayerRow> {
        let lane = &self.lanes()[index];
        lane.builders()
            .iter()
            .zip(lane.checks())
            .zip(&lane.plan().layers)
            .zip(tolerances)
            .map(|(((builder, check), plan), &tolerance)| {
                LayerRow::new(builder, check.as_ref(), plan, tolerance)
            })
            .collect()
    }
}
