//! One weight of a learned lane's layer on view.

use std::time::{Duration, Instant};

use super::{LearnedLane, ScoreView};
use crate::learning::Arm;

/// The longest time for values of the past between two looks at the commands.
const SLICE: Duration = Duration::from_millis(3);

/// A weight of the layer on view, and its past.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedWeight {
    /// layer, from 1
    pub layer: usize,
    /// row of the weight, from 0
    pub output: usize,
    /// column of the weight, from 0
    pub input: usize,
    /// the weight of the network under training, 0 if it is pruned
    pub weight: f32,
    /// the quantity behind the mask, see [`ScoreView::quantity`](super::ScoreView)
    pub value: f32,
    /// whether it is kept
    pub kept: bool,
    /// the value at the kept epoch starts of the same arm, rising, and now: batches computed since the run began, the value,
    /// the cut
    pub history: Vec<(u64, f32, Option<f32>)>,
}

/// A weight of an arm: the number of the lane, from 0, and its run; layer, output, input; the arm.
type WatchedPast = (usize, u64, (usize, usize, usize), Arm);

/// The past of one weight, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct WeightHistory {
    of: Option<WatchedPast>,
    /// rising
    past: Vec<(u64, f32, Option<f32>)>,
    is_behind: bool,
}

impl WeightHistory {
    /// Adds values of the past from a lane's copies for a few milliseconds, the latest first, and shows the weight of a layer
    /// on view.
    pub(super) fn look(
        &mut self,
        (number, run, lane): (usize, u64, &LearnedLane),
        (scores, weights): (&ScoreView, &[f32]),
        (steps, arm): (u64, Arm),
        (output, input): (usize, usize),
    ) -> LearnedWeight {
        let layer = scores.layer;
        let index = output * scores.shape.1 + input;
        let of = (number, run, (layer, output, input), arm);
        if self.of != Some(of) {
            *self = Self { of: Some(of), ..Self::default() };
        }
        let started = Instant::now();
        self.is_behind = false;
        let copies = || {
            lane.copies
                .copies()
                .iter()
                .filter(|copy| copy.position.arm == arm && copy.position.steps_done < steps)
        };
        // A copy may have been dropped since, and the lane may have gone back.
        self.past.retain(|(at, ..)| copies().any(|copy| copy.position.steps_done == *at));
        for copy in copies().rev() {
            let at = copy.position.steps_done;
            if let Err(place) = self.past.binary_search_by_key(&at, |(at, ..)| *at) {
                if started.elapsed() >= SLICE {
                    self.is_behind = true;
                    break;
                }
                let old = copy.learner.layer(layer);
                self.past.insert(place, (at, old.values[index], old.cut));
            }
        }
        let mut history = self.past.clone();
        history.push((steps, scores.values[index], scores.cut));
        LearnedWeight {
            layer,
            output,
            input,
            weight: weights[index],
            value: scores.values[index],
            kept: scores.mask[index],
            history,
        }
    }

    /// Whether values of the past are still unknown.
    pub(super) fn is_behind(&self) -> bool {
        self.is_behind
    }
}
