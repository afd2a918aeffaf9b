//! The npy format: a magic, a header that is a Python literal, the numbers.

use std::io::Read;

use half::f16;
use py_literal::Value;

use super::{Entry, FileError};

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that is read; NumPy writes 128 bytes for any array of numbers.
const LONGEST_HEADER: u64 = 4096;

/// What a header says.
#[derive(Clone, Debug)]
pub(super) struct Header {
    kind: Kind,
    big_endian: bool,
    /// columns first
    fortran: bool,
    pub(super) shape: Vec<usize>,
    /// bytes of magic and header together
    start: usize,
}

/// A type of numbers, and the bytes of each.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Float(usize),
    Signed(usize),
    Unsigned(usize),
    /// another type, as the header spells it
    Other(String),
}

impl Header {
    pub(super) fn entry(&self, name: String) -> Entry {
        Entry { name, dtype: self.dtype(), shape: self.shape.clone() }
    }

    /// As safetensors calls it.
    pub(super) fn dtype(&self) -> String {
        match &self.kind {
            Kind::Float(bytes) => format!("F{}", 8 * bytes),
            Kind::Signed(bytes) => format!("I{}", 8 * bytes),
            Kind::Unsigned(bytes) => format!("U{}", 8 * bytes),
            Kind::Other(spelled) if spelled.ends_with('O') => "pickled Python objects".to_owned(),
            Kind::Other(spelled) => spelled.clone(),
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        matches!(self.kind, Kind::Signed(_) | Kind::Unsigned(_))
    }

    /// Bytes of the numbers.
    fn bytes(&self) -> Result<u64, String> {
        let (Kind::Float(each) | Kind::Signed(each) | Kind::Unsigned(each)) = self.kind else {
            return Err(format!("numbers of type {}", self.dtype()));
        };
        let product = self.shape.iter().try_fold(each as u64, |n, &side| n.checked_mul(side as u64));
        product.ok_or_else(|| format!("shape {:?}, which no memory holds", self.shape))
    }

    /// Refuses more numbers than `most` bytes can hold.
    pub(super) fn check_length(&self, most: u64) -> Result<(), String> {
        // What is of another type is refused by its name, where it is wanted.
        match (&self.kind, self.bytes()) {
            (Kind::Other(_), _) => Ok(()),
            (_, Ok(bytes)) if bytes <= most => Ok(()),
            (_, Ok(bytes)) => {
                Err(format!("shape {:?}, which takes {bytes} bytes, before at most {most}", self.shape))
            }
            (_, Err(found)) => Err(found),
        }
    }
}

/// An error of what was expected, from what was found.
pub(super) fn expecting(expected: &'static str) -> impl Fn(String) -> FileError + Copy {
    move |found| FileError::Npy { expected, found }
}

/// The header of a whole file, held to the file's length.
pub(super) fn header(bytes: &[u8]) -> Result<Header, String> {
    let header = read_header(&mut &*bytes)?;
    header.check_length((bytes.len() - header.start) as u64)?;
    Ok(header)
}

/// The numbers of a whole file, row by row.
pub(super) fn numbers(bytes: &[u8]) -> Result<Vec<f64>, String> {
    let header = header(bytes)?;
    read_numbers(&header, &mut &bytes[header.start..])
}

/// Reads magic and header.
pub(super) fn read_header(reader: &mut impl Read) -> Result<Header, String> {
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

/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`
fn parse(text: &str, start: usize) -> Option<Header> {
    // The parser goes as deep as brackets do, and no array of numbers needs more than two.
    if text.chars().filter(|c| "([{".contains(*c)).count() > 64 {
        return None;
    }
    let Ok(Value::Dict(fields)) = text.parse::<Value>() else { return None };
    let field = |name: &str| {
        let mut found = fields.iter().filter(|(key, _)| matches!(key, Value::String(key) if key == name));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    };
    let Value::Tuple(sides) = field("shape")? else { return None };
    let side = |side: &Value| match side {
        Value::Integer(side) => side.to_string().parse::<usize>().ok(),
        _ => None,
    };
    let shape = sides.iter().map(side).collect::<Option<Vec<usize>>>()?;
    let Value::Boolean(fortran) = *field("fortran_order")? else { return None };
    let (kind, big_endian) = match field("descr")? {
        Value::String(spelled) => (kind(spelled), spelled.starts_with('>')),
        _ => (Kind::Other("records of several fields".to_owned()), false),
    };
    Some(Header { kind, big_endian, fortran, shape, start })
}

fn kind(spelled: &str) -> Kind {
    match spelled.trim_start_matches(['<', '>', '|', '=']) {
        "f2" => Kind::Float(2),
        "f4" => Kind::Float(4),
        "f8" => Kind::Float(8),
        "i1" => Kind::Signed(1),
        "i2" => Kind::Signed(2),
        "i4" => Kind::Signed(4),
        "i8" => Kind::Signed(8),
        "u1" => Kind::Unsigned(1),
        "u2" => Kind::Unsigned(2),
        "u4" => Kind::Unsigned(4),
        "u8" => Kind::Unsigned(8),
        _ => Kind::Other(spelled.to_owned()),
    }
}

/// Reads the numbers behind a header, row by row, and nothing may follow them. Whole numbers beyond 2⁵³ are rounded.
pub(super) fn read_numbers(header: &Header, reader: &mut impl Read) -> Result<Vec<f64>, String> {
    let expected = header.bytes()?;
    let mut data = Vec::new();
    // One more than there should be.
    let read = reader.take(expected.saturating_add(1)).read_to_end(&mut data);
    read.map_err(|error| format!("damaged data: {error}"))?;
    match data.len() as u64 {
        found if found < expected => return Err(format!("{found} bytes of data for {expected}")),
        found if found > expected => return Err(format!("more than {expected} bytes of data")),
        _ => {}
    }
    let whole = |bytes: &[u8], signed: bool| {
        let mut wide = [if signed && bytes[bytes.len() - 1] >= 0x80 { 0xff } else { 0 }; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        if signed { i64::from_le_bytes(wide) as f64 } else { u64::from_le_bytes(wide) as f64 }
    };
    let number = |bytes: &[u8]| match (&header.kind, bytes) {
        (Kind::Float(_), &[a, b]) => f16::from_le_bytes([a, b]).to_f64(),
        (Kind::Float(_), &[a, b, c, d]) => f64::from(f32::from_le_bytes([a, b, c, d])),
        (Kind::Float(_), &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
        (kind, bytes) => whole(bytes, matches!(kind, Kind::Signed(_))),
    };
    let (Kind::Float(each) | Kind::Signed(each) | Kind::Unsigned(each)) = header.kind else {
        return Err(format!("numbers of type {}", header.dtype()));
    };
    let little_endian = |bytes: &[u8]| {
        if !header.big_endian {
            return number(bytes);
        }
        let turned: Vec<u8> = bytes.iter().rev().copied().collect();
        number(&turned)
    };
    let values: Vec<f64> = data.chunks_exact(each).map(little_endian).collect();
    match (header.fortran, header.shape.as_slice()) {
        (true, &[rows, columns]) => {
            Ok((0..rows * columns).map(|i| values[(i % columns) * rows + i / columns]).collect())
        }
        _ => Ok(values),
    }
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
        let cases: [(&str, &[u8], f64); 12] = [
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
            assert_eq!(numbers(&array(descr, "(1,)", data)), Ok(vec![expected]), "{descr}");
        }
    }

    #[test]
    fn columns_first_is_turned() {
        let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }";
        assert_eq!(numbers(&file(header, &[0, 10, 1, 11, 2, 12])), Ok(vec![0., 1., 2., 10., 11., 12.]));
    }

    #[test]
    fn headers_that_lie_are_refused() {
        let refused = |bytes: &[u8], says: &str| {
            let found = numbers(bytes).unwrap_err();
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
            assert!(numbers(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }
}
