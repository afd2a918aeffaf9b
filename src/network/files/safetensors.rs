//! The safetensors format.

use std::fmt;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

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
    /// The numbers of a tensor, row by row; `entry` is of a type that is read.
    pub(super) fn values(&self, entry: &Entry) -> Result<Vec<f64>, FileError> {
        let view =
            self.tensors.tensor(&entry.name).map_err(|error| FileError::Safetensors(error.to_string()))?;
        let data = view.data();
        Ok(match view.dtype() {
            Dtype::F16 => numbers(data, |b| f16::from_le_bytes(b).to_f64()),
            Dtype::BF16 => numbers(data, |b| bf16::from_le_bytes(b).to_f64()),
            Dtype::F32 => numbers(data, |b| f64::from(f32::from_le_bytes(b))),
            Dtype::F64 => numbers(data, f64::from_le_bytes),
            other => {
                return Err(FileError::Dtype { tensor: entry.name.clone(), found: format!("{other:?}") });
            }
        })
    }
}

fn numbers<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    data.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
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
