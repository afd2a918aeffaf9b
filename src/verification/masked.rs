//! Ĝ itself: the masked network, evaluated neuron by neuron.
//!
//! # What is left out
//! A neuron with z_in > 0 fires where x > 0 only, one with z_in < 0 where x < 0 only. So neurons get to see one part of
//! their input, max{0, x} or min{0, x}, which spares each the comparison of h = max{0, z_in·x}; and those of a half are
//! passed over where this part is 0 at all points at hand. Inputs of layers 2…ℓ are outputs of ReLU, whose negative
//! part is 0 throughout: half of their neurons never fire.
//!
//! Both are exact, to the bit. A neuron that does not fire adds z_out·0 = ±0. A sum starts at +0 and is never −0 later
//! on: rounding to nearest makes x − x = +0, (+0) + (±0) = +0, and no sum of two f64 underflows. To anything but −0, NaN and
//! infinities included, adding ±0 changes nothing. Nor do inputs of −0 or NaN, at which no neuron fires.

use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::runs::Runs;
use super::whole;
use crate::construction::{Half, LayerTicket};
use crate::network::{Activation, Architecture};

/// Points evaluated together: so many times a path is used when it comes from memory. Their inputs stay in the caches
/// meanwhile.
const BLOCK: usize = 64;

/// Points that a run of paths is added up for at once, in registers.
const LANES: usize = 32;

/// One layer of Ĝ: the kept intermediate neurons between two layers of the target's shape.
///
/// A kept neuron s computes h = max{0, z_in·x_a} from the one input that its mask leaves it (max{0, Σ z_in·x_a} where it
/// leaves several), and adds z_out·h to the outputs that it still feeds. Nothing else of G is alive.
#[derive(Clone, Debug)]
pub struct MaskedLayer<'a> {
    ticket: &'a LayerTicket,
    outputs: usize,
    /// `None` where neurons have several live inputs
    runs: Option<Runs>,
    activation: Activation,
}

impl<'a> MaskedLayer<'a> {
    /// The layer of `ticket`, whose rows must be in the order of their outputs, as a finished ticket's are, and whose
    /// weights must be finite, as G's are.
    pub fn new(ticket: &'a LayerTicket, outputs: usize, activation: Activation) -> Self {
        let runs = (!whole::any(ticket)).then(|| Runs::of(ticket, outputs));
        Self { ticket, outputs, runs, activation }
    }

    /// Runs of neighbouring rows that join the same two ends and fire on the same side of 0; `None` where neurons have several
    /// live inputs.
    pub fn runs(&self) -> Option<usize> {
        self.runs.as_ref().map(Runs::len)
    }

    /// The layer applied to a batch: `points × n_{i−1}` in, `points × n_i` out. Each point's result is the same
    /// whatever the batch and the number of threads: paths are added in the order of the ticket.
    pub fn forward(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut y = Array2::zeros((x.nrows(), self.outputs));
        let blocks: Vec<_> = x.axis_chunks_iter(Axis(0), BLOCK).collect();
        let targets: Vec<_> = y.axis_chunks_iter_mut(Axis(0), BLOCK).collect();
        blocks.into_par_iter().zip(targets).for_each(|(x, mut y)| match &self.runs {
            None => {
                whole::add(self.ticket, x, y.view_mut());
                y.mapv_inplace(|sum| self.activation.apply(sum));
            }
            Some(runs) => self.apply(runs, x, y),
        });
        y
    }

    /// Sets `y`, at most [`BLOCK`] points × outputs, to what comes of the inputs `x`.
    fn apply(&self, runs: &Runs, x: ArrayView2<'_, f64>, mut y: ArrayViewMut2<'_, f64>) {
        let (arch, columns) = (Arch::new(), Column::all(x));
        y.axis_iter_mut(Axis(1)).into_par_iter().enumerate().for_each(|(output, mut y)| {
            let sums = arch.dispatch(OutputSums { layer: self, runs, output, columns: &columns });
            for (y, &sum) in y.iter_mut().zip(sums.0.as_flattened()) {
                *y = self.activation.apply(sum);
            }
        });
    }

    /// Adds what the neurons of a run contribute at each point.
    #[inline(always)]
    fn add(&self, rows: Range<usize>, part: &Part, sums: &mut Values) {
        let (z_in, z_out) = (&self.ticket.z_in[rows.clone()], &self.ticket.z_out[rows]);
        for ((sum, part), fires) in sums.0.iter_mut().zip(&part.x.0).zip(part.fires) {
            if !fires {
                continue;
            }
            let (mut s, part) = (*sum, *part);
            for (z_in, z_out) in z_in.iter().zip(z_out) {
                for (s, x) in s.iter_mut().zip(&part) {
                    *s += z_out * (z_in * x);
                }
            }
            *sum = s;
        }
    }
}

/// What arrives at an output at each point of a block, with the instructions that there are.
struct OutputSums<'a> {
    layer: &'a MaskedLayer<'a>,
    runs: &'a Runs,
    output: usize,
    columns: &'a [Column],
}

impl WithSimd for OutputSums<'_> {
    type Output = Values;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Values {
        let mut sums = Values::default();
        for (input, half, rows) in self.runs.of_output(self.output) {
            self.layer.add(rows, self.columns[input as usize].part(half), &mut sums);
        }
        sums
    }
}

/// A value for each point of a block, where vectors of them begin and end with a line of the caches.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Values([[f64; LANES]; BLOCK / LANES]);

/// One part of an input at the points of a block.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    /// the input where it is on this side of 0, else 0
    x: Values,
    /// whether it is, at any of these lanes
    fires: [bool; BLOCK / LANES],
}

impl Part {
    /// The part of an input on the side of 0 that `is_on_side` tells.
    fn of(x: &Values, is_on_side: impl Fn(f64) -> bool) -> Self {
        let mut part = Self { x: *x, ..Self::default() };
        for (x, fires) in part.x.0.iter_mut().zip(&mut part.fires) {
            for x in x {
                *fires |= is_on_side(*x);
                *x = if is_on_side(*x) { *x } else { 0.0 };
            }
        }
        part
    }
}

/// What neurons get to see of an input at the points of a block: those of the positive half, and those of the negative one.
#[derive(Clone, Copy, Debug)]
struct Column([Part; 2]);

impl Column {
    /// The inputs of at most [`BLOCK`] points, `points × inputs`; further points are 0.
    fn all(x: ArrayView2<'_, f64>) -> Vec<Self> {
        let column = |of_input: ArrayView1<'_, f64>| {
            let mut x = Values::default();
            x.0.as_flattened_mut().iter_mut().zip(of_input).for_each(|(x, of_point)| *x = *of_point);
            Self([Part::of(&x, |x| x > 0.0), Part::of(&x, |x| x < 0.0)])
        };
        x.columns().into_iter().map(column).collect()
    }

    #[inline(always)]
    fn part(&self, half: Half) -> &Part {
        &self.0[half as usize]
    }
}

/// Ĝ applied to a batch: the layers of these tickets, layer 1 first, all of them finished. `points × n₀` in, `points × n_ℓ`
/// out.
pub fn forward_masked<'a>(
    architecture: &Architecture,
    tickets: impl Iterator<Item = &'a LayerTicket>,
    x: Array2<f64>,
) -> Array2<f64> {
    tickets.zip(1..).fold(x, |x, (ticket, layer)| {
        let outputs = architecture.widths()[layer];
        MaskedLayer::new(ticket, outputs, architecture.activation(layer)).forward(x.view())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Side, Stream, Uniform};
    use ndarray::array;

    #[test]
    fn three_neurons_by_hand() {
        let ticket = LayerTicket {
            neuron: vec![4, 9, 2],
            input: vec![0, 0, 1],
            output: vec![0, 0, 2],
            z_in: vec![2.0, -1.0, 0.5],
            z_out: vec![3.0, -4.0, 1.0],
        };
        let layer = MaskedLayer::new(&ticket, 3, Activation::Identity);
        let y = layer.forward(array![[1.0, 2.0], [-1.0, -2.0]].view());
        // x₀ = 1: 3·2; x₀ = −1: −4·1. Output 1 has no path. Output 2 passes x₁ > 0 only.
        assert_eq!(y, array![[6.0, 0.0, 1.0], [-4.0, 0.0, 0.0]]);
    }

    /// As the network is defined: one neuron after the other, firing or not.
    fn plain(ticket: &LayerTicket, outputs: usize, x: &Array2<f64>) -> Array2<f64> {
        let mut y = Array2::zeros((x.nrows(), outputs));
        for path in ticket.paths() {
            for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
                let h = path.z_in * x[path.input as usize];
                y[path.output as usize] += path.z_out * if h > 0.0 { h } else { 0.0 };
            }
        }
        y
    }

    #[test]
    fn what_is_left_out_changes_no_bit() {
        let row = Stream::new(5, 0, Side::In).row(0);
        let draw = |place: u64| Uniform::new(1.0).unwrap().weight(row.word(place));
        let (inputs, outputs, paths) = (12, 4, 3_000_u32);
        // Runs of all lengths from 1 on; column 11 serves no path, output 3 has none.
        let ticket = LayerTicket {
            neuron: (0..u64::from(paths)).collect(),
            input: (0..paths).map(|i| i * 7 / 50 % 11).collect(),
            output: (0..paths).map(|i| i * 3 / paths).collect(),
            z_in: (0..u64::from(paths)).map(|i| if i % 601 == 0 { 0.0 } else { draw(i) }).collect(),
            z_out: (0..u64::from(paths)).map(|i| draw(1 << 20 | i)).collect(),
        };
        let special =
            [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-320, -1e-320, 5e-324, 1e308, -1e308];
        let mixed = |point: usize, input: usize| {
            let place = (point * inputs + input) as u64;
            match (input, row.word(2 << 20 | place) % 4) {
                // Never positive, never negative, never anything.
                (0, _) => -draw(3 << 20 | place).abs(),
                (1, _) => draw(3 << 20 | place).max(0.0),
                (2, _) => -0.0,
                // Anything at all.
                (3, 0) => special[point % special.len()],
                (_, 0) => 0.0,
                _ => draw(3 << 20 | place),
            }
        };
        for points in [1, 31, 64, 75, 130] {
            let x = Array2::from_shape_fn((points, inputs), |(point, input)| mixed(point, input));
            let y = MaskedLayer::new(&ticket, outputs, Activation::Identity).forward(x.view());
            let expected = plain(&ticket, outputs, &x);
            assert!(points < 10 || expected.iter().any(|y| y.is_nan()));
            assert!(expected.iter().any(|&y| y > 0.0) && expected.iter().any(|&y| y < 0.0));
            for (y, expected) in y.iter().zip(&expected) {
                // The sign and payload of NaN are nobody's to promise.
                assert!(y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan());
            }
        }
    }

    #[test]
    fn a_point_does_not_depend_on_its_batch() {
        let ticket = LayerTicket {
            neuron: (0..60).collect(),
            input: (0..60).map(|i| i % 3).collect(),
            output: (0..60).map(|i| i / 30).collect(),
            z_in: (0..60).map(|i| f64::from(i * 37 % 19) - 9.0).collect(),
            z_out: (0..60).map(|i| f64::from(i * 23 % 17) / 7.0 - 1.0).collect(),
        };
        let layer = MaskedLayer::new(&ticket, 2, Activation::Tanh);
        let x = Array2::from_shape_fn((137, 3), |(p, a)| ((p * 3 + a) as f64).sin());
        let whole = layer.forward(x.view());
        for point in [0, 15, 16, 63, 64, 136] {
            let alone = layer.forward(x.slice_axis(Axis(0), ndarray::Slice::from(point..=point)));
            assert_eq!(alone.row(0), whole.row(point));
        }
    }
}
