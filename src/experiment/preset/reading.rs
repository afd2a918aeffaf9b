//! A preset from its text, and one of its fields.

use serde::de::DeserializeOwned;

use super::ron_error;
use super::schema::Preset;
use super::text::ron;

/// Reads a preset, or another document in RON.
///
/// # Errors
/// The position of the first mistake (line and column from 1), and the message.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ((usize, usize), String)> {
    ron().from_str(text).map_err(|error| {
        let start = error.span.start;
        ((start.line, start.col), ron_error::message(&error, text))
    })
}

/// Reads the value of one field into an otherwise empty preset.
///
/// # Errors
/// In words.
pub(crate) fn parse_value(key: &str, text: &str) -> Result<Preset, String> {
    let written = format!("({key}: {text}");
    let preset: Preset =
        ron().from_str(&format!("{written})")).map_err(|error| ron_error::message(&error, &written))?;
    match Preset::default().override_with(preset.clone()) {
        fields @ 2.. => Err(format!("expected one key and its value, found {fields} keys")),
        _ => Ok(preset),
    }
}
