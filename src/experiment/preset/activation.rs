//! Activations by their common names.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::network::Activation;
use crate::visible::shortened_to;

/// The slope of a leaky ReLU without one: PyTorch's default.
const DEFAULT_SLOPE: f64 = 0.01;

/// The names in messages, one for each known activation.
const KNOWN: &str = "relu, leaky_relu(SLOPE), tanh, logistic (or sigmoid), identity (or linear)";

/// Limit of characters of a wrong name in a message.
const SHOWN: usize = 40;

/// An activation with a Lipschitz factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "Activation")]
pub struct Lipschitz(pub Activation);

impl Lipschitz {
    /// An activation, if it has a Lipschitz factor.
    ///
    /// # Errors
    /// In words.
    pub fn new(activation: Activation) -> Result<Self, String> {
        match activation {
            Activation::Heaviside => Err(jumps(activation.name())),
            Activation::LeakyRelu(slope) => leaky(slope),
            other => Ok(Self(other)),
        }
    }
}

impl Default for Lipschitz {
    fn default() -> Self {
        Self(Activation::Relu)
    }
}

impl From<Lipschitz> for Activation {
    fn from(activation: Lipschitz) -> Self {
        activation.0
    }
}

impl std::str::FromStr for Lipschitz {
    type Err = String;

    /// Reads a name in any case, `_`, `-` and spaces left out: `ReLU`, `LeakyReLU(0.1)`, `leaky_relu` (slope 0.01),
    /// `tanh`, `Sigmoid`, `linear`, `none`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, argument) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((name, argument)) => (name, argument.trim()),
            None => (text, ""),
        };
        match (named(name).map_err(|_| unknown(text))?, argument) {
            (Named::Without(activation), "") => Ok(Self(activation)),
            (Named::Leaky, "") => Ok(Self(Activation::LeakyRelu(DEFAULT_SLOPE))),
            (Named::Leaky, slope) => leaky(slope.parse().map_err(|_| unknown(text))?),
            (Named::Jumps, _) => Err(jumps(name)),
            (Named::Without(_), _) => Err(unknown(text)),
        }
    }
}

/// The meaning of a name.
enum Named {
    Without(Activation),
    /// a slope may follow
    Leaky,
    /// has no Lipschitz factor
    Jumps,
}

fn named(name: &str) -> Result<Named, String> {
    let plain: String =
        name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect();
    Ok(match &*plain {
        "relu" => Named::Without(Activation::Relu),
        "leakyrelu" | "lrelu" => Named::Leaky,
        "tanh" => Named::Without(Activation::Tanh),
        "logistic" | "sigmoid" => Named::Without(Activation::Logistic),
        "identity" | "linear" | "none" => Named::Without(Activation::Identity),
        "heaviside" | "step" | "binarystep" => Named::Jumps,
        _ => return Err(unknown(name)),
    })
}

fn unknown(text: &str) -> String {
    format!("expected an activation ({KNOWN}), found `{}`", shortened_to(text, SHOWN))
}

fn jumps(name: &str) -> String {
    format!(
        "expected an activation with a Lipschitz factor, found {}: it jumps at 0, so no accuracy of the weights \
         bounds the error of its output and Lemma 1 does not apply",
        shortened_to(name, SHOWN)
    )
}

fn leaky(slope: f64) -> Result<Lipschitz, String> {
    if (0.0..=1.0).contains(&slope) {
        Ok(Lipschitz(Activation::LeakyRelu(slope)))
    } else {
        Err(format!("expected a slope between 0 and 1, found {slope}"))
    }
}

impl<'de> Deserialize<'de> for Lipschitz {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Activation", &[], ActivationReader)
    }
}

/// Reads an activation as RON writes the variants of an enum.
struct ActivationReader;

impl<'de> Visitor<'de> for ActivationReader {
    type Value = Lipschitz;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an activation ({KNOWN})")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Lipschitz, A::Error> {
        let (VariantName(name), variant) = data.variant()?;
        match named(&name).map_err(de::Error::custom)? {
            Named::Without(activation) => variant.unit_variant().map(|()| Lipschitz(activation)),
            Named::Jumps => Err(de::Error::custom(jumps(&name))),
            Named::Leaky => {
                let is_given = Cell::new(false);
                match variant.newtype_variant_seed(SlopeSeed(&is_given)) {
                    Ok(slope) => leaky(slope).map_err(de::Error::custom),
                    Err(error) if is_given.get() => Err(error),
                    // No parenthesis follows the name.
                    Err(_) => Ok(Lipschitz(Activation::LeakyRelu(DEFAULT_SLOPE))),
                }
            }
        }
    }
}

/// The name of a variant.
struct VariantName(String);

impl<'de> Deserialize<'de> for VariantName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = VariantName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an activation's name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<VariantName, E> {
                Ok(VariantName(name.to_owned()))
            }
        }
        deserializer.deserialize_identifier(Text)
    }
}

/// A slope in parentheses; notes whether there are any.
struct SlopeSeed<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for SlopeSeed<'_> {
    type Value = f64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<f64, D::Error> {
        self.0.set(true);
        f64::deserialize(deserializer)
    }
}

/// A field that may be left out. RON's `None` is refused: it could mean a field left out, hence ReLU, or no
/// activation, hence the identity.
///
/// # Errors
/// As for the name itself.
pub(super) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Lipschitz>, D::Error> {
    match Option::<Lipschitz>::deserialize(deserializer)? {
        None => Err(de::Error::custom(
            "expected an activation, found None: write Identity for none, or leave the field out for the default",
        )),
        activation => Ok(activation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names_in_any_case_are_understood() {
        use Activation::*;
        let cases: [(&[&str], Activation); 6] = [
            (&["Relu", "relu", "ReLU", "RELU", " relu ", "ReLU()"], Relu),
            (&["LeakyRelu", "leaky_relu", "LeakyReLU", "leaky-relu", "Leaky ReLU", "lrelu"], LeakyRelu(0.01)),
            (&["LeakyRelu(0.1)", "leaky_relu( 1e-1 )", "LEAKYRELU(0.1)"], LeakyRelu(0.1)),
            (&["Tanh", "tanh", "TANH"], Tanh),
            (&["Logistic", "logistic", "Sigmoid", "sigmoid"], Logistic),
            (&["Identity", "identity", "Linear", "linear", "none", "None"], Identity),
        ];
        for (names, activation) in cases {
            for name in names {
                assert_eq!(name.parse(), Ok(Lipschitz(activation)), "{name}");
            }
        }
    }

    #[test]
    fn other_names_are_refused_with_those_that_are_known() {
        for name in
            ["hard_tanh", "HardSigmoid", "relu6", "gelu", "softmax", "", "relu(1)", "tanh(", "leaky_relu(x)"]
        {
            let error = name.parse::<Lipschitz>().unwrap_err();
            assert!(error.contains(KNOWN) && error.contains(&format!("found `{name}`")), "{error}");
            assert!(!error.to_lowercase().contains("heaviside"), "{error}");
        }
        assert!(
            "LeakyRelu(2)".parse::<Lipschitz>().unwrap_err().contains("a slope between 0 and 1, found 2")
        );
        assert!("leaky_relu(NaN)".parse::<Lipschitz>().unwrap_err().contains("a slope between 0 and 1"));
        assert!("step".parse::<Lipschitz>().unwrap_err().contains("it jumps at 0"));
        assert!("x".repeat(1000).parse::<Lipschitz>().unwrap_err().len() < 300);
    }

    #[test]
    fn ron_reads_the_same_names() {
        use Activation::*;
        let read = |text: &str| {
            ron::from_str::<Vec<Lipschitz>>(text).map(|read| read.iter().map(|a| a.0).collect::<Vec<_>>())
        };
        let names = "[relu, LeakyReLU, leaky_relu(0.25), Tanh, /* or logistic */ SIGMOID, linear, None, LeakyRelu (1),]";
        let expected =
            [Relu, LeakyRelu(0.01), LeakyRelu(0.25), Tanh, Logistic, Identity, Identity, LeakyRelu(1.0)];
        assert_eq!(read(names).unwrap(), expected);
        for (text, says) in [
            ("[gelu]", "expected an activation (relu"),
            ("[LeakyRelu(x)]", "Expected float"),
            ("[LeakyRelu(2)]", "a slope between 0 and 1, found 2"),
            ("[LeakyRelu()]", ""),
            ("[Relu(1)]", ""),
            ("[Step]", "it jumps at 0"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for activation in [Activation::Relu, Activation::LeakyRelu(0.125), Activation::Identity] {
            let text = ron::to_string(&Lipschitz(activation)).unwrap();
            assert_eq!(ron::from_str::<Lipschitz>(&text).unwrap().0, activation, "{text}");
        }
    }
}
