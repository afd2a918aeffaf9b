//! Several targets for the same task, a row for each construction of each.

use serde::Serialize;

use super::lane::{AccuracyReport, RefusedLane, by_name};
use super::table::{Rows, Table};
use crate::experiment::{Construction, Experiment};
use crate::session::{TargetFigures, TargetLane, TicketVerdict};
use crate::theory::Count;

/// `slth compare` of a setup with a list of targets: the keys are stable. `None` means not known, or not applicable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct TargetsReport {
    pub title: String,
    pub seed: u64,
    pub delta: f64,
    pub targets: Vec<TargetReport>,
}

/// One target.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct TargetReport {
    pub name: String,
    /// the question it belongs to; empty for none
    pub group: String,
    pub layers: usize,
    pub weights: u64,
    /// neurons are for each of them
    pub nonzero_weights: u64,
    pub epsilon: Option<f64>,
    /// the least of all layers
    pub weight_tolerance: Option<f64>,
    /// null for a target that is built
    pub refused: Option<String>,
    pub refused_lanes: Vec<RefusedLane>,
    pub lanes: Vec<TargetLaneReport>,
}

/// One construction of a target.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct TargetLaneReport {
    #[serde(rename = "construction", serialize_with = "by_name")]
    pub which: Construction,
    /// unique, see [`Construction::id`]
    pub method: &'static str,
    /// for each weight other than 0
    pub neurons_per_weight_bound: Option<Count>,
    /// for each weight other than 0
    pub neurons_per_weight: Option<Count>,
    pub error: TargetErrorReport,
    /// null without labels
    pub accuracy: Option<AccuracyReport>,
    pub holds: Option<bool>,
    /// once all is known
    pub verdict: Option<TicketVerdict>,
    pub elapsed_seconds: f64,
}

/// The error of a network.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct TargetErrorReport {
    /// over the inputs tried
    pub found: Option<f64>,
    pub certified: Option<f64>,
}

impl TargetsReport {
    /// The targets of an experiment's list with these figures.
    pub fn new(experiment: &Experiment, figures: &[TargetFigures]) -> Self {
        Self {
            title: experiment.title_of_all().to_owned(),
            seed: experiment.seed,
            delta: experiment.delta,
            targets: figures.iter().map(TargetReport::new).collect(),
        }
    }

    /// A row for each construction of each target, and for a target without any.
    pub fn rows(&self) -> Vec<(&TargetReport, Option<&TargetLaneReport>)> {
        let rows = self.targets.iter().flat_map(|target| {
            let lanes = target.lanes.iter().map(move |lane| (target, Some(lane)));
            let none = target.lanes.is_empty().then_some((target, None));
            lanes.chain(none)
        });
        rows.collect()
    }

    /// [`rows`](Self::rows) as CSV has them.
    pub fn table(&self) -> Table {
        Rows::of(self.rows())
            .column("target", |(target, _)| target.name.as_str())
            .column("group", |(target, _)| target.group.as_str())
            .column("construction", |(_, lane)| lane.map(|lane| lane.which.name()))
            .column("method", |(_, lane)| lane.map(|lane| lane.method))
            .column("layers", |(target, _)| target.layers)
            .column("weights", |(target, _)| target.weights)
            .column("nonzero_weights", |(target, _)| target.nonzero_weights)
            .column("epsilon", |(target, _)| target.epsilon)
            .column("weight_tolerance", |(target, _)| target.weight_tolerance)
            .column("neurons_per_weight_bound", |(_, lane)| {
                lane.and_then(|lane| lane.neurons_per_weight_bound)
            })
            .column("neurons_per_weight", |(_, lane)| lane.and_then(|lane| lane.neurons_per_weight))
            .column("error_found", |(_, lane)| lane.and_then(|lane| lane.error.found))
            .column("error_certified", |(_, lane)| lane.and_then(|lane| lane.error.certified))
            .column("accuracy_target", |(_, lane)| {
                lane.and_then(|lane| lane.accuracy).map(|both| both.target)
            })
            .column("accuracy_pruned", |(_, lane)| {
                lane.and_then(|lane| lane.accuracy).map(|both| both.pruned)
            })
            .column("holds", |(_, lane)| lane.and_then(|lane| lane.holds))
            .column("elapsed_seconds", |(_, lane)| lane.map(|lane| lane.elapsed_seconds))
            .column("refused", |(target, _)| target.refused.as_deref())
            .table()
    }
}

impl TargetReport {
    fn new(figures: &TargetFigures) -> Self {
        Self {
            name: figures.name.clone(),
            group: figures.group.clone(),
            layers: figures.layers,
            weights: figures.weights,
            nonzero_weights: figures.nonzero,
            epsilon: figures.epsilon,
            weight_tolerance: figures.weight_tolerance,
            refused: figures.refused.clone(),
            refused_lanes: RefusedLane::all_of(&figures.refused_lanes),
            lanes: figures.lanes.iter().map(TargetLaneReport::new).collect(),
        }
    }
}

impl TargetLaneReport {
    fn new(lane: &TargetLane) -> Self {
        Self {
            which: lane.construction,
            method: lane.construction.id(),
            neurons_per_weight_bound: lane.neurons_bound,
            neurons_per_weight: lane.neurons_sampled,
            error: TargetErrorReport { found: lane.found, certified: lane.certified },
            accuracy: lane.accuracy.map(|(target, pruned)| AccuracyReport { target, pruned }),
            holds: lane.verdict.map(TicketVerdict::holds),
            verdict: lane.verdict,
            elapsed_seconds: lane.elapsed.as_secs_f64(),
        }
    }
}
