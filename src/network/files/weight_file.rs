//! Weight files of all formats.

use super::bytes::FileBytes;
use super::entry::{LONGEST_NAME, MOST_AXES, TensorEntry, UNREADABLE};
use super::format::{self, Format};
use super::number::Number;
use super::{FileError, archive, foreign, npy, npz, safetensors, torch};

/// Most characters of a displayed name.
const LONGEST_SHOWN: usize = 100;

/// A weight file with its header read and checked against its length; no numbers yet.
pub struct WeightFile<'a> {
    contents: OpenFormat<'a>,
    /// in the order of the file
    pub(super) entries: Vec<TensorEntry>,
    /// names of the file's content besides tensors
    pub(super) others: Vec<String>,
}

enum OpenFormat<'a> {
    Safetensors(safetensors::SafetensorsReader<'a>),
    Npz(npz::NpzReader<'a>),
    Npy(FileBytes<'a>),
    Torch(torch::TorchReader<'a>),
}

impl<'a> WeightFile<'a> {
    /// Reads the header; the format is told by the first bytes.
    ///
    /// # Errors
    /// [`FileError`] if the bytes are no such file, cut short, longer than they should be, or name a tensor twice.
    pub fn open(bytes: impl Into<FileBytes<'a>>) -> Result<Self, FileError> {
        let bytes = bytes.into();
        let (contents, mut entries, mut others) = match format::of(&bytes)? {
            Format::Archive => Self::open_archive(&bytes)?,
            Format::TorchLegacy => {
                let (reader, entries, others) = torch::open_legacy(&bytes)?;
                (OpenFormat::Torch(reader), entries, others)
            }
            Format::Npy => {
                let header = npy::header(&bytes).map_err(npy::expecting("a matrix (outputs × inputs)"))?;
                // A single array has no name of its own.
                let entry = header.entry("weight".to_owned());
                if entry.dtype == npy::PICKLED {
                    return Err(FileError::Pickled { tensor: entry.name });
                }
                (OpenFormat::Npy(bytes), vec![entry], Vec::new())
            }
            Format::Safetensors => {
                let (reader, entries) = safetensors::open(&bytes)?;
                (OpenFormat::Safetensors(reader), entries, Vec::new())
            }
        };
        for name in &mut others {
            shorten(name);
        }
        for entry in &mut entries {
            let (length, axes) = (entry.name.len(), entry.shape.len());
            if length > LONGEST_NAME || axes > MOST_AXES {
                shorten(&mut entry.name);
                let tensor = std::mem::take(&mut entry.name);
                return Err(FileError::Oversized { tensor, length, axes });
            }
        }
        let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(FileError::Duplicate(pair[0].to_owned())),
            None => Ok(Self { contents, entries, others }),
        }
    }

    fn open_archive(
        bytes: &FileBytes<'a>,
    ) -> Result<(OpenFormat<'a>, Vec<TensorEntry>, Vec<String>), FileError> {
        let archive = archive::open(bytes)?;
        if let Some(folder) = torch::folder(archive.file_names()) {
            let (reader, entries, others) = torch::open_zip(bytes, archive, folder)?;
            return Ok((OpenFormat::Torch(reader), entries, others));
        }
        let foreign = foreign::foreign_archive(archive.file_names());
        let (reader, entries, others) = npz::open(bytes, archive)?;
        if entries.is_empty() {
            return Err(FileError::Format(foreign));
        }
        Ok((OpenFormat::Npz(reader), entries, others))
    }

    /// `safetensors`, `npz`, `npy` or `pt`.
    pub fn format(&self) -> &'static str {
        match self.contents {
            OpenFormat::Safetensors(_) => "safetensors",
            OpenFormat::Npz(_) => "npz",
            OpenFormat::Npy(_) => "npy",
            OpenFormat::Torch(_) => "pt",
        }
    }

    /// Every tensor of the file, in the order of the file.
    pub fn entries(&self) -> &[TensorEntry] {
        &self.entries
    }

    /// Names of the file's content besides tensors: members of an archive, counters, histories.
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// All numbers by the header; with compression, far more than the file has bytes.
    pub fn claimed_numbers(&self) -> f64 {
        let product = |entry: &TensorEntry| entry.shape.iter().map(|&n| n as f64).product::<f64>();
        self.entries.iter().map(product).sum()
    }

    /// The numbers of the tensor of this name, row by row; integers and booleans too. `None` where there is none.
    ///
    /// # Errors
    /// [`FileError`] for a damaged tensor, and for one that holds no numbers.
    pub fn tensor(&mut self, name: &str) -> Result<Option<Vec<f64>>, FileError> {
        self.entries.iter().position(|entry| entry.name == name).map(|index| self.numbers(index)).transpose()
    }

    /// The floating-point numbers of the tensor of this name, row by row. `None` where there is none.
    ///
    /// # Errors
    /// [`FileError`] for a damaged tensor, and for one of another type.
    pub fn floats(&mut self, name: &str) -> Result<Option<Vec<f64>>, FileError> {
        self.entries.iter().position(|entry| entry.name == name).map(|index| self.values(index)).transpose()
    }

    /// The numbers of one tensor of weights, row by row.
    pub(super) fn values(&mut self, index: usize) -> Result<Vec<f64>, FileError> {
        let entry = &self.entries[index];
        if !entry.is_float() && entry.dtype != UNREADABLE {
            return Err(self.not_read(index));
        }
        self.numbers(index)
    }

    /// The numbers of one tensor, row by row; integers and booleans too.
    pub(super) fn numbers(&mut self, index: usize) -> Result<Vec<f64>, FileError> {
        let entry = &self.entries[index];
        if Number::of_name(&entry.dtype).is_none() && entry.dtype != UNREADABLE {
            return Err(self.not_read(index));
        }
        match &mut self.contents {
            OpenFormat::Safetensors(reader) => reader.values(index, entry),
            OpenFormat::Npz(reader) => reader.values(index),
            OpenFormat::Npy(bytes) => {
                npy::numbers(bytes).map_err(npy::expecting("a matrix (outputs × inputs)"))
            }
            OpenFormat::Torch(reader) => reader.values(index, entry),
        }
    }

    fn not_read(&self, index: usize) -> FileError {
        let TensorEntry { name, dtype, .. } = self.entries[index].clone();
        match dtype.as_str() {
            npy::PICKLED => FileError::Pickled { tensor: name },
            _ => FileError::Dtype { tensor: name, found: dtype },
        }
    }
}

/// Refuses a file without the first bytes of any weight file, or of a model in ONNX.
///
/// # Errors
/// [`FileError::NoNetwork`] names the format.
pub fn recognise(start: &[u8]) -> Result<(), FileError> {
    let start: FileBytes<'_> = start.into();
    if format::is_onnx(&start) { Ok(()) } else { format::of(&start).map(drop).map_err(FileError::of_network) }
}

/// Cuts a name after [`LONGEST_SHOWN`] characters.
fn shorten(name: &mut String) {
    if let Some((at, _)) = name.char_indices().nth(LONGEST_SHOWN) {
        name.truncate(at);
        name.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::super::FileNetwork;
    use super::*;

    fn weights(bytes: &[u8]) -> Result<FileNetwork, FileError> {
        let mut file = WeightFile::open(bytes)?;
        let found = file.find_network(&Default::default())?;
        file.network(found)
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let whole = include_bytes!("../../../presets/digits-mlp.safetensors");
        assert_eq!(weights(whole).unwrap().weights.len(), 3);
        for cut in [0, 7] {
            assert!(matches!(weights(&whole[..cut]), Err(FileError::Format(_))), "cut at {cut}");
        }
        for cut in [100, whole.len() - 1] {
            assert!(matches!(weights(&whole[..cut]), Err(FileError::Safetensors(_))), "cut at {cut}");
        }
    }

    /// The message of a refused file.
    fn refused(bytes: &[u8]) -> String {
        WeightFile::open(bytes).err().map_or_else(String::new, |error| error.to_string())
    }

    macro_rules! case {
        ($name:literal) => {
            include_bytes!(concat!("../../../tests/cases/", $name))
        };
    }

    #[test]
    fn files_of_other_formats_are_named() {
        let cases: [(&[u8], &str); 8] = [
            (
                case!("header-too-large/pointer.safetensors"),
                "a Git LFS pointer, not the file itself: run `git lfs pull`",
            ),
            (case!("header-too-large/page.safetensors"), "a web page"),
            (case!("header-too-large/net.npz.gz"), "gzip-compressed data"),
            (case!("header-too-large/net.h5"), "HDF5"),
            (case!("header-too-large/net.onnx"), "an ONNX model"),
            (case!("header-too-large/net.pkl"), "a Python pickle"),
            (case!("header-too-large/legacy.pt"), "a file cut short: storage `1660378368` ends after"),
            (case!("pickled-list/weights.npy"), "`np.savez(\"net.npz\", *arrays)`"),
        ];
        for (bytes, says) in cases {
            let found = refused(bytes);
            assert!(found.contains(says), "expected {says}, found {found}");
        }
    }

    #[test]
    fn other_members_of_an_archive_are_listed() {
        let cases: [(&[u8], [&str; 2], &[&str]); 3] = [
            (case!("npz-other-members/readme.npz"), ["w1", "w2"], &["README.txt"]),
            (case!("npz-other-members/mac.npz"), ["w1", "w2"], &["__MACOSX/._w1.npy"]),
            (case!("npz-other-members/dir.npz"), ["weights/w1", "weights/w2"], &["weights/", "README.txt"]),
        ];
        for (bytes, names, others) in cases {
            let mut file = WeightFile::open(bytes).unwrap();
            assert_eq!(file.entries().iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), names);
            assert_eq!(file.others(), others);
            // The header's shape and the numbers agree.
            for index in 0..2 {
                let count: usize = file.entries()[index].shape.iter().product();
                assert_eq!(file.numbers(index).unwrap().len(), count);
            }
        }
    }
}
