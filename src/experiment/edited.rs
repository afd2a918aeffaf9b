//! A setup while its fields are being edited.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::parameter::{Parameter, TargetKind};
use super::preset::{Construction, Preset};
use super::{Experiment, ExperimentError, Place, Plan, edited_target, saved, source};

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
        let own = edited_target::kind_of(self.origin.preset.target.as_ref());
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
            match edited_target::target(self, self.origin.preset.target.as_ref()) {
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
        parameter => edited_target::text_of(experiment, parameter),
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
/// RON's message, with the text where it says only what was expected.
pub(super) fn value<T: DeserializeOwned>(text: &str) -> Result<T, String> {
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
            (
                "digits",
                Parameter::Constructions,
                "[Hyperbolic(allocation: OnDemand)]",
                "constructions=[Hyperbolic(allocation:OnDemand)]",
            ),
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

    /// Fields of `target`, and what the command line sets to the same.
    #[test]
    fn an_edited_target_is_what_the_command_line_sets() {
        use Parameter::{
            Activation, Activations, Layers, Order, OutputActivation, Path, SpectralNorm, Target, TargetSeed,
            WeightBound, Widths,
        };
        let digits = "built-in:digits-mlp.safetensors";
        let file = format!("{:?}", digits);
        let inputs = (Parameter::Inputs, "Ball(radius: 1.0)");
        type Edits<'a> = &'a [(Parameter, &'a str)];
        let cases: [(&str, Edits<'_>, String); 7] = [
            (
                "digits",
                &[(Order, "File"), (Parameter::Transposed, "false")],
                "File(path:FILE,transposed:false,order:File,output_activation:Identity)".to_owned(),
            ),
            (
                "digits",
                &[(Activation, "tanh"), (OutputActivation, "")],
                "File(path:FILE,activation:tanh)".to_owned(),
            ),
            (
                "digits",
                &[
                    inputs,
                    (Target, "Random"),
                    (Widths, "[3, 2, 2]"),
                    (WeightBound, "0.25"),
                    (TargetSeed, "7"),
                ],
                "Random(widths:[3,2,2],weight_bound:0.25,seed:7,output_activation:Identity)".to_owned(),
            ),
            (
                "tiny",
                &[(Target, "Random"), (WeightBound, "0.5"), (SpectralNorm, "0.75")],
                "Random(widths:[2,3,2],weight_bound:0.5,spectral_norm:0.75,output_activation:Identity)"
                    .to_owned(),
            ),
            (
                "tiny",
                &[
                    inputs,
                    (Target, "File"),
                    (Path, digits),
                    (Parameter::Epsilon, "0.01"),
                    (Parameter::WMax, ""),
                ],
                "File(path:FILE,output_activation:Identity)".to_owned(),
            ),
            (
                "deep",
                &[
                    (Widths, "[4, 3, 2]"),
                    (SpectralNorm, ""),
                    (Activation, ""),
                    (OutputActivation, ""),
                    (Activations, "[Relu, Tanh]"),
                ],
                "Random(widths:[4,3,2],weight_bound:BOUND,activations:[relu,tanh],seed:SEED)".to_owned(),
            ),
            (
                "digits",
                &[(Layers, "LAYERS")],
                "File(path:FILE,layers:[LAYERS],output_activation:Identity)".to_owned(),
            ),
        ];
        for (preset, edits, target) in cases {
            let mut setup = setup(preset);
            let (bound, seed) = (setup.text(WeightBound).to_owned(), setup.text(TargetSeed).to_owned());
            let origin = Arc::clone(&setup.origin);
            let names: Vec<&str> = origin
                .reading
                .iter()
                .flat_map(|reading| &reading.layers)
                .map(|layer| layer.matrix.name.as_str())
                .collect();
            let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            let mut settings = Vec::new();
            for &(parameter, text) in edits {
                setup.set(parameter, text.replace("LAYERS", &names.join(", ")));
                if parameter.of_targets().is_none() && parameter != Target && !text.is_empty() {
                    settings.push(format!("{}={text}", parameter.key()));
                }
            }
            let target = target.replace("FILE", &file).replace("BOUND", &bound).replace("SEED", &seed);
            settings.push(format!("target={}", target.replace("LAYERS", &quoted.join(","))));
            let forecast = setup.forecast().unwrap_or_else(|problems| panic!("{preset}: {problems:?}"));
            let set = Experiment::load(preset, None, &settings).unwrap();
            assert_eq!(format!("{:?}", forecast.plan), format!("{:?}", Plan::new(&set)), "{target}");
            assert_eq!(format!("{:?}", forecast.experiment.target), format!("{:?}", set.target), "{target}");
        }
    }

    #[test]
    fn the_fields_of_a_target_are_those_of_its_kind() {
        let mut setup = setup("tiny");
        assert_eq!(setup.target_kind(), Some(TargetKind::Explicit));
        assert!(!setup.shown().contains(&Parameter::Path) && !setup.shown().contains(&Parameter::Widths));
        assert_eq!(setup.neighbour(Parameter::Target, true), Some("File"));
        setup.set(Parameter::Target, "File".to_owned());
        assert!(setup.shown().contains(&Parameter::Path) && !setup.shown().contains(&Parameter::Widths));
        let problem = setup.forecast().unwrap_err().remove(0);
        assert_eq!(problem.parameter, Parameter::Path);
        assert_eq!(problem.message, "expected the path of a weight file, found none");
        // What is typed in a field of another kind is no edit.
        setup.set(Parameter::Path, "x.npz".to_owned());
        setup.set(Parameter::Target, "Explicit".to_owned());
        let forecast = setup.forecast().unwrap();
        assert_eq!(forecast.experiment.name, "tiny");
        assert!(Arc::ptr_eq(&forecast.experiment.target, &setup.origin.target));
        setup.set(Parameter::Target, "Fancy".to_owned());
        let problem = setup.forecast().unwrap_err().remove(0);
        assert_eq!(problem.message, "expected Explicit or File or Random, found `Fancy`");
        // Weights can be written out in a preset only.
        assert_eq!(super::tests::setup("digits").neighbour(Parameter::Target, false), Some("Random"));
    }

    #[test]
    fn a_construction_is_ticked_and_one_stays() {
        let mut setup = setup("tiny");
        let [own] = setup.constructions()[..] else { panic!("tiny has one construction") };
        assert!(setup.tick(own).is_err() && setup.edits() == 0);
        for construction in Construction::ALL.into_iter().filter(|each| *each != own) {
            setup.tick(construction).unwrap();
        }
        assert_eq!(setup.constructions().len(), Construction::ALL.len());
        assert_eq!(setup.constructions()[0], own);
        for construction in Construction::ALL.into_iter().skip(1) {
            setup.tick(construction).unwrap();
        }
        assert_eq!(setup.constructions(), [Construction::WholeNeuron]);
        assert!(setup.tick(Construction::WholeNeuron).is_err());
        setup.set(Parameter::Constructions, "[]".to_owned());
        let problem = setup.forecast().unwrap_err().remove(0);
        assert_eq!(problem.parameter, Parameter::Constructions);
        assert!(problem.message.contains("at least one construction"));
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
