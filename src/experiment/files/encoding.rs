//! Bytes of a preset as text.

/// The text of a preset, without a byte-order mark.
///
/// # Errors
/// In words, the encoding found instead of UTF-8.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, String> {
    if let Some(encoding) = wide_encoding(&bytes) {
        return Err(format!("text in {encoding}; save it as UTF-8"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let byte = error.as_bytes().get(valid.len()).copied().unwrap_or(0);
            Err(format!("a byte {byte:#04x} in line {line} that is no UTF-8"))
        }
    }
}

/// UTF-16 or UTF-32, by its byte-order mark or by the zeros beside ASCII characters.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [a, 0, 0, 0, b, 0, 0, 0, ..] | [0, 0, 0, a, 0, 0, 0, b, ..] if is_text(*a) && is_text(*b) => {
            Some("UTF-32")
        }
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] if is_text(*a) && is_text(*b) => Some("UTF-16"),
        _ => None,
    }
}

fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decode(b"\xef\xbb\xbf(seed: 1)".to_vec()).unwrap(), "(seed: 1)");
        assert_eq!(decode(b"(seed: 1)".to_vec()).unwrap(), "(seed: 1)");
        assert_eq!(decode(Vec::new()).unwrap(), "");
    }

    #[test]
    fn other_encodings_are_named() {
        let text = "(title: \"a\")";
        let (little, big) = (
            text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
        );
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [marked(&[0xff, 0xfe], &little), marked(&[0xfe, 0xff], &big), little, big] {
            assert!(decode(bytes).unwrap_err().contains("UTF-16"));
        }
        let wide: Vec<u8> = text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
        for bytes in [marked(&[0xff, 0xfe, 0, 0], &wide), wide] {
            assert!(decode(bytes).unwrap_err().contains("UTF-32"));
        }
        let latin = decode(b"(\n// gr\xfc\xdfe\n)".to_vec()).unwrap_err();
        assert_eq!(latin, "a byte 0xfc in line 2 that is no UTF-8");
    }
}
