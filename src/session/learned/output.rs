//! The outputs of a learned lane's network under training.

/// The network under training at a test example, and its right and wrong answers to all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedOutput {
    /// number of the test example, from 0
    pub example: usize,
    /// test examples
    pub examples: usize,
    /// its class
    pub label: u32,
    /// the class of the largest output
    pub prediction: u32,
    /// before the softmax, one for each class
    pub outputs: Vec<f32>,
    /// after the softmax
    pub probabilities: Vec<f64>,
    /// the example
    pub input: Vec<f32>,
    /// test examples by label (row) and prediction (column); empty until they are counted; while the lane moves, up to a
    /// second old
    pub confusion: Vec<Vec<u64>>,
    /// share of right answers in the confusion matrix, in 0 to 1; NaN while it is empty
    pub accuracy: f64,
}
