//! A linear map before it enters the graph: constants behind it may still become its bias and scale.

use ndarray::{Array1, Array2, ArrayD, Axis};

use crate::network::graph::{FoldedNorm, NodeId, Shape, Window};
use crate::network::{range, spectral_norm_bound};

/// How a matrix will be applied.
#[derive(Clone, Debug)]
pub(super) enum PartKind {
    Dense,
    Rows,
    Convolution { window: Window, groups: usize },
}

/// A linear map with its input and the place of its outputs.
#[derive(Clone, Debug)]
pub(super) struct LinearPart {
    /// of the node
    pub(super) name: String,
    /// of the map
    pub(super) layer: String,
    pub(super) kind: PartKind,
    pub(super) input: NodeId,
    pub(super) input_shape: Shape,
    /// axes of its value as ONNX has them
    pub(super) axes: Vec<usize>,
    pub(super) batch: Option<usize>,
    /// the axis of its outputs
    pub(super) output_axis: usize,
    /// outputs × inputs
    pub(super) weights: Array2<f64>,
    pub(super) bias: Option<Array1<f64>>,
    /// the matrix, its origin, and its use
    pub(super) geometry: String,
    /// the constants folded into it, in order
    pub(super) history: String,
    /// folded scales; the map's name comes when it enters the graph
    pub(super) folds: Vec<FoldedNorm>,
}

impl LinearPart {
    /// Numbers to be broadcast to its value as one for each of its outputs; `None` if they differ along other axes.
    pub(super) fn per_output(&self, numbers: &ArrayD<f64>) -> Option<Array1<f64>> {
        let front = self.axes.len().checked_sub(numbers.ndim())?;
        let outputs = self.weights.nrows();
        for (at, &length) in numbers.shape().iter().enumerate() {
            let fits =
                if front + at == self.output_axis { length == outputs || length == 1 } else { length == 1 };
            if !fits {
                return None;
            }
        }
        let all: Vec<f64> = numbers.iter().copied().collect();
        match all[..] {
            [one] => Some(Array1::from_elem(outputs, one)),
            _ => (all.len() == outputs).then(|| Array1::from(all)),
        }
    }

    /// scale · y + shift as part of the map.
    pub(super) fn fold(&mut self, node: &str, scale: Option<&Array1<f64>>, shift: Option<&Array1<f64>>) {
        if let Some(scale) = scale {
            let before = self.figures();
            self.weights *= &scale.view().insert_axis(Axis(1));
            if let Some(bias) = &mut self.bias {
                *bias *= scale;
            }
            if let Some(shift) = shift {
                self.shift(shift);
            }
            let after = self.figures();
            if before != after {
                self.folds.push(FoldedNorm {
                    node: node.to_owned(),
                    map: String::new(),
                    w_max: (before.0, after.0),
                    norm: (before.1, after.1),
                });
            }
        } else if let Some(shift) = shift {
            self.shift(shift);
        }
    }

    fn shift(&mut self, shift: &Array1<f64>) {
        self.bias = Some(match self.bias.take() {
            Some(bias) => bias + shift,
            None => shift.clone(),
        });
    }

    /// The largest weight and a bound on the norm of the matrix, within 10⁻⁹; biases are left out.
    fn figures(&self) -> (f64, f64) {
        (range::largest(self.weights.iter().copied()), spectral_norm_bound(self.weights.view()))
    }
}
