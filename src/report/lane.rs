//! Parts of a lane shared by the reports.

use serde::{Serialize, Serializer};

use crate::experiment::Construction;
use crate::verification::Found;

/// A construction not built.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct RefusedLane {
    #[serde(rename = "construction", serialize_with = "by_name")]
    pub which: Construction,
    /// unique, see [`Construction::id`]
    pub method: &'static str,
    pub reason: String,
}

/// Shares of labelled inputs classified correctly.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs)]
pub struct AccuracyReport {
    /// by F
    pub target: f64,
    /// by Ĝ
    pub pruned: f64,
}

impl RefusedLane {
    /// A construction and the reason why it is not built.
    pub fn new(which: Construction, reason: &str) -> Self {
        Self { which, method: which.id(), reason: reason.to_owned() }
    }

    /// All constructions not built.
    pub fn all_of(refused: &[(Construction, String)]) -> Vec<Self> {
        refused.iter().map(|(which, reason)| Self::new(*which, reason)).collect()
    }
}

impl AccuracyReport {
    /// On the inputs tried so far, if they are labelled.
    pub fn new(found: &Found) -> Option<Self> {
        found.accuracy().map(|(target, pruned)| Self { target, pruned })
    }
}

/// Serialises a construction as its name.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
pub(super) fn by_name<S: Serializer>(construction: &Construction, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(construction.name())
}
