//! The bytes of a checkpoint.
//!
//! | bytes | contents |
//! |---|---|
//! | 0–15 | `slth checkpoint\n` |
//! | 16–19 | version of the format, little-endian as all numbers here |
//! | 20–23 | version of the random network |
//! | 24–55 | digest of the experiment ([`Experiment::digest`](crate::experiment::Experiment::digest)) |
//! | 56–(55 + n) | the state, [`Session::state`] in postcard's format |
//! | 8 more | n, length of the state |
//! | 32 more | SHA-256 of all bytes before |

use std::io::{self, BufWriter, Write};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::report::first_error::FirstError;
use crate::sampling::VERSION;
use crate::session::{Session, SessionState};

/// The version of the format: raised with every change of a type in the state, or of the digest.
pub const CHECKPOINT_FORMAT: u32 = 6;

const MAGIC: [u8; 16] = *b"slth checkpoint\n";

/// Bytes before the state.
pub(super) const HEADER: usize = 56;

/// Bytes hashed and written at a time.
const AT_ONCE: usize = 1 << 18;

/// A mismatch between bytes and the checkpoint expected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}; found {found}")]
pub struct Unfit {
    /// the requirement
    pub expected: String,
    /// the actual bytes
    pub found: String,
}

/// Writes the checkpoint of a session.
///
/// # Errors
/// Whatever `out` reports.
pub(super) fn write(out: impl Write, experiment: &[u8; 32], session: &Session) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(AT_ONCE, Hashed::new(out));
    let written = write_parts(&mut out, experiment, session);
    // The serialiser reports its own error only; the rest of the buffer is discarded.
    let (hashed, _) = out.into_parts();
    written.map_err(|error| hashed.error.unwrap_or(error))
}

fn write_parts<W: Write>(
    out: &mut BufWriter<Hashed<W>>,
    experiment: &[u8; 32],
    session: &Session,
) -> io::Result<()> {
    out.write_all(&header(experiment))?;
    // postcard reports every error as a full buffer.
    let mut state = FirstError::new(&mut *out);
    let said = postcard::to_io(&session.state(), &mut state).map(drop).map_err(io::Error::other);
    state.finish(said)?;
    out.flush()?;
    let length = out.get_ref().length - HEADER as u64;
    out.write_all(&length.to_le_bytes())?;
    out.flush()?;
    let hash = out.get_ref().hash.clone().finalize();
    out.write_all(&hash)?;
    out.flush()
}

pub(super) fn resume(bytes: &[u8], experiment: &[u8; 32], session: &mut Session) -> Result<(), Unfit> {
    check_header(bytes, experiment)?;
    let state = state_of(bytes)?;
    let read = postcard::take_from_bytes::<SessionState<'_>>(state).ok();
    let state = read.and_then(|(state, rest)| rest.is_empty().then_some(state));
    let resumed = state.and_then(|state| session.resume(state));
    resumed.ok_or_else(|| unfit("a state that a run of this setup can reach", "another one"))
}

fn header(experiment: &[u8; 32]) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..16].copy_from_slice(&MAGIC);
    bytes[16..20].copy_from_slice(&CHECKPOINT_FORMAT.to_le_bytes());
    bytes[20..24].copy_from_slice(&VERSION.to_le_bytes());
    bytes[24..].copy_from_slice(experiment);
    bytes
}

pub(super) fn check_header(bytes: &[u8], experiment: &[u8; 32]) -> Result<(), Unfit> {
    if !bytes.starts_with(&MAGIC) {
        return Err(unfit("a checkpoint of slth", "a file that is none"));
    }
    let not_whole = || unfit("a whole checkpoint", &format!("only {} bytes", bytes.len()));
    let number =
        |at: usize| bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map(|b| u32::from_le_bytes(*b));
    let format = number(16).ok_or_else(not_whole)?;
    if format != CHECKPOINT_FORMAT {
        let expected = format!("a checkpoint of format {CHECKPOINT_FORMAT}");
        return Err(unfit(&expected, &format!("format {format}")));
    }
    let generator = number(20).ok_or_else(not_whole)?;
    if generator != VERSION {
        let expected = format!("a checkpoint of version {VERSION} of the random network");
        return Err(unfit(&expected, &format!("version {generator}")));
    }
    let found = bytes.get(24..HEADER).ok_or_else(not_whole)?;
    if found != experiment {
        let expected = format!("a checkpoint of this preset with these options, {}", short(experiment));
        return Err(unfit(&expected, &format!("one of another setup, {}", short(found))));
    }
    Ok(())
}

/// The state between header and trailer, length and hash verified.
fn state_of(bytes: &[u8]) -> Result<&[u8], Unfit> {
    let Some((rest, hash)) = bytes.split_last_chunk::<32>() else {
        return Err(unfit("a whole checkpoint", &format!("only {} bytes", bytes.len())));
    };
    let Some((before, length)) = rest.split_last_chunk::<8>().filter(|(before, _)| before.len() >= HEADER)
    else {
        return Err(unfit("a whole checkpoint", &format!("only {} bytes", bytes.len())));
    };
    let state = &before[HEADER..];
    if u64::from_le_bytes(*length) != state.len() as u64 {
        return Err(unfit(
            "a whole checkpoint, which ends with its length",
            &format!("another end, after {} bytes", bytes.len()),
        ));
    }
    let found: [u8; 32] = Sha256::digest(rest).into();
    if found != *hash {
        let expected = format!("a checkpoint as it was written, of hash {}", short(hash));
        return Err(unfit(&expected, &format!("a damaged one, of hash {}", short(&found))));
    }
    Ok(state)
}

fn unfit(expected: &str, found: &str) -> Unfit {
    Unfit { expected: expected.to_owned(), found: found.to_owned() }
}

/// The first digits of a hash.
fn short(hash: &[u8]) -> String {
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
