//! Right answers, with their interval.

use serde::Serialize;

/// Right answers among examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Accuracy {
    /// right answers
    pub correct: u64,
    /// examples asked for
    pub examples: u64,
}

impl Accuracy {
    /// Share of right answers, in 0 to 1; NaN without examples.
    pub fn share(self) -> f64 {
        self.correct as f64 / self.examples as f64
    }
}
