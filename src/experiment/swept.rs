//! The setups of a sweep: a preset, and lists of values for its fields.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::error::{ExperimentError, Place};
use super::files::source::PresetSource;
use super::files::weight_file::FileOptions;
use super::preset::{Grid, Parameter, Preset, outer_key, written};
use super::resolved::Experiment;
use super::settings::Settings;
use super::targets;
use crate::visible::shortened_to;

/// Fields of a sweep that are no lists of its grid, and the field of the sweep with their values.
const ELSEWHERE: [(&str, &str); 3] =
    [("constructions", "methods"), ("learned", "learned"), ("seed", "seeds")];

/// The longest text of a value in a table; a longer one is cut, and followed by its digest.
const LONGEST_VALUE: usize = 160;

/// Characters of a value in a message.
const SHOWN: usize = 60;

/// Lists of values for a preset's fields, each taken with each: the setups of a sweep.
#[derive(Clone, Debug)]
pub struct SetupGrid {
    /// of the base
    base: PresetSource,
    /// of the sweep: its text, and the folder of the files named in its lists
    sweep: PresetSource,
    /// the base in the folder of the sweep, with the fields that all setups have in common
    preset: Preset,
    /// the fields set by the sweep
    set: Vec<&'static str>,
    axes: Vec<Axis>,
}

/// One list, or several of the same length.
#[derive(Clone, Debug)]
struct Axis {
    fields: Vec<&'static str>,
    values: Vec<AxisValue>,
}

/// A value of each field of an axis.
#[derive(Clone, Debug, Default, PartialEq)]
struct AxisValue {
    preset: Preset,
    /// a name among the preset's list of targets
    listed: Option<String>,
}

impl SetupGrid {
    /// The setups of a `base`, read from the folder of the text `sweep` unless it is built in. `settings` are `key=value`s
    /// for the base; `common` are fields of all setups. Each field of `grid` is a list of its own; those of each of
    /// `zipped` are taken together.
    ///
    /// # Errors
    /// [`ExperimentError`] for an unreadable base, and for lists that are empty, repeat a value or a field, or do not fit
    /// together.
    pub fn new(
        (base, options): (&str, &FileOptions),
        settings: &[String],
        common: Preset,
        (grid, zipped): (&Grid, &[Grid]),
        sweep: &PresetSource,
    ) -> Result<Self, ExperimentError> {
        let base = open_base(base, options, sweep)?;
        let mut preset = base.parse()?;
        Settings::apply(&mut preset, settings)?;
        if base.folder != sweep.folder {
            for path in preset.paths_mut() {
                let at = |message| ExperimentError::new(Place::File(base.name.clone()), message);
                *path = base.path_from_anywhere(path).map_err(at)?;
            }
        }
        preset.override_with(common);
        let mut axes: Vec<Axis> =
            lists_of(grid).into_iter().map(|(field, values)| Axis { fields: vec![field], values }).collect();
        for grid in zipped {
            axes.push(zipped_axis(grid, sweep)?);
        }
        // Targets vary slowest: each is read and measured once for all setups in a row.
        axes.sort_by_key(|axis| axis.fields.iter().map(|field| rank(field)).min());
        let grid = Self { base, sweep: sweep.clone(), preset, set: Vec::new(), axes };
        grid.checked()
    }

    fn checked(mut self) -> Result<Self, ExperimentError> {
        let at = |field: &str, message: String| ExperimentError::new(self.sweep.place_of(field), message);
        let mut set: Vec<&'static str> = Vec::new();
        for axis in &self.axes {
            for &field in &axis.fields {
                if let Some((_, place)) = ELSEWHERE.iter().find(|(elsewhere, _)| *elsewhere == field) {
                    let message = format!(
                        "expected no list of `{field}` in the grid: they are in `{place}` of the sweep"
                    );
                    return Err(at(field, message));
                }
                if set.contains(&field) {
                    return Err(at(field, format!("expected one list of `{field}`, found two")));
                }
                set.push(field);
            }
            let first = axis.fields.first().copied().unwrap_or("zipped");
            if axis.values.is_empty() {
                return Err(at(first, "expected at least one value, found none".to_owned()));
            }
            let repeated =
                axis.values.iter().enumerate().find(|(place, value)| axis.values[..*place].contains(value));
            if let Some((_, value)) = repeated {
                let message = format!("expected values that differ, found {} twice", value.text());
                return Err(at(first, message));
            }
        }
        if set.contains(&"targets") && set.contains(&"target") {
            let message = "expected names of the preset's targets or targets of the sweep, found both";
            return Err(at("targets", message.to_owned()));
        }
        self.set = set;
        Ok(self)
    }

    /// The number of setups; `None` beyond [`usize`].
    pub fn count(&self) -> Option<usize> {
        self.axes.iter().try_fold(1_usize, |count, axis| count.checked_mul(axis.values.len()))
    }

    /// The lengths of the lists, for messages: `epsilon 3 × delta 2`.
    pub fn lengths(&self) -> String {
        let axes = self.axes.iter().map(|axis| format!("{} {}", axis.fields.join("+"), axis.values.len()));
        axes.collect::<Vec<_>>().join(" × ")
    }

    /// The fields of each list, or of several taken together.
    pub fn axes(&self) -> impl Iterator<Item = &[&'static str]> {
        self.axes.iter().map(|axis| axis.fields.as_slice())
    }

    /// The values of a setup as texts, one for each of [`axes`](Self::axes).
    pub fn labels(&self, index: usize) -> Vec<String> {
        self.chosen(index).iter().map(|value| value.text()).collect()
    }

    /// The values of the setup of number `index`, from 0: the last list varies fastest.
    fn chosen(&self, index: usize) -> Vec<&AxisValue> {
        let (mut left, mut chosen) = (index, Vec::new());
        for axis in self.axes.iter().rev() {
            chosen.push(&axis.values[left % axis.values.len()]);
            left /= axis.values.len();
        }
        chosen.reverse();
        chosen
    }

    /// The setup of number `index`, from 0: the last list varies fastest. Targets and inputs are taken over from one of
    /// `known` with the same.
    ///
    /// # Errors
    /// [`ExperimentError`] for values that do not fit together.
    pub fn setup(&self, index: usize, known: &[&Experiment]) -> Result<Experiment, ExperimentError> {
        let (mut preset, chosen) = (self.preset.clone(), self.chosen(index));
        let with = |error: ExperimentError| {
            let values: Vec<String> = chosen.iter().map(|value| value.text()).collect();
            let message = match values.is_empty() {
                true => error.message().to_owned(),
                false => format!("{} (with {})", error.message(), values.join(", ")),
            };
            // A file is looked for at its field in the base, though the sweep may have set it.
            let is_there = |field: &&&str| {
                matches!(error.place(), Place::Position { .. }) && self.base.place_of(field) == *error.place()
            };
            let swept = self.set.iter().find(is_there);
            let place = swept.map_or_else(|| error.place().clone(), |field| self.sweep.place_of(field));
            ExperimentError::new(place, message)
        };
        for value in &chosen {
            preset.set(value.preset.clone());
            if let Some(name) = &value.listed {
                let failed = |message| with(ExperimentError::new(self.sweep.place_of("targets"), message));
                targets::choose(&mut preset, name).map_err(failed)?;
            }
        }
        let place_of = |key: &str| match self.set.contains(&outer_key(key)) || is_of_sweep(key) {
            true => self.sweep.place_of(sweeps_name(outer_key(key))),
            false => self.base.place_of(key),
        };
        let source = PresetSource { folder: self.sweep.folder.clone(), ..self.base.clone() };
        Experiment::new(preset, &source, &place_of, known).map_err(with)
    }
}

/// Opens a built-in preset, or a file in the folder of the sweep.
fn open_base(
    base: &str,
    options: &FileOptions,
    sweep: &PresetSource,
) -> Result<PresetSource, ExperimentError> {
    if PresetSource::built_in(base).is_some() {
        return PresetSource::open_regular(base, options);
    }
    let path = sweep.folder.as_deref().unwrap_or(std::path::Path::new("")).join(base);
    let failed = |error: ExperimentError| match error.place() {
        Place::File(_) => ExperimentError::new(sweep.place_of("base"), error.to_string()),
        _ => error,
    };
    PresetSource::open_regular(&path.to_string_lossy(), options).map_err(failed)
}

/// The lists of a grid.
fn lists_of(grid: &Grid) -> Vec<(&'static str, Vec<AxisValue>)> {
    let named = grid.targets.as_ref().map(|names| {
        let value = |name: &String| AxisValue { listed: Some(name.clone()), ..AxisValue::default() };
        ("targets", names.iter().map(value).collect())
    });
    let value = |preset| AxisValue { preset, listed: None };
    let lists = grid.lists().into_iter();
    named
        .into_iter()
        .chain(lists.map(|(field, values)| (field, values.into_iter().map(value).collect())))
        .collect()
}

/// Lists of the same length as one axis.
fn zipped_axis(grid: &Grid, sweep: &PresetSource) -> Result<Axis, ExperimentError> {
    let lists = lists_of(grid);
    let Some((first, values)) = lists.first() else {
        let message = "expected lists of fields, found none".to_owned();
        return Err(ExperimentError::new(sweep.place_of("zipped"), message));
    };
    let mut together = values.clone();
    for (field, values) in &lists[1..] {
        if values.len() != together.len() {
            let message = format!(
                "expected as many values as `{first}` has, {}; found {}",
                together.len(),
                values.len()
            );
            return Err(ExperimentError::new(sweep.place_of(field), message));
        }
        for (value, other) in together.iter_mut().zip(values) {
            value.preset.override_with(other.preset.clone());
            value.listed = value.listed.take().or_else(|| other.listed.clone());
        }
    }
    Ok(Axis { fields: lists.iter().map(|(field, _)| *field).collect(), values: together })
}

impl AxisValue {
    /// As a message names it: `epsilon: 0.1`.
    fn text(&self) -> String {
        if let Some(name) = &self.listed {
            return format!("targets: \"{}\"", shortened_to(name, SHOWN));
        }
        let text = written(&self.preset, 0).unwrap_or_default();
        let fields = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(&text);
        shortened_to(&fields.replacen(':', ": ", 1).replace(":  ", ": "), SHOWN)
    }
}

/// The order of axes.
fn rank(field: &str) -> usize {
    ["data", "targets", "target", "inputs"].iter().position(|slow| *slow == field).unwrap_or(usize::MAX)
}

/// Whether a sweep gives this field outside of its grid.
fn is_of_sweep(key: &str) -> bool {
    ELSEWHERE.iter().any(|(field, _)| *field == key)
}

fn sweeps_name(key: &str) -> &str {
    ELSEWHERE.iter().find(|(field, _)| *field == key).map_or(key, |(_, name)| name)
}

impl Experiment {
    /// Every field in force as text, sorted by name; constructions, learned methods and the seed apart. A field without a
    /// value is empty. Long values are cut and end in `#` and their digest.
    pub fn fields_in_force(&self) -> Vec<(&'static str, String)> {
        let in_force = serde_json::to_value(&**self).unwrap_or_default();
        let apart = [Parameter::Constructions, Parameter::Learned, Parameter::Seed];
        let field = |&parameter: &Parameter| {
            let text = self.preset.shown(self, parameter).unwrap_or_default();
            let value = &in_force[parameter.key()];
            let text = if text.is_empty() && value.is_number() { value.to_string() } else { text };
            (parameter.key(), cut(text))
        };
        let fields = Parameter::ALL.iter().filter(|parameter| !apart.contains(parameter)).map(field);
        let listed = self.chosen.and_then(|chosen| self.targets().get(chosen));
        let name = listed.map_or_else(String::new, |named| cut(named.name.clone()));
        let own = [("target_name", name), ("title", cut(self.title.clone()))];
        let mut fields: Vec<_> = fields.chain(own).collect();
        fields.sort_by_key(|(key, _)| *key);
        fields
    }
}

/// A value short enough for a table.
fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST_VALUE {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST_VALUE - 10).collect();
    short.push_str("…#");
    for byte in Sha256::digest(text.as_bytes()).iter().take(4) {
        let _ = write!(short, "{byte:02x}");
    }
    short
}
