//! The state in a checkpoint.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::super::options::BiasRewind;
use super::super::training::{Masks, Parameters, TrainingState};
use super::super::{Arm, ArmResult, Round, layer_shares};
use super::plan::{Beginning, RewindingPlan};
use super::progress::RewindingProgress;

/// All of a run's state but its options and data.
#[derive(Serialize, Deserialize)]
struct SavedRun {
    /// of each weight: the round that removed it, 0 for a weight left
    removed: Vec<Vec<u32>>,
    cuts: Vec<Vec<f32>>,
    /// where each round's biases begin
    biases: Vec<Option<Vec<Array1<f32>>>>,
    tickets: Vec<Parameters>,
    /// the values of step k, unless those of initialisation
    rewound: Option<Parameters>,
    results: Vec<Vec<ArmResult>>,
    under_way: Vec<(usize, Arm, TrainingState)>,
}

pub(super) fn save(progress: &RewindingProgress) -> Vec<u8> {
    let first = &progress.beginnings[0];
    let mut removed: Vec<Vec<u32>> = first.masks.layers.iter().map(|mask| vec![0; mask.len()]).collect();
    for beginning in &progress.beginnings {
        for (removed, mask) in removed.iter_mut().zip(&beginning.masks.layers) {
            for (removed, kept) in removed.iter_mut().zip(mask) {
                if !kept && *removed == 0 {
                    *removed = beginning.round as u32;
                }
            }
        }
    }
    let initial = |rewound: &&Arc<Parameters>| !Arc::ptr_eq(rewound, &first.start);
    let saved = SavedRun {
        removed,
        cuts: progress.cuts.clone(),
        biases: progress.beginnings.iter().map(|beginning| beginning.start.biases.clone()).collect(),
        tickets: progress.tickets.iter().map(|ticket| Parameters::clone(ticket)).collect(),
        rewound: progress.rewound.as_ref().filter(initial).map(|rewound| Parameters::clone(rewound)),
        results: progress.rounds.iter().map(|round| round.arms.clone()).collect(),
        under_way: progress
            .under_way
            .iter()
            .map(|(&(round, arm), training)| (round, arm, training.state().clone()))
            .collect(),
    };
    postcard::to_stdvec(&saved).unwrap_or_default()
}

/// `None` for a state that the plan cannot reach.
pub(super) fn restore(plan: &RewindingPlan, state: &[u8]) -> Option<RewindingProgress> {
    let (saved, rest): (SavedRun, _) = postcard::take_from_bytes(state).ok()?;
    let begun = saved.tickets.len() + 1;
    let fits = rest.is_empty()
        && begun <= plan.rounds() + 1
        && saved.biases.len() == begun
        && saved.cuts.len() == begun - 1
        && saved.cuts.iter().all(|cuts| cuts.len() == plan.initial.weights.len())
        && saved.tickets.iter().chain(&saved.rewound).all(|parameters| same_shape(parameters, &plan.initial));
    if !fits {
        return None;
    }
    let mut progress = RewindingProgress::new(plan);
    let step = plan.rewind_step();
    if step > 0 {
        progress.rewound = saved.rewound.map(Arc::new);
        if !saved.tickets.is_empty() && progress.rewound.is_none() {
            return None;
        }
    } else if saved.rewound.is_some() {
        return None;
    }
    progress.beginnings = beginnings(plan, &progress, &saved.removed, saved.biases)?;
    for (ticket, beginning) in saved.tickets.iter().zip(&progress.beginnings) {
        let mut pruned = ticket.clone();
        pruned.prune(&beginning.masks);
        if pruned != *ticket {
            return None;
        }
    }
    progress.cuts = saved.cuts;
    progress.tickets = saved.tickets.into_iter().map(Arc::new).collect();
    progress.rounds = rounds(plan, &progress, saved.results)?;
    progress.under_way = BTreeMap::new();
    for (round, arm, state) in saved.under_way {
        if progress.has(round, arm) || !plan.arms(round).contains(&arm) || round >= plan.rounds() {
            return None;
        }
        let mut training = plan.training(progress.beginnings.get(round)?, arm).ok()?;
        training.restore(state)?;
        progress.under_way.insert((round, arm), training);
    }
    Some(progress)
}

/// The beginnings of all rounds with known masks.
fn beginnings(
    plan: &RewindingPlan,
    progress: &RewindingProgress,
    removed: &[Vec<u32>],
    biases: Vec<Option<Vec<Array1<f32>>>>,
) -> Option<Vec<Beginning>> {
    let shapes: Vec<(usize, usize)> = plan.initial.weights.iter().map(Array2::dim).collect();
    let last = biases.len() - 1;
    if removed.len() != shapes.len() || removed.iter().flatten().any(|&round| round as usize > last) {
        return None;
    }
    let mut beginnings: Vec<Beginning> = Vec::with_capacity(biases.len());
    for (round, biases) in biases.into_iter().enumerate() {
        let mask = |(removed, &shape): (&Vec<u32>, &(usize, usize))| {
            let kept = removed.iter().map(|&at| at == 0 || at as usize > round).collect();
            Array2::from_shape_vec(shape, kept).ok().filter(|mask| mask.iter().any(|&kept| kept))
        };
        let layers: Vec<Array2<bool>> = removed.iter().zip(&shapes).map(mask).collect::<Option<_>>()?;
        let values = if round == 0 { &progress.beginnings[0].start } else { progress.rewound.as_ref()? };
        let start = if values.biases == biases {
            Arc::clone(values)
        } else {
            Arc::new(Parameters { weights: values.weights.clone(), biases })
        };
        let rewound = plan.options.bias_rewind == BiasRewind::Always || round == 0;
        if !same_shape(&start, &plan.initial) || rewound && !Arc::ptr_eq(&start, values) {
            return None;
        }
        beginnings.push(Beginning { round, masks: Arc::new(Masks { layers }), start });
    }
    Some(beginnings)
}

/// The rounds with finished arms.
fn rounds(
    plan: &RewindingPlan,
    progress: &RewindingProgress,
    results: Vec<Vec<ArmResult>>,
) -> Option<Vec<Round>> {
    let count = results.len();
    if count > plan.rounds() || count > progress.beginnings.len() {
        return None;
    }
    let mut rounds = Vec::with_capacity(count);
    for (round, arms) in results.into_iter().enumerate() {
        let known = |arm| plan.arms(round).contains(&arm) || round == 0 && arm == Arm::Dense;
        let (examples, validation) = (plan.dataset.test.len(), plan.dataset.validation.len());
        let fits = |result: &ArmResult| {
            let tested = result.test.examples == examples as u64 && result.predictions.len() == examples;
            let validated = result.validation.is_none_or(|found| found.examples == validation as u64);
            let trained = result.steps == plan.steps && result.selected_step <= plan.steps;
            known(result.arm) && tested && validated && trained
        };
        let ordered = arms.windows(2).all(|pair| pair[0].arm < pair[1].arm);
        let ticket = arms.iter().any(|result| result.arm == Arm::Ticket);
        if !ordered || !arms.iter().all(fits) || ticket != (round < progress.tickets.len()) {
            return None;
        }
        let layers = layer_shares(&progress.beginnings[round].masks);
        rounds.push(Round { round, layers, arms });
    }
    (progress.tickets.len() <= count).then_some(rounds)
}

fn same_shape(a: &Parameters, b: &Parameters) -> bool {
    let shapes = |parameters: &Parameters| -> Vec<Vec<usize>> {
        let weights = parameters.weights.iter().map(|weights| weights.shape().to_vec());
        weights.chain(parameters.biases.iter().flatten().map(|bias| bias.shape().to_vec())).collect()
    };
    shapes(a) == shapes(b) && a.biases.is_some() == b.biases.is_some()
}
