//! F and Ĝ evaluated with compensated sums, where plain sums of many thousand terms would hide the error being searched for.
//!
//! Neurons compute the same as in the plain evaluation; only their outputs are added up differently. In Ĝ the pieces of a
//! weight are added smallest first, and these sums to one another by Ogita, Rump and Oishi's Sum2 (*SIAM J. Sci.
//! Comput.* 26, 2005), which carries along the rounding error of every addition. In F all terms go through Sum2.
//!
//! # Bounds
//! u = 2⁻⁵³, γ_n = nu/(1 − nu). Sum2 of n terms t is off by at most u|Σt| + γ_{n−1}²·Σ|t|.
//!
//! *F.* A term w·x is off by u|w·x|, so an output by at most (2u + u² + γ_n²)·Σ|w·x|(1 + u), and ‖|W|·|x|‖₂ ≤ ‖W‖_F·‖x‖₂.
//!
//! *Ĝ.* A term z_out·(z_in·x) is off by at most (2u + u²) of itself. Adding the pieces of a half from the last to the first
//! loses at most u of each partial sum after the first, together at most uΣ_j j·|piece j|·|x| (1 + γ_n), as piece j is part of j
//! of them. Sum2 over at most 2n_{i−1} such sums adds u + γ² of them. So ‖·‖_F of (3u + γ²)·Σ|piece j| + uΣ_j j·|piece j|, taken
//! over weights and halves, times ‖x‖₂ bounds the rounding of the layer. For pieces of a golden-ratio sum Σ_j j·|piece j| stays
//! below a few |w|, however many there are; a plain sum loses up to n·u of all.
//!
//! Neurons with several live inputs are evaluated plainly.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::evaluation::Evaluation;
use super::paths::Paths;
use crate::construction::Half;
use crate::exact::two_sum;
use crate::network::{Activation, Network, through_layers};

/// Points evaluated together.
const POINTS: usize = 8;

/// F applied to a batch: `points × n₀` in, `points × n_ℓ` out.
pub fn forward_target(target: &Network, evaluation: Evaluation, x: ArrayView2<'_, f64>) -> Array2<f64> {
    if evaluation == Evaluation::Plain {
        return target.forward(x);
    }
    let linear = |layer: usize, activation: Activation, x: ArrayView2<'_, f64>| {
        let w = target.weights(layer);
        let sums = |columns: &[[f64; POINTS]], add: Adder<'_>| {
            for row in w.rows() {
                let mut sum = Sum2::default();
                for (w, x) in row.iter().zip(columns) {
                    sum.add(&x.map(|x| w * x));
                }
                add(sum.value());
            }
        };
        by_points(x, w.nrows(), activation, &sums)
    };
    let architecture = target.architecture();
    match architecture.graph() {
        None => through_layers(1..=architecture.layers(), x, |layer, x| {
            linear(layer, architecture.activation(layer), x)
        }),
        Some(graph) => {
            graph.forward(x, &mut |layer, x| linear(layer, Activation::Identity, x), &mut |_, _| {})
        }
    }
}

/// A layer of Ĝ with these paths applied to a batch: `points × n_{i−1}` in, `points × n_i` out.
pub(super) fn forward_paths(paths: &Paths, activation: Activation, x: ArrayView2<'_, f64>) -> Array2<f64> {
    let sums = |columns: &[[f64; POINTS]], add: Adder<'_>| {
        for output in 0..paths.outputs() {
            let mut sum = Sum2::default();
            for (input, column) in columns.iter().enumerate() {
                for half in Half::BOTH {
                    let part = match half {
                        Half::Positive => column.map(|x| x.max(0.0)),
                        Half::Negative => column.map(|x| x.min(0.0)),
                    };
                    if part == [0.0; POINTS] {
                        continue;
                    }
                    let mut pieces = [0.0; POINTS];
                    for [z_in, z_out] in paths.of_half(output, input, half).iter().rev() {
                        for (piece, x) in pieces.iter_mut().zip(&part) {
                            *piece += z_out * (z_in * x);
                        }
                    }
                    sum.add(&pieces);
                }
            }
            add(sum.value());
        }
    };
    by_points(x, paths.outputs(), activation, &sums)
}

/// Takes the sums of the next output, one for each point.
type Adder<'a> = &'a mut dyn FnMut([f64; POINTS]);

/// A layer over a batch, a task for every few points. `sums` gets the inputs of these points, column by column, and passes the
/// sums of the outputs on in their order.
fn by_points(
    x: ArrayView2<'_, f64>,
    outputs: usize,
    activation: Activation,
    sums: &(dyn Fn(&[[f64; POINTS]], Adder<'_>) + Sync),
) -> Array2<f64> {
    let mut y = Array2::zeros((x.nrows(), outputs));
    let points: Vec<_> = x.axis_chunks_iter(Axis(0), POINTS).collect();
    let results: Vec<_> = y.axis_chunks_iter_mut(Axis(0), POINTS).collect();
    points.into_par_iter().zip(results).for_each(|(x, mut y)| {
        let mut columns = vec![[0.0; POINTS]; x.ncols()];
        for ((point, input), &value) in x.indexed_iter() {
            columns[input][point] = value;
        }
        let mut output = 0;
        sums(&columns, &mut |values| {
            for (y, value) in y.column_mut(output).iter_mut().zip(values) {
                *y = activation.of_sum(value);
            }
            output += 1;
        });
    });
    y
}

/// Sums, and their rounding errors so far.
#[derive(Clone, Copy, Default)]
struct Sum2 {
    sums: [f64; POINTS],
    lost: [f64; POINTS],
}

impl Sum2 {
    #[inline(always)]
    fn add(&mut self, terms: &[f64; POINTS]) {
        for ((sum, lost), &term) in self.sums.iter_mut().zip(&mut self.lost).zip(terms) {
            let (next, rest) = two_sum(*sum, term);
            *sum = next;
            *lost += rest;
        }
    }

    fn value(&self) -> [f64; POINTS] {
        std::array::from_fn(|point| self.sums[point] + self.lost[point])
    }
}
