//! How a weight is summed, step by step, for the screens and reports.
//!
//! A finished weight is read from the rows of the ticket that serve it, one under way from the paths that its allocator has
//! found so far. The steps come from the [`Summation`](crate::construction::sums::summation::Summation) itself, with the same
//! pieces, so the residuals shown are those of the construction.

use std::ops::Range;

use crate::construction::allocator::Available;
use crate::construction::half::Half;
use crate::construction::layer::LayerBuilder;
use crate::construction::sums::steps::WeightSum;
use crate::construction::sums::summation::HalfPaths;
use crate::construction::ticket::{Path, RowGroup, residuals};

/// Progress of a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightState {
    /// no neuron has reached it
    Waiting,
    /// it has open demands
    UnderWay,
    /// its paths are in the ticket
    Finished,
}

/// A finished weight and the rows of the ticket that serve it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedWeight {
    /// column of the weight
    pub input: usize,
    /// row of the weight
    pub output: usize,
    /// rows of the ticket
    pub rows: Range<usize>,
}

impl LayerBuilder {
    /// The halves that are built, in their order; `None` for a neuron that passes inputs of both signs.
    fn halves(&self) -> Vec<Option<Half>> {
        if self.bench.summation.is_whole() {
            return vec![None];
        }
        Half::BOTH.into_iter().filter(|&half| self.bench.live[half as usize]).map(Some).collect()
    }

    /// Largest |w* − ŵ| of the halves that are built, from the rows of the ticket that serve a weight.
    pub fn largest_error(&self, weight: &FinishedWeight) -> f64 {
        let w = self.bench.weight(weight.input as u32, weight.output as u32);
        let paths = weight.rows.clone().map(|row| self.bench.kept.path(row));
        let residual = residuals(w, paths, self.bench.summation.is_whole());
        let live = self.bench.live;
        residual.iter().zip(live).filter(|(_, live)| *live).fold(0.0, |max, (r, _)| f64::max(max, r.abs()))
    }

    /// Weights a group of the ticket's rows is for.
    pub(crate) fn weights_per_group(&self) -> usize {
        if self.bench.summation.is_whole() { self.bench.inputs as usize } else { 1 }
    }

    /// Weights that are through, with all their pieces or without.
    pub fn finished_weights(&self) -> usize {
        if self.is_done() {
            self.bench.pairs() as usize
        } else {
            self.bench.groups.len() * self.weights_per_group()
        }
    }

    /// Weights that are through from the `from`-th on: in the order in which they were finished, once the layer is done in
    /// that of their pairs.
    pub fn finished_from(&self, from: usize) -> impl Iterator<Item = FinishedWeight> + '_ {
        let (inputs, each) = (self.bench.inputs as usize, self.weights_per_group());
        let mut row = if self.is_done() { self.row_of_pair(from) } else { 0 };
        (from..self.finished_weights()).map(move |weight| {
            if self.is_done() {
                let (output, input) = (weight / inputs, weight % inputs);
                let first = row;
                row += self.rows_from(first, input, output);
                return FinishedWeight { input, output, rows: first..row };
            }
            let RowGroup { pair, first, rows } = self.bench.groups[weight / each];
            let (input, output) = self.bench.ends(pair + (weight % each) as u64);
            // A neuron that stands in for a whole one has a row for each of its inputs, or none was found.
            let rows = if each == 1 {
                first..first + rows
            } else {
                let first = first + (weight % each).min(rows);
                first..first + 1.min(rows)
            };
            FinishedWeight { input: input as usize, output: output as usize, rows }
        })
    }

    /// Rows from `first` on that serve this weight.
    fn rows_from(&self, first: usize, input: usize, output: usize) -> usize {
        let ticket = &self.bench.kept;
        let ends = ticket.input[first..].iter().zip(&ticket.output[first..]);
        ends.take_while(|&(&a, &b)| (a as usize, b as usize) == (input, output)).count()
    }

    /// The first row of a finished ticket that serves this pair or a later one.
    fn row_of_pair(&self, pair: usize) -> usize {
        let (input, output) = self.bench.ends(pair as u64);
        let ticket = &self.bench.kept;
        let first = ticket.output.partition_point(|&b| b < output);
        let end = ticket.output.partition_point(|&b| b <= output);
        first + ticket.input[first..end].partition_point(|&a| a < input)
    }

    /// A weight with its rows, if it is finished. Until the layer is done this looks through all that are: ask once, and
    /// keep the answer.
    pub fn finished(&self, input: usize, output: usize) -> Option<FinishedWeight> {
        if self.is_done() {
            let first = self.row_of_pair(self.bench.pair(input as u32, output as u32) as usize);
            let rows = first..first + self.rows_from(first, input, output);
            return Some(FinishedWeight { input, output, rows });
        }
        self.finished_from(0).find(|weight| (weight.input, weight.output) == (input, output))
    }

    /// (input, output) of the weight that was finished last.
    pub fn finished_last(&self) -> Option<(usize, usize)> {
        let pair = self.bench.groups.last().map(|group| group.pair).or(self.bench.finished_last)?;
        let (input, output) = self.bench.ends(pair);
        Some((input as usize, output as usize))
    }

    /// A weight's state and the steps of its sum, half by half. `finished`: the answer of [`finished`](Self::finished).
    pub fn sums(
        &self,
        input: usize,
        output: usize,
        finished: Option<&FinishedWeight>,
    ) -> (WeightState, Vec<WeightSum>) {
        let bench = &self.bench;
        let (state, found) = match finished {
            Some(weight) => {
                let rows = weight.rows.clone().map(|row| bench.kept.path(row));
                (WeightState::Finished, Available::all(rows.collect()))
            }
            None => match self.allocator.available(bench.pair(input as u32, output as u32), bench) {
                Some(found) => (WeightState::UnderWay, found),
                None => (WeightState::Waiting, Available::default()),
            },
        };
        let weight = bench.weight(input as u32, output as u32);
        let sums = self.halves().into_iter().map(|half| {
            let of_half = |path: &Path| half.is_none_or(|half| Half::of(path.z_in) == half);
            let available: Vec<Path> = found.paths.iter().copied().filter(of_half).collect();
            let steps = bench.summation.steps(&HalfPaths {
                buckets: &bench.buckets,
                tolerance: self.problem().ranges.half_tolerance,
                weight,
                available: &available,
                chosen: found.chosen[half.unwrap_or(Half::Positive) as usize].as_deref(),
                is_finished: state == WeightState::Finished,
            });
            WeightSum::new(half, weight.abs(), steps)
        });
        (state, sums.collect())
    }
}
