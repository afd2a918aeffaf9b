//! The data of the Explore screen with a learned lane on view.

use serde::Serialize;

use super::learned::{LearnedReport, LearnedRun, arm_name};
use super::{Rows, Table};
use crate::learning::{CurvePoint, Position, Quantity};
use crate::session::{LearnedView, ScoreView, Snapshot};

/// A learned lane: the keys of `learned` of `slth run --json`, the place of the training, its curve, and the values of the
/// layer on view.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct ExploredLearnedReport {
    pub title: String,
    #[serde(flatten)]
    pub lane: LearnedReport,
    pub position: Position,
    pub curve: Vec<CurvePoint>,
    pub values: Option<LayerValuesReport>,
}

/// Histogram of the values behind the mask of a layer: b bins of one width from `low` to `high`.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct LayerValuesReport {
    pub layer: usize,
    pub outputs: usize,
    pub inputs: usize,
    /// `score`, `score magnitude` or `weight magnitude`
    pub quantity: &'static str,
    pub low: f32,
    pub high: f32,
    /// weights are kept from this value on
    pub cut: Option<f32>,
    /// weights kept, bin by bin
    pub kept: Vec<u64>,
    /// weights cut, bin by bin
    pub pruned: Vec<u64>,
}

/// The name of a quantity in files.
pub(super) fn quantity_name(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Score => "score",
        Quantity::ScoreMagnitude => "score magnitude",
        Quantity::WeightMagnitude => "weight magnitude",
    }
}

impl ExploredLearnedReport {
    /// The report of a learned lane of a snapshot.
    pub fn new(snapshot: &Snapshot, learned: &LearnedView) -> Self {
        Self {
            title: snapshot.experiment.title.clone(),
            lane: LearnedReport::new(&LearnedRun::new(learned, LearnedRun::labels(snapshot))),
            position: learned.position,
            curve: learned.curve.clone(),
            values: learned.layer.as_deref().map(LayerValuesReport::new),
        }
    }

    /// A row for each finished network of each round.
    pub fn table(&self) -> Table {
        let arms = self.lane.rounds.iter().flat_map(|round| round.arms.iter().map(move |arm| (round, arm)));
        Rows::of(arms)
            .column("round", |(round, _)| round.round)
            .column("share_weights_kept", |(round, _)| round.share_weights_kept)
            .column("network", |(_, arm)| arm_name(arm.arm))
            .column("correct", |(_, arm)| arm.test.correct)
            .column("examples", |(_, arm)| arm.test.examples)
            .column("accuracy", |(_, arm)| arm.test.accuracy)
            .column("low", |(_, arm)| arm.test.low)
            .column("high", |(_, arm)| arm.test.high)
            .column("steps", |(_, arm)| arm.steps)
            .table()
    }
}

impl LayerValuesReport {
    fn new(layer: &ScoreView) -> Self {
        Self {
            layer: layer.layer,
            outputs: layer.shape.0,
            inputs: layer.shape.1,
            quantity: quantity_name(layer.quantity),
            low: layer.range.0,
            high: layer.range.1,
            cut: layer.cut,
            kept: layer.bins.iter().map(|bin| bin.0).collect(),
            pruned: layer.bins.iter().map(|bin| bin.1).collect(),
        }
    }
}
