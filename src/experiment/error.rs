//! Errors of a setup: place and message.

use std::fmt;

use thiserror::Error;

use crate::visible::{self, shortened};

/// The place of a mistake.
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

/// The place of a field, by its name.
pub(super) type PlaceOf<'a> = &'a dyn Fn(&str) -> Place;

/// A mistake in a setup: place, expected, found.
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

    /// The place of the mistake.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Expected and found, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}
