//! The outputs of a learned lane's network under training.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::LearnedLane;
use super::moment::Moment;
use crate::learning::training::{predictions, softmax};
use crate::learning::{Dataset, Learner};
use crate::network::Stop;
use crate::session::background::Background;

/// Examples evaluated between two looks at a request to stop.
const EXAMPLES_AT_ONCE: usize = 500;

/// Between two counts while a lane moves.
const BETWEEN_COUNTS: Duration = Duration::from_millis(500);

/// The network under training at a test example, and its right and wrong answers to all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedOutput {
    /// number of the test example, from 0
    pub example: usize,
    /// test examples
    pub examples: usize,
    /// its class
    pub label: u32,
    /// the class of the largest output
    pub prediction: u32,
    /// before the softmax, one for each class
    pub outputs: Vec<f32>,
    /// after the softmax
    pub probabilities: Vec<f64>,
    /// the example
    pub input: Vec<f32>,
    /// test examples by label (row) and prediction (column); empty until they are counted; while the lane moves, up to a
    /// second old
    pub confusion: Vec<Vec<u64>>,
    /// the predicted class of each test example, those of the confusion matrix
    pub predictions: Arc<[u32]>,
    /// share of right answers in the confusion matrix, in 0 to 1; NaN while it is empty
    pub accuracy: f64,
}

/// The predicted class of each test example.
type Predictions = Arc<[u32]>;

/// The right and wrong answers of a network to all test examples, counted on a thread of its own.
#[derive(Debug, Default)]
pub(super) struct ConfusionCount {
    under_way: Option<(Moment, Background<Predictions>)>,
    known: Option<(Moment, Predictions)>,
    begun: Option<Instant>,
}

impl ConfusionCount {
    /// Counts at this moment of a lane, with pauses while it moves. Whether the count of this moment is there.
    pub(super) fn look(&mut self, lane: &LearnedLane, moment: Moment, moves: bool) -> bool {
        let is_same = |(of, _): &(Moment, Predictions)| of.is_same_run(moment);
        self.known = self.known.take().filter(is_same);
        if let Some((of, counting)) = self.under_way.take() {
            // While the lane moves, a count of a moment ago is as good as any.
            let is_wanted = of == moment || moves && of.is_same_run(moment);
            match counting.wait(&|| true).filter(|_| is_wanted) {
                Some(predictions) => self.known = Some((of, predictions)),
                None if is_wanted => self.under_way = Some((of, counting)),
                None => {}
            }
        }
        let is_known = self.known.as_ref().is_some_and(|(of, _)| *of == moment);
        let is_due = !moves || self.begun.is_none_or(|begun| begun.elapsed() >= BETWEEN_COUNTS);
        if !is_known && self.under_way.is_none() && is_due {
            let (learner, dataset) = (lane.learner().snapshot(), Arc::clone(lane.dataset()));
            let counting = Background::start(move |stop| predict(&*learner, &dataset, stop).map(Arc::from));
            self.under_way = Some((moment, counting));
            self.begun = Some(Instant::now());
        }
        is_known
    }

    /// The network at a test example, with the latest counts.
    pub(super) fn show(&self, lane: &LearnedLane, example: usize) -> LearnedOutput {
        let (test, outputs) = (&lane.dataset().test, lane.learner().outputs(example..example + 1));
        let known = self.known.as_ref().map(|(_, predictions)| Arc::clone(predictions));
        let confusion = known
            .as_ref()
            .map_or_else(Vec::new, |found| confusion(found, &test.labels, lane.dataset().classes));
        LearnedOutput {
            example,
            examples: test.len(),
            label: test.labels[example],
            prediction: predictions(outputs.view()).first().copied().unwrap_or(0),
            probabilities: softmax(outputs.row(0)),
            outputs: outputs.row(0).to_vec(),
            input: test.inputs.row(example).to_vec(),
            accuracy: share_of_right(&confusion),
            predictions: known.unwrap_or_default(),
            confusion,
        }
    }
}

/// Examples by label (row) and prediction (column), of so many classes.
pub fn confusion(predictions: &[u32], labels: &[u32], classes: usize) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; classes]; classes];
    for (&prediction, &label) in predictions.iter().zip(labels) {
        counts[label as usize][prediction as usize] += 1;
    }
    counts
}

/// Share of right answers in a confusion matrix, in 0 to 1; NaN while it is empty.
pub fn share_of_right(confusion: &[Vec<u64>]) -> f64 {
    let all: u64 = confusion.iter().flatten().sum();
    let right: u64 = confusion.iter().enumerate().map(|(label, row)| row[label]).sum();
    right as f64 / all as f64
}

/// The predicted class of each test example.
fn predict(learner: &dyn Learner, dataset: &Dataset, stop: Stop<'_>) -> Option<Vec<u32>> {
    let examples = dataset.test.len();
    let mut found = Vec::with_capacity(examples);
    for start in (0..examples).step_by(EXAMPLES_AT_ONCE) {
        if stop() {
            return None;
        }
        let range = start..(start + EXAMPLES_AT_ONCE).min(examples);
        found.extend(predictions(learner.outputs(range).view()));
    }
    Some(found)
}
