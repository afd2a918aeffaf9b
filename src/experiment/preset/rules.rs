//! How norms and tolerances are chosen.

use serde::{Deserialize, Serialize};

use super::numbers::Positive;

/// The norms in Lemma 1 for ‖Ŵ_i‖₂.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NormSource {
    /// ‖W_i‖₂ ≤ 1 is assumed (Remark 4, Example 5)
    Unit,
    /// w_max·n_max, above the norm of any weight matrix (Examples 2 and 6)
    Worst,
    /// ‖W*_i‖₂ of the given target
    #[default]
    Target,
}

impl NormSource {
    /// Lower-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Worst => "worst",
            Self::Target => "target",
        }
    }
}

/// How accurate a weight must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum ToleranceRule {
    /// Lemma 1: the same for all layers
    #[default]
    Uniform,
    /// each layer its own, from the error recursion
    PerLayer,
    /// the certificate's walk through the network: the same for all layers; of graphs the default
    Walk,
    /// ε_w itself, the same for all layers: ε follows by Lemma 1, of graphs by the walk
    Weight(Positive),
}

impl ToleranceRule {
    /// Kebab-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::PerLayer => "per-layer",
            Self::Walk => "walk",
            Self::Weight(_) => "weight",
        }
    }

    /// ε_w, if it is given.
    pub fn given(self) -> Option<f64> {
        if let Self::Weight(tolerance) = self { Some(tolerance.0) } else { None }
    }
}
