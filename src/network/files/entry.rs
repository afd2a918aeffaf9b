//! The tensors of a file by its header.

use serde::{Deserialize, Serialize};

/// The order of a file's matrices as layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// by their names, numbers compared as numbers
    #[default]
    Names,
    /// as they stand in the file
    File,
}

/// Name and storage of a layer in its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorName {
    /// the tensor's name
    pub name: String,
    /// `F16`, `BF16`, `F32` or `F64`
    pub dtype: String,
}

/// A tensor as the file's header describes it, its numbers not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorEntry {
    /// the tensor's name: of an npz member without `.npy`, of a value inside dictionaries their keys joined by `.`
    pub name: String,
    /// `F16`, `BF16`, `F32`, `F64`; of other tensors `I8` to `I64`, `U8` to `U64`, `BOOL`, or another
    /// type as the file spells it; [`UNREADABLE`]
    pub dtype: String,
    /// extents, outermost first; empty for a scalar
    pub shape: Vec<usize>,
}

/// [`TensorEntry::dtype`] of a damaged array. Its shape is unknown, and reading its numbers says why.
pub const UNREADABLE: &str = "unreadable";

/// The longest name of a tensor, in bytes.
pub(super) const LONGEST_NAME: usize = 1024;

/// The most axes of a tensor; NumPy and PyTorch allow as many.
pub(super) const MOST_AXES: usize = 64;

impl TensorEntry {
    /// Whether the numbers can be weights: floating point, real, undamaged.
    pub fn is_float(&self) -> bool {
        ["F16", "BF16", "F32", "F64"].contains(&self.dtype.as_str())
    }

    pub(super) fn described(&self) -> TensorName {
        TensorName { name: self.name.clone(), dtype: self.dtype.clone() }
    }
}
