//! The npy format, as NumPy's `numpy.lib.format` describes it: one array of numbers, row by row.

use std::io;

use bytemuck::NoUninit;

/// The header's length is a multiple of this, in bytes.
const ALIGNMENT: usize = 64;

/// A number that NumPy has a type for.
pub(super) trait Element: NoUninit {
    /// NumPy's type without the byte order
    const KIND: &str;
}

impl Element for u8 {
    const KIND: &str = "u1";
}

impl Element for u32 {
    const KIND: &str = "u4";
}

impl Element for u64 {
    const KIND: &str = "u8";
}

impl Element for f32 {
    const KIND: &str = "f4";
}

impl Element for f64 {
    const KIND: &str = "f8";
}

/// Writes an array of this shape, its `elements` row by row.
///
/// # Errors
/// Whatever `out` reports; `InvalidInput` where the shape has more axes than a header of version 1.0 holds.
pub(super) fn write_npy<T: Element>(
    out: &mut impl io::Write,
    shape: &[usize],
    elements: &[T],
) -> io::Result<()> {
    out.write_all(&header::<T>(shape)?)?;
    out.write_all(bytemuck::cast_slice(elements))
}

/// Magic, version 1.0, the length of the rest, and a Python dictionary padded with blanks.
fn header<T: Element>(shape: &[usize]) -> io::Result<Vec<u8>> {
    let order = match (size_of::<T>(), cfg!(target_endian = "big")) {
        (1, _) => '|',
        (_, true) => '>',
        (_, false) => '<',
    };
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    // A tuple of one ends in a comma.
    let comma = if shape.len() == 1 { "," } else { "" };
    let dictionary = format!(
        "{{'descr': '{order}{}', 'fortran_order': False, 'shape': ({}{comma})}}",
        T::KIND,
        sides.join(", ")
    );
    let mut header = b"\x93NUMPY\x01\x00\0\0".to_vec();
    let start = header.len();
    header.extend_from_slice(dictionary.as_bytes());
    // The last byte ends the line. As NumPy does, a header that fits exactly gets a whole block of padding.
    header.resize(((header.len() + 1) / ALIGNMENT + 1) * ALIGNMENT - 1, b' ');
    header.push(b'\n');
    let length = u16::try_from(header.len() - start).map_err(|_| io::ErrorKind::InvalidInput)?;
    header[start - 2..start].copy_from_slice(&length.to_le_bytes());
    Ok(header)
}

#[cfg(test)]
mod tests {
    use ndarray::{ArrayD, IxDyn};
    use ndarray_npy::{WritableElement, WriteNpyExt};

    use super::*;

    fn is_as_another_writer_has_it<T: Element + WritableElement>(element: T) {
        // Around the lengths at which the padding grows by a block.
        let long = [1_000_000_007; 9];
        let shapes: [&[usize]; 6] = [&[], &[0], &[3], &[2, 3], &[1; 60], &[3, 1, 2]];
        for shape in shapes.into_iter().chain((1..=9).map(|axes| &long[..axes])) {
            // The shapes of the last ones are for the header alone.
            let elements = if shape.contains(&long[0]) { 0 } else { shape.iter().product() };
            let mut written = Vec::new();
            write_npy(&mut written, shape, &vec![element; elements]).unwrap();
            assert_eq!(written.len(), header::<T>(shape).unwrap().len() + elements * size_of::<T>());
            if elements > 0 {
                let mut expected = Vec::new();
                ArrayD::from_elem(IxDyn(shape), element).write_npy(&mut expected).unwrap();
                assert!(written == expected, "{shape:?}");
            }
            assert_eq!(header::<T>(shape).unwrap().len() % ALIGNMENT, 0, "{shape:?}");
        }
    }

    #[test]
    fn bytes_are_those_of_ndarray_npy() {
        is_as_another_writer_has_it(7_u8);
        is_as_another_writer_has_it(0x0102_0304_u32);
        is_as_another_writer_has_it(u64::MAX - 3);
        is_as_another_writer_has_it(-1.5e-300_f64);
    }
}
