//! Checkpoints: the state of a session in a file, to continue a killed run.
//!
//! The state is only the part not implied by G and the experiment: about two bytes per kept path and three per weight.
//! It is written in one go to an [`OutputFile`] and atomically replaces the previous checkpoint.

mod format;
mod lock;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use self::format::{CHECKPOINT_FORMAT, Unfit};
use self::format::{HEADER, check_header, resume};
use self::lock::{Lock, LockError};
use super::output::{OutputFile, follow_links};
use crate::session::Session;
use crate::visible::file_name;

/// An unusable checkpoint.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// not readable or not writable
    #[error("{}: expected a checkpoint that can be read and written, found: {error}", file_name(path))]
    Io {
        /// the path
        path: String,
        /// the cause
        error: io::Error,
    },
    /// another file, another version, another experiment, or not all of it
    #[error("{}: {unfit}", file_name(path))]
    Refused {
        /// the path
        path: String,
        /// the mismatch
        unfit: Unfit,
    },
    /// in use by another run
    #[error("{}: expected a checkpoint that no other run uses, found it in use by another slth process{}", file_name(path), number(.pid))]
    InUse {
        /// the path
        path: String,
        /// the process id, if known
        pid: Option<u32>,
    },
}

/// A file for the checkpoints of one experiment, locked against other runs until dropped.
#[derive(Debug)]
pub struct Checkpoint {
    place: CheckpointPlace,
    experiment: [u8; 32],
}

/// A file for checkpoints, locked against other runs until dropped.
#[derive(Debug)]
pub struct CheckpointPlace {
    /// as it was given, for messages
    given: PathBuf,
    /// links resolved
    path: PathBuf,
    lock: Lock,
}

impl CheckpointPlace {
    /// Locks the file at `path`; links are followed, so all names of a file share its lock. The file itself is not written.
    ///
    /// # Errors
    /// [`CheckpointError::InUse`] if another run has locked it, [`CheckpointError::Io`] if it is not a regular file or its
    /// folder is not writable.
    pub fn take(path: &Path) -> Result<Self, CheckpointError> {
        let given = path.to_owned();
        let path_text = given.display().to_string();
        let failed = |error| CheckpointError::Io { path: path_text.clone(), error };
        // By the given name: the resolved name of a pipe leads nowhere.
        refuse_others(&given).map_err(failed)?;
        let path = resolved(&given).map_err(failed)?;
        // Check that the folder is writable; dropped, this leaves nothing.
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

    /// The lock file.
    pub fn lock_file(&self) -> &Path {
        self.lock.path()
    }

    /// Binds it to the experiment of a session.
    pub fn of(self, session: &Session) -> Checkpoint {
        Checkpoint { place: self, experiment: session.experiment().digest(session.plan()) }
    }
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

impl Checkpoint {
    /// Locks the file at `path` for checkpoints of a session's experiment.
    ///
    /// # Errors
    /// As [`CheckpointPlace::take`].
    pub fn at(path: &Path, session: &Session) -> Result<Self, CheckpointError> {
        Ok(CheckpointPlace::take(path)?.of(session))
    }

    /// Its path, as given.
    pub fn given(&self) -> &Path {
        &self.place.given
    }

    /// Its path, links resolved.
    fn path(&self) -> &Path {
        &self.place.path
    }

    /// The reason for a missing lock, on a file system without locks.
    pub fn unlocked(&self) -> Option<&io::Error> {
        self.place.lock.unsupported.as_ref()
    }

    /// Writes the state of a session atomically.
    ///
    /// # Errors
    /// [`CheckpointError::Io`]; the previous checkpoint stays.
    pub fn write(&self, session: &Session) -> Result<(), CheckpointError> {
        let file = OutputFile::create(self.path()).map_err(|error| self.failed(error))?;
        let written = file.finish(|file| format::write(file, &self.experiment, session));
        written.map_err(|error| self.failed(error))
    }

    /// Restores the checkpoint into `session`, which must be new. Returns whether there is a checkpoint.
    ///
    /// # Errors
    /// [`CheckpointError::Refused`] for a file of another kind, version or experiment, or a truncated or damaged one.
    pub fn read_into(&self, session: &mut Session) -> Result<bool, CheckpointError> {
        let mut file = match File::open(self.path()) {
            Ok(file) => BufReader::new(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.failed(error)),
        };
        let mut bytes = Vec::new();
        // Do not read all of a foreign file.
        file.by_ref().take(HEADER as u64).read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        check_header(&bytes, &self.experiment).map_err(|unfit| self.refused(unfit))?;
        file.read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        resume(&bytes, &self.experiment, session).map_err(|unfit| self.refused(unfit))?;
        Ok(true)
    }

    /// Removes the checkpoint.
    ///
    /// # Errors
    /// [`CheckpointError::Io`]; a missing file is no error.
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

/// Restores a checkpoint with these bytes into `session`, which must be new. Memory is bounded by the results of the session
/// and a multiple of the bytes.
///
/// # Errors
/// [`Unfit`] if they are not a whole checkpoint of the session's experiment, or no run of it can reach this state; the session
/// is unchanged.
pub fn resume_from(bytes: &[u8], session: &mut Session) -> Result<(), Unfit> {
    let experiment = session.experiment().digest(session.plan());
    resume(bytes, &experiment, session)
}

fn number(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(", number {pid}"))
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
