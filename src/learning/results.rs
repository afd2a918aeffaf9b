//! The results of a learned method, round by round.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Accuracy;

/// One of the networks compared in a round: the ticket, or a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// the learned ticket
    Ticket,
    /// the ticket's mask with newly drawn weights
    FreshWeights,
    /// a random mask with the same number of weights kept in each layer
    RandomMask,
    /// the ticket's mask shuffled within each layer, on the same weights
    ShuffledMask,
    /// the random network without a mask
    WholeNetwork,
    /// a trained network without a mask
    Dense,
}

/// The shares of a mask in one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerShare {
    /// weights of the layer
    pub weights: u64,
    /// weights kept
    pub kept: u64,
    /// output neurons of the layer without a path from the input or to the output
    pub dead_neurons: u64,
}

/// One arm's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmResult {
    /// which network
    pub arm: Arm,
    /// steps trained; 0 for arms that are only evaluated
    pub steps: u64,
    /// the step of the evaluated network, earlier than the last one if validation selected it
    pub selected_step: u64,
    /// mean loss of the last epoch's batches; `None` for arms that are only evaluated
    pub training_loss: Option<f64>,
    /// on the validation examples, if there are any
    pub validation: Option<Accuracy>,
    /// on the test examples
    pub test: Accuracy,
    /// predicted class of each test example
    pub predictions: Arc<[u32]>,
    /// loss and accuracy over steps
    pub curve: Arc<[CurvePoint]>,
}

/// Loss and accuracy after a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// steps since the training began
    pub step: u64,
    /// mean loss of the batches since the point before
    pub loss: f64,
    /// on the validation examples; without any, on the batches since the point before; in 0 to 1
    pub accuracy: f64,
}

/// One round: a mask, and the arms trained or evaluated with it. Edge-popup has one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// from 0, where nothing is pruned by rewinding
    pub round: usize,
    /// the mask's shares, layer 1 first
    pub layers: Vec<LayerShare>,
    /// the finished arms, the ticket first
    pub arms: Vec<ArmResult>,
}

impl Round {
    /// Weights kept in all layers.
    pub fn kept(&self) -> u64 {
        self.layers.iter().map(|layer| layer.kept).sum()
    }

    /// Weights of all layers.
    pub fn weights(&self) -> u64 {
        self.layers.iter().map(|layer| layer.weights).sum()
    }

    /// Share of weights kept, in 0 to 1.
    pub fn share(&self) -> f64 {
        self.kept() as f64 / self.weights() as f64
    }

    /// The result of an arm, once it is finished.
    pub fn arm(&self, arm: Arm) -> Option<&ArmResult> {
        self.arms.iter().find(|result| result.arm == arm)
    }
}
