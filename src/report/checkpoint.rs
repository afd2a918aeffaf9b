//! A session written down now and then, so that a run that is killed can be gone on with.
//!
//! # The file
//! | bytes | hold |
//! |---|---|
//! | 0–15 | `slth checkpoint\n` |
//! | 16–19 | version of the format, little-endian as all numbers here |
//! | 20–23 | version of the random network |
//! | 24–55 | digest of the experiment ([`Experiment::digest`](crate::experiment::Experiment::digest)) |
//! | 56–63 | n, bytes of the state |
//! | 64–95 | SHA-256 of the state |
//! | 96–(95 + n) | the state, [`Session::state`] in postcard's format |
//!
//! It is written to FILE.slth-part beside it, always the same name, so that runs that are killed while they write leave one
//! such file at most; then that is renamed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, IntoInnerError, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::sampling::VERSION;
use crate::session::{LaneState, Session};

/// The version of the format: one more whenever a type changes that is part of the state.
pub const CHECKPOINT_FORMAT: u32 = 2;

const MAGIC: [u8; 16] = *b"slth checkpoint\n";

/// Why a checkpoint is not gone on with.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// it cannot be read or written
    #[error("{path}: expected a checkpoint that can be read and written, found: {error}")]
    Io {
        /// where
        path: String,
        /// why
        error: io::Error,
    },
    /// another file, another version, another experiment, or not all of it
    #[error("{path}: expected {expected}; found {found}")]
    Refused {
        /// where
        path: String,
        /// what would do
        expected: String,
        /// what it is
        found: String,
    },
}

/// A place for the checkpoints of one experiment.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    beside: PathBuf,
    experiment: [u8; 32],
}

/// What stands before the state.
#[derive(Debug, PartialEq)]
struct Header {
    format: u32,
    generator: u32,
    experiment: [u8; 32],
    length: u64,
    hash: [u8; 32],
}

impl Checkpoint {
    /// Checkpoints of a session's experiment at `path`; a link is followed.
    ///
    /// # Errors
    /// [`CheckpointError::Io`] where something else than a file stands there, or its folder cannot be written to.
    pub fn at(path: &Path, session: &Session) -> Result<Self, CheckpointError> {
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name: OsString = path.clone().into();
        name.push(".slth-part");
        let experiment = session.experiment().digest(session.plan());
        let checkpoint = Self { path, beside: name.into(), experiment };
        checkpoint.check_place().map_err(|error| checkpoint.failed(error))?;
        Ok(checkpoint)
    }

    fn check_place(&self) -> io::Result<()> {
        match std::fs::metadata(&self.path) {
            Ok(found) if found.is_dir() => {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
            }
            Ok(found) if !found.is_file() => return Err(io::Error::other("it is a device or a pipe")),
            Ok(_) | Err(_) => {}
        }
        File::create(&self.beside)?;
        std::fs::remove_file(&self.beside)
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what a session has come to, whole or not at all.
    ///
    /// # Errors
    /// [`CheckpointError::Io`]; what was written before still stands.
    pub fn write(&self, session: &Session) -> Result<(), CheckpointError> {
        self.try_write(session).map_err(|error| {
            // It may not even be there.
            let _ = std::fs::remove_file(&self.beside);
            self.failed(error)
        })
    }

    fn try_write(&self, session: &Session) -> io::Result<()> {
        let mut file = File::create(&self.beside)?;
        file.write_all(&[0; Header::LENGTH])?;
        let mut out = BufWriter::with_capacity(1 << 16, Hashed::new(&file));
        postcard::to_io(&session.state(), &mut out).map_err(io::Error::other)?;
        let (length, hash) = out.into_inner().map_err(IntoInnerError::into_error)?.end();
        let experiment = self.experiment;
        let header = Header { format: CHECKPOINT_FORMAT, generator: VERSION, experiment, length, hash };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header.bytes())?;
        file.sync_all()?;
        std::fs::rename(&self.beside, &self.path)
    }

    /// Takes `session`, of which nothing is built yet, to where the checkpoint was written. Whether there is one.
    ///
    /// # Errors
    /// [`CheckpointError::Refused`] where it is none, of another version or experiment, truncated or damaged.
    pub fn read_into(&self, session: &mut Session) -> Result<bool, CheckpointError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => BufReader::new(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.failed(error)),
        };
        let header = self.read_header(&mut file)?;
        self.check_state(&mut file, &header)?;
        file.seek(SeekFrom::Start(Header::LENGTH as u64)).map_err(|error| self.failed(error))?;
        // For texts and byte strings, of which a state has none.
        let mut scratch = [0; 64];
        let state = postcard::from_io::<Vec<LaneState<'static>>, _>((file, &mut scratch[..]));
        let resumed = state.ok().and_then(|(state, _)| session.resume(state));
        resumed.map(|()| true).ok_or_else(|| self.refused("a state of this version of slth", "another one"))
    }

    fn read_header(&self, file: &mut impl Read) -> Result<Header, CheckpointError> {
        let mut bytes = [0; Header::LENGTH];
        let read = read_up_to(file, &mut bytes).map_err(|error| self.failed(error))?;
        if read < MAGIC.len() || bytes[..MAGIC.len()] != MAGIC {
            return Err(self.refused("a checkpoint of slth", "a file that is none"));
        }
        let header = Header::of(&bytes);
        if read < Header::LENGTH {
            return Err(self.refused("a whole checkpoint", &format!("only {read} bytes")));
        }
        if header.format != CHECKPOINT_FORMAT {
            let expected = format!("a checkpoint of format {CHECKPOINT_FORMAT}");
            return Err(self.refused(&expected, &format!("format {}", header.format)));
        }
        if header.generator != VERSION {
            let expected = format!("a checkpoint of version {VERSION} of the random network");
            return Err(self.refused(&expected, &format!("version {}", header.generator)));
        }
        if header.experiment != self.experiment {
            let expected =
                format!("a checkpoint of this preset with these options, {}", short(self.experiment));
            return Err(
                self.refused(&expected, &format!("one of another setup, {}", short(header.experiment)))
            );
        }
        Ok(header)
    }

    fn check_state(&self, file: &mut impl Read, header: &Header) -> Result<(), CheckpointError> {
        let mut state = Hashed::new(io::sink());
        io::copy(file, &mut state).map_err(|error| self.failed(error))?;
        let (length, hash) = state.end();
        if length != header.length {
            let expected = format!("a whole checkpoint, with {} bytes of state", header.length);
            return Err(self.refused(&expected, &format!("{length} bytes")));
        }
        if hash != header.hash {
            let expected = format!("a checkpoint as it was written, of hash {}", short(header.hash));
            return Err(self.refused(&expected, &format!("a damaged one, of hash {}", short(hash))));
        }
        Ok(())
    }

    /// Removes what was written.
    ///
    /// # Errors
    /// [`CheckpointError::Io`]; that there is nothing is none.
    pub fn remove(&self) -> Result<(), CheckpointError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    fn failed(&self, error: io::Error) -> CheckpointError {
        CheckpointError::Io { path: self.path.display().to_string(), error }
    }

    fn refused(&self, expected: &str, found: &str) -> CheckpointError {
        let path = self.path.display().to_string();
        CheckpointError::Refused { path, expected: expected.to_owned(), found: found.to_owned() }
    }
}

impl Header {
    const LENGTH: usize = 96;

    fn bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..16].copy_from_slice(&MAGIC);
        bytes[16..20].copy_from_slice(&self.format.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.generator.to_le_bytes());
        bytes[24..56].copy_from_slice(&self.experiment);
        bytes[56..64].copy_from_slice(&self.length.to_le_bytes());
        bytes[64..].copy_from_slice(&self.hash);
        bytes
    }

    fn of(bytes: &[u8; Self::LENGTH]) -> Self {
        fn part<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
            std::array::from_fn(|place| bytes[from + place])
        }
        Self {
            format: u32::from_le_bytes(part(bytes, 16)),
            generator: u32::from_le_bytes(part(bytes, 20)),
            experiment: part(bytes, 24),
            length: u64::from_le_bytes(part(bytes, 56)),
            hash: part(bytes, 64),
        }
    }
}

/// The first digits of a hash.
fn short(hash: [u8; 32]) -> String {
    hash[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads until `bytes` are full or the file ends. How many there were.
fn read_up_to(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < bytes.len() {
        match file.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Counts and hashes what is written through it.
struct Hashed<W> {
    inner: W,
    length: u64,
    hash: Sha256,
}

impl<W: Write> Hashed<W> {
    fn new(inner: W) -> Self {
        Self { inner, length: 0, hash: Sha256::new() }
    }

    fn end(self) -> (u64, [u8; 32]) {
        (self.length, self.hash.finalize().into())
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
