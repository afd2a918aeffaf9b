//! The npy format: a magic, a header as a Python literal, the numbers.

use std::io::Read;

use super::bytes::FileBytes;
use super::entry::{MOST_AXES, TensorEntry};
use super::npy_header::MAGIC;
use super::number::{Number, row_major};
use super::{FileError, damage, npy_header};

/// [`TensorEntry::dtype`] of an array of objects.
pub(super) const PICKLED: &str = "pickled Python objects";

/// The longest accepted header, in bytes; NumPy writes 128 for any array of numbers.
const LONGEST_HEADER: u64 = 4096;

/// The fields of a header.
#[derive(Clone, Debug)]
pub(super) struct NpyHeader {
    kind: ElementType,
    big_endian: bool,
    /// columns first
    fortran: bool,
    pub(super) shape: Vec<usize>,
    /// bytes of magic and header together
    start: usize,
}

/// An element type.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ElementType {
    Number(Number),
    /// another type, as the header spells it
    Other(String),
}

impl NpyHeader {
    pub(super) fn entry(&self, name: String) -> TensorEntry {
        TensorEntry { name, dtype: self.dtype(), shape: self.shape.clone() }
    }

    /// The name in safetensors, else NumPy's.
    pub(super) fn dtype(&self) -> String {
        match &self.kind {
            ElementType::Number(number) => number.name().to_owned(),
            ElementType::Other(spelled) if spelled.ends_with('O') => PICKLED.to_owned(),
            ElementType::Other(spelled) => spelled.clone(),
        }
    }

    /// Bytes of the numbers.
    fn bytes(&self) -> Result<u64, String> {
        let ElementType::Number(number) = self.kind else {
            return Err(format!("numbers of type {}", self.dtype()));
        };
        let each = number.size() as u64;
        let product = self.shape.iter().try_fold(each, |n, &side| n.checked_mul(side as u64));
        product.ok_or_else(|| format!("shape {:?}, which no memory holds", self.shape))
    }

    /// Refuses more numbers than `most` bytes can hold.
    pub(super) fn check_length(&self, most: u64) -> Result<(), String> {
        // Other types are refused by name on use.
        match (&self.kind, self.bytes()) {
            (ElementType::Other(_), _) => Ok(()),
            (_, Ok(bytes)) if bytes <= most => Ok(()),
            (_, Ok(bytes)) => {
                Err(format!("shape {:?}, which takes {bytes} bytes, before at most {most}", self.shape))
            }
            (_, Err(found)) => Err(found),
        }
    }
}

/// An error of expectation and finding.
pub(super) fn expecting(expected: &'static str) -> impl Fn(String) -> FileError + Copy {
    move |found| FileError::Npy { expected, found }
}

/// The header of a whole file, held to the file's length.
pub(super) fn header(bytes: &FileBytes<'_>) -> Result<NpyHeader, String> {
    let header = read_header(&mut bytes.cursor(0))?;
    header.check_length(bytes.len().saturating_sub(header.start as u64))?;
    Ok(header)
}

/// The numbers of a whole file, row by row.
pub(super) fn numbers(bytes: &FileBytes<'_>) -> Result<Vec<f64>, String> {
    let header = header(bytes)?;
    let there = bytes.len().saturating_sub(header.start as u64);
    read_numbers(&header, &mut bytes.cursor(header.start as u64), there)
}

/// Reads magic and header.
pub(super) fn read_header(reader: &mut impl Read) -> Result<NpyHeader, String> {
    let cut_short = |_| "a file cut short in its header".to_owned();
    let mut start = [0; 8];
    reader.read_exact(&mut start).map_err(cut_short)?;
    if !start.starts_with(MAGIC) {
        return Err("no npy file".to_owned());
    }
    let (length, before) = if start[6] == 1 {
        let mut length = [0; 2];
        reader.read_exact(&mut length).map_err(cut_short)?;
        (u64::from(u16::from_le_bytes(length)), 10)
    } else {
        let mut length = [0; 4];
        reader.read_exact(&mut length).map_err(cut_short)?;
        (u64::from(u32::from_le_bytes(length)), 12)
    };
    if length > LONGEST_HEADER {
        return Err(format!("a header of {length} bytes, above {LONGEST_HEADER}"));
    }
    let mut text = vec![0; length as usize];
    reader.read_exact(&mut text).map_err(cut_short)?;
    let text = String::from_utf8_lossy(&text);
    parse(text.trim(), before + length as usize).ok_or_else(|| {
        let shown: String = text.trim().chars().take(40).collect();
        format!("a header that is none: `{shown}`")
    })
}

/// The header of a text; `start` bytes stand before the numbers.
fn parse(text: &str, start: usize) -> Option<NpyHeader> {
    let fields = npy_header::parse(text)?;
    let (kind, big_endian) = match &fields.descr {
        Some(spelled) => (kind(spelled), spelled.starts_with('>')),
        None => (ElementType::Other("records of several fields".to_owned()), false),
    };
    (fields.shape.len() <= MOST_AXES).then_some(NpyHeader {
        kind,
        big_endian,
        fortran: fields.fortran_order,
        shape: fields.shape,
        start,
    })
}

fn kind(spelled: &str) -> ElementType {
    ElementType::Number(match spelled.trim_start_matches(['<', '>', '|', '=']) {
        "f2" => Number::F16,
        "f4" => Number::F32,
        "f8" => Number::F64,
        "i1" => Number::I8,
        "i2" => Number::I16,
        "i4" => Number::I32,
        "i8" => Number::I64,
        "u1" => Number::U8,
        "u2" => Number::U16,
        "u4" => Number::U32,
        "u8" => Number::U64,
        "b1" => Number::Bool,
        _ => return ElementType::Other(spelled.to_owned()),
    })
}

/// Reads the numbers behind a header, row by row, and nothing may follow them. Whole numbers beyond 2⁵³ are rounded.
/// At least `there` bytes are known to be there.
pub(super) fn read_numbers(
    header: &NpyHeader,
    reader: &mut impl Read,
    there: u64,
) -> Result<Vec<f64>, String> {
    let expected = header.bytes()?;
    let ElementType::Number(number) = header.kind else {
        return Err(format!("numbers of type {}", header.dtype()));
    };
    let damaged = |error: std::io::Error| format!("damaged data: {}", damage::of_data(&error));
    let known = expected.min(there);
    let (values, found) = number.read(reader, expected, known, header.big_endian).map_err(damaged)?;
    if found < expected {
        return Err(format!("{found} bytes of data for {expected}"));
    }
    // One byte too many. Reading to the end also checks a member's checksum.
    if reader.read(&mut [0]).map_err(damaged)? > 0 {
        return Err(format!("more than {expected} bytes of data"));
    }
    if !header.fortran || values.is_empty() {
        return Ok(values);
    }
    // Columns first: the first axis moves fastest.
    let mut stride = 1;
    let mut strides = Vec::with_capacity(header.shape.len());
    for extent in &header.shape {
        strides.push(stride);
        stride *= extent;
    }
    Ok(row_major(&header.shape, &strides, 0, |place| values.get(place).copied().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn array(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        file(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n"), data)
    }

    #[test]
    fn every_type_is_read_from_either_end() {
        let cases: [(&str, &[u8], f64); 13] = [
            ("|b1", &[1], 1.0),
            ("<f2", &[0x00, 0xc1], -2.5),
            (">f2", &[0xc1, 0x00], -2.5),
            ("<f4", &[0, 0, 0x20, 0xc0], -2.5),
            (">f8", &[0xc0, 0x04, 0, 0, 0, 0, 0, 0], -2.5),
            ("|i1", &[0xfe], -2.0),
            ("|u1", &[0xfe], 254.0),
            ("<i2", &[0xfe, 0xff], -2.0),
            (">u2", &[0x01, 0x02], 258.0),
            ("<i4", &[7, 0, 0, 0], 7.0),
            ("<u4", &[0, 0, 0, 0x80], 2_147_483_648.0),
            ("<i8", &[0xff; 8], -1.0),
            ("<u8", &[3, 0, 0, 0, 0, 0, 0, 0], 3.0),
        ];
        for (descr, data, expected) in cases {
            assert_eq!(numbers(&FileBytes::from(&array(descr, "(1,)", data))), Ok(vec![expected]), "{descr}");
        }
    }

    #[test]
    fn columns_first_is_turned() {
        let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }";
        let numbers = |bytes: Vec<u8>| numbers(&FileBytes::from(&bytes));
        assert_eq!(numbers(file(header, &[0, 10, 1, 11, 2, 12])), Ok(vec![0., 1., 2., 10., 11., 12.]));
        let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2), }";
        let turned = vec![0., 4., 2., 6., 1., 5., 3., 7.];
        assert_eq!(numbers(file(header, &[0, 1, 2, 3, 4, 5, 6, 7])), Ok(turned));
    }

    #[test]
    fn headers_that_lie_are_refused() {
        let refused = |bytes: &[u8], says: &str| {
            let found = numbers(&FileBytes::from(bytes)).unwrap_err();
            assert!(found.contains(says), "expected {says}, found {found}");
        };
        let huge = "(4611686018427387904, 4611686018427387904)";
        refused(&array("<f8", huge, &[]), "which no memory holds");
        refused(&array("<f8", "(1000000000000,)", &[0; 8]), "takes 8000000000000 bytes, before at most 8");
        refused(&array("<f8", "(-1,)", &[]), "a header that is none");
        refused(&array("|O", "(1,)", &[0; 8]), "pickled Python objects");
        refused(&array("<c16", "(1,)", &[0; 16]), "<c16");
        refused(&array("<f4", "(1,)", &[0; 5]), "more than 4 bytes");
        refused(&file(&"(".repeat(3000), &[]), "a header that is none");
        let mut long = array("<f4", "(1,)", &[0; 4]);
        (long[8], long[9]) = (0xff, 0xff);
        refused(&long, "a header of 65535 bytes");
        let whole = array("<f4", "(1,)", &[0; 4]);
        for cut in 0..whole.len() {
            assert!(numbers(&FileBytes::from(&whole[..cut])).is_err(), "cut at {cut}");
        }
    }
}
