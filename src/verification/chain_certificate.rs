//! The error certified: an upper bound on sup ‖F − Ĝ‖₂ from the weights of the ticket, layer by layer.
//!
//! # The recursion
//! With e₀ = 0, e_i ≤ λ_i(‖ΔW_i‖₂·sup‖F_{i−1}‖₂ + ‖Ŵ_i‖₂·e_{i−1}), as in the proof of Lemma 1, but measured: each
//! factor is a bound (see [`LayerCheck::measure`], [`ActivationBounds`] and
//! [`spectral_norm_bound`](crate::network::spectral_norm_bound)).
//!
//! # Rounding
//! F and Ĝ are evaluated in f64, with a rounding error of at most r_i after layer i. For F, r_i ≤ λ_i(‖W*_i‖₂·r_{i−1} +
//! ρ_i·(sup‖F_{i−1}‖₂ + r_{i−1})) + s_i. Here ρ_i is the rounding error of one evaluation of the layer relative to its input, and
//! s_i = 8u of the layer's outputs is that of σ_i, 0 if it only compares (tanh and exp are assumed correct to 4 ulps). For
//! Ĝ likewise, with Ŵ and inputs larger by e_{i−1}. Both are part of the error certified: it bounds the error found as well as
//! the true error. If they exceed a tenth of ε, sums are evaluated carefully ([`Evaluation::Careful`]).
//!
//! Below the normal range of f64 a relative bound on rounding fails: there the layer's underflow is added in absolute terms, and the
//! recursion itself rounds up ([`range`](crate::network::range)). A bound that overflows is ∞, still an upper bound.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::evaluation::Evaluation;
use super::layer_check::{LayerCheck, UNIT};
use crate::network::range::product;
use crate::network::{Activation, ActivationBounds, Network};
use crate::theory::lemma1;

/// Share of ε for rounding above which sums are evaluated carefully.
pub(super) const MOST_ROUNDING: f64 = 0.1;

/// Source of a bound on activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// the largest over all points of a list
    Points,
    /// norms of weights
    Norms,
    /// intervals of the single activations
    Intervals,
}

impl Source {
    /// Lower-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Norms => "norms",
            Self::Intervals => "intervals",
        }
    }
}

/// One layer's line of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CertifiedLayer {
    /// layer, from 1
    pub layer: usize,
    /// sup‖F_{i−1}‖₂, the smallest of its bounds
    pub input_norm: f64,
    /// source of that bound
    #[serde(rename = "input_norm_by")]
    pub source: Source,
    /// sup‖F_{i−1}‖₂ by the norms of the weights
    #[serde(rename = "input_norm_by_norms")]
    pub by_norms: f64,
    /// sup‖F_{i−1}‖₂ by intervals
    #[serde(rename = "input_norm_by_intervals")]
    pub by_intervals: f64,
    /// ‖ΔW_i‖₂ of the positive and the negative half; `None` for a skipped half
    pub delta_norms: [Option<f64>; 2],
    /// ‖ΔW_i‖₂ over all halves in use
    pub delta_norm: f64,
    /// ‖Ŵ_i‖₂ over all halves in use
    pub pruned_norm: f64,
    /// λ_i
    pub lambda: f64,
    /// e_i
    pub error: f64,
    /// bound on the rounding error of evaluating F and Ĝ up to here
    pub rounding: f64,
    /// error after this layer as promised a priori by Lemma 1
    pub promised: f64,
}

/// The error certified, with its derivation layer by layer.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainCertificate {
    /// layers 1…ℓ
    pub layers: Vec<CertifiedLayer>,
    /// how F and Ĝ are evaluated
    pub evaluation: Evaluation,
    /// the bound on sup‖F − Ĝ‖₂ in f64: e_ℓ and rounding
    pub total: f64,
}

impl Serialize for ChainCertificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys = serializer.serialize_struct("ChainCertificate", 5)?;
        keys.serialize_field("layers", &self.layers)?;
        keys.serialize_field("error", &self.error())?;
        keys.serialize_field("rounding", &self.rounding())?;
        keys.serialize_field("promised", &self.promised())?;
        keys.serialize_field("evaluation", &self.evaluation)?;
        keys.end()
    }
}

impl ChainCertificate {
    /// The certificate of a network from the checks of its layers, over the domain of `bounds`. `points`: the bounds are maxima
    /// over the points of a list. `lemma_1`: F_max, and ‖Ŵ_i‖₂ and ε_{w,i} of each layer as Lemma 1 assumes them, for the error
    /// promised a priori.
    pub fn new(
        target: &Network,
        bounds: &ActivationBounds,
        checks: &[LayerCheck],
        lemma_1: (f64, &[(f64, f64)]),
        points: bool,
        epsilon: f64,
    ) -> Self {
        let of = |evaluation| Self::of(target, bounds, checks, lemma_1, points, evaluation);
        let (plain, careful) = (of(Evaluation::Plain), of(Evaluation::Careful));
        let needed = plain.rounding() > MOST_ROUNDING * epsilon && careful.total < plain.total;
        if needed { careful } else { plain }
    }

    fn of(
        target: &Network,
        bounds: &ActivationBounds,
        checks: &[LayerCheck],
        lemma_1: (f64, &[(f64, f64)]),
        points: bool,
        evaluation: Evaluation,
    ) -> Self {
        let architecture = target.architecture();
        // The last factor covers the rounding of a line itself.
        let up = 1.0 + 32.0 * UNIT;
        let (mut error, mut rounded, mut rounded_pruned) = (0.0, 0.0, 0.0);
        // F over points was itself evaluated, plainly.
        let mut rounded_points = 0.0;
        let mut layers = Vec::with_capacity(checks.len());
        let promised = promised(target, lemma_1);
        for (check, promised) in checks.iter().zip(promised) {
            let i = check.layer;
            let activation = architecture.activation(i);
            let lambda = activation.lipschitz().unwrap_or(f64::INFINITY);
            let (by_norms, by_intervals) = (bounds.by_norms[i - 1], bounds.by_intervals[i - 1]);
            // The least bound on the layer's input.
            let at_points = if points { bounds.norm[i - 1] + rounded_points } else { f64::INFINITY };
            let bounds_by =
                [(at_points, Source::Points), (by_norms, Source::Norms), (by_intervals, Source::Intervals)];
            let least = |a: (f64, Source), b: (f64, Source)| if b.0 < a.0 { b } else { a };
            let (input, source) = bounds_by.into_iter().fold((f64::INFINITY, Source::Norms), least);
            // Rounding up to here, of F over points, of Ĝ, and of F.
            let losses = check.rounding[evaluation as usize];
            let plainly = check.rounding[Evaluation::Plain as usize].target;
            let sigma = if compares_only(activation) { 0.0 } else { 8.0 * UNIT };
            let outputs = |norm: f64| product(sigma, bounds.norm[i].max(norm));
            let target_norm = check.target_bound;
            let step = |gain: f64, (loss, underflow): (f64, f64), before: f64, input: f64| {
                let relative = product(gain, before) + product(loss, input + before);
                let of_sums = product(lambda, relative + underflow);
                let stretched = product(product(lambda, gain), input + before);
                let output = stretched + at_rest(activation, target.weights(i).nrows());
                product(of_sums + outputs(output), up)
            };
            let underflow = check.underflow;
            rounded_points = step(target_norm, (plainly, underflow.target), rounded_points, input);
            let (of_f, of_g) = ((losses.target, underflow.target), (losses.pruned, underflow.pruned));
            rounded_pruned = step(check.gain, of_g, rounded_pruned, input + error);
            rounded = step(target_norm, of_f, rounded, input);
            // The recursion of Lemma 1.
            let together = product(check.delta_norm, input) + product(check.gain, error);
            error = product(product(lambda, together), up);
            layers.push(CertifiedLayer {
                layer: i,
                input_norm: input,
                source,
                by_norms,
                by_intervals,
                delta_norms: check.delta_norms,
                delta_norm: check.delta_norm,
                pruned_norm: check.gain,
                lambda,
                error,
                rounding: rounded + rounded_pruned,
                promised,
            });
        }
        // ‖F − Ĝ‖₂ of the outputs is a sum of squares.
        let outputs = architecture.widths().last().copied().unwrap_or(0) as f64;
        let total = product(error + rounded + rounded_pruned, 1.0 + (outputs + 16.0) * UNIT);
        Self { layers, evaluation, total }
    }

    /// e_ℓ: the bound on sup‖F − Ĝ‖₂ in exact arithmetic.
    pub fn error(&self) -> f64 {
        self.layers.last().map_or(0.0, |layer| layer.error)
    }

    /// Bound on the rounding error of evaluating F and Ĝ.
    pub fn rounding(&self) -> f64 {
        self.layers.last().map_or(0.0, |layer| layer.rounding)
    }

    /// The error promised a priori by Lemma 1.
    pub fn promised(&self) -> f64 {
        self.layers.last().map_or(0.0, |layer| layer.promised)
    }
}

/// Whether σ picks one of its argument and 0, without rounding.
fn compares_only(activation: Activation) -> bool {
    matches!(activation, Activation::Relu | Activation::Identity)
}

/// ‖σ(0, …, 0)‖₂.
fn at_rest(activation: Activation, outputs: usize) -> f64 {
    activation.apply(0.0).abs() * (outputs as f64).sqrt()
}

/// Lemma 1's error after each layer.
fn promised(target: &Network, (f_max, layers): (f64, &[(f64, f64)])) -> Vec<f64> {
    let architecture = target.architecture();
    let lambda = |layer| architecture.activation(layer).lipschitz().unwrap_or(f64::INFINITY);
    let layers = (1..).zip(layers).map(|(layer, &(norm, tolerance))| (lambda(layer), norm, tolerance));
    lemma1::promised_errors(architecture.n_max(), f_max, layers)
}
