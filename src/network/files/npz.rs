//! The npz format: a zip archive of npy files.

use std::io::Read;

use zip::CompressionMethod;

use super::archive::{Archive, MOST_PER_DEFLATED_BYTE, method_name};
use super::bytes::FileBytes;
use super::npy::{self, NpyHeader};
use super::npy_header::MAGIC;
use super::{FileError, TensorEntry, UNREADABLE, damage};

/// NumPy's ending of a member's name.
const SUFFIX: &str = ".npy";

/// An archive and its arrays.
pub(super) struct NpzReader<'a> {
    archive: Archive<'a>,
    arrays: Vec<Array>,
    file_bytes: u64,
}

/// The place of an array in the archive, and its header or why there is none.
struct Array {
    index: usize,
    header: Result<NpyHeader, String>,
}

/// The arrays of an archive in the order of its directory, and the names of its other members.
pub(super) fn open<'a>(
    bytes: &FileBytes<'a>,
    mut archive: Archive<'a>,
) -> Result<(NpzReader<'a>, Vec<TensorEntry>, Vec<String>), FileError> {
    let failed = |error: zip::result::ZipError| FileError::Npz(damage::of_archive(&error));
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
            Err(_) => TensorEntry { name, dtype: UNREADABLE.to_owned(), shape: Vec::new() },
        });
        arrays.push(Array { index, header });
    }
    let mut reader = NpzReader { archive, arrays, file_bytes: bytes.len() };
    // Nothing but unreadable arrays: the first one says why.
    if let Some(first) = entries.first()
        && entries.iter().all(|entry| [UNREADABLE, npy::PICKLED].contains(&entry.dtype.as_str()))
    {
        if first.dtype == npy::PICKLED {
            return Err(FileError::Pickled { tensor: first.name.clone() });
        }
        reader.values(0)?;
    }
    Ok((reader, entries, others))
}

/// Why a member has no header.
enum Unread {
    NoArray,
    Damaged(String),
}

fn header_of(archive: &mut Archive<'_>, index: usize, file_bytes: u64) -> Result<NpyHeader, Unread> {
    let damaged = |found: String| Unread::Damaged(format!("damaged data: {found}"));
    let mut member = archive.by_index(index).map_err(|error| damaged(damage::of_archive(&error)))?;
    let most = member.compressed_size().min(file_bytes).saturating_mul(MOST_PER_DEFLATED_BYTE);
    let mut magic = [0; MAGIC.len()];
    match member.read_exact(&mut magic) {
        Ok(()) if magic == MAGIC => {}
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            return Err(damaged(damage::of_data(&error)));
        }
        _ => return Err(Unread::NoArray),
    }
    npy::read_header(&mut magic.as_slice().chain(&mut member))
        .and_then(|header| header.check_length(most).map(|()| header))
        .map_err(Unread::Damaged)
}

impl NpzReader<'_> {
    /// The numbers of an array, row by row.
    pub(super) fn values(&mut self, array: usize) -> Result<Vec<f64>, FileError> {
        let Array { index, header } = &self.arrays[array];
        let mut member =
            self.archive.by_index(*index).map_err(|error| FileError::Npz(damage::of_archive(&error)))?;
        let name = member.name().to_owned();
        let header = header.as_ref().map_err(|found| in_member(&name, found.clone()))?;
        // A deflated member is no shorter than its bytes, in all but tiny ones.
        let there = member.compressed_size().min(member.size()).min(self.file_bytes);
        npy::read_header(&mut member)
            .and_then(|_| npy::read_numbers(header, &mut member, there))
            .map_err(|found| in_member(&name, found))
    }
}

/// Folders, and additions of macOS and Windows to archives: `__MACOSX/._w.npy`, `.DS_Store`, `Thumbs.db`.
fn is_system_file(member: &str) -> bool {
    let file = member.rsplit(['/', '\\']).next().unwrap_or(member);
    file.is_empty()
        || file.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&file)
        || member.starts_with("__MACOSX/")
}

fn in_member(name: &str, found: String) -> FileError {
    let error = npy::expecting("weights or biases")(found);
    FileError::Member { member: name.to_owned(), error: Box::new(error) }
}

/// NumPy's name of a member.
fn array_name(member: &str) -> &str {
    member.strip_suffix(SUFFIX).unwrap_or(member)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::super::WeightFile;
    use super::*;

    fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), data]
            .concat()
    }

    fn npz(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, data) in members {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(data).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_member_that_cannot_be_read_leaves_the_others_readable() {
        let matrix = npy("<f4", "(2, 2)", &[0; 16]);
        let objects = npy("|O", "(3,)", b"\x80\x04N.");
        let short = npy("<f8", "(1000, 1000)", &[0; 8]);
        let bytes = npz(&[
            ("W.npy", &matrix),
            ("names.npy", &objects),
            ("cut.npy", &short),
            ("text.npy", b"text"),
            ("steps.npy", &npy("<i8", "()", &[7; 8])),
            ("unnamed", &matrix),
            ("notes.md", b"# Notes"),
            (".DS_Store", b"\0\0\0\x01Bud1"),
        ]);
        let mut file = WeightFile::open(&bytes).unwrap();
        let entries: Vec<(&str, &str, &[usize])> =
            file.entries().iter().map(|e| (e.name.as_str(), e.dtype.as_str(), e.shape.as_slice())).collect();
        let expected: [(&str, &str, &[usize]); 6] = [
            ("W", "F32", &[2, 2]),
            ("names", npy::PICKLED, &[3]),
            ("cut", UNREADABLE, &[]),
            ("text", UNREADABLE, &[]),
            ("steps", "I64", &[]),
            ("unnamed", "F32", &[2, 2]),
        ];
        assert_eq!(entries, expected);
        assert_eq!(file.others(), ["notes.md", ".DS_Store"]);
        assert_eq!(file.values(0).unwrap(), [0.0; 4]);
        for (index, says) in [
            (1, "`np.savez(\"net.npz\", *arrays)`"),
            (2, "which takes 8000000 bytes"),
            (3, "member `text.npy`"),
            (4, "found I64"),
        ] {
            let found = file.values(index).unwrap_err().to_string();
            assert!(found.contains(says), "expected {says}, found {found}");
        }
    }

    #[test]
    fn ways_of_compression_that_are_not_read_are_named() {
        let matrix = npy("<f4", "(2, 2)", &[0; 16]);
        for (code, name) in [(12, "bzip2"), (14, "LZMA"), (93, "Zstandard"), (77, "zip method 77")] {
            let mut bytes = npz(&[("W.npy", &matrix)]);
            for at in 0..bytes.len() - 12 {
                let method = match &bytes[at..at + 4] {
                    b"PK\x03\x04" => at + 8,
                    b"PK\x01\x02" => at + 10,
                    _ => continue,
                };
                bytes[method] = code;
            }
            let found = WeightFile::open(&bytes).err().unwrap().to_string();
            assert!(
                found.contains(&format!("compressed with {name}")) && found.contains("np.load"),
                "{found}"
            );
        }
    }
}
