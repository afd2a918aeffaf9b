//! The target of an edited setup: its kind, and the fields that the kind has, as text.

use super::super::activation::Lipschitz;
use super::super::files::source;
use super::super::parameter::{Parameter, TargetKind};
use super::super::preset::{Positive, TargetSource, Width};
use super::super::{Experiment, saved};
use super::{EditedSetup, Problem, value};
use crate::network::files::Order;
use crate::visible::shortened;

/// What kind of target a preset has.
pub(super) fn kind_of(target: Option<&TargetSource>) -> TargetKind {
    match target {
        Some(TargetSource::File { .. }) => TargetKind::File,
        Some(TargetSource::Random { .. }) => TargetKind::Random,
        Some(TargetSource::Explicit { .. }) | None => TargetKind::Explicit,
    }
}

/// What stands in a field of the target before it is edited. Fields of other kinds hold what would make a target like
/// this one: its widths, and its largest weight.
pub(super) fn text_of(experiment: &Experiment, parameter: Parameter) -> String {
    let target = experiment.preset.target.as_ref();
    match (parameter, target) {
        (Parameter::Target, target) => kind_of(target).name().to_owned(),
        (Parameter::Path, Some(TargetSource::File { path, .. })) => path.clone(),
        (Parameter::Layers, Some(TargetSource::File { layers, .. })) => written(layers.as_ref()),
        (Parameter::Transposed, Some(TargetSource::File { transposed, .. })) => written(transposed.as_ref()),
        (Parameter::Order, Some(TargetSource::File { order, .. })) => written(order.as_ref()),
        (Parameter::Widths, _) => written(Some(&experiment.target.given_widths())),
        (Parameter::WeightBound, Some(TargetSource::Random { weight_bound, .. })) => {
            format!("{:?}", weight_bound.0)
        }
        (Parameter::WeightBound, _) => format!("{:?}", experiment.target.largest_weight().0),
        (Parameter::SpectralNorm, Some(TargetSource::Random { spectral_norm, .. })) => {
            spectral_norm.map(|norm| format!("{:?}", norm.0)).unwrap_or_default()
        }
        (Parameter::TargetSeed, Some(TargetSource::Random { seed, .. })) => seed.to_string(),
        (Parameter::TargetSeed, _) => "0".to_owned(),
        (
            parameter,
            Some(
                TargetSource::File { activation, output_activation, activations, .. }
                | TargetSource::Random { activation, output_activation, activations, .. }
                | TargetSource::Explicit { activation, output_activation, activations, .. },
            ),
        ) => match parameter {
            Parameter::Activation => written(activation.as_ref()),
            Parameter::OutputActivation => written(output_activation.as_ref()),
            Parameter::Activations => written(activations.as_ref()),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// The target that the fields describe. Weights written out are those of `origin`.
pub(super) fn target(
    setup: &EditedSetup,
    origin: Option<&TargetSource>,
) -> Result<TargetSource, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut fields = Vec::new();
    for parameter in setup.shown().into_iter().filter(|parameter| parameter.of_targets().is_some()) {
        match read(parameter, setup.text(parameter).trim()) {
            Ok(Some(text)) => fields.push(text),
            Ok(None) => {}
            Err(message) => problems.push(Problem { parameter, message }),
        }
    }
    let kind = setup.target_kind();
    if let (None, true) = (kind, problems.is_empty()) {
        let found = setup.text(Parameter::Target).trim();
        let expected = setup.target_kinds().iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ");
        let message = format!("expected {expected}, found `{}`", shortened(found));
        problems.push(Problem { parameter: Parameter::Target, message });
    }
    let (Some(kind), true) = (kind, problems.is_empty()) else { return Err(problems) };
    let failed = |message: String| vec![Problem { parameter: Parameter::Target, message }];
    if let (TargetKind::Explicit, Some(written)) = (kind, origin) {
        return activations(setup, written.clone()).map_err(failed);
    }
    let text = format!("{}({})", kind.name(), fields.join(", "));
    let preset = source::parse_value("target", &text).map_err(failed)?;
    preset.target.ok_or_else(|| failed("expected a target, found none".to_owned()))
}

/// Puts the activations of the fields in place of those of a target.
fn activations(setup: &EditedSetup, mut target: TargetSource) -> Result<TargetSource, String> {
    let (TargetSource::File { activation, output_activation, activations, .. }
    | TargetSource::Random { activation, output_activation, activations, .. }
    | TargetSource::Explicit { activation, output_activation, activations, .. }) = &mut target;
    let text = |parameter| setup.text(parameter).trim();
    *activation = optional(text(Parameter::Activation))?;
    *output_activation = optional(text(Parameter::OutputActivation))?;
    *activations = optional(text(Parameter::Activations))?;
    Ok(target)
}

/// A field of a target as its preset has it, `None` where it is left out. Each is read by itself, so that a mistake is
/// marked where it stands.
fn read(parameter: Parameter, text: &str) -> Result<Option<String>, String> {
    let needed = matches!(parameter, Parameter::Path | Parameter::Widths | Parameter::WeightBound);
    if text.is_empty() {
        let expected = if parameter == Parameter::Path { "the path of a weight file" } else { "a value" };
        return if needed { Err(format!("expected {expected}, found none")) } else { Ok(None) };
    }
    let mut text = text.to_owned();
    match parameter {
        Parameter::Path => text = format!("{text:?}"),
        Parameter::Layers => {
            // Names may be given as on the command line.
            if !text.starts_with('[') {
                let names: Vec<&str> = text.split(',').map(str::trim).collect();
                text = format!("{names:?}");
            }
            value::<Vec<String>>(&text).map(|_| ())?;
        }
        Parameter::Transposed => value::<bool>(&text).map(|_| ())?,
        Parameter::Order => value::<Order>(&text).map(|_| ())?,
        Parameter::Widths => value::<Vec<Width>>(&text).map(|_| ())?,
        Parameter::WeightBound | Parameter::SpectralNorm => value::<Positive>(&text).map(|_| ())?,
        Parameter::TargetSeed => value::<u64>(&text).map(|_| ())?,
        Parameter::Activation | Parameter::OutputActivation => value::<Lipschitz>(&text).map(|_| ())?,
        Parameter::Activations => value::<Vec<Lipschitz>>(&text).map(|_| ())?,
        _ => return Ok(None),
    }
    let key = if parameter == Parameter::TargetSeed { "seed" } else { parameter.key() };
    Ok(Some(format!("{key}: {text}")))
}

fn optional<T: serde::de::DeserializeOwned>(text: &str) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { value(text).map(Some) }
}

fn written(value: Option<&impl serde::Serialize>) -> String {
    value.and_then(|value| saved::written(value, 0).ok()).unwrap_or_default()
}
