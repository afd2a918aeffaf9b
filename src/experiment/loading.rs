//! From the name of a preset or a weight file to an experiment, and the setting to blame for a failure.

use super::error::{ExperimentError, Place};
use super::files::source::PresetSource;
use super::files::weight_file::{self, FileOptions};
use super::plan::Plan;
use super::resolved::Experiment;
use super::settings::{Settings, argument};

impl Experiment {
    /// Reads a built-in preset, a preset's file or a weight file and applies overrides: `settings` are `key=value` with RON
    /// values. A weight file stands for a preset with it as target, ε = 0.01, δ = 0.01 and inputs in the unit ball.
    ///
    /// # Errors
    /// [`ExperimentError`] for anything missing, malformed, out of range, inconsistent or too large.
    pub fn load(name: &str, seed: Option<u64>, settings: &[String]) -> Result<Self, ExperimentError> {
        Self::open(name, &FileOptions::default(), seed, settings)
    }

    /// As [`load`](Self::load), with options for a weight file.
    ///
    /// # Errors
    /// As [`load`](Self::load), and for options of weight files beside a preset.
    pub fn open(
        name: &str,
        options: &FileOptions,
        seed: Option<u64>,
        settings: &[String],
    ) -> Result<Self, ExperimentError> {
        Self::of_source(PresetSource::open(name, options)?, seed, settings)
    }

    /// As [`open`](Self::open), but of regular files only: opening a pipe waits, and a device may have no end.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_regular(
        name: &str,
        options: &FileOptions,
        seed: Option<u64>,
        settings: &[String],
    ) -> Result<Self, ExperimentError> {
        Self::of_source(PresetSource::open_regular(name, options)?, seed, settings)
    }

    /// The experiment of a preset already read, with overrides.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn of_source(
        source: PresetSource,
        seed: Option<u64>,
        settings: &[String],
    ) -> Result<Self, ExperimentError> {
        let mut preset = source.parse()?;
        let settings = Settings::apply(&mut preset, settings)?;
        preset.seed = seed.or(preset.seed);
        let place_of = |key: &str| settings.place_of(key).unwrap_or_else(|| source.place_of(key));
        let mut experiment = Self::new(preset, &source, &place_of, &[])
            .map_err(|error| blame(&settings, error, &source, |_| false))?;
        experiment.assumed =
            weight_file::assumed(&experiment.preset, &source, experiment.reading.as_deref(), settings.all());
        experiment.settings = settings;
        Ok(experiment)
    }

    /// Refuses a run in need of more precision or memory than there is. The bounds of theory can be computed for
    /// any experiment.
    ///
    /// # Errors
    /// [`ExperimentError`] with the needed and the available amount.
    pub fn check_can_run(&self, plan: &Plan) -> Result<(), ExperimentError> {
        self.can_run(plan).map_err(|error| self.blame(error))
    }

    /// Refuses a plan without lanes, or with too fine tolerances.
    pub(crate) fn check_can_build(&self, plan: &Plan) -> Result<(), ExperimentError> {
        self.can_build(plan).map_err(|error| self.blame(error))
    }

    /// An error of a run, at the setting to blame.
    fn blame(&self, error: ExperimentError) -> ExperimentError {
        let cannot_run = |experiment: &Self| experiment.can_run(&Plan::new(experiment)).is_err();
        blame(&self.settings, error, &self.source, cannot_run)
    }
}

/// An error of a preset with these settings. If the preset alone has none, the error is placed at the first setting to
/// cause one. An experiment with `fails` counts as an error too.
fn blame(
    settings: &Settings,
    error: ExperimentError,
    source: &PresetSource,
    fails: impl Fn(&Experiment) -> bool,
) -> ExperimentError {
    if settings.all().is_empty() || matches!(error.place(), Place::Argument(_)) {
        return error;
    }
    let settings: Vec<String> = settings.all().iter().map(|(_, setting)| setting.clone()).collect();
    let is_fine = |settings: &[String]| {
        let mut preset = source.parse()?;
        Settings::apply(&mut preset, settings)?;
        let experiment = Experiment::new(preset, source, &|key| source.place_of(key), &[])?;
        Ok::<bool, ExperimentError>(!fails(&experiment))
    };
    let is_fine = |count: usize| is_fine(&settings[..count]).unwrap_or(false);
    if !is_fine(0) {
        return error;
    }
    let first = (1..settings.len()).find(|&count| !is_fine(count)).unwrap_or(settings.len());
    let message = format!("{}: {}", error.place(), error.message());
    ExperimentError::new(argument(&settings[first - 1]), message)
}
