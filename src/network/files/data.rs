//! Points and labels: npy, IDX (gzip or not), or one array of an npz, safetensors or PyTorch file.
//!
//! The array of a file with several is named behind a colon: `mnist.npz:x_test`.

use ndarray::{Array1, Array2};

use super::bytes::FileBytes;
use super::idx::{self, IdxFile};
use super::number::Number;
use super::{FileError, TensorEntry, WeightFile};
use crate::visible::number;

const POINTS: &str = "points × inputs";
const LABELS: &str = "labels (whole numbers, or one-hot), one per point";

/// Endings of files with named arrays.
const HOLDERS: [&str; 4] = [".npz", ".pt", ".pth", ".safetensors"];

/// Splits `points.npz:x` into the file and the name of its array.
pub fn split_array_name(path: &str) -> (&str, Option<&str>) {
    let is_holder = |file: &str| {
        HOLDERS.iter().any(|ending| {
            let start = file.len().checked_sub(ending.len());
            start.and_then(|start| file.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
        })
    };
    let splits = path.match_indices(':').map(|(at, _)| (&path[..at], &path[at + 1..]));
    let split = splits.into_iter().find(|(file, name)| is_holder(file) && !name.is_empty());
    split.map_or((path, None), |(file, name)| (file, Some(name)))
}

/// The array of points or labels in a file, its numbers not yet read.
pub struct DataArray<'a>(Holder<'a>);

/// The file of an array.
enum Holder<'a> {
    Tensors { file: WeightFile<'a>, index: usize },
    Idx(IdxFile<'a>),
}

/// Reads points: the first axis counts them, the others are flattened in row-major order. Integers and booleans are numbers;
/// pixels of IDX files (unsigned bytes) are divided by 255.
///
/// Without a name the file's only array of two or more axes is taken.
///
/// # Errors
/// [`FileError`] where the file holds no such array, or several and `name` is missing.
pub fn read_points<'a>(
    bytes: impl Into<FileBytes<'a>>,
    name: Option<&str>,
) -> Result<Array2<f64>, FileError> {
    DataArray::of_points(bytes, name)?.read_points()
}

/// Reads class labels of `points` points: shape (n), (n, 1), (1, n), or (n, classes) with a single 1 in each row.
///
/// Without a name the file's only array of the first three shapes is taken, else its only one of the last.
///
/// # Errors
/// [`FileError`] where the file holds no such array, or several and `name` is missing, or a label is no whole number from
/// 0 up to 2³² − 1.
pub fn read_labels<'a>(
    bytes: impl Into<FileBytes<'a>>,
    name: Option<&str>,
    points: usize,
) -> Result<Array1<u32>, FileError> {
    DataArray::of_labels(bytes, name, points)?.read_labels(points)
}

/// Whether a shape is a single row of labels, unless it is the one-hot label of a single point.
fn is_row(shape: &[usize], points: usize) -> bool {
    points > 1 && shape == [1, points]
}

impl<'a> DataArray<'a> {
    /// Finds the array for [`read_points`].
    ///
    /// # Errors
    /// As [`read_points`].
    pub fn of_points(bytes: impl Into<FileBytes<'a>>, name: Option<&str>) -> Result<Self, FileError> {
        let bytes = bytes.into();
        if idx::is_idx(&bytes)? {
            return IdxFile::open(&bytes).map(|file| Self(Holder::Idx(file)));
        }
        let file = WeightFile::open(bytes)?;
        let index = chosen(&file, name, POINTS, |entry| entry.shape.len() >= 2)?;
        Ok(Self(Holder::Tensors { file, index }))
    }

    /// Finds the array for [`read_labels`].
    ///
    /// # Errors
    /// As [`read_labels`].
    pub fn of_labels(
        bytes: impl Into<FileBytes<'a>>,
        name: Option<&str>,
        points: usize,
    ) -> Result<Self, FileError> {
        let bytes = bytes.into();
        if idx::is_idx(&bytes)? {
            return IdxFile::open(&bytes).map(|file| Self(Holder::Idx(file)));
        }
        let file = WeightFile::open(bytes)?;
        let is_list = |entry: &TensorEntry| {
            matches!(entry.shape.as_slice(), [_] | [_, 1]) || is_row(&entry.shape, points)
        };
        let lists = file.entries().iter().any(is_list);
        let index = chosen(&file, name, LABELS, |entry| is_list(entry) || !lists && entry.shape.len() == 2)?;
        Ok(Self(Holder::Tensors { file, index }))
    }

    fn shape(&self) -> &[usize] {
        match &self.0 {
            Holder::Tensors { file, index } => &file.entries()[*index].shape,
            Holder::Idx(file) => &file.shape,
        }
    }

    fn numbers(&mut self) -> Result<Vec<f64>, FileError> {
        match &mut self.0 {
            Holder::Tensors { file, index } => file.numbers(*index),
            Holder::Idx(file) => file.numbers(),
        }
    }

    /// Points and inputs of each; `None` where the array is of fewer than two axes, or of more numbers than `usize` counts.
    pub fn points(&self) -> Option<(usize, usize)> {
        match self.shape() {
            [points, inputs @ ..] if !inputs.is_empty() => Some((*points, super::number::elements(inputs)?)),
            _ => None,
        }
    }

    /// Bytes at the peak of reading: the numbers, and once more while their order is turned.
    pub fn peak_bytes(&self) -> f64 {
        2.0 * size_of::<f64>() as f64 * self.shape().iter().map(|&n| n as f64).product::<f64>()
    }

    /// The same of [`read_points_f32`](Self::read_points_f32): IDX files are not read in f64.
    pub fn peak_bytes_f32(&self) -> f64 {
        match &self.0 {
            Holder::Tensors { .. } => self.peak_bytes(),
            Holder::Idx(_) => self.peak_bytes() / 2.0,
        }
    }

    /// Reads points, a row each.
    ///
    /// # Errors
    /// As [`read_points`].
    pub fn read_points(mut self) -> Result<Array2<f64>, FileError> {
        let shape = self.shape_of_points()?;
        filled(shape, self.numbers()?)
    }

    /// Reads points in f32, a row each. A number beyond f32 becomes infinite.
    ///
    /// # Errors
    /// As [`read_points`].
    pub fn read_points_f32(mut self) -> Result<Array2<f32>, FileError> {
        let shape = self.shape_of_points()?;
        match &self.0 {
            Holder::Idx(file) => filled(shape, file.numbers_f32()?),
            Holder::Tensors { .. } => Ok(filled(shape, self.numbers()?)?.mapv(|number| number as f32)),
        }
    }

    fn shape_of_points(&self) -> Result<(usize, usize), FileError> {
        let shape = match self.shape() {
            [] => "a single number".to_owned(),
            shape => format!("shape {shape:?}"),
        };
        self.points().ok_or(FileError::Data { expected: POINTS, found: shape })
    }

    /// Reads labels of `points` points.
    ///
    /// # Errors
    /// As [`read_labels`].
    pub fn read_labels(mut self, points: usize) -> Result<Array1<u32>, FileError> {
        let shape = self.shape().to_vec();
        let failed = |found: String| FileError::Data { expected: LABELS, found };
        let classes = match *shape.as_slice() {
            [_] | [_, 1] => 1,
            _ if is_row(&shape, points) => 1,
            [_, classes] if classes > 1 => classes,
            _ => return Err(failed(format!("shape {shape:?}"))),
        };
        let values = self.numbers()?;
        let label = |(point, row): (usize, &[f64])| match row {
            &[label] => {
                let fits = (0.0..=f64::from(u32::MAX)).contains(&label) && label.fract() == 0.0;
                if fits {
                    Ok(label as u32)
                } else {
                    Err(failed(format!("label {} of point {point}", number(label))))
                }
            }
            row => {
                let class = row.iter().position(|&value| value == 1.0);
                let class = class.filter(|_| row.iter().filter(|&&value| value != 0.0).count() == 1);
                let class = class.and_then(|class| u32::try_from(class).ok());
                class.ok_or_else(|| {
                    failed(format!("shape {shape:?}, whose row {point} is not one 1 among 0s"))
                })
            }
        };
        values.chunks_exact(classes).enumerate().map(label).collect()
    }
}

fn filled<T>(shape: (usize, usize), values: Vec<T>) -> Result<Array2<T>, FileError> {
    let found = || "numbers that do not fill their shape".to_owned();
    Array2::from_shape_vec(shape, values).map_err(|_| FileError::Data { expected: POINTS, found: found() })
}

/// The array of this name, or the only candidate.
fn chosen(
    file: &WeightFile<'_>,
    name: Option<&str>,
    expected: &'static str,
    fits: impl Fn(&TensorEntry) -> bool,
) -> Result<usize, FileError> {
    let entries = file.entries();
    let listed = |indices: &[usize]| {
        let described = |&index: &usize| format!("`{}` {:?}", entries[index].name, entries[index].shape);
        indices.iter().take(8).map(described).collect::<Vec<_>>().join(", ")
    };
    if let Some(name) = name {
        let wanted = name.strip_suffix(".npy").unwrap_or(name);
        return entries.iter().position(|entry| entry.name == wanted).ok_or_else(|| {
            let all: Vec<usize> = (0..entries.len()).collect();
            FileError::Data { expected, found: format!("no array `{name}` among {}", listed(&all)) }
        });
    }
    // A file of one array has no choice.
    if entries.len() == 1 {
        return Ok(0);
    }
    let is_number = |entry: &TensorEntry| Number::of_name(&entry.dtype).is_some();
    let fitting: Vec<usize> =
        (0..entries.len()).filter(|&index| is_number(&entries[index]) && fits(&entries[index])).collect();
    match fitting.as_slice() {
        &[index] => Ok(index),
        [] => {
            let all: Vec<usize> = (0..entries.len()).collect();
            Err(FileError::Data { expected, found: format!("no array that fits among {}", listed(&all)) })
        }
        several => {
            let (found, first) = (listed(several), entries[several[0]].name.clone());
            Err(FileError::SeveralArrays { expected, found, first, ending: file.format() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! case {
        ($name:literal) => {
            include_bytes!(concat!("../../../tests/cases/labels-points/", $name))
        };
    }

    #[test]
    fn labels_are_read_in_every_form() {
        let expected: Array1<u32> = (0..50).map(|point| point % 10).collect();
        let column = read_labels(case!("y_column.npy"), None, 50).unwrap();
        assert_eq!(column, read_labels(case!("y_float.npy"), None, 50).unwrap());
        assert_eq!(column, read_labels(case!("y_onehot.npy"), None, 50).unwrap());
        assert_eq!(column, expected);
        for name in [None, Some("y_test"), Some("y_test.npy")] {
            assert_eq!(read_labels(case!("xy.npz"), name, 50).unwrap().len(), 50);
        }
    }

    #[test]
    fn labels_in_a_row_are_one_for_each_point() {
        let row = |descr: &str, shape: &str, data: &[u8]| {
            let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
            let length = (header.len() as u16).to_le_bytes();
            [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), data].concat()
        };
        let bytes = row("|u1", "(1, 3)", &[0, 1, 0]);
        assert_eq!(read_labels(&bytes, None, 3).unwrap().to_vec(), [0, 1, 0]);
        // One point of class 1 among three.
        assert_eq!(read_labels(&bytes, None, 1).unwrap().to_vec(), [1]);
        let one_hot = row("|b1", "(2, 2)", &[0, 1, 1, 0]);
        assert_eq!(read_labels(&one_hot, None, 2).unwrap().to_vec(), [1, 0]);
        for data in [[0xff, 0xff], [0x00, 0x38]] {
            // −1 in int16, 0.5 in float16.
            let descr = if data[0] == 0 { "<f2" } else { "<i2" };
            let refused = read_labels(&row(descr, "(1,)", &data), None, 1).unwrap_err().to_string();
            assert!(refused.contains("of point 0"), "{refused}");
        }
    }

    #[test]
    fn points_are_flattened_row_by_row() {
        let points = read_points(case!("x3d.npy"), None).unwrap();
        assert_eq!(points.dim(), (50, 64));
        let bytes = case!("x3d.npy");
        let pixels = &bytes[bytes.len() - 50 * 64..];
        assert!(points.iter().zip(pixels).all(|(&found, &pixel)| found == f64::from(pixel)));
        assert_eq!(read_points(case!("xy.npz"), None).unwrap().dim(), (50, 64));
        assert_eq!(read_points(case!("xy.npz"), Some("x_test")).unwrap().dim(), (50, 64));
        let tensor = read_points(include_bytes!("../../../tests/cases/pt/one-tensor.pt"), None).unwrap();
        assert_eq!(tensor.dim(), (6, 4));
    }

    #[test]
    fn what_is_missing_or_not_unique_is_listed() {
        let refused = |found: FileError| found.to_string();
        let missing = refused(read_points(case!("xy.npz"), Some("x")).unwrap_err());
        assert!(missing.contains("no array `x` among `x_test` [50, 64], `y_test` [50]"), "{missing}");
        let several =
            refused(read_points(include_bytes!("../../../tests/cases/pt/expected.npz"), None).unwrap_err());
        assert!(
            several.contains("`0_weight` [6, 4], `2_weight` [3, 6]") && several.contains("FILE.npz:0_weight"),
            "{several}"
        );
        let points = refused(read_labels(case!("x3d.npy"), None, 50).unwrap_err());
        assert!(points.contains("shape [50, 8, 8]"), "{points}");
        let vector = refused(read_points(case!("y_float.npy"), None).unwrap_err());
        assert!(vector.contains("points × inputs") && vector.contains("shape [50]"), "{vector}");
        let digits = include_bytes!("../../../presets/digits-test-inputs.npy");
        let soft = refused(read_labels(digits, None, 50).unwrap_err());
        assert!(soft.contains("not one 1 among 0s"), "{soft}");
    }

    #[test]
    fn an_array_is_named_behind_the_file() {
        for (path, file, name) in [
            ("xy.npz:x_test", "xy.npz", Some("x_test")),
            ("a/XY.NPZ:x:y", "a/XY.NPZ", Some("x:y")),
            ("C:\\data\\xy.npz:x", "C:\\data\\xy.npz", Some("x")),
            ("built-in:digits.npy", "built-in:digits.npy", None),
            ("xy.npz:", "xy.npz:", None),
            ("x.npy", "x.npy", None),
            ("é:.npz", "é:.npz", None),
        ] {
            assert_eq!(split_array_name(path), (file, name), "{path}");
        }
    }
}
