//! Kept paths through neurons with one live input each, in the order of evaluation.

use std::iter::zip;
use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};
use pulp::Simd;
use rayon::prelude::*;

use super::batch::{Batch, Values};
use crate::construction::{Half, LayerTicket, Path};

/// The rows of a ticket that end in an output, pair by pair: the input, and the rows of both halves.
fn pairs(ticket: &LayerTicket, output: usize) -> impl Iterator<Item = (usize, [Range<usize>; 2])> {
    let end_of = |output: usize| ticket.output.partition_point(|&other| (other as usize) <= output);
    let (mut first, end) = (output.checked_sub(1).map_or(0, end_of), end_of(output));
    ticket.input[first..end].chunk_by(|a, b| a == b).map(move |inputs| {
        let rows = first..first + inputs.len();
        let positive = ticket.z_in[rows.clone()].partition_point(|&z_in| Half::of(z_in) == Half::Positive);
        first = rows.end;
        (inputs[0] as usize, [rows.start..rows.start + positive, rows.start + positive..rows.end])
    })
}

/// The paths of a layer.
///
/// A path takes 16 bytes, its two weights; its ends and half follow from its position. The halves are separate: a half that
/// never fires is never loaded, and the other is read sequentially.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    inputs: usize,
    outputs: usize,
    /// z_in and z_out of each path: the positive half first, each half output by output, and input by input
    weights: Vec<[f64; 2]>,
    /// start of the paths of each half, output and input, and the end of the last ones. 2³² paths would take 64 GiB.
    starts: Vec<u32>,
}

impl Paths {
    /// The paths of a finished `ticket`.
    pub(super) fn of(ticket: &LayerTicket, inputs: usize, outputs: usize) -> Self {
        let pair = |path: Path| (path.output, path.input, Half::of(path.z_in) as usize);
        debug_assert!(ticket.paths().map(pair).is_sorted());
        // Count the paths of each half, output and input.
        let mut starts = vec![0; 2 * inputs * outputs + 1];
        let (positive, negative) = starts.split_at_mut(inputs * outputs);
        let of_outputs = positive.par_chunks_mut(inputs).zip(negative.par_chunks_mut(inputs));
        of_outputs.enumerate().for_each(|(output, (positive, negative))| {
            for (input, halves) in pairs(ticket, output) {
                (positive[input], negative[input]) = (halves[0].len() as u32, halves[1].len() as u32);
            }
        });
        // Turn counts into starts.
        let mut end = 0;
        for start in &mut starts {
            end += std::mem::replace(start, end);
        }
        // Copy the weights, each output into its own slices.
        let mut weights = vec![[0.0; 2]; ticket.len()];
        let mut behind = &mut weights[..];
        let mut take = |paths: u32| behind.split_off_mut(..paths as usize).unwrap_or_default();
        let of_outputs = starts.windows(inputs + 1).step_by(inputs);
        let mut positive: Vec<_> = of_outputs.map(|starts| take(starts[inputs] - starts[0])).collect();
        let negative = positive.split_off(outputs);
        positive.into_par_iter().zip(negative).enumerate().for_each(|(output, (positive, negative))| {
            let mut to = [positive.iter_mut(), negative.iter_mut()];
            for (_, halves) in pairs(ticket, output) {
                for (to, rows) in zip(&mut to, halves) {
                    let weights = zip(&ticket.z_in[rows.clone()], &ticket.z_out[rows]);
                    weights.zip(to).for_each(|((z_in, z_out), to)| *to = [*z_in, *z_out]);
                }
            }
        });
        Self { inputs, outputs, weights, starts }
    }

    /// How many outputs the layer has.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// z_in and z_out of one half's paths between two ends.
    #[inline(always)]
    pub(super) fn of_half(&self, output: usize, input: usize, half: Half) -> &[[f64; 2]] {
        let place = (half as usize * self.outputs + output) * self.inputs + input;
        &self.weights[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// Σ z_out·max{0, z_in·x} of an output, at the first `points` points of a block; 0 behind them.
    #[inline(always)]
    pub(super) fn sums<S: Simd>(
        &self,
        simd: S,
        output: usize,
        inputs: &Batch,
        block: usize,
        points: usize,
    ) -> Values {
        let mut sums = Values::default();
        let to = S::as_mut_simd_f64s(&mut sums.0).0;
        // As many vectors at once as fit the registers, and no more than needed.
        let (vectors, mut at) = (points.div_ceil(S::F64_LANES), 0);
        while at < vectors {
            match vectors - at {
                1 => to[at] = self.sums_of::<S, 1>(simd, output, inputs, block, at)[0],
                2..=4 => {
                    to[at..at + 4].copy_from_slice(&self.sums_of::<S, 4>(simd, output, inputs, block, at))
                }
                _ => to[at..at + 8].copy_from_slice(&self.sums_of::<S, 8>(simd, output, inputs, block, at)),
            }
            at += 8;
        }
        sums
    }

    /// The sums of `N` vectors of points, from the vector `at` of the block on.
    #[inline(always)]
    fn sums_of<S: Simd, const N: usize>(
        &self,
        simd: S,
        output: usize,
        inputs: &Batch,
        block: usize,
        at: usize,
    ) -> [S::f64s; N] {
        let mut sums = [simd.splat_f64s(0.0); N];
        for (input, seen) in inputs.seen(block).enumerate() {
            for (half, part) in zip(Half::BOTH, seen) {
                let Some(part) = part else { continue };
                let part = S::as_simd_f64s(part).0;
                let x: [S::f64s; N] = std::array::from_fn(|vector| part[at + vector]);
                for &[z_in, z_out] in self.of_half(output, input, half) {
                    let [z_in, z_out] = [z_in, z_out].map(|z| simd.splat_f64s(z));
                    for (sum, x) in sums.iter_mut().zip(x) {
                        *sum = simd.mul_add_f64s(z_out, simd.mul_f64s(z_in, x), *sum);
                    }
                }
            }
        }
        sums
    }

    /// Adds the slopes of firing neurons at the inputs `x`, times `by_sum`, a value for each point, to `to`, points × inputs.
    pub(super) fn back(
        &self,
        output: usize,
        x: ArrayView2<'_, f64>,
        by_sum: ArrayView1<'_, f64>,
        mut to: ArrayViewMut2<'_, f64>,
    ) {
        for (input, (x, mut to)) in zip(x.columns(), to.columns_mut()).enumerate() {
            for half in Half::BOTH {
                let fires = |x: f64| if half == Half::Positive { x > 0.0 } else { x < 0.0 };
                if !x.iter().any(|&x| fires(x)) {
                    continue;
                }
                let slopes = self.of_half(output, input, half).iter().map(|[z_in, z_out]| z_in * z_out);
                let slope: f64 = slopes.sum();
                for ((to, &x), &by_sum) in zip(zip(&mut to, x), by_sum) {
                    if fires(x) {
                        *to += slope * by_sum;
                    }
                }
            }
        }
    }

    /// Memory taken.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.weights[..]) + size_of_val(&self.starts[..])
    }
}
