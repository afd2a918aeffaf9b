//! A linear map at its places: what its columns read of a batch, and where its rows write.

use ndarray::{Array2, ArrayView2, CowArray, Ix2};

use super::{CONSTANT, LinearMap, PADDING, Placement, WeightedMap};

impl LinearMap {
    /// Places at which it is applied: 1 of a dense layer.
    pub fn places(&self) -> usize {
        self.table.len() / self.columns
    }

    /// The entry of the input that each column reads at a place: `None` for the padding; the column of the biases, last, is left
    /// out.
    pub fn patch(&self, place: usize) -> impl ExactSizeIterator<Item = Option<usize>> + '_ {
        let first = place * self.columns;
        let columns = self.columns - usize::from(self.has_bias);
        self.table[first..first + columns].iter().map(|&e| (e != PADDING).then_some(e as usize))
    }

    /// The entry of the output that a row writes at a place.
    pub fn entry(&self, place: usize, row: usize) -> usize {
        match self.placement {
            Placement::Dense | Placement::Rows => place * self.rows + row,
            Placement::Convolution { .. } => row * self.places() + place,
        }
    }

    /// Whether the input is read as it is.
    fn is_whole(&self) -> bool {
        !self.has_bias && self.placement == Placement::Dense
    }

    /// What the columns read of a batch, points × entries of the input: (points · places) × columns, point by point.
    pub fn patches<'a>(&self, x: ArrayView2<'a, f64>) -> CowArray<'a, f64, Ix2> {
        if self.is_whole() {
            return CowArray::from(x);
        }
        let places = self.places();
        let mut patches = Array2::zeros((x.nrows() * places, self.columns));
        for (x, mut patches) in x.rows().into_iter().zip(patches.exact_chunks_mut((places, self.columns))) {
            for (to, &entry) in patches.iter_mut().zip(&self.table) {
                *to = match entry {
                    PADDING => 0.0,
                    CONSTANT => 1.0,
                    entry => x[entry as usize],
                };
            }
        }
        CowArray::from(patches)
    }

    /// The outputs at all places, (points · places) × rows, as points × entries of the output.
    pub fn outputs(&self, y: Array2<f64>) -> Array2<f64> {
        let places = self.places();
        if places == 1 {
            return y;
        }
        let mut outputs = Array2::zeros((y.nrows() / places, places * self.rows));
        for (y, mut outputs) in y.exact_chunks((places, self.rows)).into_iter().zip(outputs.rows_mut()) {
            for ((place, row), &value) in y.indexed_iter() {
                outputs[self.entry(place, row)] = value;
            }
        }
        outputs
    }

    /// [`outputs`](Self::outputs) turned round: points × entries of the output as (points · places) × rows.
    pub fn by_place(&self, outputs: ArrayView2<'_, f64>) -> Array2<f64> {
        let places = self.places();
        if places == 1 {
            return outputs.to_owned();
        }
        Array2::from_shape_fn((outputs.nrows() * places, self.rows), |(at, row)| {
            outputs[[at / places, self.entry(at % places, row)]]
        })
    }

    /// Derivatives by what the columns read, as [`patches`](Self::patches) has it, to derivatives by the input: points × entries.
    pub fn back(&self, by_patches: Array2<f64>) -> Array2<f64> {
        if self.is_whole() {
            return by_patches;
        }
        let places = self.places();
        let mut by_input = Array2::zeros((by_patches.nrows() / places, self.input.entries()));
        let chunks = by_patches.exact_chunks((places, self.columns));
        for (by_patches, mut by_input) in chunks.into_iter().zip(by_input.rows_mut()) {
            for (&value, &entry) in by_patches.iter().zip(&self.table) {
                if entry < CONSTANT {
                    by_input[entry as usize] += value;
                }
            }
        }
        by_input
    }

    /// The same map as a dense layer with a weight for each place, and its matrix. `weights`: its own matrix.
    pub(in super::super) fn as_dense(&self, weights: &Array2<f64>) -> WeightedMap {
        let matrix = self.unrolled(weights.view());
        let entries = 0..self.input.entries() as u32;
        let table = entries.chain(self.has_bias.then_some(CONSTANT)).collect();
        let (rows, columns) = matrix.dim();
        let dense = Self { placement: Placement::Dense, rows, columns, table, ..self.clone() };
        (dense, matrix)
    }

    /// The whole map as one matrix: entries of the output × entries of the input, and behind them the constant 1 where
    /// it has a bias. `weights` is its own matrix, rows × columns.
    pub fn unrolled(&self, weights: ArrayView2<'_, f64>) -> Array2<f64> {
        let inputs = self.input.entries();
        let mut matrix = Array2::zeros((self.output.entries(), inputs + usize::from(self.has_bias)));
        for (place, patch) in self.table.chunks(self.columns).enumerate() {
            for (row, weights) in weights.rows().into_iter().enumerate() {
                let entry = self.entry(place, row);
                for (&w, &column) in weights.iter().zip(patch) {
                    match column {
                        PADDING => {}
                        CONSTANT => matrix[[entry, inputs]] += w,
                        column => matrix[[entry, column as usize]] += w,
                    }
                }
            }
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::super::{Shape, Window};
    use super::*;

    #[test]
    fn a_convolution_by_hand() {
        // One channel of 1×3, a kernel of 1×2, a bias.
        let (map, w) = LinearMap::convolution(
            "conv",
            Shape::new([1, 1, 3]),
            array![[1.0, 10.0], [2.0, 0.0]],
            Some(array![0.5, -0.5]),
            Window::new([1, 2]),
            1,
        )
        .unwrap();
        assert_eq!((map.rows(), map.columns(), map.places()), (2, 3, 2));
        let x = array![[1.0, 2.0, 3.0], [-1.0, 0.0, 1.0]];
        let y = map.outputs(map.patches(x.view()).dot(&w.t()));
        assert_eq!(y, array![[21.5, 32.5, 1.5, 3.5], [-0.5, 10.5, -2.5, -0.5]]);
        let unrolled = map.unrolled(w.view());
        assert_eq!(unrolled.row(1), array![0.0, 1.0, 10.0, 0.5]);
        // The transpose of the map, its constant apart.
        let by = array![[1.0, 0.0, 0.0, 1.0]];
        let back = map.back(map.by_place(by.view()).dot(&w));
        assert_eq!(back, array![[1.0, 12.0, 0.0]]);
    }
}
