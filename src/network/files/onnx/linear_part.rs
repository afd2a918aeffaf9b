//! A linear map before it enters the graph: constants behind it may still become its bias and scale.

use ndarray::{Array1, Array2, ArrayD};

use crate::network::graph::{FoldedNorm, NodeId, OutputAffine, Shape, Window};

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
    pub(super) fn per_output(&self, numbers: &ArrayD<f64>) -> Option<Vec<f64>> {
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
            [one] => Some(vec![one; outputs]),
            _ => (all.len() == outputs).then_some(all),
        }
    }

    /// scale · y + shift as part of the map.
    pub(super) fn fold(&mut self, node: &str, scale: Option<&[f64]>, shift: Option<&[f64]>) {
        let affine = OutputAffine { scale, mean: None, shift };
        let before = scale.map(|_| self.weights.clone());
        self.bias = affine.fold(&mut self.weights, self.bias.take());
        if let Some(before) = before {
            let groups = if let PartKind::Convolution { groups, .. } = self.kind { groups } else { 1 };
            let effect = FoldedNorm::new((node, ""), groups, before.view(), self.weights.view());
            self.folds.extend(Some(effect).filter(FoldedNorm::is_change));
        }
    }
}
