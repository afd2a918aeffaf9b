//! Properties of every command: options before or after it, ASCII reports, the page's width, JSON keys, messages on a full
//! disk, printed presets.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use calls::{json, slth};
use serde_json::Value;

/// Every command with an end of its own, within moments.
const COMMANDS: [&str; 10] = [
    "tiny",
    "run tiny",
    "compare tiny",
    "check tiny --runs 20",
    "bounds tiny",
    "inspect tiny",
    "presets",
    "presets show tiny",
    "completions bash",
    "man",
];

/// Standard output of a successful call, without times.
fn timeless(words: &[&str]) -> String {
    let call = slth(words).assert().success();
    let text = String::from_utf8(call.get_output().stdout.clone()).unwrap();
    let timed = |line: &&str| !line.contains("computed in") && !line.contains("elapsed_seconds");
    text.lines().filter(timed).map(|line| format!("{line}\n")).collect()
}

#[test]
fn options_may_stand_before_the_command_and_after_it() {
    const OPTIONS: [&[&str]; 7] = [
        &["--seed", "3"],
        &["--seed=3"],
        &["--set", "epsilon=0.05"],
        &["--threads", "1"],
        &["--ascii"],
        &["--color", "never"],
        &["--theme", "light"],
    ];
    for command in COMMANDS.into_iter().filter(|command| !command.starts_with("compare")) {
        let words: Vec<&str> = command.split(' ').collect();
        for option in OPTIONS {
            let before = timeless(&[option, &words[..]].concat());
            assert_eq!(before, timeless(&[&words[..], option].concat()), "{option:?} {command}");
            let between = [&words[..1], option, &words[1..]].concat();
            assert_eq!(before, timeless(&between), "{option:?} {command}");
        }
    }
}

#[test]
fn a_command_s_own_options_may_stand_before_it() {
    for command in ["run tiny", "compare tiny", "bounds tiny", "inspect tiny", "check tiny --runs 20"] {
        let words: Vec<&str> = command.split(' ').collect();
        let json = timeless(&[&["--json"], &words[..]].concat());
        assert!(json.starts_with('{'), "{command}");
        assert_eq!(json, timeless(&[&words[..], &["--json"]].concat()), "{command}");
    }
    // `--set` before and after the command apply in this order.
    let sides =
        ["--set", "epsilon=0.1", "--json", "bounds", "tiny", "--set", "epsilon=0.05", "--set", "delta=0.5"];
    let sides: serde_json::Value = serde_json::from_str(&timeless(&sides)).unwrap();
    assert_eq!((&sides["epsilon"], &sides["delta"]), (&0.05.into(), &0.5.into()));
}

#[test]
fn an_option_twice_or_of_the_screen_is_refused_with_a_command() {
    for words in [
        &["--seed", "1", "run", "tiny", "--seed", "2"][..],
        &["--mouse", "run", "tiny"],
        &["--seed", "run", "tiny"],
    ] {
        slth(words).assert().code(2);
    }
}

/// Calls with long output, and their options.
const REPORTS: [&str; 11] = [
    "run tiny",
    "compare ladder",
    "check tiny --runs 200",
    "bounds tiny",
    "bounds example-6",
    "bounds digits",
    "inspect digits",
    "inspect deep",
    "presets",
    "run digits",
    "run tiny --set tolerance=Weight(1e-3)",
];

fn reports() -> impl Iterator<Item = Vec<&'static str>> {
    REPORTS.iter().map(|call| call.split(' ').collect())
}

#[test]
fn every_report_is_ascii_where_the_locale_or_an_option_says_so() {
    let others = [
        "completions fish",
        "man",
        "presets show digits",
        "presets show example-5",
        "--help",
        "check --help",
    ];
    // Wide calls are checked below, with their width.
    let mut calls: Vec<Vec<&str>> = reports()
        .filter(|words| !["ladder", "digits", "example-6"].iter().any(|long| words.contains(long)))
        .collect();
    calls.extend(others.iter().map(|call| call.split(' ').collect()));
    calls.extend([
        vec!["run", "tiny", "--json"],
        vec![
            "compare",
            "tiny",
            "--json",
            "--set",
            "constructions=[Malach,SubsetSum]",
            "--set",
            "mode=SkipAhead",
        ],
    ]);
    // Refused: on standard error.
    calls.extend([
        vec!["run", "größe.ron"],
        vec!["run", "tiny", "--größe"],
        vec!["run", "tiny", "--set", "epsilon=1e9"],
        vec!["run", "tiny", "--set", "title=\"größe\"", "--set", "inputs=Box(low: 1.0, high: 0.0)"],
    ]);
    for words in calls {
        let by_locale = slth(&words).env("LC_ALL", "C").output().unwrap();
        let ascii = [&words[..], &["--ascii"]].concat();
        let by_option = slth(&ascii).env("LC_ALL", "C.UTF-8").output().unwrap();
        for output in [&by_locale, &by_option] {
            assert!(output.stdout.is_ascii(), "{words:?}\n{}", String::from_utf8_lossy(&output.stdout));
            assert!(output.stderr.is_ascii(), "{words:?}\n{}", String::from_utf8_lossy(&output.stderr));
            assert!(!output.stdout.is_empty() || !output.stderr.is_empty(), "{words:?}");
            let shown = String::from_utf8_lossy(&output.stdout);
            // Every sign of the program has an ASCII spelling.
            assert!(words.contains(&"--json") || !shown.contains("\\u{"), "{words:?}\n{shown}");
        }
    }
}

#[test]
fn names_that_are_not_ascii_are_told_apart() {
    let shown = |locale: &str, words: &[&str]| {
        let output = slth(words).env("LC_ALL", locale).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert!(shown("C", &["run", "größe.ron"]).starts_with("slth: gr\\u{f6}\\u{df}e.ron: "));
    assert!(shown("C.UTF-8", &["run", "größe.ron"]).starts_with("slth: größe.ron: "));
    let titled = ["bounds", "tiny", "--json", "--set", "title=\"größe\""];
    let (plain, rich) = (shown("C", &titled), shown("C.UTF-8", &titled));
    assert!(plain.contains("gr\\u00f6\\u00dfe"), "{plain}");
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(read(&plain), read(&rich));
}

/// Columns of a line; all signs of reports are one wide.
fn columns(line: &str) -> usize {
    line.chars().count()
}

#[test]
fn no_report_is_wider_than_its_page() {
    for words in reports() {
        for (width, locale) in [(80, "C"), (120, "C.UTF-8")] {
            let output =
                slth(&words).env("COLUMNS", width.to_string()).env("LC_ALL", locale).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.lines().count() > 2, "{words:?}");
            assert!(locale != "C" || text.is_ascii(), "{words:?}\n{text}");
            for line in text.lines() {
                assert!(columns(line) <= width, "{words:?} at {width}: {} columns\n{line}", columns(line));
            }
        }
    }
}

/// A narrow page shows the same words as a wide one: nothing is cut off.
#[test]
fn a_narrow_report_holds_every_number_of_a_wide_one() {
    for call in ["bounds digits", "inspect digits", "bounds example-6", "presets"] {
        let words: Vec<&str> = call.split(' ').collect();
        let numbers = |width: &str| {
            let output = slth(&words).env("COLUMNS", width).env("LC_ALL", "C.UTF-8").output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            words.sort();
            words.dedup();
            words
        };
        assert_eq!(numbers("60"), numbers("400"), "{call}");
    }
}

#[test]
fn every_lane_has_a_method_of_its_own_and_says_how_much_of_g_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let all = "constructions=[Hyperbolic(allocation:FirstFit),Hyperbolic(allocation:InOrder),Hyperbolic(allocation:OnDemand),\
               Corollary10,SharedGolden,SubsetSum,UniformSubSums,ProductPair,Malach]";
    let set = ["--set", all, "--set", "mode=SkipAhead"];
    let call = |verb: &str, csv: &str| {
        let words = [&[verb, "tiny", "--json", "--csv", csv][..], &set].concat();
        let output = slth(&words).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let run = call("run", &path("run.csv"));
    let methods: Vec<&str> =
        run["lanes"].as_array().unwrap().iter().map(|lane| lane["method"].as_str().unwrap()).collect();
    assert_eq!(
        methods,
        [
            "hyperbolic/first-fit",
            "hyperbolic/in-order",
            "hyperbolic/on-demand",
            "corollary-10",
            "shared-golden",
            "subset-sum",
            "subset-sum/unshared",
            "product-weights",
            "malach",
        ]
    );
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap());
    for lane in run["lanes"].as_array().unwrap() {
        let layers = lane["layers"].as_array().unwrap();
        for (layer, ends) in layers.iter().zip([2 + 3, 3 + 2]) {
            let neurons = if layer["g_size_by"] == "bound" { "neurons_bound" } else { "neurons_sampled" };
            assert_eq!(layer["g_neurons"], layer[neurons], "{lane}");
            let weights = number(&layer["g_neurons"]) * f64::from(ends);
            assert!((number(&layer["g_weights"]) / weights - 1.0).abs() < 1e-9);
            let share = number(&layer["kept_weights"]) / weights;
            assert!((number(&layer["share_weights_kept"]) / share - 1.0).abs() < 1e-9 || share == 0.0);
        }
        let total: f64 = layers.iter().map(|layer| number(&layer["g_weights"])).sum();
        assert!((number(&lane["g_weights"]) / total - 1.0).abs() < 1e-9);
        assert!(lane["accuracy"].is_null());
    }
    let column = |csv: &str, name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(path(csv)).unwrap();
        let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let at = header.iter().position(|key| *key == name).unwrap();
        text.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
    };
    let mut rows = column("run.csv", "method");
    rows.dedup();
    assert_eq!(rows, methods);
    let compared = call("compare", &path("compare.csv"));
    let of_compare: Vec<&Value> =
        compared["lanes"].as_array().unwrap().iter().map(|lane| &lane["method"]).collect();
    assert_eq!(of_compare, methods);
    assert_eq!(column("compare.csv", "method"), methods);
    let checked = json(&["check", "tiny", "--runs", "5", "--json", "--csv", &path("check.csv")]);
    assert_eq!(checked["lanes"][0]["method"], "hyperbolic/first-fit");
    assert_eq!(checked["lanes"][0]["network"]["g_weights"], run["lanes"][0]["g_weights"]);
    assert!(column("check.csv", "method").iter().all(|method| method == "hyperbolic/first-fit"));
}

#[test]
fn accuracies_stand_where_there_are_labels() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("run.csv");
    let run = json(&["run", "digits", "--json", "--csv", csv.to_str().unwrap()]);
    assert_eq!(run["lanes"][0]["accuracy"], serde_json::json!({"target": 0.975, "pruned": 0.975}));
    let written = std::fs::read_to_string(csv).unwrap();
    assert!(written.lines().next().unwrap().ends_with("accuracy_target,accuracy_pruned"), "{written}");
    assert!(written.lines().skip(1).all(|line| line.ends_with(",0.975,0.975")), "{written}");
}

#[test]
fn every_printed_preset_is_the_built_in_one() {
    use slth::experiment::{Experiment, Plan, built_in_names};
    let folder = tempfile::tempdir().unwrap();
    for name in built_in_names().filter(|name| !name.starts_with("mnist")) {
        let path = folder.path().join(format!("{name}.ron"));
        let printed = slth(&["presets", "show", name]).env("LC_ALL", "C").output().unwrap().stdout;
        std::fs::write(&path, printed).unwrap();
        let digest = |name: &str| {
            let experiment = Experiment::load(name, None, &[]).unwrap();
            experiment.digest(&Plan::new(&experiment))
        };
        assert_eq!(digest(path.to_str().unwrap()), digest(name), "{name}");
    }
    let printed = folder.path().join("digits.ron");
    slth(&["run", printed.to_str().unwrap()]).assert().success();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_clean_line() {
    let one_line = |output: std::process::Output, says: &str| {
        let told = String::from_utf8(output.stderr).unwrap();
        // A slow machine says how far it is.
        let message: String =
            told.lines().filter(|line| !line.ends_with("so far")).collect::<Vec<_>>().join("\n");
        assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
        assert!(message.starts_with(&format!("slth: {says}")), "{message}");
    };
    let full = "/dev/full: expected a writable file, found: No space left on device";
    for option in ["--csv", "--ticket"] {
        one_line(slth(&["run", "tiny", "--json", option, "/dev/full"]).output().unwrap(), full);
    }
    one_line(slth(&["check", "tiny", "--runs", "5", "--svg", "/dev/full"]).output().unwrap(), full);
    one_line(slth(&["compare", "tiny", "--csv", "/dev/full"]).output().unwrap(), full);
    for words in [&["run", "tiny", "--json"][..], &["bounds", "tiny"], &["presets", "show", "tiny"], &["man"]]
    {
        let stdout = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_slth"))
            .args(words)
            .stdout(stdout)
            .output()
            .unwrap();
        one_line(output, "standard output: expected a writable file, found: No space left on device");
    }
    // A ticket larger than files may be: the zip library is not heard.
    let folder = tempfile::tempdir().unwrap();
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$0\" run digits --ticket t.npz >/dev/null";
    let output = std::process::Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_slth")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    one_line(output, "t.npz: expected a writable file, found: File too large");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}

/// The program's own signs are spelt out in ASCII, not escaped as in a user's text.
#[test]
fn every_sign_of_the_program_has_a_spelling() {
    fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
    }
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut signs = std::collections::BTreeSet::new();
    for path in sources(&source) {
        // Screens and plots have signs of their own for ASCII.
        if path.starts_with(source.join("tui")) || path.ends_with("plot.rs") || path.ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let code = code.lines().map(|line| line.split("//").next().unwrap());
        signs.extend(code.flat_map(str::chars).filter(|c| !c.is_ascii()));
    }
    assert!(signs.len() > 15, "{signs:?}");
    for sign in signs {
        let spelt = slth::report::in_ascii(&sign.to_string());
        assert!(spelt.is_ascii() && !spelt.contains("\\u{"), "{sign} is written {spelt}");
    }
}
