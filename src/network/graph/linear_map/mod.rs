//! The linear maps of a graph: one matrix each, applied at one or many places.
//!
//! A dense layer reads its whole input once. A convolution reads a patch at every place with the same matrix of outputs ×
//! (channel, tap): its kernel. So every linear map is a matrix and a table of the entries that it reads at each place. A bias is a
//! weight of a last column that reads the constant 1 everywhere.

mod places;

use ndarray::{Array1, Array2};
use serde::Serialize;

use super::recurrent::RecurrentPart;
use super::{GraphError, Shape, Window};

/// Reads 0: an entry of the padding.
const PADDING: u32 = u32::MAX;

/// Reads 1: the entry of the biases.
const CONSTANT: u32 = u32::MAX - 1;

/// How a matrix is applied to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Placement {
    /// to all entries at once
    Dense,
    /// to each row along the last axis
    Rows,
    /// to the patch of all channels under a window, at each of its places
    Convolution {
        /// the window over the axes behind the channels
        window: Window,
        /// groups of channels; an output reads the channels of its own group
        groups: usize,
    },
}

impl Placement {
    /// Lower-case name, as in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dense => "dense",
            Self::Rows => "rows",
            Self::Convolution { .. } => "convolution",
        }
    }
}

/// A linear map with its place in a graph, its weights apart.
#[derive(Clone, Debug, Serialize)]
pub struct LinearMap {
    name: String,
    placement: Placement,
    input: Shape,
    output: Shape,
    has_bias: bool,
    /// of a recurrent layer
    #[serde(skip)]
    recurrent: Option<RecurrentPart>,
    rows: usize,
    columns: usize,
    /// the entry read at each place by each column
    #[serde(skip)]
    table: Vec<u32>,
}

/// A linear map and its matrix, rows × columns; a bias is the last column.
pub type WeightedMap = (LinearMap, Array2<f64>);

impl LinearMap {
    /// A dense layer of `weights`, outputs × entries of the input, with a bias or without.
    ///
    /// # Errors
    /// [`GraphError`] where the shapes do not fit.
    pub fn dense(
        name: &str,
        input: Shape,
        weights: Array2<f64>,
        bias: Option<Array1<f64>>,
    ) -> Result<WeightedMap, GraphError> {
        check(name, "inputs (columns of its weights)", input.entries(), weights.ncols())?;
        let (output, entries) = (Shape::new([weights.nrows()]), 0..input.entries() as u32);
        Self::with_bias(name, Placement::Dense, input, output, entries.collect(), (weights, bias))
    }

    /// The dense layer of a chain, without biases; both numbers below 2³².
    pub(super) fn of_chain(layer: usize, inputs: usize, outputs: usize) -> Self {
        Self {
            name: format!("layer {layer}"),
            placement: Placement::Dense,
            input: Shape::new([inputs]),
            output: Shape::new([outputs]),
            has_bias: false,
            recurrent: None,
            rows: outputs,
            columns: inputs,
            table: (0..inputs as u32).collect(),
        }
    }

    /// A layer of `weights`, outputs × length of the last axis, applied to each row along that axis.
    ///
    /// # Errors
    /// [`GraphError`] where the shapes do not fit.
    pub fn of_rows(
        name: &str,
        input: Shape,
        weights: Array2<f64>,
        bias: Option<Array1<f64>>,
    ) -> Result<WeightedMap, GraphError> {
        let last = input.axes().last().copied().unwrap_or(1);
        check(name, "inputs (columns of its weights)", last, weights.ncols())?;
        let mut axes = input.axes().to_vec();
        if let Some(last) = axes.last_mut() {
            *last = weights.nrows();
        }
        let entries = 0..input.entries() as u32;
        Self::with_bias(name, Placement::Rows, input, Shape::new(axes), entries.collect(), (weights, bias))
    }

    /// A convolution of `kernel`, outputs × (channel of the group, tap), over an input of shape (channels, spatial axes…).
    ///
    /// # Errors
    /// [`GraphError`] where the shapes do not fit.
    pub fn convolution(
        name: &str,
        input: Shape,
        kernel: Array2<f64>,
        bias: Option<Array1<f64>>,
        window: Window,
        groups: usize,
    ) -> Result<WeightedMap, GraphError> {
        let [channels, sizes @ ..] = input.axes() else {
            return Err(GraphError::new(name, "an input with channels and spatial axes", "no axis"));
        };
        let (channels, outputs, taps) = (*channels, kernel.nrows(), window.taps());
        let Some(places) = window.places(sizes, false) else {
            let expected = format!("a window that fits into its input of {input}");
            let found = format!("kernel {:?} with padding {:?}", window.kernel, window.padding);
            return Err(GraphError::new(name, expected, found));
        };
        if groups == 0 || channels % groups != 0 || outputs % groups != 0 {
            let expected = format!("groups that divide {channels} channels and {outputs} outputs");
            return Err(GraphError::new(name, expected, groups.to_string()));
        }
        let per_group = channels / groups * taps;
        check(name, "columns of its kernel (channels of a group times taps)", per_group, kernel.ncols())?;
        window.check_reads(name, &places, channels.saturating_mul(taps))?;
        // An output's weights on the channels of other groups are 0.
        let mut weights = Array2::zeros((outputs, channels * taps));
        for ((output, column), &w) in kernel.indexed_iter() {
            let group = output / (outputs / groups);
            weights[[output, group * per_group + column]] = w;
        }
        let size: usize = sizes.iter().product();
        let on_channel = window.entries(sizes, &places);
        let mut table = Vec::with_capacity(on_channel.len() * channels);
        for patch in on_channel.chunks(taps) {
            for channel in 0..channels {
                table
                    .extend(patch.iter().map(|e| e.map_or(PADDING, |entry| (channel * size) as u32 + entry)));
            }
        }
        let output = Shape::new([&[outputs][..], &places].concat());
        let placement = Placement::Convolution { window, groups };
        Self::with_bias(name, placement, input, output, table, (weights, bias))
    }

    /// The map with its bias as last column, if it has one.
    fn with_bias(
        name: &str,
        placement: Placement,
        input: Shape,
        output: Shape,
        table: Vec<u32>,
        (weights, bias): (Array2<f64>, Option<Array1<f64>>),
    ) -> Result<WeightedMap, GraphError> {
        let (rows, columns) = weights.dim();
        if rows == 0 || columns == 0 {
            let found = format!("{rows} × {columns} weights");
            return Err(GraphError::new(name, "at least one output and one input", found));
        }
        let has_bias = bias.is_some();
        let (weights, table) = match bias {
            None => (weights, table),
            Some(bias) => {
                check(name, "biases, one for each output", rows, bias.len())?;
                let with = Array2::from_shape_fn((rows, columns + 1), |(row, column)| {
                    if column < columns { weights[[row, column]] } else { bias[row] }
                });
                let table = table.chunks(columns).flat_map(|patch| patch.iter().copied().chain([CONSTANT]));
                (with, table.collect())
            }
        };
        if let Some(((row, column), found)) = weights.indexed_iter().find(|(_, w)| !w.is_finite()) {
            let expected = format!("a finite weight at row {row}, column {column}");
            return Err(GraphError::new(name, expected, found.to_string()));
        }
        let columns = weights.ncols();
        let name = name.to_owned();
        let map = Self { name, placement, input, output, has_bias, recurrent: None, rows, columns, table };
        Ok((map, weights))
    }

    /// The same map with other weights, rows × columns without biases, and these biases.
    pub(super) fn rebiased(&self, weights: Array2<f64>, bias: Array1<f64>) -> WeightedMap {
        let mut map = self.clone();
        if !map.has_bias {
            let patches = self.table.chunks(self.columns);
            map.table = patches.flat_map(|patch| patch.iter().copied().chain([CONSTANT])).collect();
            map.columns += 1;
            map.has_bias = true;
        }
        let last = map.columns - 1;
        let with = Array2::from_shape_fn((map.rows, map.columns), |(row, column)| {
            if column < last { weights[[row, column]] } else { bias[row] }
        });
        (map, with)
    }

    /// The same map as this part of a recurrent layer.
    pub fn of_recurrent(mut self, part: RecurrentPart) -> Self {
        self.recurrent = Some(part);
        self
    }

    /// The part of a recurrent layer that it is, if it is one.
    pub fn recurrent(&self) -> Option<RecurrentPart> {
        self.recurrent
    }

    /// The gate of a row of a recurrent layer, and the number of its unit, from 0.
    pub fn gate(&self, row: usize) -> Option<(&'static str, usize)> {
        self.recurrent?.gate(row, self.rows)
    }

    /// Its name, as its file or preset has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is applied.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// The shape of its input.
    pub fn input(&self) -> &Shape {
        &self.input
    }

    /// The shape of its output.
    pub fn output(&self) -> &Shape {
        &self.output
    }

    /// Whether the last column reads the constant 1.
    pub fn has_bias(&self) -> bool {
        self.has_bias
    }

    /// Outputs at a place: rows of its matrix.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns of its matrix, that of the biases included.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// Whether a number is the expected one.
fn check(name: &str, what: &str, expected: usize, found: usize) -> Result<(), GraphError> {
    if expected == found {
        return Ok(());
    }
    Err(GraphError::new(name, format!("{expected} {what}"), found.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn groups_read_their_own_channels() {
        let kernel = array![[1.0], [2.0], [3.0], [4.0]];
        let (map, w) =
            LinearMap::convolution("c", Shape::new([2, 1]), kernel, None, Window::new([1]), 2).unwrap();
        assert_eq!(w, array![[1.0, 0.0], [2.0, 0.0], [0.0, 3.0], [0.0, 4.0]]);
        assert_eq!(map.output(), &Shape::new([4, 1]));
    }

    #[test]
    fn misfits_are_named() {
        let shape = || Shape::new([3]);
        let error = LinearMap::dense("fc", shape(), Array2::zeros((2, 4)), None).unwrap_err();
        assert_eq!(error.to_string(), "node fc: expected 3 inputs (columns of its weights), found 4");
        let error = LinearMap::dense("fc", shape(), array![[1.0, f64::NAN, 0.0]], None).unwrap_err();
        assert!(error.to_string().contains("a finite weight at row 0, column 1, found NaN"), "{error}");
        let (bias, w) = (Some(array![1.0]), Array2::zeros((2, 3)));
        assert!(LinearMap::dense("fc", shape(), w, bias).is_err());
        let window = Window::new([4]);
        assert!(
            LinearMap::convolution("c", Shape::new([1, 3]), Array2::zeros((1, 4)), None, window, 1).is_err()
        );
    }
}
