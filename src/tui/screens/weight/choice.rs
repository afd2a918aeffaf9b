//! Which weight is looked at, and which step of its sum.

use super::keys::WeightMove;
use crate::construction::{Fate, SumStep, WeightSum};
use crate::network::graph::{KernelPlace, KernelShape};
use crate::report::text::grouped;
use crate::session::{Command, Snapshot};
use crate::tui::widgets::filter::Filter;

/// The kinds of clickable parts: a weight, and a step of its sums.
pub(super) const WEIGHT: &str = "weight";
pub(super) const STEP: &str = "step";

/// Outputs that one key goes over, as a share of all.
const FAR: usize = 10;

/// The weight on the Weight screen, and the step explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// row of the weight
    pub output: usize,
    /// column of the weight
    pub input: usize,
    /// whether the user chose the weight; else it is the one completed last
    pub is_own: bool,
    /// step of its sums, from 0
    pub step: usize,
    /// whose steps are gone through: place of the sum among those of the weight
    pub half: usize,
    /// whether steps at which nothing is taken are shown as well
    pub every_step: bool,
}

impl Choice {
    /// What tells the worker.
    pub(crate) fn command(self) -> Command {
        if self.is_own {
            Command::WatchWeight(Some((self.output, self.input)))
        } else {
            Command::WatchLatestWeight
        }
    }

    /// Chooses this weight.
    pub(super) fn choose(&mut self, (output, input): (usize, usize)) {
        (self.output, self.input, self.is_own) = (output, input, true);
    }

    /// Keeps to the weight on view, unless the user chose another one.
    pub(super) fn follow(&mut self, snapshot: &Snapshot) {
        let weight = snapshot.weight.as_ref().map(|weight| (weight.output, weight.input));
        let learned = snapshot.learned_weight.as_ref().map(|weight| (weight.output, weight.input));
        if let Some(weight) = weight.or(learned)
            && !self.is_own
        {
            (self.output, self.input) = weight;
        }
    }

    /// (output, input) of the weight in a layer of so many outputs and inputs: the nearest that it has.
    pub(super) fn within(self, (outputs, inputs): (usize, usize)) -> (usize, usize) {
        (self.output.min(outputs - 1), self.input.min(inputs - 1))
    }

    /// Moves to another weight, or to another step of it. Whether another weight is to be watched.
    ///
    /// # Errors
    /// Why there is no weight to go to.
    pub(crate) fn update(
        &mut self,
        to: WeightMove,
        snapshot: &Snapshot,
        filter: Option<&Filter>,
    ) -> Result<bool, &'static str> {
        let dim = snapshot.experiment.target.weights(snapshot.lane().view.layer).dim();
        let (outputs, inputs) = dim;
        let errors = snapshot.weight.as_ref().map(|view| &view.errors);
        let last_draw = snapshot.lane().view.tally.last.and_then(|draw| draw.served);
        let (output, input) = self.within(dim);
        let far = (outputs / FAR).max(1);
        let graph = snapshot.experiment.target.graph();
        let kernel = graph.and_then(|graph| KernelShape::of(graph.map(snapshot.lane().view.layer)));
        let before = (self.output, self.input, self.is_own);
        let goal = match to {
            WeightMove::Up | WeightMove::Down | WeightMove::Left | WeightMove::Right
                if let Some(kernel) = kernel =>
            {
                within_kernels(kernel, to, (output, input), outputs)
            }
            WeightMove::Up => (output.saturating_sub(1), input),
            WeightMove::Down => (output + 1, input),
            WeightMove::FarUp => (output.saturating_sub(far), input),
            WeightMove::FarDown => (output + far, input),
            WeightMove::Left => (output, input.saturating_sub(1)),
            WeightMove::Right => (output, input + 1),
            WeightMove::First => (output, 0),
            WeightMove::Last => (output, inputs - 1),
            WeightMove::Worst => {
                let worst = errors.and_then(|errors| errors.worst());
                let (output, input, _) = worst.ok_or("no weight of this layer is finished yet")?;
                (output, input)
            }
            WeightMove::Latest => {
                let latest = errors.and_then(|errors| errors.finished_last());
                (self.output, self.input) = latest.ok_or("no weight of this layer is finished yet")?;
                self.is_own = false;
                return Ok(true);
            }
            WeightMove::Served => {
                let served = last_draw.map(|demand| (demand.output as usize, demand.input as usize));
                served.ok_or("the last neuron of this layer serves no weight, or none was drawn")?
            }
            WeightMove::EveryStep => {
                self.every_step = !self.every_step;
                return Ok(false);
            }
            WeightMove::OtherHalf => {
                let sums = snapshot.weight.as_ref().map_or(0, |view| view.sums.len());
                if sums < 2 {
                    return Err("this weight has one sum alone");
                }
                self.half = (self.half + 1) % sums;
                return Ok(false);
            }
            WeightMove::NextStep => {
                return self.turn_to(snapshot, filter, |place, last| (place + 1).min(last));
            }
            WeightMove::PreviousStep => {
                return self.turn_to(snapshot, filter, |place, _| place.saturating_sub(1));
            }
        };
        self.choose(goal);
        (self.output, self.input) = self.within(dim);
        Ok((self.output, self.input, self.is_own) != before)
    }

    /// Chooses another step of the same weight.
    fn turn_to(
        &mut self,
        snapshot: &Snapshot,
        filter: Option<&Filter>,
        place: impl Fn(usize, usize) -> usize,
    ) -> Result<bool, &'static str> {
        if let Some(sum) = snapshot.weight.as_ref().and_then(|view| self.sum(&view.sums)) {
            let steps = self.steps(sum, filter);
            if let Some(last) = steps.len().checked_sub(1) {
                self.step = steps[place(self.place(&steps), last)];
            }
        }
        Ok(false)
    }

    /// The sum whose steps are gone through.
    pub fn sum(self, sums: &[WeightSum]) -> Option<&WeightSum> {
        sums.get(self.half_of(sums.len()))
    }

    /// Its place among so many.
    pub(super) fn half_of(self, sums: usize) -> usize {
        self.half.min(sums.saturating_sub(1))
    }

    /// The steps shown of a sum: those that the filter leaves by their bucket or number, their neuron and their fate.
    pub fn steps(self, sum: &WeightSum, filter: Option<&Filter>) -> Vec<usize> {
        let kept = |(index, step): &(usize, &SumStep)| {
            (self.every_step || matches!(step.fate, Fate::Taken | Fate::Missing))
                && filter.is_none_or(|filter| lets_through(filter, *index, step))
        };
        sum.steps.iter().enumerate().filter(kept).map(|(index, _)| index).collect()
    }

    /// Which of these steps is the chosen one, or the first one after it.
    pub(super) fn place(self, steps: &[usize]) -> usize {
        steps.partition_point(|&step| step < self.step).min(steps.len().saturating_sub(1))
    }
}

/// The neighbour in a map of kernels: a tap beside or below, behind the edge of a kernel one of the next kernel, at the right the bias.
fn within_kernels(
    kernel: KernelShape,
    to: WeightMove,
    (output, input): (usize, usize),
    outputs: usize,
) -> (usize, usize) {
    let at = kernel.place(input);
    let KernelPlace::Tap { channel, row, column } = at else {
        return match to {
            WeightMove::Up => (output.saturating_sub(1), input),
            WeightMove::Down => (output + 1, input),
            WeightMove::Left => (output, input - kernel.rows * kernel.columns + kernel.columns - 1),
            _ => (output, input),
        };
    };
    let tap = |channel, row, column| kernel.column(KernelPlace::Tap { channel, row, column });
    match to {
        WeightMove::Left if column > 0 => (output, input - 1),
        WeightMove::Left if channel > 0 => (output, tap(channel - 1, row, kernel.columns - 1)),
        WeightMove::Right if column + 1 < kernel.columns => (output, input + 1),
        WeightMove::Right if channel + 1 < kernel.channels => (output, tap(channel + 1, row, 0)),
        WeightMove::Right if kernel.has_bias => (output, kernel.column(KernelPlace::Bias)),
        WeightMove::Up if row > 0 => (output, tap(channel, row - 1, column)),
        WeightMove::Up if output > 0 => (output - 1, tap(channel, kernel.rows - 1, column)),
        WeightMove::Down if row + 1 < kernel.rows => (output, tap(channel, row + 1, column)),
        WeightMove::Down if output + 1 < outputs => (output + 1, tap(channel, 0, column)),
        _ => (output, input),
    }
}

fn lets_through(filter: &Filter, index: usize, step: &SumStep) -> bool {
    let place = step.bucket.map_or(index + 1, |(bucket, _)| bucket as usize).to_string();
    let neuron = step.path.map_or(String::new(), |path| grouped(path.neuron as i64));
    let fate = match step.fate {
        Fate::Taken => "taken",
        Fate::PassedBy => "passed by",
        Fate::Missing => "missing",
        Fate::Open => "open",
    };
    filter.lets_through(&[&place, &neuron, &neuron.replace(',', ""), fate])
}
