//! Calls of the program without a terminal, and their output.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::Value;

pub(crate) const TINY_RON: &str = include_str!("../../presets/tiny.ron");

/// Every construction, allocation and mode on a network of 48 weights.
pub(crate) const EVERY_LANE: &str = r#"(
    title: "Every lane",
    target: Random(widths: [4, 6, 4], weight_bound: 0.4, spectral_norm: 1.0, activation: Relu, seed: 5),
    inputs: Ball(radius: 1.0),
    epsilon: 0.5,
    delta: 0.01,
    w_max: 1.0,
    constructions: [
        WholeNeuron, Malach, ProductPair, Corollary10, SharedGolden, UniformSubSums, SubsetSum,
        Hyperbolic(allocation: InOrder), Hyperbolic(allocation: FirstFit), Hyperbolic(allocation: OnDemand),
    ],
    seed: 42,
)"#;

/// Three targets for one task; the last one asks for more precision than there is.
pub(crate) const SEVERAL_TARGETS: &str = r#"(
    title: "Three targets",
    targets: [
        (name: "narrow", group: "width", target: Random(widths: [3, 4, 2], weight_bound: 0.5, seed: 1)),
        (name: "wide", group: "width", target: Random(widths: [3, 16, 2], weight_bound: 0.5, seed: 1)),
        (name: "deep", target: Random(
            widths: [3, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 2], weight_bound: 9.0,
        )),
    ],
    inputs: Ball(radius: 1.0),
    epsilon: 0.1,
    delta: 0.01,
    seed: 7,
)"#;

/// A call without a terminal, as every call of a test is; `COLUMNS` would change how help wraps.
pub(crate) fn slth(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slth"));
    command.args(arguments).env_remove("COLUMNS");
    command
}

/// The program with signals as a terminal's shell starts it. A background job of a script and `nohup` pass on ignored signals, and
/// the program keeps to that.
pub(crate) fn interruptible() -> std::process::Command {
    let reset = "--default-signal=HUP,INT,QUIT,TERM";
    let is_known = std::process::Command::new("env").args([reset, "true"]).status();
    if is_known.is_ok_and(|status| status.success()) {
        let mut command = std::process::Command::new("env");
        command.args([reset, env!("CARGO_BIN_EXE_slth")]);
        command
    } else {
        std::process::Command::new(env!("CARGO_BIN_EXE_slth"))
    }
}

pub(crate) fn text(arguments: &[&str]) -> String {
    String::from_utf8(slth(arguments).assert().success().get_output().stdout.clone()).unwrap()
}

pub(crate) fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(arguments)).unwrap()
}

/// The keys of JSON text in their order, each as a path; keys of list items once.
pub(crate) fn keys_in_order(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if let Some((key, _)) = line.trim_start().strip_prefix('"').and_then(|l| l.split_once("\": ")) {
            let key = format!("{}{key}", ".".repeat(indent / 2 - 1));
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

pub(crate) fn assert_close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found / expected - 1.0).abs() < 1e-9, "expected {expected}, found {found}");
}

pub(crate) fn as_number(value: &Value) -> Value {
    value.as_f64().map_or(value.clone(), Value::from)
}

/// The names in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Processor time of this thread, or wall time if it is unknown.
pub(crate) fn spent(since: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| since.elapsed(), Duration::from_nanos)
}
