//! The ends of a box: one number for all inputs, or one for each.

use serde::Serialize;

/// The lower or the upper ends of a box.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Edge {
    /// of every input
    Same(f64),
    /// of each input, as many as there are
    Each(Vec<f64>),
}

impl Edge {
    /// The end of input number `input`, from 0.
    pub fn at(&self, input: usize) -> f64 {
        match self {
            Self::Same(end) => *end,
            Self::Each(ends) => ends[input],
        }
    }

    /// The smallest and the largest of them.
    pub fn range(&self) -> (f64, f64) {
        match self {
            Self::Same(end) => (*end, *end),
            Self::Each(ends) => {
                ends.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &end| {
                    (least.min(end), most.max(end))
                })
            }
        }
    }

    /// The end common to all inputs, if it is one number.
    pub fn same(&self) -> Option<f64> {
        match self {
            Self::Same(end) => Some(*end),
            Self::Each(_) => None,
        }
    }
}

impl From<f64> for Edge {
    fn from(end: f64) -> Self {
        Self::Same(end)
    }
}

impl From<Vec<f64>> for Edge {
    fn from(ends: Vec<f64>) -> Self {
        Self::Each(ends)
    }
}
