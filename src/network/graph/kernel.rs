//! The kernels of a convolution: where a column of its matrix reads.

use super::{LinearMap, Placement};

/// The columns of a convolution: channel by channel its taps, row by row; behind them the biases, if there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelShape {
    /// channels of the input
    pub channels: usize,
    /// rows of taps: all axes but the last one
    pub rows: usize,
    /// taps in a row
    pub columns: usize,
    /// whether a last column holds the biases
    pub has_bias: bool,
}

/// What a column reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelPlace {
    /// a tap, counted from 0
    Tap {
        /// channel of the input
        channel: usize,
        /// dy
        row: usize,
        /// dx
        column: usize,
    },
    /// the constant 1
    Bias,
}

impl KernelShape {
    /// Of a convolution; `None` of other maps.
    pub fn of(map: &LinearMap) -> Option<Self> {
        let Placement::Convolution { window, .. } = map.placement() else { return None };
        let columns = window.kernel.last().copied().unwrap_or(1);
        let taps = window.taps();
        let channels = (map.columns() - usize::from(map.has_bias())) / taps;
        Some(Self { channels, rows: taps / columns, columns, has_bias: map.has_bias() })
    }

    /// What a column of the matrix reads.
    pub fn place(self, column: usize) -> KernelPlace {
        let taps = self.rows * self.columns;
        if column >= self.channels * taps {
            return KernelPlace::Bias;
        }
        let tap = column % taps;
        KernelPlace::Tap { channel: column / taps, row: tap / self.columns, column: tap % self.columns }
    }

    /// The column that reads this.
    pub fn column(self, place: KernelPlace) -> usize {
        match place {
            KernelPlace::Tap { channel, row, column } => (channel * self.rows + row) * self.columns + column,
            KernelPlace::Bias => self.channels * self.rows * self.columns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Shape, Window};
    use super::*;
    use ndarray::{Array1, Array2};

    #[test]
    fn every_column_has_a_place_and_reads_there() {
        let kernel = Array2::zeros((2, 3 * 2 * 5));
        let (input, bias) = (Shape::new([3, 4, 6]), Array1::zeros(2));
        let (map, _) =
            LinearMap::convolution("c", input, kernel, Some(bias), Window::new([2, 5]), 1).unwrap();
        let shape = KernelShape::of(&map).unwrap();
        assert_eq!((shape.channels, shape.rows, shape.columns, shape.has_bias), (3, 2, 5, true));
        let reads: Vec<Option<usize>> = map.patch(0).collect();
        // The constant is no part of a patch.
        assert_eq!(reads.len() + 1, map.columns());
        for (column, read) in reads.into_iter().enumerate() {
            assert_eq!(shape.column(shape.place(column)), column);
            if let KernelPlace::Tap { channel, row, column: x } = shape.place(column) {
                assert_eq!(read, Some((channel * 4 + row) * 6 + x));
            }
        }
        assert_eq!(shape.place(30), KernelPlace::Bias);
        let (dense, _) = LinearMap::dense("d", Shape::new([4]), Array2::zeros((2, 4)), None).unwrap();
        assert_eq!(KernelShape::of(&dense), None);
    }
}
