//! Numbers with a range, checked while they are read.

use serde::{Deserialize, Serialize, Serializer};

use crate::theory::lemma9;

/// Any number of a RON file.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct RonNumber(pub(super) f64);

macro_rules! checked {
    ($(#[$doc:meta])* $name:ident($inner:ty), $holds:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
        #[serde(try_from = "RonNumber")]
        pub struct $name(pub $inner);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl TryFrom<f64> for $name {
            type Error = String;

            fn try_from(number: f64) -> Result<Self, String> {
                let holds: fn(f64) -> bool = $holds;
                if holds(number) {
                    Ok(Self(number as $inner))
                } else {
                    Err(format!("expected {}, found {}", $expected, crate::visible::number(number)))
                }
            }
        }

        impl TryFrom<RonNumber> for $name {
            type Error = String;

            fn try_from(number: RonNumber) -> Result<Self, String> {
                Self::try_from(number.0)
            }
        }

        impl From<$name> for $inner {
            fn from(checked: $name) -> Self {
                checked.0
            }
        }
    };
}

checked!(
    /// A finite number above 0.
    Positive(f64), |x| x > 0.0 && x.is_finite(), "a finite number above 0"
);
checked!(
    /// A probability, 0 < δ < 1.
    Probability(f64), |x| x > 0.0 && x < 1.0, "a probability between 0 and 1, both excluded"
);
checked!(
    /// 1/γ, ratio of neighbouring buckets.
    Base(f64), lemma9::is_sound, "a base above 1 and at most the golden ratio 1.618033988749895"
);
checked!(
    /// A weight or a coordinate.
    Weight(f64), f64::is_finite, "a finite number"
);
checked!(
    /// The neurons of a layer.
    Width(usize), |x| x >= 1.0 && x.fract() == 0.0 && x <= u32::MAX as f64, "a whole width of at least 1 and below 2^32"
);
