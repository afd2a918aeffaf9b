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
    /// step of its sums, from 0
    pub step: usize,
    /// whether steps at which nothing is taken are left out
    pub taken_only: bool,
}

impl Choice {
    /// What tells the worker.
    pub(crate) fn command(self) -> Command {
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
        let before = (self.output, self.input);
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
                latest.ok_or("no weight of this layer is finished yet")?
            }
            WeightMove::Served => {
                let served = last_draw.map(|demand| (demand.output as usize, demand.input as usize));
                served.ok_or("the last neuron of this layer serves no weight, or none was drawn")?
            }
            WeightMove::TakenOnly => {
                self.taken_only = !self.taken_only;
                before
            }
            WeightMove::NextStep => self.turn_to(snapshot, filter, |place, last| (place + 1).min(last)),
            WeightMove::PreviousStep => self.turn_to(snapshot, filter, |place, _| place.saturating_sub(1)),
        };
        (self.output, self.input) = goal;
        (self.output, self.input) = self.within(dim);
        Ok((self.output, self.input) != before)
    }

    /// Chooses another step of the same weight, and returns that weight.
    fn turn_to(
        &mut self,
        snapshot: &Snapshot,
        filter: Option<&Filter>,
        place: impl Fn(usize, usize) -> usize,
    ) -> (usize, usize) {
        if let Some(view) = &snapshot.weight {
            let steps = self.steps(&view.sums, filter);
            if let Some(last) = steps.len().checked_sub(1) {
                self.step = steps[place(self.place(&steps), last)];
            }
        }
        (self.output, self.input)
    }

    /// The steps shown, of all halves together: those that the filter leaves by their bucket or number, their
    /// neuron and their fate.
    pub fn steps(self, sums: &[WeightSum], filter: Option<&Filter>) -> Vec<usize> {
        let longest = sums.iter().map(|sum| sum.steps.len()).max().unwrap_or(0);
        let kept = |&step: &usize| {
            let mut steps = sums.iter().filter_map(|sum| sum.steps.get(step));
            steps.any(|shown| {
                (!self.taken_only || shown.fate != Fate::PassedBy)
                    && filter.is_none_or(|filter| lets_through(filter, step, shown))
            })
        };
        (0..longest).filter(kept).collect()
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
