//! The answer to the question whether a ticket exists.

use crate::construction::tally::Demand;

/// Whether the neurons of a layer can meet all of its demands at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// they can: a matching covers every demand
    There,
    /// they cannot: some set of demands has fewer neurons than demands
    Missing(Shortage),
    /// the exact answer was not computed
    NotDecided(Undecided),
}

/// Demands with too few neurons between them: Hall's condition fails for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// demands of the deficient set
    pub demands: u64,
    /// neurons with an edge to any of them, fewer than `demands`
    pub neurons: u64,
    /// one of the demands
    pub example: Demand,
}

/// Why the answer is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// the graph is too large, or its search too long
    TooLarge {
        /// demands of the layer
        demands: u64,
        /// neurons within the bound
        neurons: u64,
    },
    /// a subset sum has ended its search at the most values it can handle
    SearchEnded,
}
