//! A value inside a binary format as its RON text: for types that leave fields out, which such formats cannot.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes `value` as text.
pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    ron::to_string(value).map_err(S::Error::custom)?.serialize(serializer)
}

/// Reads it back.
pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    ron::from_str(&text).map_err(D::Error::custom)
}
