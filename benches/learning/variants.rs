//! Edge-popup by share kept, or by its options: test accuracy over seeds, with the controls.

use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use slth::experiment::Experiment;
use slth::learning::edge_popup::EdgePopupLearner;
use slth::learning::{Arm, Dataset, EdgePopup, FrozenWeights, LearnedMethod, Learner, Round};

use super::{Refusal, dataset, percent};

const KEEPS: [f64; 7] = [0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9];
const LAWS: [FrozenWeights; 2] = [FrozenWeights::SignedConstant, FrozenWeights::Normal];
const CONTROLS: [Arm; 4] = [Arm::ShuffledMask, Arm::FreshWeights, Arm::WholeNetwork, Arm::Dense];

pub(crate) fn print_keeps(experiment: &Experiment) -> Result<(), Refusal> {
    let options = popup(experiment)?;
    let keeps = KEEPS.map(|keep| (format!("keep {keep}"), EdgePopup { keep, ..options.clone() }));
    print(experiment, &keeps, 5)
}

pub(crate) fn print_options(experiment: &Experiment) -> Result<(), Refusal> {
    let options = popup(experiment)?;
    let choices = LAWS.iter().flat_map(|law| [false, true].map(|scaled| (*law, scaled)));
    let choices = choices.flat_map(|(law, scaled)| [false, true].map(|mapped| (law, scaled, mapped)));
    let named = choices.map(|(weights, scaled, standardised)| {
        let scaled_name = if scaled { ", scaled" } else { "" };
        let name = format!("{weights:?}{scaled_name}{}", if standardised { ", standardised" } else { "" });
        (name, EdgePopup { weights, scaled, standardised, ..options.clone() })
    });
    print(experiment, &named.collect::<Vec<_>>(), 3)
}

fn popup(experiment: &Experiment) -> Result<&EdgePopup, Refusal> {
    let options = experiment.learned.iter().find_map(|method| match method {
        LearnedMethod::EdgePopup(options) => Some(options),
        LearnedMethod::Rewinding(_) => None,
    });
    options.ok_or_else(|| "the preset has no EdgePopup".into())
}

fn print(experiment: &Experiment, variants: &[(String, EdgePopup)], seeds: u64) -> Result<(), Refusal> {
    let (dataset, widths) = (dataset(experiment)?, experiment.outline().widths());
    let start = Instant::now();
    let jobs: Vec<(usize, u64)> =
        (0..variants.len()).flat_map(|variant| (1..=seeds).map(move |seed| (variant, seed))).collect();
    let rounds: Result<Vec<Round>, String> =
        jobs.par_iter().map(|&(variant, seed)| round(&variants[variant].1, widths, dataset, seed)).collect();
    let rounds = rounds?;
    println!(
        "| options | ticket | lowest, highest | shuffled, highest | fresh weights | whole | dense | dead neurons |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for ((name, _), rounds) in variants.iter().zip(rounds.chunks(seeds as usize)) {
        let shares = |arm| {
            let arms = rounds.iter().filter_map(move |round| round.arm(arm));
            arms.map(|arm| arm.test.share()).collect::<Vec<f64>>()
        };
        let tickets = shares(Arm::Ticket);
        let lowest = percent(&[tickets.iter().copied().fold(f64::INFINITY, f64::min)]);
        let highest = |shares: &[f64]| percent(&[shares.iter().copied().fold(0.0, f64::max)]);
        let [shuffled, fresh, whole, dense] = CONTROLS.map(|arm| format!("{:.1}", percent(&shares(arm))));
        let layers = rounds.iter().map(|round| round.layers.iter().map(|layer| layer.dead_neurons));
        let dead = layers.map(|dead| dead.map(|dead| dead.to_string()).collect::<Vec<_>>().join("+"));
        println!(
            "| {name} | {:.1} | {lowest:.1}, {:.1} | {shuffled}, {:.1} | {fresh} | {whole} | {dense} | {} |",
            percent(&tickets),
            highest(&tickets),
            highest(&shares(Arm::ShuffledMask)),
            dead.collect::<Vec<_>>().join(", "),
        );
    }
    println!("{} runs with all controls: {:.1} s\n", jobs.len(), start.elapsed().as_secs_f64());
    Ok(())
}

fn round(options: &EdgePopup, widths: &[usize], dataset: &Arc<Dataset>, seed: u64) -> Result<Round, String> {
    let mut learner =
        EdgePopupLearner::new(options, widths, dataset, seed).map_err(|error| error.to_string())?;
    learner.run(&|_| {}, &|| false);
    learner.rounds().first().cloned().ok_or_else(|| "no round".to_owned())
}
