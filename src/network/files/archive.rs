//! Zip archives, the container of npz and of PyTorch's files.

use std::collections::HashSet;
use std::io::Cursor;

use zip::{CompressionMethod, ZipArchive};

use super::FileError;

const MAGIC: &[u8] = b"PK\x03\x04";
/// An archive without members.
const MAGIC_EMPTY: &[u8] = b"PK\x05\x06";

/// No deflated byte stands for more.
pub(super) const MOST_PER_DEFLATED_BYTE: u64 = 1032;

/// An archive in memory.
pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) || bytes.starts_with(MAGIC_EMPTY)
}

/// Reads the directory of an archive.
pub(super) fn open(bytes: &[u8]) -> Result<Archive<'_>, FileError> {
    let archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| FileError::Archive(error.to_string()))?;
    match doubled_name(bytes, archive.central_directory_start()) {
        Some(name) => Err(FileError::Duplicate(name.trim_end_matches(".npy").to_owned())),
        None => Ok(archive),
    }
}

/// A way of compression by its common name.
pub(super) fn method_name(method: CompressionMethod) -> String {
    let names =
        [(9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "Zstandard"), (95, "XZ"), (99, "encryption")];
    #[allow(deprecated)]
    let number = method.to_u16();
    let name = names.iter().find(|(code, _)| *code == number);
    name.map_or_else(|| format!("zip method {number}"), |(_, name)| (*name).to_owned())
}

/// A name that two members have. The library keeps the last of them, so the directory itself is gone through.
fn doubled_name(bytes: &[u8], start: u64) -> Option<String> {
    /// Of an entry, its three variable fields left out.
    const FIXED: usize = 46;
    let mut names: HashSet<&[u8]> = HashSet::new();
    let mut rest = bytes.get(usize::try_from(start).ok()?..)?;
    while rest.starts_with(b"PK\x01\x02") && rest.len() >= FIXED {
        let length = |at: usize| usize::from(u16::from_le_bytes([rest[at], rest[at + 1]]));
        let name = rest.get(FIXED..FIXED + length(28))?;
        if !names.insert(name) {
            return Some(String::from_utf8_lossy(name).into_owned());
        }
        rest = rest.get(FIXED + length(28) + length(30) + length(32)..)?;
    }
    None
}
