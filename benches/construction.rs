//! Example 5 in full against the random words that it consumes, in one run on the same threads.
//!
//! `cargo bench --bench construction` prints both times, their ratio and the peak memory. The words are
//! generated as the construction reads them, two rows a neuron, and folded so that none is optimised away.
//! `cargo bench --bench construction -- 7` takes the median of seven rounds instead of three.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;
use slth::construction::{LayerBuilder, LayerProblem, Match, Mode, Sum, Until};
use slth::experiment::{Experiment, Plan};
use slth::sampling::{Hyperbolic, Law, Side, Stream};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

/// What Example 5 takes: seconds, neurons, words, kept paths.
struct Round {
    construction: f64,
    words: f64,
}

fn problems(allocation: &str) -> Vec<LayerProblem> {
    let setting = format!("constructions=[Hyperbolic(allocation: {allocation})]");
    let experiment = Experiment::load("example-5", None, &[setting]).unwrap();
    let plan = Plan::new(&experiment);
    let (.., sharing) = plan.lanes[0].construction.choices();
    (1..)
        .zip(&plan.lanes[0].layers)
        .map(|(layer, plan)| LayerProblem {
            target: experiment.target.clone(),
            layer,
            ranges: plan.ranges,
            law: Law::Hyperbolic(Hyperbolic::new(plan.ranges.weight.0, plan.ranges.weight.1).unwrap()),
            seed: experiment.seed,
            bound: plan.neurons,
            skip_negative_half: false,
            matching: Match::Product,
            sum: Sum::Golden,
            sharing,
            mode: Mode::Drawn,
        })
        .collect()
}

fn construct(problems: &[LayerProblem]) -> Vec<LayerBuilder> {
    let build = |problem: &LayerProblem| {
        let mut builder = LayerBuilder::new(problem.clone());
        builder.advance(u64::MAX, Until::Neurons);
        assert!(builder.is_complete());
        builder
    };
    problems.par_iter().map(build).collect()
}

/// As many words as each layer consumed, spread over as many neurons.
fn generate(layers: &[LayerBuilder]) -> u64 {
    let layer = |builder: &LayerBuilder| {
        let (tally, layer) = (builder.tally(), builder.problem().layer as u64);
        let (inputs, outputs) = (Stream::new(1, layer, Side::In), Stream::new(1, layer, Side::Out));
        let (each, mut rest) = (tally.words / tally.sampled, tally.words % tally.sampled);
        let mut folded = 0;
        for neuron in 0..tally.sampled {
            let (row_in, row_out) = (inputs.row(neuron), outputs.row(neuron));
            folded ^= row_out.word(0);
            for synapse in 1..each + u64::from(rest > 0) {
                folded ^= row_in.word(synapse);
            }
            rest = rest.saturating_sub(1);
        }
        folded
    };
    layers.par_iter().map(layer).reduce(|| 0, |a, b| a ^ b)
}

fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = Instant::now();
    let result = black_box(work());
    (started.elapsed().as_secs_f64(), result)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn memory() -> f64 {
    let pid = sysinfo::get_current_pid().unwrap();
    let mut system = System::new().unwrap();
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[pid]),
        true,
        ProcessRefreshKind::nothing().with_memory(),
    );
    system.process(pid).map_or(0.0, |process| process.memory() as f64 / (1 << 20) as f64)
}

fn main() {
    let rounds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(3);
    println!(
        "Example 5, ten layers of 100x100, every neuron drawn, {} threads",
        rayon::current_num_threads()
    );
    println!(
        "{:<10} {:>13} {:>9} {:>7} {:>9} {:>8} {:>8} {:>9}",
        "allocation", "construction", "words", "ratio", "neurons/w", "kept/w", "tries/n", "memory"
    );
    for allocation in ["FirstFit", "OnDemand", "InOrder"] {
        let problems = problems(allocation);
        let mut layers = Vec::new();
        let mut peak: f64 = 0.0;
        let mut timed = Vec::new();
        for _ in 0..rounds {
            let (construction, built) = seconds(|| construct(&problems));
            peak = peak.max(memory());
            let (words, _) = seconds(|| generate(&built));
            timed.push(Round { construction, words });
            layers = built;
        }
        let sum = |count: fn(&LayerBuilder) -> u64| layers.iter().map(count).sum::<u64>() as f64;
        let (sampled, tries) = (sum(|b| b.tally().sampled), sum(|b| b.tally().tries));
        let weights = sum(|b| b.tally().weights_done);
        println!(
            "{allocation:<10} {:>11.3} s {:>7.3} s {:>7.2} {:>9.2} {:>8.2} {:>8.2} {:>5.0} MiB",
            median(timed.iter().map(|round| round.construction).collect()),
            median(timed.iter().map(|round| round.words).collect()),
            median(timed.iter().map(|round| round.construction / round.words).collect()),
            sampled / weights,
            sum(|b| b.ticket().len() as u64) / weights,
            tries / sampled,
            peak
        );
    }
}
