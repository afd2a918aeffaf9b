//! `slth check`: its output, files and exit codes.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use calls::{assert_close, json, keys_in_order, slth, text};
use serde_json::Value;

#[test]
fn check_json_has_the_stable_keys() {
    let written = text(&["check", "tiny", "--runs", "20", "--json"]);
    assert_eq!(
        keys_in_order(&written),
        [
            "title",
            "seed",
            "runs",
            "stopped",
            "confidence",
            "epsilon",
            "delta",
            "neurons_per_weight",
            "lanes",
            "..construction",
            "..method",
            "..allocation",
            "..mode",
            "..runs",
            "..unfinished_seeds",
            "..least_claim",
            "..layers",
            "....layer",
            "....weights",
            "....neurons_bound",
            "....neurons_per_weight_bound",
            "....g_weights",
            "....failures",
            ".....count",
            ".....rate",
            ".....low",
            ".....high",
            "....threshold",
            ".....neurons_per_weight",
            "....threshold_of_share",
            "..network",
            "...weights",
            "...g_neurons",
            "...g_weights",
            "...neurons_per_weight_bound",
            "...failures",
            "....count",
            "....rate",
            "....low",
            "....high",
            "...incomplete",
            "...not_found",
            "...missing",
            "...uncertified",
            "...exceeds_only_by_rounding",
            "...largest_certified",
            "...largest_error",
            "...failing_seeds",
            "...missing_seeds",
            "...threshold",
            "....neurons_per_weight",
            "..assumptions",
            "....assumption",
            "....found",
            "....limit",
            "....kept",
            "..verdict",
            "..elapsed_seconds",
            "learned",
            "refused",
            "reading",
            "assumed",
        ]
    );
}

#[test]
fn the_promise_of_tiny_is_kept() {
    let check = json(&["check", "tiny", "--runs", "2000", "--json"]);
    let lane = &check["lanes"][0];
    assert_eq!((&lane["verdict"], &lane["runs"]), (&"kept".into(), &2000.into()));
    let number = |value: &Value| value.as_f64().unwrap();
    let network = &lane["network"];
    assert!(number(&network["failures"]["high"]) <= 0.01);
    assert!(number(&network["largest_certified"]) <= 0.1);
    let threshold = &network["threshold"];
    let [low, estimate, high] = ["low", "neurons_per_weight", "high"].map(|key| number(&threshold[key]));
    assert!(low <= estimate && estimate <= high);
    assert!(high < number(&network["neurons_per_weight_bound"]));
}

#[test]
fn a_broken_promise_exits_1() {
    let arguments = ["check", "tiny", "--runs", "50", "--neurons-per-weight", "100"];
    let check = slth(&arguments).assert().code(1);
    let shown = String::from_utf8_lossy(&check.get_output().stdout).into_owned();
    assert!(shown.contains("seeds that fail"), "{shown}");
    // This budget is not the theorem's bound: the text names it, and says the demands cannot be met.
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("runs fail with 100 neurons per weight") && flat.contains("bound was not tested"),
        "{shown}"
    );
    assert!(flat.contains("the demands cannot all be met in at least"), "{shown}");
    let check = slth(&[&arguments[..], &["--json"]].concat()).assert().code(1);
    let report: Value = serde_json::from_slice(&check.get_output().stdout).unwrap();
    let lane = &report["lanes"][0];
    let network = &lane["network"];
    assert_eq!(lane["verdict"], "broken");
    let count = |key: &str| network[key].as_u64().unwrap();
    let missing = network["missing"]["count"].as_u64().unwrap();
    assert_eq!(count("incomplete"), missing + count("not_found"));
    // FirstFit does not find some existing tickets, and enough others are missing for the verdict.
    assert!(count("not_found") > 0 && network["missing"]["low"].as_f64().unwrap() > 0.01, "{network}");
    assert_eq!(network["missing_seeds"].as_array().unwrap().len(), 8);
}

/// `OnDemand` waits for its pieces one after another and runs out of M_i earlier than other allocations. The theorem promises the
/// existence of a ticket, and it exists in every run.
#[test]
fn an_allocation_that_runs_out_does_not_break_the_theorem() {
    let fine = ["check", "tiny", "--set", "epsilon=1e-12", "--runs", "1000", "--json"];
    let on_demand = ["--set", "constructions=[Hyperbolic(allocation:OnDemand)]"];
    let check = slth(&[&fine[..], &on_demand].concat()).assert().code(1);
    let report: Value = serde_json::from_slice(&check.get_output().stdout).unwrap();
    let (lane, network) = (&report["lanes"][0], &report["lanes"][0]["network"]);
    assert_eq!(lane["verdict"], "not-found");
    let counts = ["incomplete", "not_found", "uncertified"].map(|key| network[key].as_u64().unwrap());
    assert_eq!(counts, [22, 22, 0]);
    assert_eq!(
        (&network["missing"]["count"], &network["missing_seeds"]),
        (&0.into(), &serde_json::json!([]))
    );
    // `FirstFit` completes the failing seeds.
    for seed in network["failing_seeds"].as_array().unwrap() {
        let run = ["run", "tiny", "--set", "epsilon=1e-12", "--seed", &seed.to_string(), "--json"];
        assert_eq!(json(&run)["lanes"][0]["verdict"], "holds");
    }
    let run = ["run", "tiny", "--set", "epsilon=1e-12", "--seed", "21"];
    let run = slth(&[&run[..], &on_demand].concat()).assert().code(1);
    let shown = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("This allocation did not find every piece within the bound, though a ticket is there."),
        "{shown}"
    );
}

/// A check evaluates nothing, so nothing is rounded; in a run only the rounding exceeds ε.
#[test]
fn rounding_breaks_no_theorem() {
    let check = json(&["check", "tiny", "--set", "epsilon=1e-15", "--runs", "400", "--json"]);
    let (lane, network) = (&check["lanes"][0], &check["lanes"][0]["network"]);
    assert_eq!(lane["verdict"], "kept");
    assert_eq!((&network["exceeds_only_by_rounding"], &network["uncertified"]), (&400.into(), &0.into()));
    assert!(network["largest_error"].as_f64().unwrap() <= 1e-15);
    assert!(network["largest_certified"].as_f64().unwrap() > 1e-15);
    let run = json(&["run", "tiny", "--set", "epsilon=1e-15", "--json"]);
    let lane = &run["lanes"][0];
    assert_eq!(lane["verdict"], "exceeds-only-by-rounding");
    assert_eq!(lane["error"]["exceeds_only_by_rounding"], true);
    let shown = text(&["run", "tiny", "--set", "epsilon=1e-15"]);
    assert!(shown.contains("holds in exact arithmetic; certified exceeds ε only by rounding"), "{shown}");
}

/// Malach's bound assumes inputs of norm 1: of others it promises nothing, and cannot be broken.
#[test]
fn a_bound_outside_its_assumptions_is_not_broken() {
    let target = "target=Explicit(layers:[[[0.5,0.0],[0.0,0.5]]])";
    let settings = [
        "tiny",
        "--set",
        target,
        "--set",
        "constructions=[Malach]",
        "--set",
        "inputs=Ball(radius:5.0)",
        "--set",
        "mode=SkipAhead",
    ];
    let check = slth(&[&["check", "--runs", "100", "--json"], &settings[..]].concat()).assert().code(1);
    let report: Value = serde_json::from_slice(&check.get_output().stdout).unwrap();
    let lane = &report["lanes"][0];
    assert_eq!(lane["verdict"], "outside-assumptions");
    let all = lane["assumptions"].as_array().unwrap();
    let norm = all.iter().find(|each| each["assumption"] == "‖x‖₂ ≤ 1").unwrap();
    assert_eq!((&norm["kept"], &norm["limit"]), (&false.into(), &1.0.into()));
    assert_close(&norm["found"], 5.0);
    let check = slth(&[&["check", "--runs", "100"], &settings[..]].concat()).assert().code(1);
    let shown = String::from_utf8_lossy(&check.get_output().stdout).into_owned();
    assert!(shown.contains("The assumptions do not hold") && shown.contains("‖x‖₂ ≤ 1, found 5"), "{shown}");
    assert!(!shown.contains("NOT kept"), "{shown}");
    // The same target with inputs of the assumed size: the promise is kept.
    let assumed = ["check", "tiny", "--runs", "2000", "--json", "--set", target, "--set", "mode=SkipAhead"];
    let check = json(&[&assumed[..], &["--set", "constructions=[Malach]"]].concat());
    assert_eq!(check["lanes"][0]["verdict"], "kept");
}

/// Fifty runs cannot contradict a bound that holds, nor claim 0.01; they say so.
#[test]
fn too_few_runs_say_what_they_cannot_tell() {
    let shown = text(&["check", "tiny", "--runs", "50"]);
    assert!(shown.contains("Not decided"), "{shown}");
    assert!(shown.contains("can claim no rate below 0.071") && shown.contains("it takes 368"), "{shown}");
}

#[test]
fn the_text_is_as_it_was() {
    let timeless = |arguments: &[&str]| {
        let check = slth(arguments).env("LC_ALL", "C.UTF-8").assert().success();
        let shown = String::from_utf8_lossy(&check.get_output().stdout).into_owned();
        let lines = shown.lines().filter(|line| !line.starts_with("computed in"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let settings = ["check", "tiny", "--runs", "2000"];
    insta::assert_snapshot!("check", timeless(&settings));
    let ascii = timeless(&[&settings[..], &["--ascii"]].concat());
    assert!(ascii.is_ascii(), "{ascii}");
    insta::assert_snapshot!("check_ascii", ascii);
    insta::assert_snapshot!("help_of_check", text(&["check", "--help"]));
}

#[test]
fn the_files_hold_the_curves() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, svg) = (folder.path().join("c.csv"), folder.path().join("c.svg"));
    let arguments = ["check", "tiny", "--runs", "300", "--json", "--csv", csv.to_str().unwrap()];
    let report = json(&[&arguments[..], &["--svg", svg.to_str().unwrap()]].concat());
    let rows: Vec<Vec<String>> = std::fs::read_to_string(&csv)
        .unwrap()
        .lines()
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect();
    assert_eq!(
        rows[0].join(","),
        "construction,allocation,mode,layer,neurons_per_weight,failures,runs,rate,low,high,method"
    );
    for layer in ["1", "2", "network"] {
        let curve: Vec<_> = rows.iter().filter(|row| row[3] == layer).collect();
        let value = |row: &[String], column: usize| row[column].parse::<f64>().unwrap();
        assert_eq!((curve[0][4].as_str(), curve[0][5].as_str()), ("0", "300"));
        assert!(curve.is_sorted_by(|a, b| value(a, 4) < value(b, 4) && value(a, 5) >= value(b, 5)));
        assert!(curve.iter().all(|row| value(row, 8) <= value(row, 7) && value(row, 7) <= value(row, 9)));
        // The threshold is where the rate falls to δ.
        let first = curve.iter().find(|row| value(row, 7) <= 0.01).unwrap();
        let lane = &report["lanes"][0];
        let scope = layer.parse().map_or(&lane["network"], |layer: usize| &lane["layers"][layer - 1]);
        assert_close(&scope["threshold"]["neurons_per_weight"], value(first, 4));
    }
    let picture = std::fs::read_to_string(&svg).unwrap();
    let document = roxmltree::Document::parse(&picture).unwrap();
    let words: Vec<&str> = document.descendants().filter_map(|node| node.text()).map(str::trim).collect();
    for word in ["layer 1", "layer 2", "network", "delta = 0.01", "bound of each layer", "neurons per weight"]
    {
        assert!(words.contains(&word), "{word} of {words:?}");
    }
    let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
    assert!(count("polyline") >= 3 && count("polygon") >= 3);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "a temporary file is left");
}

#[test]
fn constructions_that_are_not_repeated_are_named() {
    let both = "constructions=[SubsetSum,SharedGolden]";
    let check = json(&["check", "tiny", "--runs", "400", "--json", "--set", both]);
    assert_eq!(check["lanes"][0]["construction"], "shared-golden");
    assert_eq!(check["refused"][0]["construction"], "subset-sum");
    assert!(check["refused"][0]["reason"].as_str().unwrap().contains("bound"));
}

#[test]
fn what_cannot_be_checked_exits_2_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("c.csv");
    for (arguments, expected) in [
        (&["--runs", "0"][..], "--runs 0: expected a number of runs from 1 on"),
        (&["--runs", "x"], "--runs x: expected a number of runs from 1 on"),
        (&["--runs", "1000000000000000"], "--runs 1000000000000000: "),
        (&["--runs", "9", "--confidence", "1"], "expected a probability from 0.5 to 0.999999"),
        (&["--runs", "9", "--neurons-per-weight", "0"], "expected a number above 0"),
        (&["--runs", "9", "--neurons-per-weight", "inf"], "expected a number above 0"),
        (&["--runs", "9", "--neurons-per-weight", "1e300"], "at most 2^64 neurons"),
        (&["--runs", "9", "--set", "constructions=[SubsetSum]"], "expected a construction with a bound"),
        (&["--runs", "9", "--set", "epsilon=0"], "epsilon"),
        (&["--runs", "9", "--svg", "/no/such/folder/c.svg"], "expected a writable file"),
    ] {
        let call = [&["check", "tiny", "--csv", csv.to_str().unwrap()], arguments].concat();
        let call = slth(&call).assert().code(2);
        let error = String::from_utf8_lossy(&call.get_output().stderr).into_owned();
        assert!(error.contains(expected), "{arguments:?}: {error}");
        assert!(call.get_output().stdout.is_empty());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

/// Ctrl-C: the runs so far are printed and marked as stopped, and the exit code is 1. Before the first run it ends the program.
#[cfg(unix)]
#[test]
fn an_interrupt_prints_what_was_found() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;
    for wait in [0.1, 1.0, 10.0] {
        let mut child = calls::interruptible()
            .args(["check", "tiny", "--runs", "10000000", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_secs_f64(wait));
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(kill.success() && child.try_wait().unwrap().is_none());
        let output = child.wait_with_output().unwrap();
        if output.status.signal().is_none() {
            assert_eq!(output.status.code(), Some(1));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(report["stopped"], true);
            return;
        }
    }
    panic!("no run was begun within ten seconds");
}

/// With a budget the theorem's bound is not tested, and no text claims so.
#[test]
fn a_budget_is_no_bound() {
    let in_words = |call: &[&str]| text(call).split_whitespace().collect::<Vec<_>>().join(" ");
    let folder = tempfile::tempdir().unwrap();
    let svg = folder.path().join("c.svg");
    let call = ["check", "tiny", "--runs", "20", "--neurons-per-weight"];
    let shown = in_words(&[&call[..], &["20000", "--svg", svg.to_str().unwrap()]].concat());
    assert!(shown.contains("Complete in all 20 runs with"), "{shown}");
    assert!(shown.contains("the theorem's bound was not tested"), "{shown}");
    assert!(!shown.contains("promise") && !shown.contains("threshold, ┊ bound"), "{shown}");
    assert!(shown.contains("┊ allowed") || shown.contains("] allowed"), "{shown}");
    let drawn = std::fs::read_to_string(&svg).unwrap();
    assert!(drawn.contains("allowed of each layer") && !drawn.contains("bound of each layer"));
    let sums = ["100", "--set", "constructions=[SubsetSum]"];
    let shown = in_words(&[&call[..], &sums[..]].concat());
    assert!(shown.contains("no bound with a constant is published"), "{shown}");
    // No run is complete, so none has an error.
    let check = slth(&[&call[..], &["1", "--json"]].concat()).assert();
    let report: Value = serde_json::from_slice(&check.get_output().stdout).unwrap();
    let network = &report["lanes"][0]["network"];
    assert_eq!(network["incomplete"], 20);
    assert!(network["largest_certified"].is_null() && network["largest_error"].is_null(), "{network}");
}
