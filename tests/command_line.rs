//! The command line: output, files and exit code of each call.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use calls::{TINY_RON, as_number, assert_close, json, keys_in_order, slth, text};
use serde_json::Value;

#[test]
fn presets_lists_the_built_ins() {
    let list = text(&["presets"]);
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        names,
        [
            "digits",
            "tiny",
            "example-5",
            "example-6",
            "malach-vs-hyperbolic",
            "ladder",
            "example-5-all",
            "deep",
            "wide",
            "digits-learned",
            "digits-rewinding",
            "mnist-edge-popup",
            "mnist-rewinding",
            "conv",
            "conv-batchnorm",
            "residual",
            "lstm",
            "further-questions"
        ]
    );
    assert!(list.lines().next().unwrap().ends_with("(default)"));
}

#[test]
fn presets_show_prints_the_ron() {
    assert_eq!(text(&["presets", "show", "tiny"]), TINY_RON);
}

#[test]
fn a_printed_preset_runs_like_the_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("printed.ron");
    std::fs::write(&path, text(&["presets", "show", "tiny"])).unwrap();
    let printed = json(&["run", path.to_str().unwrap(), "--json"]);
    let built_in = json(&["run", "tiny", "--json"]);
    assert_eq!(printed["lanes"][0]["layers"], built_in["lanes"][0]["layers"]);
    assert_eq!(printed["lanes"][0]["error"], built_in["lanes"][0]["error"]);
}

#[test]
fn bounds_json_has_the_stable_keys() {
    // One dot per level of nesting.
    assert_eq!(
        keys_in_order(&text(&["bounds", "example-5", "--json"])),
        [
            "title",
            "widths",
            "epsilon",
            "delta",
            "w_max",
            "f_max",
            "norms",
            "given",
            "tolerance",
            "weight_tolerance",
            "constructions",
            "..name",
            "..methods",
            "..g_neurons",
            "..g_weights",
            "..k_prime",
            "..levels",
            "..weight_range",
            "..product_range",
            "..weight_ratio",
            "..layers",
            "....layer",
            "....weights",
            "....neurons",
            "....neurons_all_targets",
            "....neurons_per_weight",
            "..assumptions",
            "....assumption",
            "....found",
            "....limit",
            "....kept",
            "savings",
            ".tolerance_per_layer",
            ".skip_dead_halves",
            ".skip_dead_halves_demands",
            "reading",
            "assumed",
        ]
    );
}

#[test]
fn bounds_name_the_methods_that_they_hold_for() {
    let bounds = json(&["bounds", "tiny", "--json"]);
    let allocations = ["hyperbolic/first-fit", "hyperbolic/in-order", "hyperbolic/on-demand"];
    assert_eq!(construction(&bounds, "hyperbolic")["methods"], serde_json::json!(allocations));
    assert_eq!(
        construction(&bounds, "uniform-sub-sums")["methods"],
        serde_json::json!(["subset-sum/unshared"])
    );
}

/// A construction's bounds, by name.
fn construction<'a>(bounds: &'a Value, name: &str) -> &'a Value {
    bounds["constructions"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap()
}

#[test]
fn a_key_of_bounds_that_does_not_apply_is_null() {
    let bounds = json(&["bounds", "tiny", "--json"]);
    let malach = construction(&bounds, "malach");
    for key in ["k_prime", "levels", "product_range"] {
        assert!(malach.as_object().unwrap().contains_key(key) && malach[key].is_null(), "{key}");
    }
    assert!(malach["layers"][0]["neurons_all_targets"].is_null());
}

#[test]
fn bounds_of_example_5_are_those_of_the_paper() {
    let bounds = json(&["bounds", "example-5", "--json"]);
    assert_eq!(bounds["widths"].as_array().unwrap().len(), 11);
    assert_eq!(bounds["norms"], "unit");
    let tolerances = bounds["weight_tolerance"].as_array().unwrap();
    assert_eq!(tolerances.len(), 10);
    tolerances.iter().for_each(|tolerance| assert_close(tolerance, 3.678_794_411_71e-7));

    let hyperbolic = construction(&bounds, "hyperbolic");
    assert_close(&hyperbolic["k_prime"], 39.249_056_277_3);
    assert_eq!(hyperbolic["levels"], 39);
    assert_close(&hyperbolic["weight_range"][0], 5.350_477_819_29e-6);
    assert_close(&hyperbolic["weight_range"][1], 43.632_319_889_2);
    assert_close(&hyperbolic["product_range"][0], 8.175_098_692_7e-8);
    assert_close(&hyperbolic["product_range"][1], 2.0 / 3.0);
    assert_close(&hyperbolic["weight_ratio"], 125_738.54);
    let layers = hyperbolic["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 10);
    for (layer, number) in layers.iter().zip(1..) {
        assert_eq!(layer["layer"], number);
        assert_eq!(layer["weights"], 10_000);
        assert_eq!(layer["neurons"], 6_286_927);
        assert_eq!(layer["neurons_all_targets"], 6_293_147);
        assert_close(&layer["neurons_per_weight"], 628.692_7);
    }

    let shared = construction(&bounds, "shared-golden");
    assert_eq!(shared["layers"][0]["neurons"], 664_900);
    assert_close(&shared["layers"][0]["neurons_per_weight"], 66.49);
    // The bound of a whole neuron is beyond f64.
    let whole = &construction(&bounds, "whole-neuron")["layers"][0]["neurons"];
    assert!(whole.as_str().is_some_and(|text| text.ends_with("e683")), "{whole}");
    let malach = construction(&bounds, "malach");
    assert_close(&malach["layers"][0]["neurons_per_weight"], 1.075_919_541e15);
}

#[test]
fn bounds_of_example_6_are_those_of_the_paper() {
    let bounds = json(&["bounds", "example-6", "--json"]);
    assert_close(&bounds["weight_tolerance"][0], 3.678_794_412e-27);
    assert_eq!(bounds["norms"], "worst");
    let hyperbolic = construction(&bounds, "hyperbolic");
    assert_close(&hyperbolic["k_prime"], 152.826_528_023);
    assert_eq!(hyperbolic["levels"], 152);
    assert_eq!(hyperbolic["layers"][0]["neurons"], 24_483_129);
    assert_eq!(hyperbolic["layers"][0]["neurons_all_targets"], 24_507_345);
}

#[test]
fn run_json_has_the_stable_keys() {
    assert_eq!(
        keys_in_order(&text(&["run", "tiny", "--json"])),
        [
            "title",
            "seed",
            "epsilon",
            "given",
            "lanes",
            "..construction",
            "..method",
            "..mode",
            "..layers",
            "....layer",
            "....weights",
            "....neurons_bound",
            "....neurons_sampled",
            "....kept_neurons",
            "....kept_weights",
            "....weight_tolerance",
            "....max_error",
            "....norm_target",
            "....norm_pruned",
            "....complete",
            "....ticket",
            "....shortage",
            "....g_neurons",
            "....g_weights",
            "....g_size_by",
            "....share_neurons_kept",
            "....share_weights_kept",
            "..g_neurons",
            "..g_weights",
            "..g_size_by",
            "..share_neurons_kept",
            "..share_weights_kept",
            "..error",
            "...found",
            "...certified",
            "...epsilon",
            "...exceeds_only_by_rounding",
            "...inputs_tried",
            "...climbed",
            "....from_input",
            "....from_error",
            "....input",
            "..accuracy",
            "..certificate",
            "...layers",
            ".....layer",
            ".....input_norm",
            ".....input_norm_by",
            ".....input_norm_by_norms",
            ".....input_norm_by_intervals",
            ".....delta_norms",
            ".....delta_norm",
            ".....pruned_norm",
            ".....lambda",
            ".....error",
            ".....rounding",
            ".....promised",
            "...error",
            "...rounding",
            "...promised",
            "...evaluation",
            "..assumptions",
            "....assumption",
            "....found",
            "....limit",
            "....kept",
            "..verdict",
            "..elapsed_seconds",
            "learned",
            "bridge",
            "refused",
            "reading",
            "assumed",
        ]
    );
}

#[test]
fn the_ticket_of_tiny_holds() {
    let run = json(&["run", "tiny", "--json"]);
    let lane = &run["lanes"][0];
    assert_eq!((&lane["construction"], &lane["mode"]), (&"hyperbolic".into(), &"drawn".into()));
    let [found, certified, epsilon] =
        ["found", "certified", "epsilon"].map(|k| lane["error"][k].as_f64().unwrap());
    assert!(0.0 < found && found <= certified && certified <= epsilon, "{found} {certified} {epsilon}");
    assert_eq!(lane["error"]["inputs_tried"], 10_000);
    for layer in lane["layers"].as_array().unwrap() {
        assert_eq!(layer["complete"], true);
        assert!(layer["max_error"].as_f64() <= layer["weight_tolerance"].as_f64());
        assert!(layer["neurons_sampled"].as_u64() <= layer["neurons_bound"].as_u64());
    }
}

#[test]
fn the_run_of_digits_shows_both_accuracies() {
    assert!(text(&["run", "digits"]).contains("F 97.50 %, pruned 97.50 %"));
}

#[test]
fn a_call_without_a_terminal_runs() {
    let all_but_time = |arguments: &[&str]| -> Vec<String> {
        text(arguments).lines().filter(|line| !line.starts_with("computed in")).map(str::to_owned).collect()
    };
    assert_eq!(all_but_time(&["tiny"]), all_but_time(&["run", "tiny"]));
    assert_eq!(all_but_time(&[])[0], "Handwritten digits, 64-32-16-10, trained (preset digits, seed 42)");
}

#[test]
fn seed_changes_the_random_network_and_nothing_else() {
    let layers = |run: &Value, key: &str| {
        let layers = run["lanes"][0]["layers"].as_array().unwrap();
        layers.iter().map(|layer| layer[key].clone()).collect::<Vec<_>>()
    };
    let (first, second) = (json(&["run", "tiny", "--json"]), json(&["run", "tiny", "--json", "--seed", "2"]));
    assert_eq!((&first["seed"], &second["seed"]), (&1.into(), &2.into()));
    assert_eq!(layers(&first, "norm_target"), layers(&second, "norm_target"));
    assert_eq!(layers(&first, "neurons_bound"), layers(&second, "neurons_bound"));
    assert_ne!(layers(&first, "neurons_sampled"), layers(&second, "neurons_sampled"));
    // Before the command as well as after it, and above a seed that is set.
    let before = json(&["run", "tiny", "--json", "--set", "seed=3", "--seed", "2"]);
    assert_eq!(layers(&before, "max_error"), layers(&second, "max_error"));
}

#[test]
fn set_changes_its_key_and_what_follows_from_it() {
    let bounds = json(&["bounds", "tiny", "--json"]);
    let set = json(&["bounds", "tiny", "--json", "--set", "epsilon=0.05", "--set", "delta=0.5"]);
    assert_eq!((&set["epsilon"], &set["delta"]), (&0.05.into(), &0.5.into()));
    let tolerance = |bounds: &Value| bounds["weight_tolerance"][0].as_f64().unwrap();
    assert!((tolerance(&bounds) / tolerance(&set) - 2.0).abs() < 1e-12);
    assert_eq!((&set["title"], &set["w_max"]), (&bounds["title"], &bounds["w_max"]));
    // The last of two wins.
    let twice = json(&["bounds", "tiny", "--json", "--set", "epsilon=0.1", "--set", "epsilon=0.05"]);
    assert_eq!(twice["epsilon"], 0.05);
}

#[test]
fn csv_has_a_row_per_layer_that_agrees_with_the_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.csv");
    let run = json(&["run", "tiny", "--json", "--csv", path.to_str().unwrap()]);
    let written = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<&str>> = written.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        rows[0].join(","),
        "construction,mode,layer,weights,neurons_bound,neurons_sampled,kept_neurons,kept_weights,\
         weight_tolerance,max_error,norm_target,norm_pruned,complete,method,g_neurons,g_weights,g_size_by,\
         share_neurons_kept,share_weights_kept,accuracy_target,accuracy_pruned"
    );
    assert_eq!(rows.len(), 3);
    for (row, layer) in rows[1..].iter().zip(run["lanes"][0]["layers"].as_array().unwrap()) {
        assert_eq!(row[..2], ["hyperbolic", "drawn"]);
        for (key, cell) in rows[0].iter().zip(row).skip(2) {
            let value = match *key {
                "method" => &run["lanes"][0]["method"],
                "accuracy_target" | "accuracy_pruned" => &run["lanes"][0]["accuracy"],
                key => &layer[key],
            };
            let cell = match *cell {
                "" => Value::Null,
                cell => serde_json::from_str(cell).unwrap_or_else(|_| cell.into()),
            };
            assert_eq!(as_number(&cell), as_number(value), "{key}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file is left");
}

#[test]
fn a_ticket_that_does_not_hold_exits_1() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("untrue.ron");
    // The norms are far above the assumed 1 and the activations far above f_max, so the tolerance of weights is far too
    // coarse.
    let untrue = TINY_RON
        .replace("[0.6, -0.4]", "[6.0, -4.0]")
        .replace("[0.7, -0.2, 0.4]", "[7.0, -2.0, 4.0]")
        .replace("seed: 1", "norms: Unit, f_max: 0.01, seed: 1");
    std::fs::write(&path, untrue).unwrap();
    let run = slth(&["run", path.to_str().unwrap()]).assert().code(1);
    let shown = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(shown.contains("not kept by this target: norms: Unit assumes"), "{shown}");
    assert!(shown.ends_with("The ticket does not hold.\n"), "{shown}");

    let run = slth(&["run", path.to_str().unwrap(), "--json"]).assert().code(1);
    let run: Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let error = &run["lanes"][0]["error"];
    assert!(error["certified"].as_f64() > error["epsilon"].as_f64());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_slth"))
        .args(["run", "tiny", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before anything is written: the surest broken pipe.
    drop(run.stdout.take());
    let mut errors = String::new();
    run.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!((run.wait().unwrap().code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn help_is_as_it_was() {
    insta::assert_snapshot!("help", text(&["--help"]));
    insta::assert_snapshot!("help_of_run", text(&["run", "--help"]));
    insta::assert_snapshot!("help_of_compare", text(&["compare", "--help"]));
    insta::assert_snapshot!("help_of_inspect", text(&["inspect", "--help"]));
}

#[test]
fn the_man_page_is_as_it_was() {
    insta::assert_snapshot!("man", text(&["man"]).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn completions_name_the_commands_in_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&["completions", shell]);
        assert!(script.contains("slth") && script.contains("compare"), "{shell}");
    }
}

#[test]
fn unknown_arguments_exit_2() {
    for arguments in [
        &["run", "tiny", "--jason"][..],
        &["run"],
        &["tiny", "run"],
        &["--seed", "x"],
        &["completions", "csh"],
    ] {
        let call = slth(arguments).assert().code(2);
        assert!(call.get_output().stdout.is_empty() && !call.get_output().stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_ticket_file_appears_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.npz");
    slth(&["run", "tiny", "--ticket", path.to_str().unwrap()]).assert().success();
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, [Path::new("tiny.npz")]);
    assert_eq!(&std::fs::read(&path).unwrap()[..2], b"PK");
}

#[test]
fn a_weight_file_is_shown_layer_by_layer() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/presets/digits-mlp.safetensors");
    let report = json(&["inspect", file, "--json", "--output-activation", "Identity"]);
    assert_eq!(report["widths"], serde_json::json!([64, 32, 16, 10]));
    assert!(report["folded_widths"].is_null());
    assert_eq!(report["layers"][2]["activation"], "identity");
    assert_eq!(report["layers"][0]["tensor"]["dtype"], "F32");
    assert_eq!(report["layers"][0]["shape"], serde_json::json!([32, 64]));
    // The size of G agrees with `bounds` for the same network and inputs.
    let bounds = json(&["bounds", "digits", "--json", "--set", "inputs=Ball(radius: 1.0)"]);
    let inspected = json(&["inspect", "digits", "--json", "--set", "inputs=Ball(radius: 1.0)"]);
    assert_eq!(inspected["constructions"], bounds["constructions"]);
    assert_eq!(inspected["constructions"], report["constructions"]);
    let shown = text(&["inspect", file]);
    assert!(shown.contains("widths 64-32-16-10, 2,720") && shown.contains("hyperbolic"), "{shown}");
}

#[test]
fn biases_are_told_by_inspect_and_run() {
    let target = "target=Explicit(layers:[[[0.5,-0.25]],[[1.0]]],biases:[[0.5],[-0.25]])";
    let report = json(&["inspect", "tiny", "--json", "--set", target]);
    assert_eq!(report["widths"], serde_json::json!([2, 1, 1]));
    assert_eq!(report["folded_widths"], serde_json::json!([3, 2, 1]));
    assert_eq!(report["layers"][1]["bias"]["range"], serde_json::json!([-0.25, -0.25]));
    let run = text(&["run", "tiny", "--set", target]);
    assert!(run.contains("biases are folded in: widths 2-1-1 become 3-2-1"), "{run}");
}

/// A file of `tests/cases`.
fn case(file: &str) -> String {
    format!("{}/tests/cases/{file}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_weight_file_stands_wherever_a_preset_may() {
    let file = case("torch-prune/net.safetensors");
    let options = ["--activation", "Tanh", "--set", "epsilon=0.5"];
    for command in [&["run"][..], &["compare"], &["bounds"], &["inspect"], &["check", "--runs=5"], &[]] {
        let call = [command, &[&file], &options[..]].concat();
        let shown = text(&call).split_whitespace().collect::<Vec<_>>().join(" ");
        for says in [
            "read as outputs × inputs: PyTorch stores a `weight` so; order: by the names",
            "layer 1: fc1.weight_orig 4x3 · fc1.weight_mask, bias fc1.bias",
            "layer 2: fc2.weight_orig 2x4 · fc2.weight_mask, no bias",
            "assumed: delta: 0.01, inputs: Ball(radius: 1.0) (`slth presets from",
        ] {
            assert!(shown.contains(says), "{command:?}: expected {says}, found {shown}");
        }
        assert!(!shown.contains("epsilon: 0.01") && !shown.contains("activation: Relu"), "{shown}");
    }
    let run = json(&[&["run", &file, "--json"], &options[..]].concat());
    assert_eq!(run["assumed"], serde_json::json!(["delta: 0.01", "inputs: Ball(radius: 1.0)"]));
    assert_eq!(run["reading"]["layers"][0]["mask"], "fc1.weight_mask");
    assert_eq!(run["reading"]["layers"][0]["bias"]["name"], "fc1.bias");
    assert!(run["reading"]["layers"][1]["bias"].is_null());
    // The printed preset gives the same.
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.ron");
    std::fs::write(&saved, text(&[&["presets", "from", &file], &options[..]].concat())).unwrap();
    let again = json(&["run", saved.to_str().unwrap(), "--json"]);
    assert_eq!(again["reading"], run["reading"]);
    assert_eq!(again["lanes"][0]["layers"], run["lanes"][0]["layers"]);
    assert_eq!(again["lanes"][0]["error"], run["lanes"][0]["error"]);
}

#[test]
fn what_is_not_used_is_listed() {
    let file = case("npz-other-members/readme.npz");
    for command in ["run", "inspect"] {
        assert!(text(&[command, &file]).contains("not used: README.txt (no tensor)"), "{command}");
        let unused = &json(&[command, &file, "--json"])["reading"]["unused"];
        assert_eq!(unused[0]["name"], "README.txt", "{command}");
    }
    let file = case("pt/checkpoint.pt");
    let unused = json(&["inspect", &file, "--json"])["reading"]["unused"].clone();
    let names: Vec<&str> =
        unused.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"epoch") && names.contains(&"loss"), "{names:?}");
}

#[test]
fn options_choose_between_readings() {
    let square = case("order-open-lth/square.npz");
    let refused = slth(&["inspect", &square]).assert().code(2);
    let refused = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    let chosen = "--layers fc_layers.0.weight,fc_layers.1.weight,fc.weight";
    assert!(refused.contains(chosen), "{refused}");
    let (option, layers) = chosen.split_once(' ').unwrap();
    let report = json(&["inspect", &square, option, layers, "--json"]);
    assert_eq!(report["reading"]["layers"][2]["matrix"]["name"], "fc.weight");
    // A bare npy matrix, either way up; the option before the command too.
    let bare = case("activation-names/net.npy");
    assert!(text(&["inspect", &bare]).contains("the convention for an npy matrix"));
    assert_eq!(json(&["inspect", &bare, "--json"])["widths"], serde_json::json!([3, 2]));
    for call in [["inspect", "--transposed", &bare, "--json"], ["--transposed", "inspect", &bare, "--json"]] {
        assert_eq!(json(&call)["widths"], serde_json::json!([2, 3]));
    }
    for call in [&["run", "tiny", "--transposed"][..], &["inspect", "tiny", "--activation", "tanh"]] {
        let refused = slth(call).assert().code(2);
        let refused = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(refused.contains("expected a weight file, found the preset tiny"), "{refused}");
    }
}

#[test]
fn a_lane_that_is_not_built_is_named_in_every_form() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let call = [
        "run",
        "tiny",
        "--set",
        "target=Explicit(layers:[[[1.5,-0.3]]])",
        "--set",
        "constructions=[Malach,Hyperbolic()]",
    ];
    let report = json(&[&call[..], &["--json"]].concat());
    assert_eq!(report["lanes"].as_array().unwrap().len(), 1);
    let refused = &report["refused"][0];
    assert_eq!(
        (refused["construction"].as_str(), refused["method"].as_str()),
        (Some("malach"), Some("malach"))
    );
    assert!(refused["reason"].as_str().unwrap().contains("expected weights in [-1, 1]"));
    let with_csv = slth(&[&call[..], &["--csv", path]].concat()).assert();
    let output = with_csv.get_output();
    let (shown, noted) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(shown.contains("not built: malach: expected weights in [-1, 1]"), "{shown}");
    assert!(noted.contains("no row of the CSV: malach: expected weights in [-1, 1]"), "{noted}");
}

/// With a tolerance for each layer, a single number names its layer.
#[test]
fn one_of_several_tolerances_names_its_layer() {
    let per_layer = ["--set", "tolerance=PerLayer"];
    let report = json(&[&["bounds", "digits", "--json"], &per_layer[..]].concat());
    let tolerances: Vec<f64> =
        report["weight_tolerance"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    let finest = tolerances.iter().copied().fold(f64::INFINITY, f64::min);
    let layer = 1 + tolerances.iter().position(|&tolerance| tolerance == finest).unwrap();
    let shown = text(&[&["bounds", "digits"], &per_layer[..]].concat());
    assert!(shown.contains(&format!("finest ε_w = {finest:.11e} (of layer {layer})")), "{shown}");
    let of_layer = format!(" (of layer {layer})");
    let line = |start: &str| shown.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    assert!(line("k' = ").ends_with(&of_layer) && line("products [").ends_with(&of_layer), "{shown}");
    assert!(!text(&["bounds", "digits"]).contains("of layer"));
}

#[test]
fn a_tolerance_just_too_fine_is_told_from_the_least() {
    // 2η = 0.999·2⁻⁴⁵
    let set = ["--set", "tolerance=Weight(2.8393e-14)", "--set", "constructions=[Malach,Hyperbolic()]"];
    let report = json(&[&["run", "tiny", "--json"], &set[..]].concat());
    let reason = report["refused"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("at least 1.421e-14") && reason.contains("found 1.420e-14"), "{reason}");
}
