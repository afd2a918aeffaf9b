//! What the construction of one layer is given, and the choices that it has.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::sampling::Law;
use crate::theory::Count;
use crate::theory::section5::Ranges;

/// How neurons are given to demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Allocation {
    /// Closest to the paper: each bucket serves the pairs in order, and a neuron goes to the least filled bucket
    /// it hits. The rarest bucket sets the number: 310 neurons per weight at Example 5.
    InOrder,
    /// A neuron goes to the first pair, in order, that has an open demand it can meet. Nearly one neuron for each of the 2k
    /// demands of a weight; the last weights collect theirs alone.
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

/// What a neuron is matched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Match {
    /// z_in ≈ ±|w| and z_out ≈ ±1, each within η (Malach et al.)
    EachWeight,
    /// z_in·z_out, whatever the two are
    Product,
    /// every input weight of a target neuron within η, and z_out ≈ 1 (Ramanujan et al. 2019)
    AllWeights,
}

/// How a weight is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// none is: one neuron stands in for a whole target neuron, activation included
    Neuron,
    /// one neuron a half
    Single,
    /// the golden-ratio sum, a piece from each bucket (Lemma 9)
    Golden,
    /// any subset of the products at hand, the best one
    Subset,
}

/// Whether every neuron is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// one by one
    Drawn,
    /// only those that hit; the waits between them are drawn from their exact law
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
    /// one weight: each has a block of neurons to itself (Corollary 10)
    Nobody,
}

impl Sharing {
    /// Blocks that the neurons of a layer fall into.
    pub fn blocks(self, inputs: u64, outputs: u64) -> u64 {
        match self {
            Self::Layer(_) => 1,
            Self::Input => inputs,
            Self::Nobody => inputs * outputs,
        }
    }
}

/// What one layer's construction is given.
#[derive(Clone, Debug)]
pub struct LayerProblem {
    /// the target network F
    pub target: Arc<Network>,
    /// which layer of it, from 1
    pub layer: usize,
    /// the ranges of weights and products
    pub ranges: Ranges,
    /// the law of G's weights
    pub law: Law,
    /// seed of G
    pub seed: u64,
    /// neurons that may be sampled: M_i, or the total of all blocks where neurons are not shared by the layer;
    /// `None` where nothing bounds them
    pub bound: Option<Count>,
    /// leave the half that passes x < 0 unbuilt (sound where no input can be negative)
    pub skip_negative_half: bool,
    /// what a neuron is matched by
    pub matching: Match,
    /// how a weight is put together
    pub sum: Sum,
    /// who may use a neuron
    pub sharing: Sharing,
    /// whether every neuron is drawn; only [`Sum::Single`] and [`Sum::Neuron`] can skip ahead
    pub mode: Mode,
}

impl LayerProblem {
    /// Blocks that the bound is shared out to, in equal parts: one for a layer that shares its neurons, else one for each
    /// input, weight or target neuron.
    pub fn blocks(&self) -> Count {
        let (outputs, inputs) = self.target.weights(self.layer).dim();
        Count::from(match self.sum {
            Sum::Neuron => outputs as u64,
            Sum::Golden | Sum::Single | Sum::Subset => self.sharing.blocks(inputs as u64, outputs as u64),
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
