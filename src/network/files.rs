//! Weight files: safetensors.

use ndarray::{Array1, Array2};
use ndarray_npy::{ReadNpyError, ReadNpyExt};
use safetensors::{Dtype, SafeTensors};
use thiserror::Error;

/// Why a weight file, a file of points or a file of labels cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// Not a safetensors file, or a damaged one.
    #[error("expected a safetensors file, found: {0}")]
    Safetensors(String),
    /// A tensor that is no matrix.
    #[error("tensor `{tensor}`: expected a matrix (outputs × inputs), found shape {shape:?}")]
    NotAMatrix {
        /// the tensor's name
        tensor: String,
        /// the shape found
        shape: Vec<usize>,
    },
    /// A number type that is not read.
    #[error("tensor `{tensor}`: expected F32 or F64, found {found}")]
    Dtype {
        /// the tensor's name
        tensor: String,
        /// the type found
        found: String,
    },
    /// Neighbouring layers whose shapes do not fit.
    #[error("tensor `{tensor}`: expected {expected} inputs (the outputs of the layer before), found {found}")]
    Shape {
        /// the tensor's name
        tensor: String,
        /// columns expected
        expected: usize,
        /// columns found
        found: usize,
    },
    /// No tensor at all.
    #[error("expected at least one weight matrix, found none")]
    Empty,
    /// An npy file that cannot be read as what is needed.
    #[error("expected an npy array of {expected}, found: {found}")]
    Npy {
        /// what was needed
        expected: &'static str,
        /// what was there
        found: String,
    },
}

/// Reads the weight matrices (outputs × inputs, as PyTorch stores them) of a safetensors file, in the
/// order of their names, numbers inside names compared as numbers: `layers.2` before `layers.10`.
///
/// # Errors
/// [`FileError`] where the bytes are no safetensors file, a tensor is no F32 or F64 matrix, or
/// neighbouring shapes do not fit.
pub fn read_safetensors(bytes: &[u8]) -> Result<Vec<Array2<f64>>, FileError> {
    let file = SafeTensors::deserialize(bytes).map_err(|e| FileError::Safetensors(e.to_string()))?;
    let mut tensors = file.tensors();
    tensors.sort_by_key(|(name, _)| natural_key(name));
    let mut layers: Vec<Array2<f64>> = Vec::new();
    for (name, view) in tensors {
        let &[rows, columns] = view.shape() else {
            return Err(FileError::NotAMatrix { tensor: name, shape: view.shape().to_vec() });
        };
        if let Some(before) = layers.last()
            && before.nrows() != columns
        {
            return Err(FileError::Shape { tensor: name, expected: before.nrows(), found: columns });
        }
        let values: Vec<f64> = match view.dtype() {
            Dtype::F32 => {
                view.data().as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect()
            }
            Dtype::F64 => view.data().as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            other => return Err(FileError::Dtype { tensor: name, found: format!("{other:?}") }),
        };
        let matrix = Array2::from_shape_vec((rows, columns), values)
            .map_err(|e| FileError::Safetensors(e.to_string()))?;
        layers.push(matrix);
    }
    if layers.is_empty() { Err(FileError::Empty) } else { Ok(layers) }
}

/// A name cut into text and numbers, so that names sort as people count.
fn natural_key(name: &str) -> Vec<(String, u64)> {
    let mut key = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(text);
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (number, after) = tail.split_at(digits);
        key.push((head.to_owned(), number.parse().unwrap_or(0)));
        rest = after;
    }
    key
}

/// Reads points, one per row, from an npy file of f32 or f64.
///
/// # Errors
/// [`FileError::Npy`] where the file is no npy array of two dimensions and these types.
pub fn read_points(bytes: &[u8]) -> Result<Array2<f64>, FileError> {
    match Array2::<f32>::read_npy(bytes) {
        Ok(points) => return Ok(points.mapv(f64::from)),
        Err(ReadNpyError::WrongDescriptor(_)) => {}
        Err(e) => return Err(npy_error("points × inputs (f4 or f8)", &e)),
    }
    Array2::<f64>::read_npy(bytes).map_err(|e| npy_error("points × inputs (f4 or f8)", &e))
}

/// Reads class labels, one per point, from an npy file of u1.
///
/// # Errors
/// [`FileError::Npy`] where the file is no npy array of one dimension and that type.
pub fn read_labels(bytes: &[u8]) -> Result<Array1<u8>, FileError> {
    Array1::<u8>::read_npy(bytes).map_err(|e| npy_error("labels (u1), one per point", &e))
}

fn npy_error(expected: &'static str, error: &ReadNpyError) -> FileError {
    FileError::Npy { expected, found: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["layers.10.weight", "layers.2.weight", "layers.0.weight"];
        names.sort_by_key(|name| natural_key(name));
        assert_eq!(names, ["layers.0.weight", "layers.2.weight", "layers.10.weight"]);
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let whole = include_bytes!("../../presets/digits-mlp.safetensors");
        assert_eq!(read_safetensors(whole).unwrap().len(), 3);
        for cut in [0, 7, 100, whole.len() - 1] {
            assert!(
                matches!(read_safetensors(&whole[..cut]), Err(FileError::Safetensors(_))),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn points_and_labels_of_the_wrong_kind_are_refused() {
        let labels = include_bytes!("../../presets/digits-test-labels.npy");
        let points = include_bytes!("../../presets/digits-test-inputs.npy");
        assert_eq!(read_points(points).unwrap().dim(), (360, 64));
        assert_eq!(read_labels(labels).unwrap().len(), 360);
        assert!(read_points(labels).is_err());
        assert!(read_labels(points).is_err());
        assert!(read_points(b"no npy at all").is_err());
    }
}
