//! Files for unfinished work: locked against other runs, sealed by a hash, replaced as a whole.
//!
//! | file | holds |
//! |---|---|
//! | this one | a locked place for such a file |
//! | [`lock`] | the lock beside it |
//! | [`seal`] | its bytes |

mod lock;
pub(super) mod seal;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

pub(crate) use self::lock::{Lock, LockError};
use self::seal::{HEADER, Unfit};
use super::output::{Contents, OutputFile, follow_links};
use crate::visible::file_name;

/// An unusable state file.
#[derive(Debug, Error)]
pub enum StateFileError {
    /// not readable or not writable
    #[error("{}: expected {kind} that can be read and written, found: {error}", file_name(path))]
    Io {
        /// the path
        path: String,
        /// what it should be, with its article
        kind: &'static str,
        /// the cause
        error: io::Error,
    },
    /// another file, another version, another setup, or not all of it
    #[error("{}: {unfit}", file_name(path))]
    Refused {
        /// the path
        path: String,
        /// the mismatch
        unfit: Unfit,
    },
    /// in use by another run
    #[error("{}: expected {kind} that no other run uses, found it in use by another slth process{}", file_name(path), number(.pid))]
    InUse {
        /// the path
        path: String,
        /// what it should be, with its article
        kind: &'static str,
        /// the process id, if known
        pid: Option<u32>,
    },
}

fn number(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(", number {pid}"))
}

/// A file for states of some work, locked against other runs until dropped.
#[derive(Debug)]
pub struct StateFile {
    /// as it was given, for messages
    given: PathBuf,
    /// links resolved
    path: PathBuf,
    /// what it should be, with its article
    kind: &'static str,
    lock: Lock,
}

impl StateFile {
    /// Locks the file at `path` for a state of this `kind`, such as `a checkpoint`; links are followed, so all names of a file
    /// share its lock. The file itself is not written.
    ///
    /// # Errors
    /// [`StateFileError::InUse`] if another run has locked it, [`StateFileError::Io`] if it is not a regular file or its
    /// folder is not writable.
    pub fn take(path: &Path, kind: &'static str) -> Result<Self, StateFileError> {
        let given = path.to_owned();
        let path_text = given.display().to_string();
        let failed = |error| StateFileError::Io { path: path_text.clone(), kind, error };
        // By the given name: the resolved name of a pipe leads nowhere.
        refuse_others(&given).map_err(failed)?;
        let path = resolved(&given).map_err(failed)?;
        // Check that the folder is writable; dropped, this leaves nothing.
        OutputFile::create(&path).map_err(failed)?;
        match Lock::take(&path) {
            Ok(lock) => Ok(Self { given, path, kind, lock }),
            Err(LockError::Held(pid)) => Err(StateFileError::InUse { path: path_text, kind, pid }),
            Err(LockError::Foreign(lock)) => {
                let error = io::Error::other(format!("{} is in the way, no lock of slth's", lock.display()));
                Err(failed(error))
            }
            Err(LockError::Io(error)) => Err(failed(error)),
        }
    }

    /// Its path, as given.
    pub fn given(&self) -> &Path {
        &self.given
    }

    /// The lock file.
    pub fn lock_file(&self) -> &Path {
        self.lock.path()
    }

    /// The reason for a missing lock, on a file system without locks.
    pub fn unlocked(&self) -> Option<&io::Error> {
        self.lock.unsupported.as_ref()
    }

    /// Replaces the file by what `write` writes, atomically.
    ///
    /// # Errors
    /// [`StateFileError::Io`]; the previous file stays.
    pub(super) fn replace(
        &self,
        write: impl FnOnce(&mut io::BufWriter<Contents<'_>>) -> io::Result<()>,
    ) -> Result<(), StateFileError> {
        let file = OutputFile::create(&self.path).map_err(|error| self.failed(error))?;
        file.finish(write).map_err(|error| self.failed(error))
    }

    /// The bytes of the file, or `None` without one. The header is checked before more is read: a foreign file may be large.
    ///
    /// # Errors
    /// [`StateFileError::Io`], and [`StateFileError::Refused`] with the finding of `check`.
    pub(super) fn read(
        &self,
        check: impl FnOnce(&[u8]) -> Result<(), Unfit>,
    ) -> Result<Option<Vec<u8>>, StateFileError> {
        match File::open(&self.path) {
            Ok(file) => bytes_of(file, check).map(Some).map_err(|error| match error {
                ReadError::Io(error) => self.failed(error),
                ReadError::Unfit(unfit) => self.refused(unfit),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Removes the file.
    ///
    /// # Errors
    /// [`StateFileError::Io`]; a missing file is no error.
    pub(super) fn remove(&self) -> Result<(), StateFileError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    fn failed(&self, error: io::Error) -> StateFileError {
        StateFileError::Io { path: self.given.display().to_string(), kind: self.kind, error }
    }

    /// The file, refused.
    pub(super) fn refused(&self, unfit: Unfit) -> StateFileError {
        StateFileError::Refused { path: self.given.display().to_string(), unfit }
    }
}

/// Why a file cannot be read.
pub(super) enum ReadError {
    Io(io::Error),
    Unfit(Unfit),
}

/// The bytes of a file, its header checked first.
pub(super) fn bytes_of(
    file: File,
    check: impl FnOnce(&[u8]) -> Result<(), Unfit>,
) -> Result<Vec<u8>, ReadError> {
    let mut file = BufReader::new(file);
    let mut bytes = Vec::new();
    file.by_ref().take(HEADER as u64).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    check(&bytes).map_err(ReadError::Unfit)?;
    file.read_to_end(&mut bytes).map_err(ReadError::Io)?;
    Ok(bytes)
}

/// The path with all links resolved, those of its folder included. The folder must exist, the file need not.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let place = follow_links(path)?;
    let Some(name) = place.file_name() else { return std::fs::canonicalize(place) };
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(std::fs::canonicalize(folder)?.join(name))
}

/// Refuses folders, devices and pipes.
fn refuse_others(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        Ok(found) if !found.is_file() => Err(io::Error::other("it is a device or a pipe")),
        Ok(_) | Err(_) => Ok(()),
    }
}
