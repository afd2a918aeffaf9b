//! The npz format: a zip archive of npy files.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::npy::{self, Header};
use super::{Entry, FileError};

pub(super) const MAGIC: &[u8] = b"PK\x03\x04";
/// An archive without members.
pub(super) const MAGIC_EMPTY: &[u8] = b"PK\x05\x06";

/// No deflated byte stands for more.
const MOST_PER_DEFLATED_BYTE: u64 = 1032;

/// An archive, and the header of each member.
pub(super) struct Reader<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    headers: Vec<Header>,
}

/// The arrays of an archive, in the order of its directory.
pub(super) fn open(bytes: &[u8]) -> Result<(Reader<'_>, Vec<Entry>), FileError> {
    let failed = |error: zip::result::ZipError| FileError::Npz(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(failed)?;
    if let Some(name) = doubled_name(bytes, archive.central_directory_start()) {
        return Err(FileError::Duplicate(array_name(&name).to_owned()));
    }
    let (mut headers, mut entries) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(failed)?;
        let name = member.name().to_owned();
        let most = member.compressed_size().min(bytes.len() as u64).saturating_mul(MOST_PER_DEFLATED_BYTE);
        let header = npy::read_header(&mut member)
            .and_then(|header| header.check_length(most).map(|()| header))
            .map_err(|found| in_member(&name, found))?;
        entries.push(header.entry(array_name(&name).to_owned()));
        headers.push(header);
    }
    Ok((Reader { archive, headers }, entries))
}

impl Reader<'_> {
    /// The numbers of an array, row by row.
    pub(super) fn values(&mut self, index: usize) -> Result<Vec<f64>, FileError> {
        let mut member = self.archive.by_index(index).map_err(|error| FileError::Npz(error.to_string()))?;
        let name = member.name().to_owned();
        npy::read_header(&mut member)
            .and_then(|_| npy::read_numbers(&self.headers[index], &mut member))
            // What is left of the member is nothing, which shows its checksum to be right.
            .and_then(|values| match member.read(&mut [0]) {
                Ok(_) => Ok(values),
                Err(error) => Err(format!("damaged data: {error}")),
            })
            .map_err(|found| in_member(&name, found))
    }
}

fn in_member(name: &str, found: String) -> FileError {
    let error = npy::expecting("weights or biases")(found);
    FileError::Member { member: name.to_owned(), error: Box::new(error) }
}

/// NumPy's name of a member.
fn array_name(member: &str) -> &str {
    member.strip_suffix(".npy").unwrap_or(member)
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
