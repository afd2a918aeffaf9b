//! Learned methods under way, beside the constructions.
//!
//! | file | holds |
//! |---|---|
//! | this one | a lane: its learner, and the way it goes on and back |
//! | [`view`](LearnedView) | a lane at one moment, its layer on view with the histogram |
//! | [`weight`](LearnedWeight) | one weight and its history |
//! | [`output`](LearnedOutput) | outputs at a test example, the confusion matrix |

mod output;
mod view;
mod weight;

use std::sync::Arc;
use std::time::Duration;

pub use output::LearnedOutput;
pub use view::{LearnedView, ScoreView};
pub use weight::LearnedWeight;

use crate::learning::{Dataset, LearnedMethod, Learner, Round};

/// One learned method of a session.
#[derive(Debug)]
pub struct LearnedLane {
    method: LearnedMethod,
    dataset: Arc<Dataset>,
    /// layers of its network
    layers: usize,
    /// untouched, to start over
    start: Box<dyn Learner>,
    learner: Box<dyn Learner>,
    /// the learner's results, copied at their last change
    rounds: Arc<Vec<Round>>,
    elapsed: Duration,
}

impl Clone for LearnedLane {
    fn clone(&self) -> Self {
        Self {
            method: self.method.clone(),
            dataset: Arc::clone(&self.dataset),
            layers: self.layers,
            start: self.start.snapshot(),
            learner: self.learner.snapshot(),
            rounds: Arc::clone(&self.rounds),
            elapsed: self.elapsed,
        }
    }
}

impl LearnedLane {
    /// An untouched lane: its method, the data, and a learner of a network with so many layers.
    pub(super) fn new(
        method: LearnedMethod,
        dataset: Arc<Dataset>,
        layers: usize,
        learner: Box<dyn Learner>,
    ) -> Self {
        let (start, rounds) = (learner.snapshot(), Arc::new(learner.rounds().to_vec()));
        Self { method, dataset, layers, start, learner, rounds, elapsed: Duration::ZERO }
    }

    /// An untouched lane of the same method.
    pub(super) fn restarted(&self) -> Self {
        Self::new(self.method.clone(), Arc::clone(&self.dataset), self.layers, self.start.snapshot())
    }

    /// The method with its options.
    pub fn method(&self) -> &LearnedMethod {
        &self.method
    }

    /// The data of the experiment.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// Layers of the network under training.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// The learned method under way.
    pub fn learner(&self) -> &dyn Learner {
        &*self.learner
    }

    /// The results so far: finished rounds, and the round under way with its finished arms.
    pub fn rounds(&self) -> &Arc<Vec<Round>> {
        &self.rounds
    }

    /// Whether all rounds are done.
    pub fn is_done(&self) -> bool {
        self.learner.is_done()
    }

    /// Whether no batch is computed yet.
    pub fn is_untouched(&self) -> bool {
        self.learner.position().steps_done == 0
    }

    /// Time spent computing.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}
