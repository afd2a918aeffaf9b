//! One layer of G, drawn neuron by neuron and pruned: the stepper.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::golden::golden_sum;
use super::in_order::InOrder;
use super::open_pairs::OpenPairs;
use super::singles::Singles;
use super::subsets::Subsets;
use super::sums::residuals;
use super::tally::{Demand, PRODUCT_BINS, Tally};
use super::whole_neurons::WholeNeurons;
use super::{Allocation, Buckets, Half, LayerTicket, Match, Mode, Path, Sharing, Sum};
use crate::exact::DoubleDouble;
use crate::network::Network;
use crate::sampling::{Law, RandomLayer, UniformProductLaw};
use crate::theory::Count;
use crate::theory::section5::Ranges;

/// Open demands listed by name when a layer runs out of neurons; the others are counted only.
pub const LISTED_DEMANDS: usize = 10_000;

/// Neurons from which on they are tried many at once.
const LEAST_AT_ONCE: u64 = 8;

/// What one layer's construction is given.
#[derive(Clone, Debug)]
pub struct LayerProblem {
    /// the target network F
    pub target: Arc<Network>,
    /// which layer of it, from 1
    pub layer: usize,
    /// the ranges of weights and products
    pub ranges: Ranges,
    /// the law of G's weights
    pub law: Law,
    /// seed of G
    pub seed: u64,
    /// neurons that may be sampled: M_i, or the total of all blocks where neurons are not shared by the layer;
    /// `None` where nothing bounds them
    pub bound: Option<Count>,
    /// leave the half that passes x < 0 unbuilt (sound where no input can be negative)
    pub skip_negative_half: bool,
    /// what a neuron is matched by
    pub matching: Match,
    /// how a weight is put together
    pub sum: Sum,
    /// who may use a neuron
    pub sharing: Sharing,
    /// whether every neuron is drawn; only [`Sum::Single`] and [`Sum::Neuron`] can skip ahead
    pub mode: Mode,
}

impl LayerProblem {
    /// Blocks that the bound is shared out to, in equal parts: one for a layer that shares its neurons, else one for each
    /// input, weight or target neuron.
    pub fn blocks(&self) -> Count {
        let (outputs, inputs) = self.target.weights(self.layer).dim();
        Count::from(match self.sum {
            Sum::Neuron => outputs as u64,
            Sum::Golden | Sum::Single | Sum::Subset => self.sharing.blocks(inputs as u64, outputs as u64),
        })
    }
}

/// What the allocations share: the problem laid out for speed, the counts, the kept paths.
#[derive(Clone, Debug)]
pub(super) struct Workbench {
    pub(super) random: RandomLayer,
    pub(super) buckets: Buckets,
    pub(super) inputs: u32,
    pub(super) outputs: u32,
    /// halves to be built, positive first
    pub(super) live: [bool; 2],
    pub(super) tally: Tally,
    target: Arc<Network>,
    layer: usize,
    pub(super) kept: LayerTicket,
    /// (pair, first row, rows) of each group of `kept`, in order of finishing; taken away once the layer is done
    pub(super) groups: Vec<(u64, usize, usize)>,
    /// the pair of the last group
    pub(super) finished_last: Option<u64>,
    pub(super) open: Vec<Demand>,
    pub(super) open_count: u64,
    /// draws after which weights were completed, rising
    pub(super) completed: Vec<u64>,
}

impl Workbench {
    /// Notes that weights were completed with this draw; the tally says with how many neurons.
    pub(super) fn note_completed(&mut self, draws: u64) {
        self.completed.push(draws);
        self.tally.note_race(self.pairs());
    }

    /// P_i, the pairs of the layer. Pair p is (output p / n_{i−1}, input p mod n_{i−1}).
    pub(super) fn pairs(&self) -> u64 {
        u64::from(self.inputs) * u64::from(self.outputs)
    }

    /// (input, output) of a pair.
    pub(super) fn ends(&self, pair: u64) -> (u32, u32) {
        ((pair % u64::from(self.inputs)) as u32, (pair / u64::from(self.inputs)) as u32)
    }

    /// (input, output) of the pairs of a block: all outputs of one input, or one pair.
    pub(super) fn block_ends(&self, by_input: bool, block: u64) -> Vec<(u32, u32)> {
        if by_input {
            (0..self.outputs).map(|output| (block as u32, output)).collect()
        } else {
            vec![self.ends(block)]
        }
    }

    /// The pair with these ends.
    pub(super) fn pair(&self, input: u32, output: u32) -> u64 {
        u64::from(output) * u64::from(self.inputs) + u64::from(input)
    }

    /// w* of a pair.
    pub(super) fn weight(&self, input: u32, output: u32) -> f64 {
        self.target.weights(self.layer)[[output as usize, input as usize]]
    }

    /// |z_in·z_out| of a neuron for a pair.
    pub(super) fn product(&self, neuron: u64, input: u32, output: u32) -> DoubleDouble {
        Path::of(&self.random, neuron, input, output).exact_product().abs()
    }

    /// Notes the first product of a neuron; `t` in units of 2⁻⁵³.
    #[inline(always)]
    pub(super) fn note_product(&mut self, t: u64) {
        self.tally.products[(t >> 44) as usize] += 1;
    }

    /// Notes the first product of a neuron with uniform weights.
    pub(super) fn note_product_value(&mut self, product: f64) {
        let place = UniformProductLaw::axis(product) * PRODUCT_BINS as f64;
        // What lies below the axis is counted in its first bin; it is rarer than 2 in 100,000.
        self.tally.products[(place.max(0.0) as usize).min(PRODUCT_BINS - 1)] += 1;
    }

    /// The number of the layer, from 1.
    pub(super) fn layer_number(&self) -> u64 {
        self.layer as u64
    }

    /// Keeps the paths that were found for a pair, positive half first.
    pub(super) fn keep(&mut self, pair: u64, paths: &[Path], complete: bool) {
        let (input, output) = self.ends(pair);
        let residual = residuals(self.weight(input, output), paths.iter().copied(), false);
        let first = self.kept.len();
        paths.iter().for_each(|&path| self.kept.push(path));
        for half in Half::BOTH.into_iter().filter(|&half| self.live[half as usize]) {
            let error = &mut self.tally.max_error[half as usize];
            *error = error.max(residual[half as usize].abs());
        }
        self.groups.push((pair, first, paths.len()));
        self.tally.weights_done += u64::from(complete);
    }

    /// Keeps the neuron that stands in for a target neuron; without one its weights stay 0.
    pub(super) fn keep_whole(&mut self, output: u32, paths: &[Path], complete: bool) {
        let mut found = vec![DoubleDouble::ZERO; self.inputs as usize];
        for path in paths {
            found[path.input as usize] = path.exact_product();
        }
        for (input, found) in (0..).zip(found) {
            let error = (DoubleDouble::from(self.weight(input, output)) - found).nearest().abs();
            self.tally.max_error = self.tally.max_error.map(|largest| largest.max(error));
        }
        let first = self.kept.len();
        paths.iter().for_each(|&path| self.kept.push(path));
        self.groups.push((self.pair(0, output), first, paths.len()));
        self.tally.weights_done += u64::from(complete) * u64::from(self.inputs);
    }

    /// Notes a demand that is met by the neuron being drawn.
    pub(super) fn serve(&mut self, demand: Demand) {
        self.tally.filled[demand.half as usize][demand.bucket as usize - 1] += 1;
    }

    /// Puts both halves of a weight together from the neurons found for its buckets (`neuron + 1`, or 0 for
    /// none; positive half first; empty where it demands none) and keeps the paths that the sum uses.
    pub(super) fn finish(&mut self, pair: u64, found: &[u64], complete: bool) {
        let (input, output) = self.ends(pair);
        let magnitude = self.weight(input, output).abs();
        let first = self.kept.len();
        let k = self.buckets.levels();
        for half in Half::BOTH {
            if !self.live[half as usize] {
                continue;
            }
            self.tally.searched += k as f64;
            let slots = found.get(half as usize * k..).unwrap_or_default();
            let (random, kept) = (&self.random, &mut self.kept);
            let residual = golden_sum(&self.buckets, magnitude, |place, _| {
                let neuron = slots[place].checked_sub(1)?;
                let path = Path::of(random, neuron, input, output);
                kept.push(path);
                Some(path.exact_product().abs())
            });
            let error = &mut self.tally.max_error[half as usize];
            *error = error.max(residual.nearest().abs());
        }
        self.groups.push((pair, first, self.kept.len() - first));
        self.tally.weights_done += u64::from(complete);
    }

    /// Notes the demands of a pair that stay open at the end: the set bits, half after half; those of a half that is
    /// not built do not count.
    pub(super) fn leave_open_all(&mut self, input: u32, output: u32, wanted: &[u64]) {
        let levels = self.tally.filled[0].len();
        for (half, mask) in Half::BOTH.into_iter().zip(wanted.chunks(wanted.len() / 2)) {
            if !self.live[half as usize] {
                continue;
            }
            for place in (0..levels).filter(|&place| mask[place >> 6] >> (place & 63) & 1 == 1) {
                self.leave_open(Demand { output, input, half, bucket: place as u32 + 1 });
            }
        }
    }

    /// Notes a demand that stays open at the end.
    pub(super) fn leave_open(&mut self, demand: Demand) {
        self.open_count += 1;
        if self.open.len() < LISTED_DEMANDS {
            self.open.push(demand);
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Allocator {
    OpenPairs(OpenPairs),
    InOrder(InOrder),
    Blocks(Blocks),
    Singles(Singles),
    Subsets(Subsets),
    WholeNeurons(WholeNeurons),
}

/// How far [`LayerBuilder::advance`] may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// until this many neurons are drawn
    Neurons,
    /// until another target weight is complete
    WeightDone,
}

/// Draws the neurons of one layer, one after another, and gives them to the weights that can use them.
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    problem: LayerProblem,
    pub(super) bench: Workbench,
    pub(super) allocator: Allocator,
    pub(super) done: bool,
    /// draws so far; neurons, unless they are skipped ahead to
    pub(super) draws: u64,
}

impl LayerBuilder {
    /// A layer of which no neuron is drawn yet.
    pub fn new(problem: LayerProblem) -> Self {
        let buckets = Buckets::new(&problem.ranges);
        // Without buckets, a half is one demand.
        let k = if problem.sum == Sum::Golden { buckets.levels() } else { 1 };
        let (outputs, inputs) = problem.target.weights(problem.layer).dim();
        let mut bench = Workbench {
            random: RandomLayer::new(problem.seed, problem.layer, problem.law),
            buckets,
            inputs: inputs as u32,
            outputs: outputs as u32,
            // A neuron that stands in for a whole one passes inputs of both signs.
            live: [true, !problem.skip_negative_half && problem.sum != Sum::Neuron],
            tally: Tally::new(k),
            target: Arc::clone(&problem.target),
            layer: problem.layer,
            kept: LayerTicket::default(),
            groups: Vec::new(),
            finished_last: None,
            open: Vec::new(),
            open_count: 0,
            completed: Vec::new(),
        };
        let block_bound = problem.bound.map(|bound| bound.ratio(problem.blocks()));
        let block = block_bound.map_or(u64::MAX, Count::saturated);
        let unbounded = Count::from_ln(f64::INFINITY);
        let tolerance = problem.ranges.half_tolerance;
        let allocator = match (problem.sum, problem.sharing) {
            (Sum::Neuron, _) => {
                let bound = block_bound.unwrap_or(unbounded);
                Allocator::WholeNeurons(WholeNeurons::new(&problem, bound, &mut bench))
            }
            (Sum::Single, _) => {
                let bound = block_bound.unwrap_or(unbounded);
                Allocator::Singles(Singles::new(&problem, bound, &mut bench))
            }
            (Sum::Subset, sharing) => Allocator::Subsets(Subsets::new(sharing, tolerance, &mut bench)),
            (Sum::Golden, Sharing::Layer(Allocation::InOrder)) => {
                Allocator::InOrder(InOrder::new(&mut bench))
            }
            (Sum::Golden, Sharing::Layer(Allocation::FirstFit)) => {
                Allocator::OpenPairs(OpenPairs::first_fit(&mut bench))
            }
            (Sum::Golden, Sharing::Layer(Allocation::OnDemand)) => {
                Allocator::OpenPairs(OpenPairs::on_demand(&mut bench))
            }
            (Sum::Golden, sharing) => Allocator::Blocks(Blocks::new(sharing, block, &mut bench)),
        };
        let mut builder = Self { problem, bench, allocator, done: false, draws: 0 };
        builder.end_if_done();
        builder
    }

    /// Draws at most `budget` neurons (skipping ahead: works on as many weights), stopping earlier as `until` says or
    /// when the layer is done: all demands met, or the bound reached. Returns how many.
    ///
    /// The result does not depend on how a layer is cut into calls.
    pub fn advance(&mut self, budget: u64, until: Until) -> u64 {
        let budget = budget.min(self.most() - self.bench.tally.sampled);
        let weights_done = self.bench.tally.weights_done;
        let mut drawn = 0;
        while drawn < budget && !self.done {
            let (neuron, complete) = (self.bench.tally.sampled, self.bench.tally.weights_done);
            let (left, noted) = (budget - drawn, self.bench.completed.len());
            let (now, finished) = match &mut self.allocator {
                Allocator::InOrder(cursors) if left >= LEAST_AT_ONCE => {
                    cursors.draw_group(neuron, left, &mut self.bench)
                }
                // Until a weight is done, no neuron behind it may be drawn; else it notes weights where they are done.
                Allocator::OpenPairs(pairs) if left >= LEAST_AT_ONCE && until == Until::Neurons => {
                    (pairs.draw_many(neuron, left, &mut self.bench), true)
                }
                _ => (1, self.draw_one(neuron)),
            };
            drawn += now;
            self.draws += now;
            if self.problem.mode == Mode::Drawn {
                self.bench.tally.sampled += now;
            }
            if self.bench.tally.weights_done > complete && self.bench.completed.len() == noted {
                self.bench.note_completed(self.draws);
            }
            // A layer ends with a weight finished or with demands left open.
            if finished || self.bench.open_count > 0 {
                self.end_if_done();
            }
            if until == Until::WeightDone && self.bench.tally.weights_done > weights_done {
                break;
            }
        }
        if self.bench.tally.sampled == self.most() {
            self.end_if_done();
        }
        drawn
    }

    /// Draws the next neuron, or skips ahead. Whether a weight was finished.
    fn draw_one(&mut self, neuron: u64) -> bool {
        match &mut self.allocator {
            Allocator::OpenPairs(pairs) => pairs.draw(neuron, &mut self.bench),
            Allocator::InOrder(cursors) => cursors.draw(neuron, &mut self.bench),
            Allocator::Blocks(blocks) => blocks.draw(&mut self.bench),
            Allocator::Singles(singles) => singles.draw(&mut self.bench),
            Allocator::Subsets(subsets) => subsets.draw(&mut self.bench),
            Allocator::WholeNeurons(neurons) => neurons.draw(&mut self.bench),
        }
    }

    /// Draws so far, each of a neuron or, skipping ahead, of all that a weight needs.
    pub fn draws(&self) -> u64 {
        self.draws
    }

    /// Draws up to where the weight before the last one was completed; 0 where there is none.
    pub fn draws_a_weight_ago(&self) -> u64 {
        let completed = &self.bench.completed;
        let earlier = completed.partition_point(|&draws| draws < self.draws);
        earlier.checked_sub(1).map_or(0, |last| completed[last])
    }

    /// The same layer with nothing drawn.
    pub fn restarted(&self) -> Self {
        Self::new(self.problem.clone())
    }

    /// Neurons that may be drawn one by one.
    fn most(&self) -> u64 {
        self.problem.bound.map_or(u64::MAX, Count::saturated)
    }

    fn note_race(&mut self) {
        let weights = self.bench.pairs();
        self.bench.tally.note_race(weights);
    }

    fn end_if_done(&mut self) {
        let complete = match &self.allocator {
            Allocator::OpenPairs(pairs) => pairs.is_complete(),
            Allocator::InOrder(cursors) => cursors.is_complete(&self.bench),
            Allocator::Blocks(blocks) => blocks.is_complete(),
            Allocator::Singles(singles) => singles.is_complete(),
            Allocator::Subsets(subsets) => subsets.is_complete(),
            Allocator::WholeNeurons(neurons) => neurons.is_complete(),
        };
        if self.done || !(complete || self.bench.tally.sampled == self.most()) {
            return;
        }
        match &mut self.allocator {
            Allocator::OpenPairs(pairs) => pairs.close(&mut self.bench),
            Allocator::InOrder(cursors) => cursors.close(&mut self.bench),
            Allocator::Blocks(blocks) => blocks.close(&mut self.bench),
            Allocator::Singles(singles) => singles.close(&mut self.bench),
            Allocator::Subsets(subsets) => subsets.close(&mut self.bench),
            Allocator::WholeNeurons(neurons) => neurons.close(&mut self.bench),
        }
        self.note_race();
        let groups = std::mem::take(&mut self.bench.groups);
        self.bench.finished_last = groups.last().map(|&(pair, ..)| pair);
        self.bench.kept = std::mem::take(&mut self.bench.kept).ordered_by_pair(groups);
        self.done = true;
    }

    /// What the layer was given.
    pub fn problem(&self) -> &LayerProblem {
        &self.problem
    }

    /// The counts so far.
    pub fn tally(&self) -> &Tally {
        &self.bench.tally
    }

    /// Whether no more neurons will be drawn.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether every demand was met.
    pub fn is_complete(&self) -> bool {
        self.done && self.bench.open_count == 0
    }

    /// The least bound with which this layer would have been complete: its neurons, or as many for every block as the block
    /// with the most of them took. `None` for a layer that is not complete.
    ///
    /// Drawn again with a bound of m, a layer is complete with the probability that this number is at most m. (Blocks
    /// number their neurons by their bound: with another one they draw others, of the same law.)
    pub fn neurons_needed(&self) -> Option<Count> {
        self.is_complete().then(|| match self.problem.sharing {
            Sharing::Layer(_) => self.tally().neurons(),
            Sharing::Input | Sharing::Nobody => {
                let (each, blocks) = (self.tally().largest_block, self.problem.blocks());
                each.times(blocks.as_f64())
            }
        })
    }

    /// Demands left open when the neurons ran out: how many, and the first [`LISTED_DEMANDS`] of them.
    pub fn open_demands(&self) -> (u64, &[Demand]) {
        (self.bench.open_count, &self.bench.open)
    }

    /// Rows of the ticket so far. In the order of [`LayerTicket`] once the layer is done, before that in the order in
    /// which weights were finished.
    pub fn ticket(&self) -> &LayerTicket {
        &self.bench.kept
    }

    /// The buckets of the layer.
    pub fn buckets(&self) -> &Buckets {
        &self.bench.buckets
    }
}
