//! Learned tickets in reports.
//!
//! | file | holds |
//! |---|---|
//! | this one | a learned lane, round by round, as JSON |
//! | [`bridge`](BridgeReport) | learned networks as targets of Theorem 3 |
//! | [`checked`](CheckedLearned) | a method over many seeds |
//! | [`mask_bits`] | the size of a mask |
//! | [`choice`](chosen_round) | the round that stands for a lane |
//! | [`curve`](KeptCurve) | accuracy against the share of weights kept |
//! | `svg` | the same as a picture |
//! | [`names`](learned_names) | names of methods and arms |

mod bridge;
mod checked;
mod choice;
mod curve;
mod mask_bits;
mod names;
#[cfg(feature = "plots")]
mod svg;

pub use bridge::{BridgeReport, BridgedReport, NeedOfLayer, NeedReport, PopupGraph, TimesPopup};
pub use checked::{ArmVerdict, CheckedArm, CheckedLearned, CheckedRound};
pub use choice::chosen_round;
pub use curve::{KeptCurve, KeptPoint, KeptSeries};
pub use mask_bits::{bits_of_mask, bits_of_round};
pub use names::{arm_name, learned_names, options_of};
#[cfg(feature = "plots")]
pub use svg::kept_curve_svg;

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::learning::{Accuracy, Arm, ArmResult, Difference, LearnedMethod, Round, paired_difference};
use crate::session::{LearnedView, Session, Snapshot};

/// The confidence of intervals without an option for it.
pub(super) const CONFIDENCE: f64 = 0.95;

/// A learned lane at one moment.
#[derive(Clone, Copy, Debug)]
pub struct LearnedRun<'a> {
    /// number of the lane in commands, from 0
    pub lane: usize,
    /// the method with its options
    pub method: &'a LearnedMethod,
    /// labels of the test examples
    pub labels: &'a [u32],
    /// the results so far
    pub rounds: &'a [Round],
    /// batches computed, those of all arms
    pub steps: u64,
    /// whether all rounds are done
    pub is_done: bool,
    /// time spent computing
    pub elapsed: Duration,
}

/// One learned lane: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct LearnedReport {
    /// number of the lane, from 0: those of constructions come first
    pub lane: usize,
    /// `edge-popup` or `rewinding`
    pub method: &'static str,
    /// those of the preset
    pub options: Map<String, Value>,
    /// `none`: no theorem stands behind it
    pub guarantee: &'static str,
    /// of all intervals
    pub confidence: f64,
    /// whether all rounds are done
    pub done: bool,
    /// index of the round chosen without the test examples; null before the first ticket
    pub chosen_round: Option<usize>,
    /// of all weights in f32, biases apart
    pub network_bytes: u64,
    pub rounds: Vec<RoundReport>,
    /// those of all arms
    pub training_steps: u64,
    pub elapsed_seconds: f64,
}

/// One round.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct RoundReport {
    pub round: usize,
    pub weights: u64,
    pub kept_weights: u64,
    pub share_weights_kept: f64,
    pub dead_neurons: u64,
    /// Σ n_i·H₂(keep_i) over the layers
    pub mask_bits: f64,
    pub layers: Vec<MaskReport>,
    pub arms: Vec<ArmReport>,
}

/// The mask of one layer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct MaskReport {
    pub layer: usize,
    pub weights: u64,
    pub kept_weights: u64,
    pub share_weights_kept: f64,
    pub dead_neurons: u64,
}

/// One arm: the ticket, or a control.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ArmReport {
    pub arm: Arm,
    pub test: ShareReport,
    /// null without validation examples
    pub validation: Option<ShareReport>,
    /// ticket less this arm over the test examples; null for the ticket
    pub ticket_ahead: Option<Difference>,
    pub steps: u64,
    /// of the evaluated network
    pub selected_step: u64,
    /// null for arms without training
    pub training_loss: Option<f64>,
}

/// Right answers and Wilson's interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct ShareReport {
    pub correct: u64,
    pub examples: u64,
    /// null without examples
    pub accuracy: f64,
    pub low: f64,
    pub high: f64,
}

impl<'a> LearnedRun<'a> {
    /// A lane at the moment of its view; `labels` are those of the test examples.
    pub fn new(view: &'a LearnedView, labels: &'a [u32]) -> Self {
        Self {
            lane: view.lane,
            method: &view.method,
            labels,
            rounds: &view.rounds,
            steps: view.position.steps_done,
            is_done: view.is_done,
            elapsed: view.elapsed,
        }
    }

    /// Labels of the test examples; none without data.
    pub(super) fn labels(snapshot: &'a Snapshot) -> &'a [u32] {
        snapshot.experiment.dataset.as_ref().map_or(&[], |dataset| &dataset.test.labels)
    }

    /// All learned lanes of a snapshot.
    pub fn of_snapshot(snapshot: &'a Snapshot) -> Vec<Self> {
        snapshot.learned.iter().map(|view| Self::new(view, Self::labels(snapshot))).collect()
    }

    /// All learned lanes of a session, from their views.
    pub fn all_of(session: &'a Session, views: &'a [LearnedView]) -> Vec<Self> {
        let labels = session.learned().iter().map(|lane| lane.dataset().test.labels.as_slice());
        views.iter().zip(labels).map(|(view, labels)| Self::new(view, labels)).collect()
    }
}

/// The views of all learned lanes of a session.
pub(super) fn learned_views(session: &Session) -> Vec<LearnedView> {
    (0..session.learned().len()).map(|lane| session.learned_view(lane)).collect()
}

impl LearnedReport {
    /// The report of a lane.
    pub fn new(run: &LearnedRun<'_>) -> Self {
        Self {
            lane: run.lane,
            method: run.method.name(),
            options: options_of(run.method),
            guarantee: "none",
            confidence: CONFIDENCE,
            done: run.is_done,
            chosen_round: chosen_round(run.rounds),
            network_bytes: network_bytes(run.rounds),
            rounds: run.rounds.iter().map(|round| RoundReport::new(round, run.labels)).collect(),
            training_steps: run.steps,
            elapsed_seconds: run.elapsed.as_secs_f64(),
        }
    }
}

/// Bytes of so many weights in f32.
pub(super) fn bytes_of_weights(weights: u64) -> u64 {
    weights * size_of::<f32>() as u64
}

/// Bytes of all weights of the trained network, in f32; biases apart.
pub(super) fn network_bytes(rounds: &[Round]) -> u64 {
    bytes_of_weights(rounds.first().map_or(0, Round::weights))
}

impl RoundReport {
    fn new(round: &Round, labels: &[u32]) -> Self {
        let layers = (1..).zip(&round.layers).map(|(layer, share)| MaskReport {
            layer,
            weights: share.weights,
            kept_weights: share.kept,
            share_weights_kept: share.kept as f64 / share.weights as f64,
            dead_neurons: share.dead_neurons,
        });
        let ticket = round.arm(Arm::Ticket);
        Self {
            round: round.round,
            weights: round.weights(),
            kept_weights: round.kept(),
            share_weights_kept: round.share(),
            dead_neurons: round.layers.iter().map(|layer| layer.dead_neurons).sum(),
            mask_bits: bits_of_round(round),
            layers: layers.collect(),
            arms: round.arms.iter().map(|arm| ArmReport::new(arm, ticket, labels)).collect(),
        }
    }
}

impl ArmReport {
    fn new(arm: &ArmResult, ticket: Option<&ArmResult>, labels: &[u32]) -> Self {
        Self {
            arm: arm.arm,
            test: ShareReport::new(arm.test),
            validation: arm.validation.map(ShareReport::new),
            ticket_ahead: ticket
                .filter(|_| arm.arm != Arm::Ticket)
                .map(|ticket| paired_difference(&ticket.predictions, &arm.predictions, labels, CONFIDENCE)),
            steps: arm.steps,
            selected_step: arm.selected_step,
            training_loss: arm.training_loss,
        }
    }
}

impl ShareReport {
    /// With the interval at 95 %.
    pub fn new(accuracy: Accuracy) -> Self {
        let (low, high) = accuracy.interval(CONFIDENCE);
        let Accuracy { correct, examples } = accuracy;
        Self { correct, examples, accuracy: accuracy.share(), low, high }
    }
}
