//! Errors of commands, and their exit codes.

use std::io;

use crate::experiment::ExperimentError;
use crate::report::{Collision, ShareError, StateFileError};
use crate::sweep::SweepError;
use crate::visible::file_name;

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// an unusable preset
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// an unwritable file
    #[error("{}: expected a writable file, found: {error}", file_name(path))]
    Output {
        /// the file
        path: String,
        /// why
        error: io::Error,
    },
    /// one file for two purposes
    #[error(transparent)]
    Collision(#[from] Collision),
    /// an unusable checkpoint or share
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// shares that do not come together
    #[error(transparent)]
    Share(#[from] ShareError),
    /// an unusable sweep or folder of one
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// an unusable config file
    #[cfg(feature = "tui")]
    #[error(transparent)]
    Config(#[from] crate::tui::config::ConfigError),
    /// arguments in conflict with each other or this terminal
    #[error("{0}")]
    Usage(String),
    /// fewer threads are allowed than a screen needs
    #[error("expected room for {expected} threads beside the first, found room for {found}: {error}")]
    Threads {
        /// how many are needed
        expected: usize,
        /// how many could be started
        found: usize,
        /// why no more
        error: io::Error,
    },
    /// the terminal failed
    #[error("the terminal: expected one that can be read and drawn on, found: {0}")]
    Terminal(io::Error),
    /// standard output or the system failed
    #[error("{0}")]
    Io(#[from] io::Error),
    /// the engine failed while a screen was open
    #[error("internal error: {0}")]
    Internal(String),
}

impl CliError {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Sweep(SweepError::Internal(_)) => 3,
            #[cfg(feature = "tui")]
            Self::Config(_) => 2,
            Self::Experiment(_)
            | Self::Output { .. }
            | Self::Collision(_)
            | Self::StateFile(_)
            | Self::Share(_)
            | Self::Usage(_)
            | Self::Sweep(_)
            | Self::Threads { .. } => 2,
            Self::Terminal(_) | Self::Io(_) | Self::Internal(_) => 3,
        }
    }
}
