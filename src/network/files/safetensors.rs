//! The safetensors format: the length of a header, the header in JSON, the numbers.

use std::collections::HashMap;
use std::fmt;
use std::io::ErrorKind;

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::bytes::FileBytes;
use super::number::Number;
use super::{FileError, TensorEntry, damage};

/// The library's limit on a header.
pub(super) const LONGEST_HEADER: u64 = 100_000_000;

/// A file with its header read.
pub(super) struct SafetensorsReader<'a> {
    bytes: FileBytes<'a>,
    /// type and place of each tensor
    parts: Vec<(Dtype, u64, u64)>,
}

/// The tensors of the header, in the order of their data.
pub(super) fn open<'a>(
    bytes: &FileBytes<'a>,
) -> Result<(SafetensorsReader<'a>, Vec<TensorEntry>), FileError> {
    let failed = |found: String| FileError::Safetensors(found);
    let mut length = [0; 8];
    bytes.fill(0, &mut length)?;
    let length = u64::from_le_bytes(length);
    let cut_short = || failed(format!("a header of {length} bytes in a file of {}", bytes.len()));
    let start = length.checked_add(8).filter(|&start| start <= bytes.len()).ok_or_else(cut_short)?;
    let header = bytes.part(8, length)?;
    let header = std::str::from_utf8(&header).map_err(|_| failed("a header that is no UTF-8".to_owned()))?;
    let TensorList(mut tensors) =
        serde_json::from_str(header).map_err(|error| failed(damage::of_header(&error)))?;
    tensors.sort_by(|(one, _), (other, _)| one.cmp(other));
    // Of two entries of one name the library keeps the last.
    if let Some(pair) = tensors.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(FileError::Duplicate(pair[0].0.clone()));
    }
    // Tensors without numbers stand at the start of the next one.
    tensors.sort_by_key(|(_, tensor)| tensor.data_offsets);
    let data = tensors.last().map_or(0, |(_, last)| last.data_offsets.1) as u64;
    let (mut entries, mut parts) = (Vec::with_capacity(tensors.len()), Vec::with_capacity(tensors.len()));
    for (name, tensor) in &tensors {
        let (from, to) = (tensor.data_offsets.0 as u64, tensor.data_offsets.1 as u64);
        parts.push((tensor.dtype, start.saturating_add(from), to.saturating_sub(from)));
        entries.push(TensorEntry {
            name: name.clone(),
            dtype: format!("{:?}", tensor.dtype),
            shape: tensor.shape.clone(),
        });
    }
    Metadata::new(None, tensors).map_err(|error| failed(damage::of_tensors(&error)))?;
    if start.checked_add(data) != Some(bytes.len()) {
        let found = bytes.len() - start;
        return Err(failed(format!("{found} bytes of numbers where the header describes {data}")));
    }
    Ok((SafetensorsReader { bytes: bytes.clone(), parts }, entries))
}

impl SafetensorsReader<'_> {
    /// The numbers of a tensor, row by row.
    pub(super) fn values(&self, index: usize, entry: &TensorEntry) -> Result<Vec<f64>, FileError> {
        let (dtype, place, length) = self.parts[index];
        let number = number(dtype)
            .ok_or_else(|| FileError::Dtype { tensor: entry.name.clone(), found: entry.dtype.clone() })?;
        let (values, found) = number.read(&mut self.bytes.cursor(place), length, length, false)?;
        if found == length { Ok(values) } else { Err(std::io::Error::from(ErrorKind::UnexpectedEof).into()) }
    }
}

fn number(dtype: Dtype) -> Option<Number> {
    Some(match dtype {
        Dtype::F16 => Number::F16,
        Dtype::BF16 => Number::BF16,
        Dtype::F32 => Number::F32,
        Dtype::F64 => Number::F64,
        Dtype::I8 => Number::I8,
        Dtype::I16 => Number::I16,
        Dtype::I32 => Number::I32,
        Dtype::I64 => Number::I64,
        Dtype::U8 => Number::U8,
        Dtype::U16 => Number::U16,
        Dtype::U32 => Number::U32,
        Dtype::U64 => Number::U64,
        Dtype::BOOL => Number::Bool,
        _ => return None,
    })
}

/// The tensors of a header in its order, duplicate names included.
struct TensorList(Vec<(String, TensorInfo)>);

impl<'de> Deserialize<'de> for TensorList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tensors;

        impl<'de> Visitor<'de> for Tensors {
            type Value = TensorList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TensorList, A::Error> {
                let mut tensors = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<Option<HashMap<String, String>>>()?;
                    } else {
                        tensors.push((name, map.next_value()?));
                    }
                }
                Ok(TensorList(tensors))
            }
        }

        deserializer.deserialize_map(Tensors)
    }
}
