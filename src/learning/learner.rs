//! The seam between a learned method and the session.

use std::fmt;
use std::ops::Range;

use ndarray::Array2;
use serde::Serialize;

use super::{Arm, CurvePoint, LearnedTicket, Round};
use crate::network::Stop;

/// How far one step of a learned method goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// one batch
    Batch,
    /// to the end of the epoch
    Epoch,
    /// to the end of the round, its controls included
    Round,
    /// to the end
    End,
}

/// The place of a run: the next batch to be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// from 0
    pub round: usize,
    /// rounds in all
    pub rounds: usize,
    /// the network under training
    pub arm: Arm,
    /// complete epochs of this training
    pub epoch: u64,
    /// epochs of this training, the last one possibly cut short
    pub epochs: u64,
    /// complete batches of this epoch
    pub batch: u64,
    /// batches of an epoch
    pub batches: u64,
    /// batches computed since the run began, those of all arms
    pub steps_done: u64,
    /// batches of the whole run, those of all arms
    pub steps: u64,
}

/// What decides whether a weight is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// the score s of edge-popup
    Score,
    /// |s|
    ScoreMagnitude,
    /// |w| after training
    WeightMagnitude,
}

/// One layer of the network under training, in full.
#[derive(Clone, Debug)]
pub struct ScoreLayer {
    /// from 1
    pub layer: usize,
    /// outputs, inputs
    pub shape: (usize, usize),
    /// what decides
    pub quantity: Quantity,
    /// of each weight, row by row (outputs × inputs)
    pub values: Vec<f32>,
    /// the weights of the network, pruned ones 0, row by row
    pub weights: Vec<f32>,
    /// whether a weight is kept, row by row
    pub mask: Vec<bool>,
    /// weights are kept from this value on, as of the last cut; `None` before the first
    pub cut: Option<f32>,
}

/// A learned method under way. Results depend neither on threads nor on how a run is cut into steps.
pub trait Learner: fmt::Debug + Send + Sync {
    /// Goes on towards the end of a step by at most `budget` batches, and not far beyond `stop`. Whether the step's end
    /// is reached.
    fn advance(&mut self, until: Reach, budget: u64, stop: Stop<'_>) -> bool;

    /// Goes on to the end or to `pause`, independent arms in parallel on the current rayon pool. `progress` is told the
    /// batches computed so far. Whether the run is done.
    fn run(&mut self, progress: &(dyn Fn(u64) + Sync), pause: Stop<'_>) -> bool;

    /// The place of the next batch; at the end, that of the last.
    fn position(&self) -> Position;

    /// Whether all rounds are done.
    fn is_done(&self) -> bool;

    /// Whether a network is trained and its evaluation under way: [`advance`](Self::advance) goes on with it, whatever the
    /// budget, and a step ends with its result.
    fn is_evaluating(&self) -> bool {
        false
    }

    /// The results so far: finished rounds, and the round under way with its finished arms.
    fn rounds(&self) -> &[Round];

    /// Loss and accuracy of the training under way.
    fn curve(&self) -> Vec<CurvePoint>;

    /// A layer, from 1, of the network under training.
    fn layer(&self, layer: usize) -> ScoreLayer;

    /// Outputs (before the softmax) of the network under training, at the end of the last ticket, at these test examples,
    /// from 0: a row each, less where there are no more.
    fn outputs(&self, examples: Range<usize>) -> Array2<f32>;

    /// The ticket of the last round whose ticket is finished; `None` before the first.
    fn ticket(&self) -> Option<LearnedTicket>;

    /// The ticket of a round, from 0, once it is finished; `None` for a method that keeps only the last one.
    fn ticket_of(&self, _round: usize) -> Option<LearnedTicket> {
        None
    }

    /// A copy, to go back to. The data are shared.
    fn snapshot(&self) -> Box<dyn Learner>;

    /// Bytes of a copy.
    fn bytes(&self) -> usize;

    /// The state for a checkpoint: all but options and data.
    fn save(&self) -> Vec<u8>;

    /// Goes to a saved state of the same options and data. `None`, and no change, for an unreachable state.
    fn restore(&mut self, state: &[u8]) -> Option<()>;
}
