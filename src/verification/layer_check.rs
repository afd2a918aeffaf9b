//! The pruned weights of one layer against the target's, measured on its ticket.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2, Zip};

use crate::construction::{Half, LayerTicket};
use crate::exact::{DoubleDouble, SUM_ROUNDING};
use crate::network::graph::{MapChange, MapRounding};
use crate::network::range::{self, SMALLEST, product};
use crate::network::{Network, Stop, spectral_norm, spectral_norm_bound};

/// Products of two f64 from 2⁻⁹⁶⁸ on are exact as [`DoubleDouble`]s.
const LEAST_EXACT: f64 = f64::from_bits((1023 - 968) << 52);

/// The unit roundoff of f64.
pub(super) const UNIT: f64 = f64::EPSILON / 2.0;

/// Rows of a ticket between two checks for a request to stop: milliseconds.
const ROWS_BETWEEN_STOPS: usize = 1 << 18;

/// Role of the kept neurons of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// the halves of virtual weights
    Halves {
        /// no input of the layer can be negative: only the positive half is ever used
        never_negative: bool,
        /// the negative half was not built
        skipped: bool,
    },
    /// whole target neurons, each max{0, ŵ·x} for max{0, w*·x}, at x of any signs; the activation is ReLU
    Neurons,
}

/// Norms and errors of the pruned weights of one layer, measured on its ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCheck {
    /// layer, from 1
    pub layer: usize,
    /// neurons with a kept path
    pub kept_neurons: u64,
    /// kept weights of G
    pub kept_weights: u64,
    /// max |w* − ŵ| of the positive and the negative half; `None` for a skipped half
    pub max_error: [Option<f64>; 2],
    /// ‖W*‖₂
    pub norm_target: f64,
    /// ‖Ŵ‖₂, of the half with the larger norm
    pub norm_pruned: f64,
    /// bound on ‖ΔW‖₂ of the positive and the negative half; `None` for a skipped half
    pub delta_norms: [Option<f64>; 2],
    /// bound on ‖ΔW(x)‖₂ / ‖x‖₂, over all halves in use
    pub delta_norm: f64,
    /// bound on the Lipschitz factor of x ↦ Ŵ(x)
    pub gain: f64,
    /// bound on ‖W*‖₂
    pub target_bound: f64,
    /// rounding of one evaluation of the layer, relative to the norm of its input, F's and Ĝ's; see [`Rounding`]
    pub(super) rounding: [Rounding; 2],
    /// additional loss of one evaluation by products that underflow, in absolute terms
    pub(super) underflow: Rounding,
    /// what is known of Ŵ entry by entry, of a layer of a graph
    pub(super) change: Option<Arc<MapChange>>,
}

/// Rounding error of one evaluation of a layer, F's and Ĝ's: relative to ‖x‖₂, or in absolute terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rounding {
    /// of W*x
    pub(super) target: f64,
    /// of Ŵ(x)
    pub(super) pruned: f64,
}

impl Rounding {
    /// Of F's evaluation and of Ĝ's, with this underflow.
    pub(super) fn of_maps(self, underflow: Self) -> [MapRounding; 2] {
        [(self.target, underflow.target), (self.pruned, underflow.pruned)]
            .map(|(relative, underflow)| MapRounding { relative, underflow })
    }
}

impl LayerCheck {
    /// max |w* − ŵ| of both halves.
    pub fn largest_error(&self) -> f64 {
        self.max_error.into_iter().flatten().fold(0.0, f64::max)
    }

    /// Measures a finished layer's ticket against W*_i.
    ///
    /// Ŵ is piecewise linear: the sign of an input selects the half of its column. Bounds hold for every choice of signs: ‖ΔW(x)‖₂ ≤ √(‖ΔW⁺‖² + ‖ΔW⁻‖²)·‖x‖₂ (the two parts of x are orthogonal), and
    /// ≤ ‖max(|ΔW⁺|, |ΔW⁻|)‖₂·‖x‖₂ (entrywise domination); the gain is at most ‖W*‖₂ + that.
    ///
    /// # Rounding
    /// u = 2⁻⁵³, γ_n = nu/(1 − nu). w* − Σ z_in·z_out is carried by [`DoubleDouble`]s: with n paths whose magnitudes add
    /// up to p it is off by at most 4u²(n + 1)(|w*| + p), and by another u of itself as an f64. Both are added to the norms,
    /// as Frobenius norms.
    ///
    /// An evaluation of Ĝ's layer adds up n paths of an output, each the product of three f64. In any order, and whether products
    /// are rounded before the addition or not, it is off by at most γ_{n+2}·Σ|z_out·z_in·x|, hence by γ_{n+2}·‖P‖_F·‖x‖₂ with P the
    /// sums of magnitudes. F's layer likewise, with |W*| for P. The careful evaluation's bounds are in the docs of [`careful`](super::careful).
    ///
    /// # Underflow
    /// Let η = 2⁻¹⁰⁷⁴. A product below 2⁻¹⁰²² is off by up to η/2 instead; sums lose nothing there. F's layer loses at most a
    /// further η/2 for each nonzero weight, and Ĝ's at most (1 + |z_out|)·η/2 for each path, as z_in·x is multiplied by z_out; the
    /// other halves of η cover the rounding of σ and of these sums. z_in·z_out is exact from 2⁻⁹⁶⁸ on; below, it is off
    /// by at most 4η/2, one for each of its partial products (see [`exact`](crate::exact)).
    ///
    /// # Layers of a graph
    /// Norms are those of the whole map ([`LinearMap::norm_bound`](crate::network::graph::LinearMap::norm_bound)), biases apart. An entry of its
    /// input lies in at most m patches, so a matrix with ‖·‖_F ≤ f maps with a norm of at most √m·f. ‖W*‖₂ and ‖Ŵ‖₂ are bounds too.
    ///
    /// `None` if `stop`, checked before each of the long steps, has ended it.
    pub fn measure(
        target: &Network,
        layer: usize,
        ticket: &LayerTicket,
        parts: Parts,
        stop: Stop<'_>,
    ) -> Option<Self> {
        let go_on = || if stop() { None } else { Some(()) };
        // Count first: these copies of rows are freed before the copies of weights are made.
        let (kept_neurons, kept_weights) = (ticket.kept_neurons(), ticket.kept_weights());
        go_on()?;
        let w = target.weights(layer);
        let map = target.graph().map(|graph| graph.map(layer));
        let bound =
            |m: ArrayView2<'_, f64>| map.map_or_else(|| spectral_norm_bound(m), |map| map.norm_bound(m));
        let known = |m: ArrayView2<'_, f64>| map.map_or_else(|| spectral_norm(m), |map| map.norm_bound(m));
        let reads = map.map(|map| (map.most_reads() as f64).sqrt() * (1.0 + 2.0 * UNIT));
        // A norm of a matrix, to that of its map.
        let at_places = |norm: f64| reads.map_or(norm, |reads| product(norm, reads));
        let mut exact = [(); 2].map(|()| w.mapv(DoubleDouble::from));
        let mut pieces = [(); 2].map(|()| Array2::<f64>::zeros(w.dim()));
        // Σ j·|piece j| of a half, j = 1 for the first: the partial sums of its pieces, from the last to the first.
        let mut partial_sums = pieces.clone();
        let mut fan_in = vec![0_usize; w.nrows()];
        let (mut pair, mut places) = (None, [0.0; 2]);
        let non_zero = w.iter().filter(|&&w| w != 0.0).count();
        let mut underflow = Rounding { target: non_zero as f64 * SMALLEST, pruned: 0.0 };
        // Products below the range of exactness.
        let mut inexact = 0.0;
        // Subtract every kept path from its weight.
        for (row, path) in ticket.paths().enumerate() {
            if row % ROWS_BETWEEN_STOPS == 0 {
                go_on()?;
            }
            let (output, input) = (path.output as usize, path.input as usize);
            fan_in[output] += 1;
            if pair != Some((output, input)) {
                (pair, places) = (Some((output, input)), [0.0; 2]);
            }
            let piece = path.exact_product();
            inexact += f64::from(piece.nearest().abs() < LEAST_EXACT);
            underflow.pruned += (1.0 + path.z_out.abs()) * SMALLEST;
            for half in Half::BOTH.map(|half| half as usize) {
                // A neuron with z_in < 0 passes x < 0 with the slope z_in·z_out too.
                if parts == Parts::Neurons || Half::of(path.z_in) as usize == half {
                    exact[half][[output, input]] -= piece;
                    pieces[half][[output, input]] += piece.nearest().abs();
                    places[half] += 1.0;
                    partial_sums[half][[output, input]] += places[half] * piece.nearest().abs();
                }
            }
        }
        // Norms of the errors, for the halves that inputs can use.
        let (used, skipped) = match parts {
            Parts::Halves { never_negative, skipped } => (if never_negative { 1 } else { 2 }, skipped),
            // Both halves are the same.
            Parts::Neurons => (1, false),
        };
        let largest = |m: &Array2<f64>| range::largest(m.iter().copied());
        let delta = exact.map(|exact| exact.mapv(DoubleDouble::nearest));
        let max_error = [Some(largest(&delta[0])), (!skipped).then(|| largest(&delta[1]))];
        let pruned: Vec<Array2<f64>> = delta[..used].iter().map(|d| w - d).collect();
        let norm_target = known(w.view());
        go_on()?;

        // γ_n = n·u/(1 − n·u) for n roundings.
        let gamma = |n: usize| n as f64 * UNIT / (1.0 - n as f64 * UNIT);
        let frobenius = |m: &Array2<f64>| {
            // Scaled, as squares of errors near 10⁻²⁰⁰ would be 0.
            let scale = largest(m).max(f64::MIN_POSITIVE);
            let norm = product(scale, m.iter().map(|x| (x / scale) * (x / scale)).sum::<f64>().sqrt());
            product(norm, 1.0 + gamma(m.len() + 6))
        };
        let fan_in = fan_in.into_iter().max().unwrap_or(0);
        let measured = |half: usize| {
            let terms = SUM_ROUNDING * (fan_in + 1) as f64;
            let terms = product(terms, frobenius(w) + frobenius(&pieces[half]));
            let relative = product(UNIT, frobenius(&delta[half])) + product(terms, 1.0 + gamma(fan_in + 8));
            relative + 2.0 * inexact * SMALLEST
        };
        let norm_of = |half: usize| bound(delta[half].view()) + at_places(measured(half));
        let mut delta_norms = [Some(norm_of(0)), None];
        go_on()?;
        if !skipped {
            delta_norms[1] = Some(norm_of(1));
            go_on()?;
        }
        let target_bound = bound(w.view());
        go_on()?;
        // Bounds for both halves together.
        let mut delta_norm = norm_of_both(&delta_norms[..used]);
        let gain = if used == 1 {
            let rounding = product(UNIT, frobenius(&pruned[0]));
            bound(pruned[0].view()) + at_places(rounding) + at_places(measured(0))
        } else {
            let mut dominating = delta[0].mapv(f64::abs);
            Zip::from(&mut dominating).and(&delta[1]).for_each(|a, b| *a = a.max(b.abs()));
            let rounding = at_places(measured(0).hypot(measured(1)));
            delta_norm = delta_norm.min(bound(dominating.view()) + rounding);
            target_bound + delta_norm
        };
        go_on()?;
        let change = map.map(|map| {
            let half = |half: usize| {
                let terms = SUM_ROUNDING * (fan_in + 1) as f64 * (1.0 + gamma(fan_in + 8));
                let mut bounds = delta[half].mapv(|d| product(d.abs(), 1.0 + 4.0 * UNIT));
                Zip::from(&mut bounds).and(w).and(&pieces[half]).for_each(|bound, w, pieces| {
                    let lost = product(terms, w.abs() + pieces) + 2.0 * inexact * SMALLEST;
                    // Nothing is lost of a weight 0 without a path.
                    *bound = if *bound + lost == 0.0 { 0.0 } else { (*bound + lost).next_up() };
                });
                bounds
            };
            let halves: Vec<Array2<f64>> = (0..used).map(half).collect();
            let mut magnitudes = w.mapv(f64::abs);
            Zip::indexed(&mut magnitudes).for_each(|at, magnitude| {
                *magnitude = (*magnitude + range::largest(halves.iter().map(|half| half[at]))).next_up();
            });
            // The constant 1 takes the positive half.
            let bias_norm = map.bias_norm(halves[0].view());
            let magnitudes = magnitudes.into_shared();
            Arc::new(MapChange { delta: halves, magnitudes, delta_norm, bias_norm, gain })
        });
        go_on()?;
        // Rounding of one evaluation.
        let of_halves = |m: &[Array2<f64>; 2]| m[..used].iter().map(frobenius).fold(0.0, f64::hypot);
        let (pieces, partial_sums) = (of_halves(&pieces), of_halves(&partial_sums));
        let (weights, columns) = (frobenius(w), w.ncols());
        let plain = Rounding {
            target: product(gamma(columns + 4), weights),
            pruned: product(gamma(fan_in + 6), pieces),
        };
        // Second-order rounding of compensated sums: (n·u)² of n terms.
        let squared = |n: usize| n as f64 * gamma(n);
        let careful = Rounding {
            target: product(gamma(2) * (1.0 + squared(columns)), weights),
            pruned: match parts {
                Parts::Neurons => plain.pruned,
                Parts::Halves { .. } => {
                    let rounded = product(gamma(3) * (1.0 + squared(2 * columns)), pieces);
                    product(rounded + product(UNIT, partial_sums), 1.0 + gamma(2 * fan_in + 8))
                }
            },
        };
        let mut norm_pruned = 0.0;
        for pruned in &pruned {
            norm_pruned = f64::max(norm_pruned, known(pruned.view()));
            go_on()?;
        }
        Some(Self {
            layer,
            kept_neurons,
            kept_weights,
            max_error,
            norm_target,
            norm_pruned,
            delta_norms,
            delta_norm,
            gain,
            target_bound,
            rounding: [plain, careful],
            underflow,
            change,
        })
    }
}

/// √(a² + b²) of the norms given, rounded up.
fn norm_of_both(norms: &[Option<f64>]) -> f64 {
    product(norms.iter().flatten().fold(0.0, |norm: f64, n| norm.hypot(*n)), 1.0 + 4.0 * UNIT)
}
