//! The engine's messages as Python's exceptions.

use std::fs::File;
use std::io;

use pyo3::PyErr;
use pyo3::exceptions::{PyOSError, PyValueError};
use slth::experiment::{ExperimentError, Place, built_in_names};
use slth::report::ShareError;

/// `ValueError` with the engine's message; `OSError` if the file in question cannot be read at all.
pub(crate) fn of_experiment(error: &ExperimentError) -> PyErr {
    let message = error.to_string();
    match error.place() {
        Place::File(name) if !built_in_names().any(|known| known == name) => match File::open(name) {
            Err(found) => io::Error::new(found.kind(), message).into(),
            Ok(file) if file.metadata().is_ok_and(|found| found.is_dir()) => {
                io::Error::new(io::ErrorKind::IsADirectory, message).into()
            }
            Ok(_) => PyValueError::new_err(message),
        },
        _ => PyValueError::new_err(message),
    }
}

/// An unwritable file.
pub(crate) fn of_output(path: &str, error: &io::Error) -> PyErr {
    let message = format!("{path}: expected a writable file, found: {error}");
    match error.kind() {
        io::ErrorKind::Other => PyOSError::new_err(message),
        kind => io::Error::new(kind, message).into(),
    }
}

/// `OSError` for a file that cannot be read, else `ValueError`.
pub(crate) fn of_share(error: ShareError) -> PyErr {
    let message = error.to_string();
    match error {
        ShareError::Io { error, .. } => io::Error::new(error.kind(), message).into(),
        _ => PyValueError::new_err(message),
    }
}
