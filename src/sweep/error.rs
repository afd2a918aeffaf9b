//! Errors of a sweep.

use std::io;
use std::path::Path;

use crate::experiment::ExperimentError;
use crate::visible::file_name;

/// Why a sweep ends early.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// an unusable sweep
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// a folder or file that cannot be read or written
    #[error("{}: expected {expected}, found: {error}", file_name(path))]
    Io {
        /// the path
        path: String,
        /// what was expected there
        expected: &'static str,
        /// why not
        error: io::Error,
    },
    /// a folder or file of something else, or damaged, or in use
    #[error("{}: {message}", file_name(path))]
    Refused {
        /// the path
        path: String,
        /// expected and found
        message: String,
    },
    /// the engine failed in this run
    #[error("internal error: in run {0}")]
    Internal(u64),
    /// arguments in conflict with the table
    #[error("{0}")]
    Usage(String),
}

impl SweepError {
    pub(super) fn refused(path: &Path, message: impl Into<String>) -> Self {
        Self::Refused { path: path.display().to_string(), message: message.into() }
    }

    /// Of a file that cannot be written.
    pub(super) fn write(path: &Path, error: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), expected: "a writable file", error }
    }

    /// Of a file that cannot be read.
    pub(super) fn read(path: &Path, error: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), expected: "a readable file", error }
    }
}
