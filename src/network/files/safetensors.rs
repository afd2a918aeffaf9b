//! The safetensors format.

use std::fmt;

use safetensors::{Dtype, SafeTensors};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::number::Number;
use super::{Entry, FileError};

/// A file whose header was read.
pub(super) struct Reader<'a> {
    tensors: SafeTensors<'a>,
}

/// The tensors that the header describes, in the order of their data.
pub(super) fn open(bytes: &[u8]) -> Result<(Reader<'_>, Vec<Entry>), FileError> {
    let failed = |error: &dyn fmt::Display| FileError::Safetensors(error.to_string());
    let (length, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| failed(&e))?;
    // Of two entries of one name the library keeps the last.
    let header = bytes.get(8..8 + length).unwrap_or_default();
    let Names(mut names) = serde_json::from_slice(header).map_err(|e| failed(&e))?;
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(FileError::Duplicate(pair[0].clone()));
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| failed(&e))?;
    let entries = metadata.offset_keys().into_iter().filter_map(|name| {
        let info = metadata.info(&name)?;
        Some(Entry { dtype: format!("{:?}", info.dtype), shape: info.shape.clone(), name })
    });
    let entries = entries.collect();
    Ok((Reader { tensors }, entries))
}

impl Reader<'_> {
    /// The numbers of a tensor, row by row.
    pub(super) fn values(&self, entry: &Entry) -> Result<Vec<f64>, FileError> {
        let view =
            self.tensors.tensor(&entry.name).map_err(|error| FileError::Safetensors(error.to_string()))?;
        let number = number(view.dtype())
            .ok_or_else(|| FileError::Dtype { tensor: entry.name.clone(), found: entry.dtype.clone() })?;
        Ok(number.values(view.data(), false))
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

/// The keys of a JSON object, those that come twice included.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}
