//! Zip archives, the container of npz and of PyTorch's files.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

use zip::{CompressionMethod, ZipArchive};

use super::bytes::{FileBytes, FileCursor};
use super::{FileError, damage};

const MAGIC: &[u8] = b"PK\x03\x04";
/// An archive without members; also the start of the record at the end of any.
const MAGIC_EMPTY: &[u8] = b"PK\x05\x06";
const MAGIC_ENTRY: &[u8] = b"PK\x01\x02";

/// The longest record at the end: its fixed part and a comment.
const LONGEST_END: usize = 22 + 65_535;

/// No deflated byte stands for more.
pub(super) const MOST_PER_DEFLATED_BYTE: u64 = 1032;

/// An archive's directory, and a reader of its members.
pub(super) type Archive<'a> = ZipArchive<FileCursor<'a>>;

pub(super) fn is_archive(start: &[u8]) -> bool {
    start.starts_with(MAGIC) || start.starts_with(MAGIC_EMPTY)
}

/// Reads the directory of an archive.
pub(super) fn open<'a>(bytes: &FileBytes<'a>) -> Result<Archive<'a>, FileError> {
    let damaged = |found: &str| FileError::Archive(found.to_owned());
    // The library would look for it in the whole file.
    let (_, end) = bytes.end(LONGEST_END)?;
    if !end.windows(MAGIC_EMPTY.len()).any(|at| at == MAGIC_EMPTY) {
        return Err(damaged("its directory at the end is missing"));
    }
    // The library tries every such record with the directory before it. A sound file is read once.
    let mut reader = bytes.cursor(0);
    let allowance = reader.allow(bytes.len().saturating_mul(2).saturating_add(1 << 16));
    let archive = ZipArchive::new(reader).map_err(|error| FileError::Archive(damage::of_archive(&error)))?;
    allowance.lift();
    let Directory { doubled, packed } = read_directory(&mut bytes.cursor(archive.central_directory_start()))?;
    if let Some(name) = doubled {
        return Err(FileError::Duplicate(name.trim_end_matches(".npy").to_owned()));
    }
    // Each byte is read for one member.
    if packed > bytes.len() {
        return Err(damaged("members that share their bytes with others"));
    }
    Ok(archive)
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

/// Facts of a directory beyond the library's view: it keeps the last of two members of one name.
struct Directory {
    /// a name of two members
    doubled: Option<String>,
    /// bytes of all members
    packed: u64,
}

fn read_directory(reader: &mut FileCursor<'_>) -> io::Result<Directory> {
    let mut names: HashSet<Vec<u8>> = HashSet::new();
    let mut directory = Directory { doubled: None, packed: 0 };
    let mut entry = [0; 46];
    while reader.read_exact(&mut entry).is_ok() && entry.starts_with(MAGIC_ENTRY) {
        let length = |at: usize| usize::from(u16::from_le_bytes([entry[at], entry[at + 1]]));
        let packed = u32::from_le_bytes([entry[20], entry[21], entry[22], entry[23]]);
        // This value stands for one in 64 bits.
        directory.packed += if packed == u32::MAX { 0 } else { u64::from(packed) };
        let mut name = vec![0; length(28)];
        reader.read_exact(&mut name)?;
        reader.seek(SeekFrom::Current((length(30) + length(32)) as i64))?;
        if let Some(doubled) = names.replace(name) {
            directory.doubled.get_or_insert_with(|| String::from_utf8_lossy(&doubled).into_owned());
        }
    }
    Ok(directory)
}
