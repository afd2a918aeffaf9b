//! Every program in `examples/` runs, and ends well.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::collections::BTreeSet;
use std::process::{Command, Output};

use calls::text;

fn example(name: &str, arguments: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--locked", "--example", name, "--"]).args(arguments);
    let Output { status, stdout, stderr } = cargo.output().unwrap();
    assert!(status.success(), "{name}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn examples_run() {
    let network = example("own_network", &[]);
    assert!(network.contains("the ticket holds (epsilon = 0.05): true"), "{network}");

    let bounds = example("bounds", &[]);
    assert!(bounds.lines().any(|line| line.starts_with("hyperbolic/first-fit")), "{bounds}");

    let curve = example("failure_curve", &[]);
    let rates: Vec<f64> =
        curve.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect();
    assert!(rates.len() > 10 && rates.is_sorted_by(|a, b| a >= b), "{curve}");
    assert_eq!(rates[0], 1.0, "no neuron is not enough");

    // The tables of the book.
    let tables = example("further_questions", &[]);
    let page = include_str!("../docs/src/theory/further-questions.md");
    let printed = page.split("```text\n").nth(1).unwrap().split("\n```").next().unwrap();
    for (printed, line) in printed.lines().zip(tables.lines()) {
        assert_eq!(printed, line);
    }
    assert_eq!(printed.lines().count(), tables.lines().count());

    let folder = tempfile::tempdir().unwrap();
    for preset in ["tiny", "digits"] {
        let ticket = folder.path().join(preset);
        let ticket = ticket.to_str().unwrap();
        text(&["run", preset, "--ticket", ticket]);
        let read = example("reading_a_ticket", &[ticket]);
        let number = |name: &str| -> f64 {
            let rest = read.rsplit_once(name).unwrap().1.trim_start();
            rest.split([',', '\n']).next().unwrap().parse().unwrap()
        };
        let (error, epsilon) = (number("error"), number("epsilon"));
        assert!(0.0 < error && error <= epsilon, "{preset}: {read}");
    }

    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
    let files: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().to_str().unwrap().to_owned()).collect();
    // `tests/sweeps.rs` tries the sweeps.
    let tried = [
        "bounds.rs",
        "failure_curve.rs",
        "further_questions.rs",
        "own_network.rs",
        "reading_a_ticket.rs",
        "sweeps",
    ];
    assert_eq!(files, tried.map(str::to_owned).into(), "an example is not tried here");
}
