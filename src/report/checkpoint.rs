//! Checkpoints: the state of a session in a file, to continue a killed run.
//!
//! The state is only the part not implied by G and the experiment: about two bytes per kept path and three per weight.
//! It is written in one go to an [`OutputFile`](super::OutputFile) and atomically replaces the previous checkpoint.

use std::io;
use std::path::Path;

use super::share::ShareError;
use super::state_file::seal::{Seal, Unfit, short};
use super::state_file::{StateFile, StateFileError};
use crate::session::{Session, SessionState, Shard, StatePart};

/// The version of the format: raised with every change of a type in the state, or of the digest.
pub const CHECKPOINT_FORMAT: u32 = 6;

const SEAL: Seal = Seal { mark: *b"slth checkpoint\n", format: CHECKPOINT_FORMAT, name: CHECKPOINT };

/// A checkpoint in messages.
pub const CHECKPOINT: &str = "a checkpoint";

/// A file for the checkpoints of one experiment, locked against other runs until dropped.
#[derive(Debug)]
pub struct Checkpoint {
    file: StateFile,
    experiment: [u8; 32],
}

impl Checkpoint {
    /// Binds a file taken for [`CHECKPOINT`]s to a session's experiment.
    pub fn new(file: StateFile, session: &Session) -> Self {
        Self { file, experiment: session.experiment().digest(session.plan()) }
    }

    /// Locks the file at `path` for checkpoints of a session's experiment.
    ///
    /// # Errors
    /// As [`StateFile::take`].
    pub fn at(path: &Path, session: &Session) -> Result<Self, StateFileError> {
        Ok(Self::new(StateFile::take(path, CHECKPOINT)?, session))
    }

    /// Its file.
    pub fn file(&self) -> &StateFile {
        &self.file
    }

    /// Writes the state of a session atomically.
    ///
    /// # Errors
    /// [`StateFileError::Io`]; the previous checkpoint stays.
    pub fn write(&self, session: &Session) -> Result<(), StateFileError> {
        self.file.replace(|out| SEAL.write(out, &self.experiment, &session.state()))
    }

    /// Restores the checkpoint into `session`, which must be new. Returns whether there is a checkpoint.
    ///
    /// # Errors
    /// [`StateFileError::Refused`] for a file of another kind, version or experiment, or a truncated or damaged one.
    pub fn read_into(&self, session: &mut Session) -> Result<bool, StateFileError> {
        let Some(bytes) = self.file.read(|header| check_header(header, &self.experiment))? else {
            return Ok(false);
        };
        resume(&bytes, &self.experiment, session).map_err(|unfit| self.file.refused(unfit))?;
        Ok(true)
    }

    /// Refuses the checkpoint that `session` was restored from, if more is begun there than this share.
    ///
    /// # Errors
    /// [`StateFileError::Refused`]
    pub fn is_of(&self, session: &Session, shard: Shard) -> Result<(), StateFileError> {
        let parts = session.parts_of(shard);
        match session.state().begun().into_iter().find(|(part, _)| !parts.contains(part)) {
            None => Ok(()),
            Some((part, _)) => {
                let expected = format!("a checkpoint of share {shard} of this run");
                Err(self.file.refused(Unfit::new(expected, format!("{part} begun, which is not its own"))))
            }
        }
    }

    /// Removes the checkpoint.
    ///
    /// # Errors
    /// [`StateFileError::Io`]; a missing file is no error.
    pub fn remove(&self) -> Result<(), StateFileError> {
        self.file.remove()
    }
}

/// Writes the state of a session as the file of a checkpoint holds it.
///
/// # Errors
/// Whatever `out` reports.
pub fn write_checkpoint(session: &Session, out: impl io::Write) -> io::Result<()> {
    SEAL.write(out, &session.experiment().digest(session.plan()), &session.state())
}

/// The checkpoint of a run, of the checkpoints of its shares: each a file's name and bytes, in any order. Its parts not done are
/// returned beside it.
///
/// # Errors
/// [`ShareError`] for a file that is no whole checkpoint of the same run as the first, and for a part begun in two.
pub fn merge_checkpoints(
    shares: &[(String, Vec<u8>)],
    out: impl io::Write,
) -> Result<io::Result<Vec<StatePart>>, ShareError> {
    let mut merged: Option<([u8; 32], SessionState<'_>)> = None;
    let mut begun: Vec<(&str, StatePart)> = Vec::new();
    for (path, bytes) in shares {
        let refused = |unfit| ShareError::Refused { path: path.clone(), unfit };
        let digest = SEAL.digest_in(bytes).map_err(refused)?;
        let foreign = |expected: String, found: String| {
            let first = shares[0].0.clone();
            ShareError::Foreign { path: path.clone(), first, expected, found }
        };
        let state = SEAL.state_in::<SessionState<'_>>(bytes).map_err(refused)?;
        let state = state.ok_or_else(|| refused(Unfit::new("the state of a run", "another one")))?;
        let parts = state.begun();
        merged = Some(match merged {
            None => (digest, state),
            Some((ours, _)) if ours != digest => {
                return Err(foreign(format!("the setup {}", short(&ours)), short(&digest)));
            }
            Some((ours, all)) => {
                let together = all.together(state).map_err(|part| match part {
                    None => foreign("the same lanes".to_owned(), "others".to_owned()),
                    Some(part) => {
                        let other = begun.iter().find(|(_, other)| *other == part);
                        let other = other.map_or(String::new(), |(path, _)| (*path).to_owned());
                        ShareError::Overlap { path: path.clone(), other, what: part.to_string() }
                    }
                })?;
                (ours, together)
            }
        });
        begun.extend(parts.into_iter().map(|(part, _)| (path.as_str(), part)));
    }
    Ok(match merged {
        None => Ok(Vec::new()),
        Some((digest, state)) => SEAL.write(out, &digest, &state).map(|()| state.open()),
    })
}

/// Whether these are the first bytes of a checkpoint.
pub fn is_checkpoint(bytes: &[u8]) -> bool {
    bytes.starts_with(&SEAL.mark)
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

fn resume(bytes: &[u8], experiment: &[u8; 32], session: &mut Session) -> Result<(), Unfit> {
    check_header(bytes, experiment)?;
    let state = SEAL.state_in::<SessionState<'_>>(bytes)?;
    let resumed = state.and_then(|state| session.resume(state));
    resumed.ok_or_else(|| Unfit::new("a state that a run of this setup can reach", "another one"))
}

fn check_header(bytes: &[u8], experiment: &[u8; 32]) -> Result<(), Unfit> {
    let found = SEAL.digest_in(bytes)?;
    if found != *experiment {
        let expected = format!("a checkpoint of this preset with these options, {}", short(experiment));
        return Err(Unfit::new(expected, format!("one of another setup, {}", short(&found))));
    }
    Ok(())
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
