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

impl Dataset {
    /// The same examples with the inputs of each part mapped.
    pub fn with_inputs(&self, map: impl Fn(&Array2<f32>) -> Array2<f32>) -> Self {
        let part =
            |examples: &Examples| Examples { inputs: map(&examples.inputs), labels: examples.labels.clone() };
        Self {
            training: part(&self.training),
            validation: part(&self.validation),
            test: part(&self.test),
            classes: self.classes,
        }
    }
}

impl Examples {
    /// Number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Batches of an epoch, of `size` examples each; the last one has the rest. A `size` of 0 counts as 1.
    pub fn batches(&self, size: usize) -> u64 {
        self.len().div_ceil(size.max(1)) as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}
