//! Every field of a preset with extreme numbers, texts and lists, in a file and by `--set`: each gives a setup with finite
//! figures, or is refused in one short line with the place, in the words of presets.
#![allow(missing_docs, clippy::unwrap_used)]

use slth::experiment::{Experiment, Plan};
use slth::report::{BoundsReport, InspectReport, Page, RunReport, text};
use slth::session::Session;
use slth::visible::is_hidden;

/// The fields of a valid preset: each is replaced by other values in turn.
const FIELDS: [(&str, &str); 7] = [
    ("title", "\"t\""),
    (
        "target",
        "Explicit(layers: [[[0.6, -0.4], [-0.3, 0.8]], [[0.7, -0.2]]], biases: [[0.1, -0.2], [0.3]], activation: Logistic)",
    ),
    ("inputs", "Ball(radius: 1.0)"),
    ("epsilon", "0.1"),
    ("delta", "0.01"),
    ("base", "1.5"),
    ("seed", "1"),
];

/// Values in RON, or texts in their place.
const VALUES: [&str; 38] = [
    "0",
    "-0.0",
    "1",
    "-1",
    "0.5",
    "1e308",
    "-1e308",
    "1.7976931348623157e308",
    "1e-308",
    "5e-324",
    "1e-320",
    "-1e-320",
    "1e999",
    "NaN",
    "inf",
    "-inf",
    "1e-16",
    "1e30",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "0x10",
    "0.5.5",
    "--1",
    "\"x\"",
    "\"\u{1b}[31m\u{202e}\"",
    "true",
    "[]",
    "[1]",
    "()",
    "None",
    "abc",
    "",
    "r#a",
    "\"open",
    "/*",
    "{",
    "\u{1b}[31m",
];

/// The place of a value, `@`, in each field.
const PLACES: [(&str, &[&str]); 14] = [
    ("title", &["@"]),
    ("epsilon", &["@"]),
    ("delta", &["@"]),
    ("w_max", &["@"]),
    ("f_max", &["@"]),
    ("base", &["@"]),
    ("seed", &["@"]),
    ("norms", &["@", "Worst", "Unit()"]),
    ("tolerance", &["@", "Weight(@)", "PerLayer", "Weight"]),
    ("skip_dead_halves", &["@"]),
    ("mode", &["@", "SkipAhead()"]),
    ("constructions", &["@", "[@]", "[Hyperbolic(allocation: @)]", "[Malach, ProductPair, SubsetSum]"]),
    (
        "inputs",
        &[
            "@",
            "Ball(radius: @)",
            "Box(low: @, high: 1)",
            "Box(low: -1, high: @)",
            "Box(low: @, high: @)",
            "Box(low: [@, 0], high: [1, 1])",
            "File(path: @)",
            "Signs",
            "Ball()",
            "Ball(r: @)",
            "Box(low: 0)",
        ],
    ),
    (
        "target",
        &[
            "@",
            "Random(widths: @, weight_bound: 1)",
            "Random(widths: [2, @, 2], weight_bound: 1)",
            "Random(widths: [2, 2], weight_bound: @)",
            "Random(widths: [2, 3, 2], weight_bound: @, spectral_norm: 1)",
            "Random(widths: [2, 2], weight_bound: 1, spectral_norm: @)",
            "Random(widths: [2, 2], weight_bound: 1, seed: @)",
            "Random(widths: [2, 2], weight_bound: 1, activation: LeakyRelu(@))",
            "Random(widths: [2, 2], weight_bound: 1, activations: [@])",
            "Explicit(layers: @)",
            "Explicit(layers: [[[@, 0.5]]])",
            "Explicit(layers: [[[0.5, 0.5]]], biases: @)",
            "Explicit(layers: [[[0.5, 0.5]]], other: @)",
            "File(path: @)",
            "File(path: \"none.npz\", layers: @)",
            "File(path: \"none.npz\", transposed: @)",
        ],
    ),
];

/// Weights, and biases folded behind every kind of constant.
const FOLDED: [&str; 3] = [
    "Explicit(layers: [[[0.5, 0.5], [1, 1]], [[1, 1]]], biases: [[@, 0.1], [@]], activation: SIGMA)",
    "Explicit(layers: [[[@, @], [@, @]], [[@, @]]], activation: SIGMA)",
    "Explicit(layers: [[[@, @], [@, @]], [[@, @]]], biases: [[@, @], [@]], activation: SIGMA)",
];

const ACTIVATIONS: [&str; 5] = ["Relu", "Logistic", "Tanh", "LeakyRelu(0.01)", "Identity"];

/// Words of libraries, without meaning for a user.
const FOREIGN: [&str; 19] = [
    "raw identifier",
    "struct",
    "enum",
    "variant",
    "tuple",
    "serialize",
    "invalid type",
    "did not match",
    "untagged",
    "f64",
    "u64",
    "usize",
    "sequence",
    "floating point",
    "newtype",
    "unit value",
    "Unexpected",
    "Expected",
    "recursion",
];

/// A preset with one field replaced.
fn preset(key: &str, value: &str) -> String {
    let others = FIELDS.iter().filter(|(name, _)| *name != key);
    let fields: String = others.map(|(name, value)| format!("  {name}: {value},\n")).collect();
    format!("(\n{fields}  {key}: {value},\n)\n")
}

/// Checks a message against the rules, the user's own text apart.
fn assert_message(message: &str, place: &str) {
    assert!(message.starts_with(place), "expected {place}, found {message}");
    assert!(!message.contains(is_hidden) && message.chars().count() < 330, "{message}");
    assert!(message.contains("expected") && message.contains("found"), "{message}");
    let says = message.split_once(": expected").map_or(message, |(_, says)| says);
    let own: String = says.split('`').step_by(2).collect();
    for word in FOREIGN {
        assert!(
            !own.split(|c: char| !c.is_alphanumeric() && c != ' ').any(|part| {
                part == word
                    || part.split(' ').any(|one| one == word)
                    || (word.contains(' ') && part.contains(word))
            }),
            "{word} in {message}"
        );
    }
}

/// All figures of a report are numbers.
fn assert_finite(text: &str, of: &str) {
    let is_none =
        |word: &str| matches!(word.trim_matches(|c: char| "±[](),".contains(c)), "NaN" | "inf" | "-inf");
    assert!(!text.contains("NaN") && !text.split_whitespace().any(is_none), "{of}\n{text}");
    assert!(text.lines().all(|line| line.chars().count() < 200), "{of}\n{text}");
}

/// A setup gives finite figures, or cannot run for a reason.
fn assert_works(experiment: Experiment, place: &str, of: &str) {
    let page = Page::new(120, false);
    let plan = Plan::new(&experiment);
    assert_finite(&text::bounds(&BoundsReport::new(&experiment, &plan), page), of);
    assert_finite(&text::inspected(&InspectReport::new("p.ron", &experiment), page), of);
    let draws: f64 = plan.lanes.iter().map(|lane| lane.expected_draws(&experiment).as_f64()).sum();
    match Session::new(experiment) {
        Err(error) => assert_message(&error.to_string(), place),
        Ok(mut session) if draws < 1e4 => {
            session.run(&|_| {});
            assert_finite(&text::run(&session, page), of);
            let json = serde_json::to_value(RunReport::new(&session)).unwrap();
            assert!(
                json["lanes"][0]["error"]["found"].is_null()
                    || json["lanes"][0]["error"]["found"].is_number()
            );
        }
        Ok(_) => {}
    }
}

/// One value in a file and by `--set`.
fn assert_either_way(folder: &tempfile::TempDir, key: &str, value: &str) {
    let path = folder.path().join("p.ron");
    let name = path.to_str().unwrap();
    std::fs::write(&path, preset(key, value)).unwrap();
    match Experiment::load(name, None, &[]) {
        Ok(experiment) => assert_works(experiment, name, &format!("{key}: {value}")),
        Err(error) => assert_message(&error.to_string(), name),
    }
    let plain = FIELDS.iter().find(|(field, _)| *field == "seed").unwrap();
    std::fs::write(&path, preset(plain.0, plain.1)).unwrap();
    match Experiment::load(name, None, &[format!("{key}={value}")]) {
        Ok(experiment) => assert_works(experiment, "--set ", &format!("--set {key}={value}")),
        Err(error) => assert_message(&error.to_string(), "--set "),
    }
}

/// One test for each field, so that they run side by side.
fn walk(fields: impl Fn(&str) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    for (key, places) in PLACES.iter().filter(|(key, _)| fields(key)) {
        for place in *places {
            let values = if place.contains('@') { &VALUES[..] } else { &[""] };
            values.iter().for_each(|value| assert_either_way(&folder, key, &place.replace('@', value)));
        }
    }
}

#[test]
fn numbers_and_choices() {
    walk(|key| !["target", "inputs"].contains(&key));
}

#[test]
fn inputs() {
    walk(|key| key == "inputs");
}

#[test]
fn targets() {
    walk(|key| key == "target");
}

#[test]
fn weights_and_biases_of_every_size_behind_every_activation() {
    let folder = tempfile::tempdir().unwrap();
    for (place, activation) in
        FOLDED.iter().flat_map(|place| ACTIVATIONS.map(|activation| (place, activation)))
    {
        for value in &VALUES[..19] {
            let target = place.replace("SIGMA", activation).replace('@', value);
            assert_either_way(&folder, "target", &target);
        }
    }
}

#[test]
fn a_fold_that_overflows_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.ron");
    let target = "Explicit(layers: [[[0.5, 0.5]], [[1]], [[1]]], biases: [[0.1], [0.2], [-1e308]], activation: Logistic)";
    std::fs::write(&path, preset("target", target)).unwrap();
    let message = Experiment::load(path.to_str().unwrap(), None, &[]).unwrap_err().to_string();
    assert!(message.contains(":8:66: layer 3, output 0: expected a bias that stays finite"), "{message}");
    assert!(message.contains("divided by 0.5") && message.ends_with("found -1e308"), "{message}");
}

#[test]
fn settings_are_to_blame_for_what_they_break_and_for_nothing_else() {
    let load = |settings: &[&str]| {
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let experiment = Experiment::load("tiny", None, &settings);
        experiment.and_then(Session::new).unwrap_err().to_string()
    };
    for (settings, place) in [
        (&["epsilon=abc"][..], "--set epsilon=abc: expected a number, found `abc`"),
        (&["epsilon=0.1x"], "--set epsilon=0.1x: expected a number, found `0.1x`"),
        (&["seed=7.5.1"], "--set seed=7.5.1: expected a number, found `7.5.1`"),
        (&["w_max=0.5"], "--set w_max=0.5: expected no weight above w_max = 0.5"),
        (&["delta=0.5", "f_max=1e-9", "seed=3"], "--set f_max=1e-9: tiny:"),
        (&["epsilon=1e-30", "delta=0.5"], "--set epsilon=1e-30: tiny:"),
        (
            &["target=Random(widths: [2], weight_bound: 1)"],
            "--set target=Random(widths: [2], weight_bound: 1): expected an input",
        ),
        (&["target=File(path: \"no.pt\")"], "--set target=File(path: \"no.pt\"): tiny:"),
        (&["inputs=File(path: \"no.npy\")", "delta=0.5"], "--set inputs=File(path: \"no.npy\"): tiny:"),
    ] {
        let message = load(settings);
        assert!(message.starts_with(place), "expected {place}, found {message}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.ron");
    std::fs::write(&path, preset("target", "File(path: \"no.pt\")")).unwrap();
    let message =
        Experiment::load(path.to_str().unwrap(), None, &["delta=0.5".to_owned()]).unwrap_err().to_string();
    assert!(message.starts_with(path.to_str().unwrap()), "{message}");
}
