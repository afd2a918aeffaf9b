//! What a run is said to need at its peak is what it takes.
#![allow(missing_docs, clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};
use std::time::Duration;

use slth::experiment::{Experiment, Plan};

/// Bytes at the peak of `slth run`, on two threads, as Linux counts them.
fn taken(preset: &str, settings: &[&str]) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slth"));
    command.args(["run", preset, "--threads", "2"]).args(settings.iter().flat_map(|set| ["--set", set]));
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", run.id());
    let mut peak = 0.0;
    while run.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        if let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:")) {
            peak = 1024.0 * line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

#[test]
fn the_peak_of_a_run_is_predicted_within_a_quarter() {
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global().unwrap();
    let million = "target=Random(widths:[1000,300,10],weight_bound:0.05,seed:7)";
    for (preset, settings) in [
        ("deep", &[][..]),
        ("wide", &[]),
        ("example-5", &[]),
        ("example-5", &["constructions=[Hyperbolic(allocation:InOrder)]"]),
        ("example-5", &["constructions=[Hyperbolic(allocation:OnDemand)]"]),
        ("example-5", &["constructions=[Hyperbolic(allocation:FirstFit),SharedGolden,Malach]"]),
        ("example-5", &["skip_dead_halves=true", "base=1.1", "epsilon=1.0"]),
        ("tiny", &[million, "inputs=Box(low:0.0,high:1.0)"]),
    ] {
        let owned: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let experiment = Experiment::load(preset, None, &owned).unwrap();
        let predicted = experiment.peak_memory(&Plan::new(&experiment));
        let taken = taken(preset, settings);
        let ratio = predicted / taken;
        println!(
            "{preset} {settings:?}: {:.0} MiB, {:.0} taken, {ratio:.2}",
            predicted / 1048576.0,
            taken / 1048576.0
        );
        assert!((0.75..=1.25).contains(&ratio), "{preset} {settings:?}: {ratio:.2}");
    }
}
