//! The npz format: a zip archive of npy files.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use super::npy::{self, Header};
use super::{Entry, FileError, UNREADABLE};

pub(super) const MAGIC: &[u8] = b"PK\x03\x04";
/// An archive without members.
pub(super) const MAGIC_EMPTY: &[u8] = b"PK\x05\x06";

/// NumPy's ending of a member's name.
const SUFFIX: &str = ".npy";

/// No deflated byte stands for more.
const MOST_PER_DEFLATED_BYTE: u64 = 1032;

/// An archive and its arrays.
pub(super) struct Reader<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    arrays: Vec<Array>,
}

/// The place of an array in the archive, and its header or why there is none.
struct Array {
    index: usize,
    header: Result<Header, String>,
}

/// The arrays of an archive in the order of its directory, and the names of its other members.
pub(super) fn open(bytes: &[u8]) -> Result<(Reader<'_>, Vec<Entry>, Vec<String>), FileError> {
    let failed = |error: zip::result::ZipError| FileError::Npz(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(failed)?;
    if let Some(name) = doubled_name(bytes, archive.central_directory_start()) {
        return Err(FileError::Duplicate(array_name(&name).to_owned()));
    }
    let (mut arrays, mut entries, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let raw = archive.by_index_raw(index).map_err(failed)?;
        let (name, method) = (raw.name().to_owned(), raw.compression());
        drop(raw);
        if is_system_file(&name) {
            others.push(name);
            continue;
        }
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            if name.ends_with(SUFFIX) {
                return Err(FileError::Compression { member: name, found: method_name(method) });
            }
            others.push(name);
            continue;
        }
        let header = header_of(&mut archive, index, bytes.len());
        match header {
            // NumPy tells an array by its first bytes, whatever the member is called.
            Err(Unread::NoArray) if !name.ends_with(SUFFIX) => {
                others.push(name);
                continue;
            }
            _ => {}
        }
        let header = header.map_err(|unread| match unread {
            Unread::NoArray => "no npy file".to_owned(),
            Unread::Damaged(found) => found,
        });
        let name = array_name(&name).to_owned();
        entries.push(match &header {
            Ok(header) => header.entry(name),
            Err(_) => Entry { name, dtype: UNREADABLE.to_owned(), shape: Vec::new() },
        });
        arrays.push(Array { index, header });
    }
    let mut reader = Reader { archive, arrays };
    // Nothing but damaged arrays: the first one says why.
    if !reader.arrays.is_empty() && reader.arrays.iter().all(|array| array.header.is_err()) {
        reader.values(0)?;
    }
    Ok((reader, entries, others))
}

/// Why a member has no header.
enum Unread {
    NoArray,
    Damaged(String),
}

fn header_of(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    file_bytes: usize,
) -> Result<Header, Unread> {
    let damaged = |found: &dyn std::fmt::Display| Unread::Damaged(format!("damaged data: {found}"));
    let mut member = archive.by_index(index).map_err(|error| damaged(&error))?;
    let most = member.compressed_size().min(file_bytes as u64).saturating_mul(MOST_PER_DEFLATED_BYTE);
    let mut magic = [0; npy::MAGIC.len()];
    match member.read_exact(&mut magic) {
        Ok(()) if magic == npy::MAGIC => {}
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => return Err(damaged(&error)),
        _ => return Err(Unread::NoArray),
    }
    npy::read_header(&mut magic.as_slice().chain(&mut member))
        .and_then(|header| header.check_length(most).map(|()| header))
        .map_err(Unread::Damaged)
}

impl Reader<'_> {
    /// The numbers of an array, row by row.
    pub(super) fn values(&mut self, array: usize) -> Result<Vec<f64>, FileError> {
        let Array { index, header } = &self.arrays[array];
        let mut member = self.archive.by_index(*index).map_err(|error| FileError::Npz(error.to_string()))?;
        let name = member.name().to_owned();
        let header = header.as_ref().map_err(|found| in_member(&name, found.clone()))?;
        npy::read_header(&mut member)
            .and_then(|_| npy::read_numbers(header, &mut member))
            // What is left of the member is nothing, which shows its checksum to be right.
            .and_then(|values| match member.read(&mut [0]) {
                Ok(_) => Ok(values),
                Err(error) => Err(format!("damaged data: {error}")),
            })
            .map_err(|found| in_member(&name, found))
    }
}

/// Folders, and what macOS and Windows add to archives: `__MACOSX/._w.npy`, `.DS_Store`, `Thumbs.db`.
fn is_system_file(member: &str) -> bool {
    let file = member.rsplit(['/', '\\']).next().unwrap_or(member);
    file.is_empty()
        || file.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&file)
        || member.starts_with("__MACOSX/")
}

fn method_name(method: CompressionMethod) -> String {
    let names =
        [(9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "Zstandard"), (95, "XZ"), (99, "encryption")];
    #[allow(deprecated)]
    let number = method.to_u16();
    let name = names.iter().find(|(code, _)| *code == number);
    name.map_or_else(|| format!("zip method {number}"), |(_, name)| (*name).to_owned())
}

fn in_member(name: &str, found: String) -> FileError {
    let error = npy::expecting("weights or biases")(found);
    FileError::Member { member: name.to_owned(), error: Box::new(error) }
}

/// NumPy's name of a member.
fn array_name(member: &str) -> &str {
    member.strip_suffix(SUFFIX).unwrap_or(member)
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
