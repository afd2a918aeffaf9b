//! How far a check is.

use crate::experiment::Construction;

/// How far a check is.
#[derive(Clone, Copy, Debug)]
pub enum CheckProgress {
    /// with a construction
    Construction(RunsProgress),
    /// with the learned methods
    Learned(LearnedRunsProgress),
}

/// How far the runs of a construction are.
#[derive(Clone, Copy, Debug)]
pub struct RunsProgress {
    /// which construction
    pub construction: Construction,
    /// finished runs
    pub done: u64,
    /// runs asked for
    pub runs: u64,
    /// failed runs
    pub failures: u64,
}

/// Runs of learned methods so far.
#[derive(Clone, Copy, Debug)]
pub struct LearnedRunsProgress {
    /// finished runs of all methods
    pub done: u64,
    /// runs of all methods
    pub runs: u64,
}
