//! Examples with labels.

use ndarray::Array2;

/// Examples and their classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// a row per example, a column per feature
    pub inputs: Array2<f32>,
    /// the class of each example, from 0
    pub labels: Vec<u32>,
}

/// The data of an experiment. Nothing is chosen by the test part.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// the examples trained on
    pub training: Examples,
    /// split off the training examples, for choices between steps; possibly empty
    pub validation: Examples,
    /// held out to the end
    pub test: Examples,
    /// number of classes
    pub classes: usize,
}

impl Examples {
    /// Number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}
