//! A setup while its fields are being edited.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::parameter::Parameter;
use super::preset::{Construction, Preset, TargetSource, Width};
use super::{Experiment, ExperimentError, Place, Plan, saved, source};
use crate::construction::Allocation;

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

    /// Why a field cannot be edited, if so.
    pub fn locked(&self, parameter: Parameter) -> Option<&'static str> {
        match (parameter, &self.origin.preset.target) {
            (Parameter::Widths, Some(TargetSource::File { .. })) => {
                Some("those of the target's file; only drawn targets have any width")
            }
            (Parameter::Widths, Some(TargetSource::Explicit { .. })) => {
                Some("those of the weights written out; only drawn targets have any width")
            }
            (Parameter::Allocation, _) if first_allocation(&self.origin.constructions).is_none() => {
                Some("of Hyperbolic lanes only, and there is none")
            }
            _ => None,
        }
    }

    /// Puts a text in place of a field's, unless it is locked.
    pub fn set(&mut self, parameter: Parameter, text: String) {
        if self.locked(parameter).is_none() && self.text(parameter) != text {
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
        let choices = parameter.choices();
        let count = choices.len();
        let here = choices.iter().position(|choice| *choice == self.text(parameter).trim());
        let step = if forward { 1 } else { count.saturating_sub(1) };
        (count > 0 && self.locked(parameter).is_none())
            .then(|| choices[here.map_or(0, |here| (here + step) % count)])
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
        let changed = Parameter::ALL.into_iter().filter(|&parameter| self.is_changed(parameter));
        for parameter in changed {
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
        if self.texts != self.before && !experiment.name.ends_with(EDITED) {
            experiment.name.push_str(EDITED);
        }
        let plan = Plan::new(&experiment);
        experiment.check_can_run(&plan).map_err(|error| self.problem_of(&error))?;
        Ok(Forecast { experiment: Arc::new(experiment), plan: Arc::new(plan) })
    }

    /// At the field it names; where that cannot be edited, at the one edited last.
    fn problem_of(&self, error: &ExperimentError) -> Vec<Problem> {
        let named = match &error.place {
            Place::Field(key) => Parameter::ALL.into_iter().find(|parameter| parameter.key() == key),
            Place::Position { .. } | Place::File(_) | Place::Argument(_) => None,
        };
        let parameter = named.filter(|&parameter| self.locked(parameter).is_none());
        let parameter = parameter.unwrap_or(self.last_edited);
        vec![Problem { parameter, message: error.message.clone() }]
    }
}

/// Behind the name of a preset that is not as it was read.
const EDITED: &str = ", edited";

fn first_allocation(constructions: &[Construction]) -> Option<Allocation> {
    constructions.iter().find_map(|construction| match construction {
        Construction::Hyperbolic { allocation } => Some(*allocation),
        _ => None,
    })
}

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
        Parameter::Allocation => {
            first_allocation(&experiment.constructions).map(|it| text(&it)).unwrap_or_default()
        }
        Parameter::Mode => experiment.mode.map(|mode| text(&mode)).unwrap_or_default(),
        Parameter::SkipDeadHalves => experiment.skip_dead_halves.to_string(),
        Parameter::Inputs => preset.inputs.as_ref().map(text).unwrap_or_default(),
        Parameter::Widths => text(&experiment.target.given_widths()),
        Parameter::Seed => experiment.seed.to_string(),
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
        Parameter::Epsilon | Parameter::Delta | Parameter::Inputs | Parameter::Widths | Parameter::Allocation
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
        (Parameter::Widths, text) => {
            let new: Vec<Width> = value(text)?;
            if let Some(TargetSource::Random { widths, .. }) = &mut preset.target {
                *widths = new;
            }
        }
        (Parameter::Allocation, text) => {
            let new: Allocation = value(text)?;
            let default = || vec![Construction::Hyperbolic { allocation: new }];
            let first = preset.constructions.get_or_insert_with(default).iter_mut();
            for construction in first.filter(|it| matches!(it, Construction::Hyperbolic { .. })).take(1) {
                *construction = Construction::Hyperbolic { allocation: new };
            }
        }
        (parameter, text) => {
            preset.override_with(source::parse_value(parameter.key(), text)?);
        }
    }
    Ok(())
}

fn value<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    source::ron().from_str(text).map_err(|error| source::with_value(&error, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(preset: &str) -> EditedSetup {
        EditedSetup::new(&Arc::new(Experiment::load(preset, None, &[]).unwrap()))
    }

    fn edited(preset: &str, parameter: Parameter, text: &str) -> EditedSetup {
        let mut setup = setup(preset);
        setup.set(parameter, text.to_owned());
        setup
    }

    fn problem(preset: &str, parameter: Parameter, text: &str) -> Problem {
        let mut problems = edited(preset, parameter, text).forecast().unwrap_err();
        assert_eq!(problems.len(), 1);
        problems.remove(0)
    }

    #[test]
    fn an_edit_is_what_the_command_line_sets() {
        let edits = [
            ("tiny", Parameter::Epsilon, "0.05", "epsilon=0.05"),
            ("tiny", Parameter::Delta, "1e-9", "delta=1e-9"),
            ("tiny", Parameter::WMax, "2.5", "w_max=2.5"),
            ("tiny", Parameter::FMax, "3", "f_max=3"),
            ("digits", Parameter::Base, "1.25", "base=1.25"),
            ("digits", Parameter::Norms, "Unit", "norms=Unit"),
            ("digits", Parameter::Tolerance, "PerLayer", "tolerance=PerLayer"),
            ("digits", Parameter::Tolerance, "Weight(1e-6)", "tolerance=Weight(1e-6)"),
            ("digits", Parameter::SkipDeadHalves, "true", "skip_dead_halves=true"),
            ("digits", Parameter::Allocation, "OnDemand", "constructions=[Hyperbolic(allocation:OnDemand)]"),
            ("malach-vs-hyperbolic", Parameter::Mode, "SkipAhead", "mode=SkipAhead"),
            ("tiny", Parameter::Inputs, "Box(low: 0.0, high: 0.5)", "inputs=Box(low:0.0,high:0.5)"),
            (
                "tiny",
                Parameter::Inputs,
                "Box(low: [0.0, -1.0], high: [0.5, 1.0])",
                "inputs=Box(low:[0.0,-1.0],high:[0.5,1.0])",
            ),
            ("tiny", Parameter::Seed, "99", "seed=99"),
            (
                "ladder",
                Parameter::Widths,
                "[5, 9, 2]",
                "target=Random(widths:[5,9,2],weight_bound:0.5,spectral_norm:1.0,seed:5)",
            ),
        ];
        for (preset, parameter, text, setting) in edits {
            let forecast = edited(preset, parameter, text).forecast().unwrap();
            let set = Experiment::load(preset, None, &[setting.to_owned()]).unwrap();
            let plan = Plan::new(&set);
            assert_eq!(format!("{:?}", forecast.plan), format!("{plan:?}"), "{setting}");
            assert_ne!(text_of(&set, parameter), setup(preset).text(parameter), "{setting}");
            assert_eq!(text_of(&set, parameter), text_of(&forecast.experiment, parameter));
            assert_eq!(forecast.experiment.name, format!("{preset}, edited"));
        }
    }

    #[test]
    fn a_tolerance_that_is_given_clears_epsilon_and_another_rule_brings_it_back() {
        let mut setup = edited("tiny", Parameter::Tolerance, "Weight(1e-3)");
        assert_eq!(setup.text(Parameter::Epsilon), "");
        let forecast = setup.forecast().unwrap();
        assert_eq!(forecast.plan.weight_tolerance, [1e-3; 2]);
        setup.set(Parameter::Epsilon, "0.1".to_owned());
        let problems = setup.forecast().unwrap_err();
        assert!(
            problems[0].parameter == Parameter::Epsilon
                && problems[0].message.contains("expected no epsilon")
        );
        setup.set(Parameter::Tolerance, "Uniform".to_owned());
        assert_eq!(setup.text(Parameter::Epsilon), "0.1");
        assert_eq!(setup.forecast().unwrap().experiment.name, "tiny");
        // From a setup that gives it, back to an epsilon: the one that followed.
        let mut setup = EditedSetup::new(&forecast.experiment);
        assert_eq!(setup.text(Parameter::Epsilon), "");
        setup.set(Parameter::Tolerance, "Uniform".to_owned());
        let back = setup.forecast().unwrap().experiment;
        assert_eq!(back.epsilon, forecast.experiment.epsilon);
        assert!((back.promise()[0].1 / 1e-3 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_edited_changes_nothing() {
        for preset in super::super::built_in_names() {
            let setup = setup(preset);
            let forecast = setup.forecast().unwrap();
            assert_eq!(format!("{:?}", forecast.plan), format!("{:?}", Plan::new(&setup.origin)));
            assert_eq!(forecast.experiment.name, preset);
        }
    }

    #[test]
    fn a_field_that_is_typed_again_as_it_was_is_no_edit() {
        let mut setup = edited("tiny", Parameter::Epsilon, "0.05");
        assert!(setup.is_changed(Parameter::Epsilon));
        setup.set(Parameter::Epsilon, "0.1".to_owned());
        assert!(!setup.is_changed(Parameter::Epsilon) && setup.edits() == 2);
        assert_eq!(setup.forecast().unwrap().experiment.name, "tiny");
    }

    #[test]
    fn what_is_wrong_is_marked_where_it_stands() {
        let cases = [
            ("tiny", Parameter::Epsilon, "0", "a finite number above 0, found 0"),
            ("tiny", Parameter::Epsilon, "", "expected a value, found none"),
            ("tiny", Parameter::Epsilon, "fast", "Expected"),
            ("tiny", Parameter::Epsilon, "0.1, delta: 0.5", "one key and its value, found 2"),
            ("tiny", Parameter::Epsilon, "1e9", "no substitute for"),
            ("tiny", Parameter::Epsilon, "1e-28", "finer than sums of 106 bits hold"),
            ("tiny", Parameter::Delta, "1.0", "a probability between 0 and 1"),
            ("tiny", Parameter::WMax, "0.5", "no weight above w_max = 0.5, found |w*| = 0.9"),
            ("tiny", Parameter::Base, "2", "the golden ratio"),
            ("tiny", Parameter::Norms, "Best", "Best"),
            ("tiny", Parameter::Seed, "-1", "out of bounds, found `-1`"),
            ("tiny", Parameter::Inputs, "Ball(radius: -1.0)", "a finite number above 0"),
            ("tiny", Parameter::Inputs, "Box(low: 1.0, high: 0.0)", "expected low"),
            (
                "tiny",
                Parameter::Inputs,
                "Box(low: [0.0], high: 1.0)",
                "a list of 2, one for each input; found a list of 1",
            ),
            (
                "tiny",
                Parameter::Inputs,
                "Box(low: 0.0, high: [1.0, -1.0])",
                "expected low ≤ high at input 1, found 0 > -1",
            ),
            ("tiny", Parameter::Tolerance, "Weight(5.0)", "at most w_max"),
            ("tiny", Parameter::Tolerance, "Weight(0.0)", "a finite number above 0"),
            ("deep", Parameter::Widths, "[4]", "at least"),
            ("deep", Parameter::Widths, "[400000, 400000, 1]", "needs"),
        ];
        for (preset, parameter, text, reason) in cases {
            let problem = problem(preset, parameter, text);
            assert_eq!(problem.parameter, parameter, "{problem:?}");
            assert!(problem.message.contains(reason), "{problem:?}");
        }
    }

    #[test]
    fn every_field_that_cannot_be_read_is_marked() {
        let mut setup = edited("tiny", Parameter::Delta, "2");
        setup.set(Parameter::Base, "3".to_owned());
        let marked: Vec<Parameter> = setup.forecast().unwrap_err().iter().map(|it| it.parameter).collect();
        assert_eq!(marked, [Parameter::Delta, Parameter::Base]);
    }

    #[test]
    fn what_cannot_be_edited_says_why() {
        let mut tiny = setup("tiny");
        assert_eq!(tiny.text(Parameter::Widths), "[2, 3, 2]");
        assert!(tiny.locked(Parameter::Widths).unwrap().contains("written out"));
        tiny.set(Parameter::Widths, "[9]".to_owned());
        assert_eq!((tiny.text(Parameter::Widths), tiny.edits()), ("[2, 3, 2]", 0));
        assert!(setup("digits").locked(Parameter::Widths).unwrap().contains("file"));
        assert!(setup("deep").locked(Parameter::Widths).is_none());
    }

    #[test]
    fn choices_are_cycled_both_ways() {
        let mut setup = setup("digits");
        let norms = Parameter::Norms;
        assert_eq!(setup.text(norms), "Target");
        assert_eq!(
            (setup.neighbour(norms, true), setup.neighbour(norms, false)),
            (Some("Unit"), Some("Worst"))
        );
        setup.set(norms, "nonsense".to_owned());
        assert_eq!(setup.neighbour(norms, true), Some("Unit"));
        assert_eq!(setup.neighbour(Parameter::Epsilon, true), None);
    }

    #[test]
    fn an_unchanged_target_is_neither_read_nor_measured_again() {
        let mut setup = edited("digits", Parameter::Epsilon, "0.02");
        let forecast = setup.forecast().unwrap();
        assert!(Arc::ptr_eq(&forecast.experiment.target, &setup.origin.target));
        assert!(Arc::ptr_eq(&forecast.experiment.domain, &setup.origin.domain));
        setup.learn(&forecast);
        setup.set(Parameter::Inputs, "Signs".to_owned());
        let forecast = setup.forecast().unwrap();
        assert!(Arc::ptr_eq(&forecast.experiment.target, &setup.origin.target));
        assert!(!Arc::ptr_eq(&forecast.experiment.domain, &setup.origin.domain));
    }

    /// The figure is printed; what is asserted is only that typing is no matter of patience, since machines are shared.
    #[test]
    fn an_edit_is_answered_while_one_types() {
        for preset in super::super::built_in_names() {
            let mut setup = setup(preset);
            setup.set(Parameter::Delta, "0.02".to_owned());
            let started = std::time::Instant::now();
            let _ = setup.forecast();
            let took = started.elapsed();
            eprintln!("{preset}: {took:?} a key");
            assert!(took < std::time::Duration::from_secs(2), "{preset}: {took:?}");
        }
    }
}
