//! One layer of G, drawn neuron by neuron and pruned: the stepper.

use std::sync::Arc;

use crate::construction::blocks::golden::Blocks;
use crate::construction::blocks::single::Singles;
use crate::construction::blocks::subset::Subsets;
use crate::construction::blocks::whole_neuron::WholeNeurons;
use crate::construction::buckets::Buckets;
use crate::construction::problem::{Allocation, LayerProblem, Mode, Sharing, Sum, Until};
use crate::construction::shared::in_order::InOrder;
use crate::construction::shared::open_pairs::OpenPairs;
use crate::construction::tally::{Demand, Tally};
use crate::construction::ticket::LayerTicket;
use crate::construction::workbench::Workbench;
use crate::sampling::RandomLayer;
use crate::theory::Count;

/// Neurons from which on they are tried many at once.
const LEAST_AT_ONCE: u64 = 8;

#[derive(Clone, Debug)]
pub(crate) enum Allocator {
    OpenPairs(OpenPairs),
    InOrder(InOrder),
    Blocks(Blocks),
    Singles(Singles),
    Subsets(Subsets),
    WholeNeurons(WholeNeurons),
}

/// Draws the neurons of one layer, one after another, and gives them to the weights that can use them.
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    problem: LayerProblem,
    pub(crate) bench: Workbench,
    pub(crate) allocator: Allocator,
    pub(crate) done: bool,
    /// draws so far; neurons, unless they are skipped ahead to
    pub(crate) draws: u64,
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
            kept: Arc::default(),
            groups: Vec::new(),
            finished_last: None,
            open: Vec::new(),
            open_count: 0,
            sums: Default::default(),
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
    pub(crate) fn most(&self) -> u64 {
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
        let kept = Arc::unwrap_or_clone(std::mem::take(&mut self.bench.kept));
        self.bench.kept = Arc::new(kept.ordered_by_pair(&groups));
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

    /// Demands left open when the neurons ran out: how many, and the first [`LISTED_DEMANDS`](crate::construction::workbench::LISTED_DEMANDS) of them.
    pub fn open_demands(&self) -> (u64, &[Demand]) {
        (self.bench.open_count, &self.bench.open)
    }

    /// Rows of the ticket so far. In the order of [`LayerTicket`] once the layer is done, before that in the order in
    /// which weights were finished.
    pub fn ticket(&self) -> &LayerTicket {
        &self.bench.kept
    }

    /// The same, for other threads.
    pub fn shared_ticket(&self) -> Arc<LayerTicket> {
        Arc::clone(&self.bench.kept)
    }

    /// The buckets of the layer.
    pub fn buckets(&self) -> &Buckets {
        &self.bench.buckets
    }
}
