//! How a weight is put together, step by step, for those who want to watch.
//!
//! A finished weight is read from the rows of the ticket that serve it, one under way from what its allocation has found
//! for it so far. Either way the steps are those of the sum itself: a golden-ratio sum is walked through by
//! [`golden_sum`], with the same pieces, so the residuals shown are the ones that were left.

use std::ops::Range;

use crate::construction::buckets::Buckets;
use crate::construction::half::Half;
use crate::construction::layer::{Allocator, LayerBuilder};
use crate::construction::problem::Sum;
use crate::construction::sums::golden::golden_sum;
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::exact::DoubleDouble;

/// How far a weight is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightState {
    /// its turn has not come
    Waiting,
    /// it has demands open
    UnderWay,
    /// its paths are in the ticket
    Finished,
}

/// What comes of one step of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// its piece is part of the sum
    Taken,
    /// the sum does without a piece here
    PassedBy,
    /// the sum asks for a piece here, and there is none: not yet, or not within the bound
    Missing,
    /// not decided yet
    Open,
}

/// One step of a sum: a bucket of a golden-ratio sum, a value of any other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SumStep {
    /// bucket u = 1…k and its threshold γ^u·w_max: a piece is taken where the residual is at least that much
    pub bucket: Option<(u32, f64)>,
    /// residual before the step: |w*| less the pieces taken, counted along the sign of w*; `None` where not known yet
    pub before: Option<f64>,
    /// what comes of the step
    pub fate: Fate,
    /// the piece at hand; of a finished weight only pieces taken are kept
    pub path: Option<Path>,
    /// residual after the step; `None` where not known yet
    pub after: Option<f64>,
}

/// One half of a weight, as it is put together.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSum {
    /// which half; `None` for a neuron that stands in for a whole one and passes inputs of both signs
    pub half: Option<Half>,
    /// steps in their order
    pub steps: Vec<SumStep>,
    /// ŵ so far: the sum of z_in·z_out over the steps taken
    pub value: f64,
    /// what is left of |w*| so far; bit by bit |w* − ŵ| as it is measured, but for the sign; carried exactly, shown as its
    /// nearest f64
    pub residual: f64,
}

impl WeightSum {
    fn new(half: Option<Half>, magnitude: f64, steps: Vec<SumStep>) -> Self {
        let taken = steps.iter().filter(|step| step.fate == Fate::Taken);
        let value = taken
            .filter_map(|step| step.path)
            .fold(DoubleDouble::ZERO, |value, path| value + path.exact_product());
        let known = steps.iter().rev().find_map(|step| step.after.or(step.before));
        Self { half, steps, value: value.nearest(), residual: known.unwrap_or(magnitude) }
    }

    /// Whether nothing is missing or undecided.
    pub fn is_complete(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.fate, Fate::Taken | Fate::PassedBy))
    }
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

/// What a weight under way has.
#[derive(Clone, Debug, Default)]
pub(crate) struct AtHand {
    /// paths found for it
    pub(crate) paths: Vec<Path>,
    /// per half, those that its search has settled on
    pub(crate) chosen: [Option<Vec<Path>>; 2],
}

/// w* − ŵ of the two halves, from the paths of a weight in their order, each as its nearest f64. `whole`: a path serves
/// inputs of both signs.
pub fn residuals(w: f64, paths: impl Iterator<Item = Path>, whole: bool) -> [f64; 2] {
    let mut residual = [DoubleDouble::from(w); 2];
    for path in paths {
        for half in Half::BOTH {
            if whole || Half::of(path.z_in) == half {
                residual[half as usize] -= path.exact_product();
            }
        }
    }
    residual.map(DoubleDouble::nearest)
}

impl Workbench {
    /// The paths of the neurons found for a weight's buckets, given as for [`finish`](Self::finish).
    pub(crate) fn paths(&self, pair: u64, found: impl IntoIterator<Item = u64>) -> Vec<Path> {
        let (input, output) = self.ends(pair);
        let neurons = found.into_iter().filter_map(|neuron| neuron.checked_sub(1));
        neurons.map(|neuron| Path::of(&self.random, neuron, input, output)).collect()
    }
}

impl LayerBuilder {
    /// The halves that are built, in their order; `None` for a neuron that passes inputs of both signs.
    fn halves(&self) -> Vec<Option<Half>> {
        if self.problem().sum == Sum::Neuron {
            return vec![None];
        }
        Half::BOTH.into_iter().filter(|&half| self.bench.live[half as usize]).map(Some).collect()
    }

    /// Largest |w* − ŵ| of the halves that are built, from the rows of the ticket that serve a weight.
    pub fn largest_error(&self, weight: &FinishedWeight) -> f64 {
        let w = self.bench.weight(weight.input as u32, weight.output as u32);
        let paths = weight.rows.clone().map(|row| self.bench.kept.path(row));
        let residual = residuals(w, paths, self.problem().sum == Sum::Neuron);
        let live = self.bench.live;
        residual.iter().zip(live).filter(|(_, live)| *live).fold(0.0, |max, (r, _)| f64::max(max, r.abs()))
    }

    /// Weights a group of the ticket's rows is for.
    pub(crate) fn weights_per_group(&self) -> usize {
        if self.problem().sum == Sum::Neuron { self.bench.inputs as usize } else { 1 }
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
            let (pair, first, rows) = self.bench.groups[weight / each];
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
        let pair = self.bench.groups.last().map(|&(pair, ..)| pair).or(self.bench.finished_last)?;
        let (input, output) = self.bench.ends(pair);
        Some((input as usize, output as usize))
    }

    /// A weight's state and the steps of its sum, half by half. `finished`: what [`finished`](Self::finished) says of it.
    pub fn sums(
        &self,
        input: usize,
        output: usize,
        finished: Option<&FinishedWeight>,
    ) -> (WeightState, Vec<WeightSum>) {
        let (state, at_hand) = match finished {
            Some(weight) => {
                let rows = weight.rows.clone().map(|row| self.bench.kept.path(row));
                (WeightState::Finished, AtHand { paths: rows.collect(), ..AtHand::default() })
            }
            None => match self.at_hand(input as u32, output as u32) {
                Some(at_hand) => (WeightState::UnderWay, at_hand),
                None => (WeightState::Waiting, AtHand::default()),
            },
        };
        let w = self.bench.weight(input as u32, output as u32);
        let is_finished = state == WeightState::Finished;
        let sums = self.halves().into_iter().map(|half| {
            let of_half = |path: &Path| half.is_none_or(|half| Half::of(path.z_in) == half);
            let paths: Vec<Path> = at_hand.paths.iter().copied().filter(of_half).collect();
            let chosen = at_hand.chosen[half.unwrap_or(Half::Positive) as usize].as_deref();
            let steps = match self.problem().sum {
                Sum::Golden => golden_steps(&self.bench.buckets, w.abs(), &paths, is_finished),
                Sum::Subset if chosen.is_none() && !is_finished => open_steps(w, &paths),
                Sum::Neuron | Sum::Single | Sum::Subset => {
                    // What is small enough is left out of a subset sum altogether.
                    let tolerance = self.problem().ranges.half_tolerance;
                    let asked = w.abs() > if self.problem().sum == Sum::Subset { tolerance } else { 0.0 };
                    plain_steps(w, &paths, chosen.unwrap_or(&paths), asked)
                }
            };
            WeightSum::new(half, w.abs(), steps)
        });
        (state, sums.collect())
    }

    /// What a weight that is not finished has so far; `None` where its turn has not come.
    fn at_hand(&self, input: u32, output: u32) -> Option<AtHand> {
        let pair = self.bench.pair(input, output);
        match &self.allocator {
            Allocator::OpenPairs(pairs) => pairs.at_hand(pair, &self.bench),
            Allocator::InOrder(cursors) => cursors.at_hand(pair, &self.bench),
            Allocator::Blocks(blocks) => blocks.at_hand(pair, &self.bench),
            Allocator::Singles(singles) => singles.at_hand(pair),
            Allocator::Subsets(subsets) => subsets.at_hand(pair, &self.bench),
            Allocator::WholeNeurons(neurons) => neurons.at_hand(output),
        }
    }
}

/// The buckets of a golden-ratio sum, with the pieces of one half that are at hand. What comes after a piece that is still
/// missing is open, unless the weight is finished without it.
fn golden_steps(buckets: &Buckets, magnitude: f64, at_hand: &[Path], finished: bool) -> Vec<SumStep> {
    let mut pieces: Vec<Option<Path>> = vec![None; buckets.levels()];
    for &path in at_hand {
        if let Some(bucket) = buckets.of(path.product().abs()) {
            pieces[bucket - 1] = Some(path);
        }
    }
    let mut asked: Vec<(usize, f64)> = Vec::new();
    let end = golden_sum(buckets, magnitude, |place, residual| {
        asked.push((place, residual.nearest()));
        pieces[place].map(|path| path.exact_product().abs())
    })
    .nearest();
    let missing = asked.iter().map(|&(place, _)| place).find(|&place| pieces[place].is_none());
    let known_to = if finished { buckets.levels() } else { missing.unwrap_or(buckets.levels()) };
    let mut asked = asked.into_iter().peekable();
    let mut before = magnitude;
    let step = |(place, path): (usize, Option<Path>)| {
        let bucket = Some((place as u32 + 1, buckets.edge(place + 1)));
        let is_asked = asked.next_if(|&(next, _)| next == place).is_some();
        // A residual changes only where a piece is taken, and stays until the next bucket that asks for one.
        let after = asked.peek().map_or(end, |&(_, residual)| residual);
        let after = if is_asked { after } else { before };
        let step = if place > known_to {
            SumStep { bucket, before: None, fate: Fate::Open, path, after: None }
        } else {
            let fate = match (is_asked, path) {
                (true, Some(_)) => Fate::Taken,
                (true, None) => Fate::Missing,
                (false, _) => Fate::PassedBy,
            };
            let after = (place < known_to || finished).then_some(after);
            SumStep { bucket, before: Some(before), fate, path, after }
        };
        before = after;
        step
    };
    pieces.into_iter().enumerate().map(step).collect()
}

/// The values of a sum without buckets: those chosen are taken one after another. `asked`: it takes a value at least.
fn plain_steps(w: f64, at_hand: &[Path], chosen: &[Path], asked: bool) -> Vec<SumStep> {
    let mut residual = DoubleDouble::from(w.abs());
    if at_hand.is_empty() && asked {
        let before = Some(residual.nearest());
        return vec![SumStep { bucket: None, before, fate: Fate::Missing, path: None, after: None }];
    }
    let step = |path: &Path| {
        let before = Some(residual.nearest());
        let fate = if chosen.contains(path) { Fate::Taken } else { Fate::PassedBy };
        if fate == Fate::Taken {
            let product = path.exact_product();
            residual -= if w < 0.0 { -product } else { product };
        }
        let after = Some(residual.nearest());
        SumStep { bucket: None, before, fate, path: Some(*path), after }
    };
    at_hand.iter().map(step).collect()
}

/// The values at hand of which no sum is near enough yet.
fn open_steps(w: f64, at_hand: &[Path]) -> Vec<SumStep> {
    if at_hand.is_empty() {
        return plain_steps(w, &[], &[], true);
    }
    let step = |path: &Path| SumStep {
        bucket: None,
        before: None,
        fate: Fate::Open,
        path: Some(*path),
        after: None,
    };
    at_hand.iter().map(step).collect()
}
