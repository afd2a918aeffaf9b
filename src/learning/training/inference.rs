//! Outputs, predictions and accuracy of a network.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis};

use super::super::{Accuracy, Dataset, Examples};
use super::{Parameters, Passes};

/// Examples of a block: its activations stay in the cache.
pub const EVALUATION_BLOCK: usize = 512;

/// Outputs (before the softmax) at each input (a row); a row each.
///
/// # Panics
/// If the inputs are not as many as the network's.
pub fn outputs(parameters: &Parameters, inputs: ArrayView2<'_, f32>) -> Array2<f32> {
    let widths = parameters.widths();
    let mut found = Array2::zeros((inputs.nrows(), widths.last().copied().unwrap_or(0)));
    let rows: Vec<u32> = (0..inputs.nrows() as u32).collect();
    let mut passes = Passes::new(&widths, EVALUATION_BLOCK.min(inputs.nrows()));
    for (block, rows) in rows.chunks(EVALUATION_BLOCK).enumerate() {
        let outputs = passes.forward(&parameters.weights, parameters.biases.as_deref(), inputs, rows);
        let start = block * EVALUATION_BLOCK;
        found.slice_axis_mut(Axis(0), (start..start + rows.len()).into()).assign(&outputs);
    }
    found
}

/// Outputs at some test examples, from 0, a row each; less where there are no more.
pub fn test_outputs(parameters: &Parameters, dataset: &Dataset, examples: Range<usize>) -> Array2<f32> {
    let inputs = &dataset.test.inputs;
    let end = examples.end.min(inputs.nrows());
    outputs(parameters, inputs.slice_axis(Axis(0), (examples.start.min(end)..end).into()))
}

/// The class with the highest output in each row; of equal ones the lowest.
pub fn predictions(outputs: ArrayView2<'_, f32>) -> Vec<u32> {
    let best = |row: ndarray::ArrayView1<'_, f32>| {
        let mut best = 0;
        for (class, output) in row.iter().enumerate() {
            if *output > row[best] {
                best = class;
            }
        }
        best as u32
    };
    outputs.outer_iter().map(best).collect()
}

/// Right answers, and the predicted class of each example.
///
/// # Panics
/// If the inputs are not as many as the network's.
pub fn evaluate(parameters: &Parameters, examples: &Examples) -> (Accuracy, Vec<u32>) {
    let predictions = predictions(outputs(parameters, examples.inputs.view()).view());
    (Accuracy::of(&predictions, &examples.labels), predictions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn equal_outputs_give_the_lowest_class() {
        let outputs = array![[1.0, 2.0, 2.0], [3.0, 3.0, 3.0], [f32::NAN, 1.0, 0.0]];
        assert_eq!(predictions(outputs.view()), [1, 0, 0]);
    }
}
