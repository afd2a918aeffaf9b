//! PyTorch's files, `.pt` and `.pth`: tensors beside a pickle. The pickle is read, never executed.
//!
//! # Forms
//! The zip form (PyTorch 1.6 and later) holds `NAME/data.pkl` and a member `NAME/data/KEY` for each storage. The legacy form
//! is a row of pickles (a magic number, the protocol, the machine, the object, the keys of the storages) and the storages.
//!
//! # What is read
//! State dicts, and dictionaries, lists and tuples around them at any depth: a tensor's name is the keys on the way
//! to it, joined by `.`. Parameters, shared storages, strided and offset views. A whole module is refused by its class: the
//! order and the kind of its layers are code outside of the file.

mod pickle;
mod tensors;
#[cfg(test)]
mod tests;
mod walk;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::Read;

use zip::CompressionMethod;

use self::pickle::{Pickle, Value};
use self::tensors::{Storage, View};
use self::walk::Contents;
use super::archive::{Archive, MOST_PER_DEFLATED_BYTE};
use super::number::row_major;
use super::{Entry, FileError};

/// Bytes of a deflated pickle for each byte of the file; pickles of networks are deflated to a fifth.
const MOST_PICKLE_PER_BYTE: u64 = 64;

/// `little` or `big`, with room for a line feed.
const BYTE_ORDER_BYTES: u64 = 16;

/// Start of the legacy form: the number 0x1950a86a20f9469cfc6c, little-endian.
const LEGACY_MAGIC: &[u8] = b"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// The same number in the text of protocols 0 and 1.
const LEGACY_MAGIC_TEXT: &[u8] = b"L119547037146038801333356L";

/// The magic number stands behind the opcodes of protocol, frame and length.
const LEGACY_MAGIC_WITHIN: usize = 32;

/// An opened file: pickle read, storages not yet.
pub(super) struct Reader<'a> {
    container: Container<'a>,
    views: Vec<View>,
}

enum Container<'a> {
    Zip {
        archive: Archive<'a>,
        bytes: &'a [u8],
        /// of `data.pkl`
        folder: String,
        big_endian: bool,
        /// key and bytes of the last storage: many tensors can share one
        last: Option<(String, Cow<'a, [u8]>)>,
    },
    Legacy {
        storages: HashMap<String, &'a [u8]>,
    },
}

pub(super) fn is_legacy(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(LEGACY_MAGIC_WITHIN)];
    let binary =
        start.first() == Some(&0x80) && start.windows(LEGACY_MAGIC.len()).any(|at| at == LEGACY_MAGIC);
    binary || start.starts_with(LEGACY_MAGIC_TEXT)
}

fn damaged(found: String) -> FileError {
    FileError::Torch(printable(&found))
}

/// Names in a file can be of any length and hold control characters.
fn printable(text: &str) -> String {
    /// Characters of a message.
    const MOST: usize = 400;
    super::printable(text).chars().take(MOST).collect()
}

/// The folder of `data.pkl` among the names of an archive's members, `NAME/` or nothing.
pub(super) fn folder<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let folders = names.filter_map(|name| name.strip_suffix("data.pkl"));
    let folders = folders.filter(|folder| folder.is_empty() || folder.ends_with('/'));
    folders.min_by_key(|folder| folder.len()).map(str::to_owned)
}

/// Reads the zip form; `folder` is the one of `data.pkl`.
pub(super) fn open_zip<'a>(
    bytes: &'a [u8],
    mut archive: Archive<'a>,
    folder: String,
) -> Result<(Reader<'a>, Vec<Entry>, Vec<String>), FileError> {
    if archive.index_for_name(&format!("{folder}constants.pkl")).is_some() {
        return Err(FileError::WholeModule { class: "of TorchScript".to_owned() });
    }
    let pickle = member(&mut archive, bytes, &format!("{folder}data.pkl"), |packed| {
        packed.saturating_mul(MOST_PICKLE_PER_BYTE)
    })?;
    let order = format!("{folder}byteorder");
    let big_endian = archive.index_for_name(&order).is_some()
        && member(&mut archive, bytes, &order, |_| BYTE_ORDER_BYTES)?.starts_with(b"big");
    let pickle = Pickle::read(&pickle).map_err(damaged)?;
    let Contents { entries, views, others } = contents(&pickle, bytes.len())?;
    let mut checked = HashSet::new();
    for (entry, view) in entries.iter().zip(&views) {
        let Ok((storage, number)) = &view.source else { continue };
        if !checked.insert((storage.key.as_str(), storage.length, number.size())) {
            continue;
        }
        let name = format!("{folder}data/{}", storage.key);
        let failed = |found: String| damaged(format!("tensor `{}`: {found}", entry.name));
        let index = archive.index_for_name(&name).ok_or_else(|| failed(format!("no member `{name}`")))?;
        let raw = archive.by_index_raw(index).map_err(|error| failed(error.to_string()))?;
        let (size, packed) = (raw.size(), raw.compressed_size().min(bytes.len() as u64));
        let most = size.min(packed.saturating_mul(MOST_PER_DEFLATED_BYTE));
        if needed(storage, number.size()).is_none_or(|needed| needed as u64 > most) {
            let length = storage.length;
            return Err(failed(format!("a storage of {length} numbers in a member of {size} bytes")));
        }
    }
    let container = Container::Zip { archive, bytes, folder, big_endian, last: None };
    Ok((Reader { container, views }, entries, others))
}

/// Reads the legacy form.
pub(super) fn open_legacy(bytes: &[u8]) -> Result<(Reader<'_>, Vec<Entry>, Vec<String>), FileError> {
    let mut rest = bytes;
    let mut next = || {
        let pickle = Pickle::read(rest).map_err(damaged)?;
        rest = &rest[pickle.length..];
        Ok::<_, FileError>(pickle)
    };
    let (_magic, _protocol, machine) = (next()?, next()?, next()?);
    if let Value::Dict(items) = machine.value(machine.root) {
        let is_big = |&(key, value): &(u32, u32)| {
            machine.text(key) == Some("little_endian") && matches!(machine.value(value), Value::Bool(false))
        };
        if items.iter().any(is_big) {
            return Err(damaged("a file of a big-endian machine".to_owned()));
        }
    }
    let (object, keys) = (next()?, next()?);
    // The sizes of all storages before it give a storage's offset.
    let mut types: HashMap<String, String> = HashMap::new();
    for value in object.values() {
        if let Value::Persistent(id) = value
            && let Ok((storage, _)) = tensors::storage_of(&object, *id)
        {
            types.insert(storage.key, storage.spelled);
        }
    }
    let mut storages = HashMap::new();
    for &key in keys.sequence(keys.root).ok_or_else(|| damaged("no list of storages".to_owned()))? {
        let key = match keys.value(key) {
            Value::Text(key) => key.to_string(),
            Value::Int(key) => key.to_string(),
            _ => return Err(damaged("a storage without a name".to_owned())),
        };
        let spelled = types.get(&key).map(String::as_str).unwrap_or_default();
        let size = tensors::element_size(spelled)
            .ok_or_else(|| damaged(format!("storage `{key}` of an unknown type `{spelled}`")))?;
        let short =
            |found: usize| damaged(format!("a file cut short: storage `{key}` ends after {found} bytes"));
        let (length, after) = rest.split_first_chunk::<8>().ok_or_else(|| short(0))?;
        let length =
            usize::try_from(i64::from_le_bytes(*length)).ok().and_then(|length| length.checked_mul(size));
        let data = length.and_then(|length| after.get(..length)).ok_or_else(|| short(after.len()))?;
        rest = &after[data.len()..];
        storages.insert(key, data);
    }
    let Contents { entries, views, others } = contents(&object, bytes.len())?;
    for (entry, view) in entries.iter().zip(&views) {
        let Ok((storage, number)) = &view.source else { continue };
        let found = storages.get(&storage.key).map_or(0, |data| data.len());
        if needed(storage, number.size()).is_none_or(|needed| needed > found) {
            let (name, length) = (&entry.name, storage.length);
            return Err(damaged(format!("tensor `{name}`: a storage of {length} numbers in {found} bytes")));
        }
    }
    Ok((Reader { container: Container::Legacy { storages }, views }, entries, others))
}

impl Reader<'_> {
    /// The numbers of a tensor, row by row.
    pub(super) fn values(&mut self, index: usize, entry: &Entry) -> Result<Vec<f64>, FileError> {
        let view = &self.views[index];
        let failed = |found: String| damaged(format!("tensor `{}`: {found}", entry.name));
        let (storage, number) = view.source.as_ref().map_err(|found| failed(found.clone()))?;
        let (data, big_endian) = match &mut self.container {
            Container::Legacy { storages } => {
                (storages.get(&storage.key).copied().unwrap_or_default(), false)
            }
            Container::Zip { archive, bytes, folder, big_endian, last } => {
                let last = match last.take() {
                    Some(kept) if kept.0 == storage.key => last.insert(kept),
                    _ => {
                        let name = format!("{folder}data/{}", storage.key);
                        let most = |packed: u64| packed.saturating_mul(MOST_PER_DEFLATED_BYTE);
                        let data = member(archive, bytes, &name, most);
                        last.insert((storage.key.clone(), data.map_err(|error| failed(error.to_string()))?))
                    }
                };
                (last.1.as_ref(), *big_endian)
            }
        };
        let needed = needed(storage, number.size());
        if needed.is_none_or(|needed| needed > data.len()) {
            return Err(failed(format!("{} numbers in {} bytes", storage.length, data.len())));
        }
        let elements = data.chunks_exact(number.size());
        let element = |place| {
            let bytes: Option<&[u8]> = elements.clone().nth(place);
            bytes.map_or(0.0, |bytes| number.value(bytes, big_endian))
        };
        Ok(row_major(&entry.shape, &view.strides, view.start, element))
    }
}

/// The tensors of a pickle, at least one.
fn contents(pickle: &Pickle<'_>, bytes: usize) -> Result<Contents, FileError> {
    let contents = walk::contents(pickle, bytes)?;
    if !contents.entries.is_empty() {
        return Ok(contents);
    }
    let names: Vec<String> = contents.others.iter().take(5).map(|name| format!("`{name}`")).collect();
    let more = if contents.others.len() > names.len() { ", …" } else { "" };
    let among = if names.is_empty() { String::new() } else { format!(" among {}{more}", names.join(", ")) };
    let is_numpy = |value: &Value<'_>| matches!(*value, Value::Global(module, _) if pickle.text(module).is_some_and(|m| m.starts_with("numpy")));
    let numpy = if pickle.values().any(is_numpy) {
        "; save NumPy arrays with `np.savez(\"net.npz\", **arrays)`"
    } else {
        ""
    };
    Err(damaged(format!("no tensor{among}{numpy}")))
}

fn needed(storage: &Storage, size: usize) -> Option<usize> {
    storage.length.checked_mul(size)
}

/// The bytes of a member, at most as many as `most` makes of its compressed size.
fn member<'a>(
    archive: &mut Archive<'a>,
    bytes: &'a [u8],
    name: &str,
    most: impl Fn(u64) -> u64,
) -> Result<Cow<'a, [u8]>, FileError> {
    let failed = |found: String| damaged(format!("member `{name}`: {found}"));
    let index = archive.index_for_name(name).ok_or_else(|| failed("which is not there".to_owned()))?;
    let raw = archive.by_index_raw(index).map_err(|error| failed(error.to_string()))?;
    let (size, packed) = (raw.size(), raw.compressed_size().min(bytes.len() as u64));
    // `torch.save` without checksums writes 0 for each.
    let unchecked = raw.crc32() == 0 && raw.compression() == CompressionMethod::Stored;
    let start = raw.data_start();
    drop(raw);
    if unchecked {
        let start = usize::try_from(start).ok();
        let data =
            start.zip(usize::try_from(size).ok()).and_then(|(start, size)| bytes.get(start..)?.get(..size));
        return data.map(Cow::Borrowed).ok_or_else(|| failed("beyond the end of the file".to_owned()));
    }
    let most = most(packed);
    if size > most {
        return Err(failed(format!("{size} bytes from {packed}")));
    }
    let member = archive.by_index(index).map_err(|error| failed(error.to_string()))?;
    let mut data = Vec::new();
    member.take(most + 1).read_to_end(&mut data).map_err(|error| failed(error.to_string()))?;
    if data.len() as u64 != size {
        return Err(failed(format!("{} bytes instead of {size}", data.len())));
    }
    Ok(Cow::Owned(data))
}
