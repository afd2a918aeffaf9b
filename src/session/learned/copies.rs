//! Copies of a learner at epoch starts, to go back to.

use crate::learning::{Learner, Position};
use crate::session::lane::Step;

/// The most bytes of a lane's copies, besides the first and the last one.
const MOST_BYTES: usize = 96 << 20;

/// The most copies of a lane.
const MOST: usize = 32;

/// A learner as it was.
#[derive(Debug)]
pub(super) struct LearnerCopy {
    /// its place
    pub(super) position: Position,
    /// the copy
    pub(super) learner: Box<dyn Learner>,
}

/// The start of an epoch.
#[derive(Clone, Copy, Debug)]
struct Border {
    /// batches computed since the run began
    steps: u64,
    /// from 0
    round: usize,
}

/// The start of a run, and copies at later epoch starts: the farther back, the fewer.
#[derive(Debug)]
pub(super) struct Copies {
    /// rising; the first is the start
    copies: Vec<LearnerCopy>,
    /// every epoch start up to `known`, rising
    borders: Vec<Border>,
    /// batches computed under observation, from the start on
    known: u64,
    /// the most bytes of copies, besides the first and the last one
    most_bytes: usize,
}

impl Clone for LearnerCopy {
    fn clone(&self) -> Self {
        Self { position: self.position, learner: self.learner.snapshot() }
    }
}

impl Clone for Copies {
    fn clone(&self) -> Self {
        Self { copies: self.copies.clone(), borders: self.borders.clone(), ..*self }
    }
}

impl LearnerCopy {
    fn of(learner: &dyn Learner) -> Self {
        Self { position: learner.position(), learner: learner.snapshot() }
    }

    fn steps_done(&self) -> u64 {
        self.position.steps_done
    }
}

impl Copies {
    /// The copies of a run, its start for now.
    pub(super) fn new(start: &dyn Learner) -> Self {
        let start = LearnerCopy::of(start);
        Self {
            borders: vec![Border { steps: start.steps_done(), round: start.position.round }],
            known: start.steps_done(),
            copies: vec![start],
            most_bytes: MOST_BYTES,
        }
    }

    /// The learner at its start.
    pub(super) fn start(&self) -> Box<dyn Learner> {
        self.copies[0].learner.snapshot()
    }

    /// The copies, rising.
    pub(super) fn copies(&self) -> &[LearnerCopy] {
        &self.copies
    }

    /// Whether all epoch starts before a place are known, in batches since the run began.
    pub(super) fn reaches(&self, steps: u64) -> bool {
        steps <= self.known
    }

    /// Observes a learner that went on from a known place, at most to the end of an epoch. An evaluation under way is seen at its
    /// end.
    pub(super) fn observe(&mut self, learner: &dyn Learner) {
        let position = learner.position();
        if position.steps_done < self.known {
            return;
        }
        self.known = position.steps_done;
        let is_seen = self.borders.last().is_some_and(|border| border.steps >= position.steps_done);
        if position.batch == 0 && !is_seen && !learner.is_evaluating() && !learner.is_done() {
            self.borders.push(Border { steps: position.steps_done, round: position.round });
            self.copies.push(LearnerCopy::of(learner));
            self.thin();
        }
    }

    /// Drops copies until they are few and small enough. The distance between neighbours grows with the distance from the last.
    fn thin(&mut self) {
        let mut bytes: usize = self.copies.iter().map(|copy| copy.learner.bytes()).sum();
        while self.copies.len() > 2 && (self.copies.len() > MOST || bytes > self.most_bytes) {
            let last = self.copies[self.copies.len() - 1].steps_done();
            let gap = |three: &[LearnerCopy]| {
                (three[2].steps_done() - three[0].steps_done()) as f64
                    / (last - three[1].steps_done()).max(1) as f64
            };
            let gaps = self.copies.windows(3).map(gap).enumerate();
            let Some((least, _)) = gaps.min_by(|(_, a), (_, b)| a.total_cmp(b)) else { return };
            bytes -= self.copies.remove(least + 1).learner.bytes();
        }
    }

    /// The place of a step back from after `steps` batches, all epoch starts before them known: batches since the run
    /// began.
    pub(super) fn before(&self, steps: u64, step: Step) -> u64 {
        let last = self.borders.iter().rfind(|border| border.steps < steps);
        match (step, last) {
            (Step::All, _) | (_, None) => self.borders[0].steps,
            (Step::Neuron, _) => steps.saturating_sub(1),
            (Step::Weight, Some(last)) => last.steps,
            (Step::Layer, Some(last)) => {
                let first = self.borders.iter().find(|border| border.round == last.round);
                first.map_or(last.steps, |border| border.steps)
            }
        }
    }

    /// The learner at the last copy not behind a place, in batches since the run began; all after it is forgotten.
    pub(super) fn go_back(&mut self, steps: u64) -> Box<dyn Learner> {
        let count = self.copies.partition_point(|copy| copy.steps_done() <= steps).max(1);
        self.copies.truncate(count);
        let last = &self.copies[count - 1];
        let at = last.steps_done();
        self.known = at;
        self.borders.retain(|border| border.steps <= at);
        last.learner.snapshot()
    }

    /// Keeps fewer bytes.
    #[cfg(test)]
    pub(super) fn keep_bytes(&mut self, most: usize) {
        self.most_bytes = most;
    }
}
