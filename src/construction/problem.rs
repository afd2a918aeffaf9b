//! The problem of one layer: target, ranges, bound, and the choice of construction.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::network::{Network, NonzeroWeights};
use crate::sampling::Law;
use crate::theory::Count;
use crate::theory::section5::Ranges;

/// How neurons are given to demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Allocation {
    /// Closest to the paper: each bucket serves the pairs in order, and a neuron goes to the least filled bucket
    /// it hits. The rarest bucket sets the number of neurons: 310 per weight at Example 5.
    InOrder,
    /// A neuron goes to the first pair, in order, with an open demand it can meet. Nearly one neuron for each of the 2k
    /// demands of a weight; the last weights wait alone.
    #[default]
    FirstFit,
    /// As first-fit, but a pair only demands the piece that its sum takes next. Fewest neurons where weights are many. A weight
    /// waits for its pieces one after another, up to 8k′ neurons for each: about 2k′² for a single weight, which passes
    /// M_i = 16k′(1 + …) in small layers with fine tolerances.
    OnDemand,
}

impl Allocation {
    /// Kebab-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::InOrder => "in-order",
            Self::FirstFit => "first-fit",
            Self::OnDemand => "on-demand",
        }
    }
}

/// How a neuron is matched to a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Match {
    /// z_in ≈ ±|w| and z_out ≈ ±1, each within η (Malach et al.)
    EachWeight,
    /// by z_in·z_out alone
    Product,
    /// every input weight of a target neuron within η, and z_out ≈ 1 (Ramanujan et al. 2019)
    AllWeights,
}

/// How a weight is made up of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// one neuron stands in for a whole target neuron, activation included
    Neuron,
    /// one neuron for each half
    Single,
    /// the golden-ratio sum, a piece from each bucket (Lemma 9)
    Golden,
    /// the best of all subsets of the available products
    Subset,
}

/// Whether every neuron is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// one by one
    Drawn,
    /// only hits are drawn, and the waits between them from their exact law
    SkipAhead,
}

impl Mode {
    /// Kebab-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::SkipAhead => "skip-ahead",
        }
    }
}

/// Who may use a neuron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// all weights of the layer, one of them in the end (Theorem 3)
    Layer(Allocation),
    /// the outputs of one input, any number of them: a block of neurons is wired to each input
    Input,
    /// one weight: each has a block of its own (Corollary 10)
    Nobody,
}

impl Sharing {
    /// Blocks of neurons in a layer with these weights other than 0.
    pub fn blocks(self, nonzero: NonzeroWeights) -> u64 {
        match self {
            Self::Layer(_) => 1,
            Self::Input => nonzero.inputs,
            Self::Nobody => nonzero.weights,
        }
    }
}

/// The problem of one layer.
#[derive(Clone, Debug)]
pub struct LayerProblem {
    /// the target network F
    pub target: Arc<Network>,
    /// number of the layer, from 1
    pub layer: usize,
    /// the ranges of weights and products
    pub ranges: Ranges,
    /// the law of G's weights
    pub law: Law,
    /// seed of G
    pub seed: u64,
    /// bound on neurons sampled: M_i, or the total of all blocks if the layer does not share its neurons; `None` if unbounded
    pub bound: Option<Count>,
    /// do not build the half for x < 0 (sound if no input can be negative)
    pub skip_negative_half: bool,
    /// how a neuron is matched to a demand
    pub matching: Match,
    /// how a weight is made up of products
    pub sum: Sum,
    /// who may use a neuron
    pub sharing: Sharing,
    /// whether every neuron is drawn; only [`Sum::Single`] and [`Sum::Neuron`] can skip ahead
    pub mode: Mode,
}

impl LayerProblem {
    /// Blocks with an equal part of the bound: one for a layer that shares its neurons, else one for each weight other than
    /// 0, or for each input or target neuron with any of them.
    pub fn blocks(&self) -> Count {
        let nonzero = NonzeroWeights::of(self.target.weights(self.layer));
        Count::from(match self.sum {
            Sum::Neuron => nonzero.outputs,
            Sum::Golden | Sum::Single | Sum::Subset => self.sharing.blocks(nonzero),
        })
    }
}

/// How far [`LayerBuilder::advance`](crate::construction::LayerBuilder::advance) may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// until this many neurons are drawn
    Neurons,
    /// until another target weight is complete
    WeightDone,
}
