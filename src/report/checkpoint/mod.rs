//! A session written down now and then, so that a run that is killed can be continued.
//!
//! # The file
//! | bytes | hold |
//! |---|---|
//! | 0–15 | `slth checkpoint\n` |
//! | 16–19 | version of the format, little-endian as all numbers here |
//! | 20–23 | version of the random network |
//! | 24–55 | digest of the experiment ([`Experiment::digest`](crate::experiment::Experiment::digest)) |
//! | 56–(55 + n) | the state, [`Session::state`] in postcard's format |
//! | 8 more | n, bytes of the state |
//! | 32 more | SHA-256 of all bytes before |
//!
//! The state holds no more than what G and the experiment do not give, about two bytes for each kept path and three for each
//! weight. It is written in one go to an [`OutputFile`], which replaces the checkpoint before it when all is on disk.

mod lock;

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use self::lock::{Lock, LockError};
use super::OutputFile;
use super::first_error::FirstError;
use super::output::follow_links;
use crate::sampling::VERSION;
use crate::session::{LaneState, Session};
use crate::visible::file_name;

/// The version of the format: raised with every change of a type in the state, or of the digest.
pub const CHECKPOINT_FORMAT: u32 = 4;

const MAGIC: [u8; 16] = *b"slth checkpoint\n";

/// Bytes before the state.
const HEADER: usize = 56;

/// Bytes that are hashed and written at a time.
const AT_ONCE: usize = 1 << 18;

/// Why a checkpoint is not continued.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// it cannot be read or written
    #[error("{}: expected a checkpoint that can be read and written, found: {error}", file_name(path))]
    Io {
        /// where
        path: String,
        /// why
        error: io::Error,
    },
    /// another file, another version, another experiment, or not all of it
    #[error("{}: {unfit}", file_name(path))]
    Refused {
        /// where
        path: String,
        /// what is wrong with it
        unfit: Unfit,
    },
    /// another run uses it
    #[error("{}: expected a checkpoint that no other run uses, found it in use by another slth process{}", file_name(path), number(.pid))]
    InUse {
        /// where
        path: String,
        /// the process, where it is known
        pid: Option<u32>,
    },
}

/// Why bytes are no checkpoint of a session.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}; found {found}")]
pub struct Unfit {
    /// what would do
    pub expected: String,
    /// what it is
    pub found: String,
}

/// A place for the checkpoints of one experiment, locked against other runs until it is dropped.
#[derive(Debug)]
pub struct Checkpoint {
    place: CheckpointPlace,
    experiment: [u8; 32],
}

/// A place for checkpoints, locked against other runs until it is dropped.
#[derive(Debug)]
pub struct CheckpointPlace {
    /// as it was given, for messages
    given: PathBuf,
    /// links resolved
    path: PathBuf,
    lock: Lock,
}

impl CheckpointPlace {
    /// Takes the place at `path`; links are followed, so that all names of a file share its lock. Nothing is written to the
    /// file itself.
    ///
    /// # Errors
    /// [`CheckpointError::InUse`] where another run has it, [`CheckpointError::Io`] where something else than a file stands there,
    /// or its folder cannot be written to.
    pub fn take(path: &Path) -> Result<Self, CheckpointError> {
        let given = path.to_owned();
        let path_text = given.display().to_string();
        let failed = |error| CheckpointError::Io { path: path_text.clone(), error };
        // By the name that was given: that of a pipe leads nowhere once it is resolved.
        refuse_others(&given).map_err(failed)?;
        let path = resolved(&given).map_err(failed)?;
        // Whether its folder can be written to; dropped, it leaves nothing.
        OutputFile::create(&path).map_err(failed)?;
        match Lock::take(&path) {
            Ok(lock) => Ok(Self { given, path, lock }),
            Err(LockError::Held(pid)) => Err(CheckpointError::InUse { path: path_text, pid }),
            Err(LockError::Foreign(lock)) => {
                let error = io::Error::other(format!("{} is in the way, no lock of slth's", lock.display()));
                Err(CheckpointError::Io { path: path_text, error })
            }
            Err(LockError::Io(error)) => Err(CheckpointError::Io { path: path_text, error }),
        }
    }

    /// The file that locks it.
    pub fn lock_file(&self) -> &Path {
        self.lock.path()
    }

    /// The same place, for the checkpoints of a session's experiment.
    pub fn of(self, session: &Session) -> Checkpoint {
        Checkpoint { place: self, experiment: session.experiment().digest(session.plan()) }
    }
}

/// The path without links, those of its folder included. There need not be a file, but there is a folder for it.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let place = follow_links(path)?;
    let Some(name) = place.file_name() else { return std::fs::canonicalize(place) };
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(std::fs::canonicalize(folder)?.join(name))
}

/// Refuses what is there and no file.
fn refuse_others(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        Ok(found) if !found.is_file() => Err(io::Error::other("it is a device or a pipe")),
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Checkpoint {
    /// Takes the place at `path` for checkpoints of a session's experiment.
    ///
    /// # Errors
    /// As [`CheckpointPlace::take`].
    pub fn at(path: &Path, session: &Session) -> Result<Self, CheckpointError> {
        Ok(CheckpointPlace::take(path)?.of(session))
    }

    /// Its name as it was given.
    pub fn given(&self) -> &Path {
        &self.place.given
    }

    /// Where it stands, links resolved.
    fn path(&self) -> &Path {
        &self.place.path
    }

    /// Why other runs are not locked out, where the file system knows no locks.
    pub fn unlocked(&self) -> Option<&io::Error> {
        self.place.lock.unsupported.as_ref()
    }

    /// Writes what a session has come to, whole or not at all.
    ///
    /// # Errors
    /// [`CheckpointError::Io`]; what was written before still stands.
    pub fn write(&self, session: &Session) -> Result<(), CheckpointError> {
        let file = OutputFile::create(self.path()).map_err(|error| self.failed(error))?;
        let written = file.finish(|file| {
            let mut out = BufWriter::with_capacity(AT_ONCE, Hashed::new(file));
            let written = self.write_to(&mut out, session);
            // The serialiser keeps no error but its own, and what is left in the buffer goes nowhere.
            let (hashed, _) = out.into_parts();
            written.map_err(|error| hashed.error.unwrap_or(error))
        });
        written.map_err(|error| self.failed(error))
    }

    fn write_to<W: Write>(&self, out: &mut BufWriter<Hashed<W>>, session: &Session) -> io::Result<()> {
        out.write_all(&header(&self.experiment))?;
        // postcard says of every error that its buffer is full.
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

    /// Takes `session`, of which nothing is built yet, to where the checkpoint was written. Whether there is one.
    ///
    /// # Errors
    /// [`CheckpointError::Refused`] where it is none, of another version or experiment, truncated or damaged.
    pub fn read_into(&self, session: &mut Session) -> Result<bool, CheckpointError> {
        let mut file = match File::open(self.path()) {
            Ok(file) => BufReader::new(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.failed(error)),
        };
        let mut bytes = Vec::new();
        // A file of another kind is not read as a whole.
        file.by_ref().take(HEADER as u64).read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        check_header(&bytes, &self.experiment).map_err(|unfit| self.refused(unfit))?;
        file.read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        resume(&bytes, &self.experiment, session).map_err(|unfit| self.refused(unfit))?;
        Ok(true)
    }

    /// Removes what was written.
    ///
    /// # Errors
    /// [`CheckpointError::Io`]; that there is nothing is none.
    pub fn remove(&self) -> Result<(), CheckpointError> {
        match std::fs::remove_file(self.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    fn failed(&self, error: io::Error) -> CheckpointError {
        CheckpointError::Io { path: self.given().display().to_string(), error }
    }

    fn refused(&self, unfit: Unfit) -> CheckpointError {
        CheckpointError::Refused { path: self.given().display().to_string(), unfit }
    }
}

/// Takes `session`, of which nothing is built yet, to where a checkpoint with these bytes was written. The memory taken is
/// bounded by that of the session's own results and by a multiple of the bytes.
///
/// # Errors
/// [`Unfit`] where they are no whole checkpoint of the session's experiment, or of a state that no run of it can reach; the
/// session stays as it was.
pub fn resume_from(bytes: &[u8], session: &mut Session) -> Result<(), Unfit> {
    let experiment = session.experiment().digest(session.plan());
    resume(bytes, &experiment, session)
}

fn resume(bytes: &[u8], experiment: &[u8; 32], session: &mut Session) -> Result<(), Unfit> {
    check_header(bytes, experiment)?;
    let state = state_of(bytes)?;
    let read = postcard::take_from_bytes::<Vec<LaneState<'_>>>(state).ok();
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

fn check_header(bytes: &[u8], experiment: &[u8; 32]) -> Result<(), Unfit> {
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

/// The state between header and trailer, if it is the one that was written.
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

fn number(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(", number {pid}"))
}

/// The first digits of a hash.
fn short(hash: &[u8]) -> String {
    hash[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Counts and hashes what is written through it, and keeps the error that ends it.
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

    /// Keeps an error, and returns one like it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::report::faults::{Call, each_call_fails};

    #[test]
    fn a_failing_disk_costs_no_older_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        let session = || Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        let (new, mut built) = (session(), session());
        built.run(&|_| {});
        let checkpoint = Checkpoint::at(&path, &new).unwrap();
        checkpoint.write(&built).unwrap();
        let whole = std::fs::read(&path).unwrap();
        checkpoint.write(&new).unwrap();
        let older = std::fs::read(&path).unwrap();
        let prepare = || std::fs::write(&path, &older).unwrap();
        each_call_fails(
            prepare,
            || checkpoint.write(&built),
            |written, failed| {
                let is_placed = written.is_ok() || failed == Some(Call::SyncFolder);
                assert!(
                    std::fs::read(&path).unwrap() == if is_placed { &whole[..] } else { &older },
                    "{failed:?}"
                );
                // And the lock.
                assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "{failed:?}");
                if let Err(error) = written {
                    let message = error.to_string();
                    assert!(message.starts_with(path.to_str().unwrap()), "{message}");
                    assert!(message.lines().count() == 1 && !message.contains("serialize"), "{message}");
                }
            },
        );
    }
}
