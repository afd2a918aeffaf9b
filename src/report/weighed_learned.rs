//! The data of the Weight screen with a learned lane on view: one weight of a mask, and the history of its score.

use serde::Serialize;

use super::explored_learned::quantity_name;
use super::{Rows, Table};
use crate::session::Snapshot;

/// The chosen weight of a learned lane.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct WeighedLearnedReport {
    pub title: String,
    /// `edge-popup` or `rewinding`
    pub method: &'static str,
    /// from 1
    pub layer: usize,
    /// row of the weight, from 0
    pub output: usize,
    /// column of the weight, from 0
    pub input: usize,
    /// of the network under training; 0 if it is pruned
    pub weight: f32,
    /// `score`, `score magnitude` or `weight magnitude`
    pub quantity: &'static str,
    pub value: f32,
    pub kept: bool,
    pub history: Vec<PastValueReport>,
}

/// The value at one moment.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct PastValueReport {
    /// batches computed since the run began
    pub step: u64,
    pub value: f32,
    /// weights are kept from this value on
    pub cut: Option<f32>,
}

impl WeighedLearnedReport {
    /// The chosen weight of the learned lane on view, if any.
    pub fn new(snapshot: &Snapshot) -> Option<Self> {
        let (learned, weight) = (snapshot.learned_lane()?, snapshot.learned_weight.as_ref()?);
        let history = weight.history.iter().map(|&(step, value, cut)| PastValueReport { step, value, cut });
        Some(Self {
            title: snapshot.experiment.title.clone(),
            method: learned.method.name(),
            layer: weight.layer,
            output: weight.output,
            input: weight.input,
            weight: weight.weight,
            quantity: quantity_name(learned.layer.as_ref()?.quantity),
            value: weight.value,
            kept: weight.kept,
            history: history.collect(),
        })
    }

    /// A row for each moment of the history.
    pub fn table(&self) -> Table {
        Rows::of(&self.history)
            .column("step", |past| past.step)
            .column("value", |past| f64::from(past.value))
            .column("cut", |past| past.cut.map(f64::from))
            .table()
    }
}
