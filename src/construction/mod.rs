//! How G is pruned: the construction of Theorem 3, one layer at a time.
//!
//! A [`LayerBuilder`] draws the neurons of one layer of G one by one. A neuron's product |z_in·z_out| for a pair
//! (input, output) falls into a bucket ([`Buckets`]); if that pair still demands a piece from this bucket,
//! for the half of the virtual weight that the sign of z_in decides, the neuron is given to it. Who may use a neuron
//! is the [`Sharing`]; where a layer shares its neurons, the [`Allocation`] says which demand comes first. Once a pair
//! has its pieces, the golden-ratio sum of [`golden`] picks those that add up to the weight, and their paths enter the
//! [`LayerTicket`]; all else is masked out. No neuron serves a weight twice, and only outputs of one input share one.

mod allocator;
mod blocks;
mod buckets;
mod existence;
mod half;
mod inspection;
mod layer;
mod packed;
mod position;
mod problem;
mod saved;
mod shared;
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
pub use sums::steps::{Fate, SumStep, WeightSum};
pub use sums::{best_subset, golden, incremental};
pub use tally::{Demand, Draw, PRODUCT_BINS, RACE_POINTS, Tally};
pub use ticket::{LayerTicket, Path};
pub use workbench::{LISTED_DEMANDS, residuals};
