//! Values computed from the input: nodes of the graph, or entries of several.

use ndarray::{ArrayD, IxDyn};

use super::constant::OnnxConstant;
use super::linear_part::LinearPart;
use crate::network::graph::NodeId;

/// An entry of a node's value.
pub(super) type TracedEntry = (NodeId, u32);

/// The source of a value's entries.
#[derive(Clone, Debug)]
pub(super) enum TracedEntries {
    /// all entries of a node, in order
    Whole(NodeId),
    /// entries of nodes, one by one
    Chosen(ArrayD<TracedEntry>),
}

/// A value with its axes as ONNX has them. The batch is one input, so its axis has length 1.
#[derive(Clone, Debug)]
pub(super) struct TracedArray {
    pub(super) axes: Vec<usize>,
    /// the axis of the batch, while it stands alone
    pub(super) batch: Option<usize>,
    pub(super) entries: TracedEntries,
}

impl TracedArray {
    /// All entries of a node.
    pub(super) fn whole(node: NodeId, axes: Vec<usize>, batch: Option<usize>) -> Self {
        Self { axes, batch, entries: TracedEntries::Whole(node) }
    }

    /// Its axes without the batch's; at least one.
    pub(super) fn inner_axes(&self) -> Vec<usize> {
        let kept = |at: &usize| Some(*at) != self.batch;
        let inner: Vec<usize> = (0..self.axes.len()).filter(kept).map(|at| self.axes[at]).collect();
        if inner.is_empty() { vec![1] } else { inner }
    }

    /// Its entries one by one.
    pub(super) fn array(self) -> ArrayD<TracedEntry> {
        match self.entries {
            TracedEntries::Chosen(array) => array,
            TracedEntries::Whole(node) => {
                let mut entry = 0;
                ArrayD::from_shape_simple_fn(IxDyn(&self.axes), || {
                    entry += 1;
                    (node, entry - 1)
                })
            }
        }
    }
}

/// A value of the ONNX graph.
#[derive(Clone, Debug)]
pub(super) enum OnnxValue {
    Constant(OnnxConstant),
    Traced(TracedArray),
    /// a linear map still without its final bias and scale
    Linear(Box<LinearPart>),
}
