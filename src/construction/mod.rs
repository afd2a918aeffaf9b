//! How G is pruned: the construction of Theorem 3, one layer at a time.
//!
//! A [`LayerBuilder`] draws the neurons of one layer of G one by one. A neuron's product |z_in·z_out| for a pair
//! (input, output) falls into a bucket ([`Buckets`]). If the pair still demands a piece from this bucket, for the half of the
//! virtual weight given by the sign of z_in, the neuron serves it. Once a pair has its pieces, the golden-ratio sum of
//! [`golden`] picks those that add up to the weight, and their paths enter the [`LayerTicket`]; all else is masked out. No
//! neuron serves a weight twice, and only outputs of one input share one. A weight of 0 needs no neuron at all: it is finished
//! from the start, by an all-zero mask.
//!
//! # Rooms
//! ```text
//!  story  inspection  saved  existence   the last neuron; steps of a sum; checkpoints; can any allocation succeed?
//!          \    |    /
//!            layer                     the stepper, and the table of allocators
//!           /     \
//!      shared     blocks               all weights share the neurons (the hot path); blocks of neurons
//!           \     /
//!          allocator                   the trait both implement
//!              |
//!          workbench                   the problem laid out for speed, counts, kept paths
//!         /    |    \
//!     sums  buckets  tally, ticket     golden-ratio and subset sums; log-domain buckets; results
//!           nonzero                    the weights with something to build
//! ```
//! A new allocation is a file with an `Allocator` and a line in `layer`; a new way to sum is a file with a `Summation` and a
//! line in `sums`.

mod allocator;
mod blocks;
mod buckets;
mod existence;
mod half;
mod inspection;
mod layer;
mod nonzero;
mod packed;
mod position;
mod problem;
mod saved;
mod shared;
mod story;
mod sums;
mod tally;
mod ticket;
mod workbench;

pub use blocks::single::ln_hit_probability;
pub use blocks::whole_neuron::ln_neuron_probability;
pub use buckets::{Buckets, MOST_LEVELS};
pub use existence::{
    Existence, ExistenceQuestion, MOST_EDGES_KEPT, MOST_TRIES, MOST_VERTICES, Shortage, Undecided,
};
pub use half::Half;
pub use inspection::{FinishedWeight, WeightState};
pub use layer::LayerBuilder;
pub use problem::{Allocation, LayerProblem, Match, Mode, Sharing, Sum, Until};
pub use saved::LayerState;
pub use story::{CutReason, NeuronFate, NeuronStory};
pub use sums::steps::{Fate, SumStep, WeightSum};
pub use sums::{best_subset, golden, incremental};
pub use tally::{Demand, Draw, PRODUCT_BINS, RACE_POINTS, Tally};
pub use ticket::{LayerTicket, Path, residuals};
pub use workbench::LISTED_DEMANDS;
