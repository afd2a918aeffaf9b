//! The source of the inputs.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::numbers::{Positive, Weight, Width};

/// The source of the inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum InputSource {
    /// ‖x‖₂ ≤ radius
    Ball {
        /// above 0
        radius: Positive,
    },
    /// low ≤ x ≤ high
    Box {
        /// lower end of all inputs, or a list of one for each
        low: BoxEnds,
        /// upper end
        high: BoxEnds,
    },
    /// {−1, 1}ⁿ
    Signs,
    /// Values one behind the other, each in the same kind of domain.
    Sequence {
        /// how many; the network has as many inputs as all of them together
        length: Width,
        /// a ball, a box or the signs
        of: std::boxed::Box<InputSource>,
    },
    /// Points written out, and their classes.
    Points {
        /// a list of coordinates for each point
        points: Vec<Vec<Weight>>,
        /// the class of each point
        #[serde(skip_serializing_if = "Option::is_none")]
        labels: Option<Vec<u32>>,
    },
    /// Points of an npy file, or of an array in an npz, safetensors or PyTorch file, and their classes.
    File {
        /// relative to the preset; an array by its name, as in `mnist.npz:x_test`
        path: String,
        /// the same of classes: whole numbers, or one-hot
        #[serde(skip_serializing_if = "Option::is_none")]
        labels: Option<String>,
    },
}

/// The lower or upper ends of a box: a number for all inputs, or a list of one for each.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum BoxEnds {
    /// of every input
    Same(Weight),
    /// of each input
    Each(Vec<Weight>),
}

impl<'de> Deserialize<'de> for BoxEnds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ends;
        impl<'de> Visitor<'de> for Ends {
            type Value = BoxEnds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a list of numbers")
            }

            fn visit_f64<E: de::Error>(self, end: f64) -> Result<BoxEnds, E> {
                Weight::try_from(end).map(BoxEnds::Same).map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, end: i64) -> Result<BoxEnds, E> {
                self.visit_f64(end as f64)
            }

            fn visit_u64<E: de::Error>(self, end: u64) -> Result<BoxEnds, E> {
                self.visit_f64(end as f64)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<BoxEnds, A::Error> {
                let mut ends = Vec::new();
                while let Some(end) = list.next_element()? {
                    ends.push(end);
                }
                Ok(BoxEnds::Each(ends))
            }
        }
        deserializer.deserialize_any(Ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_box_are_read_to_the_last_bit() {
        let read = |text: &str| ron::from_str::<BoxEnds>(text);
        for text in
            ["0.1", "-1e-300", "0.30000000000000004", "1.7976931348623157e308", "16777217", "-3", "1.0"]
        {
            let number: f64 = text.parse().unwrap();
            assert_eq!(read(text).unwrap(), BoxEnds::Same(Weight(number)), "{text}");
            assert_eq!(
                read(&format!("[{text}, 2]")).unwrap(),
                BoxEnds::Each(vec![Weight(number), Weight(2.0)])
            );
        }
        assert_eq!(read("[]").unwrap(), BoxEnds::Each(Vec::new()));
        assert!(read("NaN").unwrap_err().to_string().contains("expected a finite number, found NaN"));
        assert!(read("[0.5, inf]").unwrap_err().to_string().contains("expected a finite number, found inf"));
        for text in ["true", "\"1\"", "[[1]]", "None"] {
            assert!(read(text).is_err(), "{text}");
        }
        for ends in [BoxEnds::Same(Weight(0.1)), BoxEnds::Each(vec![Weight(-0.5), Weight(1e-9)])] {
            assert_eq!(read(&ron::to_string(&ends).unwrap()).unwrap(), ends);
        }
    }
}
