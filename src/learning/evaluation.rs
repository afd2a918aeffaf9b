//! The evaluation of a finished network, block by block: a screen's keys need not wait for all examples.

use std::ops::Range;

use ndarray::Axis;

use super::training::{EVALUATION_BLOCK, Parameters, outputs, predictions};
use super::{Accuracy, Arm, ArmResult, CurvePoint, Dataset, Examples};

/// A finished network, and the examples evaluated so far.
#[derive(Clone, Debug)]
pub(super) struct ArmEvaluation {
    arm: Arm,
    network: Parameters,
    steps: u64,
    /// the step of the network
    selected_step: u64,
    curve: Vec<CurvePoint>,
    /// predicted classes, of the test examples first
    test: Vec<u32>,
    validation: Vec<u32>,
}

impl ArmEvaluation {
    /// A network after these steps, no example evaluated; `curve` is empty for arms that are only evaluated.
    pub(super) fn new(
        arm: Arm,
        network: Parameters,
        (steps, selected_step): (u64, u64),
        curve: &[CurvePoint],
    ) -> Self {
        let (test, validation) = (Vec::new(), Vec::new());
        Self { arm, network, steps, selected_step, curve: curve.to_vec(), test, validation }
    }

    /// The arm evaluated.
    pub(super) fn arm(&self) -> Arm {
        self.arm
    }

    /// Evaluates the next block of examples. The result, once all are evaluated: the same bits as without blocks.
    pub(super) fn advance(&mut self, dataset: &Dataset) -> Option<ArmResult> {
        let (test, validation) = (&dataset.test, &dataset.validation);
        if self.test.len() < test.len() {
            self.test.extend(predicted(&self.network, test, self.test.len()));
        } else if self.validation.len() < validation.len() {
            self.validation.extend(predicted(&self.network, validation, self.validation.len()));
        }
        let is_over = self.test.len() >= test.len() && self.validation.len() >= validation.len();
        is_over.then(|| ArmResult {
            arm: self.arm,
            steps: self.steps,
            selected_step: self.selected_step,
            training_loss: self.curve.last().map(|point| point.loss),
            validation: (!validation.is_empty()).then(|| Accuracy::of(&self.validation, &validation.labels)),
            test: Accuracy::of(&self.test, &test.labels),
            predictions: self.test.as_slice().into(),
            curve: self.curve.as_slice().into(),
        })
    }

    /// Evaluates all examples left.
    pub(super) fn finish(mut self, dataset: &Dataset) -> ArmResult {
        loop {
            if let Some(result) = self.advance(dataset) {
                return result;
            }
        }
    }
}

/// The predicted classes of a block of examples.
fn predicted(network: &Parameters, examples: &Examples, from: usize) -> Vec<u32> {
    let block: Range<usize> = from..(from + EVALUATION_BLOCK).min(examples.len());
    predictions(outputs(network, examples.inputs.slice_axis(Axis(0), block.into())).view())
}
