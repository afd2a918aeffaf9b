//! Activations by their common names.

use ron::value::RawValue;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::network::Activation;

/// The slope of a leaky ReLU without one: PyTorch's default.
const DEFAULT_SLOPE: f64 = 0.01;

/// The names in messages, one for each activation that is understood.
const KNOWN: &str = "relu, leaky_relu(SLOPE), tanh, logistic (or sigmoid), identity (or linear)";

/// Most characters of a wrong name that a message repeats.
const SHOWN: usize = 40;

/// An activation that has a Lipschitz factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "Activation")]
pub struct Lipschitz(pub Activation);

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
            Some((name, argument)) => (name, Some(argument.trim()).filter(|argument| !argument.is_empty())),
            None => (text, None),
        };
        let plain: String =
            name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect();
        let unknown = || {
            let shown: String = text.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
            let more = if text.chars().count() > SHOWN { "…" } else { "" };
            Err(format!("expected an activation ({KNOWN}), found `{shown}{more}`"))
        };
        let activation = match (&*plain, argument) {
            ("relu", None) => Activation::Relu,
            ("leakyrelu" | "lrelu", None) => Activation::LeakyRelu(DEFAULT_SLOPE),
            ("leakyrelu" | "lrelu", Some(slope)) => match slope.parse::<f64>() {
                Ok(slope) if (0.0..=1.0).contains(&slope) => Activation::LeakyRelu(slope),
                Ok(slope) => return Err(format!("expected a slope between 0 and 1, found {slope}")),
                Err(_) => return unknown(),
            },
            ("tanh", None) => Activation::Tanh,
            ("logistic" | "sigmoid", None) => Activation::Logistic,
            ("identity" | "linear" | "none", None) => Activation::Identity,
            ("heaviside" | "step" | "binarystep", None) => {
                return Err(format!(
                    "expected an activation with a Lipschitz factor, found {text}: it jumps at 0, so no accuracy of \
                     the weights bounds the error of its output and Lemma 1 does not apply"
                ));
            }
            _ => return unknown(),
        };
        Ok(Self(activation))
    }
}

impl<'de> Deserialize<'de> for Lipschitz {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Box::<RawValue>::deserialize(deserializer)?;
        written.get_ron().parse().map_err(de::Error::custom)
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
        for name in ["hard_tanh", "HardSigmoid", "relu6", "gelu", "softmax", "", "relu(1)", "tanh(", "leaky_relu(x)"] {
            let error = name.parse::<Lipschitz>().unwrap_err();
            assert!(error.contains(KNOWN) && error.contains(&format!("found `{name}`")), "{error}");
            assert!(!error.to_lowercase().contains("heaviside"), "{error}");
        }
        assert!("LeakyRelu(2)".parse::<Lipschitz>().unwrap_err().contains("a slope between 0 and 1, found 2"));
        assert!("leaky_relu(NaN)".parse::<Lipschitz>().unwrap_err().contains("a slope between 0 and 1"));
        assert!("step".parse::<Lipschitz>().unwrap_err().contains("it jumps at 0"));
        assert!("x".repeat(1000).parse::<Lipschitz>().unwrap_err().len() < 300);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for activation in [Activation::Relu, Activation::LeakyRelu(0.125), Activation::Identity] {
            let text = ron::to_string(&Lipschitz(activation)).unwrap();
            assert_eq!(ron::from_str::<Lipschitz>(&text).unwrap().0, activation, "{text}");
        }
    }
}
