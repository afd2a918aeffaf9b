//! How F and Ĝ are evaluated in f64.

use serde::Serialize;

/// How sums are added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Evaluation {
    /// term by term: a sum of n terms loses up to γ_n of the terms
    #[default]
    Plain,
    /// with compensated summation, see [`careful`](super::careful)
    Careful,
}

impl Evaluation {
    /// Lower-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Careful => "careful",
        }
    }
}
