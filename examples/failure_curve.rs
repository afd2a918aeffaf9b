//! Does a theorem keep its word? A construction repeated over many seeds: how often it fails against how many neurons
//! it may draw, as CSV.
//!
//! `cargo run --example failure_curve > curve.csv`

use std::error::Error;
use std::sync::atomic::AtomicBool;

use ndarray::array;
use slth::experiment::{Experiment, Inputs};
use slth::session::FaithfulnessCheck;

const RUNS: u64 = 200;
const CONFIDENCE: f64 = 0.95;

fn main() -> Result<(), Box<dyn Error>> {
    let experiment = Experiment::builder([array![[0.5, -0.3], [0.8, 0.1]], array![[0.4, -0.7]]])
        .inputs(Inputs::Ball(1.0))
        .epsilon(0.1)
        .delta(0.05)
        .build()?;
    let delta = experiment.delta;

    let check = FaithfulnessCheck::new(experiment, RUNS, None)?;
    let never = AtomicBool::new(false);
    let lanes = check.run(&never, &|_progress| {}).lanes;

    println!("neurons_per_weight,failure_rate,low,high");
    for (neurons, rate) in lanes[0].network.steps() {
        let (low, high) = rate.interval(CONFIDENCE);
        println!("{:.1},{},{low:.4},{high:.4}", neurons.as_f64(), rate.share());
    }
    let (low, high) = lanes[0].rate().interval(CONFIDENCE);
    eprintln!("at the bound of the theorem: {} of {RUNS} runs failed", lanes[0].rate().failures);
    eprintln!("95 % interval of the rate: {low:.4} to {high:.4}; delta = {delta}");
    if low <= delta { Ok(()) } else { Err("expected a failure rate of at most delta".into()) }
}
