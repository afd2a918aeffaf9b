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

mod message;
mod pickle;
mod storages;
mod tensors;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{HashMap, HashSet};

use self::message::damaged;
use self::pickle::{Damage, Pickle, Value};
use self::storages::{Members, Storages};
use self::tensors::{Storage, TensorView};
use self::walk::PickledTensors;
use super::archive::Archive;
use super::bytes::FileBytes;
use super::{FileError, TensorEntry};

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

/// First bytes of a legacy file to search for its pickles; doubled while they are cut short.
const FIRST_BYTES: u64 = 1 << 20;

/// An opened file: pickle read, storages not yet.
pub(super) struct TorchReader<'a> {
    storages: Storages<'a>,
    views: Vec<TensorView>,
}

pub(super) fn is_legacy(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(LEGACY_MAGIC_WITHIN)];
    let binary =
        start.first() == Some(&0x80) && start.windows(LEGACY_MAGIC.len()).any(|at| at == LEGACY_MAGIC);
    binary || start.starts_with(LEGACY_MAGIC_TEXT)
}

/// The folder of `data.pkl` among the names of an archive's members, `NAME/` or nothing.
pub(super) fn folder<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let folders = names.filter_map(|name| name.strip_suffix("data.pkl"));
    let folders = folders.filter(|folder| folder.is_empty() || folder.ends_with('/'));
    folders.min_by_key(|folder| folder.len()).map(str::to_owned)
}

/// Reads the zip form; `folder` is the one of `data.pkl`.
pub(super) fn open_zip<'a>(
    bytes: &FileBytes<'a>,
    archive: Archive<'a>,
    folder: String,
) -> Result<(TorchReader<'a>, Vec<TensorEntry>, Vec<String>), FileError> {
    if archive.index_for_name(&format!("{folder}constants.pkl")).is_some() {
        return Err(FileError::WholeModule { class: "of TorchScript".to_owned() });
    }
    let mut members = Members::new(archive, bytes.clone(), folder);
    let of_member = |name: &'static str| move |found: String| damaged(format!("member `{name}`: {found}"));
    let pickle = members.content("data.pkl", |packed| packed.saturating_mul(MOST_PICKLE_PER_BYTE));
    let pickle =
        pickle.unwrap_or_else(|| Err("which is not there".to_owned())).map_err(of_member("data.pkl"))?;
    if let Some(order) = members.content("byteorder", |_| BYTE_ORDER_BYTES) {
        members.big_endian = order.map_err(of_member("byteorder"))?.starts_with(b"big");
    }
    let pickle = Pickle::read(&pickle).map_err(|damage| damaged(damage.found))?;
    let PickledTensors { entries, views, others } = contents(&pickle, bytes.len())?;
    let mut checked = HashSet::new();
    for (entry, view) in entries.iter().zip(&views) {
        let Ok((storage, number)) = &view.source else { continue };
        if !checked.insert((storage.key.as_str(), storage.length, number.size())) {
            continue;
        }
        let failed = |found: String| damaged(format!("tensor `{}`: {found}", entry.name));
        let (_, size, most) = members.find(storage).map_err(failed)?;
        if needed(storage, number.size()).is_none_or(|needed| needed as u64 > most) {
            let length = storage.length;
            return Err(failed(format!("a storage of {length} numbers in a member of {size} bytes")));
        }
    }
    Ok((TorchReader { storages: Storages::Zip(Box::new(members)), views }, entries, others))
}

/// Reads the legacy form.
pub(super) fn open_legacy<'a>(
    bytes: &FileBytes<'a>,
) -> Result<(TorchReader<'a>, Vec<TensorEntry>, Vec<String>), FileError> {
    let mut length = FIRST_BYTES.min(bytes.len());
    loop {
        let start = bytes.part(0, length)?;
        match pickles(&start) {
            Ok(pickles) => return legacy(bytes, pickles),
            Err(damage) if damage.is_cut_short && length < bytes.len() => {
                length = length.saturating_mul(2).min(bytes.len());
            }
            Err(damage) => return Err(damaged(damage.found)),
        }
    }
}

/// The pickles at the start of the legacy form.
struct Pickles<'p> {
    machine: Pickle<'p>,
    object: Pickle<'p>,
    keys: Pickle<'p>,
    /// start of the storages
    length: usize,
}

fn pickles(start: &[u8]) -> Result<Pickles<'_>, Damage> {
    let mut length = 0;
    let mut next = || {
        let pickle = Pickle::read(&start[length..])?;
        length += pickle.length;
        Ok::<_, Damage>(pickle)
    };
    let (_magic, _protocol, machine, object, keys) = (next()?, next()?, next()?, next()?, next()?);
    Ok(Pickles { machine, object, keys, length })
}

fn legacy<'a>(
    bytes: &FileBytes<'a>,
    pickles: Pickles<'_>,
) -> Result<(TorchReader<'a>, Vec<TensorEntry>, Vec<String>), FileError> {
    let Pickles { machine, object, keys, length } = pickles;
    if let Value::Dict(items) = machine.value(machine.root) {
        let is_big = |&(key, value): &(u32, u32)| {
            machine.text(key) == Some("little_endian") && matches!(machine.value(value), Value::Bool(false))
        };
        if items.iter().any(is_big) {
            return Err(damaged("a file of a big-endian machine".to_owned()));
        }
    }
    // The sizes of all storages before it give a storage's offset.
    let mut types: HashMap<String, String> = HashMap::new();
    for value in object.values() {
        if let Value::Persistent(id) = value
            && let Ok((storage, _)) = tensors::storage_of(&object, *id)
        {
            types.insert(storage.key, storage.spelled);
        }
    }
    let mut place = length as u64;
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
            |found: u64| damaged(format!("a file cut short: storage `{key}` ends after {found} bytes"));
        let mut length = [0; 8];
        if bytes.len().saturating_sub(place) < length.len() as u64 {
            return Err(short(0));
        }
        bytes.fill(place, &mut length)?;
        place += length.len() as u64;
        let there = bytes.len() - place;
        let length = u64::try_from(i64::from_le_bytes(length)).ok();
        let length = length.and_then(|length| length.checked_mul(size as u64));
        let length = length.filter(|&length| length <= there).ok_or_else(|| short(there))?;
        storages.insert(key, (place, length));
        place += length;
    }
    let PickledTensors { entries, views, others } = contents(&object, bytes.len())?;
    for (entry, view) in entries.iter().zip(&views) {
        let Ok((storage, number)) = &view.source else { continue };
        let found = storages.get(&storage.key).map_or(0, |&(_, length)| length);
        if needed(storage, number.size()).is_none_or(|needed| needed as u64 > found) {
            let (name, length) = (&entry.name, storage.length);
            return Err(damaged(format!("tensor `{name}`: a storage of {length} numbers in {found} bytes")));
        }
    }
    Ok((TorchReader { storages: Storages::Legacy(bytes.clone(), storages), views }, entries, others))
}

impl TorchReader<'_> {
    /// The numbers of a tensor, row by row.
    pub(super) fn values(&mut self, index: usize, entry: &TensorEntry) -> Result<Vec<f64>, FileError> {
        let view = &self.views[index];
        let failed = |found: String| damaged(format!("tensor `{}`: {found}", entry.name));
        let (storage, number) = view.source.as_ref().map_err(|found| failed(found.clone()))?;
        self.storages.values(storage, *number, view, &entry.shape).map_err(failed)
    }
}

/// The tensors of a pickle, at least one.
fn contents(pickle: &Pickle<'_>, bytes: u64) -> Result<PickledTensors, FileError> {
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
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
