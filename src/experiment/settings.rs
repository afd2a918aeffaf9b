//! The `--set key=value`s of a call, in place of a preset's fields.

use super::error::{ExperimentError, Place};
use super::files::source::parse_override;
use super::preset::{Preset, outer_key};
use super::targets;
use crate::visible::shortened;

/// The `key=value`s of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// each key and its `key=value`
    all: Vec<(String, String)>,
}

impl Settings {
    /// Applies `key=value`s to a preset. `target="name"` chooses one of its list of targets.
    ///
    /// # Errors
    /// [`ExperimentError`] at the first unreadable one.
    pub(super) fn apply(preset: &mut Preset, settings: &[String]) -> Result<Self, ExperimentError> {
        let (mut values, mut all, mut chosen) = (Preset::default(), Vec::new(), None);
        for setting in settings {
            if let Some(name) = targets::name_in(setting) {
                all.push(("target".to_owned(), setting.clone()));
                chosen = Some((name, setting));
                continue;
            }
            let (key, value) = parse_override(setting)?;
            if value.target.is_some() {
                chosen = None;
            }
            values.override_with(value);
            all.push((key, setting.clone()));
        }
        preset.set(values);
        if let Some((name, setting)) = chosen {
            let failed = |message| ExperimentError::new(argument(setting), message);
            targets::choose(preset, &name).map_err(failed)?;
        }
        Ok(Self { all })
    }

    /// These settings, with one for this key in the place of any other.
    pub(super) fn with(&self, key: &str, setting: String) -> Self {
        let others = self.all.iter().filter(|(other, _)| other != key).cloned();
        Self { all: others.chain([(key.to_owned(), setting)]).collect() }
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

/// The place of a `key=value`, and of the choice of a target, as they were given.
pub(super) fn argument(setting: &str) -> Place {
    Place::Argument(if setting.starts_with(targets::CHOICE) {
        shortened(setting)
    } else {
        format!("--set {setting}")
    })
}
