//! A setup while its fields are being edited.

mod target;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::files::{ron_error, source};
use super::parameter::{Parameter, TargetKind};
use super::preset::Preset;
use super::{Experiment, ExperimentError, Place, Plan, saved};
use crate::method::Construction;

/// Why a value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// where it stands
    pub parameter: Parameter,
    /// what was expected and what was found
    pub message: String,
}

/// An edited setup that can run, and what theory makes of it.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// what is asked
    pub experiment: Arc<Experiment>,
    /// what theory says
    pub plan: Arc<Plan>,
}

/// An experiment's fields as text. Values are in RON, as with `--set`; an empty text leaves out what a preset may leave
/// out.
#[derive(Clone, Debug)]
pub struct EditedSetup {
    origin: Arc<Experiment>,
    /// the latest that was valid: what is known of its target need not be computed again
    valid: Arc<Experiment>,
    before: Vec<String>,
    texts: Vec<String>,
    last_edited: Parameter,
    edits: u64,
}

impl EditedSetup {
    /// The setup of an experiment, nothing edited yet.
    pub fn new(experiment: &Arc<Experiment>) -> Self {
        let before: Vec<String> =
            Parameter::ALL.iter().map(|&parameter| text_of(experiment, parameter)).collect();
        Self {
            origin: Arc::clone(experiment),
            valid: Arc::clone(experiment),
            texts: before.clone(),
            before,
            last_edited: Parameter::Epsilon,
            edits: 0,
        }
    }

    /// A field's text.
    pub fn text(&self, parameter: Parameter) -> &str {
        &self.texts[parameter as usize]
    }

    /// Whether it is not what it was.
    pub fn is_changed(&self, parameter: Parameter) -> bool {
        self.texts[parameter as usize] != self.before[parameter as usize]
    }

    /// Counts the edits, so that a forecast can be told from that of an earlier state.
    pub fn edits(&self) -> u64 {
        self.edits
    }

    /// Where the target comes from; `None` where the field holds something else.
    pub fn target_kind(&self) -> Option<TargetKind> {
        let text = self.text(Parameter::Target).trim();
        self.target_kinds().into_iter().find(|kind| kind.name() == text)
    }

    /// The kinds that the target can have. Weights can be written out in a preset only.
    pub fn target_kinds(&self) -> Vec<TargetKind> {
        let own = target::kind_of(self.origin.preset.target.as_ref());
        let kinds = TargetKind::ALL.into_iter();
        kinds.filter(|&kind| kind != TargetKind::Explicit || own == TargetKind::Explicit).collect()
    }

    /// The fields that there are, in their order: those of `target` depend on its kind.
    pub fn shown(&self) -> Vec<Parameter> {
        let kind = self.target_kind();
        let is_shown = |parameter: &Parameter| {
            parameter.of_targets().is_none_or(|kinds| kind.is_some_and(|kind| kinds.contains(&kind)))
        };
        Parameter::ALL.into_iter().filter(is_shown).collect()
    }

    /// The constructions that are ticked, in their order.
    pub fn constructions(&self) -> Vec<Construction> {
        value(self.text(Parameter::Constructions)).unwrap_or_default()
    }

    /// Ticks a construction, behind the others, or takes the tick away.
    ///
    /// # Errors
    /// In words, where it is the last one: a run needs a lane.
    pub fn tick(&mut self, construction: Construction) -> Result<(), &'static str> {
        let mut ticked = self.constructions();
        if !ticked.contains(&construction) {
            ticked.push(construction);
        } else if ticked.iter().all(|other| *other == construction) {
            return Err("at least one construction stays ticked");
        } else {
            ticked.retain(|other| *other != construction);
        }
        self.set(Parameter::Constructions, text(&ticked));
        Ok(())
    }

    /// Puts a text in place of a field's.
    pub fn set(&mut self, parameter: Parameter, text: String) {
        if self.text(parameter) != text {
            if parameter == Parameter::Tolerance {
                self.clear_or_restore_epsilon(&text);
            }
            self.texts[parameter as usize] = text;
            self.last_edited = parameter;
            self.edits += 1;
        }
    }

    /// ε follows from an ε_w that is given, and is asked for without one.
    fn clear_or_restore_epsilon(&mut self, tolerance: &str) {
        let (was, is) = (gives_weight(self.text(Parameter::Tolerance)), gives_weight(tolerance));
        if is && !was {
            self.texts[Parameter::Epsilon as usize].clear();
        } else if was && !is {
            let before = &self.before[Parameter::Epsilon as usize];
            let restored =
                if before.is_empty() { format!("{:?}", self.valid.epsilon) } else { before.clone() };
            self.texts[Parameter::Epsilon as usize] = restored;
        }
    }

    /// The field's next or previous choice; none where its values cannot be listed.
    pub fn neighbour(&self, parameter: Parameter, forward: bool) -> Option<&'static str> {
        let own = self.target_kinds();
        let is_possible =
            |choice: &&str| parameter != Parameter::Target || own.iter().any(|kind| kind.name() == *choice);
        let choices: Vec<&'static str> = parameter.choices().iter().copied().filter(is_possible).collect();
        let count = choices.len();
        let here = choices.iter().position(|choice| *choice == self.text(parameter).trim());
        let step = if forward { 1 } else { count.saturating_sub(1) };
        (count > 0).then(|| choices[here.map_or(0, |here| (here + step) % count)])
    }

    /// Notes that a state of this setup was valid.
    pub fn learn(&mut self, forecast: &Forecast) {
        self.valid = Arc::clone(&forecast.experiment);
    }

    /// The latest that was valid.
    pub fn valid(&self) -> &Arc<Experiment> {
        &self.valid
    }

    /// Reads the fields and computes all that follows, on the same path as a preset with overrides. A target that has not
    /// changed is neither read again nor measured again.
    ///
    /// # Errors
    /// A [`Problem`] for each text that cannot be read, or else the one of the whole.
    pub fn forecast(&self) -> Result<Forecast, Vec<Problem>> {
        let mut preset = (*self.origin.preset).clone();
        let mut problems = Vec::new();
        let changed: Vec<Parameter> =
            self.shown().into_iter().filter(|&parameter| self.is_changed(parameter)).collect();
        let is_of_target =
            |parameter: &Parameter| *parameter == Parameter::Target || parameter.of_targets().is_some();
        if changed.iter().any(is_of_target) {
            match target::target(self, self.origin.preset.target.as_ref()) {
                Ok(target) => preset.target = Some(target),
                Err(wrong) => problems.extend(wrong),
            }
        }
        for &parameter in changed.iter().filter(|parameter| !is_of_target(parameter)) {
            let text = self.text(parameter).trim();
            if parameter == Parameter::Epsilon
                && text.is_empty()
                && gives_weight(self.text(Parameter::Tolerance))
            {
                preset.epsilon = None;
            } else if let Err(message) = put(parameter, text, &mut preset) {
                problems.push(Problem { parameter, message });
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let place_of = |key: &str| Place::Field(key.to_owned());
        let known = [&*self.valid, &*self.origin];
        let mut experiment = Experiment::new(preset, &self.origin.source, &place_of, &known)
            .map_err(|error| self.problem_of(&error))?;
        if !changed.is_empty() && !experiment.name.ends_with(EDITED) {
            experiment.name.push_str(EDITED);
        }
        let is_kept = |field: &&String| {
            let key = |parameter: &Parameter| field.split(':').next() == Some(parameter.key());
            !Parameter::ALL.iter().any(|parameter| key(parameter) && self.is_changed(*parameter))
        };
        experiment.assumed = self.origin.assumed.iter().filter(is_kept).cloned().collect();
        let plan = Plan::new(&experiment);
        experiment.check_can_run(&plan).map_err(|error| self.problem_of(&error))?;
        Ok(Forecast { experiment: Arc::new(experiment), plan: Arc::new(plan) })
    }

    /// At the field it names; where there is none, at the target or the one edited last.
    fn problem_of(&self, error: &ExperimentError) -> Vec<Problem> {
        let shown = self.shown();
        let named = match &error.place {
            // What is wrong with a file is marked at its path.
            Place::Field(key) if key == "target" && shown.contains(&Parameter::Path) => Some(Parameter::Path),
            Place::Field(key) => {
                let named = shown.iter().copied().find(|parameter| parameter.key() == key);
                named.or_else(|| ["layers", "biases"].contains(&&**key).then_some(Parameter::Target))
            }
            Place::Position { .. } | Place::File(_) | Place::Argument(_) => None,
        };
        let parameter = named.unwrap_or(self.last_edited);
        vec![Problem { parameter, message: error.message.clone() }]
    }
}

/// Behind the name of a preset that is not as it was read.
const EDITED: &str = ", edited";

/// What stands in a field before it is edited. What the preset leaves out is shown by its default, or, where it is
/// derived, left out.
fn text_of(experiment: &Experiment, parameter: Parameter) -> String {
    // As short as it can be, and without a row of zeros.
    let number = |value: f64| format!("{value:?}");
    let preset = &experiment.preset;
    match parameter {
        Parameter::Epsilon if experiment.tolerance.given().is_some() => String::new(),
        Parameter::Epsilon => number(experiment.epsilon),
        Parameter::Delta => number(experiment.delta),
        Parameter::WMax => preset.w_max.map(|w| number(w.0)).unwrap_or_default(),
        Parameter::FMax => preset.f_max.map(|f| number(f.0)).unwrap_or_default(),
        Parameter::Base => number(experiment.base),
        Parameter::Norms => text(&experiment.norms),
        Parameter::Tolerance => text(&experiment.tolerance),
        Parameter::Constructions => text(&experiment.constructions),
        Parameter::Mode => experiment.mode.map(|mode| text(&mode)).unwrap_or_default(),
        Parameter::SkipDeadHalves => experiment.skip_dead_halves.to_string(),
        Parameter::Inputs => preset.inputs.as_ref().map(text).unwrap_or_default(),
        Parameter::Seed => experiment.seed.to_string(),
        parameter => target::text_of(experiment, parameter),
    }
}

/// Whether a tolerance's text gives ε_w, from which ε follows.
fn gives_weight(tolerance: &str) -> bool {
    tolerance.trim_start().starts_with("Weight")
}

fn text(value: &impl Serialize) -> String {
    saved::written(value, 0).unwrap_or_default()
}

/// Reads a field's text into a preset.
fn put(parameter: Parameter, text: &str, preset: &mut Preset) -> Result<(), String> {
    let may_be_empty = !matches!(
        parameter,
        Parameter::Epsilon | Parameter::Delta | Parameter::Inputs | Parameter::Constructions
    );
    match (parameter, text) {
        (_, "") if !may_be_empty => return Err("expected a value, found none".to_owned()),
        (Parameter::WMax, "") => preset.w_max = None,
        (Parameter::FMax, "") => preset.f_max = None,
        (Parameter::Base, "") => preset.base = None,
        (Parameter::Norms, "") => preset.norms = None,
        (Parameter::Tolerance, "") => preset.tolerance = None,
        (Parameter::Mode, "") => preset.mode = None,
        (Parameter::SkipDeadHalves, "") => preset.skip_dead_halves = None,
        (Parameter::Seed, "") => preset.seed = None,
        (parameter, text) => {
            preset.override_with(source::parse_value(parameter.key(), text)?);
        }
    }
    Ok(())
}

/// A value from its text.
///
/// # Errors
/// In words, what was expected and what was found.
pub(super) fn value<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    source::ron().from_str(text).map_err(|error| ron_error::message(&error, text))
}

#[cfg(test)]
mod tests;
