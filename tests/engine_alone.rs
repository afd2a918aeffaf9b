//! Without its features the crate is a small library: it builds, and few crates come with it.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Most crates in the tree of the engine, itself included: fewer than 80, as `src/lib.rs` says.
const MOST_CRATES: usize = 79;

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline", "--no-default-features"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // With the artefacts of other builds at hand: most of its crates are theirs too.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_engine_builds_alone() {
    cargo(&["check", "--lib", "--quiet"]);
}

#[test]
fn the_engine_s_tree_is_small() {
    let tree = cargo(&["tree", "--edges", "normal", "--prefix", "none"]);
    // A crate's second mention has `(*)` for what is below it.
    let lines: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    assert!(lines.len() <= MOST_CRATES, "{} crates: {lines:#?}", lines.len());
    for feature in ["clap", "plotters", "ratatui"] {
        assert!(!lines.iter().any(|line| line.starts_with(&format!("{feature} "))), "{feature} is there");
    }
    assert!(lines.iter().any(|line| line.starts_with("slth ")), "{lines:#?}");
}
