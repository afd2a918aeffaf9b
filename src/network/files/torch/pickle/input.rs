//! The bytes behind an opcode.

use std::borrow::Cow;

/// A pickle's bytes and how far they are read.
pub(super) struct PickleInput<'p> {
    bytes: &'p [u8],
    pub(super) place: usize,
    /// whether more bytes were wanted than there are
    pub(super) is_cut_short: bool,
}

impl<'p> PickleInput<'p> {
    pub(super) fn new(bytes: &'p [u8]) -> Self {
        Self { bytes, place: 0, is_cut_short: false }
    }

    pub(super) fn byte(&mut self) -> Result<u8, String> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N as u64)?.try_into().map_err(|_| cut_short())
    }

    pub(super) fn take(&mut self, length: u64) -> Result<&'p [u8], String> {
        let rest = &self.bytes[self.place..];
        let taken = usize::try_from(length).ok().and_then(|length| rest.get(..length));
        self.is_cut_short |= taken.is_none();
        let taken = taken.ok_or_else(cut_short)?;
        self.place += taken.len();
        Ok(taken)
    }

    /// Up to the next line feed, without it.
    pub(super) fn line(&mut self) -> Result<&'p [u8], String> {
        let rest = &self.bytes[self.place..];
        let length = rest.iter().position(|&byte| byte == b'\n');
        self.is_cut_short |= length.is_none();
        let length = length.ok_or_else(cut_short)?;
        self.place += length + 1;
        Ok(&rest[..length])
    }

    pub(super) fn decimal(&mut self) -> Result<u32, String> {
        let line = String::from_utf8_lossy(self.line()?);
        line.trim().parse().map_err(|_| "a place in the memo that is no number".to_owned())
    }

    /// Bytes behind their length of 1, 4 or 8 bytes.
    pub(super) fn counted(&mut self, opcode: u8) -> Result<&'p [u8], String> {
        let length = match opcode {
            b'U' | b'C' | 0x8c => u64::from(self.byte()?),
            b'T' | b'B' | b'X' => u64::from(u32::from_le_bytes(self.array()?)),
            _ => u64::from_le_bytes(self.array()?),
        };
        self.take(length)
    }
}

fn cut_short() -> String {
    "a pickle cut short".to_owned()
}

/// Text of the old protocols, with `\uXXXX`, `\xXX` and `\\` for unprintable characters.
pub(super) fn unescaped(line: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(line);
    if !text.contains('\\') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let digits = match escape.as_bytes().first() {
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(b'x') => 2,
            _ => 0,
        };
        let code = escape.get(1..=digits).filter(|_| digits > 0);
        let character = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        match (character, escape.chars().next()) {
            (Some(character), _) => {
                plain.push(character);
                rest = &escape[1 + digits..];
            }
            (None, Some(escaped)) => {
                plain.push(escaped);
                rest = &escape[escaped.len_utf8()..];
            }
            (None, None) => rest = escape,
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
