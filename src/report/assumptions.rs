//! What the bounds of theory assume, beside what the target has.

use serde::Serialize;

use crate::experiment::Assumption;

/// One assumption of a construction's bound.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of the README
pub struct AssumptionReport {
    pub assumption: &'static str,
    pub found: f64,
    /// the assumption's right-hand side
    pub limit: f64,
    pub kept: bool,
}

impl From<Assumption> for AssumptionReport {
    fn from(assumption: Assumption) -> Self {
        let Assumption { statement, limit, found, kept } = assumption;
        Self { assumption: statement, found, limit, kept }
    }
}

impl AssumptionReport {
    /// The report of each.
    pub fn all_of(assumptions: &[Assumption]) -> Vec<Self> {
        assumptions.iter().copied().map(Self::from).collect()
    }

    /// Whether none of them is broken: the bound applies to the target.
    pub fn all_kept(assumptions: &[Self]) -> bool {
        assumptions.iter().all(|assumption| assumption.kept)
    }
}
