//! Edge-popup by share kept, or by its options: mean test accuracy over seeds, with the controls.
//!
//! `cargo bench --bench edge_popup -- keep digits-learned`, `cargo bench --bench edge_popup -- options mnist-edge-popup`: the data
//! and all other options are those of the preset.
#![allow(missing_docs, clippy::unwrap_used)]

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use slth::experiment::Experiment;
use slth::learning::edge_popup::EdgePopupLearner;
use slth::learning::{Arm, Dataset, EdgePopup, FrozenWeights, LearnedMethod, Learner, Round};

const KEEPS: [f64; 7] = [0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9];
const LAWS: [FrozenWeights; 2] = [FrozenWeights::SignedConstant, FrozenWeights::Normal];
const ARMS: [Arm; 5] = [Arm::Ticket, Arm::ShuffledMask, Arm::FreshWeights, Arm::WholeNetwork, Arm::Dense];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [what, preset] = arguments.as_slice() else {
        return Err("expected `keep PRESET` or `options PRESET`".into());
    };
    let experiment = Experiment::load(preset, None, &[])?;
    let options = experiment.learned.iter().find_map(|method| match method {
        LearnedMethod::EdgePopup(options) => Some(options.clone()),
        LearnedMethod::Rewinding(_) => None,
    });
    let (Some(options), Some(dataset)) = (options, &experiment.dataset) else {
        return Err("the preset has no EdgePopup".into());
    };
    let with = |change: &dyn Fn(&mut EdgePopup)| {
        let mut options = options.clone();
        change(&mut options);
        options
    };
    let (seeds, variants): (u64, Vec<(String, EdgePopup)>) = match what.as_str() {
        "keep" => {
            (5, KEEPS.map(|keep| (format!("keep {keep}"), with(&|options| options.keep = keep))).into())
        }
        "options" => {
            let choices = LAWS.iter().flat_map(|law| [false, true].map(|scaled| (*law, scaled)));
            let choices = choices.flat_map(|(law, scaled)| [false, true].map(|mapped| (law, scaled, mapped)));
            let named = choices.map(|(weights, scaled, standardised)| {
                let name = format!(
                    "{weights:?}{}{}",
                    if scaled { ", scaled" } else { "" },
                    if standardised { ", standardised" } else { "" }
                );
                (name, EdgePopup { weights, scaled, standardised, ..options.clone() })
            });
            (3, named.collect())
        }
        other => return Err(format!("expected `keep` or `options`, found {other}").into()),
    };
    let widths: Vec<usize> = experiment.outline().widths().to_vec();
    let start = Instant::now();
    let jobs: Vec<(usize, u64)> =
        (0..variants.len()).flat_map(|variant| (1..=seeds).map(move |seed| (variant, seed))).collect();
    let rounds: Result<Vec<Round>, String> =
        jobs.par_iter().map(|&(variant, seed)| round(&variants[variant].1, &widths, dataset, seed)).collect();
    let rounds = rounds?;
    println!(
        "| options | ticket | lowest, highest | shuffled | fresh weights | whole | dense | dead neurons |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for ((name, _), rounds) in variants.iter().zip(rounds.chunks(seeds as usize)) {
        let shares =
            |arm| rounds.iter().filter_map(move |round| round.arm(arm)).map(|arm| 100.0 * arm.test.share());
        let [ticket, shuffled, fresh, whole, dense] =
            ARMS.map(|arm| format!("{:.1}", shares(arm).sum::<f64>() / seeds as f64));
        let (low, high) = shares(Arm::Ticket)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), share| (low.min(share), high.max(share)));
        let layers = rounds.iter().map(|round| round.layers.iter().map(|layer| layer.dead_neurons));
        let dead = layers.map(|dead| dead.map(|dead| dead.to_string()).collect::<Vec<_>>().join("+"));
        let dead = dead.collect::<Vec<_>>().join(", ");
        println!(
            "| {name} | {ticket} | {low:.1}, {high:.1} | {shuffled} | {fresh} | {whole} | {dense} | {dead} |"
        );
    }
    println!("{} runs with all controls: {:.1} s", jobs.len(), start.elapsed().as_secs_f64());
    Ok(())
}

fn round(options: &EdgePopup, widths: &[usize], dataset: &Arc<Dataset>, seed: u64) -> Result<Round, String> {
    let mut learner =
        EdgePopupLearner::new(options, widths, dataset, seed).map_err(|error| error.to_string())?;
    learner.run(&|_| {}, &|| false);
    learner.rounds().first().cloned().ok_or_else(|| "no round".to_owned())
}
