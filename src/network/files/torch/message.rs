//! Messages about damaged PyTorch files.

use super::super::FileError;
use crate::visible::shortened_to;

pub(super) fn damaged(found: String) -> FileError {
    FileError::Torch(printable(&found))
}

/// Names in a file can be of any length and hold control characters.
pub(super) fn printable(text: &str) -> String {
    /// Characters of a message.
    const MOST: usize = 400;
    shortened_to(text, MOST)
}
