//! Presets: which one a command opens, and their list.

use super::CliError;
use super::arguments::{Arguments, Common};
use super::limits;
use super::output::{page, print};
use crate::experiment::{Experiment, ExperimentError, PresetSource, built_in_names};

/// The preset without a name on the command line.
const DEFAULT_PRESET: &str = "digits";

pub(super) fn load(preset: &str, common: &Common) -> Result<Experiment, ExperimentError> {
    limits::note_unknown_memory();
    Experiment::open(preset, &common.weight_file.options(), common.seed, &common.settings())
}

/// The preset to open.
pub(super) fn preset_of(arguments: &Arguments) -> &str {
    arguments.preset.as_deref().unwrap_or(DEFAULT_PRESET)
}

/// `slth presets`.
pub(super) fn list() -> Result<u8, CliError> {
    let mut list = String::new();
    for name in built_in_names() {
        let preset = PresetSource::find(name)?.parse()?;
        let mark = if name == DEFAULT_PRESET { " (default)" } else { "" };
        list.push_str(&format!("{name:<22}{}{mark}\n", preset.title.unwrap_or_default()));
    }
    print(&page().fit(&list))?;
    Ok(0)
}
