//! How G is pruned: the construction of Theorem 3, one layer at a time.
//!
//! A [`LayerBuilder`] draws the neurons of one layer of G one by one. A neuron's product |z_in·z_out| for a pair
//! (input, output) falls into a bucket ([`Buckets`]); if that pair still demands a piece from this bucket,
//! for the half of the virtual weight that the sign of z_in decides, the neuron is given to it. Who may use a neuron
//! is the [`Sharing`]; where a layer shares its neurons, the [`Allocation`] says which demand comes first. Once a pair
//! has its pieces, the golden-ratio sum of [`golden`] picks those that add up to the weight, and their paths enter the
//! [`LayerTicket`]; all else is masked out. No neuron serves a weight twice, and only outputs of one input share one.

mod blocks;
mod buckets;
pub mod golden;
mod group;
pub mod growing_sums;
mod in_order;
mod lanes;
mod layer;
mod levels;
mod matching;
mod open_pairs;
mod passing;
mod queue;
mod saved;
mod singles;
pub mod subset_sum;
mod subsets;
mod sums;
mod tally;
mod ticket;
mod visit;
mod weight_sums;
mod whole_neurons;
mod workbench;

pub use buckets::{Buckets, MOST_LEVELS};
pub use layer::{LayerBuilder, LayerProblem, Until};
pub use matching::{
    Existence, ExistenceQuestion, MOST_EDGES_KEPT, MOST_TRIES, MOST_VERTICES, Shortage, Undecided,
};
pub use saved::LayerState;
pub use singles::ln_hit_probability;
pub use sums::{Fate, FinishedWeight, SumStep, WeightState, WeightSum, residuals};
pub use tally::{Demand, Draw, PRODUCT_BINS, RACE_POINTS, Tally};
pub use ticket::{LayerTicket, Path};
pub use whole_neurons::ln_neuron_probability;
pub use workbench::LISTED_DEMANDS;

use serde::{Deserialize, Serialize};

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

/// The two halves of a virtual weight, told apart by the inputs that make their neurons fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Half {
    /// z_in > 0: passes x > 0
    Positive = 0,
    /// z_in < 0: passes x < 0
    Negative = 1,
}

impl Half {
    /// Both halves, the positive one first; `half as usize` is its place.
    pub const BOTH: [Self; 2] = [Self::Positive, Self::Negative];

    /// The inputs that it passes, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positive => "x>0",
            Self::Negative => "x<0",
        }
    }

    /// The half that a neuron with this input weight serves.
    pub fn of(z_in: f64) -> Self {
        if z_in > 0.0 { Self::Positive } else { Self::Negative }
    }
}
