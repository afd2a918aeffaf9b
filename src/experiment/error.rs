//! Where a mistake is, and what is wrong there.

use std::fmt;

use thiserror::Error;

use crate::visible::{self, shortened};

/// Where a mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// line and column, from 1
    Position {
        /// file or built-in name
        file: String,
        /// line
        line: usize,
        /// column
        column: usize,
    },
    /// somewhere in a file
    File(String),
    /// an argument of the command line
    Argument(String),
    /// a field of the edit pane, or of the builder
    Field(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position { file, line, column } => write!(f, "{}:{line}:{column}", shortened(file)),
            Self::File(name) => f.write_str(&visible::file_name(name)),
            Self::Argument(name) | Self::Field(name) => f.write_str(&shortened(name)),
        }
    }
}

/// Why a preset cannot be used: where, what was expected, what was found.
#[derive(Debug, Error)]
#[error("{place}: {message}")]
pub struct ExperimentError {
    place: Place,
    message: String,
}

impl ExperimentError {
    pub(crate) fn new(place: Place, message: String) -> Self {
        Self { place, message: visible::message(&message) }
    }

    /// Where the mistake is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What was expected and what was found, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}
