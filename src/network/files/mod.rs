//! Weight files, points and labels: safetensors, npz and npy.
//!
//! # Which tensors make a layer
//! A layer is a matrix, outputs × inputs as PyTorch stores it, and perhaps a bias: a tensor of one dimension whose name is
//! the matrix's with `bias` (or `b`) in place of `weight` (`w`): `fc1.bias` beside `fc1.weight`, `b1` beside `W1`, `out.bias`
//! beside `out`.
//!
//! # Order of layers
//! By their names, numbers inside of names compared as numbers ([`Order::Names`]); as they stand in the file
//! ([`Order::File`]): in safetensors that is the order of their data, in npz that of the archive's directory; or by a list
//! of names. PyTorch's writer of safetensors puts tensors in plain order of names, `layers.10` before `layers.2`: hence
//! names are compared as people count unless asked otherwise.
//!
//! # Files that lie
//! No length that a header claims is believed: it is held to the bytes that are there before anything is allocated, and
//! compressed data grow as they are read.

mod layers;
mod npy;
mod npz;
mod safetensors;

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a weight file, a file of points or a file of labels cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// Not a safetensors file, or a damaged one.
    #[error("expected a safetensors, npz or npy file, found: {0}")]
    Safetensors(String),
    /// An npz archive that cannot be read.
    #[error("expected an npz archive, found: {0}")]
    Npz(String),
    /// A member of an npz archive that cannot be read.
    #[error("member `{member}`: {error}")]
    Member {
        /// the member's name
        member: String,
        /// why
        error: Box<FileError>,
    },
    /// A member compressed in a way that is not read.
    #[error(
        "member `{member}`: expected a stored or deflated array, found one compressed with {found}; NumPy saves it anew: \
         `np.savez(\"new.npz\", **np.load(\"old.npz\"))`"
    )]
    Compression {
        /// the member's name
        member: String,
        /// how it is compressed
        found: String,
    },
    /// Two tensors of one name.
    #[error("tensor `{0}`: expected one of this name, found two")]
    Duplicate(String),
    /// A tensor that is neither a matrix nor the bias of one.
    #[error(
        "tensor `{tensor}`: expected a matrix (outputs × inputs), or its bias (`fc1.bias` beside `fc1.weight`), \
         found shape {shape:?}"
    )]
    NotAMatrix {
        /// the tensor's name
        tensor: String,
        /// the shape found
        shape: Vec<usize>,
    },
    /// A number type that is not read.
    #[error("tensor `{tensor}`: expected F16, BF16, F32 or F64, found {found}")]
    Dtype {
        /// the tensor's name
        tensor: String,
        /// the type found
        found: String,
    },
    /// Neighbouring layers whose shapes do not fit.
    #[error(
        "tensor `{tensor}`: expected {expected} inputs (the outputs of the layer before, `{before}`), found {found} \
         (shapes are outputs × inputs; another order of layers can be listed by name)"
    )]
    Shape {
        /// the tensor's name
        tensor: String,
        /// name of the layer before
        before: String,
        /// columns expected
        expected: usize,
        /// columns found
        found: usize,
    },
    /// A bias that does not fit its matrix.
    #[error("tensor `{tensor}`: expected {expected} biases (the outputs of `{matrix}`), found {found}")]
    BiasLength {
        /// the bias's name
        tensor: String,
        /// its matrix's
        matrix: String,
        /// rows of the matrix
        expected: usize,
        /// biases found
        found: usize,
    },
    /// NaN or infinity.
    #[error("tensor `{tensor}`, {place}: expected a finite number, found {found}")]
    NotFinite {
        /// the tensor's name
        tensor: String,
        /// `output 1, input 0`, or `output 1` of a bias
        place: String,
        /// the value
        found: f64,
    },
    /// A layer that was listed and is not there.
    #[error("layer `{layer}`: expected one of {found}")]
    Missing {
        /// the name that was listed
        layer: String,
        /// the matrices there are
        found: String,
    },
    /// No matrix at all.
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

/// In which order a file's matrices are layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// by their names, numbers compared as numbers
    #[default]
    Names,
    /// as they stand in the file
    File,
}

/// What a layer is called in its file, and how its numbers are stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TensorName {
    /// the tensor's name
    pub name: String,
    /// `F16`, `BF16`, `F32` or `F64`
    pub dtype: String,
}

/// One layer of a weight file.
#[derive(Clone, Debug)]
pub struct FileLayer {
    /// name and type of its matrix
    pub matrix: TensorName,
    /// outputs × inputs
    pub weights: Array2<f64>,
    /// one for each output, and its name and type
    pub bias: Option<(TensorName, Array1<f64>)>,
}

/// A tensor as the file's header describes it, its numbers not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// the tensor's name: of an npz member without `.npy`, of a value inside dictionaries their keys joined by `.`
    pub name: String,
    /// `F16`, `BF16`, `F32`, `F64`; of tensors that are no weights `I8` to `I64`, `U8` to `U64`, `BOOL`, or another
    /// type as the file spells it; [`UNREADABLE`]
    pub dtype: String,
    /// extents, outermost first; empty for a scalar
    pub shape: Vec<usize>,
}

/// [`Entry::dtype`] of a damaged array. Its shape is unknown, and reading its numbers says why.
pub const UNREADABLE: &str = "unreadable";

impl Entry {
    /// Whether the numbers can be weights: floating point, real, undamaged.
    pub fn is_float(&self) -> bool {
        ["F16", "BF16", "F32", "F64"].contains(&self.dtype.as_str())
    }

    fn described(&self) -> TensorName {
        TensorName { name: self.name.clone(), dtype: self.dtype.clone() }
    }
}

/// A weight file whose header was read and held to its length; no numbers yet.
pub struct WeightFile<'a> {
    contents: Contents<'a>,
    /// in the order of the file
    entries: Vec<Entry>,
    /// names of what the file holds besides tensors
    others: Vec<String>,
}

enum Contents<'a> {
    Safetensors(safetensors::Reader<'a>),
    Npz(npz::Reader<'a>),
    Npy(&'a [u8]),
}

impl<'a> WeightFile<'a> {
    /// Reads the header; the format is told by the first bytes.
    ///
    /// # Errors
    /// [`FileError`] where the bytes are no such file, cut short, longer than they should be, or name a tensor twice.
    pub fn open(bytes: &'a [u8]) -> Result<Self, FileError> {
        let mut others = Vec::new();
        let (contents, entries) = if bytes.starts_with(npz::MAGIC) || bytes.starts_with(npz::MAGIC_EMPTY) {
            let (reader, entries);
            (reader, entries, others) = npz::open(bytes)?;
            (Contents::Npz(reader), entries)
        } else if bytes.starts_with(npy::MAGIC) {
            let header = npy::header(bytes).map_err(npy::expecting("a matrix (outputs × inputs)"))?;
            // It has no name; this is what it is.
            (Contents::Npy(bytes), vec![header.entry("weight".to_owned())])
        } else {
            let (reader, entries) = safetensors::open(bytes)?;
            (Contents::Safetensors(reader), entries)
        };
        let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(FileError::Duplicate(pair[0].to_owned())),
            None => Ok(Self { contents, entries, others }),
        }
    }

    /// `safetensors`, `npz` or `npy`.
    pub fn format(&self) -> &'static str {
        match self.contents {
            Contents::Safetensors(_) => "safetensors",
            Contents::Npz(_) => "npz",
            Contents::Npy(_) => "npy",
        }
    }

    /// Every tensor of the file, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Names of what the file holds besides tensors: members of an archive, counters, histories.
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// All numbers that the header claims; where they are compressed, far more than the file has bytes.
    pub fn claimed_numbers(&self) -> f64 {
        let product = |entry: &Entry| entry.shape.iter().map(|&n| n as f64).product::<f64>();
        self.entries.iter().map(product).sum()
    }

    /// The layers: those listed, in that order, other tensors left alone; or all tensors of the file.
    ///
    /// # Errors
    /// [`FileError`] where a tensor is neither matrix nor bias, of another type, not finite, or layers do not fit.
    pub fn layers(mut self, listed: Option<&[String]>, order: Order) -> Result<Vec<FileLayer>, FileError> {
        let chosen = match listed {
            Some(names) => layers::listed(&self.entries, names)?,
            None => layers::all(&self.entries, order)?,
        };
        layers::check_shapes(&self.entries, &chosen)?;
        chosen.into_iter().map(|layer| self.layer(&layer)).collect()
    }

    fn layer(&mut self, layer: &layers::Tensors) -> Result<FileLayer, FileError> {
        let values = self.values(layer.matrix)?;
        let entry = &self.entries[layer.matrix];
        let shape = (entry.shape[0], entry.shape[1]);
        let weights = Array2::from_shape_vec(shape, values)
            .map_err(|error| FileError::Safetensors(error.to_string()))?;
        let matrix = entry.described();
        if let Some(((output, input), &found)) = weights.indexed_iter().find(|(_, x)| !x.is_finite()) {
            let place = format!("output {output}, input {input}");
            return Err(FileError::NotFinite { tensor: matrix.name, place, found });
        }
        let bias = match layer.bias {
            None => None,
            Some(index) => {
                let values = Array1::from(self.values(index)?);
                let described = self.entries[index].described();
                if let Some((output, &found)) = values.indexed_iter().find(|(_, x)| !x.is_finite()) {
                    let place = format!("output {output}");
                    return Err(FileError::NotFinite { tensor: described.name, place, found });
                }
                Some((described, values))
            }
        };
        Ok(FileLayer { matrix, weights, bias })
    }

    /// The numbers of one tensor, row by row.
    fn values(&mut self, index: usize) -> Result<Vec<f64>, FileError> {
        let entry = &self.entries[index];
        if !entry.is_float() && entry.dtype != UNREADABLE {
            return Err(FileError::Dtype { tensor: entry.name.clone(), found: entry.dtype.clone() });
        }
        match &mut self.contents {
            Contents::Safetensors(reader) => reader.values(entry),
            Contents::Npz(reader) => reader.values(index),
            Contents::Npy(bytes) => {
                npy::numbers(bytes).map_err(npy::expecting("a matrix (outputs × inputs)"))
            }
        }
    }
}

/// Reads points, one per row, from an npy file of floating-point or whole numbers.
///
/// # Errors
/// [`FileError::Npy`] where the file is no npy array of two dimensions and these types.
pub fn read_points(bytes: &[u8]) -> Result<Array2<f64>, FileError> {
    let failed = npy::expecting("points × inputs (f2, f4, f8 or whole numbers)");
    let header = npy::header(bytes).map_err(failed)?;
    let &[points, inputs] = header.shape.as_slice() else {
        return Err(failed(format!("shape {:?}", header.shape)));
    };
    let values = npy::numbers(bytes).map_err(failed)?;
    Array2::from_shape_vec((points, inputs), values).map_err(|error| failed(error.to_string()))
}

/// Reads class labels, one per point, from an npy file of whole numbers.
///
/// # Errors
/// [`FileError::Npy`] where the file is no npy array of one dimension and such a type, or a label is negative or not
/// below 2³².
pub fn read_labels(bytes: &[u8]) -> Result<Array1<u32>, FileError> {
    let failed = npy::expecting("labels (whole numbers), one per point");
    let header = npy::header(bytes).map_err(failed)?;
    if header.shape.len() != 1 {
        return Err(failed(format!("shape {:?}", header.shape)));
    }
    if !header.is_whole() {
        return Err(failed(format!("numbers of type {}", header.dtype())));
    }
    let values = npy::numbers(bytes).map_err(failed)?;
    let label = |(point, value): (usize, f64)| {
        let fits = (0.0..=f64::from(u32::MAX)).contains(&value);
        if fits { Ok(value as u32) } else { Err(failed(format!("label {value} of point {point}"))) }
    };
    values.into_iter().enumerate().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(bytes: &[u8]) -> Result<Vec<FileLayer>, FileError> {
        WeightFile::open(bytes)?.layers(None, Order::Names)
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let whole = include_bytes!("../../../presets/digits-mlp.safetensors");
        assert_eq!(weights(whole).unwrap().len(), 3);
        for cut in [0, 7, 100, whole.len() - 1] {
            assert!(matches!(weights(&whole[..cut]), Err(FileError::Safetensors(_))), "cut at {cut}");
        }
    }

    #[test]
    fn points_and_labels_of_the_wrong_kind_are_refused() {
        let labels = include_bytes!("../../../presets/digits-test-labels.npy");
        let points = include_bytes!("../../../presets/digits-test-inputs.npy");
        assert_eq!(read_points(points).unwrap().dim(), (360, 64));
        assert_eq!(read_labels(labels).unwrap().len(), 360);
        assert!(read_points(labels).is_err());
        assert!(read_labels(points).is_err());
        assert!(read_points(b"no npy at all").is_err());
    }
}
