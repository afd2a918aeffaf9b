//! Fields of a setup: bounds of single inputs, tolerances given outright, names of activations, text encodings.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod calls;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use calls::{TINY_RON, json, slth, text};
use serde_json::Value;
use slth::experiment::{EditedSetup, Experiment, Parameter, Plan};
use slth::session::Session;

fn case(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    path.to_str().unwrap().to_owned()
}

/// The line on standard error of a refused call.
fn refusal(words: &[&str]) -> String {
    let call = slth(words).env("LC_ALL", "C.UTF-8").assert().code(2);
    let line = String::from_utf8(call.get_output().stderr.clone()).unwrap();
    assert!(call.get_output().stdout.is_empty() && line.lines().count() == 1, "{line}");
    line
}

fn experiment(preset: &str, settings: &[&str]) -> Experiment {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::load(preset, None, &settings).unwrap()
}

#[test]
fn a_box_of_lists_that_are_all_the_same_is_the_box_of_two_numbers() {
    let run = |inputs: &str| {
        let mut run = json(&["run", "tiny", "--json", "--set", inputs]);
        run["lanes"][0]["elapsed_seconds"] = Value::Null;
        run
    };
    let (same, listed) =
        (run("inputs=Box(low: -0.5, high: 1.0)"), run("inputs=Box(low: [-0.5, -0.5], high: [1.0, 1.0])"));
    let lane = |run: &Value, key: &str| run["lanes"][0][key].clone();
    // The norm of the corner is √2·max for equal ends, and a sum of squares for listed ends.
    let certified = |run: &Value| lane(run, "error")["certified"].as_f64().unwrap();
    assert!((certified(&same) / certified(&listed) - 1.0).abs() < 1e-13);
    assert_eq!(lane(&same, "error")["found"], lane(&listed, "error")["found"]);
    assert_eq!(lane(&same, "layers")[0]["kept_weights"], lane(&listed, "layers")[0]["kept_weights"]);
}

/// Bounds on activations, the error found and the certificate, over a box with a range for each input.
#[test]
fn every_input_has_its_own_range() {
    let own = experiment("tiny", &["inputs=Box(low: [0.25, -2.0], high: [0.5, 3.0])"]);
    assert!((own.bounds.largest_input_norm() / 0.5_f64.hypot(3.0) - 1.0).abs() < 1e-14);
    let wide = experiment("tiny", &["inputs=Box(low: -2.0, high: 3.0)"]);
    assert!(own.f_max <= wide.f_max && own.bounds.input_norm(2) < wide.bounds.input_norm(2));
    let mut session = Session::new(own).unwrap();
    session.run(&|_| {});
    let lane = &session.lanes()[0];
    assert_eq!(lane.holds(), Some(true));
    assert!(lane.found().error <= lane.certified().unwrap());
    let climbed = lane.found().climbed().map(|climbed| climbed.input.to_vec());
    for x in session.outputs(0, 0, 400).iter().map(|view| view.x.clone()).chain(climbed) {
        assert!((0.25..=0.5).contains(&x[0]) && (-2.0..=3.0).contains(&x[1]), "{x:?}");
    }
    // A box without negative inputs has a dead half.
    let positive = ["inputs=Box(low: [0.0, 1.0], high: 3.0)", "skip_dead_halves=true"];
    assert!(Plan::new(&experiment("tiny", &positive)).lanes[0].layers[0].skip_negative_half);
    let mixed = ["inputs=Box(low: [0.0, -1e-9], high: 3.0)", "skip_dead_halves=true"];
    assert!(!Plan::new(&experiment("tiny", &mixed)).lanes[0].layers[0].skip_negative_half);
}

#[test]
fn a_box_that_is_none_is_refused_with_the_input() {
    for (inputs, says) in [
        (
            "Box(low: [0, 0, 0], high: 1)",
            "low: expected a number, or a list of 2, one for each input; found a list of 3",
        ),
        (
            "Box(low: 0, high: [])",
            "high: expected a number, or a list of 2, one for each input; found a list of 0",
        ),
        ("Box(low: [0, 2], high: [1, 1])", "expected low ≤ high at input 1, found 2 > 1"),
        ("Box(low: [0, NaN], high: 1)", "expected a finite number, found NaN"),
        ("Box(low: 2, high: 1)", "expected low ≤ high, found 2 > 1"),
        ("Box(low: \"a\", high: 1)", "a number or a list of numbers"),
    ] {
        let line = refusal(&["run", "tiny", "--set", &format!("inputs={inputs}")]);
        assert!(line.contains(&format!("--set inputs={inputs}")) && line.contains(says), "{line}");
    }
}

/// ε_w·e·ℓ·λ_max·n_max^{3/2}·F_max·∏ max{1, λ_i‖W_i‖₂}, by hand.
#[test]
fn epsilon_follows_from_a_tolerance_that_is_given() {
    let bounds = json(&["bounds", "example-5", "--json", "--set", "tolerance=Weight(3.678794411714423e-7)"]);
    assert_eq!((&bounds["given"], &bounds["tolerance"]), (&"weight_tolerance".into(), &"weight".into()));
    assert!((bounds["epsilon"].as_f64().unwrap() / 0.01 - 1.0).abs() < 1e-12);
    let by_epsilon = json(&["bounds", "example-5", "--json"]);
    assert_eq!((&by_epsilon["given"], &by_epsilon["tolerance"]), (&"epsilon".into(), &"uniform".into()));
    let neurons = |bounds: &Value| bounds["constructions"][0]["layers"][0]["neurons"].clone();
    assert_eq!(neurons(&bounds), neurons(&by_epsilon));
    for list in bounds["weight_tolerance"].as_array().unwrap() {
        assert_eq!(list.as_f64().unwrap(), 3.678_794_411_714_423e-7);
    }
    let shown = text(&["bounds", "tiny", "--set", "tolerance=Weight(1e-3)", "--ascii"]);
    assert!(
        shown.contains("eps_w = 1e-3 is given for every weight; eps = 3.584373e-2 follows (Lemma 1)"),
        "{shown}"
    );
}

#[test]
fn every_construction_keeps_a_tolerance_that_is_given() {
    let all = "constructions=[Hyperbolic(allocation:FirstFit),Hyperbolic(allocation:InOrder),Hyperbolic(allocation:OnDemand),\
               Corollary10,SharedGolden,SubsetSum,UniformSubSums,ProductPair,Malach]";
    let weight = "tolerance=Weight(0.002)";
    let run = json(&["run", "tiny", "--json", "--set", all, "--set", weight]);
    assert_eq!(run["given"], "weight_tolerance");
    assert_eq!(run["lanes"].as_array().unwrap().len(), 9);
    for lane in run["lanes"].as_array().unwrap() {
        for layer in lane["layers"].as_array().unwrap() {
            assert_eq!(
                (&layer["weight_tolerance"], &layer["complete"]),
                (&0.002.into(), &true.into()),
                "{lane}"
            );
            assert!(layer["max_error"].as_f64().unwrap() <= 0.002, "{lane}");
        }
        let error = |key: &str| lane["error"][key].as_f64().unwrap();
        assert_eq!(error("epsilon"), run["epsilon"].as_f64().unwrap());
        assert!(error("found") <= error("certified") && error("certified") <= error("epsilon"), "{lane}");
    }
    let check = json(&["check", "tiny", "--runs", "200", "--json", "--set", weight]);
    assert_eq!(
        (&check["epsilon"], &check["lanes"][0]["network"]["failures"]["count"]),
        (&run["epsilon"], &0.into())
    );
}

#[test]
fn epsilon_and_a_tolerance_take_each_other_s_place() {
    let both = refusal(&["run", "tiny", "--set", "tolerance=Weight(0.01)", "--set", "epsilon=0.1"]);
    assert!(both.contains("--set epsilon=0.1: expected no epsilon beside tolerance: Weight(0.01)"), "{both}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.ron");
    let path = path.to_str().unwrap();
    std::fs::write(path, TINY_RON.replace("epsilon: 0.1", "epsilon: 0.1, tolerance: Weight(0.01)")).unwrap();
    assert!(refusal(&["run", path]).contains("expected no epsilon beside"));
    std::fs::write(path, TINY_RON.replace("epsilon: 0.1", "tolerance: Weight(0.001)")).unwrap();
    assert_eq!(json(&["bounds", path, "--json"])["given"], "weight_tolerance");
    assert_eq!(json(&["bounds", path, "--json", "--set", "epsilon=0.1"])["epsilon"], 0.1);
    std::fs::write(path, TINY_RON.replace("epsilon: 0.1,", "")).unwrap();
    assert!(refusal(&["run", path]).contains("expected a field `epsilon`, found none"));
    // Above the limit of the target's norms, or above w_max.
    let large = refusal(&["run", "tiny", "--set", "tolerance=Weight(0.5)"]);
    assert!(
        large.contains("tolerance=Weight(0.5): epsilon that follows from 0.5: expected at most"),
        "{large}"
    );
    assert!(
        refusal(&["run", "tiny", "--set", "norms=Unit", "--set", "tolerance=Weight(2)"])
            .contains("at most w_max")
    );
}

#[test]
fn activations_are_called_by_their_common_names() {
    let net = case("activation-names/net.npy");
    for (typed, name) in [
        ("Sigmoid", "logistic"),
        ("relu", "relu"),
        ("ReLU", "relu"),
        ("TANH", "tanh"),
        ("linear", "identity"),
        ("None", "identity"),
        ("LeakyReLU(0.1)", "leaky-relu"),
        ("leaky_relu", "leaky-relu"),
    ] {
        let shown = json(&["inspect", &net, "--json", "--activation", typed]);
        assert_eq!(shown["layers"][0]["activation"], name, "{typed}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.ron");
        if typed != "None" {
            let preset = format!(
                "(target: File(path: {net:?}, activation: {typed}), inputs: Ball(radius: 1.0), epsilon: 0.1, delta: 0.01)"
            );
            std::fs::write(&path, preset).unwrap();
            let shown = json(&["inspect", path.to_str().unwrap(), "--json"]);
            assert_eq!(shown["layers"][0]["activation"], name, "{typed}");
        }
    }
    for typed in ["hard_tanh", "HardSigmoid", "gelu", "softmax", "Relu6"] {
        let line = refusal(&["inspect", &net, "--output-activation", typed]);
        assert!(
            line.contains(&format!("--output-activation {typed}: expected an activation (relu, ")),
            "{line}"
        );
        assert!(line.contains(&format!("found `{typed}`")), "{line}");
        assert!(!line.contains("Heaviside") && !line.contains("target=File"), "{line}");
    }
    let none = refusal(&["run", "tiny", "--set", "target=Explicit(layers: [[[0.5]]], activation: None)"]);
    assert!(none.contains("found None: write Identity for none, or leave the field out"), "{none}");
}

#[test]
fn a_preset_may_begin_with_a_byte_order_mark() {
    text(&["run", &case("ron-bom/bom.ron")]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.ron");
    let place = path.to_str().unwrap();
    // The column is an editor's: the byte-order mark has no width.
    std::fs::write(&path, "\u{feff}(epsilon: 0)").unwrap();
    assert!(refusal(&["run", place]).contains("p.ron:1:11: expected a finite number above 0"));
    let wide: Vec<u8> = "\u{feff}(epsilon: 0)".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&path, wide).unwrap();
    assert!(refusal(&["run", place]).contains("found: text in UTF-16; save it as UTF-8"));
}

#[test]
fn nothing_is_saved_in_no_negative_zero() {
    for call in [["bounds", "one.ron"], ["inspect", "one.ron"]] {
        let shown = text(&[call[0], &case("minus-zero/one.ron")]);
        assert!(shown.contains(" 0.0 %") && !shown.contains("-0.0"), "{shown}");
    }
    let bounds = text(&["bounds", &case("minus-zero/one.ron"), "--json"]);
    assert!(!bounds.contains("-0.0"), "{bounds}");
}

/// A value of every field, other than its default, and a preset that has the field. `Parameter::ALL` comes from the one
/// table of fields.
const SAMPLES: [(&str, &str, &str); 35] = [
    ("epsilon", "tiny", "0.05"),
    ("delta", "tiny", "0.125"),
    ("w_max", "tiny", "2.5"),
    ("f_max", "tiny", "3.5"),
    ("base", "tiny", "1.25"),
    ("norms", "tiny", "Worst"),
    ("tolerance", "tiny", "PerLayer"),
    ("constructions", "tiny", "[SubsetSum, Malach]"),
    ("mode", "malach-vs-hyperbolic", "Drawn"),
    ("skip_dead_halves", "tiny", "true"),
    ("seed", "tiny", "99"),
    ("inputs", "tiny", "Box(low: -0.5, high: 0.25)"),
    (
        "data",
        "tiny",
        "(training: Points(points: [[0.5, -1.0], [0.25, 0.5], [1.0, 1.0]], labels: [0, 1, 1]), \
         test: Points(points: [[0.5, 0.5], [0.1, 0.0]], labels: [1, 0]), validation: 1)",
    ),
    ("learned", "digits-learned", "[EdgePopup(keep: 0.25, epochs: 2), Rewinding(rounds: 1)]"),
    ("target", "digits", "Random"),
    ("path", "digits", "presets/digits-mlp.safetensors"),
    ("layers", "digits", "[\"LAYERS\"]"),
    ("transposed", "digits", "false"),
    ("order", "digits", "File"),
    (
        "graph",
        "digits",
        "(input: [64], nodes: [Dense(module: \"layers.0\"), Relu, Dense(module: \"layers.1\"), Relu, \
         Dense(module: \"layers.2\")])",
    ),
    ("unrolled", "conv", "true"),
    ("built_skips", "residual", "true"),
    ("widths", "deep", "[4, 3, 2]"),
    ("weight_bound", "deep", "0.125"),
    ("spectral_norm", "deep", "0.5"),
    ("target_seed", "deep", "77"),
    ("optimiser", "digits-learned", "Sgd(rate: 0.1, momentum: 0.5)"),
    ("schedule", "digits-learned", "Cosine"),
    ("batch", "digits-learned", "100"),
    ("steps", "digits-learned", "200"),
    ("biases", "digits-learned", "true"),
    ("decay", "digits-learned", "0.0001"),
    ("activation", "tiny", "Tanh"),
    ("output_activation", "tiny", "Tanh"),
    ("activations", "tiny", "[Tanh, Logistic]"),
];

#[test]
fn every_field_is_set_edited_digested_saved_and_described() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.ron");
    let digest = |experiment: &Experiment| experiment.digest(&Plan::new(experiment));
    let saved = |experiment: &Experiment| {
        let text = experiment.to_ron().unwrap();
        std::fs::write(&path, &text).unwrap();
        (text, Experiment::load(path.to_str().unwrap(), None, &[]).unwrap())
    };
    for &parameter in Parameter::ALL {
        let key = parameter.key();
        let (_, preset, value) = *SAMPLES
            .iter()
            .find(|(name, ..)| *name == key)
            .unwrap_or_else(|| panic!("give a sample of {key}"));
        let origin = Arc::new(experiment(preset, &[]));
        let names = origin.reading.iter().flat_map(|reading| &reading.layers);
        let names: Vec<&str> = names.map(|layer| layer.matrix.name.as_str()).collect();
        let value = value.replace("LAYERS", &names.join("\", \""));

        // The edit pane has it, and it is in what is saved.
        let mut setup = EditedSetup::new(&origin);
        assert!(setup.shown().contains(&parameter), "{key}");
        setup.set(parameter, value.clone());
        if key == "activations" || key == "graph" {
            // It replaces both.
            setup.set(Parameter::Activation, String::new());
            setup.set(Parameter::OutputActivation, String::new());
        }
        if key == "target" {
            // The target's widths are those of before; only its kind is another.
            setup.set(Parameter::WeightBound, "0.25".to_owned());
        }
        let edited = setup.forecast().unwrap_or_else(|problems| panic!("{key}: {problems:?}")).experiment;
        let (text, read) = saved(&edited);
        let written = key.strip_prefix("target_").unwrap_or(key);
        assert!(text.contains(&format!("{written}: ")), "{key} is not saved: {text}");
        assert_eq!(digest(&read), digest(&edited), "{key}");
        assert!(!EditedSetup::new(&Arc::new(read)).text(parameter).is_empty(), "{key}");

        // `--set` does the same as the pane, and both change the digest. Fields of `target` are set with it.
        if parameter.of_targets().is_none() && key != "target" {
            let set = experiment(preset, &[&format!("{key}={value}")]);
            assert_eq!(digest(&set), digest(&edited), "{key}");
            assert_ne!(digest(&set), digest(&origin), "{key} is not in the digest");
        }
        // The reference describes it.
        let page = include_str!("../docs/src/reference/presets.md");
        assert!(page.contains(&format!("`{written}`")) || page.contains(&format!("{written}:")), "{key}");
    }
    // A preset has no other fields, but for its title and its list of targets, which the pane leaves to an editor.
    let unknown = refusal(&["run", "tiny", "--set", "nonsense=1"]);
    let listed = unknown.split("one of the fields of").nth(1).unwrap().split(": ").nth(1).unwrap();
    let listed = listed
        .split(';')
        .next()
        .unwrap()
        .split([',', ' '])
        .filter(|word| !matches!(*word, "" | "and" | "or"));
    for key in listed.map(|word| word.trim_matches('`')) {
        let is_parameter = Parameter::ALL.iter().any(|parameter| parameter.key() == key);
        assert!(is_parameter || ["title", "targets"].contains(&key), "{key}: {unknown}");
    }
}

#[test]
fn points_may_be_written_out() {
    let points = "inputs=Points(points: [[0.5, 0.25], [-1.0, 0.5]], labels: [0, 1])";
    let run = json(&["run", "tiny", "--json", "--set", points]);
    assert!(run["lanes"][0]["accuracy"].is_object(), "{run}");
    for (inputs, says) in [
        ("Points(points: [])", "expected at least one point, found none"),
        ("Points(points: [[0.5]])", "point 0: expected 2 coordinates, found 1"),
        ("Points(points: [[0.5, NaN]])", "expected a finite number, found NaN"),
        ("Points(points: [[0.5, 0.5]], labels: [])", "expected 1 labels, found 0"),
        ("Points(points: [[0.5, 0.5]], labels: [2])", "label of point 0: expected a class below 2, found 2"),
    ] {
        let line = refusal(&["run", "tiny", "--set", &format!("inputs={inputs}")]);
        assert!(line.contains(&format!("--set inputs={inputs}")) && line.contains(says), "{line}");
    }
}
