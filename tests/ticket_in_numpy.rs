//! A ticket can be rebuilt and checked in NumPy, without this program: the scripts beside this file do it, with the very lines
//! that the book prints.
#![allow(missing_docs, clippy::unwrap_used)]

mod pages;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn numpy_is_here() -> bool {
    let import = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

const EVERY: [&str; 8] = [
    "WholeNeuron",
    "Malach",
    "ProductPair",
    "Corollary10",
    "Hyperbolic()",
    "SharedGolden",
    "UniformSubSums",
    "SubsetSum",
];

/// Runs `tiny` with more arguments and has its ticket checked in NumPy, by `script`.
fn check_by(script: &str, arguments: &[&str]) {
    check_preset("tiny", script, arguments, &[]);
}

/// Runs a preset with more arguments and has its ticket checked in NumPy, by `script`, which is given `more`.
fn check_preset(preset: &str, script: &str, arguments: &[&str], more: &[&str]) {
    if !numpy_is_here() {
        // Past the capture of the test harness.
        let _ = writeln!(std::io::stderr(), "skipped: python3 with numpy not found (ticket_in_numpy)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ticket, report) = (folder.path().join("ticket.npz"), folder.path().join("run.json"));
    let run = Command::new(env!("CARGO_BIN_EXE_slth"))
        .args(["run", preset, "--json", "--ticket"])
        .arg(&ticket)
        .args(arguments)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::write(&report, run.stdout).unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = project.join("tests").join(script);
    // The function of the weights, then how a ticket is read.
    let printed = folder.path().join("printed.md");
    let blocks = ["reference/random-function.md", "reference/ticket.md"].map(pages::page).concat();
    std::fs::write(&printed, blocks).unwrap();
    // -B: no __pycache__ beside the tests.
    let python = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args([&ticket, &report, &printed])
        .args(more)
        .output()
        .unwrap();
    assert!(python.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&python.stderr));
}

fn check_in_numpy(arguments: &[&str]) {
    check_by("ticket_in_numpy.py", arguments);
}

#[test]
fn the_ticket_of_every_construction_holds_in_numpy_by_the_lines_of_the_book() {
    for construction in EVERY {
        let lanes = format!("constructions=[{construction}]");
        let target = "target=Explicit(layers:[[[0.6,-0.3],[0.2,0.5]],[[0.4,-0.7]]])";
        let settings = ["--set", target, "--set", "epsilon=1.0", "--set", "mode=Drawn", "--set", &lanes];
        check_by("any_ticket_in_numpy.py", &settings);
    }
}

/// A pruned network: its weights of 0 have no path, in no construction.
#[test]
fn the_ticket_of_a_pruned_network_holds_in_numpy_by_the_lines_of_the_book() {
    for construction in EVERY {
        let lanes = format!("constructions=[{construction}]");
        let target = "target=Explicit(layers:[[[0.6,0.0,0.0],[0.0,0.0,-0.0],[0.2,0.0,0.5]],[[0.4,0.3,0.0],[0.0,0.0,-0.7]]])";
        let settings = ["--set", target, "--set", "epsilon=1.0", "--set", "mode=Drawn", "--set", &lanes];
        check_by("any_ticket_in_numpy.py", &settings);
    }
}

/// Weights of 0 need no neuron: a layer with nothing kept.
#[test]
fn a_layer_with_nothing_kept_holds_in_numpy_by_the_lines_of_the_book() {
    for target in ["[[[0.0,0.0],[0.0,0.0]],[[0.4,-0.7]]]", "[[[0.6,-0.3],[0.2,0.5]],[[0.0,0.0]]]"] {
        let target = format!("target=Explicit(layers:{target})");
        check_by("any_ticket_in_numpy.py", &["--set", &target, "--set", "epsilon=0.5"]);
    }
}

#[test]
fn the_ticket_of_tiny_holds_in_numpy() {
    check_in_numpy(&[]);
}

#[test]
fn the_ticket_of_tiny_over_a_box_holds_in_numpy() {
    check_in_numpy(&["--set", "inputs=Box(low: -1.0, high: 1.0)"]);
}

#[test]
fn the_ticket_of_another_seed_holds_in_numpy() {
    // The largest seed, so that all 64 bits of the words' arithmetic are in use.
    check_in_numpy(&["--seed", "18446744073709551615"]);
}

#[test]
fn the_ticket_of_a_network_with_biases_holds_in_numpy() {
    let target = "target=Explicit(layers:[[[0.6,-0.3],[0.2,0.5]],[[0.3,-0.2],[0.1,0.4]],[[0.4,-0.7]]],\
                  biases:[[0.3,-0.2],[],[0.25]],activations:[Tanh,Relu,Identity])";
    check_by("biased_ticket_in_numpy.py", &["--set", target, "--set", "epsilon=0.5"]);
}

/// The tickets of graphs: kernels at every place, skip connections, recurrent matrices at every step.
#[test]
fn the_ticket_of_a_graph_holds_in_numpy_by_the_lines_of_the_book() {
    for (preset, inputs) in [
        ("conv", "File(path: \"built-in:digits-test-inputs.npy\")"),
        ("conv-batchnorm", "Box(low: 0.0, high: 1.0)"),
        ("residual", "Box(low: 0.0, high: 1.0)"),
        ("lstm", "File(path: \"built-in:digits-test-inputs.npy\")"),
    ] {
        let points = concat!(env!("CARGO_MANIFEST_DIR"), "/presets/digits-test-inputs.npy");
        let points: &[&str] = if inputs.starts_with("File") { &[points] } else { &[] };
        let lane = ["--set", "constructions=[Hyperbolic()]", "--set", &format!("inputs={inputs}")];
        check_preset(preset, "graph_ticket_in_numpy.py", &lane, points);
    }
}
