//! Commands in job scripts.

use std::path::Path;

/// The most shares of a job script.
const MOST_SHARES: u64 = 100_000;

/// Reads a number of shares.
pub(super) fn shares(text: &str) -> Result<u64, String> {
    let count = text.parse().ok().filter(|count| (1..=MOST_SHARES).contains(count));
    count.ok_or_else(|| format!("expected a number of shares from 1 to {MOST_SHARES}"))
}

/// The program as it was called; with its folder if it was called by a path.
pub(super) fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    let path = Path::new(&called);
    let path = match path.components().count() {
        0 | 1 => path.to_owned(),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    };
    path.to_string_lossy().into_owned()
}
