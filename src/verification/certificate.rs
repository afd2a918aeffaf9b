//! The error certified of any network: layer by layer, or node by node.

use serde::Serialize;

use super::chain_certificate::{CertifiedLayer, ChainCertificate};
use super::evaluation::Evaluation;
use super::graph_certificate::GraphCertificate;

/// The error certified, with its derivation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Certificate {
    /// layer by layer, of layers that take one another
    Chain(ChainCertificate),
    /// node by node, of a graph
    Graph(GraphCertificate),
}

impl Certificate {
    /// The bound on sup‖F − Ĝ‖₂ in f64: the error in exact arithmetic, and rounding.
    pub fn total(&self) -> f64 {
        match self {
            Self::Chain(certificate) => certificate.total,
            Self::Graph(certificate) => certificate.total,
        }
    }

    /// The bound on sup‖F − Ĝ‖₂ in exact arithmetic.
    pub fn error(&self) -> f64 {
        match self {
            Self::Chain(certificate) => certificate.error(),
            Self::Graph(certificate) => certificate.error(),
        }
    }

    /// Bound on the rounding error of evaluating F and Ĝ.
    pub fn rounding(&self) -> f64 {
        match self {
            Self::Chain(certificate) => certificate.rounding(),
            Self::Graph(certificate) => certificate.rounding(),
        }
    }

    /// The layers of a chain; none of a graph.
    pub fn layers(&self) -> &[CertifiedLayer] {
        if let Self::Chain(certificate) = self { &certificate.layers } else { &[] }
    }

    /// The error of a chain promised a priori by Lemma 1.
    pub fn promised(&self) -> Option<f64> {
        if let Self::Chain(certificate) = self { Some(certificate.promised()) } else { None }
    }

    /// How F and Ĝ are evaluated.
    pub fn evaluation(&self) -> Evaluation {
        match self {
            Self::Chain(certificate) => certificate.evaluation,
            Self::Graph(certificate) => certificate.evaluation,
        }
    }

    /// Whether the bound is at most ε in exact arithmetic, and above ε with rounding.
    pub fn exceeds_only_by_rounding(&self, epsilon: f64) -> bool {
        self.error() <= epsilon && epsilon < self.total()
    }
}
