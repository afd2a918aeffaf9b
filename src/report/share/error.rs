//! Why shares do not come together.

use std::fmt;
use std::io;
use std::ops::Range;

use thiserror::Error;

use crate::report::state_file::seal::Unfit;
use crate::session::{MissingRuns, Shard, StatePart};
use crate::visible::file_name;

/// Most parts named in a message.
const MOST_NAMED: usize = 8;

/// Why shares of a check or a run do not come together.
#[derive(Debug, Error)]
pub enum ShareError {
    /// not readable
    #[error("{}: expected a share that can be read, found: {error}", file_name(path))]
    Io {
        /// the path
        path: String,
        /// the cause
        error: io::Error,
    },
    /// another file, another version, or not all of it
    #[error("{}: {unfit}", file_name(path))]
    Refused {
        /// the path
        path: String,
        /// the mismatch
        unfit: Unfit,
    },
    /// of another check
    #[error(
        "{}: expected a share of the same work as {}, with {expected}; found {found}",
        file_name(path),
        file_name(first)
    )]
    Foreign {
        /// the path
        path: String,
        /// the path of the first share
        first: String,
        /// what the first has
        expected: String,
        /// what this one has in its place
        found: String,
    },
    /// with a run or layer of another share
    #[error(
        "{}: expected work that no other share has; found {what} in {} too",
        file_name(path),
        file_name(other)
    )]
    Overlap {
        /// the path
        path: String,
        /// the path of the other share
        other: String,
        /// the first run or layer in both
        what: String,
    },
    /// not all layers
    #[error("expected all layers of the run built; not built: {parts}")]
    Open {
        /// which
        parts: String,
    },
    /// not all runs
    #[error("expected all runs of the check; missing {missing}")]
    Missing {
        /// which
        missing: MissingParts,
    },
}

/// The runs missing from merged shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingParts {
    pub(super) runs: MissingRuns,
    pub(super) shards: Vec<Shard>,
    /// into how many shares the runs were cut
    pub(super) cut: Option<u64>,
    pub(super) seed: u64,
}

/// `layer 1 of lane 0, layer 2 of lane 0, and 9 more`
pub fn named_parts(parts: &[StatePart]) -> String {
    named(parts.iter().map(StatePart::to_string))
}

/// `share 3/10 (seeds 201 to 300)`
impl fmt::Display for MissingParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seed = |run: u64| self.seed.wrapping_add(run);
        let range = |range: &Range<u64>| match range.end - range.start {
            1 => format!("seed {}", seed(range.start)),
            _ => format!("seeds {} to {}", seed(range.start), seed(range.end - 1)),
        };
        let runs = named(self.runs.runs.iter().map(range));
        let learned = named(self.runs.learned.iter().map(range));
        let runs = match (runs.is_empty(), learned.is_empty()) {
            (false, true) => runs,
            (true, _) => format!("of learned methods {learned}"),
            (false, false) => format!("{runs}; of learned methods {learned}"),
        };
        match (self.cut, self.shards.len()) {
            (Some(2..), 1..) => {
                let shares = named(self.shards.iter().map(|shard| format!("share {shard}")));
                write!(f, "{shares} ({runs})")
            }
            _ => f.write_str(&runs),
        }
    }
}

/// The first of them, and how many more.
fn named(parts: impl ExactSizeIterator<Item = String>) -> String {
    let more = parts.len().saturating_sub(MOST_NAMED);
    let mut named: Vec<String> = parts.take(MOST_NAMED).collect();
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    named.join(", ")
}
