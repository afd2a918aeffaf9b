//! The learner: steps in order, or the ticket's chain beside its controls.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ndarray::Array2;

use super::super::evaluation::ArmEvaluation;
use super::super::options::{LearnedMethod, Rewinding};
use super::super::training::{Parameters, Training, TrainingError, test_outputs};
use super::super::{
    Arm, CurvePoint, Dataset, LearnedTicket, Learner, Position, Quantity, Reach, Round, ScoreLayer,
    TicketWeights,
};
use super::plan::RewindingPlan;
use super::progress::{Finished, RewindingProgress};
use super::{RewindingOptions, saved};
use crate::network::Stop;
use crate::sampling::VERSION;

/// Iterative magnitude pruning under way.
///
/// Round 0 trains the dense network, filed as [`Arm::Ticket`] and [`Arm::Dense`] of that round. Every later round has the
/// ticket and its controls:
///
/// | arm | mask | start |
/// |---|---|---|
/// | ticket | the last ticket's, less the weights cut | the values of initialisation, or of step k of round 0 |
/// | fresh weights | the ticket's | newly drawn |
/// | random mask | random, the same number of weights in each layer | the ticket's |
///
/// All arms of a round see the examples in the same order, each round in another. The cut ranks the weights after the last
/// step, whichever step is evaluated.
#[derive(Clone, Debug)]
pub struct RewindingLearner {
    plan: Arc<RewindingPlan>,
    progress: RewindingProgress,
    /// of the training under way, once it is at its end
    evaluation: Option<ArmEvaluation>,
}

impl RewindingLearner {
    /// A run at its beginning. `widths`: inputs, hidden layers, outputs; those of the method come first.
    ///
    /// # Errors
    /// [`TrainingError`] for data and widths that do not fit.
    pub fn new(
        method: &Rewinding,
        widths: &[usize],
        seed: u64,
        dataset: &Arc<Dataset>,
    ) -> Result<Self, TrainingError> {
        let widths = method.widths.as_deref().unwrap_or(widths);
        let plan = Arc::new(RewindingPlan::new(method, widths, seed, dataset));
        let progress = RewindingProgress::new(&plan);
        plan.training(&progress.beginnings[0], Arm::Ticket)?;
        let mut learner = Self { plan, progress, evaluation: None };
        learner.begin_next();
        Ok(learner)
    }

    /// The options in force.
    pub fn options(&self) -> &RewindingOptions {
        &self.plan.options
    }

    /// Begins the next training, for it to be seen.
    fn begin_next(&mut self) {
        if let Some((round, arm)) = self.progress.next(&self.plan) {
            self.progress.begin(&self.plan, round, arm);
        }
    }

    /// The training of the next batch.
    fn current(&self) -> Option<&Training> {
        self.progress.under_way.get(&self.progress.next(&self.plan)?)
    }

    /// The network on view: under training, or the last ticket's at the end.
    fn network(&self) -> &Parameters {
        match self.current() {
            Some(training) => training.parameters(),
            None => self.progress.tickets.last().map_or(&self.plan.initial, |ticket| ticket),
        }
    }

    /// The round on view.
    fn round(&self) -> usize {
        self.progress.next(&self.plan).map_or(self.plan.options.rounds, |(round, _)| round)
    }

    /// Computes one batch. Whether it ended an epoch.
    fn step(&mut self) -> Option<bool> {
        let (round, arm) = self.progress.next(&self.plan)?;
        let training = self.progress.under_way.get_mut(&(round, arm))?;
        training.step();
        let ends_epoch = training.batch() == 0 || training.is_done();
        if round == 0 && training.steps_done() == self.plan.rewind_step() {
            self.progress.rewound = Some(Arc::new(training.parameters().clone()));
        }
        Some(ends_epoch)
    }

    /// Evaluates a block of examples; files the result with the last one.
    fn evaluate_block(&mut self) -> Option<()> {
        let (round, arm) = self.progress.next(&self.plan)?;
        let training = self.progress.under_way.get(&(round, arm))?;
        let evaluation = self.evaluation.get_or_insert_with(|| Finished::evaluation(arm, training));
        let result = evaluation.advance(&self.plan.dataset)?;
        self.evaluation = None;
        let (beginning, rewound) = (self.progress.beginnings.get(round)?, self.progress.rewound.as_ref());
        let finished = Finished::new(&self.plan, beginning, rewound, training, result);
        self.progress.file(finished);
        self.begin_next();
        Some(())
    }
}

impl Learner for RewindingLearner {
    fn advance(&mut self, until: Reach, budget: u64, stop: Stop<'_>) -> bool {
        let (round, mut left) = (self.round(), budget);
        loop {
            let epoch_ends = if self.is_evaluating() {
                self.evaluate_block();
                if self.is_evaluating() {
                    if stop() {
                        return false;
                    }
                    continue;
                }
                true
            } else {
                if left == 0 {
                    return self.is_done();
                }
                left -= 1;
                let Some(epoch_ends) = self.step() else { return true };
                if self.is_evaluating() {
                    continue;
                }
                epoch_ends
            };
            let reached = match until {
                Reach::Batch => true,
                Reach::Epoch => epoch_ends,
                Reach::Round => self.is_done() || self.round() != round,
                Reach::End => self.is_done(),
            };
            if reached {
                return true;
            }
            if stop() {
                return false;
            }
        }
    }

    fn run(&mut self, progress: &(dyn Fn(u64) + Sync), pause: Stop<'_>) -> bool {
        self.evaluation = None;
        let run = Run {
            plan: &self.plan,
            steps: AtomicU64::new(self.progress.steps_done()),
            state: Mutex::new(&mut self.progress),
            progress,
            pause,
        };
        rayon::scope(|scope| run.chain(scope));
        self.begin_next();
        self.is_done()
    }

    fn position(&self) -> Position {
        let next = self.progress.next(&self.plan);
        let training = self.current();
        let steps = self.plan.steps;
        let batches = self.plan.dataset.training.batches(self.plan.options.batch).max(1);
        Position {
            round: self.round(),
            rounds: self.plan.rounds(),
            arm: next.map_or(Arm::Ticket, |(_, arm)| arm),
            epoch: training.map_or(steps / batches, Training::epoch),
            epochs: steps.div_ceil(batches),
            batch: training.map_or(steps % batches, Training::batch),
            batches,
            steps_done: self.progress.steps_done(),
            steps: self.plan.all_steps(),
        }
    }

    fn is_done(&self) -> bool {
        self.progress.next(&self.plan).is_none()
    }

    fn is_evaluating(&self) -> bool {
        self.current().is_some_and(Training::is_done)
    }

    fn rounds(&self) -> &[Round] {
        &self.progress.rounds
    }

    fn curve(&self) -> Vec<CurvePoint> {
        match self.current() {
            Some(training) => training.curve().to_vec(),
            None => {
                let last = self.progress.rounds.last().and_then(|round| round.arm(Arm::Ticket));
                last.map_or_else(Vec::new, |ticket| ticket.curve.to_vec())
            }
        }
    }

    fn layer(&self, layer: usize) -> ScoreLayer {
        let (network, round) = (self.network(), self.round());
        let index = layer.saturating_sub(1).min(network.weights.len().saturating_sub(1));
        let weights: Vec<f32> = network.weights[index].iter().copied().collect();
        let ticket = &self.progress.beginnings[round].masks;
        let masks = self.current().and_then(Training::masks).unwrap_or(ticket);
        ScoreLayer {
            layer: index + 1,
            shape: network.weights[index].dim(),
            quantity: Quantity::WeightMagnitude,
            values: weights.iter().map(|weight| weight.abs()).collect(),
            weights,
            mask: masks.layers[index].iter().copied().collect(),
            cut: round.checked_sub(1).and_then(|cut| self.progress.cuts.get(cut)?.get(index).copied()),
        }
    }

    fn outputs(&self, examples: Range<usize>) -> Array2<f32> {
        test_outputs(self.network(), &self.plan.dataset, examples)
    }

    fn ticket(&self) -> Option<LearnedTicket> {
        self.ticket_of(self.progress.tickets.len().checked_sub(1)?)
    }

    fn ticket_of(&self, round: usize) -> Option<LearnedTicket> {
        let result = self.progress.rounds.get(round)?.arm(Arm::Ticket)?;
        let beginning = self.progress.beginnings.get(round)?;
        let mut initial = Parameters::clone(&beginning.start);
        initial.prune(&beginning.masks);
        Some(LearnedTicket {
            method: LearnedMethod::Rewinding(self.plan.options.written(&self.plan.method)),
            seed: self.plan.seed,
            version: VERSION,
            widths: self.plan.widths.clone(),
            masks: Arc::clone(&beginning.masks),
            weights: TicketWeights::Trained {
                initial,
                trained: Parameters::clone(self.progress.tickets.get(round)?),
            },
            standardisation: self.plan.standardisation.clone(),
            test: result.test,
            predictions: Arc::clone(&result.predictions),
        })
    }

    fn snapshot(&self) -> Box<dyn Learner> {
        Box::new(self.clone())
    }

    /// Copies share the networks of finished rounds: only trainings under way count.
    fn bytes(&self) -> usize {
        self.progress.under_way.values().map(Training::bytes).sum()
    }

    fn save(&self) -> Vec<u8> {
        saved::save(&self.progress)
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        self.progress = saved::restore(&self.plan, state)?;
        self.evaluation = None;
        self.begin_next();
        Some(())
    }
}

/// A run on the current rayon pool.
struct Run<'a> {
    plan: &'a RewindingPlan,
    state: Mutex<&'a mut RewindingProgress>,
    steps: AtomicU64,
    progress: &'a (dyn Fn(u64) + Sync),
    pause: Stop<'a>,
}

impl<'a> Run<'a> {
    fn state(&self) -> MutexGuard<'_, &'a mut RewindingProgress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tickets, one after the other; the controls of a round become tasks of their own beside its ticket.
    fn chain<'scope>(&'scope self, scope: &rayon::Scope<'scope>) {
        for round in 0..self.plan.rounds() {
            for arm in self.plan.arms(round).into_iter().filter(|&arm| arm != Arm::Ticket) {
                scope.spawn(move |_| self.train(round, arm));
            }
            self.train(round, Arm::Ticket);
            if (self.pause)() {
                return;
            }
        }
    }

    /// Trains an arm to its end or to the pause.
    fn train(&self, round: usize, arm: Arm) {
        let (mut training, beginning) = {
            let mut state = self.state();
            if state.has(round, arm) {
                return;
            }
            if !(self.pause)() {
                state.begin(self.plan, round, arm);
            }
            let Some(training) = state.under_way.remove(&(round, arm)) else { return };
            let Some(beginning) = state.beginnings.get(round).cloned() else { return };
            (training, beginning)
        };
        while !training.is_done() && !(self.pause)() {
            training.step();
            (self.progress)(self.steps.fetch_add(1, Ordering::Relaxed) + 1);
            if round == 0 && training.steps_done() == self.plan.rewind_step() {
                self.state().rewound = Some(Arc::new(training.parameters().clone()));
            }
        }
        if training.is_done() {
            let rewound = self.state().rewound.clone();
            let result = Finished::evaluation(arm, &training).finish(&self.plan.dataset);
            let finished = Finished::new(self.plan, &beginning, rewound.as_ref(), &training, result);
            self.state().file(finished);
        } else {
            self.state().under_way.insert((round, arm), training);
        }
    }
}
