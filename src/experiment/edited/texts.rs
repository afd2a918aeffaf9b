//! The texts of an edited setup's fields.

use super::super::preset::{Parameter, Preset, Setup, TargetKind};
use crate::network::Network;

/// Why a value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// its field
    pub parameter: Parameter,
    /// the expected and the found value
    pub message: String,
}

/// A text for each field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts(Vec<String>);

impl Texts {
    /// The texts of a preset before any edit.
    pub(super) fn of(preset: &Preset, setup: &Setup) -> Self {
        let text = |&parameter: &Parameter| {
            preset.shown(setup, parameter).unwrap_or_else(|| would_be(&setup.target, parameter))
        };
        Self(Parameter::ALL.iter().map(text).collect())
    }

    pub(super) fn get(&self, parameter: Parameter) -> &str {
        &self.0[parameter as usize]
    }

    pub(super) fn put(&mut self, parameter: Parameter, text: String) {
        self.0[parameter as usize] = text;
    }

    /// The kind of the target, if it is one of `kinds`.
    pub(super) fn target_kind(&self, kinds: &[TargetKind]) -> Option<TargetKind> {
        let text = self.get(Parameter::Target).trim();
        kinds.iter().copied().find(|kind| kind.name() == text)
    }

    /// The fields on show, in order. Fields of `target` depend on its kind.
    pub(super) fn shown(&self, kinds: &[TargetKind]) -> Vec<Parameter> {
        let kind = self.target_kind(kinds);
        let is_shown = |parameter: &Parameter| {
            parameter.of_targets().is_none_or(|kinds| kind.is_some_and(|kind| kinds.contains(&kind)))
        };
        Parameter::ALL.iter().copied().filter(is_shown).collect()
    }
}

/// The text of a field foreign to the target: it describes a target of the same widths and largest weight.
fn would_be(target: &Network, parameter: Parameter) -> String {
    match parameter {
        Parameter::Widths => format!("{:?}", target.given_widths()),
        Parameter::WeightBound => format!("{:?}", target.largest_weight().0),
        Parameter::TargetSeed => "0".to_owned(),
        // As LeNet-300-100 in Frankle and Carbin 2019, for a short time.
        Parameter::Optimiser => "Adam(0.0012)".to_owned(),
        Parameter::Batch => "60".to_owned(),
        Parameter::Steps => "500".to_owned(),
        Parameter::Schedule => "Constant".to_owned(),
        Parameter::Biases => "false".to_owned(),
        _ => String::new(),
    }
}
