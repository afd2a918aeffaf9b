//! Snapshots for screens: plain values, copied at one moment.

use std::sync::Arc;
use std::time::Duration;

use super::{
    Bridge, Lane, LearnedOutput, LearnedView, LearnedWeight, OutputView, Phase, Session, Speed, WeightView,
};
use crate::construction::{Existence, LayerBuilder, Mode, NeuronStory, RACE_POINTS, Tally};
use crate::experiment::{Assumption, Construction, Experiment, LayerPlan, Plan};
use crate::method::Facts;
use crate::theory::Count;
use crate::verification::{Certificate, Found, LayerCheck};

/// The worker's present activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// waiting for a command
    Paused,
    /// on its way to the end of a step
    Stepping,
    /// building a taken-back layer again
    GoingBack,
    /// running at the chosen speed
    Running,
    /// the engine has panicked, with this message
    Failed(String),
}

impl Activity {
    /// Whether it goes on by itself, without another command.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Stepping | Self::GoingBack | Self::Running)
    }
}

/// A session at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// counts sessions and restarts; a snapshot of an earlier run says nothing of this one
    pub run: u64,
    /// commands obeyed so far
    pub obeyed: u64,
    /// the experiment
    pub experiment: Arc<Experiment>,
    /// theory's numbers
    pub plan: Arc<Plan>,
    /// the worker's present activity
    pub activity: Activity,
    /// speed of running
    pub speed: Speed,
    /// every lane of a construction
    pub lanes: Vec<LaneView>,
    /// the construction on view; the last one, while a learned lane is
    pub shown: usize,
    /// a weight of the layer looked at, and the errors of all of them, if a weight is watched
    pub weight: Option<Arc<WeightView>>,
    /// F and Ĝ at the watched input, if any
    pub output: Option<Arc<OutputView>>,
    /// every learned lane
    pub learned: Vec<LearnedView>,
    /// the learned lane on view, if it is no construction
    pub shown_learned: Option<usize>,
    /// the watched weight of the learned lane on view
    pub learned_weight: Option<Arc<LearnedWeight>>,
    /// the watched test example, at the learned lane on view
    pub learned_output: Option<Arc<LearnedOutput>>,
    /// the learned networks as targets of Theorem 3, while they are watched
    pub bridge: Option<Bridge>,
    /// whether the weight, the output or the bridge is under way, and another snapshot follows
    pub is_behind: bool,
}

impl Snapshot {
    /// The construction on view; the last one, while a learned lane is.
    pub fn lane(&self) -> &LaneView {
        &self.lanes[self.shown]
    }

    /// The learned lane on view, if it is no construction.
    pub fn learned_lane(&self) -> Option<&LearnedView> {
        self.learned.get(self.shown_learned?)
    }
}

/// A lane at one moment.
#[derive(Clone, Debug)]
pub struct LaneView {
    /// number of the lane, from 0
    pub index: usize,
    /// its construction
    pub construction: Construction,
    /// whether every neuron is drawn
    pub mode: Mode,
    /// its present work
    pub phase: Phase,
    /// assumptions of the construction's bound
    pub assumptions: Vec<Assumption>,
    /// every layer in a row, layer 1 first
    pub layers: Vec<LayerRow>,
    /// one layer in full
    pub view: LayerView,
    /// the network's line
    pub error: ErrorRow,
    /// its race so far: (neurons sampled, share of the target's weights complete), both rising
    pub race: Vec<(Count, f64)>,
    /// time spent computing
    pub elapsed: Duration,
    /// whether the layer of its phase is built and being measured
    pub is_measuring: bool,
}

impl LaneView {
    /// Whether the target keeps all assumptions of the construction's bound.
    pub fn bound_applies(&self) -> bool {
        Assumption::all_kept(&self.assumptions)
    }

    /// Target weights of all layers.
    pub fn weights(&self) -> u64 {
        self.layers.iter().map(|row| row.weights).sum()
    }

    /// Target weights complete, of all layers.
    pub fn weights_done(&self) -> u64 {
        self.layers.iter().map(|row| row.weights_done).sum()
    }

    /// Neurons sampled in all layers, skipped ones included.
    pub fn neurons_sampled(&self) -> Count {
        self.layers.iter().map(|row| row.neurons_sampled).sum()
    }

    /// Theory's bound on the neurons of all layers; `None` without a published constant.
    pub fn neurons_bound(&self) -> Option<Count> {
        self.layers.iter().map(|row| row.neurons_bound).sum()
    }
}

/// One layer in a row.
#[derive(Clone, Debug)]
pub struct LayerRow {
    /// layer, from 1
    pub layer: usize,
    /// P_i
    pub weights: u64,
    /// theory's bound on its neurons; `None` without a published constant
    pub neurons_bound: Option<Count>,
    /// neurons sampled, skipped ones included
    pub neurons_sampled: Count,
    /// target weights complete
    pub weights_done: u64,
    /// whether no more neurons will be drawn
    pub is_done: bool,
    /// whether every demand was met
    pub is_complete: bool,
    /// demands left open when the neurons ran out
    pub open_demands: u64,
    /// of a measured layer: whether its neurons can meet every demand, whatever the allocation
    pub existence: Option<Existence>,
    /// paths kept so far
    pub kept_paths: usize,
    /// steps of the searches for sums, see [`Tally::searched`]
    pub searched: f64,
    /// the counts of subset sums; `None` for other sums
    pub subset: Option<SubsetCount>,
    /// ε_w
    pub weight_tolerance: f64,
    /// the check, once the layer is measured
    pub check: Option<LayerCheck>,
}

/// The counts of a layer's subset sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SubsetCount {
    /// sums found so far, at most one for each half
    pub sums: u64,
    /// values available to the finished weights, summed over their halves
    pub values: u64,
    /// neurons of the largest block
    pub largest_block: u64,
}

/// One layer in full.
#[derive(Clone, Debug)]
pub struct LayerView {
    /// layer, from 1
    pub layer: usize,
    /// its counts
    pub tally: Tally,
    /// the neuron drawn last, and what became of it; of a run the last one so far
    pub last: Option<NeuronStory>,
    /// whether each half is built, positive first
    pub live: [bool; 2],
}

/// The network's line.
#[derive(Clone, Debug)]
pub struct ErrorRow {
    /// the errors at the inputs tried so far
    pub found: Found,
    /// inputs to be tried in all
    pub inputs: usize,
    /// the error certified, once every layer is measured
    pub certified: Option<f64>,
    /// how it comes about
    pub certificate: Option<Arc<Certificate>>,
    /// ε
    pub epsilon: f64,
    /// whether the ticket holds, once all is known
    pub holds: Option<bool>,
    /// whether the error certified is above ε with the rounding of an evaluation, and not above it in exact arithmetic
    pub exceeds_only_by_rounding: bool,
}

impl ErrorRow {
    /// Inputs for screens: all to be tried and, behind them, the one climbed to.
    pub fn inputs_shown(&self) -> usize {
        self.inputs + usize::from(self.found.climbed().is_some())
    }
}

impl LayerRow {
    /// A layer's row.
    pub fn new(
        facts: &Facts,
        builder: &LayerBuilder,
        (check, existence): (Option<&LayerCheck>, Option<Existence>),
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
            existence,
            kept_paths: builder.ticket().len(),
            searched: tally.searched,
            subset: facts.searches.then(|| SubsetCount {
                sums: tally.filled.iter().flatten().sum(),
                values: tally.values,
                largest_block: tally.largest_block.saturated(),
            }),
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
            certificate: lane.certificate().cloned(),
            epsilon,
            holds: lane.holds(),
            exceeds_only_by_rounding: lane.exceeds_only_by_rounding() == Some(true),
        }
    }
}

impl Session {
    /// A lane at this moment, with `layer` in full; without one, the layer it is at.
    pub fn view(&self, index: usize, layer: Option<usize>) -> LaneView {
        let lane = &self.lanes()[index];
        let layer = lane.layer_on_view(layer);
        let builder = &lane.builders()[layer - 1];
        let tolerances = &self.plan().weight_tolerance;
        LaneView {
            index,
            construction: lane.plan().construction,
            mode: lane.plan().mode,
            phase: lane.phase(),
            assumptions: lane.plan().assumptions.clone(),
            layers: self.rows(index, tolerances),
            view: LayerView {
                layer,
                tally: builder.tally().clone(),
                last: builder.last_neuron(),
                live: [true, !builder.problem().skip_negative_half],
            },
            error: ErrorRow::new(lane, self.experiment().epsilon),
            race: race(lane.builders()),
            elapsed: lane.elapsed(),
            is_measuring: lane.is_measuring(),
        }
    }

    fn rows(&self, index: usize, tolerances: &[f64]) -> Vec<LayerRow> {
        let lane = &self.lanes()[index];
        let facts = lane.plan().construction.facts();
        lane.builders()
            .iter()
            .zip(lane.checks().into_iter().zip(lane.existence()))
            .zip(&lane.plan().layers)
            .zip(tolerances)
            .map(|(((builder, (check, existence)), plan), &tolerance)| {
                LayerRow::new(facts, builder, (check, existence), plan, tolerance)
            })
            .collect()
    }
}

/// The layers' races, one after the other: each layer's points start at the end of the one before.
fn race(builders: &[LayerBuilder]) -> Vec<(Count, f64)> {
    let weights = |builder: &LayerBuilder| {
        let problem = builder.problem();
        problem.target.architecture().weights(problem.layer) as f64
    };
    let all: f64 = builders.iter().map(weights).sum();
    let (mut neurons, mut complete) = (Count::ZERO, 0.0);
    let mut points = Vec::new();
    for builder in builders {
        let share = weights(builder) / all;
        let passed = builder.tally().race.iter().zip(1..);
        points
            .extend(passed.map(|(&at, point)| {
                (neurons + at, complete + share * f64::from(point) / RACE_POINTS as f64)
            }));
        neurons += builder.tally().neurons();
        complete += share;
    }
    points
}
