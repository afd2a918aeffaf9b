//! The changing part of a run: finished trainings and those under way.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::evaluation::ArmEvaluation;
use super::super::options::BiasRewind;
use super::super::training::{Masks, Parameters, Training};
use super::super::{Arm, ArmResult, Round, layer_shares};
use super::plan::{Beginning, RewindingPlan, with_biases};

/// Finished trainings and those under way. Copies share the networks of finished rounds.
#[derive(Clone, Debug)]
pub(super) struct RewindingProgress {
    /// of the rounds with known masks
    pub(super) beginnings: Vec<Beginning>,
    /// smallest magnitudes kept by the cut before each round but 0
    pub(super) cuts: Vec<Vec<f32>>,
    /// the evaluated networks of finished tickets, round by round
    pub(super) tickets: Vec<Arc<Parameters>>,
    /// the values of step k, from then on
    pub(super) rewound: Option<Arc<Parameters>>,
    pub(super) rounds: Vec<Round>,
    pub(super) under_way: BTreeMap<(usize, Arm), Training>,
}

/// A finished training, evaluated.
#[derive(Debug)]
pub(super) struct Finished {
    round: usize,
    result: ArmResult,
    /// for a ticket: its network and the next round's beginning, by its cut
    ticket: Option<(Arc<Parameters>, Beginning, Vec<f32>)>,
}

impl Finished {
    /// The evaluation of a training at its end.
    pub(super) fn evaluation(arm: Arm, training: &Training) -> ArmEvaluation {
        let (selected_step, selected) = training.selected();
        ArmEvaluation::new(arm, selected.clone(), (training.steps_done(), selected_step), training.curve())
    }

    /// An evaluated training; for a ticket, cuts.
    pub(super) fn new(
        plan: &RewindingPlan,
        beginning: &Beginning,
        rewound: Option<&Arc<Parameters>>,
        training: &Training,
        result: ArmResult,
    ) -> Self {
        let ticket = (result.arm == Arm::Ticket).then(|| {
            let selected = training.selected().1;
            let last = training.parameters();
            let (masks, cuts) = plan.next_masks(&beginning.masks, last);
            let round = beginning.round + 1;
            let biases_rewound = match plan.options.bias_rewind {
                BiasRewind::Always => true,
                BiasRewind::Once => round == 1,
                BiasRewind::Never => false,
            };
            let rewound = rewound.unwrap_or(&beginning.start);
            let start = if biases_rewound {
                Arc::clone(rewound)
            } else {
                Arc::new(with_biases(rewound, last.biases.clone()))
            };
            (Arc::new(selected.clone()), Beginning { round, masks: Arc::new(masks), start }, cuts)
        });
        Self { round: beginning.round, result, ticket }
    }
}

impl RewindingProgress {
    pub(super) fn new(plan: &RewindingPlan) -> Self {
        let start = Arc::new(plan.initial.clone());
        let masks = Arc::new(Masks::full(&plan.widths));
        Self {
            beginnings: vec![Beginning { round: 0, masks, start: Arc::clone(&start) }],
            cuts: Vec::new(),
            tickets: Vec::new(),
            rewound: (plan.rewind_step() == 0).then_some(start),
            rounds: Vec::new(),
            under_way: BTreeMap::new(),
        }
    }

    /// Whether a training is finished.
    pub(super) fn has(&self, round: usize, arm: Arm) -> bool {
        self.rounds.get(round).is_some_and(|round| round.arm(arm).is_some())
    }

    /// The first training that is not finished, in the order of rounds and arms.
    pub(super) fn next(&self, plan: &RewindingPlan) -> Option<(usize, Arm)> {
        (0..plan.rounds()).find_map(|round| {
            let arm = plan.arms(round).into_iter().find(|&arm| !self.has(round, arm))?;
            Some((round, arm))
        })
    }

    /// Batches computed.
    pub(super) fn steps_done(&self) -> u64 {
        let trained =
            self.rounds.iter().flat_map(|round| &round.arms).filter(|result| result.arm != Arm::Dense);
        trained.map(|result| result.steps).sum::<u64>()
            + self.under_way.values().map(Training::steps_done).sum::<u64>()
    }

    /// Begins a training, unless it is under way.
    pub(super) fn begin(&mut self, plan: &RewindingPlan, round: usize, arm: Arm) {
        let Some(beginning) = self.beginnings.get(round) else { return };
        if !self.under_way.contains_key(&(round, arm))
            && let Ok(training) = plan.training(beginning, arm)
        {
            self.under_way.insert((round, arm), training);
        }
    }

    /// Files a finished training. Round 0's is the dense network as well.
    pub(super) fn file(&mut self, finished: Finished) {
        let Finished { round, result, ticket } = finished;
        self.under_way.remove(&(round, result.arm));
        while self.rounds.len() <= round {
            let index = self.rounds.len();
            let layers = self.beginnings.get(index).map_or_else(Vec::new, |known| layer_shares(&known.masks));
            self.rounds.push(Round { round: index, layers, arms: Vec::new() });
        }
        let arms = &mut self.rounds[round].arms;
        if round == 0 {
            arms.push(ArmResult { arm: Arm::Dense, ..result.clone() });
        }
        arms.push(result);
        arms.sort_by_key(|result| result.arm);
        if let Some((network, beginning, cuts)) = ticket {
            self.tickets.push(network);
            self.beginnings.push(beginning);
            self.cuts.push(cuts);
        }
    }
}
