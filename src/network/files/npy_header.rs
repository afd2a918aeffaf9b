//! The text of an npy header: a dictionary of three keys, written as a Python literal.
//!
//! # Why no crate
//! `py_literal` reads any literal, in time exponential in the depth of its brackets: 16 of them hang it, and the records of
//! NumPy nest two and more. This reader passes over anything but a header of numbers, byte by byte, without recursion.

/// The first bytes of every npy file.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HeaderFields {
    /// the type of the elements; `None` unless it is a text (records)
    pub(super) descr: Option<String>,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

/// The fields of a header; `None` if malformed, or if a field is missing or stands twice.
pub(super) fn parse(text: &str) -> Option<HeaderFields> {
    let mut literal = Literal { bytes: text.as_bytes() };
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    literal.expect(b'{')?;
    while !literal.take(b'}') {
        let key = literal.text()?;
        literal.expect(b':')?;
        let is_first = match key.as_str() {
            "descr" => descr
                .replace(
                    literal.text().map_or_else(|| literal.skip().map(|()| None), |text| Some(Some(text)))?,
                )
                .is_none(),
            "fortran_order" => fortran_order.replace(literal.truth()?).is_none(),
            "shape" => shape.replace(literal.tuple()?).is_none(),
            _ => literal.skip().is_some(),
        };
        if !is_first || !(literal.take(b',') || literal.is_before(b'}')) {
            return None;
        }
    }
    literal.is_at_end().then_some(HeaderFields {
        descr: descr?,
        fortran_order: fortran_order?,
        shape: shape?,
    })
}

/// The rest of a literal.
struct Literal<'t> {
    bytes: &'t [u8],
}

impl<'t> Literal<'t> {
    fn is_at_end(&mut self) -> bool {
        self.bytes = self.bytes.trim_ascii_start();
        self.bytes.is_empty()
    }

    fn is_before(&mut self, byte: u8) -> bool {
        !self.is_at_end() && self.bytes.first() == Some(&byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.is_before(byte);
        if is_there {
            self.bytes = &self.bytes[1..];
        }
        is_there
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    /// A text in quotes; a backslash stands for the byte behind it.
    fn text(&mut self) -> Option<String> {
        let quote = [b'\'', b'"'].into_iter().find(|&quote| self.take(quote))?;
        let mut text = Vec::new();
        loop {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            match byte {
                b'\\' => {
                    let (&escaped, rest) = self.bytes.split_first()?;
                    self.bytes = rest;
                    text.push(escaped);
                }
                b'\n' => return None,
                _ if byte == quote => return String::from_utf8(text).ok(),
                _ => text.push(byte),
            }
        }
    }

    /// A number, a name, `None`.
    fn word(&mut self) -> Option<&'t str> {
        let is_end = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"_.+-".contains(byte));
        self.bytes = self.bytes.trim_ascii_start();
        let length = self.bytes.iter().position(is_end).unwrap_or(self.bytes.len());
        let (word, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        std::str::from_utf8(word).ok().filter(|word| !word.is_empty())
    }

    fn truth(&mut self) -> Option<bool> {
        match self.word()? {
            "True" => Some(true),
            "False" => Some(false),
            _ => None,
        }
    }

    /// Whole numbers; Python 2's may end in `L`.
    fn tuple(&mut self) -> Option<Vec<usize>> {
        self.expect(b'(')?;
        let mut sides = Vec::new();
        while !self.take(b')') {
            let side = self.word()?;
            sides.push(side.strip_suffix('L').unwrap_or(side).parse().ok()?);
            // `(3)` is a number.
            if !self.take(b',') && (sides.len() < 2 || !self.is_before(b')')) {
                return None;
            }
        }
        Some(sides)
    }

    /// Passes over any value.
    fn skip(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            let (&byte, rest) = self.bytes.trim_ascii_start().split_first()?;
            match byte {
                b'\'' | b'"' => drop(self.text()?),
                b'(' | b'[' | b'{' => {
                    open.push(if byte == b'(' { b')' } else { byte + 2 });
                    self.bytes = rest;
                }
                b')' | b']' | b'}' if open.pop() == Some(byte) => self.bytes = rest,
                b',' | b':' if !open.is_empty() => self.bytes = rest,
                _ => drop(self.word()?),
            }
            if open.is_empty() {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(descr: &str, fortran_order: bool, shape: &[usize]) -> Option<HeaderFields> {
        let descr = Some(descr.to_owned()).filter(|descr| !descr.is_empty());
        Some(HeaderFields { descr, fortran_order, shape: shape.to_vec() })
    }

    #[test]
    fn headers_are_read_as_numpy_writes_them() {
        for (text, expected) in [
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }   ", fields("<f4", false, &[3, 2])),
            ("{'descr': '|O', 'fortran_order': True, 'shape': (), }", fields("|O", true, &[])),
            ("{\"shape\":(7,),\"descr\":\">i8\",\"fortran_order\":False}", fields(">i8", false, &[7])),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (5L, 2L), }", fields("<f8", false, &[5, 2])),
            (
                "{'descr': [('a', '<f4'), ('b)', [('c', '|S3', (2,)), ('d', '<i2')])], 'fortran_order': False, 'shape': (9,), }",
                fields("", false, &[9]),
            ),
            ("{'descr': ('<f4', (2, 2)), 'fortran_order': False, 'shape': (1,), }", fields("", false, &[1])),
            (
                "{'more': {'a': [1, -2.5e3], 'b': None}, 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
                fields("<f4", false, &[1]),
            ),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let whole = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";
        for cut in 0..whole.len() {
            assert_eq!(parse(&whole[..cut]), None, "cut at {cut}");
        }
        for (from, to) in [
            ("(3, 2)", "(3)"),
            ("(3, 2)", "(-3, 2)"),
            ("(3, 2)", "(3, 99999999999999999999)"),
            ("(3, 2)", "[3, 2]"),
            ("(3, 2)", "((3, 2), 1)"),
            ("False", "0"),
            ("'descr': ", "'shape': (1,), 'descr': "),
            ("'descr': '<f4', ", ""),
            ("'<f4'", "[('a', '<f4')"),
            ("'<f4'", "[('a', '<f4'])"),
            ("'<f4'", "'<f4\n'"),
            ("}", "} 1"),
            (":", ""),
        ] {
            assert_eq!(parse(&whole.replacen(from, to, 1)), None, "{to}");
        }
    }

    /// Each of these hangs a backtracking parser.
    #[test]
    fn brackets_take_no_time() {
        for open in ["(", "[", "{", "([{", "{1:", "('a',", "((1,),", "'"] {
            for length in [16, 64, 1000] {
                let nested = open.repeat(length);
                for text in [nested.clone(), format!("{{'descr': {nested}"), format!("{{'shape': {nested}")] {
                    assert_eq!(parse(&text), None);
                }
            }
        }
        let deep = format!(
            "{{'descr': {}{}, 'fortran_order': False, 'shape': (1,)}}",
            "[(".repeat(900),
            ")]".repeat(900)
        );
        assert_eq!(parse(&deep), fields("", false, &[1]));
    }
}
