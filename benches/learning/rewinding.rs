//! Pruning with rewinding: test accuracy by share of weights left, with the controls.

use std::time::Instant;

use slth::experiment::Experiment;
use slth::learning::rewinding::RewindingLearner;
use slth::learning::{Arm, LearnedMethod, Learner, Round, paired_difference};

use super::{Refusal, dataset};

const SEEDS: u64 = 3;
const CONFIDENCE: f64 = 0.95;

pub(crate) fn print(experiment: &Experiment) -> Result<(), Refusal> {
    let dataset = dataset(experiment)?;
    let options = experiment.learned.iter().find_map(|method| match method {
        LearnedMethod::Rewinding(options) => Some(options),
        LearnedMethod::EdgePopup(_) => None,
    });
    let options = options.ok_or("the preset has no Rewinding")?;
    let widths = options.widths.as_deref().unwrap_or(experiment.outline().widths());
    for seed in 1..=SEEDS {
        let start = Instant::now();
        let mut learner = RewindingLearner::new(options, widths, seed, dataset)?;
        learner.run(&|_| {}, &|| false);
        println!("seed {seed}: {} rounds, {:.1} s", learner.rounds().len(), start.elapsed().as_secs_f64());
        println!(
            "| round | left | ticket | fresh weights | random mask | ticket − fresh weights | ticket − dense |"
        );
        println!("|---|---|---|---|---|---|---|");
        let dense = learner.rounds().first();
        for round in learner.rounds() {
            println!("{}", row(round, dense, &dataset.test.labels));
        }
        println!();
    }
    Ok(())
}

fn row(round: &Round, dense: Option<&Round>, labels: &[u32]) -> String {
    let share =
        |arm| round.arm(arm).map_or("–".to_owned(), |arm| format!("{:.2}", 100.0 * arm.test.share()));
    let ahead = |other: Option<&slth::learning::ArmResult>| {
        let (Some(ticket), Some(other)) = (round.arm(Arm::Ticket), other) else { return "–".to_owned() };
        let difference = paired_difference(&ticket.predictions, &other.predictions, labels, CONFIDENCE);
        let [mean, low, high] = [difference.mean, difference.low, difference.high].map(|share| 100.0 * share);
        format!("{mean:+.2} ({low:+.2} to {high:+.2})")
    };
    format!(
        "| {} | {:.2} | {} | {} | {} | {} | {} |",
        round.round,
        100.0 * round.share(),
        share(Arm::Ticket),
        share(Arm::FreshWeights),
        share(Arm::RandomMask),
        ahead(round.arm(Arm::FreshWeights)),
        ahead(dense.and_then(|dense| dense.arm(Arm::Ticket))),
    )
}
