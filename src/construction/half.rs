//! The two halves of a virtual weight.

use serde::{Deserialize, Serialize};

/// The two halves of a virtual weight, told apart by the inputs that make their neurons fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Half {
    /// z_in > 0: passes x > 0
    Positive = 0,
    /// z_in < 0: passes x < 0
    Negative = 1,
}

impl Half {
    /// Both halves, the positive one first; `half as usize` is its place.
    pub const BOTH: [Self; 2] = [Self::Positive, Self::Negative];

    /// The inputs that it passes, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positive => "x>0",
            Self::Negative => "x<0",
        }
    }

    /// The half that a neuron with this input weight serves.
    pub fn of(z_in: f64) -> Self {
        if z_in > 0.0 { Self::Positive } else { Self::Negative }
    }
}
