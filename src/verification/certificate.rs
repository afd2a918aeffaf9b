//! The error certified: an upper bound on sup ‖F − Ĝ‖₂ from the weights that were found.

use ndarray::{Array2, Zip};

use crate::construction::{Half, LayerTicket};
use crate::network::{ActivationBounds, Network, spectral_norm, spectral_norm_bound};

/// The unit roundoff of f64.
const UNIT: f64 = f64::EPSILON / 2.0;

/// What the kept neurons of a layer are parts of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// the halves of virtual weights
    Halves {
        /// no input of the layer can be negative, so that only the positive half is ever used
        never_negative: bool,
        /// the negative half was not built
        skipped: bool,
    },
    /// the target's neurons as they are, each max{0, ŵ·x} for max{0, w*·x}, whatever the signs of x; the
    /// activation is ReLU
    Neurons,
}

/// What the pruned weights of one layer amount to, measured on the ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCheck {
    /// layer, from 1
    pub layer: usize,
    /// neurons with a kept path
    pub kept_neurons: u64,
    /// weights of G that are kept
    pub kept_weights: u64,
    /// max |w* − ŵ| of the positive and the negative half; `None` for a half that was skipped
    pub max_error: [Option<f64>; 2],
    /// ‖W*‖₂
    pub norm_target: f64,
    /// ‖Ŵ‖₂, of the half with the larger norm
    pub norm_pruned: f64,
    /// bound on ‖ΔW(x)‖₂ ≤ · ‖x‖₂, the halves taken together
    pub delta_norm: f64,
    /// bound on the Lipschitz factor of x ↦ Ŵ(x)
    pub gain: f64,
    /// rounding of one f64 evaluation of the layer, relative to the norm of its input: F's and Ĝ's
    rounding: (f64, f64),
}

impl LayerCheck {
    /// max |w* − ŵ| of both halves.
    pub fn largest_error(&self) -> f64 {
        self.max_error.into_iter().flatten().fold(0.0, f64::max)
    }

    /// Measures a finished layer's ticket against W*_i.
    ///
    /// Ŵ is piecewise linear: a column comes from the half that the sign of its input selects. Bounds hold for every
    /// choice of signs: ‖ΔW(x)‖₂ ≤ √(‖ΔW⁺‖² + ‖ΔW⁻‖²)·‖x‖₂ (the two parts of x are orthogonal), and
    /// ≤ ‖max(|ΔW⁺|, |ΔW⁻|)‖₂·‖x‖₂ (entrywise domination); the gain is at most ‖W*‖₂ + that.
    pub fn measure(target: &Network, layer: usize, ticket: &LayerTicket, parts: Parts) -> Self {
        let w = target.weights(layer);
        let mut delta = [w.clone(), w.clone()];
        let mut magnitudes = [w.mapv(f64::abs), w.mapv(f64::abs)];
        let mut fan_in = vec![0_usize; w.nrows()];
        for path in ticket.paths() {
            let (output, input) = (path.output as usize, path.input as usize);
            fan_in[output] += 1;
            for half in Half::BOTH {
                // A neuron with z_in < 0 passes x < 0 with the slope z_in·z_out too.
                if parts == Parts::Neurons || Half::of(path.z_in) == half {
                    delta[half as usize][[output, input]] -= path.z_in * path.z_out;
                    magnitudes[half as usize][[output, input]] += (path.z_in * path.z_out).abs();
                }
            }
        }
        let (used, skipped) = match parts {
            Parts::Halves { never_negative, skipped } => (if never_negative { 1 } else { 2 }, skipped),
            // Both halves are the same.
            Parts::Neurons => (1, false),
        };
        let largest = |m: &Array2<f64>| m.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
        let max_error = [Some(largest(&delta[0])), (!skipped).then(|| largest(&delta[1]))];
        let pruned: Vec<Array2<f64>> = delta[..used].iter().map(|d| w - d).collect();
        let norm_target = spectral_norm(w.view());

        let frobenius = |m: &Array2<f64>| m.iter().map(|x| x * x).sum::<f64>().sqrt();
        let fan_in = fan_in.into_iter().max().unwrap_or(0);
        // |W*| and the magnitudes of all pieces: no partial sum of this function or of an evaluation exceeds them.
        let largest_sums = magnitudes[..used].iter().map(frobenius).fold(0.0, f64::hypot);
        let measured = (fan_in + 2) as f64 * UNIT * largest_sums;
        let norms: Vec<f64> =
            delta[..used].iter().map(|d| spectral_norm_bound(d.view()) + measured).collect();
        let mut delta_norm = norms.iter().map(|n| n * n).sum::<f64>().sqrt();
        let mut gain = spectral_norm_bound(pruned[0].view()) + measured;
        if used == 2 {
            let mut dominating = delta[0].mapv(f64::abs);
            Zip::from(&mut dominating).and(&delta[1]).for_each(|a, b| *a = a.max(b.abs()));
            delta_norm = delta_norm.min(spectral_norm_bound(dominating.view()) + measured);
            gain = spectral_norm_bound(w.view()) + delta_norm;
        }
        // γ_n = n·u/(1 − n·u) for n roundings.
        let gamma = |n: usize| n as f64 * UNIT / (1.0 - n as f64 * UNIT);
        let rounding = (gamma(w.ncols() + 4) * frobenius(w), gamma(fan_in + 6) * largest_sums);
        Self {
            layer,
            kept_neurons: ticket.kept_neurons(),
            kept_weights: ticket.kept_weights(),
            max_error,
            norm_target,
            norm_pruned: pruned.iter().map(|m| spectral_norm(m.view())).fold(0.0, f64::max),
            delta_norm,
            gain,
            rounding,
        }
    }
}

/// An upper bound on sup ‖F(x) − Ĝ(x)‖₂ over the domain of `bounds`, from the recursion of Lemma 1's proof
/// with measured weights: e₀ = 0, e_i ≤ λ_i(‖ΔW_i‖·sup‖F_{i−1}‖₂ + gain_i·e_{i−1}).
///
/// The f64 rounding of evaluating F and Ĝ is bounded the same way and added, so that it also bounds what an
/// evaluation finds.
pub fn certified_error(target: &Network, bounds: &ActivationBounds, checks: &[LayerCheck]) -> f64 {
    let (mut error, mut rounded, mut rounded_pruned) = (0.0, 0.0, 0.0);
    for check in checks {
        let activation = target.architecture().activation(check.layer);
        let lambda = activation.lipschitz().unwrap_or(f64::INFINITY);
        let input = bounds.norm[check.layer - 1];
        // A few ulps for σ itself where it is not a comparison.
        let sigma = 8.0 * UNIT * bounds.norm[check.layer];
        let norm = check.norm_target * (1.0 + 1e-12);
        rounded_pruned = lambda
            * (check.gain * rounded_pruned + check.rounding.1 * (input + error + rounded_pruned))
            + sigma;
        rounded = lambda * (norm * rounded + check.rounding.0 * (input + rounded)) + sigma;
        error = lambda * (check.delta_norm * input + check.gain * error);
    }
    (error + rounded + rounded_pruned) * (1.0 + 16.0 * checks.len() as f64 * UNIT)
}
