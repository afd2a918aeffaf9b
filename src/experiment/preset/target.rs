//! The source of the target network.

use serde::{Deserialize, Serialize};

use super::activation::{Lipschitz, optional};
use super::graph::GraphSource;
use super::numbers::{Positive, Weight, Width};
use crate::learning::{Optimiser, Schedule};
use crate::network::Activation;
use crate::network::files::Order;

/// The source of the target network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum TargetSource {
    /// Weights uniform in ±`weight_bound`, each layer scaled down to `spectral_norm` if one is given.
    Random {
        /// n₀…n_ℓ
        widths: Vec<Width>,
        /// half-width of the uniform law
        weight_bound: Positive,
        /// largest ‖W_i‖₂
        #[serde(skip_serializing_if = "Option::is_none")]
        spectral_norm: Option<Positive>,
        /// σ of the hidden layers; ReLU if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        activation: Option<Lipschitz>,
        /// σ of the last layer; `activation` if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        output_activation: Option<Lipschitz>,
        /// σ of every layer, in place of the two above
        #[serde(skip_serializing_if = "Option::is_none")]
        activations: Option<Vec<Lipschitz>>,
        /// seed of the weights
        #[serde(default)]
        seed: u64,
    },
    /// Weights written out: layers, rows (outputs), columns (inputs).
    Explicit {
        /// one list of rows per layer
        layers: Vec<Vec<Vec<Weight>>>,
        /// a list per layer, one bias for each output, or an empty one for none
        #[serde(skip_serializing_if = "Option::is_none")]
        biases: Option<Vec<Vec<Weight>>>,
        /// σ of the hidden layers; ReLU if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        activation: Option<Lipschitz>,
        /// σ of the last layer; `activation` if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        output_activation: Option<Lipschitz>,
        /// σ of every layer, in place of the two above
        #[serde(skip_serializing_if = "Option::is_none")]
        activations: Option<Vec<Lipschitz>>,
    },
    /// Weights, and biases if there are any, from a safetensors, npz, npy, PyTorch or ONNX file.
    File {
        /// relative to the preset
        path: String,
        /// the layers' names, in their order; found by evidence if not given
        #[serde(skip_serializing_if = "Option::is_none")]
        layers: Option<Vec<String>>,
        /// whether the file's matrices are inputs × outputs; found by evidence if not given
        #[serde(skip_serializing_if = "Option::is_none")]
        transposed: Option<bool>,
        /// the order of unlisted layers; found by evidence if not given
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<Order>,
        /// how the tensors connect; a chain of dense layers if not given
        #[serde(skip_serializing_if = "Option::is_none")]
        graph: Option<GraphSource>,
        /// whether a kernel is copied to each of its places: the form to compare shared kernels with
        #[serde(default, skip_serializing_if = "is_false")]
        unrolled: bool,
        /// whether skip connections are built out of G as well, as weights of 1
        #[serde(default, skip_serializing_if = "is_false")]
        built_skips: bool,
        /// σ of the hidden layers; ReLU if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        activation: Option<Lipschitz>,
        /// σ of the last layer; `activation` if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        output_activation: Option<Lipschitz>,
        /// σ of every layer, in place of the two above
        #[serde(skip_serializing_if = "Option::is_none")]
        activations: Option<Vec<Lipschitz>>,
    },
    /// Weights trained on `data` from Glorot's normal law: ReLU between the layers, the identity behind the last.
    Trained {
        /// n₀…n_ℓ
        widths: Vec<Width>,
        /// optimiser with its rate
        optimiser: Optimiser,
        /// rate over the epochs
        #[serde(default)]
        schedule: Schedule,
        /// examples of a batch
        #[serde(default = "default_batch")]
        batch: u64,
        /// batches in all
        steps: u64,
        /// seed of the initial weights and of the order of the examples
        #[serde(default)]
        seed: u64,
        /// whether there are biases; they begin at 0
        #[serde(default, skip_serializing_if = "is_false")]
        biases: bool,
        /// weight decay
        #[serde(skip_serializing_if = "Option::is_none")]
        decay: Option<f64>,
    },
}

/// One of several targets for the same task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedTarget {
    /// unique in its list
    pub name: String,
    /// the question it belongs to: targets of one group stand together
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// F
    pub target: TargetSource,
}

/// The number of examples of a batch if none is given, as of LeNet-300-100 in Frankle and Carbin 2019.
fn default_batch() -> u64 {
    60
}

/// For serde, which passes references.
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The kind of a [`TargetSource`], as the `target` field names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// weights written out in the preset; the edit pane leaves them as they are
    Explicit,
    /// a weight file
    File,
    /// random weights
    Random,
    /// weights trained on the data of the preset
    Trained,
}

impl TargetKind {
    /// All, in the order of the field's choices.
    pub const ALL: [Self; 4] = [Self::Explicit, Self::File, Self::Random, Self::Trained];

    /// Its name in a preset.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explicit => "Explicit",
            Self::File => "File",
            Self::Random => "Random",
            Self::Trained => "Trained",
        }
    }
}

impl TargetSource {
    /// Its kind.
    pub fn kind(&self) -> TargetKind {
        match self {
            Self::Explicit { .. } => TargetKind::Explicit,
            Self::File { .. } => TargetKind::File,
            Self::Random { .. } => TargetKind::Random,
            Self::Trained { .. } => TargetKind::Trained,
        }
    }

    /// σ of the hidden layers, σ of the last layer, or σ of every layer, if they are given.
    pub fn activations(&self) -> (Option<Lipschitz>, Option<Lipschitz>, Option<&[Lipschitz]>) {
        match self {
            Self::Explicit { activation, output_activation, activations, .. }
            | Self::File { activation, output_activation, activations, .. }
            | Self::Random { activation, output_activation, activations, .. } => {
                (*activation, *output_activation, activations.as_deref())
            }
            Self::Trained { .. } => (None, Some(Lipschitz(Activation::Identity)), None),
        }
    }
}
