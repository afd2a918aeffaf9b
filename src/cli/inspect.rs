//! `slth inspect`: a network's layers, norms and bounds, before any run.

use super::arguments::{Common, InspectArguments};
use super::output::{page, print, print_json};
use super::presets::load;
use super::{CliError, files};
use crate::report::{InspectReport, text};

pub(super) fn inspect(inspect: &InspectArguments, common: &Common) -> Result<u8, CliError> {
    let experiment = load(&inspect.preset, common)?;
    files::claim(&[], &experiment)?;
    let report = InspectReport::new(&experiment.name, &experiment);
    if inspect.json {
        print_json(&report)?;
    } else {
        print(&text::inspected(&report, page()))?;
    }
    Ok(0)
}
