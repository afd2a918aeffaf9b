//! The IDX format, as MNIST is distributed: the bytes 0, 0, type and number of axes, the sides as big-endian u32, the numbers in row-major
//! order. Compressed with gzip or not.
//!
//! Unsigned bytes of two axes or more are pixels: as points they are divided by 255, in f32. Other numbers stay as they are.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::FileError;
use super::archive::MOST_PER_DEFLATED_BYTE;
use super::bytes::{FileBytes, FileCursor};
use super::entry::MOST_AXES;
use super::number::Number;

const GZIP: &[u8] = b"\x1f\x8b";

/// The largest pixel.
const WHITE: f32 = 255.0;

/// Element types by their byte in the header.
const TYPES: [(u8, Number); 6] = [
    (0x08, Number::U8),
    (0x09, Number::I8),
    (0x0b, Number::I16),
    (0x0c, Number::I32),
    (0x0d, Number::F32),
    (0x0e, Number::F64),
];

/// An IDX file with its header read and compared with its length.
pub(super) struct IdxFile<'a> {
    bytes: FileBytes<'a>,
    number: Number,
    pub(super) shape: Vec<usize>,
}

/// Whether a file is IDX, or compressed with gzip: no other format of data is read from gzip.
pub(super) fn is_idx(bytes: &FileBytes<'_>) -> io::Result<bool> {
    let start = bytes.start(4)?;
    let is_type = |found: u8| TYPES.iter().any(|(byte, _)| *byte == found);
    let is_plain = matches!(*start, [0, 0, found, axes] if axes > 0 && is_type(found));
    Ok(is_plain || start.starts_with(GZIP))
}

fn failed(found: impl Into<String>) -> FileError {
    FileError::Idx(found.into())
}

/// The content from its first byte on.
enum IdxContent<'a> {
    Plain(FileCursor<'a>),
    Packed(Box<MultiGzDecoder<FileCursor<'a>>>),
}

impl<'a> IdxContent<'a> {
    fn new(bytes: &FileBytes<'a>) -> Result<Self, FileError> {
        let cursor = bytes.cursor(0);
        let is_packed = bytes.start(GZIP.len())?.starts_with(GZIP);
        Ok(if is_packed { Self::Packed(Box::new(MultiGzDecoder::new(cursor))) } else { Self::Plain(cursor) })
    }

    /// Fills `buffer`, a part of the header.
    fn header(&mut self, buffer: &mut [u8]) -> Result<(), FileError> {
        self.read_exact(buffer).map_err(|error| self.damage(&error, "in its header"))
    }

    fn damage(&self, error: &io::Error, place: &str) -> FileError {
        match (self, error.kind()) {
            (Self::Plain(_), io::ErrorKind::UnexpectedEof) => failed(format!("a file cut short {place}")),
            (Self::Packed(_), io::ErrorKind::UnexpectedEof) => failed(format!("gzip data cut short {place}")),
            // The decoder's own words for a wrong stream or checksum.
            (
                Self::Packed(_),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other,
            ) => failed(format!("gzip data that are not what was packed, {place}")),
            _ => failed(error.to_string()),
        }
    }
}

impl Read for IdxContent<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(cursor) => cursor.read(buffer),
            Self::Packed(decoder) => decoder.read(buffer),
        }
    }
}

impl<'a> IdxFile<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`FileError::Idx`] for a wrong magic, and for sizes that the file cannot hold or does not fill.
    pub(super) fn open(bytes: &FileBytes<'a>) -> Result<Self, FileError> {
        let mut content = IdxContent::new(bytes)?;
        let mut magic = [0; 4];
        content.header(&mut magic)?;
        let number = TYPES.iter().find(|(byte, _)| *byte == magic[2]).map(|(_, number)| *number);
        let axes = usize::from(magic[3]);
        let (Some(number), true) = (number, magic[..2] == [0, 0] && (1..=MOST_AXES).contains(&axes)) else {
            let shown = magic.map(|byte| format!("{byte:02x}")).join(" ");
            return Err(failed(format!(
                "the first bytes {shown}; images begin with 00 00 08 03, labels with 00 00 08 01"
            )));
        };
        let mut shape = Vec::new();
        for _ in 0..axes {
            let mut side = [0; 4];
            content.header(&mut side)?;
            let side = u32::from_be_bytes(side);
            shape.push(usize::try_from(side).map_err(|_| failed(format!("a side of {side}")))?);
        }
        let file = Self { bytes: bytes.clone(), number, shape };
        let (needed, header) = (file.data_bytes()?, file.header_bytes());
        let shape = &file.shape;
        match content {
            IdxContent::Packed(_) => {
                let most = bytes.len().saturating_mul(MOST_PER_DEFLATED_BYTE);
                if needed > most {
                    let found = format!(
                        "shape {shape:?}, which takes {needed} bytes, in gzip data of at most {most}"
                    );
                    return Err(failed(found));
                }
            }
            IdxContent::Plain(_) => {
                let there = bytes.len().saturating_sub(header);
                if needed > there {
                    let found = format!(
                        "a file cut short: shape {shape:?} takes {needed} bytes, and {there} are there"
                    );
                    return Err(failed(found));
                }
                if needed < there {
                    return Err(failed(behind(there - needed, shape)));
                }
            }
        }
        Ok(file)
    }

    fn header_bytes(&self) -> u64 {
        4 + 4 * self.shape.len() as u64
    }

    fn data_bytes(&self) -> Result<u64, FileError> {
        let each = self.number.size() as u64;
        let product = self.shape.iter().try_fold(each, |n, &side| n.checked_mul(side as u64));
        product.ok_or_else(|| failed(format!("shape {:?}, which no memory holds", self.shape)))
    }

    fn are_pixels(&self) -> bool {
        self.number == Number::U8 && self.shape.len() >= 2
    }

    /// The numbers, row by row; pixels divided by 255.
    ///
    /// # Errors
    /// [`FileError::Idx`] for damaged, missing and surplus data.
    pub(super) fn numbers(&self) -> Result<Vec<f64>, FileError> {
        if self.are_pixels() {
            return Ok(self.pixels()?.into_iter().map(f64::from).collect());
        }
        self.read(|content, bytes, known| self.number.read(content, bytes, known, true))
    }

    /// The numbers in f32, row by row; pixels divided by 255.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers).
    pub(super) fn numbers_f32(&self) -> Result<Vec<f32>, FileError> {
        if self.are_pixels() {
            return self.pixels();
        }
        Ok(self.numbers()?.into_iter().map(|number| number as f32).collect())
    }

    fn pixels(&self) -> Result<Vec<f32>, FileError> {
        let pixels = self.read(|content, bytes, known| {
            let mut pixels = Vec::new();
            let known = usize::try_from(known).unwrap_or(usize::MAX);
            pixels.try_reserve_exact(known).map_err(|_| io::ErrorKind::OutOfMemory)?;
            content.take(bytes).read_to_end(&mut pixels)?;
            let read = pixels.len() as u64;
            Ok((pixels, read))
        })?;
        Ok(pixels.into_iter().map(|pixel| f32::from(pixel) / WHITE).collect())
    }

    /// Reads the numbers by `values`, given the content, the bytes of the numbers, and how many of them are known to be there.
    fn read<T>(
        &self,
        values: impl FnOnce(&mut IdxContent<'a>, u64, u64) -> io::Result<(Vec<T>, u64)>,
    ) -> Result<Vec<T>, FileError> {
        let mut content = IdxContent::new(&self.bytes)?;
        let mut header = vec![0; self.header_bytes() as usize];
        content.header(&mut header)?;
        let needed = self.data_bytes()?;
        let known = if matches!(content, IdxContent::Plain(_)) { needed } else { 0 };
        let damaged = |content: &IdxContent<'_>, error| content.damage(&error, "in its numbers");
        let (values, read) = values(&mut content, needed, known).map_err(|error| damaged(&content, error))?;
        if read < needed {
            let shape = &self.shape;
            let found = format!("data cut short: shape {shape:?} takes {needed} bytes, and {read} are there");
            return Err(failed(found));
        }
        // Reading to the end checks the checksum, too.
        let mut rest = [0; 4096];
        let surplus = content.read(&mut rest).map_err(|error| damaged(&content, error))?;
        if surplus > 0 {
            return Err(failed(behind(surplus as u64, &self.shape)));
        }
        Ok(values)
    }
}

fn behind(surplus: u64, shape: &[usize]) -> String {
    let bytes = if surplus == 1 { "1 byte".to_owned() } else { format!("{surplus} bytes or more") };
    format!("{bytes} behind the numbers of shape {shape:?}")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::super::{DataArray, read_labels, read_points};

    fn idx(kind: u8, shape: &[u32], data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, kind, shape.len() as u8];
        bytes.extend(shape.iter().flat_map(|side| side.to_be_bytes()));
        bytes.extend(data);
        bytes
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn points(bytes: &[u8]) -> Result<ndarray::Array2<f64>, String> {
        read_points(bytes, None).map_err(|error| error.to_string())
    }

    #[test]
    fn images_are_flattened_and_divided_by_255() {
        let pixels: Vec<u8> = (0..24).map(|i| i * 11).collect();
        let plain = idx(8, &[2, 3, 4], &pixels);
        for bytes in [plain.clone(), gz(&plain)] {
            let read = points(&bytes).unwrap();
            assert_eq!(read.dim(), (2, 12));
            assert!(read.iter().zip(&pixels).all(|(&x, &pixel)| x == f64::from(f32::from(pixel) / 255.0)));
            let narrow = DataArray::of_points(&bytes, None).unwrap().read_points_f32().unwrap();
            assert!(narrow.iter().zip(&read).all(|(&narrow, &wide)| f64::from(narrow) == wide));
        }
    }

    #[test]
    fn labels_and_other_numbers_stay_as_they_are() {
        let labels = idx(8, &[4], &[3, 0, 255, 1]);
        assert_eq!(read_labels(&labels, None, 4).unwrap().to_vec(), [3, 0, 255, 1]);
        assert_eq!(read_labels(&gz(&labels), None, 4).unwrap().to_vec(), [3, 0, 255, 1]);
        let data: Vec<u8> = [0.5_f32, -2.0].iter().flat_map(|x| x.to_be_bytes()).collect();
        assert_eq!(points(&idx(0x0d, &[1, 2], &data)).unwrap().row(0).to_vec(), [0.5, -2.0]);
        let data: Vec<u8> = [-300_i16, 7].iter().flat_map(|x| x.to_be_bytes()).collect();
        assert_eq!(points(&idx(0x0b, &[2, 1], &data)).unwrap().column(0).to_vec(), [-300.0, 7.0]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let images = idx(8, &[2, 2, 2], &[9; 8]);
        let packed = gz(&images);
        let mut wrong_sum = packed.clone();
        let sum = wrong_sum.len() - 8;
        wrong_sum[sum] ^= 1;
        let surplus = [packed.as_slice(), b"tail"].concat();
        let short: &[u8] = &idx(8, &[2, 2, 2], &[9; 5]);
        let long: &[u8] = &idx(8, &[2, 2, 2], &[9; 11]);
        let huge = idx(8, &[u32::MAX, u32::MAX, u32::MAX], &[]);
        let large = idx(8, &[60_000, 28, 28], &[]);
        let cases: [(&[u8], &str); 13] = [
            (&images[..3], "unknown format"),
            (&images[..10], "a file cut short in its header"),
            (short, "a file cut short: shape [2, 2, 2] takes 8 bytes, and 5 are there"),
            (long, "3 bytes or more behind the numbers of shape [2, 2, 2]"),
            (&huge, "shape [4294967295, 4294967295, 4294967295], which no memory holds"),
            (&large, "a file cut short: shape [60000, 28, 28] takes 47040000 bytes, and 0 are there"),
            (&gz(&large), "shape [60000, 28, 28], which takes 47040000 bytes, in gzip data of at most"),
            (&gz(short), "data cut short: shape [2, 2, 2] takes 8 bytes, and 5 are there"),
            (&gz(long), "3 bytes or more behind the numbers"),
            (&packed[..packed.len() - 9], "gzip data cut short"),
            (&wrong_sum, "gzip data that are not what was packed"),
            (&surplus, "gzip data"),
            (&gz(b"\x93NUMPY"), "the first bytes 93 4e 55 4d; images begin with 00 00 08 03"),
        ];
        for (bytes, says) in cases {
            let found = points(bytes).unwrap_err();
            assert!(found.contains(says), "expected {says}, found {found}");
        }
        // Each file in the place of the other.
        let labels = idx(8, &[2], &[1, 0]);
        assert!(points(&labels).unwrap_err().contains("points × inputs, found: shape [2]"));
        let found = read_labels(&images, None, 2).unwrap_err().to_string();
        assert!(found.contains("labels") && found.contains("shape [2, 2, 2]"), "{found}");
    }

    proptest! {
        /// Read or refused, whatever the header says: never more numbers than the file has.
        #[test]
        fn mutated_files_are_read_or_refused(
            at in 0_usize..40,
            bytes in proptest::collection::vec(any::<u8>(), 1..6),
            packed in any::<bool>(),
            cut in 0_usize..60,
        ) {
            let mut file = idx(8, &[3, 2, 4], &[7; 24]);
            let end = file.len().min(at + bytes.len());
            if at < end {
                file.splice(at..end, bytes[..end - at].iter().copied()).for_each(drop);
            }
            file.truncate(file.len().saturating_sub(cut.saturating_sub(30)));
            let whole = if packed { gz(&file) } else { file.clone() };
            if let Ok(read) = points(&whole) {
                prop_assert!(read.len() <= file.len());
            }
            let _ = read_labels(&whole, None, 3);
        }

        #[test]
        fn damaged_gzip_is_refused_or_the_same(at in 0_usize..60, flip in 1_u8..) {
            let whole = gz(&idx(8, &[3, 2, 4], &(0..24).collect::<Vec<u8>>()));
            let mut damaged = whole.clone();
            if let Some(byte) = damaged.get_mut(at) {
                *byte ^= flip;
            }
            if let Ok(read) = points(&damaged) {
                prop_assert_eq!(read, points(&whole).unwrap());
            }
        }
    }
}
