//! A number for all axes, or a list of one for each.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A whole number for all axes, or a list of one for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Sizes {
    /// of all axes
    Same(u64),
    /// of each axis
    Each(Vec<u64>),
}

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SizesReader;
        impl<'de> Visitor<'de> for SizesReader {
            type Value = Sizes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or a list of whole numbers")
            }

            fn visit_u64<E: de::Error>(self, size: u64) -> Result<Sizes, E> {
                Ok(Sizes::Same(size))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sizes, A::Error> {
                let mut sizes = Vec::new();
                while let Some(size) = list.next_element()? {
                    sizes.push(size);
                }
                Ok(Sizes::Each(sizes))
            }
        }
        deserializer.deserialize_any(SizesReader)
    }
}
