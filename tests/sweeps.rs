//! `slth sweep` and the table of its folder: the same whatever the shares, the kills and their order.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use calls::{interruptible, json, names, slth};
use serde_json::Value;
use slth::experiment::FileOptions;
use slth::report::{Comparison, LearnedReport, LearnedRun};
use slth::sampling::{Side, Stream};
use slth::session::{Session, Shard};
use slth::sweep::Sweep;

/// Refused combinations, zipped lists, three methods and a gap among the seeds.
const SWEEP: &str = r#"(
    title: "Small",
    base: "tiny",
    grid: (
        epsilon: [0.5, 0.3],
        target: [Explicit(layers: [[[0.5, -0.25]]]), Explicit(layers: [[[1.5, -0.3]]])],
    ),
    zipped: [(delta: [0.1, 0.01], skip_dead_halves: [false, true])],
    methods: [Hyperbolic(allocation: FirstFit), ProductPair, Malach],
    seeds: List([7, 1, 3]),
)"#;

const RUNS: u64 = 2 * 2 * 2 * 3 * 3;

/// Methods with options, on data of their own.
const LEARNED: &str = r#"(
    base: "digits-learned",
    grid: (epsilon: [0.5]),
    methods: [Hyperbolic(allocation: FirstFit)],
    learned: [EdgePopup(keep: 0.5, epochs: 1), EdgePopup(keep: 0.3, epochs: 1, widths: [64, 20, 10])],
    seeds: Range(first: 5, count: 2),
)"#;

fn folder_with(sweep: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("s.ron"), sweep).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> std::process::Output {
    slth(&[&["sweep", "s.ron"], arguments].concat()).current_dir(folder).output().unwrap()
}

fn run_well(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The merged table without times: CSV, JSON, JSON Lines.
fn merged(folder: &Path, rows: &str) -> [String; 3] {
    let words = ["merge", rows, "--no-times", "--csv", "t.csv", "--jsonl", "t.jsonl", "--json"];
    let output = slth(&words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    [read("t.csv"), String::from_utf8(output.stdout).unwrap(), read("t.jsonl")]
}

/// The line of an error with exit code 2.
fn refusal(output: &std::process::Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    // The plan stands before it.
    text.lines().last().unwrap().to_owned()
}

#[test]
fn any_shares_in_any_order_are_one_table() {
    let folder = folder_with(SWEEP);
    let at = folder.path();
    run_well(at, &["--save", "whole", "--threads", "1"]);
    let whole = merged(at, "whole");
    assert_eq!(whole[0].lines().count() as u64, RUNS + 1);
    for (count, threads) in [(1, "2"), (4, "2"), (7, "1")] {
        let name = format!("of-{count}");
        for index in (1..=count).rev() {
            run_well(at, &["--save", &name, "--shard", &format!("{index}/{count}"), "--threads", threads]);
        }
        assert_eq!(merged(at, &name), whole, "{count}");
    }
    // Another number of shares goes on with the rows of the first.
    run_well(at, &["--save", "mixed", "--shard", "1/2"]);
    let said = run_well(at, &["--save", "mixed", "--json"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((said["runs"].as_u64(), said["known"].as_u64()), (Some(RUNS), Some(RUNS / 2)));
    assert_eq!(merged(at, "mixed"), whole);
}

/// Each row has the figures of `slth run` and `slth compare` with its setup, method and seed.
#[test]
fn rows_have_the_figures_of_single_runs() {
    let folder = folder_with(SWEEP);
    run_well(folder.path(), &["--save", "rows"]);
    let table: Value = serde_json::from_str(&merged(folder.path(), "rows")[1]).unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len() as u64, RUNS);
    let mut refused = 0;
    for row in rows {
        let set = |key: &str| format!("{key}={}", row[key]);
        let method = match row["method"].as_str().unwrap() {
            "malach" => "Malach",
            "product-weights" => "ProductPair",
            _ => "Hyperbolic(allocation: FirstFit)",
        };
        let settings = [
            set("epsilon"),
            set("delta"),
            set("skip_dead_halves"),
            format!(
                "target=Explicit(layers: [[{}]])",
                if row["w_max"] == 0.5 { "[0.5, -0.25]" } else { "[1.5, -0.3]" }
            ),
            format!("constructions=[{method}]"),
        ];
        let experiment = slth::experiment::Experiment::load("tiny", row["seed"].as_u64(), &settings).unwrap();
        let session = Session::new(experiment);
        if row["status"] == "refused" {
            let reason = session.unwrap_err().to_string();
            assert!(reason.contains(row["reason"].as_str().unwrap()), "{row}\n{reason}");
            refused += 1;
            continue;
        }
        let mut session = session.unwrap();
        session.run(&|_| {});
        // Read back as the table was.
        let comparison = serde_json::to_string(&Comparison::of_session(&session)).unwrap();
        let comparison: Value = serde_json::from_str(&comparison).unwrap();
        let lane = &comparison["lanes"][0];
        for key in
            ["neurons_per_weight", "search_operations", "g_weights", "share_weights_kept", "holds", "verdict"]
        {
            assert_eq!(calls::as_number(&row[key]), calls::as_number(&lane[key]), "{key}: {row}");
        }
        assert_eq!(row["error_found"], lane["error"]["found"]);
        assert_eq!(row["error_certified"], lane["error"]["certified"]);
        assert_eq!(row["kept_weights"], comparison["tickets"][0]["kept_weights"]);
        assert_eq!(row["complete"], true);
    }
    // Two of the methods are for weights in [−1, 1], and half of the setups have others.
    assert_eq!(refused as u64, RUNS / 3);
}

#[test]
fn learned_methods_are_rows_too() {
    let folder = folder_with(LEARNED);
    run_well(folder.path(), &["--save", "rows", "--shard", "1/2"]);
    run_well(folder.path(), &["--save", "rows", "--shard", "2/2"]);
    let table: Value = serde_json::from_str(&merged(folder.path(), "rows")[1]).unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    let sweep =
        Sweep::load(folder.path().join("s.ron").to_str().unwrap(), &FileOptions::default(), &[]).unwrap();
    for row in rows.iter().filter(|row| row["method"] == "edge-popup") {
        let mut experiment = (*sweep.setups()[0]).clone();
        let is_first = row["learned_keep"] == 0.5;
        experiment.learned = vec![experiment.learned[usize::from(!is_first)].clone()];
        experiment.seed = row["seed"].as_u64().unwrap();
        let mut session = Session::to_learn(experiment).unwrap();
        session.run(&|_| {});
        let view = session.learned_view(0);
        let labels = &session.learned()[0].dataset().test.labels;
        let report = LearnedReport::new(&LearnedRun::new(&view, labels));
        let round = &report.rounds[report.chosen_round.unwrap()];
        assert_eq!(row["kept_weights"], round.kept_weights);
        assert_eq!(row["share_weights_kept"], round.share_weights_kept);
        assert_eq!(row["accuracy_pruned"], round.arms[0].test.accuracy);
        assert!(row["holds"].is_null() && row["training_steps"].as_u64() > Some(0));
    }
    assert!(
        rows.iter().filter(|row| row["method"] == "hyperbolic/first-fit").all(|row| row["holds"] == true)
    );
}

/// Killed 20 times at moments all over the run, the table is that of a run in one piece.
#[test]
fn a_sweep_killed_20_times_is_one_that_was_not() {
    let sweep = SWEEP.replace("List([7, 1, 3])", "Range(first: 1, count: 12)");
    let folder = folder_with(&sweep);
    let at = folder.path();
    run_well(at, &["--save", "whole"]);
    let length = |name: &str| {
        let files = names(&at.join(name)).into_iter().filter(|name| name.ends_with(".rows"));
        files.map(|file| fs::metadata(at.join(name).join(file)).unwrap().len()).sum::<u64>()
    };
    let whole = length("whole");
    let moments = Stream::new(22, 0, Side::In).row(0);
    let mut killed = 0;
    let mut left_half = 0;
    while killed < 20 {
        let mut command = interruptible();
        command.args(["sweep", "s.ron", "--save", "killed"]).current_dir(at);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Each call gets a twenty-fifth further, so that the last one is killed before the end.
        let until = whole * (killed + 1) / 25;
        while !at.join("killed").is_dir() || length("killed") < until {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros(moments.word(killed) % 3_000));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_none() {
            killed += 1;
        }
        // What a lost supply leaves at the end, now and then.
        if killed % 5 == 4 {
            let path = at.join("killed/share-1-of-1.rows");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() - 37]).unwrap();
            left_half += 1;
        }
    }
    assert!(left_half > 0);
    run_well(at, &["--save", "killed"]);
    assert_eq!(merged(at, "killed"), merged(at, "whole"));
    assert_eq!(names(&at.join("killed")), ["share-1-of-1.rows", "sweep.json"]);
}

#[test]
fn missing_shares_are_named_and_the_others_merged() {
    let folder = folder_with(SWEEP);
    let at = folder.path();
    for shard in ["1/4", "2/4", "4/4"] {
        run_well(at, &["--save", "rows", "--shard", shard]);
    }
    let plan: Value = serde_json::from_str(&run_well(at, &["--plan", "--json", "--shard", "3/4"])).unwrap();
    let gap = plan["share_runs"].as_u64().unwrap();
    let says = refusal(&slth(&["merge", "rows"]).current_dir(at).output().unwrap());
    assert!(says.contains(&format!("{gap} of 72 runs missing: {gap} of share 3/4 (`--partial`")), "{says}");
    let output = slth(&["merge", "rows", "--partial", "--json"]).current_dir(at).output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("of share 3/4"));
    let table: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(table["rows"].as_array().unwrap().len() as u64, RUNS - gap);
    assert_eq!(table["missing"]["shares"][0]["share"], "3/4");
}

#[test]
fn foreign_folders_and_damaged_rows_are_refused_by_name() {
    let folder = folder_with(SWEEP);
    let at = folder.path();
    run_well(at, &["--save", "rows"]);
    // Another sweep.
    fs::write(at.join("other.ron"), SWEEP.replace("0.3]", "0.25]")).unwrap();
    let other = slth(&["sweep", "other.ron", "--save", "rows"]).current_dir(at).output().unwrap();
    let says = refusal(&other);
    assert!(says.starts_with("slth: rows: expected an empty folder or that of this sweep"), "{says}");
    assert!(says.contains("found that of the sweep \"Small\""), "{says}");
    // A folder with files of somebody else, and one without a sweep.
    fs::create_dir(at.join("mine")).unwrap();
    fs::write(at.join("mine/letter.txt"), "dear").unwrap();
    let says = refusal(&run(at, &["--save", "mine"]));
    assert!(says.contains("found a folder with letter.txt"), "{says}");
    assert_eq!(names(&at.join("mine")), ["letter.txt"]);
    let says = refusal(&slth(&["merge", "mine"]).current_dir(at).output().unwrap());
    assert!(says.contains("found no sweep.json"), "{says}");
    for (words, expected) in [
        (["merge", "rows", "--save", "x"], "--save: expected shares of a check"),
        (["merge", "rows", "rows", "--json"], "expected one folder of a sweep, found 2 files"),
        (["merge", "s.ron", "--x", "epsilon"], "--x: expected the folder of a sweep"),
    ] {
        let says = refusal(&slth(&words).current_dir(at).output().unwrap());
        assert!(says.contains(expected), "{says}");
    }
    // Rows of another sweep under the name of a share.
    run_well(at, &["--save", "copy", "--shard", "1/2"]);
    let other = |arguments: &[&str]| {
        let words = [&["sweep", "other.ron"], arguments].concat();
        slth(&words).current_dir(at).assert().success();
    };
    other(&["--save", "others", "--shard", "2/2"]);
    fs::copy(at.join("others/share-2-of-2.rows"), at.join("copy/share-2-of-2.rows")).unwrap();
    let says = refusal(&slth(&["merge", "copy"]).current_dir(at).output().unwrap());
    assert!(says.contains("copy/share-2-of-2.rows: expected rows of the sweep"), "{says}");
    // A changed digit.
    let path = at.join("rows/share-1-of-1.rows");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let changed = text.replacen(lines[5], &lines[5].replacen("built", "bui1t", 1), 1);
    assert_ne!(changed, text);
    fs::write(&path, changed).unwrap();
    for output in [run(at, &["--save", "rows"]), slth(&["merge", "rows"]).current_dir(at).output().unwrap()] {
        let says = refusal(&output);
        assert!(says.contains("share-1-of-1.rows") && says.contains("line 6 damaged"), "{says}");
    }
    // A row lost, another there twice: the share goes on.
    fs::write(&path, text.replacen(lines[3], lines[4], 1)).unwrap();
    run_well(at, &["--save", "rows"]);
}

#[test]
fn two_processes_never_run_one_share() {
    let sweep = SWEEP.replace("List([7, 1, 3])", "Range(first: 1, count: 400)");
    let folder = folder_with(&sweep);
    let at = folder.path();
    let mut command = interruptible();
    command.args(["sweep", "s.ron", "--save", "rows", "--shard", "1/2", "--threads", "1"]).current_dir(at);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !at.join("rows/share-1-of-2.rows").exists() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(1));
    }
    let says = refusal(&run(at, &["--save", "rows", "--shard", "1/2"]));
    child.kill().unwrap();
    child.wait().unwrap();
    let number = format!("in use by another slth process, number {}", child.id());
    assert!(says.contains("share-1-of-2.rows") && says.contains(&number), "{says}");
}

#[test]
fn mistakes_are_one_line_at_their_place() {
    let cases = [
        (
            r#"(base: "tiny", seeds: List([1]), wat: 3)"#,
            "s.ron:1:34: expected one of the fields of a sweep: `title`",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), grid: (epsilonn: [1]))"#,
            "s.ron:1:41: expected one of the fields of a grid",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), grid: (epsilon: []))"#,
            "s.ron:1:50: expected at least one value",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), grid: (epsilon: [0.1, 1e-1]))"#,
            "s.ron:1:50: expected values that differ, found epsilon: 0.1 twice",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), grid: (epsilon: [0.1, -2]))"#,
            "s.ron:1:56: expected a finite number above 0, found -2",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), grid: (epsilon: [0.1]), zipped: [(epsilon: [0.2])])"#,
            "expected one list of `epsilon`, found two",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), zipped: [(epsilon: [0.1, 0.2], delta: [0.1])])"#,
            "expected as many values as `epsilon` has, 2; found 1",
        ),
        (r#"(base: "tiny", seeds: List([1]), grid: (seed: [1]))"#, "they are in `seeds` of the sweep"),
        (r#"(base: "tiny", seeds: List([2, 2]))"#, "s.ron:1:23: expected seeds that differ, found 2 twice"),
        (r#"(base: "tiny", seeds: List([]))"#, "s.ron:1:23: expected at least one seed, found none"),
        (r#"(base: "tiny", seeds: Range(first: 18446744073709551615, count: 2))"#, "found a range beyond it"),
        (
            r#"(base: "tiny", seeds: Range(first: 1, count: 90000000))"#,
            "expected at most 20000000 runs, found 90000000",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), methods: [Malach, Malach])"#,
            "expected methods that differ, found malach twice",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), methods: [])"#,
            "expected a method, constructed or learned; found none",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), learned: [EdgePopup(keep: 0.5)])"#,
            "expected a field `data` to learn from",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), grid: (w_max: [0.5, 1.0]))"#,
            "s.ron:1:48: expected no weight above w_max = 0.5",
        ),
        (
            r#"(base: "tiny", seeds: List([1]), grid: (target: [File(path: "no.npz")]))"#,
            "s.ron:1:49: file no.npz: expected a readable file",
        ),
        (r#"(base: "no.ron", seeds: List([1]))"#, "s.ron:1:8: "),
    ];
    for (text, expected) in cases {
        let folder = folder_with(text);
        let says = refusal(&run(folder.path(), &["--save", "rows"]));
        assert!(says.contains(expected), "{text}\n{says}");
        assert_eq!(names(folder.path()), ["s.ron"], "{text}");
    }
    // More setups than can be resolved: counted before the first one is.
    let list = |from: u32| {
        let values: Vec<String> = (0..400).map(|place| format!("0.{}", from + place)).collect();
        format!("[{}]", values.join(", "))
    };
    let large =
        format!("(base: \"tiny\", seeds: List([1]), grid: (epsilon: {}, delta: {}))", list(100), list(500));
    let says = refusal(&run(folder_with(&large).path(), &["--plan"]));
    assert!(says.contains("expected at most 100000 setups, found 160000: epsilon 400 × delta 400"), "{says}");
    let folder = folder_with(SWEEP);
    for (words, expected) in [
        (&["--save", "x", "--seed", "3"][..], "--seed: expected the seeds in the sweep's file"),
        (&["--save", "x", "--shard", "3/2"], "--shard 3/2: expected a share as `i/n`"),
    ] {
        let says = refusal(&run(folder.path(), words));
        assert!(says.contains(expected), "{says}");
    }
}

#[test]
fn a_plan_counts_runs_time_and_memory_and_runs_nothing() {
    let folder = folder_with(SWEEP);
    let plan: Value =
        serde_json::from_str(&run_well(folder.path(), &["--plan", "--json", "--shard", "2/3"])).unwrap();
    assert_eq!((plan["runs"].as_u64(), plan["share_runs"].as_u64()), (Some(RUNS), Some(RUNS / 3)));
    assert_eq!((plan["setups"].as_u64(), plan["seeds"].as_u64()), (Some(8), Some(3)));
    assert_eq!(plan["refused"].as_array().unwrap().len(), 8);
    assert!(plan["expected_seconds"].as_f64().unwrap() > 0.0);
    assert!(plan["expected_memory_bytes"].as_u64().unwrap() > 1 << 20);
    assert_eq!(names(folder.path()), ["s.ron"]);
}

/// The shares' costs, in draws and the like, are nearly equal.
#[test]
fn shares_are_of_equal_expected_cost() {
    let folder = folder_with(SWEEP);
    let path = folder.path().join("s.ron");
    let sweep = Sweep::load(path.to_str().unwrap(), &FileOptions::default(), &[]).unwrap();
    let calibration = sweep.calibrate();
    let seconds = |shard: Shard| sweep.forecast(shard, 1, &calibration).seconds_of_runs;
    let all = seconds(Shard::WHOLE);
    let mut seen = BTreeSet::new();
    for shard in Shard::all(5) {
        assert!(sweep.runs_of(shard).into_iter().all(|run| seen.insert(run)), "{shard}");
        // Methods differ in what a draw takes, which is no part of the cost.
        assert!((all / 15.0..all / 2.0).contains(&seconds(shard)), "{shard}: {} of {all}", seconds(shard));
    }
    assert_eq!(seen.len() as u64, RUNS);
}

#[test]
fn figures_are_curves_with_intervals_and_heat_maps() {
    let folder = folder_with(SWEEP);
    let at = folder.path();
    run_well(at, &["--save", "rows"]);
    let draw = |words: &[&str]| {
        let words = [&["merge", "rows", "--svg", "p.svg"], words].concat();
        slth(&words).current_dir(at).assert().success();
        let text = fs::read_to_string(at.join("p.svg")).unwrap();
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        roxmltree::Document::parse_with_options(&text, options).unwrap();
        text
    };
    let curves = draw(&[]);
    for word in ["neurons per weight", "epsilon", "hyperbolic/first-fit, target: ", "95 % intervals"] {
        assert!(curves.contains(word), "{word}");
    }
    assert!(draw(&["--y", "error_certified"]).contains("error certified"));
    let maps = draw(&["--x", "epsilon", "--y", "delta", "--figure", "kept_weights"]);
    assert!(maps.contains("kept weights: product-weights, target") && !maps.contains("delta: "));
    for (words, expected) in [
        (["--x", "nothing"], "--x: expected one of the fields that vary, epsilon, delta"),
        (["--figure", "nothing"], "expected one of the figures neurons_sampled"),
    ] {
        let words = [&["merge", "rows", "--svg", "q.svg"], &words[..]].concat();
        let says = refusal(&slth(&words).current_dir(at).output().unwrap());
        assert!(says.contains(expected), "{says}");
    }
    assert!(!at.join("q.svg").exists());
}

#[test]
fn the_examples_run() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["tolerance", "learned"] {
        let file = format!("{}/examples/sweeps/{name}.ron", env!("CARGO_MANIFEST_DIR"));
        slth(&["sweep", &file, "--save", name]).current_dir(folder.path()).assert().success();
        let words = ["merge", folder.path().join(name).to_str().unwrap(), "--json"].map(str::to_owned);
        let table = json(&words.each_ref().map(String::as_str));
        let columns: Vec<&str> =
            table["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let distinct: BTreeSet<&str> = columns.iter().copied().collect();
        assert_eq!(distinct.len(), columns.len(), "{columns:?}");
        assert_eq!(table["missing"]["runs"], 0);
        assert_eq!(table["rows"].as_array().unwrap().len() as u64, table["runs"].as_u64().unwrap());
    }
}
