//! The input of a method: a layer to be rebuilt, the parameters of its bound, and a target for the bound's assumptions.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::LawChoice;
use crate::construction::{LayerProblem, Match, Mode, Sharing, Sum};
use crate::network::{Network, NonzeroWeights};
use crate::sampling::{Hyperbolic, Law, Uniform};
use crate::theory::Count;
use crate::theory::section5::Ranges;

/// A layer to be rebuilt.
#[derive(Clone, Copy, Debug)]
pub struct LayerTask<'a> {
    /// F
    pub target: &'a Arc<Network>,
    /// the layer of F, from 1; of an imagined layer, its model
    pub layer: usize,
    /// n_{i−1}
    pub inputs: usize,
    /// n_i
    pub outputs: usize,
    /// its weights other than 0: the others need no neuron
    pub nonzero: NonzeroWeights,
    /// of weights and products, for the tolerance of the layer
    pub ranges: Ranges,
    /// leave the half for x < 0 unbuilt
    pub skip_negative_half: bool,
}

/// How a layer is built.
#[derive(Clone, Copy, Debug)]
pub struct BuildOptions {
    /// of G
    pub seed: u64,
    /// the most neurons; `None` without a bound
    pub bound: Option<Count>,
    /// whether every neuron is drawn
    pub mode: Mode,
}

/// The parameters of a layer's bound.
#[derive(Clone, Copy, Debug)]
pub struct BoundParameters {
    /// ℓ
    pub depth: usize,
    /// the largest width, the input's included
    pub n_max: usize,
    /// ε of the network
    pub epsilon: f64,
    /// δ of the network
    pub delta: f64,
    /// the smallest and the largest |w*| of the layer, zeros apart
    pub extremes: Option<(f64, f64)>,
}

/// Bounds on the neurons of a layer.
#[derive(Clone, Copy, Debug)]
pub struct LayerBound {
    /// for this target, as published, over its weights other than 0: no neuron if there are none. `None` without a published
    /// constant, or without a possible hit
    pub neurons: Option<Count>,
    /// for all targets of the class at once, over all P_i weights
    pub neurons_all_targets: Option<Count>,
}

/// A target, its inputs and its accuracy, as assumptions and refusals see them.
#[derive(Clone, Copy)]
pub struct Premises<'a> {
    /// F
    pub target: &'a Network,
    /// the largest ‖W*_i‖₂
    pub largest_norm: f64,
    /// the largest |x_j| of an input
    pub largest_input: f64,
    /// the largest ‖x‖₂
    pub largest_input_norm: f64,
    /// ε
    pub epsilon: f64,
    /// bound on |w*|
    pub w_max: f64,
    /// the smallest ε_w
    pub finest_tolerance: &'a dyn Fn() -> f64,
}

/// Relative excess allowed for rounding.
pub const ROUNDING: f64 = 1e-9;

/// An assumption of a bound on the target and its inputs, and the value found.
///
/// A bound with a broken assumption promises nothing for this target. The ticket built, and the errors found and
/// certified, stay true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assumption {
    /// the assumption, as `left ≤ right`
    #[serde(rename = "assumption")]
    pub statement: Cow<'static, str>,
    /// the largest value of its left-hand side over all inputs, weights or layers; of activations the proven bound on it
    pub found: f64,
    /// its right-hand side
    pub limit: f64,
    /// whether the target is known to keep it
    pub kept: bool,
}

impl Assumption {
    /// Whether all of them are kept: the bound then applies to the target.
    pub fn all_kept(assumptions: &[Self]) -> bool {
        assumptions.iter().all(|assumption| assumption.kept)
    }

    /// `found ≤ limit`, rounding allowed for.
    pub fn new(statement: &'static str, limit: f64, found: f64) -> Self {
        Self { statement: statement.into(), limit, found, kept: found <= limit * (1.0 + ROUNDING) }
    }
}

impl LayerTask<'_> {
    /// P_i
    pub fn weights(&self) -> u64 {
        self.inputs as u64 * self.outputs as u64
    }

    /// Weights other than 0, at most P_i: those with demands.
    pub fn nonzero_weights(&self) -> u64 {
        self.nonzero.weights
    }

    /// Built halves of a weight: 1 or 2.
    pub fn halves(&self) -> f64 {
        if self.skip_negative_half { 1.0 } else { 2.0 }
    }

    /// The problem of a construction with these choices.
    pub(super) fn problem(
        &self,
        options: BuildOptions,
        law: LawChoice,
        (matching, sum, sharing): (Match, Sum, Sharing),
    ) -> LayerProblem {
        LayerProblem {
            target: Arc::clone(self.target),
            layer: self.layer,
            ranges: self.ranges,
            law: self.law(law),
            seed: options.seed,
            bound: options.bound,
            skip_negative_half: self.skip_negative_half,
            matching,
            sum,
            sharing,
            mode: options.mode,
        }
    }

    fn law(&self, choice: LawChoice) -> Law {
        match choice {
            LawChoice::Uniform => Law::Uniform(Uniform::new(1.0).expect("1 is a bound")),
            LawChoice::Hyperbolic => {
                let (alpha, beta) = self.ranges.weight;
                Law::Hyperbolic(Hyperbolic::new(alpha, beta).expect("ranges have 0 < α < β"))
            }
        }
    }
}
