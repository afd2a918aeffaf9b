use super::*;

fn setup(preset: &str) -> EditedSetup {
    EditedSetup::new(&Arc::new(Experiment::load(preset, None, &[]).unwrap()))
}

fn text_of(experiment: &Experiment, parameter: Parameter) -> String {
    EditedSetup::new(&Arc::new(experiment.clone())).text(parameter).to_owned()
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
        problems[0].parameter == Parameter::Epsilon && problems[0].message.contains("expected no epsilon")
    );
    setup.set(Parameter::Tolerance, "Uniform".to_owned());
    assert_eq!(setup.text(Parameter::Epsilon), "0.1");
    assert_eq!(setup.forecast().unwrap().experiment.name, "tiny");
    // From a setup with ε_w back to ε: to its consequence.
    let mut setup = EditedSetup::new(&forecast.experiment);
    assert_eq!(setup.text(Parameter::Epsilon), "");
    setup.set(Parameter::Tolerance, "Uniform".to_owned());
    let back = setup.forecast().unwrap().experiment;
    assert_eq!(back.epsilon, forecast.experiment.epsilon);
    assert!((back.promise()[0].1 / 1e-3 - 1.0).abs() < 1e-12);
}

#[test]
fn nothing_edited_changes_nothing() {
    // MNIST does not come with the program.
    for preset in crate::experiment::built_in_names().filter(|name| !name.starts_with("mnist")) {
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
        ("tiny", Parameter::Epsilon, "fast", "expected a number, found `fast`"),
        ("tiny", Parameter::Epsilon, "0.1, delta: 0.5", "one key and its value, found 2"),
        ("tiny", Parameter::Epsilon, "1e9", "no substitute for"),
        ("tiny", Parameter::Epsilon, "1e-28", "finer than sums of 106 bits hold"),
        ("tiny", Parameter::Delta, "1.0", "a probability between 0 and 1"),
        ("tiny", Parameter::WMax, "0.5", "no weight above w_max = 0.5, found |w*| = 0.9"),
        ("tiny", Parameter::Base, "2", "the golden ratio"),
        ("tiny", Parameter::Norms, "Best", "Best"),
        ("tiny", Parameter::Seed, "-1", "found `-1`"),
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

/// Fields of `target` against the same value set on the command line.
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
            &[inputs, (Target, "Random"), (Widths, "[3, 2, 2]"), (WeightBound, "0.25"), (TargetSeed, "7")],
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
            &[inputs, (Target, "File"), (Path, digits), (Parameter::Epsilon, "0.01"), (Parameter::WMax, "")],
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
    // A text in a field of another kind is no edit.
    setup.set(Parameter::Path, "x.npz".to_owned());
    setup.set(Parameter::Target, "Explicit".to_owned());
    let forecast = setup.forecast().unwrap();
    assert_eq!(forecast.experiment.name, "tiny");
    assert!(Arc::ptr_eq(&forecast.experiment.target, &setup.origin.target));
    setup.set(Parameter::Target, "Fancy".to_owned());
    let problem = setup.forecast().unwrap_err().remove(0);
    assert_eq!(problem.message, "expected Explicit or File or Random or Trained, found `Fancy`");
    // Weights can be written out in a preset only.
    assert_eq!(super::tests::setup("digits").neighbour(Parameter::Target, false), Some("Trained"));
}

#[test]
fn a_construction_is_ticked_and_one_stays() {
    let mut setup = setup("tiny");
    let [own] = setup.constructions()[..] else { panic!("tiny has one construction") };
    assert!(setup.tick(own).is_err() && setup.edits() == 0);
    for construction in Construction::all().iter().copied().filter(|each| *each != own) {
        setup.tick(construction).unwrap();
    }
    assert_eq!(setup.constructions().len(), Construction::all().len());
    assert_eq!(setup.constructions()[0], own);
    for construction in Construction::all().iter().copied().skip(1) {
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
    assert_eq!((setup.neighbour(norms, true), setup.neighbour(norms, false)), (Some("Unit"), Some("Worst")));
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

/// The figure is printed. The limit is generous, since machines are shared.
#[test]
fn an_edit_is_answered_while_one_types() {
    // MNIST does not come with the program.
    for preset in crate::experiment::built_in_names().filter(|name| !name.starts_with("mnist")) {
        let mut setup = setup(preset);
        setup.set(Parameter::Delta, "0.02".to_owned());
        let started = std::time::Instant::now();
        let _ = setup.forecast();
        let took = started.elapsed();
        eprintln!("{preset}: {took:?} a key");
        assert!(took < std::time::Duration::from_secs(2), "{preset}: {took:?}");
    }
}
