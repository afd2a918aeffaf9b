//! The `--set key=value`s of a call, in place of a preset's fields.

use super::error::{ExperimentError, Place};
use super::files::source::parse_override;
use super::preset::{Preset, outer_key};

/// The `key=value`s of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// each key and its `key=value`
    all: Vec<(String, String)>,
}

impl Settings {
    /// Applies `key=value`s to a preset.
    ///
    /// # Errors
    /// [`ExperimentError`] at the first unreadable one.
    pub(super) fn apply(preset: &mut Preset, settings: &[String]) -> Result<Self, ExperimentError> {
        let (mut values, mut all) = (Preset::default(), Vec::new());
        for setting in settings {
            let (key, value) = parse_override(setting)?;
            values.override_with(value);
            all.push((key, setting.clone()));
        }
        preset.set(values);
        Ok(Self { all })
    }

    /// Each key and its `key=value`.
    pub(super) fn all(&self) -> &[(String, String)] {
        &self.all
    }

    /// The argument that set a field, or the field around it.
    pub(super) fn place_of(&self, key: &str) -> Option<Place> {
        let key = outer_key(key);
        self.all.iter().rfind(|(name, _)| name == key).map(|(_, setting)| argument(setting))
    }
}

/// The place of a `key=value`.
pub(super) fn argument(setting: &str) -> Place {
    Place::Argument(format!("--set {setting}"))
}
