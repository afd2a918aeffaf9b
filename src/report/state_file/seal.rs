//! The bytes of a state file.
//!
//! | bytes | contents |
//! |---|---|
//! | 0–15 | the kind of file, as `slth checkpoint\n` |
//! | 16–19 | version of the kind's format, little-endian as all numbers here |
//! | 20–23 | version of the random network |
//! | 24–55 | digest of the setup |
//! | 56–(55 + n) | the state, in postcard's format |
//! | 8 more | n, length of the state |
//! | 32 more | SHA-256 of all bytes before |

use std::io::{self, BufWriter, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::report::first_error::FirstError;
use crate::sampling::VERSION;

/// Bytes before the state.
pub(in crate::report) const HEADER: usize = 56;

/// Bytes hashed and written at a time.
const AT_ONCE: usize = 1 << 18;

/// A mismatch between bytes and the file expected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}; found {found}")]
pub struct Unfit {
    /// the requirement
    pub expected: String,
    /// the actual bytes
    pub found: String,
}

impl Unfit {
    pub(in crate::report) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into() }
    }
}

/// A kind of state file.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Seal {
    /// its first bytes
    pub(in crate::report) mark: [u8; 16],
    /// the version of its format
    pub(in crate::report) format: u32,
    /// its name in messages, with its article
    pub(in crate::report) name: &'static str,
}

impl Seal {
    /// Writes a state.
    ///
    /// # Errors
    /// Whatever `out` reports.
    pub(in crate::report) fn write(
        &self,
        out: impl Write,
        digest: &[u8; 32],
        state: &impl Serialize,
    ) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(AT_ONCE, Hashed::new(out));
        let written = self.write_parts(&mut out, digest, state);
        // The serialiser reports its own error only; the rest of the buffer is discarded.
        let (hashed, _) = out.into_parts();
        written.map_err(|error| hashed.error.unwrap_or(error))
    }

    fn write_parts<W: Write>(
        &self,
        out: &mut BufWriter<Hashed<W>>,
        digest: &[u8; 32],
        state: &impl Serialize,
    ) -> io::Result<()> {
        out.write_all(&self.mark)?;
        out.write_all(&self.format.to_le_bytes())?;
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(digest)?;
        // postcard reports every error as a full buffer.
        let mut first = FirstError::new(&mut *out);
        let said = postcard::to_io(state, &mut first).map(drop).map_err(io::Error::other);
        first.finish(said)?;
        out.flush()?;
        let length = out.get_ref().length - HEADER as u64;
        out.write_all(&length.to_le_bytes())?;
        out.flush()?;
        let hash = out.get_ref().hash.clone().finalize();
        out.write_all(&hash)?;
        out.flush()
    }

    /// The digest of the setup, from the header.
    ///
    /// # Errors
    /// [`Unfit`] for a file of another kind, format or version of the random network.
    pub(in crate::report) fn digest_in(&self, bytes: &[u8]) -> Result<[u8; 32], Unfit> {
        if !bytes.starts_with(&self.mark) {
            return Err(Unfit::new(format!("{} of slth", self.name), "a file that is none"));
        }
        let not_whole = || self.not_whole(bytes);
        let number =
            |at: usize| bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map(|b| u32::from_le_bytes(*b));
        let format = number(16).ok_or_else(not_whole)?;
        if format != self.format {
            let expected = format!("{} of format {}", self.name, self.format);
            return Err(Unfit::new(expected, format!("format {format}")));
        }
        let generator = number(20).ok_or_else(not_whole)?;
        if generator != VERSION {
            let expected = format!("{} of version {VERSION} of the random network", self.name);
            return Err(Unfit::new(expected, format!("version {generator}")));
        }
        let found = bytes.get(24..HEADER).and_then(|digest| digest.first_chunk()).copied();
        found.ok_or_else(not_whole)
    }

    /// The state of a whole file, its length and hash verified; `None` if it is none of this type.
    ///
    /// # Errors
    /// [`Unfit`] as [`digest_in`](Self::digest_in), and for a file truncated or damaged.
    pub(in crate::report) fn state_in<'a, T: Deserialize<'a>>(
        &self,
        bytes: &'a [u8],
    ) -> Result<Option<T>, Unfit> {
        self.digest_in(bytes)?;
        let state = self.sealed(bytes)?;
        let read = postcard::take_from_bytes::<T>(state).ok();
        Ok(read.and_then(|(state, rest)| rest.is_empty().then_some(state)))
    }

    /// The bytes between header and trailer.
    fn sealed<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8], Unfit> {
        let Some((rest, hash)) = bytes.split_last_chunk::<32>() else { return Err(self.not_whole(bytes)) };
        let Some((before, length)) =
            rest.split_last_chunk::<8>().filter(|(before, _)| before.len() >= HEADER)
        else {
            return Err(self.not_whole(bytes));
        };
        let state = &before[HEADER..];
        if u64::from_le_bytes(*length) != state.len() as u64 {
            return Err(Unfit::new(
                format!("{}, which ends with its length", whole(self.name)),
                format!("another end, after {} bytes", bytes.len()),
            ));
        }
        let found: [u8; 32] = Sha256::digest(rest).into();
        if found != *hash {
            let expected = format!("{} as it was written, of hash {}", self.name, short(hash));
            return Err(Unfit::new(expected, format!("a damaged one, of hash {}", short(&found))));
        }
        Ok(state)
    }

    fn not_whole(&self, bytes: &[u8]) -> Unfit {
        Unfit::new(whole(self.name), format!("only {} bytes", bytes.len()))
    }
}

/// `a whole checkpoint`
fn whole(name: &str) -> String {
    name.replacen("a ", "a whole ", 1)
}

/// The first digits of a hash.
pub(in crate::report) fn short(hash: &[u8]) -> String {
    hash[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Counts and hashes everything written through it, and keeps the first error.
struct Hashed<W> {
    inner: W,
    length: u64,
    hash: Sha256,
    error: Option<io::Error>,
}

impl<W: Write> Hashed<W> {
    fn new(inner: W) -> Self {
        Self { inner, length: 0, hash: Sha256::new(), error: None }
    }

    /// Keeps an error and returns one of the same kind.
    fn fail(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.error = Some(error);
        kind.into()
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.inner.write(bytes) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(self.fail(error)),
        };
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush().map_err(|error| self.fail(error))
    }
}
