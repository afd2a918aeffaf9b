//! How far an allocator is, as a checkpoint keeps it.

use serde::{Deserialize, Serialize};

use crate::construction::packed::Packed;

/// State of an allocator apart from the finished pairs. Checkpoints store the number of the variant: add new ones at the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum AllocatorPosition<'a> {
    /// no more neurons will be drawn
    Done,
    /// first-fit and on-demand: the pairs of the front, and for each of them neuron + 1 per (half, place), 0 for none
    Front { pairs: Vec<u64>, found: Packed<'a, false> },
    /// in-order: the next pair of each category, and the neurons found for pairs that only some categories have served
    Categories { next: Vec<u64>, found: Packed<'a, false> },
    /// blocks that can be drawn again: the block, and its neurons drawn so far
    Block { block: u64, drawn: u64 },
    /// single neurons: neurons of the weight's block drawn so far, and the neuron found for each half
    Weight { drawn: u64, found: [Option<u64>; 2] },
    /// whole neurons: neurons of the target neuron's block drawn so far
    Neuron { drawn: u64 },
}
