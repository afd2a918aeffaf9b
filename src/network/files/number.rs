//! Element types, their bytes, and arrays in another order than row-major.

use std::io::{self, Read};

/// Bytes read and converted at once; a multiple of every element's size.
const READ_AT_ONCE: usize = 1 << 18;

/// An element type with a value in f64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    F16,
    BF16,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
}

impl Number {
    const ALL: [Self; 13] = [
        Self::F16,
        Self::BF16,
        Self::F32,
        Self::F64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::Bool,
    ];

    /// The name in safetensors.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::F32 => "F32",
            Self::F64 => "F64",
            Self::I8 => "I8",
            Self::I16 => "I16",
            Self::I32 => "I32",
            Self::I64 => "I64",
            Self::U8 => "U8",
            Self::U16 => "U16",
            Self::U32 => "U32",
            Self::U64 => "U64",
            Self::Bool => "BOOL",
        }
    }

    /// The type of a name in safetensors.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|number| number.name() == name)
    }

    /// Bytes of one element.
    pub(super) fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::F16 | Self::BF16 | Self::I16 | Self::U16 => 2,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F64 | Self::I64 | Self::U64 => 8,
        }
    }

    /// The elements in f64. Integers beyond 2⁵³ are rounded.
    fn values(self, data: &[u8], big_endian: bool) -> impl Iterator<Item = f64> {
        data.chunks_exact(self.size()).map(move |bytes| self.value(bytes, big_endian))
    }

    /// The elements of `bytes` bytes, fewer if the reader ends before, and the bytes read. Room is made at once for the `known` of them
    /// in the file, for others as they are read. At the peak the elements are held, and [`READ_AT_ONCE`] bytes.
    pub(super) fn read(
        self,
        reader: &mut impl Read,
        bytes: u64,
        known: u64,
        big_endian: bool,
    ) -> io::Result<(Vec<f64>, u64)> {
        let count = usize::try_from(known / self.size() as u64).unwrap_or(usize::MAX);
        let mut values = Vec::new();
        values.try_reserve_exact(count).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut left = bytes;
        let mut data = Vec::new();
        while left > 0 {
            let wanted = left.min(READ_AT_ONCE as u64);
            data.clear();
            reader.by_ref().take(wanted).read_to_end(&mut data)?;
            values.try_reserve(data.len() / self.size()).map_err(|_| io::ErrorKind::OutOfMemory)?;
            values.extend(self.values(&data, big_endian));
            left -= data.len() as u64;
            if (data.len() as u64) < wanted {
                break;
            }
        }
        Ok((values, bytes - left))
    }

    /// One element, from as many bytes as [`Self::size`].
    pub(super) fn value(self, bytes: &[u8], big_endian: bool) -> f64 {
        if !big_endian {
            return self.little_endian(bytes);
        }
        let mut turned = [0; 8];
        let turned = &mut turned[..bytes.len()];
        turned.copy_from_slice(bytes);
        turned.reverse();
        self.little_endian(turned)
    }

    fn little_endian(self, bytes: &[u8]) -> f64 {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let [a, b, c, d, ..] = wide;
        match self {
            Self::F16 => of_f16(u16::from_le_bytes([a, b])),
            Self::BF16 => of_bf16(u16::from_le_bytes([a, b])),
            Self::F32 => f64::from(f32::from_le_bytes([a, b, c, d])),
            Self::F64 => f64::from_le_bytes(wide),
            Self::I8 => f64::from(a as i8),
            Self::I16 => f64::from(i16::from_le_bytes([a, b])),
            Self::I32 => f64::from(i32::from_le_bytes([a, b, c, d])),
            Self::I64 => i64::from_le_bytes(wide) as f64,
            Self::U8 | Self::U16 | Self::U32 | Self::U64 => u64::from_le_bytes(wide) as f64,
            Self::Bool => f64::from(u8::from(a != 0)),
        }
    }
}

/// The value of an IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. Exact.
fn of_f16(bits: u16) -> f64 {
    const EXPONENT: u16 = 0x1f;
    /// 2⁻²⁴, the smallest subnormal.
    const SMALLEST: f64 = 1.0 / 16_777_216.0;
    let (exponent, fraction) = (bits >> 10 & EXPONENT, f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * SMALLEST,
        EXPONENT if fraction == 0.0 => f64::INFINITY,
        EXPONENT => f64::NAN,
        _ => (fraction + 1024.0) * SMALLEST * f64::from(1_u32 << (exponent - 1)),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// The value of a bfloat16, the upper half of an f32. Exact.
fn of_bf16(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// How many elements a shape has, `None` beyond `usize`.
pub(super) fn elements(shape: &[usize]) -> Option<usize> {
    // An extent of 0 makes any other harmless.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &extent| product.checked_mul(extent))
}

/// The elements in row-major order: element (i, j, …) is `element(start + i·strides[0] + j·strides[1] + …)`.
///
/// No sum may exceed `usize`.
pub(super) fn row_major(
    shape: &[usize],
    strides: &[usize],
    start: usize,
    mut element: impl FnMut(usize) -> f64,
) -> Vec<f64> {
    let count = elements(shape).unwrap_or(0);
    let mut index = vec![0; shape.len()];
    let mut place = start;
    let mut gathered = Vec::with_capacity(count);
    for _ in 0..count {
        gathered.push(element(place));
        // The last axis moves fastest.
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                place += strides[axis];
                break;
            }
            place -= strides[axis] * (shape[axis] - 1);
            index[axis] = 0;
        }
    }
    gathered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_are_followed_in_row_major_order() {
        let gathered = |start, shape: &[usize], strides: &[usize]| {
            row_major(shape, strides, start, |place| place as f64)
        };
        assert_eq!(gathered(0, &[2, 3], &[3, 1]), [0., 1., 2., 3., 4., 5.]);
        assert_eq!(gathered(1, &[2, 2, 2], &[1, 2, 4]), [1., 5., 3., 7., 2., 6., 4., 8.]);
        assert_eq!(gathered(7, &[3], &[0]), [7., 7., 7.]);
        assert_eq!(gathered(9, &[], &[]), [9.]);
        assert!(gathered(0, &[2, 0], &[1, 1]).is_empty());
        assert_eq!((elements(&[usize::MAX, 2]), elements(&[usize::MAX, 2, 0])), (None, Some(0)));
    }

    #[test]
    fn every_value_of_two_bytes_is_that_of_the_half_crate() {
        for bits in 0..=u16::MAX {
            let [f16, bf16] = [half::f16::from_bits(bits).to_f64(), half::bf16::from_bits(bits).to_f64()];
            for (found, expected) in [(of_f16(bits), f16), (of_bf16(bits), bf16)] {
                let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
                assert!(same, "{bits:#06x}: {found} against {expected}");
            }
        }
    }

    #[test]
    fn integers_keep_their_sign() {
        assert_eq!(Number::I8.values(&[0xfe, 1], false).collect::<Vec<_>>(), [-2., 1.]);
        assert_eq!(Number::I16.values(&[0xff, 0xfe], true).collect::<Vec<_>>(), [-2.]);
        assert_eq!(Number::I64.values(&[0xff; 8], false).collect::<Vec<_>>(), [-1.]);
        assert_eq!(Number::U16.values(&[1, 2], true).collect::<Vec<_>>(), [258.]);
        assert_eq!(Number::BF16.values(&[0x20, 0xc0], false).collect::<Vec<_>>(), [-2.5]);
        assert_eq!(Number::Bool.values(&[0, 1, 7], false).collect::<Vec<_>>(), [0., 1., 1.]);
    }
}
