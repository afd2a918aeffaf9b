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
            let of_groups = match self.bench.summation.is_whole() {
                true => self.bench.groups.iter().map(|group| self.weights_of_neuron(group)).sum(),
                false => self.bench.groups.len(),
            };
            self.bench.nonzero.zeros() as usize + of_groups
        }
    }

    /// Weights other than 0 of a target neuron: as many as rows, if one stands in for it.
    fn weights_of_neuron(&self, group: &RowGroup) -> usize {
        match group.rows {
            0 => self.bench.nonzero_inputs(self.bench.ends(group.pair).1).count(),
            rows => rows,
        }
    }

    /// Weights that are through from the `from`-th on: those of 0, then in the order in which they were finished; once the
    /// layer is done in that of their pairs.
    pub fn finished_from(&self, from: usize) -> Box<dyn Iterator<Item = FinishedWeight> + '_> {
        let bench = &self.bench;
        if self.is_done() {
            let inputs = bench.inputs as usize;
            let mut row = self.row_of_pair(from);
            return Box::new((from..self.finished_weights()).map(move |weight| {
                let (output, input) = (weight / inputs, weight % inputs);
                let first = row;
                row += self.rows_from(first, input, output);
                FinishedWeight { input, output, rows: first..row }
            }));
        }
        let finished = |pair: u64, rows: Range<usize>| {
            let (input, output) = bench.ends(pair);
            FinishedWeight { input: input as usize, output: output as usize, rows }
        };
        let zeros = bench.nonzero.zeros() as usize;
        let of_zero =
            (from.min(zeros)..zeros).map(move |zero| finished(bench.nonzero.zero(zero as u64), 0..0));
        let from = from.saturating_sub(zeros);
        if !bench.summation.is_whole() {
            let groups = bench.groups.iter().skip(from);
            return Box::new(of_zero.chain(groups.map(move |group| finished(group.pair, group.range()))));
        }
        // A neuron that stands in for a whole one has a row for each of its weights, or none was found.
        let of_neuron = move |group: &RowGroup| {
            let RowGroup { pair, first, rows } = *group;
            let (_, output) = bench.ends(pair);
            bench.nonzero_inputs(output).zip(0..).map(move |(input, at): (u32, usize)| {
                let first = first + at.min(rows);
                finished(bench.pair(input, output), first..first + 1.min(rows))
            })
        };
        Box::new(of_zero.chain(bench.groups.iter().flat_map(of_neuron).skip(from)))
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
        if self.bench.weight(input as u32, output as u32) == 0.0 {
            return Some(FinishedWeight { input, output, rows: 0..0 });
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
            // A weight of 0 has no sum.
            if weight == 0.0 {
                return WeightSum::new(half, 0.0, Vec::new());
            }
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
