//! What the neurons of a layer get to see of its inputs, at many points.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use crate::construction::Half;

/// Points evaluated together: so many times a path is used when it comes from memory. Their inputs stay in the caches
/// meanwhile.
pub(super) use crate::network::BLOCK;

/// A value for each point of a block, where vectors of them begin and end with a line of the caches.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Values(pub(super) [f64; BLOCK]);

impl Default for Values {
    fn default() -> Self {
        Self([0.0; BLOCK])
    }
}

impl Values {
    /// Whether this is so at any point.
    #[inline(always)]
    fn any(&self, is_so: impl Fn(f64) -> bool) -> bool {
        // To the end, as vectors do it.
        self.0.iter().fold(false, |any, &x| any | is_so(x))
    }

    /// The values where this is so, 0 elsewhere.
    #[inline(always)]
    fn where_it(&self, is_so: impl Fn(f64) -> bool) -> Self {
        Self(self.0.map(|x| if is_so(x) { x } else { 0.0 }))
    }
}

/// One input at the points of a block.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// its values; 0 behind the last point
    values: Values,
    /// max{0, x} and min{0, x}, where some value is negative or NaN
    parts: Option<Box<[Values; 2]>>,
    /// whether the neurons of a half fire at any of the points
    fires: [bool; 2],
}

impl Column {
    #[inline(always)]
    pub(super) fn of(values: Values) -> Self {
        let has_parts = values.any(|x| x < 0.0 || x.is_nan());
        let parts = || Box::new([values.where_it(|x| x > 0.0), values.where_it(|x| x < 0.0)]);
        let fires = [values.any(|x| x > 0.0), values.any(|x| x < 0.0)];
        Self { parts: has_parts.then(parts), fires, values }
    }

    /// What the neurons of a half get to see; `None` where none of them fires at any of the points.
    #[inline(always)]
    pub(super) fn seen_by(&self, half: Half) -> Option<&Values> {
        let part = self.parts.as_ref().map_or(&self.values, |parts| &parts[half as usize]);
        self.fires[half as usize].then_some(part)
    }

    /// Its values; 0 behind the last point.
    pub(super) fn values(&self) -> &Values {
        &self.values
    }
}

/// The inputs of a layer at many points.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    points: usize,
    /// block by block of each input, one input after the other
    columns: Vec<Column>,
}

impl Batch {
    /// The inputs `x`, points × inputs.
    pub(super) fn of(x: ArrayView2<'_, f64>) -> Self {
        Self::of_columns(x.nrows(), x.ncols(), |input, block, points| {
            let mut values = Values::default();
            for (point, value) in values.0[..points].iter_mut().enumerate() {
                *value = x[[block * BLOCK + point, input]];
            }
            Column::of(values)
        })
    }

    /// A batch of `width` inputs. `column` makes each of their columns: it is given the input, the block, and the number of
    /// points in the block.
    pub(super) fn of_columns(
        points: usize,
        width: usize,
        column: impl Fn(usize, usize, usize) -> Column + Sync,
    ) -> Self {
        let blocks = points.div_ceil(BLOCK);
        let at = |at: usize| {
            let block = at % blocks;
            column(at / blocks, block, BLOCK.min(points - block * BLOCK))
        };
        Self { points, columns: (0..width * blocks).into_par_iter().map(at).collect() }
    }

    /// Points of the batch.
    pub(super) fn points(&self) -> usize {
        self.points
    }

    /// An input at the points of a block.
    #[inline(always)]
    pub(super) fn column(&self, input: usize, block: usize) -> &Column {
        &self.columns[input * self.points.div_ceil(BLOCK) + block]
    }

    /// All inputs at the points of a block, in their order.
    #[inline(always)]
    pub(super) fn block(&self, block: usize) -> impl Iterator<Item = &Column> {
        self.columns.chunks_exact(self.points.div_ceil(BLOCK)).map(move |column| &column[block])
    }

    /// Marks the points at which some value is not finite.
    pub(super) fn note_overflow(&self, overflowed: &mut [bool]) {
        for (at, column) in self.columns.iter().enumerate() {
            if column.values.any(|x| !x.is_finite()) {
                let block = at % self.points.div_ceil(BLOCK);
                let points = overflowed[BLOCK * block..].iter_mut().zip(&column.values.0);
                points.for_each(|(overflowed, x)| *overflowed |= !x.is_finite());
            }
        }
    }

    /// Points × `width` values.
    pub(super) fn values(&self, width: usize) -> Array2<f64> {
        Array2::from_shape_fn((self.points, width), |(point, input)| {
            self.column(input, point / BLOCK).values.0[point % BLOCK]
        })
    }
}
