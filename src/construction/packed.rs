//! Whole numbers in few bytes: a checkpoint of a large layer holds tens of millions of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Numbers per byte string. Byte strings are copied as a whole, which single numbers are not.
const NUMBERS_PER_CHUNK: usize = 4096;

/// The most bytes of a number: 7 bits in each.
const MOST_BYTES: usize = 10;

/// A list of numbers, serialised as byte strings of 7 bits per byte. With `DIFFERENCES` each number is stored as its
/// difference from the one before it: neurons and pairs of neighbouring rows are close to each other.
#[derive(Clone, Debug)]
pub(crate) struct Packed<'a, const DIFFERENCES: bool> {
    /// two slices, for a ring buffer
    parts: [Cow<'a, [u64]>; 2],
}

impl<'a, const DIFFERENCES: bool> Packed<'a, DIFFERENCES> {
    /// The numbers of two slices, one after the other.
    pub(crate) fn of_parts((first, second): (&'a [u64], &'a [u64])) -> Self {
        Self { parts: [Cow::Borrowed(first), Cow::Borrowed(second)] }
    }

    /// All numbers as one list.
    pub(crate) fn into_vec(self) -> Vec<u64> {
        let [first, second] = self.parts;
        let mut numbers = first.into_owned();
        numbers.extend_from_slice(&second);
        numbers
    }
}

impl<'a, const DIFFERENCES: bool> From<&'a [u64]> for Packed<'a, DIFFERENCES> {
    fn from(numbers: &'a [u64]) -> Self {
        Self::of_parts((numbers, &[]))
    }
}

impl<const DIFFERENCES: bool> From<Vec<u64>> for Packed<'_, DIFFERENCES> {
    fn from(numbers: Vec<u64>) -> Self {
        Self { parts: [Cow::Owned(numbers), Cow::Borrowed(&[])] }
    }
}

impl<const DIFFERENCES: bool> Serialize for Packed<'_, DIFFERENCES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count: usize = self.parts.iter().map(|part| part.len()).sum();
        let mut chunks = serializer.serialize_seq(Some(count.div_ceil(NUMBERS_PER_CHUNK)))?;
        let mut bytes = Vec::with_capacity(NUMBERS_PER_CHUNK * MOST_BYTES);
        let (mut in_chunk, mut before) = (0, 0);
        for &number in self.parts.iter().flat_map(|part| part.iter()) {
            push(&mut bytes, if DIFFERENCES { zigzag(number.wrapping_sub(before)) } else { number });
            before = number;
            in_chunk += 1;
            if in_chunk == NUMBERS_PER_CHUNK {
                chunks.serialize_element(&ByteString(&bytes))?;
                bytes.clear();
                in_chunk = 0;
            }
        }
        if in_chunk > 0 {
            chunks.serialize_element(&ByteString(&bytes))?;
        }
        chunks.end()
    }
}

impl<'de, const DIFFERENCES: bool> Deserialize<'de> for Packed<'_, DIFFERENCES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Chunks::<DIFFERENCES>).map(Self::from)
    }
}

struct Chunks<const DIFFERENCES: bool>;

impl<'de, const DIFFERENCES: bool> Visitor<'de> for Chunks<DIFFERENCES> {
    type Value = Vec<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("byte strings of packed numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut chunks: A) -> Result<Vec<u64>, A::Error> {
        let (mut numbers, mut before) = (Vec::new(), 0_u64);
        while let Some(bytes) = chunks.next_element::<&[u8]>()? {
            let mut rest = bytes;
            while !rest.is_empty() {
                let number =
                    take(&mut rest).ok_or_else(|| A::Error::custom("a number of at most 64 bits"))?;
                before = if DIFFERENCES { before.wrapping_add(unzigzag(number)) } else { number };
                numbers.push(before);
            }
        }
        Ok(numbers)
    }
}

struct ByteString<'a>(&'a [u8]);

impl Serialize for ByteString<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// A signed number with its sign in the lowest bit, so that small ones of either sign are short.
fn zigzag(difference: u64) -> u64 {
    let signed = difference as i64;
    (signed << 1 ^ signed >> 63) as u64
}

fn unzigzag(number: u64) -> u64 {
    number >> 1 ^ (number & 1).wrapping_neg()
}

/// Appends a number, its lowest bits first.
fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 1 << 7 {
        bytes.push(number as u8 | 1 << 7);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front; `None` where it does not end, or does not fit.
fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7F);
        if bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte < 1 << 7 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Side, Stream};

    fn round_trip<const DIFFERENCES: bool>(numbers: &[u64]) {
        for cut in [0, numbers.len() / 3, numbers.len()] {
            let packed = Packed::<DIFFERENCES>::of_parts(numbers.split_at(cut));
            let bytes = postcard::to_stdvec(&packed).unwrap();
            let read: Packed<'_, DIFFERENCES> = postcard::from_bytes(&bytes).unwrap();
            assert_eq!(read.into_vec(), numbers);
        }
    }

    #[test]
    fn numbers_come_back() {
        let row = Stream::new(3, 0, Side::In).row(0);
        for count in [0, 1, 2, 4095, 4096, 4097, 20_000] {
            let numbers: Vec<u64> =
                (0..count).map(|at| row.word(at) >> (row.word(at + count) % 64)).collect();
            round_trip::<false>(&numbers);
            round_trip::<true>(&numbers);
        }
        let ends = [0, u64::MAX, 0, 1 << 63, (1 << 63) - 1, u64::MAX, 127, 128];
        round_trip::<false>(&ends);
        round_trip::<true>(&ends);
    }

    #[test]
    fn numbers_that_do_not_end_or_fit_are_refused() {
        let read = |bytes: &[u8]| postcard::from_bytes::<Packed<'_, false>>(bytes).map(Packed::into_vec);
        assert_eq!(read(&[1, 2, 0x81, 0x01]).unwrap(), [129]);
        assert!(read(&[1, 1, 0x81]).is_err());
        let mut most = vec![1, 10];
        most.extend([0xFF; 9]);
        assert_eq!(read(&[&most[..], &[1]].concat()).unwrap(), [u64::MAX]);
        assert!(read(&[&most[..], &[2]].concat()).is_err());
        // A length beyond the end claims no memory.
        assert!(read(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).is_err());
        assert!(read(&[1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).is_err());
    }
}
