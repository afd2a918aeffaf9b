//! What is set in place of a preset's fields, and which of it is to blame.

use super::{Experiment, ExperimentError, Place, Plan, Preset, PresetSource, parse_override};

/// The fields of a target and of inputs, which are set with them.
const OF_TARGET: [&str; 11] = [
    "path",
    "layers",
    "transposed",
    "order",
    "biases",
    "widths",
    "weight_bound",
    "spectral_norm",
    "activation",
    "output_activation",
    "activations",
];

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
    /// [`ExperimentError`] at the first that cannot be read.
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

    /// The argument that a field was set by, or the one around it.
    pub(super) fn place_of(&self, key: &str) -> Option<Place> {
        let key = match key {
            "labels" => "inputs",
            key if OF_TARGET.contains(&key) => "target",
            key => key,
        };
        self.all.iter().rfind(|(name, _)| name == key).map(|(_, setting)| argument(setting))
    }

    /// An error of a preset with these settings. Where the preset has none without them, it is at the first one with which there
    /// is one.
    pub(super) fn blame(&self, error: ExperimentError, source: &PresetSource) -> ExperimentError {
        self.blame_with(error, source, |_| false)
    }

    /// As [`blame`](Self::blame), where what cannot run has the error too.
    pub(super) fn blame_for_run(&self, error: ExperimentError, source: &PresetSource) -> ExperimentError {
        self.blame_with(error, source, |experiment| experiment.can_run(&Plan::new(experiment)).is_err())
    }

    fn blame_with(
        &self,
        error: ExperimentError,
        source: &PresetSource,
        fails: impl Fn(&Experiment) -> bool,
    ) -> ExperimentError {
        if self.all.is_empty() || matches!(error.place, Place::Argument(_)) {
            return error;
        }
        let settings: Vec<String> = self.all.iter().map(|(_, setting)| setting.clone()).collect();
        let is_fine = |settings: &[String]| {
            let mut preset = source.parse()?;
            Self::apply(&mut preset, settings)?;
            let experiment = Experiment::new(preset, source, &|key| source.place_of(key), &[])?;
            Ok::<bool, ExperimentError>(!fails(&experiment))
        };
        let is_fine = |count: usize| is_fine(&settings[..count]).unwrap_or(false);
        if !is_fine(0) {
            return error;
        }
        let first = (1..settings.len()).find(|&count| !is_fine(count)).unwrap_or(settings.len());
        let message = format!("{}: {}", error.place, error.message);
        ExperimentError::new(argument(&settings[first - 1]), message)
    }
}

fn argument(setting: &str) -> Place {
    Place::Argument(format!("--set {setting}"))
}
