//! Edge-popup with its controls, as a learner.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;
use thiserror::Error;

use super::frozen::{FrozenLaw, shuffled};
use super::scores::{ScoreState, ScoreTraining};
use crate::learning::evaluation::ArmEvaluation;
use crate::learning::training::{
    BiasLaw, Initialisation, Masks, Parameters, Training, TrainingError, TrainingOptions, TrainingState,
    WeightLaw, streams, test_outputs,
};
use crate::learning::{
    Arm, ArmResult, CurvePoint, Dataset, EdgePopup, LearnedMethod, LearnedTicket, Learner, Optimiser,
    OptionError, Position, Quantity, Ranking, Reach, Round, Schedule, ScoreLayer, Selection, Standardisation,
    TicketWeights, layer_shares,
};
use crate::network::Stop;
use crate::sampling::VERSION;

/// Rate of Adam in the dense control.
pub const DENSE_RATE: f64 = 1.2e-3;
/// Examples of a batch of the dense control.
pub const DENSE_BATCH: usize = 60;

/// Why edge-popup cannot begin.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EdgePopupError {
    /// an option out of its range
    #[error("edge-popup: {0}")]
    Options(#[from] OptionError),
    /// data and widths that do not fit
    #[error("edge-popup: {0}")]
    Training(#[from] TrainingError),
}

/// Edge-popup under way: one round. The arms are trained one after the other, or side by side in a run:
///
/// | arm | network |
/// |---|---|
/// | ticket | the mask learned |
/// | shuffled mask | the mask shuffled within each layer, same weights; only evaluated |
/// | fresh weights | the mask on other frozen weights of the same law; only evaluated |
/// | whole network | all frozen weights; only evaluated |
/// | dense | trained from Glorot's normal weights, no biases, by Adam 1.2e−3 at batches of 60 over as many epochs as the ticket |
///
/// Layers shown are those of the ticket, also while the dense network is trained; outputs those of the network under training.
#[derive(Clone, Debug)]
pub struct EdgePopupLearner {
    setting: Arc<PopupSetting>,
    ticket: ScoreTraining,
    dense: Training,
    /// one
    rounds: Vec<Round>,
    learned: Option<LearnedTicket>,
    /// evaluations of trained networks, in order
    pending: Vec<ArmEvaluation>,
}

/// What stays the same.
#[derive(Debug)]
struct PopupSetting {
    options: Arc<EdgePopup>,
    seed: u64,
    widths: Vec<usize>,
    law: FrozenLaw,
    frozen: Arc<Parameters>,
    /// standardised if the options say so
    dataset: Arc<Dataset>,
    standardisation: Option<Standardisation>,
}

impl EdgePopupLearner {
    /// Edge-popup on these data. `widths`: inputs, widths of the hidden layers, outputs; those of the options come first.
    ///
    /// # Errors
    /// [`EdgePopupError`] for options out of range, and for widths that do not fit the data.
    pub fn new(
        options: &EdgePopup,
        widths: &[usize],
        dataset: &Arc<Dataset>,
        seed: u64,
    ) -> Result<Self, EdgePopupError> {
        LearnedMethod::EdgePopup(options.clone()).check(widths, dataset)?;
        let widths = options.widths.as_deref().unwrap_or(widths).to_vec();
        let initial = Initialisation { weights: WeightLaw::GlorotNormal, biases: BiasLaw::None }.parameters(
            seed,
            streams::INITIAL,
            &widths,
        );
        let steps = options.epochs * dataset.training.batches(DENSE_BATCH);
        let dense = TrainingOptions {
            optimiser: Optimiser::Adam(DENSE_RATE),
            schedule: Schedule::Constant,
            decay: 0.0,
            batch: DENSE_BATCH,
            steps,
            seed,
            selection: Selection::Last,
        };
        // Data that do not fit are refused before they are standardised.
        Training::new(dense, initial.clone(), None, dataset)?;
        let standardisation = options.standardised.then(|| Standardisation::of(&dataset.training.inputs));
        let dataset = match &standardisation {
            Some(map) => Arc::new(dataset.with_inputs(|inputs| map.apply(inputs))),
            None => Arc::clone(dataset),
        };
        let dense = Training::new(dense, initial, None, &dataset)?;
        let law = FrozenLaw { weights: options.weights, scaled_by: options.scaled.then_some(options.keep) };
        let frozen = Arc::new(law.network(seed, streams::FROZEN, &widths));
        let options = Arc::new(options.clone());
        let ticket = ScoreTraining::new(&options, seed, &frozen, &dataset);
        let setting = PopupSetting { options, seed, widths, law, frozen, dataset, standardisation };
        let layers = layer_shares(&ticket.masks());
        let rounds = vec![Round { round: 0, layers, arms: Vec::new() }];
        let mut learner =
            Self { setting: Arc::new(setting), ticket, dense, rounds, learned: None, pending: Vec::new() };
        learner.settle();
        learner.evaluate_all();
        Ok(learner)
    }

    /// The widths, inputs first.
    pub fn widths(&self) -> &[usize] {
        &self.setting.widths
    }

    /// The scores of each layer with their signs, outputs × inputs.
    pub fn scores(&self) -> &[Array2<f32>] {
        self.ticket.scores()
    }

    /// One batch of the first unfinished arm. Whether it was the last of its epoch.
    fn step(&mut self) -> bool {
        let ends_epoch = if self.ticket.is_done() {
            self.dense.step();
            self.dense.batch() == 0
        } else {
            self.ticket.step();
            self.ticket.steps_done().is_multiple_of(self.ticket.batches())
        };
        if ends_epoch {
            self.settle();
        }
        ends_epoch
    }

    /// Brings the round up to date at the end of an epoch: the shares of the mask, and the evaluations of trained arms.
    fn settle(&mut self) {
        if !self.has(Arm::Ticket) {
            let masks = self.ticket.masks();
            if let Some(round) = self.rounds.first_mut() {
                round.layers = layer_shares(&masks);
            }
            if self.ticket.is_done() {
                self.pending.extend(self.setting.evaluations(&self.ticket, &masks));
            }
        }
        if self.dense.is_done() && !self.has(Arm::Dense) {
            let (network, steps) = (self.dense.parameters().clone(), self.dense.steps_done());
            self.pending.push(ArmEvaluation::new(Arm::Dense, network, (steps, steps), self.dense.curve()));
        }
    }

    /// Whether an arm is evaluated, or its evaluation under way.
    fn has(&self, arm: Arm) -> bool {
        self.rounds.iter().any(|round| round.arm(arm).is_some())
            || self.pending.iter().any(|evaluation| evaluation.arm() == arm)
    }

    /// Evaluates a block of examples; files the result with the last one.
    fn evaluate_block(&mut self) {
        let Some(evaluation) = self.pending.first_mut() else { return };
        let Some(result) = evaluation.advance(&self.setting.dataset) else { return };
        self.pending.remove(0);
        if result.arm == Arm::Ticket {
            self.learned = Some(self.setting.ticket(Arc::new(self.ticket.masks()), &result));
        }
        if let Some(round) = self.rounds.first_mut() {
            round.arms.push(result);
            // In a run the dense network may be the first to finish.
            round.arms.sort_by_key(|result| result.arm == Arm::Dense);
        }
    }

    fn evaluate_all(&mut self) {
        while self.is_evaluating() {
            self.evaluate_block();
        }
    }

    fn steps_done(&self) -> u64 {
        self.ticket.steps_done() + self.dense.steps_done()
    }
}

impl PopupSetting {
    /// The ticket and the controls that are only evaluated.
    fn evaluations(&self, ticket: &ScoreTraining, masks: &Masks) -> [ArmEvaluation; 4] {
        let pruned = |mut network: Parameters, masks: &Masks| {
            network.prune(masks);
            network
        };
        let shuffled = pruned(Parameters::clone(&self.frozen), &shuffled(self.seed, masks));
        let fresh = pruned(self.law.network(self.seed, streams::FRESH, &self.widths), masks);
        let steps = ticket.steps_done();
        let untrained = |arm, network| ArmEvaluation::new(arm, network, (0, 0), &[]);
        [
            ArmEvaluation::new(Arm::Ticket, ticket.network().clone(), (steps, steps), ticket.curve()),
            untrained(Arm::ShuffledMask, shuffled),
            untrained(Arm::FreshWeights, fresh),
            untrained(Arm::WholeNetwork, Parameters::clone(&self.frozen)),
        ]
    }

    fn ticket(&self, masks: Arc<Masks>, result: &ArmResult) -> LearnedTicket {
        LearnedTicket {
            method: LearnedMethod::EdgePopup(EdgePopup::clone(&self.options)),
            seed: self.seed,
            version: VERSION,
            widths: self.widths.clone(),
            masks,
            weights: TicketWeights::Frozen { law: self.law.weights, scaled_by: self.law.scaled_by },
            standardisation: self.standardisation.clone(),
            test: result.test,
            predictions: Arc::clone(&result.predictions),
        }
    }
}

impl Learner for EdgePopupLearner {
    fn advance(&mut self, until: Reach, budget: u64, stop: Stop<'_>) -> bool {
        let mut left = budget;
        loop {
            let ends_epoch = if self.is_evaluating() {
                self.evaluate_block();
                if self.is_evaluating() {
                    if stop() {
                        return false;
                    }
                    continue;
                }
                true
            } else {
                if left == 0 || self.is_done() || stop() {
                    return self.is_done();
                }
                left -= 1;
                let ends_epoch = self.step();
                if self.is_evaluating() {
                    continue;
                }
                ends_epoch
            };
            if until == Reach::Batch || until == Reach::Epoch && ends_epoch {
                return true;
            }
        }
    }

    fn run(&mut self, progress: &(dyn Fn(u64) + Sync), pause: Stop<'_>) -> bool {
        self.evaluate_all();
        let done = AtomicU64::new(self.steps_done());
        let computed = || progress(done.fetch_add(1, Ordering::Relaxed) + 1);
        let (ticket, dense) = (&mut self.ticket, &mut self.dense);
        rayon::join(
            || {
                while !ticket.is_done() && !pause() {
                    ticket.step();
                    computed();
                }
            },
            || {
                while !dense.is_done() && !pause() {
                    dense.step();
                    computed();
                }
            },
        );
        self.settle();
        self.evaluate_all();
        self.is_done()
    }

    fn position(&self) -> Position {
        let (ticket, dense) = (&self.ticket, &self.dense);
        let dense_steps = dense.options().steps;
        let (arm, done, steps, batches) = if ticket.is_done() {
            (Arm::Dense, dense.steps_done(), dense_steps, dense.batches())
        } else {
            (Arm::Ticket, ticket.steps_done(), ticket.steps(), ticket.batches())
        };
        let next = done.min(steps.saturating_sub(1));
        Position {
            round: 0,
            rounds: 1,
            arm,
            epoch: next / batches,
            epochs: self.setting.options.epochs,
            batch: next % batches,
            batches,
            steps_done: self.steps_done(),
            steps: ticket.steps() + dense_steps,
        }
    }

    fn is_done(&self) -> bool {
        self.ticket.is_done() && self.dense.is_done() && !self.is_evaluating()
    }

    fn is_evaluating(&self) -> bool {
        !self.pending.is_empty()
    }

    fn rounds(&self) -> &[Round] {
        &self.rounds
    }

    fn curve(&self) -> Vec<CurvePoint> {
        match self.ticket.is_done() && !self.dense.is_done() {
            true => self.dense.curve().to_vec(),
            false => self.ticket.curve().to_vec(),
        }
    }

    fn layer(&self, layer: usize) -> ScoreLayer {
        let index = layer.saturating_sub(1).min(self.setting.widths.len() - 2);
        let cut = self.ticket.cuts()[index];
        let scores: Vec<f32> = self.scores()[index].iter().copied().collect();
        let mask = cut.mask(&scores);
        let (quantity, values) = match self.setting.options.ranking {
            Ranking::Magnitude => (Quantity::ScoreMagnitude, scores.into_iter().map(f32::abs).collect()),
            Ranking::Value => (Quantity::Score, scores),
        };
        let weights = &self.ticket.network().weights[index];
        ScoreLayer {
            layer: index + 1,
            shape: weights.dim(),
            quantity,
            mask,
            values,
            weights: weights.iter().copied().collect(),
            cut: Some(cut.value()),
        }
    }

    fn outputs(&self, examples: Range<usize>) -> Array2<f32> {
        let network = match self.ticket.is_done() && !self.is_done() {
            true => self.dense.parameters(),
            false => self.ticket.network(),
        };
        test_outputs(network, &self.setting.dataset, examples)
    }

    fn ticket(&self) -> Option<LearnedTicket> {
        self.learned.clone()
    }

    fn snapshot(&self) -> Box<dyn Learner> {
        Box::new(self.clone())
    }

    fn bytes(&self) -> usize {
        let predictions =
            self.rounds.iter().flat_map(|round| &round.arms).map(|arm| 4 * arm.predictions.len());
        self.ticket.bytes() + self.dense.bytes() + predictions.sum::<usize>()
    }

    fn save(&self) -> Vec<u8> {
        postcard::to_stdvec(&(self.ticket.state(), self.dense.state())).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        let (scores, dense): (ScoreState, TrainingState) = postcard::from_bytes(state).ok()?;
        let mut restored = self.clone();
        restored.ticket.restore(scores)?;
        restored.dense.restore(dense)?;
        (restored.learned, restored.pending) = (None, Vec::new());
        if let Some(round) = restored.rounds.first_mut() {
            round.arms.clear();
        }
        restored.settle();
        restored.evaluate_all();
        *self = restored;
        Some(())
    }
}
