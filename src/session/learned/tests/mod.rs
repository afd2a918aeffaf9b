//! Learned lanes with a small learner: two layers, two arms, epochs cut short.

mod going;
mod learners;
mod watching;

use std::sync::Arc;

use ndarray::Array2;

use super::LearnedLane;
use crate::experiment::Experiment;
use crate::learning::training::predictions;
use crate::learning::{
    Accuracy, Arm, ArmResult, CurvePoint, Dataset, EdgePopup, Examples, LayerShare, LearnedMethod,
    LearnedTicket, Learner, Position, Quantity, Reach, Round, ScoreLayer,
};
use crate::network::Stop;
use crate::session::Session;

const SHAPES: [(usize, usize); 2] = [(4, 6), (3, 4)];
const ROUNDS: usize = 3;
const ARMS: [Arm; 2] = [Arm::Ticket, Arm::RandomMask];
/// steps of a training: two epochs, and one cut short
const STEPS: u64 = 8;
const BATCHES: u64 = 3;
const EXAMPLES: usize = 7;

/// Values with a chaotic rule in place of a gradient: every batch matters, and so does its order.
#[derive(Clone, Debug, PartialEq)]
struct Chaos {
    values: [Vec<f32>; 2],
    masks: [Vec<bool>; 2],
    cuts: Option<[f32; 2]>,
    rounds: Vec<Round>,
    done: u64,
}

impl Chaos {
    fn new() -> Self {
        let share = |(outputs, inputs)| LayerShare {
            weights: (outputs * inputs) as u64,
            kept: (outputs * inputs) as u64,
            dead_neurons: 0,
        };
        Self {
            values: Self::initial(),
            masks: SHAPES.map(|(outputs, inputs)| vec![true; outputs * inputs]),
            cuts: None,
            rounds: vec![Round { round: 0, layers: SHAPES.map(share).to_vec(), arms: Vec::new() }],
            done: 0,
        }
    }

    fn initial() -> [Vec<f32>; 2] {
        SHAPES
            .map(|(outputs, inputs)| (0..outputs * inputs).map(|i| (i as f32 * 0.37 + 0.1).fract()).collect())
    }

    fn steps() -> u64 {
        ROUNDS as u64 * ARMS.len() as u64 * STEPS
    }

    fn batch(&mut self) {
        let position = self.position();
        for (values, masks) in self.values.iter_mut().zip(&self.masks) {
            for (i, (value, &kept)) in values.iter_mut().zip(masks).enumerate() {
                let mixed = 3.9 * *value * (1.0 - *value);
                *value = if kept { (mixed + (i as u64 * 31 + self.done) as f32 * 0.01).fract() } else { 0.0 };
            }
        }
        self.done += 1;
        if self.done.is_multiple_of(STEPS) {
            self.end_arm(position);
        }
    }

    fn end_arm(&mut self, position: Position) {
        let predictions: Arc<[u32]> = predictions(self.outputs(0..EXAMPLES).view()).into();
        let last = self.rounds.len() - 1;
        self.rounds[last].arms.push(ArmResult {
            arm: position.arm,
            steps: STEPS,
            selected_step: STEPS,
            training_loss: Some(0.5),
            validation: None,
            test: Accuracy::of(&predictions, &dataset().test.labels),
            predictions,
            curve: Vec::new().into(),
        });
        if self.is_done() {
            return;
        }
        if self.rounds[last].arms.len() == ARMS.len() {
            let cuts = [0, 1].map(|layer| {
                let mut sorted = self.values[layer].clone();
                sorted.sort_by(f32::total_cmp);
                sorted[sorted.len() / 4]
            });
            for (layer, cut) in cuts.into_iter().enumerate() {
                self.masks[layer] = self.values[layer].iter().map(|&value| value >= cut).collect();
            }
            let layers = self.masks.iter().map(|mask| LayerShare {
                weights: mask.len() as u64,
                kept: mask.iter().filter(|kept| **kept).count() as u64,
                dead_neurons: 0,
            });
            self.cuts = Some(cuts);
            self.rounds.push(Round { round: last + 1, layers: layers.collect(), arms: Vec::new() });
        }
        self.values = Self::initial();
    }
}

impl Learner for Chaos {
    fn advance(&mut self, until: Reach, budget: u64, stop: Stop<'_>) -> bool {
        for _ in 0..budget {
            if self.is_done() {
                return true;
            }
            let before = self.position();
            self.batch();
            let after = self.position();
            let is_over = match until {
                Reach::Batch => true,
                Reach::Epoch => after.batch == 0,
                Reach::Round => before.round != after.round,
                Reach::End => false,
            };
            if is_over || self.is_done() {
                return true;
            }
            if stop() {
                return false;
            }
        }
        self.is_done()
    }

    fn run(&mut self, progress: &(dyn Fn(u64) + Sync), pause: Stop<'_>) -> bool {
        while !self.is_done() {
            self.batch();
            progress(self.done);
            if pause() {
                break;
            }
        }
        self.is_done()
    }

    fn position(&self) -> Position {
        let at = self.done.min(Self::steps() - 1);
        let (training, step) = (at / STEPS, at % STEPS);
        Position {
            round: training as usize / ARMS.len(),
            rounds: ROUNDS,
            arm: ARMS[training as usize % ARMS.len()],
            epoch: step / BATCHES,
            epochs: STEPS.div_ceil(BATCHES),
            batch: step % BATCHES,
            batches: BATCHES,
            steps_done: self.done,
            steps: Self::steps(),
        }
    }

    fn is_done(&self) -> bool {
        self.done == Self::steps()
    }

    fn rounds(&self) -> &[Round] {
        &self.rounds
    }

    fn curve(&self) -> Vec<CurvePoint> {
        Vec::new()
    }

    fn layer(&self, layer: usize) -> ScoreLayer {
        ScoreLayer {
            layer,
            shape: SHAPES[layer - 1],
            quantity: Quantity::WeightMagnitude,
            values: self.values[layer - 1].clone(),
            weights: self.values[layer - 1].iter().map(|value| -value).collect(),
            mask: self.masks[layer - 1].clone(),
            cut: self.cuts.map(|cuts| cuts[layer - 1]),
        }
    }

    fn outputs(&self, examples: std::ops::Range<usize>) -> Array2<f32> {
        Array2::from_shape_fn((examples.len(), 3), |(row, class)| {
            self.values[1][4 * class + (examples.start + row) % 4]
        })
    }

    fn ticket(&self) -> Option<LearnedTicket> {
        None
    }

    fn snapshot(&self) -> Box<dyn Learner> {
        Box::new(self.clone())
    }

    fn bytes(&self) -> usize {
        1000
    }

    fn save(&self) -> Vec<u8> {
        self.done.to_le_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        let done = u64::from_le_bytes(state.try_into().ok()?);
        if done > Self::steps() {
            return None;
        }
        *self = Self::new();
        while self.done < done {
            self.batch();
        }
        Some(())
    }
}

fn dataset() -> Dataset {
    let examples = |count: usize| Examples {
        inputs: Array2::from_shape_fn((count, 6), |(row, column)| (row * 6 + column) as f32),
        labels: (0..count as u32).map(|example| example % 3).collect(),
    };
    Dataset { training: examples(9), validation: Examples::default(), test: examples(EXAMPLES), classes: 3 }
}

fn lane() -> LearnedLane {
    let method = LearnedMethod::EdgePopup(EdgePopup::default());
    LearnedLane::new(method, Arc::new(dataset()), 2, Box::new(Chaos::new()))
}

/// One construction, and two learned lanes behind it.
fn session() -> Session {
    let mut session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    session.learned = vec![lane(), lane()];
    session
}

/// All of a learner.
fn state_of(lane: &LearnedLane) -> String {
    format!("{:?}", lane.learner())
}

/// The states of a run, after each number of batches, and their places.
fn run_through() -> Vec<(String, Position)> {
    let mut learner = Chaos::new();
    let mut states = vec![(format!("{learner:?}"), learner.position())];
    while !learner.is_done() {
        learner.batch();
        states.push((format!("{learner:?}"), learner.position()));
    }
    states
}
