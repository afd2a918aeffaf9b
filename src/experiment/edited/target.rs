//! The target described by the fields of an edited setup.

use super::super::preset::{Parameter, TargetKind, TargetSource, parse_value, value};
use super::texts::{Problem, Texts};
use crate::visible::shortened;

/// The target described by the fields. Explicit weights are taken from `origin`.
pub(super) fn target(
    texts: &Texts,
    kinds: &[TargetKind],
    origin: Option<&TargetSource>,
) -> Result<TargetSource, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut fields = Vec::new();
    for parameter in texts.shown(kinds).into_iter().filter(|parameter| parameter.of_targets().is_some()) {
        match read(parameter, texts.get(parameter).trim()) {
            Ok(Some(text)) => fields.push(text),
            Ok(None) => {}
            Err(message) => problems.push(Problem { parameter, message }),
        }
    }
    let kind = texts.target_kind(kinds);
    if let (None, true) = (kind, problems.is_empty()) {
        let found = texts.get(Parameter::Target).trim();
        let expected = kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ");
        let message = format!("expected {expected}, found `{}`", shortened(found));
        problems.push(Problem { parameter: Parameter::Target, message });
    }
    let (Some(kind), true) = (kind, problems.is_empty()) else { return Err(problems) };
    let failed = |message: String| vec![Problem { parameter: Parameter::Target, message }];
    if let (TargetKind::Explicit, Some(written)) = (kind, origin) {
        return activations(texts, written.clone()).map_err(failed);
    }
    let text = format!("{}({})", kind.name(), fields.join(", "));
    let preset = parse_value("target", &text).map_err(failed)?;
    preset.target.ok_or_else(|| failed("expected a target, found none".to_owned()))
}

/// A target with the activations of the fields.
fn activations(texts: &Texts, mut target: TargetSource) -> Result<TargetSource, String> {
    let (TargetSource::File { activation, output_activation, activations, .. }
    | TargetSource::Random { activation, output_activation, activations, .. }
    | TargetSource::Explicit { activation, output_activation, activations, .. }) = &mut target
    else {
        return Ok(target);
    };
    let text = |parameter| texts.get(parameter).trim();
    *activation = optional(text(Parameter::Activation))?;
    *output_activation = optional(text(Parameter::OutputActivation))?;
    *activations = optional(text(Parameter::Activations))?;
    Ok(target)
}

/// A field of a target in its preset's spelling; `None` if it is left out. Each is read by itself: a mistake is marked at
/// its own field.
fn read(parameter: Parameter, text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        let expected = if parameter == Parameter::Path { "the path of a weight file" } else { "a value" };
        let is_required = parameter.is_required_of_targets();
        return if is_required { Err(format!("expected {expected}, found none")) } else { Ok(None) };
    }
    let text = match parameter {
        Parameter::Path => format!("{text:?}"),
        // Names may be given as on the command line.
        Parameter::Layers if !text.starts_with('[') => {
            let names: Vec<&str> = text.split(',').map(str::trim).collect();
            format!("{names:?}")
        }
        _ => text.to_owned(),
    };
    parameter.check_of_target(&text)?;
    Ok(Some(format!("{}: {text}", parameter.written_key())))
}

fn optional<T: serde::de::DeserializeOwned>(text: &str) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { value(text).map(Some) }
}
