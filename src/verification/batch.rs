//! Inputs of a layer at many points, split into the parts that each half reads.

use std::sync::{Arc, Mutex, PoisonError};

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use crate::construction::Half;

/// Points evaluated together: uses per load of a path. Their inputs fit the caches.
pub(super) use crate::network::BLOCK;

/// A value for each point of a block, aligned to cache lines.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Values(pub(super) [f64; BLOCK]);

impl Default for Values {
    fn default() -> Self {
        Self([0.0; BLOCK])
    }
}

/// Numbers of a cache line.
const LINE: usize = 8;

/// Memory of earlier batches, to be reused. The allocator keeps freed memory per thread: without reuse, a search would grow with
/// the number of threads.
#[derive(Clone, Debug, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<Vec<f64>>>>);

impl Spare {
    /// The smallest buffer with this length or up to twice as long.
    fn take(&self, length: usize) -> Vec<f64> {
        let mut buffers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting = (0..buffers.len()).filter(|&at| (length..=2 * length).contains(&buffers[at].len()));
        match fitting.min_by_key(|&at| buffers[at].len()) {
            Some(at) => buffers.swap_remove(at),
            None => vec![0.0; length],
        }
    }

    fn give_back(&self, buffer: Vec<f64>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

/// Values of many blocks, each aligned to cache lines.
#[derive(Debug)]
struct InputColumns {
    numbers: Vec<f64>,
    start: usize,
    columns: usize,
    spare: Spare,
}

impl InputColumns {
    /// Values of `width` inputs at this many blocks, unspecified at first.
    fn new(width: usize, blocks: usize, spare: &Spare) -> Self {
        let numbers = spare.take(width * blocks * BLOCK + LINE - 1);
        let start = numbers.as_ptr().align_offset(align_of::<Values>()).min(LINE - 1);
        Self { numbers, start, columns: width * blocks, spare: spare.clone() }
    }

    #[inline(always)]
    fn all(&self) -> &[[f64; BLOCK]] {
        &self.numbers[self.start..].as_chunks().0[..self.columns]
    }

    fn all_mut(&mut self) -> &mut [[f64; BLOCK]] {
        &mut self.numbers[self.start..].as_chunks_mut().0[..self.columns]
    }
}

impl Drop for InputColumns {
    fn drop(&mut self) {
        self.spare.give_back(std::mem::take(&mut self.numbers));
    }
}

/// The inputs of a layer at many points.
#[derive(Debug)]
pub(super) struct Batch {
    points: usize,
    width: usize,
    /// input by input, block by block; 0 behind the last point
    values: InputColumns,
    /// max{0, x} and min{0, x}, if any value of the batch is negative or NaN
    parts: Option<[InputColumns; 2]>,
    /// of each column: whether the neurons of a half fire at any of its points
    fires: Vec<[bool; 2]>,
}

impl Batch {
    /// The inputs `x`, points × inputs.
    pub(super) fn of(x: ArrayView2<'_, f64>, spare: &Spare) -> Self {
        Self::of_columns(x.nrows(), x.ncols(), spare, |input, block, points| {
            let mut values = Values::default();
            for (point, value) in values.0[..points].iter_mut().enumerate() {
                *value = x[[block * BLOCK + point, input]];
            }
            values
        })
    }

    /// A batch of `width` inputs. `column` computes a column, 0 behind the last point, from the input, the block, and the number
    /// of points in the block.
    pub(super) fn of_columns(
        points: usize,
        width: usize,
        spare: &Spare,
        column: impl Fn(usize, usize, usize) -> Values + Sync,
    ) -> Self {
        let blocks = points.div_ceil(BLOCK);
        let mut values = InputColumns::new(width, blocks, spare);
        let fires = values.all_mut().par_iter_mut().enumerate().map(|(at, to)| {
            let block = at % blocks;
            *to = column(at / blocks, block, BLOCK.min(points - block * BLOCK)).0;
            // Without an early exit, for SIMD.
            to.iter().fold(([false; 2], false), |([positive, negative], is_nan), &x| {
                ([positive | (x > 0.0), negative | (x < 0.0)], is_nan | x.is_nan())
            })
        });
        let (fires, is_nan): (Vec<[bool; 2]>, Vec<bool>) = fires.unzip();
        let has_parts = fires.par_iter().zip(is_nan).any(|(fires, is_nan)| fires[1] || is_nan);
        let part = |half: Half| {
            let mut part = InputColumns::new(width, blocks, spare);
            part.all_mut().par_iter_mut().zip(values.all()).for_each(|(part, values)| {
                *part = values.map(|x| {
                    let fires = if half == Half::Positive { x > 0.0 } else { x < 0.0 };
                    if fires { x } else { 0.0 }
                });
            });
            part
        };
        let parts = has_parts.then(|| Half::BOTH.map(part));
        Self { points, width, values, parts, fires }
    }

    /// Points of the batch.
    pub(super) fn points(&self) -> usize {
        self.points
    }

    fn blocks(&self) -> usize {
        self.points.div_ceil(BLOCK)
    }

    /// An input at the points of a block; 0 behind the last point.
    #[inline(always)]
    pub(super) fn values_at(&self, input: usize, block: usize) -> &[f64; BLOCK] {
        &self.values.all()[input * self.blocks() + block]
    }

    /// The parts of all inputs at the points of a block, input by input, for each half; `None` where no neuron of the half fires
    /// at any point.
    #[inline(always)]
    pub(super) fn seen(&self, block: usize) -> impl Iterator<Item = [Option<&[f64; BLOCK]>; 2]> {
        let (blocks, values) = (self.blocks(), self.values.all());
        let parts = self.parts.as_ref().map_or([values; 2], |parts| [parts[0].all(), parts[1].all()]);
        (0..self.width).map(move |input| {
            let at = input * blocks + block;
            let fires = self.fires[at];
            [fires[0].then(|| &parts[0][at]), fires[1].then(|| &parts[1][at])]
        })
    }

    /// Marks the points with any value that is not finite.
    pub(super) fn note_overflow(&self, overflowed: &mut [bool]) {
        for (at, values) in self.values.all().iter().enumerate() {
            if values.iter().fold(false, |any, x| any | !x.is_finite()) {
                let block = at % self.blocks();
                let points = overflowed[BLOCK * block..].iter_mut().zip(values);
                points.for_each(|(overflowed, x)| *overflowed |= !x.is_finite());
            }
        }
    }

    /// Points × inputs.
    pub(super) fn to_array(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.points, self.width), |(point, input)| {
            self.values_at(input, point / BLOCK)[point % BLOCK]
        })
    }
}
