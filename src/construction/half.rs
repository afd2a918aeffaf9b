//! The two halves of a virtual weight.

use serde::{Deserialize, Serialize};

/// The two halves of a virtual weight: one for positive inputs, one for negative ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Half {
    /// z_in > 0: passes x > 0
    Positive = 0,
    /// z_in < 0: passes x < 0
    Negative = 1,
}

impl Half {
    /// Both halves, the positive one first; `half as usize` is its index.
    pub const BOTH: [Self; 2] = [Self::Positive, Self::Negative];

    /// The inputs it passes, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positive => "x>0",
            Self::Negative => "x<0",
        }
    }

    /// The half served by a neuron with this input weight.
    pub fn of(z_in: f64) -> Self {
        if z_in > 0.0 { Self::Positive } else { Self::Negative }
    }
}
