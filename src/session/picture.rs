//! An input as a picture: pixels, channels, or a sequence over time.

use crate::network::graph::{Graph, Placement};

/// The least side of a picture.
const LEAST_SIDE: usize = 4;

/// A picture in shades of grey, or one for each channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// pictures of the same size
    pub channels: usize,
    /// rows of each
    pub rows: usize,
    /// columns of each
    pub columns: usize,
    /// the meaning of its rows
    pub down: PictureRows,
    /// channel by channel, row by row, from 0 for the smallest value of x to 1 for the largest; all 0 if they are equal
    pub shades: Vec<f64>,
    /// the smallest value and the largest
    pub range: (f64, f64),
}

/// The meaning of a picture's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureRows {
    /// rows of pixels
    Pixels,
    /// steps in time
    Steps,
    /// channels of a single row of values each
    Channels,
}

/// The meaning of the axes of a graph's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxesOfInput {
    /// channels, if the first axis is theirs
    pub channels: Option<usize>,
    /// steps of a sequence, if the first axis is theirs
    pub steps: Option<usize>,
}

impl AxesOfInput {
    /// Of a graph: three axes begin with channels. Of two axes, the first has channels if a convolution takes the input, and steps if
    /// one matrix serves each row or each step.
    pub fn of(graph: &Graph) -> Self {
        let layers = || 1..=graph.layers();
        let placement = |layer: usize| graph.map(layer).placement();
        let convolves = |layer: usize| {
            matches!(placement(layer), Placement::Convolution { .. })
                && graph.map(layer).input() == graph.input()
        };
        let by_row =
            |layer: usize| *placement(layer) == Placement::Rows || graph.uses(layer).nth(1).is_some();
        match *graph.input().axes() {
            [channels, _, _] => Self { channels: Some(channels), steps: None },
            [channels, _] if layers().any(convolves) => Self { channels: Some(channels), steps: None },
            [steps, _] if layers().any(by_row) => Self { channels: None, steps: Some(steps) },
            _ => Self { channels: None, steps: None },
        }
    }
}

impl Picture {
    /// x as a picture, if it has a square number of values, at least 4×4.
    pub fn new(x: &[f64]) -> Option<Self> {
        let side = x.len().isqrt();
        if side * side != x.len() || side < LEAST_SIDE {
            return None;
        }
        Some(Self::shaded(x, (1, side, side), PictureRows::Pixels))
    }

    /// x as the input of a graph: channels × rows × columns, or rows × columns; otherwise as [`new`](Self::new) has it.
    pub fn of_graph(x: &[f64], graph: &Graph) -> Option<Self> {
        let (channels, rows, columns) = match *graph.input().axes() {
            [rows, columns] => (1, rows, columns),
            [channels, rows, columns] => (channels, rows, columns),
            _ => return Self::new(x),
        };
        let down = match (AxesOfInput::of(graph), graph.input().axes().len()) {
            (AxesOfInput { steps: Some(_), .. }, _) => PictureRows::Steps,
            (AxesOfInput { channels: Some(_), .. }, 2) => PictureRows::Channels,
            _ => PictureRows::Pixels,
        };
        let fits = channels.checked_mul(rows)?.checked_mul(columns)? == x.len() && !x.is_empty();
        fits.then(|| Self::shaded(x, (channels, rows, columns), down))
    }

    fn shaded(x: &[f64], (channels, rows, columns): (usize, usize, usize), down: PictureRows) -> Self {
        let (low, high) = x.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        // Halves, so that no range is too wide for f64.
        let width = high / 2.0 - low / 2.0;
        let shade = |v: &f64| if width > 0.0 { ((v / 2.0 - low / 2.0) / width).clamp(0.0, 1.0) } else { 0.0 };
        let shades = x.iter().map(shade).collect();
        Self { channels, rows, columns, down, shades, range: (low, high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::network::graph::{GraphBuilder, LinearMap, Shape, Window};
    use ndarray::Array2;

    #[test]
    fn a_picture_has_a_square_number_of_pixels() {
        assert!((0..40).all(|n| Picture::new(&vec![1.0; n]).is_some() == [16, 25, 36].contains(&n)));
    }

    #[test]
    fn a_graph_says_how_its_input_lies() {
        let (experiment, shape) =
            (Experiment::load("tests/cases/onnx/digits-conv.onnx", None, &[]).unwrap(), 64);
        let x: Vec<f64> = (0..shape).map(f64::from).collect();
        let picture = Picture::of_graph(&x, experiment.target.graph().unwrap()).unwrap();
        let seen = (picture.channels, picture.rows, picture.columns, picture.down);
        assert_eq!((seen, picture.shades[63]), ((1, 8, 8, PictureRows::Pixels), 1.0));
        let lstm = Experiment::load("tests/cases/onnx/digits-lstm.onnx", None, &[]).unwrap();
        let graph = lstm.target.graph().unwrap();
        assert!(Picture::of_graph(&x, graph).is_some_and(|picture| picture.down == PictureRows::Steps));
        assert_eq!(Picture::of_graph(&x[1..], graph), None);
        let conv_axes = AxesOfInput::of(experiment.target.graph().unwrap());
        assert_eq!(conv_axes, AxesOfInput { channels: Some(1), steps: None });
        assert_eq!(AxesOfInput::of(graph), AxesOfInput { channels: None, steps: Some(8) });
    }

    #[test]
    fn the_rows_of_a_convolution_over_a_line_are_channels() {
        let mut builder = GraphBuilder::new(Shape::new([3, 16]));
        let (kernel, input) = (Array2::from_elem((2, 3 * 5), 0.5), Shape::new([3, 16]));
        let map = LinearMap::convolution("conv", input, kernel, None, Window::new([5]), 1).unwrap();
        let (map, input) = (builder.map(map), builder.input());
        let output = builder.linear("conv", map, input).unwrap();
        let (graph, _) = builder.build(output).unwrap();
        assert_eq!(AxesOfInput::of(&graph), AxesOfInput { channels: Some(3), steps: None });
        let picture = Picture::of_graph(&[1.0; 48], &graph).unwrap();
        assert_eq!((picture.rows, picture.columns, picture.down), (3, 16, PictureRows::Channels));
    }

    #[test]
    fn shades_go_from_the_smallest_value_to_the_largest() {
        let mut x = vec![-1.0; 16];
        (x[3], x[7]) = (0.0, 3.0);
        let picture = Picture::new(&x).unwrap();
        assert_eq!((picture.rows, picture.columns, picture.range), (4, 4, (-1.0, 3.0)));
        assert_eq!((picture.shades[0], picture.shades[3], picture.shades[7]), (0.0, 0.25, 1.0));
        assert!(Picture::new(&[7.0; 16]).unwrap().shades.iter().all(|&shade| shade == 0.0));
        let mut wide = vec![f64::MAX; 16];
        wide[0] = f64::MIN;
        assert_eq!(Picture::new(&wide).unwrap().shades[..2], [0.0, 1.0]);
    }
}
