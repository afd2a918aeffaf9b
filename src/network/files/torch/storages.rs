//! The storages of a PyTorch file, and the numbers of the views into them.
//!
//! A tensor's numbers are read where they stand. A storage in a zip archive with only some wanted tensors is read
//! twice at most: once as a whole for its checksum, without keeping anything, and then the parts.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use zip::CompressionMethod;

use super::super::archive::{Archive, MOST_PER_DEFLATED_BYTE};
use super::super::bytes::FileBytes;
use super::super::damage;
use super::super::number::{Number, elements, row_major};
use super::tensors::{Storage, TensorView};

/// Longest stride of a view read as a block, in bytes; beyond it each number is read by itself.
const SPAN_PER_NUMBER: usize = 16;

/// Bytes of a deflated storage for each byte of it in the file, where a part of it is wanted: the whole is held.
const MOST_HELD_PER_BYTE: u64 = 64;

/// The places of a file's storages.
pub(super) enum Storages<'a> {
    Zip(Box<Members<'a>>),
    /// places and lengths, in bytes
    Legacy(FileBytes<'a>, HashMap<String, (u64, u64)>),
}

/// The members of a zip archive.
pub(super) struct Members<'a> {
    pub(super) archive: Archive<'a>,
    pub(super) bytes: FileBytes<'a>,
    /// of `data.pkl`
    pub(super) folder: String,
    pub(super) big_endian: bool,
    /// members with right checksums
    checked: HashSet<usize>,
    /// the last deflated storage read in part
    held: Option<(usize, Vec<u8>)>,
}

/// A view of a storage of these numbers.
struct RequestedView<'v> {
    shape: &'v [usize],
    view: &'v TensorView,
    number: Number,
    big_endian: bool,
}

impl<'a> Members<'a> {
    pub(super) fn new(archive: Archive<'a>, bytes: FileBytes<'a>, folder: String) -> Self {
        Self { archive, bytes, folder, big_endian: false, checked: HashSet::new(), held: None }
    }

    /// The bytes of a member, at most `most` of its compressed size; `None` if there is no such member.
    pub(super) fn content(
        &mut self,
        name: &str,
        most: impl Fn(u64) -> u64,
    ) -> Option<Result<Vec<u8>, String>> {
        let index = self.archive.index_for_name(&format!("{}{name}", self.folder))?;
        Some(self.whole(index, most))
    }

    fn whole(&mut self, index: usize, most: impl Fn(u64) -> u64) -> Result<Vec<u8>, String> {
        let member = self.member(index)?;
        if member.is_unchecked {
            return self.bytes.part(member.place, member.size).map_err(said);
        }
        let most = most(member.packed);
        if member.size > most {
            return Err(format!("{} bytes from {}", member.size, member.packed));
        }
        let reader = self.archive.by_index(index).map_err(|error| damage::of_archive(&error))?;
        let mut data = Vec::new();
        reader.take(most.saturating_add(1)).read_to_end(&mut data).map_err(said)?;
        if data.len() as u64 != member.size {
            return Err(format!("{} bytes instead of {}", data.len(), member.size));
        }
        Ok(data)
    }

    /// The member of a storage, and its capacity in bytes.
    pub(super) fn find(&mut self, storage: &Storage) -> Result<(usize, u64, u64), String> {
        let name = format!("{}data/{}", self.folder, storage.key);
        let index = self.archive.index_for_name(&name).ok_or_else(|| format!("no member `{name}`"))?;
        let member = self.member(index)?;
        Ok((index, member.size, member.size.min(member.packed.saturating_mul(MOST_PER_DEFLATED_BYTE))))
    }

    fn member(&mut self, index: usize) -> Result<Member, String> {
        let raw = self.archive.by_index_raw(index).map_err(|error| damage::of_archive(&error))?;
        let is_stored = raw.compression() == CompressionMethod::Stored;
        Ok(Member {
            place: raw.data_start(),
            size: raw.size(),
            packed: raw.compressed_size().min(self.bytes.len()),
            is_stored,
            // `torch.save` without checksums writes 0 for each.
            is_unchecked: is_stored && raw.crc32() == 0,
        })
    }

    fn values(&mut self, storage: &Storage, wanted: &RequestedView<'_>) -> Result<Vec<f64>, String> {
        let (index, ..) = self.find(storage)?;
        let member = self.member(index)?;
        let needed = storage.length.checked_mul(wanted.number.size());
        if needed.is_none_or(|needed| needed as u64 > member.size) {
            return Err(format!("{} numbers in {} bytes", storage.length, member.size));
        }
        let is_in_place = member.is_stored && (member.is_unchecked || self.checked.contains(&index));
        if is_in_place {
            return wanted.gather(&self.bytes, member.place).map_err(said);
        }
        let failed = |error: zip::result::ZipError| error.to_string();
        if wanted.is_whole(member.size) {
            let mut reader = self.archive.by_index(index).map_err(failed)?;
            let known = member.packed.min(member.size);
            let (values, found) =
                wanted.number.read(&mut reader, member.size, known, wanted.big_endian).map_err(said)?;
            if found != member.size || reader.read(&mut [0]).map_err(said)? > 0 {
                return Err(format!("more or less than {} bytes", member.size));
            }
            self.checked.insert(index);
            return Ok(values);
        }
        if member.is_stored {
            let mut reader = self.archive.by_index(index).map_err(failed)?;
            if io::copy(&mut reader, &mut io::sink()).map_err(said)? != member.size {
                return Err(format!("more or less than {} bytes", member.size));
            }
            self.checked.insert(index);
            return wanted.gather(&self.bytes, member.place).map_err(said);
        }
        let held = match self.held.take() {
            Some(held) if held.0 == index => held,
            _ => (index, self.whole(index, |packed| packed.saturating_mul(MOST_HELD_PER_BYTE))?),
        };
        let (_, data) = self.held.insert(held);
        wanted.gather(&FileBytes::from(&*data), 0).map_err(said)
    }
}

/// Place and compression of an archive's member.
struct Member {
    place: u64,
    size: u64,
    packed: u64,
    is_stored: bool,
    is_unchecked: bool,
}

impl Storages<'_> {
    /// The numbers of a view of a storage, row by row.
    pub(super) fn values(
        &mut self,
        storage: &Storage,
        number: Number,
        view: &TensorView,
        shape: &[usize],
    ) -> Result<Vec<f64>, String> {
        let big_endian = matches!(self, Self::Zip(members) if members.big_endian);
        let wanted = RequestedView { shape, view, number, big_endian };
        match self {
            Self::Zip(members) => members.values(storage, &wanted),
            Self::Legacy(bytes, places) => {
                let (place, length) = places.get(&storage.key).copied().unwrap_or_default();
                let needed = storage.length.checked_mul(number.size());
                if needed.is_none_or(|needed| needed as u64 > length) {
                    return Err(format!("{} numbers in {length} bytes", storage.length));
                }
                wanted.gather(bytes, place).map_err(said)
            }
        }
    }
}

impl RequestedView<'_> {
    /// Whether the numbers stand one behind the other.
    fn is_contiguous(&self) -> bool {
        let mut stride = 1_usize;
        self.shape.iter().zip(&self.view.strides).rev().all(|(&extent, &found)| {
            let fits = extent == 1 || found == stride;
            stride = stride.saturating_mul(extent);
            fits
        })
    }

    /// Whether they are all of a storage of `bytes` bytes, in its order.
    fn is_whole(&self, bytes: u64) -> bool {
        let count = elements(self.shape).and_then(|count| count.checked_mul(self.number.size()));
        self.view.start == 0 && count.is_some_and(|count| count as u64 == bytes) && self.is_contiguous()
    }

    /// The numbers, from the storage at `place`. Its length was checked against the bytes of the file, and the view against its length.
    fn gather(&self, bytes: &FileBytes<'_>, place: u64) -> io::Result<Vec<f64>> {
        let (count, size) = (elements(self.shape).unwrap_or(0), self.number.size());
        if count == 0 {
            return Ok(Vec::new());
        }
        let place = place + (self.view.start * size) as u64;
        if self.is_contiguous() {
            let length = (count * size) as u64;
            let (values, found) =
                self.number.read(&mut bytes.cursor(place), length, length, self.big_endian)?;
            return if found == length { Ok(values) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        let last: usize = self.shape.iter().zip(&self.view.strides).map(|(n, stride)| (n - 1) * stride).sum();
        let span = (last + 1) * size;
        if span / SPAN_PER_NUMBER <= count {
            let data = bytes.part(place, span as u64)?;
            let element = |at: usize| self.number.value(&data[at * size..][..size], self.big_endian);
            return Ok(row_major(self.shape, &self.view.strides, 0, element));
        }
        let mut failure = None;
        let values = row_major(self.shape, &self.view.strides, 0, |at| {
            let mut element = [0; 8];
            let element = &mut element[..size];
            match bytes.fill(place + (at * size) as u64, element) {
                Ok(()) => self.number.value(element, self.big_endian),
                Err(error) => {
                    failure.get_or_insert(error);
                    0.0
                }
            }
        });
        failure.map_or(Ok(values), Err)
    }
}

fn said(error: io::Error) -> String {
    damage::of_data(&error)
}
