//! The preset file: what a user writes, in RON.
//!
//! Each value's own range is checked while it is read, so that the error carries its line and column.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::activation::{Lipschitz, optional};
use crate::construction::Mode;
use crate::method::Construction;
use crate::network::files::Order;
use crate::theory::lemma9;

/// A preset as written. Every field is optional here; [`Experiment`](super::Experiment) says which are needed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields are described in the README and, resolved, in `Experiment`
pub struct Preset {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs: Option<InputSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<Positive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<Probability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub w_max: Option<Positive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f_max: Option<Positive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub norms: Option<NormSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<ToleranceRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_dead_halves: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constructions: Option<Vec<Construction>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl Preset {
    /// Weights that are written out in it.
    pub(super) fn written_weights(&self) -> usize {
        match &self.target {
            Some(TargetSource::Explicit { layers, .. }) => layers.iter().flatten().map(Vec::len).sum(),
            _ => 0,
        }
    }

    /// As [`override_with`](Self::override_with), where ε and a given ε_w take each other's place: of a preset that has
    /// one, the other one may be set.
    pub(super) fn set(&mut self, settings: Self) {
        let sets_weight = settings.tolerance.is_some_and(|rule| rule.given().is_some());
        let has_weight = self.tolerance.is_some_and(|rule| rule.given().is_some());
        if sets_weight {
            self.epsilon = None;
        } else if settings.epsilon.is_some() && has_weight {
            self.tolerance = None;
        }
        self.override_with(settings);
    }

    /// Puts the fields that `other` has in place of this preset's. Returns how many there were.
    pub fn override_with(&mut self, other: Self) -> usize {
        let mut taken = 0;
        macro_rules! take {
            ($($field:ident),*) => {
                $( if other.$field.is_some() { self.$field = other.$field; taken += 1; } )*
            };
        }
        take!(
            title,
            target,
            inputs,
            epsilon,
            delta,
            w_max,
            f_max,
            norms,
            tolerance,
            base,
            skip_dead_halves,
            constructions,
            mode,
            seed
        );
        taken
    }
}

/// Where the target network comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum TargetSource {
    /// Weights uniform in ±`weight_bound`, each layer scaled down to `spectral_norm` where one is given.
    Random {
        /// n₀…n_ℓ
        widths: Vec<Width>,
        /// half-width of the uniform law
        weight_bound: Positive,
        /// largest ‖W_i‖₂
        #[serde(skip_serializing_if = "Option::is_none")]
        spectral_norm: Option<Positive>,
        /// σ of the hidden layers; ReLU if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        activation: Option<Lipschitz>,
        /// σ of the last layer; `activation` if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        output_activation: Option<Lipschitz>,
        /// σ of every layer, in place of the two above
        #[serde(skip_serializing_if = "Option::is_none")]
        activations: Option<Vec<Lipschitz>>,
        /// seed of the weights
        #[serde(default)]
        seed: u64,
    },
    /// Weights written out: layers, rows (outputs), columns (inputs).
    Explicit {
        /// one list of rows per layer
        layers: Vec<Vec<Vec<Weight>>>,
        /// a list per layer, one bias for each output, or an empty one for none
        #[serde(skip_serializing_if = "Option::is_none")]
        biases: Option<Vec<Vec<Weight>>>,
        /// σ of the hidden layers; ReLU if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        activation: Option<Lipschitz>,
        /// σ of the last layer; `activation` if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        output_activation: Option<Lipschitz>,
        /// σ of every layer, in place of the two above
        #[serde(skip_serializing_if = "Option::is_none")]
        activations: Option<Vec<Lipschitz>>,
    },
    /// Weights, and biases where there are any, from a safetensors, npz, npy or PyTorch file.
    File {
        /// relative to the preset
        path: String,
        /// the layers' names, in their order; found by evidence if not given
        #[serde(skip_serializing_if = "Option::is_none")]
        layers: Option<Vec<String>>,
        /// whether the file's matrices are inputs × outputs; found by evidence if not given
        #[serde(skip_serializing_if = "Option::is_none")]
        transposed: Option<bool>,
        /// the order of layers that are not listed; found by evidence if not given
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<Order>,
        /// σ of the hidden layers; ReLU if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        activation: Option<Lipschitz>,
        /// σ of the last layer; `activation` if not given
        #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
        output_activation: Option<Lipschitz>,
        /// σ of every layer, in place of the two above
        #[serde(skip_serializing_if = "Option::is_none")]
        activations: Option<Vec<Lipschitz>>,
    },
}

/// Where the inputs come from.
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
                Weight::try_from(RonNumber(end)).map(BoxEnds::Same).map_err(E::custom)
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

/// Which norms Lemma 1 is given for ‖Ŵ_i‖₂.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NormSource {
    /// ‖W_i‖₂ ≤ 1 is assumed (Remark 4, Example 5)
    Unit,
    /// w_max·n_max, which no weight matrix can exceed (Examples 2 and 6)
    Worst,
    /// ‖W*_i‖₂ of the given target
    #[default]
    Target,
}

impl NormSource {
    /// Lower-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Worst => "worst",
            Self::Target => "target",
        }
    }
}

/// How accurate a weight must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum ToleranceRule {
    /// Lemma 1: the same for all layers
    #[default]
    Uniform,
    /// each layer its own, from the error recursion
    PerLayer,
    /// ε_w itself, the same for all layers: ε is what follows by Lemma 1
    Weight(Positive),
}

impl ToleranceRule {
    /// Kebab-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::PerLayer => "per-layer",
            Self::Weight(_) => "weight",
        }
    }

    /// ε_w, where it is given.
    pub fn given(self) -> Option<f64> {
        if let Self::Weight(tolerance) = self { Some(tolerance.0) } else { None }
    }
}

/// A value that was checked while it was read.
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

        impl TryFrom<RonNumber> for $name {
            type Error = String;

            fn try_from(number: RonNumber) -> Result<Self, String> {
                let holds: fn(f64) -> bool = $holds;
                if holds(number.0) {
                    Ok(Self(number.0 as $inner))
                } else {
                    Err(format!("expected {}, found {}", $expected, crate::visible::number(number.0)))
                }
            }
        }
    };
}

/// Any number of a RON file.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct RonNumber(f64);

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
