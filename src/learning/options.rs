//! The learned methods and their options, as presets write them.

use serde::{Deserialize, Serialize};

use super::training::Initialisation;

/// A learned method with its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LearnedMethod {
    /// a mask learned in a network that is never trained (Ramanujan et al. 2019)
    EdgePopup(EdgePopup),
    /// train, prune, rewind, train again (Frankle and Carbin 2019)
    Rewinding(Rewinding),
}

/// The optimiser of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Optimiser {
    /// Adam (Kingma and Ba 2015) with β = (0.9, 0.999), ε = 1e−8, at this rate
    Adam(f64),
    /// SGD with momentum, at this rate
    Sgd {
        /// learning rate
        rate: f64,
        /// share of the last step's direction, in [0, 1)
        #[serde(default)]
        momentum: f64,
    },
}

impl Optimiser {
    /// Learning rate at the beginning.
    pub fn rate(self) -> f64 {
        match self {
            Self::Adam(rate) | Self::Sgd { rate, .. } => rate,
        }
    }
}

/// The learning rate over a training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// the same in every step
    #[default]
    Constant,
    /// half a cosine, down to 0 at the end, a value for each epoch
    Cosine,
}

impl Schedule {
    /// The rate in an epoch, from 0: `rate`, or `rate`·(1 + cos(π·epoch/epochs))/2.
    pub fn rate(self, rate: f64, epoch: u64, epochs: u64) -> f64 {
        match self {
            Self::Constant => rate,
            Self::Cosine => rate * f64::midpoint(1.0, pxfm::f_cospi(epoch as f64 / epochs as f64)),
        }
    }
}

/// The law of frozen weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrozenWeights {
    /// ±√(2/fan_in) with random signs
    #[default]
    SignedConstant,
    /// N(0, 2/fan_in)
    Normal,
}

/// The order in which edge-popup keeps scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ranking {
    /// by |s|
    #[default]
    Magnitude,
    /// by s
    Value,
}

/// Edge-popup: the `keep` share of each layer's weights with the largest scores is kept, and only scores are learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgePopup {
    /// share of each layer's weights kept, in (0, 1]
    pub keep: f64,
    /// widths of G; those of the target if not given
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widths: Option<Vec<usize>>,
    /// law of the weights
    pub weights: FrozenWeights,
    /// whether the variance of the weights is divided by `keep`
    pub scaled: bool,
    /// order of the scores
    pub ranking: Ranking,
    /// whether every feature is shifted and scaled to mean 0 and variance 1 over the training examples
    pub standardised: bool,
    /// passes over the training examples
    pub epochs: u64,
    /// learning rate
    pub rate: f64,
    /// learning rate over the epochs
    pub schedule: Schedule,
    /// momentum, in [0, 1)
    pub momentum: f64,
    /// weight decay, on the scores
    pub decay: f64,
    /// examples of a batch
    pub batch: usize,
}

impl Default for EdgePopup {
    fn default() -> Self {
        Self {
            keep: 0.5,
            widths: None,
            weights: FrozenWeights::default(),
            scaled: false,
            ranking: Ranking::default(),
            standardised: false,
            epochs: 50,
            rate: 0.1,
            schedule: Schedule::Cosine,
            momentum: 0.9,
            decay: 1e-4,
            batch: 128,
        }
    }
}

/// Where a pruned network starts again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rewind {
    /// at the initial weights
    #[default]
    Init,
    /// at the weights after this many steps
    Step(u64),
}

/// The range over which weights are ranked for pruning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cut {
    /// each layer for itself
    #[default]
    Layer,
    /// all layers together
    Global,
}

/// The evaluated step of a training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// the last step
    #[default]
    Last,
    /// the end of the epoch with the best validation accuracy
    Validation,
}

/// A control of rewinding, trained in every round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Control {
    /// the ticket's mask with newly drawn initial weights
    FreshWeights,
    /// a random mask with the same number of weights kept in each layer
    RandomMask,
}

/// The rule for the number of weights removed in a round, of n weights left.
///
/// Weights are removed in the order of |w|, equal ones in the order of layer, output and input. A layer keeps at least one
/// weight, the last in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Removal {
    /// rate·n, rounded to the nearest integer, half away from 0
    #[default]
    Nearest,
    /// all weights with |w| ≤ the magnitude of index rate·n (from 0, rounded half to even): one weight more than the rate
    NearestInclusive,
    /// all weights with |w| ≤ the magnitude of index ⌈rate·n⌉ (from 0): one or two weights more than the rate
    CeilingInclusive,
    /// all weights with |w| < the percentile, interpolated linearly between magnitudes
    Percentile,
}

/// The rounds in which biases return to their initial values, or to those of step k.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BiasRewind {
    /// every round
    #[default]
    Always,
    /// round 1 only; later rounds go on with the biases trained last
    Once,
    /// no round
    Never,
}

/// The inputs of the network, made from the features of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum InputScaling {
    /// the features
    #[default]
    Features,
    /// each example divided by its Euclidean norm
    UnitNorm,
    /// shifted and scaled by one mean and one standard deviation, those of all features of all training examples
    Standardised,
}

/// The gradients used by the optimiser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum UsedGradients {
    /// those of all weights left
    #[default]
    All,
    /// those of the weights from this value on; the others count as 0
    WeightsFrom(f64),
}

/// A published protocol: defaults of the options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// Frankle and Carbin 2019, LeNet-300-100: Adam 1.2e−3, batch 60, 50,000 steps, 20 % of each layer and 10 % of the
    /// output layer, rewound to initialisation. The text leaves open the initial biases and the rounding of the
    /// number removed.
    #[default]
    Frankle,
    /// The program `google-research/lottery-ticket-hypothesis` (`mnist_fc/constants.py`, `foundations/pruning.py`): the
    /// paper's layers and rates, but SGD 0.1, batch 64, truncated initial weights, images of norm 1, one weight more removed
    GoogleResearch,
    /// The program `facebookresearch/open_lth` (`models/mnist_lenet.py`, `pruning/sparse_global.py`): one cut-off for all
    /// layers but the output layer, which is counted but not pruned; SGD 0.1, batch 128, 40 epochs
    OpenLth,
    /// The program `rahulvigneswaran/Lottery-Ticket-Hypothesis-in-Pytorch` (`main.py`): a percentile of 10 % in each layer,
    /// the output layer too; Adam with decay, gradients of negative weights set to 0, biases rewound once only. The program
    /// reports the epoch with the best test accuracy; here nothing is selected by the test examples.
    InPytorch,
}

/// Iterative magnitude pruning with rewinding. An option left out is that of the protocol.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rewinding {
    /// a published protocol
    pub protocol: Protocol,
    /// widths of the network; those of the target if not given
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widths: Option<Vec<usize>>,
    /// rounds of pruning after the first training
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds: Option<usize>,
    /// share of the remaining weights removed in a round, in (0, 1)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// the same of the output layer, in [0, 1); 0 for an output layer never pruned. With a global cut-off only 0
    /// differs from `rate`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_rate: Option<f64>,
    /// where the pruned network starts again
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewind: Option<Rewind>,
    /// the rounds in which biases are rewound
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias_rewind: Option<BiasRewind>,
    /// range of the ranking
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// number of weights removed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal: Option<Removal>,
    /// whether a global cut-off counts the weights of an output layer never pruned among the n weights left
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_counted: Option<bool>,
    /// laws of the initial weights and biases
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial: Option<Initialisation>,
    /// the network's inputs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs: Option<InputScaling>,
    /// the optimiser
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimiser: Option<Optimiser>,
    /// the optimiser of the dense training, round 0; `optimiser` if not given
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dense_optimiser: Option<Optimiser>,
    /// learning rate over a training
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// weight decay, on weights and biases, added to the gradient
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay: Option<f64>,
    /// the gradients used
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradients: Option<UsedGradients>,
    /// examples of a batch
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// steps of each training
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// epochs of each training, in place of `steps`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// the evaluated step
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// the controls
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controls: Option<Vec<Control>>,
}

impl LearnedMethod {
    /// Name of the method, as in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::EdgePopup(_) => "edge-popup",
            Self::Rewinding(_) => "rewinding",
        }
    }

    /// The widths of its own network, if it does not have those of the target.
    pub fn widths(&self) -> Option<&[usize]> {
        match self {
            Self::EdgePopup(options) => options.widths.as_deref(),
            Self::Rewinding(options) => options.widths.as_deref(),
        }
    }
}
