//! A setup edited, run and saved under a pseudo-terminal.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::Path;

use serde_json::Value;
use terminal::Explorer;

/// The ε_w of the Architecture pane.
fn tolerance(explorer: &Explorer) -> f64 {
    let text = explorer.text();
    let line =
        text.lines().find(|line| line.contains("ε_w ")).unwrap_or_else(|| panic!("no ε_w in:\n{text}"));
    let words = line.split_whitespace().skip_while(|word| !word.contains("ε_w"));
    words.skip(1).find_map(|word| word.parse().ok()).unwrap()
}

fn report(arguments: &[&str]) -> Value {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_slth"))
        .arg("run")
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    forget_times_and_name(&mut report);
    report
}

fn forget_times_and_name(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "preset" && !name.contains("seconds"));
            fields.values_mut().for_each(forget_times_and_name);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_times_and_name),
        _ => {}
    }
}

fn path_in(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_setup_is_edited_run_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let saved = path_in(folder.path(), "s.ron");
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["paused", "Press n"]);
    slth.press("n");
    slth.shows(&["1 of ≤ 4,022 neurons"]);
    slth.press("e");
    slth.shows(&["Architecture, edited", "epsilon", "skip_dead_halves", "what follows"]);
    let before = tolerance(&slth);
    // From 0.1 over 0.1x, which is nonsense, to 0.12.
    slth.press("x");
    slth.shows(&["✗", "what followed whe…", "found `0.1x`"]);
    assert_eq!(tolerance(&slth), before);
    slth.press("\x7f2");
    slth.shows(&["0.12", "what follows"]);
    let mut after = tolerance(&slth);
    let started = std::time::Instant::now();
    while (after / before - 1.2).abs() > 1e-3 {
        assert!(started.elapsed() < terminal::PATIENCE, "ε_w went from {before} to {after}");
        std::thread::sleep(std::time::Duration::from_millis(2));
        after = tolerance(&slth);
    }
    // The run is there until Enter.
    slth.shows(&["1 of ≤ 4,022 neurons", "forgets what was built"]);
    slth.press("\x13");
    slth.shows(&["Save the setup as a preset", "tiny.ron"]);
    slth.press(&format!("\x15{saved}\r"));
    slth.shows(&["saved: slth"]);
    slth.press("\r");
    slth.shows(&["tiny, edited", "ε = 0.12", "0 of ≤"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds", " ≤ 0.12 ✓"]);
    // The same name again: refused unless y is pressed.
    std::fs::write(&saved, "mine").unwrap();
    slth.press(&format!("S\x15{saved}\r"));
    slth.shows(&["A file stands there", "y yes", "n no"]);
    slth.press("n");
    slth.shows(&["done: the ticket holds", "p presets"]);
    assert_eq!(std::fs::read_to_string(&saved).unwrap(), "mine");
    slth.press(&format!("S\x15{saved}\r"));
    slth.shows(&["A file stands there"]);
    slth.press("y");
    slth.shows(&["saved: slth"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let set = report(&["tiny", "--set", "epsilon=0.12"]);
    assert!(set.to_string().len() > 500);
    assert_eq!(report(&[&saved]), set);
    assert_ne!(report(&["tiny"]), set);
    // A missing folder is reported.
    slth.press(&format!("S\x15{}\r", path_in(folder.path(), "no/x.ron")));
    slth.shows(&["no/x.ron"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn a_layer_is_jumped_to_and_presets_are_filtered() {
    let mut slth = Explorer::open(&["deep"]);
    slth.shows(&["paused"]);
    slth.press("v");
    slth.shows(&["Jump to layer", "1 to 24"]);
    slth.press("25\r");
    slth.shows(&["expected a layer from 1 to 24, found 25"]);
    slth.press("\x7f\x7f17\r");
    slth.shows(&["viewing layer 17"]);
    slth.press("p");
    // Theory answers for one preset after the other.
    slth.shows(&["~7.9e6", "~1.2e3", "12"]);
    slth.press("/tiny");
    slth.shows(&["/tiny"]);
    slth.press("\r\r");
    slth.shows(&["· tiny ·", "2-3-2, relu/identity"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
}
