//! File formats by their first bytes.

use super::bytes::FileBytes;
use super::foreign::{FROM_KERAS, Foreign, Protobuf, foreign, protobuf};
use super::npy_header::MAGIC;
use super::{FileError, archive, safetensors, torch};

/// A supported format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Safetensors,
    /// npz or PyTorch
    Archive,
    Npy,
    /// PyTorch before 1.6
    TorchLegacy,
}

/// Length of the prefix for recognising a format, in bytes. Pickles name their classes early.
const SEARCHED: usize = 1 << 16;

/// The last bytes of a TensorFlow checkpoint's index, a LevelDB table.
const LEVELDB_END: &[u8] = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb";

/// The format of a file, told by its first bytes.
pub(super) fn of(bytes: &FileBytes<'_>) -> Result<Format, FileError> {
    let start = bytes.start(SEARCHED)?;
    if start.starts_with(MAGIC) {
        return Ok(Format::Npy);
    }
    if archive::is_archive(&start) {
        return Ok(Format::Archive);
    }
    if torch::is_legacy(&start) {
        return Ok(Format::TorchLegacy);
    }
    if let Some((length, header)) = start.split_first_chunk::<8>()
        && u64::from_le_bytes(*length) <= safetensors::LONGEST_HEADER
        && header.first() == Some(&b'{')
    {
        return Ok(Format::Safetensors);
    }
    if bytes.end(LEVELDB_END.len())?.1 == LEVELDB_END {
        return Err(FileError::Format(Foreign::new("the index of a TensorFlow checkpoint", FROM_KERAS)));
    }
    Err(FileError::Format(foreign(&start)))
}

/// Whether a file is a model in ONNX, told by its first bytes.
pub fn is_onnx(bytes: &FileBytes<'_>) -> bool {
    bytes.start(SEARCHED).is_ok_and(|start| protobuf(&start) == Some(Protobuf::Onnx))
}

#[cfg(test)]
mod tests {
    use super::super::foreign::{MARKS, foreign_archive};
    use super::*;

    fn found(bytes: &[u8]) -> String {
        of(&bytes.into()).unwrap_err().to_string()
    }

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let tar = [vec![b'a'; 257], b"ustar\x0000".to_vec()].concat();
        let index = [b"\x00\x12ab".as_slice(), LEVELDB_END].concat();
        let sklearn = b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x1asklearn.neural_network\x94";
        let cases: [(&[u8], &[&str]); 39] = [
            (b"", &["an empty file"]),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:4d",
                &["Git LFS pointer", "`git lfs pull`"],
            ),
            (b"<!DOCTYPE html><html>", &["a web page", "login or an error page"]),
            (b"\xef\xbb\xbf\n  <HTML lang=\"en\">", &["a web page"]),
            (b"<?xml version=\"1.0\"?><Error>", &["XML", "error page"]),
            (b"\x1f\x8b\x08\0", &["gzip", "`gunzip`"]),
            (b"BZh91AY&SY", &["bzip2"]),
            (b"\xfd7zXZ\x00\0\x04", &["XZ"]),
            (b"\x28\xb5\x2f\xfd", &["Zstandard"]),
            (b"\x89HDF\r\n\x1a\n\0\0", &["HDF5", "np.savez", "model.weights"]),
            (b"GGUF\x03\0\0\0", &["GGUF", "safetensors"]),
            (b"\x1c\0\0\0TFL3", &["TensorFlow Lite"]),
            (&index, &["TensorFlow checkpoint"]),
            (&tar, &["a tar archive"]),
            (b"MATLAB 5.0 MAT-file, Platform", &["MATLAB", "loadmat"]),
            (b"\x08\x07\x12\x07pytorch\x1a\x052.1.0\x3a\x02ab", &["an ONNX model", "target of a preset"]),
            (b"\x08\x06\x42\x02\x10\x0b\x12\x04ONNX\x1a\x050.1.0\x3a\xff\xff\xff\x07ab", &["ONNX"]),
            (b"\x08\x01\x12\xff\xff\x03\x0a\x02ab", &["SavedModel"]),
            (b"\x80\x04\x95\x15\0\0\0\0\0\0\0}", &["Python pickle, which is never executed", "np.savez"]),
            (b"\x80\x02}q\0.", &["Python pickle"]),
            (b"(dp0\nS'a'\n", &["Python pickle"]),
            (b"ccopy_reg\n_reconstructor\n", &["Python pickle"]),
            (sklearn, &["scikit-learn", "coefs_", "intercepts_"]),
            (b"\x80\x03}q\0X\x01\0\0\0actorch._utils\n_rebuild_tensor_v2\n", &["without `torch.save`"]),
            (b"x\x9c\x03\0", &["joblib"]),
            (b"\x82\xa6params\x81", &["MessagePack (Flax)"]),
            (b"\xff\xfe(\0\n\0", &["UTF-16"]),
            (b"\xfe\xff\0(\0\n", &["UTF-16"]),
            (b"{\"weights\": [1, 2]}", &["JSON"]),
            (b" [[1, 2]]", &["JSON"]),
            (
                b"{\n \"metadata\": {\"total_size\": 9}, \"weight_map\": {",
                &["a model in several files", "save_file"],
            ),
            (b"(target: File(path: \"a\"))", &["RON"]),
            (b"1.5, -2e3\n3, 4\n", &["numbers as text", "np.loadtxt"]),
            (b"Sorry, no such file", &["text that begins with `Sorry, no such file`"]),
            (b"\x89PNG\r\n\x1a\n", &["PNG"]),
            (b"\x93NUM", &["a file cut short after 4 bytes"]),
            (b"PK\x03", &["a file cut short after 3 bytes"]),
            (b"\x01\x02\x03\x04", &["unknown format", "01 02 03 04"]),
            (b"\xf0\x01\0\0", &["unknown format", "f0 01 00 00"]),
        ];
        for (bytes, says) in cases {
            let found = found(bytes);
            for part in says {
                assert!(found.contains(part), "{bytes:?}: expected {part}, found {found}");
            }
            assert!(!found.contains("too large") && found.lines().count() == 1, "{found}");
        }
    }

    /// Cut anywhere, a file is of its own format, of an unknown one, or text: never of another.
    #[test]
    fn a_truncated_file_is_named_no_other_format() {
        for &(place, mark, name, _) in &MARKS {
            let whole = [&vec![0; place], mark, b"\0\x01\x02rest"].concat();
            for cut in 1..whole.len() {
                let found = found(&whole[..cut]);
                let text = ["text", "blank", "RON", "cut short", "unknown", "numbers"];
                let fits = found.contains(name) || text.iter().any(|word| found.contains(word));
                assert!(fits || found.contains("Python pickle"), "{name} cut at {cut}: {found}");
            }
        }
    }

    #[test]
    fn archives_are_told_by_their_members() {
        let found = |names: &[&str]| foreign_archive(names.iter().copied()).to_string();
        assert!(found(&["config.json", "model.weights.h5"]).contains("Keras"));
        assert_eq!(
            found(&["a.txt", "b", "c", "d"]),
            "a zip archive without npy arrays or a `data.pkl` (members: `a.txt`, `b`, `c`, …)"
        );
        assert_eq!(found(&[]), "an empty zip archive");
    }

    #[test]
    fn formats_that_are_read_are_told_apart() {
        assert_eq!(of(&b"\x93NUMPY\x01".into()).unwrap(), Format::Npy);
        assert_eq!(of(&b"PK\x03\x04".into()).unwrap(), Format::Archive);
        assert_eq!(of(&b"PK\x05\x06".into()).unwrap(), Format::Archive);
        assert_eq!(of(&b"\x02\0\0\0\0\0\0\0{}".into()).unwrap(), Format::Safetensors);
        assert_eq!(
            of(&include_bytes!("../../../tests/cases/pt/legacy.pt").into()).unwrap(),
            Format::TorchLegacy
        );
        assert_eq!(of(&b"L119547037146038801333356L\n.".into()).unwrap(), Format::TorchLegacy);
    }
}
