//! The setup of a check, as its report says it.

use serde::{Deserialize, Serialize};

use crate::report::origin::{Origin, with_name};
use crate::session::{CheckOutline, FaithfulnessCheck};

/// The setup of a check, as its report says it: with the runs made, all that the report needs. The network is left out, so that
/// shares of a check come together where its files are not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckedSetup {
    /// what is repeated
    pub outline: CheckOutline,
    /// a name for people
    pub title: String,
    /// of the preset
    pub preset: String,
    /// ε
    pub epsilon: f64,
    /// δ
    pub delta: f64,
    /// ε_w, where it is given and ε follows
    #[cfg_attr(not(feature = "text"), allow(dead_code))] // only texts say it
    pub(in crate::report) given_tolerance: Option<f64>,
    /// whether ε follows by Lemma 1
    #[cfg_attr(not(feature = "text"), allow(dead_code))]
    pub(in crate::report) is_chain: bool,
    /// the preset's assumptions without proof for the target
    #[cfg_attr(not(feature = "text"), allow(dead_code))]
    pub(in crate::report) broken_assumptions: Vec<String>,
    /// of the target
    #[serde(with = "with_name")]
    pub origin: Origin,
}

impl CheckedSetup {
    /// Whether a check can have it, whatever a file says.
    pub(in crate::report) fn is_sound(&self) -> bool {
        let is_tolerance = |epsilon: f64| epsilon > 0.0 && epsilon.is_finite();
        self.outline.is_sound()
            && is_tolerance(self.epsilon)
            && self.given_tolerance.is_none_or(is_tolerance)
            && self.delta > 0.0
            && self.delta < 1.0
    }

    /// Of a check.
    pub fn new(check: &FaithfulnessCheck) -> Self {
        let experiment = check.experiment();
        Self {
            outline: check.outline(),
            title: experiment.title.clone(),
            preset: experiment.name.clone(),
            epsilon: experiment.epsilon,
            delta: experiment.delta,
            given_tolerance: experiment.tolerance.given(),
            is_chain: experiment.outline().is_chain(),
            broken_assumptions: experiment.broken_assumptions(),
            origin: Origin::new(experiment),
        }
    }
}
