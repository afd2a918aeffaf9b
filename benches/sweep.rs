//! What a sweep takes beside its runs: 1,000 setups of `tiny`, one after the other on one thread, as sessions alone and as a
//! sweep with its file read, its setups resolved, and its rows kept. The goal is 5 %.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Instant;

use slth::experiment::{FileOptions, PresetSource};
use slth::session::{Session, Shard};
use slth::sweep::Sweep;

const SETUPS: usize = 1_000;

/// The largest part of the time of the runs.
const GOAL: f64 = 0.05;

/// Pairs of measurements; the median of their ratios counts.
const PAIRS: usize = 5;

fn sweep() -> Sweep {
    let values: Vec<String> =
        (0..SETUPS).map(|place| format!("{:.4}", 0.4 - 0.0003 * place as f64)).collect();
    let text = format!("(base: \"tiny\", grid: (epsilon: [{}]), seeds: List([1]))", values.join(", "));
    let source = PresetSource::of_text("bench.ron", text.into_bytes()).unwrap();
    Sweep::of_source(&source, &FileOptions::default(), &[]).unwrap()
}

/// Seconds of all runs by themselves.
fn sessions(sweep: &Sweep) -> f64 {
    let started = Instant::now();
    for setup in sweep.setups() {
        let mut session = Session::new((**setup).clone()).unwrap();
        session.run(&|_| {});
        assert_eq!(session.lanes()[0].holds(), Some(true));
    }
    started.elapsed().as_secs_f64()
}

/// Seconds of the whole sweep.
fn whole() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let finished = sweep().run(Shard::WHOLE, folder.path(), &|_| {}, &|_| {}).unwrap();
    assert_eq!(finished.runs, SETUPS as u64);
    started.elapsed().as_secs_f64()
}

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let known = sweep();
    let mut ratios: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let (alone, whole) = pool.install(|| (sessions(&known), whole()));
            println!(
                "{SETUPS} sessions {alone:.3} s, as a sweep {whole:.3} s: {:+.1} %",
                100.0 * (whole / alone - 1.0)
            );
            whole / alone - 1.0
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios[PAIRS / 2];
    println!(
        "overhead {:+.1} %, goal {:.0} %: {}",
        100.0 * median,
        100.0 * GOAL,
        if median <= GOAL { "met" } else { "missed" }
    );
}
