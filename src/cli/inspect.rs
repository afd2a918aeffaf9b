//! `slth inspect`: what a network is, before any run.

use super::arguments::{Common, Inspect};
use super::output::{page, print, print_json};
use super::{CliError, load};
use crate::experiment::{Experiment, Lipschitz, PresetSource, built_in_names};
use crate::report::{InspectReport, text};

pub(super) fn inspect(inspect: &Inspect, common: &Common) -> Result<u8, CliError> {
    let is_preset = inspect.file.ends_with(".ron") || built_in_names().any(|name| name == inspect.file);
    let of_files = [
        ("--activation", inspect.activation.is_some()),
        ("--output-activation", inspect.output_activation.is_some()),
        ("--layers", inspect.layers.is_some()),
    ];
    let experiment = if is_preset {
        if let Some((option, _)) = of_files.iter().find(|(_, given)| *given) {
            let message = format!("{option}: expected a weight file, found the preset {}", inspect.file);
            return Err(CliError::Usage(message));
        }
        load(&inspect.file, common)?
    } else {
        let mut target = format!("target=File(path: {:?}", inspect.file);
        for (option, value) in
            [("activation", &inspect.activation), ("output-activation", &inspect.output_activation)]
        {
            if let Some(value) = value {
                let key = option.replace('-', "_");
                target.push_str(&format!(", {key}: {}", activation(option, value)?));
            }
        }
        if let Some(layers) = &inspect.layers {
            target.push_str(&format!(", layers: {layers:?}"));
        }
        target.push(')');
        let mut settings = Vec::new();
        if of_files.iter().any(|(_, given)| *given) {
            settings.push(target);
        }
        settings.extend(common.set.iter().cloned());
        if let Some(seed) = common.seed {
            settings.push(format!("seed={seed}"));
        }
        Experiment::of_weight_file(&inspect.file, &settings)?
    };
    let name = if is_preset { PresetSource::find(&inspect.file)?.name } else { inspect.file.clone() };
    let report = InspectReport::new(&name, &experiment);
    if inspect.json {
        print_json(&report)?
    } else {
        print(&text::inspected(&report, page()))?
    }
    Ok(0)
}

/// An activation's name as it is written in a preset.
fn activation(option: &str, name: &str) -> Result<String, CliError> {
    let activation: Lipschitz =
        name.parse().map_err(|error| CliError::Usage(format!("--{option} {name}: {error}")))?;
    Ok(format!("{:?}", activation.0))
}
