//! The batches of a training: their passes, and the points of its curve.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::super::{Accuracy, CurvePoint, Examples};
use super::{Parameters, Passes, evaluate, order, predictions};

/// The place and the size of a batch.
#[derive(Clone, Copy, Debug)]
pub struct BatchPlace {
    /// from 0
    pub epoch: u64,
    /// in its epoch, from 0
    pub number: u64,
    /// examples of a batch; the last one of an epoch has the rest
    pub size: usize,
}

/// The batches since the last point of a curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Running {
    losses: f64,
    correct: u64,
    examples: u64,
}

impl Running {
    /// The point after `step`, and its accuracy: on the validation examples, or without any on these batches. Counts from 0
    /// again.
    pub fn point(
        &mut self,
        step: u64,
        network: &Parameters,
        validation: &Examples,
    ) -> (CurvePoint, Accuracy) {
        let Self { losses, correct, examples } = std::mem::take(self);
        let accuracy = match validation.is_empty() {
            true => Accuracy { correct, examples },
            false => evaluate(network, validation).0,
        };
        (CurvePoint { step, loss: losses / examples as f64, accuracy: accuracy.share() }, accuracy)
    }
}

/// Buffers of the passes, and the order of the examples in the epoch under way. A copy of a training computes them again.
#[derive(Debug)]
pub struct Batches {
    passes: Passes,
    epoch: u64,
    order: Vec<u32>,
}

impl Batches {
    /// Buffers for a network with these widths (inputs first), and batches of at most `size` of the examples.
    pub fn new(widths: &[usize], size: usize, examples: &Examples) -> Self {
        Self { passes: Passes::new(widths, size.min(examples.len())), epoch: u64::MAX, order: Vec::new() }
    }

    /// Passes a batch forward and backward, and adds it to `running`. `seed`: of the order of the examples.
    ///
    /// # Panics
    /// If there is no such batch, or shapes disagree.
    pub fn pass(
        &mut self,
        (weights, biases): (&[Array2<f32>], Option<&[Array1<f32>]>),
        examples: &Examples,
        (seed, batch): (u64, BatchPlace),
        running: &mut Running,
    ) {
        if self.epoch != batch.epoch {
            self.order = order(seed, batch.epoch, examples.len());
            self.epoch = batch.epoch;
        }
        let start = batch.number as usize * batch.size;
        let rows = &self.order[start..examples.len().min(start + batch.size)];
        let labels: Vec<u32> = rows.iter().map(|&row| examples.labels[row as usize]).collect();
        let outputs = self.passes.forward(weights, biases, examples.inputs.view(), rows);
        running.correct += Accuracy::of(&predictions(outputs), &labels).correct;
        running.losses += self.passes.backward(weights, labels);
        running.examples += rows.len() as u64;
    }

    /// The passes, with the gradients of the last batch.
    pub fn passes(&self) -> &Passes {
        &self.passes
    }
}
