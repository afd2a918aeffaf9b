//! The data of the Outputs screen with a learned lane on view.

use serde::Serialize;

use super::table::{Rows, Table};
use crate::learning::Arm;
use crate::session::Snapshot;

/// The network under training at a test example, and its answers to all of them. All indices count from 0.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct LearnedOutputReport {
    pub title: String,
    /// `edge-popup` or `rewinding`
    pub method: &'static str,
    /// number of the lane, those of constructions come first
    pub lane: usize,
    pub round: usize,
    /// the network under training: the ticket, or a control
    pub arm: Arm,
    pub example: usize,
    pub x: Vec<f32>,
    pub label: u32,
    pub prediction: u32,
    /// before the softmax
    pub outputs: Vec<f32>,
    /// after it
    pub probabilities: Vec<f64>,
    /// test examples by label (row) and prediction (column); empty until they are counted
    pub confusion: Vec<Vec<u64>>,
    /// null until they are counted
    pub accuracy: Option<f64>,
}

impl LearnedOutputReport {
    /// The chosen example of a snapshot, if any.
    pub fn new(snapshot: &Snapshot) -> Option<Self> {
        let (lane, output) = (snapshot.learned_lane()?, snapshot.learned_output.as_ref()?);
        Some(Self {
            title: snapshot.experiment.title.clone(),
            method: lane.method.name(),
            lane: lane.lane,
            round: lane.position.round,
            arm: lane.position.arm,
            example: output.example,
            x: output.input.clone(),
            label: output.label,
            prediction: output.prediction,
            outputs: output.outputs.clone(),
            probabilities: output.probabilities.clone(),
            confusion: output.confusion.clone(),
            accuracy: Some(output.accuracy).filter(|accuracy| accuracy.is_finite()),
        })
    }

    /// A row per class.
    pub fn table(&self) -> Table {
        Rows::of(0..self.probabilities.len())
            .column("class", |class| *class)
            .column("output", |class| f64::from(self.outputs[*class]))
            .column("probability", |class| self.probabilities[*class])
            .column("label", |class| *class == self.label as usize)
            .column("prediction", |class| *class == self.prediction as usize)
            .table()
    }
}
