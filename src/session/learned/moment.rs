//! A moment of a learned lane, to tell old views from new ones.

use crate::learning::Arm;

/// A moment of a lane, as far as its network depends on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// counts sessions and restarts
    pub(super) run: u64,
    /// from 0
    pub(super) lane: usize,
    /// batches computed
    pub(super) steps: u64,
    /// finished arms, of all rounds
    pub(super) arms: usize,
    /// whether the lane is on its way back
    pub(super) goes_back: bool,
    /// the network under training
    pub(super) arm: Arm,
}

impl Moment {
    /// Whether it is another moment of the same lane.
    pub(super) fn is_same_run(self, other: Self) -> bool {
        (self.run, self.lane) == (other.run, other.lane)
    }
}
