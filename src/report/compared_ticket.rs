//! Tickets in the terms that constructed and learned ones share.

use serde::Serialize;

use super::learned::{
    LearnedRun, ShareReport, bits_of_mask, bits_of_round, bytes_of_weights, chosen_round, learned_names,
    network_bytes,
};
use super::size::{Share, Size};
use crate::experiment::Experiment;
use crate::learning::{Accuracy, Arm, LearnedMethod, Round};
use crate::session::{LaneView, Phase};
use crate::theory::Count;

/// A row of `compare`: one ticket. `None` means unknown so far, or not applicable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct ComparedTicket {
    /// number of the lane in commands, from 0
    pub lane: usize,
    pub name: String,
    /// of a learned ticket; null for a constructed one
    pub round: Option<usize>,
    /// on kept paths, or kept by the mask
    pub kept_weights: Option<u64>,
    /// of the random or trained network
    pub share_weights_kept: Option<Share>,
    /// Σ n_i·H₂(keep_i)
    pub mask_bits: Option<f64>,
    /// of all weights of the network replaced, in f32; biases apart
    pub network_bytes: u64,
    /// on labelled inputs; of a learned ticket the test examples
    pub accuracy: Option<ShareReport>,
    /// the certified ε; null: none
    pub guarantee: Option<f64>,
    pub neurons_sampled: Option<Count>,
    /// of the ticket, in all rounds up to its own; 0 for a constructed one
    pub training_steps: u64,
    /// of the lane, controls included
    pub elapsed_seconds: f64,
    /// whether the lane is done
    pub done: bool,
}

impl ComparedTicket {
    /// The tickets of these lanes, constructions first: of each learned lane its chosen round and its last one.
    pub(super) fn all_of(
        experiment: &Experiment,
        lanes: &[&LaneView],
        learned: &[LearnedRun<'_>],
    ) -> Vec<Self> {
        let names = learned_names(&learned.iter().map(|run| run.method).collect::<Vec<_>>());
        let learned = learned.iter().zip(names).flat_map(|(run, name)| Self::learned(experiment, run, &name));
        lanes.iter().map(|lane| Self::constructed(experiment, lane)).chain(learned).collect()
    }

    fn constructed(experiment: &Experiment, lane: &LaneView) -> Self {
        let architecture = experiment.target.architecture();
        let kept: Option<u64> =
            lane.layers.iter().map(|row| row.check.as_ref().map(|check| check.kept_weights)).sum();
        let bits = |row| {
            Some(bits_of_mask(Size::of_layer(architecture, row).weights, row.check.as_ref()?.kept_weights))
        };
        let size = Size::of_lane(architecture, lane);
        let found = &lane.error.found;
        let given = experiment.target.given_widths();
        let weights: u64 = given.windows(2).map(|ends| ends[0] as u64 * ends[1] as u64).sum();
        Self {
            lane: lane.index,
            name: lane.construction.facts().title(),
            round: None,
            kept_weights: kept,
            share_weights_kept: size.kept_of_lane(lane).map(|kept| Share(kept.weights)),
            mask_bits: lane.layers.iter().map(bits).sum(),
            network_bytes: bytes_of_weights(weights),
            accuracy: found.correct.filter(|_| found.tried > 0).map(|(_, correct)| {
                ShareReport::new(Accuracy { correct: correct as u64, examples: found.tried as u64 })
            }),
            guarantee: lane.error.certified,
            neurons_sampled: (!matches!(lane.phase, Phase::Building(_))).then(|| lane.neurons_sampled()),
            training_steps: 0,
            elapsed_seconds: lane.elapsed.as_secs_f64(),
            done: lane.error.holds.is_some(),
        }
    }

    /// A row without a round before the first ticket.
    fn learned(experiment: &Experiment, run: &LearnedRun<'_>, name: &str) -> Vec<Self> {
        let row = |round: Option<&Round>| {
            let ticket = round.and_then(|round| round.arm(Arm::Ticket));
            let until = round.map_or(0, |round| round.round);
            let tickets = run.rounds.iter().filter(|round| round.round <= until);
            let steps = tickets.filter_map(|round| round.arm(Arm::Ticket)).map(|ticket| ticket.steps);
            Self {
                lane: run.lane,
                name: name.to_owned(),
                round: round.map(|round| round.round),
                kept_weights: round.map(Round::kept),
                share_weights_kept: round
                    .map(|round| Share(Count::from(round.kept()).ratio(round.weights().into()))),
                mask_bits: round.map(bits_of_round),
                network_bytes: network_bytes(run.rounds),
                accuracy: ticket.map(|ticket| ShareReport::new(ticket.test)),
                guarantee: None,
                neurons_sampled: Some(hidden_neurons(experiment, run.method)),
                training_steps: steps.sum(),
                elapsed_seconds: run.elapsed.as_secs_f64(),
                done: run.is_done,
            }
        };
        let Some(chosen) = chosen_round(run.rounds) else { return vec![row(None)] };
        let last = run.rounds.iter().rposition(|round| round.arm(Arm::Ticket).is_some()).unwrap_or(chosen);
        let mut shown = vec![chosen, last];
        shown.dedup();
        shown.into_iter().map(|index| row(Some(&run.rounds[index]))).collect()
    }
}

/// Hidden neurons of a learned method's network, all of them drawn at random.
fn hidden_neurons(experiment: &Experiment, method: &LearnedMethod) -> Count {
    let widths = method.widths().unwrap_or_else(|| experiment.target.given_widths());
    let hidden = widths.len().saturating_sub(1).max(1);
    Count::from(widths[1..hidden].iter().map(|&width| width as u64).sum::<u64>())
}
