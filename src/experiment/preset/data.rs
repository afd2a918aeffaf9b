//! The source of the examples.

use serde::{Deserialize, Serialize};

use super::numbers::Weight;

/// Examples with labels, in a training and a test part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSource {
    /// the examples to learn from, the validation examples included
    pub training: ExampleSource,
    /// held out to the end
    pub test: ExampleSource,
    /// number of training examples split off for choices between steps
    #[serde(default, skip_serializing_if = "is_zero")]
    pub validation: u64,
    /// seed of the choice of the validation examples
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seed: u64,
}

/// The source of a part of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ExampleSource {
    /// Examples of an npy or IDX file, or of an array in an npz, safetensors or PyTorch file, and their classes.
    File {
        /// relative to the preset; an array by its name, as in `mnist.npz:x_train`
        path: String,
        /// the same of classes: whole numbers, or one-hot
        labels: String,
    },
    /// Examples written out, and their classes.
    Points {
        /// a list of features for each example
        points: Vec<Vec<Weight>>,
        /// the class of each example
        labels: Vec<u32>,
    },
}

impl DataSource {
    /// Both parts, with their names.
    pub(in crate::experiment) fn parts(&self) -> [(&'static str, &ExampleSource); 2] {
        [("training", &self.training), ("test", &self.test)]
    }

    /// The files of both parts, for other paths.
    pub(in crate::experiment) fn paths_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.training, &mut self.test].into_iter().flat_map(|part| match part {
            ExampleSource::File { path, labels } => vec![path, labels],
            ExampleSource::Points { .. } => Vec::new(),
        })
    }
}

/// For serde, which passes a reference.
fn is_zero(number: &u64) -> bool {
    *number == 0
}
