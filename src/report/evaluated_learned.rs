//! The data of the Outputs screen with a learned lane on view.

use serde::Serialize;

use super::table::{Rows, Table};
use crate::learning::Arm;
use crate::session::{LearnedOutput, LearnedView, Snapshot};

/// A network of a learned lane at a test example, and its answers to all of them. All indices count from 0.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct LearnedOutputReport {
    pub title: String,
    /// `edge-popup` or `rewinding`
    pub method: &'static str,
    /// number of the lane, those of constructions come first
    pub lane: usize,
    pub round: usize,
    /// the network: the ticket, or a control
    pub arm: Arm,
    pub example: usize,
    pub x: Vec<f32>,
    pub label: u32,
    pub prediction: u32,
    /// before the softmax; empty for a finished network
    pub outputs: Vec<f32>,
    /// after it; empty for a finished network
    pub probabilities: Vec<f64>,
    /// test examples by label (row) and prediction (column); empty until they are counted
    pub confusion: Vec<Vec<u64>>,
    /// null until they are counted
    pub accuracy: Option<f64>,
}

impl LearnedOutputReport {
    /// The outputs of a network of a lane, given by its round and arm.
    pub fn new(
        snapshot: &Snapshot,
        lane: &LearnedView,
        (round, arm): (usize, Arm),
        output: &LearnedOutput,
    ) -> Self {
        Self {
            title: snapshot.experiment.title.clone(),
            method: lane.method.name(),
            lane: lane.lane,
            round,
            arm,
            example: output.example,
            x: output.input.clone(),
            label: output.label,
            prediction: output.prediction,
            outputs: output.outputs.clone(),
            probabilities: output.probabilities.clone(),
            confusion: output.confusion.clone(),
            accuracy: Some(output.accuracy).filter(|accuracy| accuracy.is_finite()),
        }
    }

    /// A row per class.
    pub fn table(&self) -> Table {
        Rows::of(0..self.confusion.len().max(self.probabilities.len()))
            .column("class", |class| *class)
            .column("output", |class| self.outputs.get(*class).copied().map(f64::from))
            .column("probability", |class| self.probabilities.get(*class).copied())
            .column("label", |class| *class == self.label as usize)
            .column("prediction", |class| *class == self.prediction as usize)
            .table()
    }
}
