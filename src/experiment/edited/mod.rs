//! A setup while its fields are being edited.

mod target;
mod texts;

use std::sync::Arc;

pub use self::texts::Problem;
use self::texts::Texts;
use super::error::{ExperimentError, Place};
use super::plan::Plan;
use super::preset::{Parameter, TargetKind, TargetSource, parse_value, value, written};
use super::resolved::Experiment;
use crate::method::Construction;

/// An edited setup, validated, and its plan.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// the validated setup
    pub experiment: Arc<Experiment>,
    /// theory's numbers
    pub plan: Arc<Plan>,
}

/// An experiment's fields as text. Values are in RON, as with `--set`; an empty text leaves the field
/// out.
#[derive(Clone, Debug)]
pub struct EditedSetup {
    origin: Arc<Experiment>,
    /// the latest valid state: its target is not read or measured again
    valid: Arc<Experiment>,
    before: Texts,
    texts: Texts,
    last_edited: Parameter,
    edits: u64,
}

impl EditedSetup {
    /// The setup of an experiment, nothing edited yet.
    pub fn new(experiment: &Arc<Experiment>) -> Self {
        let before = Texts::of(&experiment.preset, experiment);
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
        self.texts.get(parameter)
    }

    /// Whether the text differs from the original.
    pub fn is_changed(&self, parameter: Parameter) -> bool {
        self.texts.get(parameter) != self.before.get(parameter)
    }

    /// The number of edits, to match a forecast with its state.
    pub fn edits(&self) -> u64 {
        self.edits
    }

    /// The kind of target; `None` for any other text.
    pub fn target_kind(&self) -> Option<TargetKind> {
        self.texts.target_kind(&self.target_kinds())
    }

    /// The possible kinds of target. Explicit weights come from a preset only.
    pub fn target_kinds(&self) -> Vec<TargetKind> {
        let own = self.origin.preset.target.as_ref().map_or(TargetKind::Explicit, TargetSource::kind);
        let kinds = TargetKind::ALL.into_iter();
        kinds.filter(|&kind| kind != TargetKind::Explicit || own == TargetKind::Explicit).collect()
    }

    /// The fields on show, in order. Fields of `target` depend on its kind.
    pub fn shown(&self) -> Vec<Parameter> {
        self.texts.shown(&self.target_kinds())
    }

    /// The ticked constructions, in order.
    pub fn constructions(&self) -> Vec<Construction> {
        value(self.text(Parameter::Constructions)).unwrap_or_default()
    }

    /// Ticks a construction, behind the others, or takes the tick away.
    ///
    /// # Errors
    /// In words, for the last one: a run needs a lane.
    pub fn tick(&mut self, construction: Construction) -> Result<(), &'static str> {
        let mut ticked = self.constructions();
        if !ticked.contains(&construction) {
            ticked.push(construction);
        } else if ticked.iter().all(|other| *other == construction) {
            return Err("at least one construction stays ticked");
        } else {
            ticked.retain(|other| *other != construction);
        }
        self.set(Parameter::Constructions, written(&ticked, 0).unwrap_or_default());
        Ok(())
    }

    /// Puts a text in place of a field's.
    pub fn set(&mut self, parameter: Parameter, text: String) {
        if self.text(parameter) != text {
            if parameter == Parameter::Tolerance {
                self.clear_or_restore_epsilon(&text);
            }
            self.texts.put(parameter, text);
            self.last_edited = parameter;
            self.edits += 1;
        }
    }

    /// ε follows from a given ε_w, and is required without one.
    fn clear_or_restore_epsilon(&mut self, tolerance: &str) {
        let (was, is) = (gives_weight(self.text(Parameter::Tolerance)), gives_weight(tolerance));
        if is && !was {
            self.texts.put(Parameter::Epsilon, String::new());
        } else if was && !is {
            let before = self.before.get(Parameter::Epsilon);
            let restored =
                if before.is_empty() { format!("{:?}", self.valid.epsilon) } else { before.to_owned() };
            self.texts.put(Parameter::Epsilon, restored);
        }
    }

    /// The field's next or previous choice; none without a list of values.
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

    /// Records a valid state of this setup.
    pub fn learn(&mut self, forecast: &Forecast) {
        self.valid = Arc::clone(&forecast.experiment);
    }

    /// The latest valid state.
    pub fn valid(&self) -> &Arc<Experiment> {
        &self.valid
    }

    /// Reads the fields and resolves them, on the same path as a preset with overrides. An unchanged target is neither read
    /// nor measured again.
    ///
    /// # Errors
    /// A [`Problem`] for each unreadable text, or else the one of the whole setup.
    pub fn forecast(&self) -> Result<Forecast, Vec<Problem>> {
        let mut preset = (*self.origin.preset).clone();
        let mut problems = Vec::new();
        let changed: Vec<Parameter> =
            self.shown().into_iter().filter(|&parameter| self.is_changed(parameter)).collect();
        let is_of_target =
            |parameter: &Parameter| *parameter == Parameter::Target || parameter.of_targets().is_some();
        if changed.iter().any(is_of_target) {
            match target::target(&self.texts, &self.target_kinds(), self.origin.preset.target.as_ref()) {
                Ok(target) => preset.target = Some(target),
                Err(wrong) => problems.extend(wrong),
            }
        }
        let mut without = Vec::new();
        for &parameter in changed.iter().filter(|parameter| !is_of_target(parameter)) {
            match self.text(parameter).trim() {
                "" => {
                    preset.clear(parameter);
                    without.push(parameter);
                }
                text => match parse_value(parameter.key(), text) {
                    Ok(value) => drop(preset.override_with(value)),
                    Err(message) => problems.push(Problem { parameter, message }),
                },
            }
        }
        let follows = gives_weight(self.text(Parameter::Tolerance));
        let missing = |&parameter: &Parameter| {
            preset.missing().contains(&parameter.key()) && !(parameter == Parameter::Epsilon && follows)
        };
        problems.extend(
            without
                .into_iter()
                .filter(missing)
                .map(|parameter| Problem { parameter, message: "expected a value, found none".to_owned() }),
        );
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

    /// A problem at the field named by the error; otherwise at the target, or the field edited last.
    fn problem_of(&self, error: &ExperimentError) -> Vec<Problem> {
        let shown = self.shown();
        let named = match error.place() {
            // A mistake of a file is marked at its path.
            Place::Field(key) if key == "target" && shown.contains(&Parameter::Path) => Some(Parameter::Path),
            Place::Field(key) => {
                let named = shown.iter().copied().find(|parameter| parameter.key() == key);
                named.or_else(|| ["layers", "biases"].contains(&key.as_str()).then_some(Parameter::Target))
            }
            Place::Position { .. } | Place::File(_) | Place::Argument(_) => None,
        };
        let parameter = named.unwrap_or(self.last_edited);
        vec![Problem { parameter, message: error.message().to_owned() }]
    }
}

/// Appended to the name of an edited preset.
const EDITED: &str = ", edited";

/// Whether a tolerance's text gives ε_w, and so ε.
fn gives_weight(tolerance: &str) -> bool {
    tolerance.trim_start().starts_with("Weight")
}

#[cfg(test)]
mod tests;
