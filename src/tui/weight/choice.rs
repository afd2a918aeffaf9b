//! Which weight is looked at, and which step of its sum.

use super::super::keymap::Action;
use crate::construction::{Fate, WeightSum};
use crate::session::{Command, Snapshot};

/// Outputs that one key goes over, as a share of all.
const FAR: usize = 10;

/// The weight on the Weight screen, and the step that is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// row of the weight
    pub output: usize,
    /// column of the weight
    pub input: usize,
    /// step of its sums, from 0
    pub step: usize,
    /// whether steps at which nothing is taken are left out
    pub taken_only: bool,
}

impl Choice {
    /// What tells the worker.
    pub(in super::super) fn command(self) -> Command {
        Command::WatchWeight(Some((self.output, self.input)))
    }

    /// (output, input) of the weight in a layer of so many outputs and inputs: the nearest that it has.
    pub(super) fn within(self, (outputs, inputs): (usize, usize)) -> (usize, usize) {
        (self.output.min(outputs - 1), self.input.min(inputs - 1))
    }

    /// Moves to another weight, or to another step of it. Whether it is another weight.
    ///
    /// # Errors
    /// Why there is no weight to go to.
    pub(in super::super) fn update(
        &mut self,
        action: Action,
        snapshot: &Snapshot,
    ) -> Result<bool, &'static str> {
        let dim = snapshot.experiment.target.weights(snapshot.lane().view.layer).dim();
        let (outputs, inputs) = dim;
        let errors = snapshot.weight.as_ref().map(|view| &view.errors);
        let last_draw = snapshot.lane().view.tally.last.and_then(|draw| draw.served);
        let (output, input) = self.within(dim);
        let far = (outputs / FAR).max(1);
        let to = match action {
            Action::WeightUp => Some((output.saturating_sub(1), input)),
            Action::WeightDown => Some((output + 1, input)),
            Action::WeightFarUp => Some((output.saturating_sub(far), input)),
            Action::WeightFarDown => Some((output + far, input)),
            Action::WeightLeft => Some((output, input.saturating_sub(1))),
            Action::WeightRight => Some((output, input + 1)),
            Action::WeightFirst => Some((output, 0)),
            Action::WeightLast => Some((output, inputs - 1)),
            Action::WorstWeight => {
                let worst =
                    errors.and_then(|errors| errors.worst()).map(|(output, input, _)| (output, input));
                Some(worst.ok_or("no weight of this layer is finished yet")?)
            }
            Action::LatestWeight => {
                let latest = errors.and_then(|errors| errors.finished_last());
                Some(latest.ok_or("no weight of this layer is finished yet")?)
            }
            Action::ServedWeight => {
                let served = last_draw.map(|demand| (demand.output as usize, demand.input as usize));
                Some(served.ok_or("the last neuron of this layer serves no weight, or none was drawn")?)
            }
            _ => None,
        };
        match action {
            Action::TakenOnly => self.taken_only = !self.taken_only,
            Action::NextSumStep => self.turn_to(snapshot, |place, last| (place + 1).min(last)),
            Action::PreviousSumStep => self.turn_to(snapshot, |place, _| place.saturating_sub(1)),
            _ => {}
        }
        let Some((output, input)) = to else { return Ok(false) };
        let before = (self.output, self.input);
        (self.output, self.input) = (output, input);
        (self.output, self.input) = self.within(dim);
        Ok((self.output, self.input) != before)
    }

    fn turn_to(&mut self, snapshot: &Snapshot, place: impl Fn(usize, usize) -> usize) {
        let Some(view) = &snapshot.weight else { return };
        let steps = self.steps(&view.sums);
        if let Some(last) = steps.len().checked_sub(1) {
            self.step = steps[place(self.place(&steps), last)];
        }
    }

    /// The steps that are shown, of all halves together.
    pub(super) fn steps(self, sums: &[WeightSum]) -> Vec<usize> {
        let longest = sums.iter().map(|sum| sum.steps.len()).max().unwrap_or(0);
        let kept = |&step: &usize| {
            let tells = |sum: &WeightSum| sum.steps.get(step).is_some_and(|step| step.fate != Fate::PassedBy);
            !self.taken_only || sums.iter().any(tells)
        };
        (0..longest).filter(kept).collect()
    }

    /// Which of these steps is the chosen one, or the first one after it.
    pub(super) fn place(self, steps: &[usize]) -> usize {
        steps.partition_point(|&step| step < self.step).min(steps.len().saturating_sub(1))
    }
}
