//! Presets with a list of targets for one task: each is the setup that would be written with it alone.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod calls;
mod screens;

use std::fs;
use std::path::Path;

use calls::{SEVERAL_TARGETS, json, slth, text};
use screens::{Opened, PLAIN};
use serde_json::Value;
use slth::experiment::Experiment;
use slth::session::{Session, Step, TargetBuilder, TargetDepth, TargetFigures};
use slth::tui::keymap::Action;
use slth::tui::overlays::targets;

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn without_times(mut report: Value) -> Value {
    for lane in report["lanes"].as_array_mut().unwrap() {
        lane["elapsed_seconds"] = Value::Null;
    }
    report
}

/// The same preset with one of the targets in the place of the list.
fn alone(target: &str) -> String {
    let (before, rest) = SEVERAL_TARGETS.split_once("targets: [").unwrap();
    let (_, after) = rest.split_once("\n    ],").unwrap();
    format!("{before}target: {target},{after}")
}

#[test]
fn a_chosen_target_is_the_preset_with_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let list = written(folder.path(), "list.ron", SEVERAL_TARGETS);
    for (name, target) in [
        ("narrow", "Random(widths: [3, 4, 2], weight_bound: 0.5, seed: 1)"),
        ("wide", "Random(widths: [3, 16, 2], weight_bound: 0.5, seed: 1)"),
    ] {
        let single = written(folder.path(), &format!("{name}.ron"), &alone(target));
        let mut chosen = without_times(json(&["run", &list, "--target", name, "--json"]));
        assert_eq!(chosen["title"], format!("Three targets: {name}"));
        chosen["title"] = "Three targets".into();
        assert_eq!(chosen, without_times(json(&["run", &single, "--json"])));
        // The same choice as a setting, and the first target without one.
        let set = format!("target=\"{name}\"");
        assert_eq!(
            without_times(json(&["run", &list, "--set", &set, "--json"]))["lanes"],
            chosen["lanes"],
            "{name}"
        );
    }
    let first = json(&["bounds", &list, "--json"]);
    assert_eq!((&first["title"], &first["widths"]), (&"Three targets: narrow".into(), &vec![3, 4, 2].into()));
}

#[test]
fn the_table_has_the_figures_of_each_run() {
    let folder = tempfile::tempdir().unwrap();
    let list = written(folder.path(), "list.ron", SEVERAL_TARGETS);
    let csv = folder.path().join("targets.csv");
    let table = json(&["compare", &list, "--json", "--csv", csv.to_str().unwrap()]);
    let targets = table["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 3);
    for target in &targets[..2] {
        let name = target["name"].as_str().unwrap();
        let run = json(&["run", &list, "--target", name, "--json"]);
        let (lane, of_run) = (&target["lanes"][0], &run["lanes"][0]);
        assert_eq!(lane["error"]["found"], of_run["error"]["found"], "{name}");
        assert_eq!(lane["error"]["certified"], of_run["error"]["certified"], "{name}");
        assert_eq!((&lane["verdict"], &lane["holds"]), (&of_run["verdict"], &true.into()), "{name}");
        let sum = |key: &str| -> f64 {
            of_run["layers"].as_array().unwrap().iter().map(|layer| layer[key].as_f64().unwrap()).sum()
        };
        let nonzero = target["nonzero_weights"].as_f64().unwrap();
        for (each, key) in
            [("neurons_per_weight", "neurons_sampled"), ("neurons_per_weight_bound", "neurons_bound")]
        {
            let (each, expected) = (lane[each].as_f64().unwrap(), sum(key) / nonzero);
            assert!((each / expected - 1.0).abs() < 1e-12, "{name}, {key}: {each}, {expected}");
        }
    }
    // The last one is listed with theory's figures and the reason.
    assert!(targets[2]["refused"].as_str().unwrap().contains("finer than sums of 106 bits hold"));
    assert_eq!(targets[2]["lanes"][0]["neurons_per_weight"], Value::Null);
    assert!(targets[2]["lanes"][0]["neurons_per_weight_bound"].as_f64().unwrap() > 1000.0);
    let csv = fs::read_to_string(csv).unwrap();
    assert!(csv.lines().count() == 4 && csv.lines().all(|line| line.split(',').count() >= 17), "{csv}");
    let shown = text(&["compare", &list, "--ascii"]);
    assert!(shown.contains("; 3 targets for") && shown.contains("deep, not built: expected"), "{shown}");
}

/// A construction that does not fit one of the targets is named there, and the others are built.
#[test]
fn a_construction_refused_for_one_target_is_named_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let list = written(folder.path(), "list.ron", SEVERAL_TARGETS);
    let constructions = "constructions=[Hyperbolic(allocation: FirstFit), Malach]";
    let small = "targets=[(name: \"small\", target: Explicit(layers: [[[0.5, 0.25]]])), (name: \"large\", target: Explicit(layers: [[[1.5, 0.25]]]))]";
    let call = ["compare", &list, "--set", constructions, "--set", small, "--set", "w_max=2"];
    let table = json(&[&call[..], &["--json"]].concat());
    let lanes = |target: usize| table["targets"][target]["lanes"].as_array().unwrap().len();
    let refused = &table["targets"][1]["refused_lanes"];
    assert_eq!((lanes(0), lanes(1), refused[0]["method"].as_str()), (2, 1, Some("malach")), "{table}");
    assert_eq!(table["targets"][0]["refused_lanes"], Value::Array(Vec::new()));
    let shown = text(&call);
    assert!(shown.contains("large, malach, not built: expected weights in [-1, 1]"), "{shown}");
}

/// The line on standard error of a refused call.
fn refusal(words: &[&str]) -> String {
    let call = slth(words).env("LC_ALL", "C.UTF-8").assert().code(2);
    let line = String::from_utf8(call.get_output().stderr.clone()).unwrap();
    assert!(call.get_output().stdout.is_empty() && line.lines().count() == 1, "{line}");
    line
}

#[test]
fn lists_and_names_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let list = written(folder.path(), "list.ron", SEVERAL_TARGETS);
    let unknown = refusal(&["run", &list, "--target", "broad"]);
    assert!(
        unknown.contains("--target broad: expected one of \"narrow\", \"wide\", \"deep\", found \"broad\""),
        "{unknown}"
    );
    let none = refusal(&["run", "tiny", "--target", "broad"]);
    assert!(none.contains("--target broad: expected a target, found the name"), "{none}");
    let too_fine = refusal(&["run", &list, "--target", "deep"]);
    assert!(too_fine.contains("--target deep: ") && too_fine.contains("(`slth bounds` works)"), "{too_fine}");
    let learned = refusal(&["compare", &list, "--learned-csv", "never.csv"]);
    assert!(learned.contains("--learned-csv: expected one target, found a list"), "{learned}");
    for (list, says) in [
        ("[]", "expected at least one target, found none"),
        (
            "[(name: \" \", target: Random(widths: [1, 1], weight_bound: 1))]",
            "target 0: expected a name, found none",
        ),
        (
            "[(name: \"a\", target: Random(widths: [1, 1], weight_bound: 1)), (name: \"a\", target: Random(widths: [1, 2], weight_bound: 1))]",
            "expected names that differ, found \"a\" for targets 0 and 1",
        ),
        (
            "[(name: \"a\", target: Random(widths: [1, 1], weight_bound: 1)), (name: \"b\", target: Random(widths: [1, 1], weight_bound: 1))]",
            "expected targets that differ, found the same for \"a\" and \"b\"",
        ),
        ("[(name: \"a\")]", "target"),
        ("[(title: \"a\", target: Random(widths: [1, 1], weight_bound: 1))]", "title"),
    ] {
        let path = written(
            folder.path(),
            "refused.ron",
            &format!("(targets: {list}, inputs: Signs, epsilon: 0.1, delta: 0.1)"),
        );
        let line = refusal(&["compare", &path]);
        assert!(line.contains("refused.ron:1:") && line.contains(says), "{line}");
        let set = refusal(&["run", "tiny", "--set", &format!("targets={list}")]);
        assert!(set.contains("--set targets=") && set.contains(says), "{set}");
    }
}

/// A table is no reason to lose a result, nor a file of one of the targets.
#[test]
fn no_file_of_a_listed_target_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("w.safetensors");
    fs::copy("presets/digits-mlp.safetensors", &weights).unwrap();
    let second = "(name: \"file\", target: File(path: \"w.safetensors\"))";
    let narrow = "(name: \"narrow\", target: Random(widths: [64, 1], weight_bound: 0.5))";
    let preset = format!("(targets: [{narrow}, {second}], inputs: Signs, epsilon: 0.1, delta: 0.1)");
    let list = written(folder.path(), "list.ron", &preset);
    let before = fs::read(&weights).unwrap();
    let line = refusal(&["compare", &list, "--csv", weights.to_str().unwrap()]);
    assert!(line.contains("--csv") && fs::read(&weights).unwrap() == before, "{line}");
    // A chosen target is saved, and read back, as the same from anywhere.
    let chosen = Experiment::load(&list, None, &["target=\"file\"".to_owned()]).unwrap();
    let saved =
        written(tempfile::tempdir().unwrap().keep().as_path(), "saved.ron", &chosen.to_ron().unwrap());
    let read = Experiment::load(&saved, None, &[]).unwrap();
    assert_eq!((read.chosen_target(), read.targets().len()), (Some(1), 2));
    assert_eq!((read.target.matrices(), &read.title), (chosen.target.matrices(), &chosen.title));
    fs::remove_dir_all(Path::new(&saved).parent().unwrap()).unwrap();
}

/// The builder beside a screen finds what a session finds, in the order asked for, and forgets what it is told to.
#[test]
fn targets_are_built_beside_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let list = written(folder.path(), "list.ron", SEVERAL_TARGETS);
    let experiment = std::sync::Arc::new(Experiment::load(&list, None, &[]).unwrap());
    let mut builder = TargetBuilder::default();
    for place in 0..3 {
        builder.ask(&experiment, place, TargetDepth::Planned);
    }
    builder.ask(&experiment, 1, TargetDepth::Built);
    let mut known = Vec::new();
    while !builder.is_at_rest() {
        known.extend(builder.known());
        std::thread::yield_now();
    }
    assert_eq!(known.iter().map(|known| known.place).collect::<Vec<_>>(), [0, 1, 2, 1]);
    let built = &known[3].figures;
    let mut session = Session::new(experiment.with_target("wide").unwrap()).unwrap();
    session.run(&|_| {});
    let lane = &session.lanes()[0];
    assert_eq!(
        (built.lanes[0].found, built.lanes[0].certified),
        (Some(lane.found().error), lane.certified())
    );
    assert!(built.holds() && !known[1].figures.holds() && known[2].figures.refused.is_some());
    let by_hand = TargetFigures::built(&experiment, 1, &|_| {}, &|| false).unwrap();
    assert_eq!(by_hand.lanes[0].neurons_sampled, built.lanes[0].neurons_sampled);
    builder.ask(&experiment, 0, TargetDepth::Built);
    builder.stop();
    assert!(builder.is_at_rest() && builder.known().is_none());
}

#[test]
fn the_screen_lists_builds_and_opens_them() {
    let folder = tempfile::tempdir().unwrap();
    let list = written(folder.path(), "list.ron", SEVERAL_TARGETS);
    let mut screen = Opened::open(&list, &[]);
    let picture = |screen: &Opened| screen.picture(PLAIN, 80, 24);
    assert!(
        picture(&screen).contains("one of 3 targets for the same task: F lists them"),
        "{}",
        picture(&screen)
    );
    screen.letter('F');
    assert_eq!(screen.app.overlay_name(), Some(targets::NAME));
    let planned = picture(&screen);
    for text in ["▶ narrow", "  wide", "  deep", "refused", "bound", "sampled"] {
        assert!(planned.contains(text), "{text}:\n{planned}");
    }
    assert!(!planned.contains("yes"), "{planned}");
    screen.press(Action::Down);
    screen.press(Action::Step(Step::Weight));
    assert_eq!(picture(&screen).matches("yes").count(), 1, "one is built");
    screen.press(Action::Down);
    assert!(picture(&screen).contains("not built: expected at least"), "the reason of the selected one");
    screen.press(Action::Step(Step::All));
    let built = picture(&screen);
    assert_eq!(built.matches("yes").count(), 2, "{built}");
    // The table is that of the command.
    let compared = json(&["compare", &list, "--json"]);
    let certified = compared["targets"][0]["lanes"][0]["error"]["certified"].as_f64().unwrap();
    assert!(built.contains(&format!("{certified:.1e}")), "{built}");
    screen.press(Action::Up);
    screen.press(Action::Choose);
    assert_eq!(screen.app.overlay_name(), None);
    assert_eq!(screen.app.latest.experiment.chosen_target(), Some(1));
    // What is known stays, whichever target is on the screens.
    screen.letter('F');
    assert!(picture(&screen).contains("▶ wide") && picture(&screen).matches("yes").count() == 2);
    let mut other = Opened::open("tiny", &[]);
    other.letter('F');
    assert!(picture(&other).contains("This setup has one target."), "{}", picture(&other));
}

#[test]
fn the_list_can_be_drawn_at_every_small_size() {
    let folder = tempfile::tempdir().unwrap();
    let list = written(folder.path(), "list.ron", SEVERAL_TARGETS);
    let mut screen = Opened::open(&list, &[]);
    screen.letter('F');
    screen.press(Action::Step(Step::All));
    screen.draw_every_small_size(PLAIN);
}
