//! Learned methods under way, beside the constructions.
//!
//! | file | holds |
//! |---|---|
//! | this one | a lane: its learner, and the way it goes on and back |
//! | [`copies`] | copies of a learner, to go back to |
//! | [`view`](LearnedView) | a lane at one moment, its layer on view with the histogram |
//! | [`weight`](LearnedWeight) | one weight and its history |
//! | [`moment`] | a moment of a lane |
//! | [`bridge`](Bridge) | learned networks as targets of Theorem 3, computed once for each finished round |
//! | [`bridged`](BridgedNetwork) | one of them with its numbers |
//! | [`output`](LearnedOutput) | outputs at a test example, the confusion matrix |
//! | [`watch`] | the layer, weight and example on view, renewed while the lane moves |

mod bridge;
mod bridged;
mod copies;
mod moment;
mod output;
mod view;
mod watch;
mod weight;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use bridge::Bridge;
pub(super) use bridge::BridgeWatch;
pub(super) use bridged::BridgeCache;
pub use bridged::{BridgedLayer, BridgedNetwork, NeedOrReason, TheoremNeed};
use copies::Copies;
pub use output::{LearnedOutput, confusion, share_of_right};
pub use view::{LearnedView, ScoreView};
pub(super) use watch::LearnedWatch;
pub use weight::LearnedWeight;

use super::lane::{LONGEST, Step};
use crate::learning::{Dataset, LearnedMethod, Learner, Reach, Round};
use crate::network::Stop;

/// Progress of a learned lane.
#[derive(Clone, Copy, Debug)]
pub struct LearnedProgress {
    /// the method's name
    pub method: &'static str,
    /// batches computed since the run began, those of all arms
    pub steps_done: u64,
    /// batches of the whole run, those of all arms
    pub steps: u64,
}

/// A [`LearnedLane`] as a checkpoint holds it: all else follows from the experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LearnedState<'a> {
    state: Cow<'a, [u8]>,
    elapsed: Duration,
}

impl LearnedState<'_> {
    /// Whether the lane has not begun.
    pub(super) fn is_untouched(&self) -> bool {
        self.elapsed.is_zero()
    }
}

/// One learned method of a session.
#[derive(Debug)]
pub struct LearnedLane {
    method: LearnedMethod,
    dataset: Arc<Dataset>,
    /// layers of its network
    layers: usize,
    learner: Box<dyn Learner>,
    copies: Copies,
    back: Option<Back>,
    /// the learner's results, copied at their last change
    rounds: Arc<Vec<Round>>,
    elapsed: Duration,
}

/// A way back, its batches to be repeated from a copy on.
#[derive(Clone, Copy, Debug)]
enum Back {
    /// to this place, in batches since the run began
    To(u64),
    /// first to the place of the command, its epoch starts still unknown, then back by the step
    From(u64, Step),
}

impl Clone for LearnedLane {
    fn clone(&self) -> Self {
        Self {
            method: self.method.clone(),
            dataset: Arc::clone(&self.dataset),
            layers: self.layers,
            learner: self.learner.snapshot(),
            copies: self.copies.clone(),
            back: self.back,
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
        let (copies, rounds) = (Copies::new(&*learner), Arc::new(learner.rounds().to_vec()));
        Self { method, dataset, layers, learner, copies, back: None, rounds, elapsed: Duration::ZERO }
    }

    /// An untouched lane of the same method.
    pub(super) fn restarted(&self) -> Self {
        Self::new(self.method.clone(), Arc::clone(&self.dataset), self.layers, self.copies.start())
    }

    /// The state for a checkpoint.
    pub(super) fn state(&self) -> LearnedState<'_> {
        LearnedState { state: self.learner.save().into(), elapsed: self.elapsed }
    }

    /// The lane at a saved state of the same method and data. `None` for an unreachable state.
    pub(super) fn resumed(&self, state: LearnedState<'_>) -> Option<Self> {
        if state.elapsed > LONGEST {
            return None;
        }
        let mut lane = self.restarted();
        lane.learner.restore(&state.state)?;
        lane.rounds = Arc::new(lane.learner.rounds().to_vec());
        lane.elapsed = state.elapsed;
        Some(lane)
    }

    /// Goes on towards the end of `step`, computing at most `budget` batches, and not far beyond `stop`. Whether the step's
    /// end is reached. The result does not depend on how a run is cut into steps and budgets.
    pub fn advance_until(&mut self, step: Step, budget: u64, stop: Stop<'_>) -> bool {
        if !self.replay(budget, stop) {
            return false;
        }
        let started = Instant::now();
        let reached = self.go_on(step, budget, stop);
        self.elapsed += started.elapsed();
        reached
    }

    fn go_on(&mut self, step: Step, budget: u64, stop: Stop<'_>) -> bool {
        let mut left = budget;
        while left > 0 && !self.is_done() {
            let before = self.learner.position();
            let until = if step == Step::Neuron { Reach::Batch } else { Reach::Epoch };
            let is_over = self.compute(until, left, stop);
            let after = self.learner.position();
            let reached = match step {
                Step::Neuron | Step::Weight => is_over,
                Step::Layer => before.round != after.round,
                Step::All => false,
            };
            if reached || self.is_done() {
                return true;
            }
            left = left.saturating_sub(after.steps_done - before.steps_done);
            if !is_over || stop() {
                return false;
            }
        }
        self.is_done()
    }

    /// Computes batches, at most to the end of an epoch. Whether the end is reached.
    fn compute(&mut self, until: Reach, budget: u64, stop: Stop<'_>) -> bool {
        let is_known = self.copies.reaches(self.learner.position().steps_done);
        let is_over = self.learner.advance(until, budget, stop);
        if is_known {
            self.copies.observe(&*self.learner);
        }
        self.copy_rounds();
        is_over
    }

    /// Copies the results, if an arm or a round has been added.
    fn copy_rounds(&mut self) {
        let count = |rounds: &[Round]| (rounds.len(), rounds.last().map(|round| round.arms.len()));
        if count(&self.rounds) != count(self.learner.rounds()) {
            self.rounds = Arc::new(self.learner.rounds().to_vec());
        }
    }

    /// Takes the last step back: the last batch, or the batches since the start of an epoch, a round or the run.
    /// [`replay`](Self::replay) repeats batches from the last copy before that place on.
    pub fn take_back(&mut self, step: Step) {
        let at = match self.back.take() {
            Some(Back::To(at) | Back::From(at, _)) => at,
            None => self.learner.position().steps_done,
        };
        if step == Step::All || self.copies.reaches(at) {
            self.set_out(Back::To(self.copies.before(at, step)));
        } else {
            self.set_out(Back::From(at, step));
        }
    }

    /// Jumps to the last copy before a place.
    fn set_out(&mut self, back: Back) {
        let (Back::To(at) | Back::From(at, _)) = back;
        self.back = Some(back);
        self.learner = self.copies.go_back(at);
        self.rounds = Arc::new(self.learner.rounds().to_vec());
    }

    /// Repeats at most `budget` batches on the way back. Whether the lane has arrived.
    pub fn replay(&mut self, budget: u64, stop: Stop<'_>) -> bool {
        let started = Instant::now();
        let mut left = budget;
        while let Some(back) = self.back {
            let (Back::To(at) | Back::From(at, _)) = back;
            let before = self.learner.position().steps_done;
            if before >= at && !self.learner.is_evaluating() || self.is_done() {
                match back {
                    Back::To(_) => self.back = None,
                    Back::From(at, step) => self.set_out(Back::To(self.copies.before(at, step))),
                }
                continue;
            }
            if left == 0 {
                break;
            }
            self.compute(Reach::Epoch, left.min(at - before), stop);
            left = left.saturating_sub(self.learner.position().steps_done - before);
            if stop() {
                break;
            }
        }
        self.elapsed += started.elapsed();
        self.back.is_none()
    }

    /// Goes on to the end or until `pause`, by a batch at least, on the threads of the current rayon pool. Whether the lane is done.
    pub(in crate::session) fn run(
        &mut self,
        progress: &(dyn Fn(LearnedProgress) + Sync),
        pause: Stop<'_>,
    ) -> bool {
        let started = Instant::now();
        self.back = None;
        let (method, steps) = (self.method.name(), self.learner.position().steps);
        let has_moved = AtomicBool::new(false);
        let report = |steps_done| {
            has_moved.store(true, Ordering::Relaxed);
            progress(LearnedProgress { method, steps_done, steps });
        };
        let is_done = self.learner.run(&report, &|| has_moved.load(Ordering::Relaxed) && pause());
        self.rounds = Arc::new(self.learner.rounds().to_vec());
        self.elapsed += started.elapsed();
        is_done
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
        self.back.is_none() && self.learner.position().steps_done == 0
    }

    /// Time spent computing.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

#[cfg(test)]
mod tests;
