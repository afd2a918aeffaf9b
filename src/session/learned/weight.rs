//! One weight of a learned lane's layer on view.

/// A weight of the layer on view, and its past.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedWeight {
    /// layer, from 1
    pub layer: usize,
    /// row of the weight, from 0
    pub output: usize,
    /// column of the weight, from 0
    pub input: usize,
    /// the weight of the network under training, 0 if it is pruned
    pub weight: f32,
    /// the quantity behind the mask, see [`ScoreView::quantity`](super::ScoreView)
    pub value: f32,
    /// whether it is kept
    pub kept: bool,
    /// the value at the kept epoch starts of the same arm, rising, and now: batches computed since the run began, the value,
    /// the cut
    pub history: Vec<(u64, f32, Option<f32>)>,
}
