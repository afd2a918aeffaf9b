//! Values to and from RON.

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ron_error;

/// RON as presets use it: an optional value is written without `Some`, and the fields of a variant in single brackets,
/// `EdgePopup(keep: 0.5)`.
pub(super) fn ron() -> ron::Options {
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME)
        .with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES)
}

/// Reads a single value.
///
/// # Errors
/// In words: expected and found.
pub(crate) fn value<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    ron().from_str(text).map_err(|error| ron_error::message(&error, text))
}

/// A value in RON. Structs nested less than `depth` levels deep take a line for each field.
///
/// # Errors
/// In words; no value of a preset is known to fail.
pub(crate) fn written(value: &impl Serialize, depth: usize) -> Result<String, String> {
    let pretty = PrettyConfig::new().depth_limit(depth).new_line("\n");
    ron().to_string_pretty(value, pretty).map_err(|error| error.to_string())
}

/// A value as the edit pane shows it: RON, but short numbers (`1e-7`), paths without quotes, and nothing for `None`.
pub(super) fn shown(of: &impl Serialize) -> String {
    let text = written(of, 0).unwrap_or_default();
    if text == "None" {
        return String::new();
    }
    if text.starts_with('"') {
        return value(&text).unwrap_or(text);
    }
    match (text.parse::<u64>(), text.parse::<f64>()) {
        (Err(_), Ok(number)) => format!("{number:?}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers::{Positive, Weight};
    use super::super::rules::ToleranceRule;
    use super::*;

    #[test]
    fn a_value_is_shown_as_short_as_it_is_typed() {
        assert_eq!(shown(&Positive(1e-7)), "1e-7");
        assert_eq!(shown(&1e300), "1e300");
        assert_eq!(shown(&1.0), "1.0");
        assert_eq!(shown(&u64::MAX), "18446744073709551615");
        assert_eq!(shown(&Some("a \"b\".npz")), "a \"b\".npz");
        assert_eq!(shown(&None::<bool>), "");
        assert_eq!(shown(&Some(true)), "true");
        assert_eq!(shown(&ToleranceRule::Weight(Positive(0.5))), "Weight(0.5)");
        assert_eq!(shown(&vec![Weight(0.5), Weight(-1.0)]), "[0.5, -1.0]");
    }
}
