//! A learned lane at one moment.

use std::sync::Arc;
use std::time::Duration;

use super::LearnedLane;
use crate::learning::{Arm, ArmResult, CurvePoint, LearnedMethod, Position, Quantity, Round, ScoreLayer};
use crate::session::Session;

/// Bins of a layer's histogram.
const BINS: usize = 512;

/// A learned lane at one moment.
#[derive(Clone, Debug)]
pub struct LearnedView {
    /// number of the lane in commands, from 0: those of constructions come first
    pub lane: usize,
    /// its method with its options
    pub method: LearnedMethod,
    /// the place of the next batch; at the end, that of the last
    pub position: Position,
    /// whether all rounds are done
    pub is_done: bool,
    /// the results so far: finished rounds, and the round under way with its finished arms
    pub rounds: Arc<Vec<Round>>,
    /// loss and accuracy of the training under way
    pub curve: Vec<CurvePoint>,
    /// time spent computing
    pub elapsed: Duration,
    /// the layer on view, of the lane on view only; while the lane moves, up to a tenth of a second old
    pub layer: Option<Arc<ScoreView>>,
}

impl LearnedView {
    /// Round and arm of the network on view: the one under training, or at the end the last ticket.
    pub fn network_on_view(&self) -> (usize, Arm) {
        (self.position.round, if self.is_done { Arm::Ticket } else { self.position.arm })
    }

    /// The finished networks: round and result, the newest first.
    pub fn finished(&self) -> impl Iterator<Item = (usize, &ArmResult)> {
        self.rounds
            .iter()
            .rev()
            .flat_map(|round| round.arms.iter().rev().map(move |result| (round.round, result)))
    }
}

/// A layer of the network under training, with the histogram of the values behind its mask.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreView {
    /// from 1
    pub layer: usize,
    /// layers of the network
    pub layers: usize,
    /// outputs, inputs
    pub shape: (usize, usize),
    /// the quantity behind the mask
    pub quantity: Quantity,
    /// first and last edge of the bins, with room for every finite value; they change by steps of a factor of 4/3 or 3/2
    pub range: (f32, f32),
    /// of each bin, all of one width, rising: weights kept, weights cut
    pub bins: Vec<(u64, u64)>,
    /// weights are kept from this value on, as of the last cut; `None` before the first
    pub cut: Option<f32>,
    /// weights kept
    pub kept: u64,
    /// whether a weight is kept, row by row (outputs × inputs)
    pub mask: Vec<bool>,
    /// the quantity of each weight, row by row
    pub values: Arc<[f32]>,
}

impl ScoreView {
    /// The view of a layer of a network with so many layers. Values that are not finite are in no bin.
    pub fn new(layer: ScoreLayer, layers: usize) -> Self {
        let edge =
            edge_above(layer.values.iter().filter(|v| v.is_finite()).fold(0.0, |max, v| v.abs().max(max)));
        let low = match layer.quantity {
            Quantity::Score => -edge,
            Quantity::ScoreMagnitude | Quantity::WeightMagnitude => 0.0,
        };
        let mut bins = vec![(0, 0); BINS];
        let scale = BINS as f32 / (edge - low);
        let mut kept = 0;
        for (&value, &is_kept) in layer.values.iter().zip(&layer.mask) {
            kept += u64::from(is_kept);
            if !value.is_finite() {
                continue;
            }
            let bin = &mut bins[(((value - low) * scale) as usize).min(BINS - 1)];
            if is_kept {
                bin.0 += 1;
            } else {
                bin.1 += 1;
            }
        }
        Self {
            layer: layer.layer,
            layers,
            shape: layer.shape,
            quantity: layer.quantity,
            range: (low, edge),
            bins,
            cut: layer.cut,
            kept,
            mask: layer.mask,
            values: layer.values.into(),
        }
    }

    /// Weights of the layer.
    pub fn weights(&self) -> u64 {
        self.values.len() as u64
    }
}

/// The least of 2^k and 3·2^(k−1), over all integers k, above a value; for 0 and values out of f32's normal range, the nearest
/// such number within it.
fn edge_above(value: f32) -> f32 {
    let mut edge = 1.0_f32;
    while edge / 2.0 > value && edge > f32::MIN_POSITIVE * 4.0 {
        edge /= 2.0;
    }
    while edge <= value && edge < f32::MAX / 4.0 {
        edge *= 2.0;
    }
    if edge * 0.75 > value { edge * 0.75 } else { edge }
}

impl Session {
    /// A learned lane, from 0, at this moment, without a layer.
    pub fn learned_view(&self, index: usize) -> LearnedView {
        let lane: &LearnedLane = &self.learned()[index];
        LearnedView {
            lane: self.lanes().len() + index,
            method: lane.method().clone(),
            position: lane.learner().position(),
            is_done: lane.is_done(),
            rounds: Arc::clone(lane.rounds()),
            curve: lane.learner().curve(),
            elapsed: lane.elapsed(),
            layer: None,
        }
    }
}
