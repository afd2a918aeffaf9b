//! One layer of G, drawn neuron by neuron and pruned: the stepper, and the table of allocators.

use std::sync::Arc;

use crate::construction::allocator::{Allocator, Shortfall};
use crate::construction::blocks::golden::GoldenWeights;
use crate::construction::blocks::single::SingleWeights;
use crate::construction::blocks::subset::SubsetWeights;
use crate::construction::blocks::whole_neuron::StandIns;
use crate::construction::buckets::Buckets;
use crate::construction::problem::{Allocation, LayerProblem, Mode, Sharing, Sum, Until};
use crate::construction::shared::in_order_groups::InOrderGroups;
use crate::construction::shared::open_pairs::OpenPairs;
use crate::construction::tally::{Demand, Tally};
use crate::construction::ticket::LayerTicket;
use crate::construction::workbench::Workbench;
use crate::theory::Count;

/// The one table of allocators: a new one is a file and a line here.
fn allocator(problem: &LayerProblem, bench: &mut Workbench) -> Box<dyn Allocator> {
    let unbounded = Count::from_ln(f64::INFINITY);
    // Neurons of a block: an equal part of the layer's.
    let blocks = if bench.nonzero.count() == 0 { Count::from(1) } else { problem.blocks() };
    let block = problem.bound.map_or(unbounded, |bound| bound.ratio(blocks));
    let tolerance = problem.ranges.half_tolerance;
    match (problem.sum, problem.sharing) {
        (Sum::Golden, Sharing::Layer(Allocation::InOrder)) => Box::new(InOrderGroups::new(bench)),
        (Sum::Golden, Sharing::Layer(Allocation::FirstFit)) => Box::new(OpenPairs::first_fit(bench)),
        (Sum::Golden, Sharing::Layer(Allocation::OnDemand)) => Box::new(OpenPairs::on_demand(bench)),
        (Sum::Golden, sharing) => Box::new(GoldenWeights::blocks(sharing, block, bench)),
        (Sum::Subset, sharing) => Box::new(SubsetWeights::blocks(sharing, tolerance, bench)),
        (Sum::Single, _) => Box::new(SingleWeights::blocks(problem, block, bench)),
        (Sum::Neuron, _) => Box::new(StandIns::blocks(problem, block, bench)),
    }
}

/// Draws the neurons of one layer, one after another, and gives them to the weights that can use them.
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    problem: LayerProblem,
    pub(crate) bench: Workbench,
    pub(crate) allocator: Box<dyn Allocator>,
    pub(crate) done: bool,
    /// draws so far; neurons, unless they are skipped ahead to
    pub(crate) draws: u64,
}

impl LayerBuilder {
    /// A layer with no neuron drawn yet.
    pub fn new(problem: LayerProblem) -> Self {
        let mut bench = Workbench::new(&problem);
        let allocator = allocator(&problem, &mut bench);
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
            let (complete, noted) = (self.bench.tally.weights_done, self.bench.completed.len());
            // Draw a batch.
            let (first, left) = (self.bench.tally.sampled, budget - drawn);
            let (now, finished) = self.allocator.draw_many(first, left, until, &mut self.bench);
            drawn += now;
            self.draws += now;
            if self.problem.mode == Mode::Drawn {
                self.bench.tally.sampled += now;
            }
            // Note when weights were completed, unless the allocator has done so.
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

    /// Ends the layer if all demands are met or the bound is reached, and brings the ticket into the order of pairs.
    fn end_if_done(&mut self) {
        let is_exhausted = self.bench.tally.sampled == self.most();
        if self.done || !(self.allocator.is_complete(&self.bench) || is_exhausted) {
            return;
        }
        self.allocator.close(&mut self.bench);
        self.bench.tally.note_race(self.bench.pairs());
        self.bench.order_ticket();
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

    /// The least bound with which this layer would have been complete: its neurons, or those of its largest block for every
    /// block. `None` for a layer that is not complete.
    ///
    /// Drawn again with a bound of m, a layer is complete with the probability that this number is at most m. (Blocks
    /// number their neurons by their bound: with another one they draw others, of the same law.)
    pub fn neurons_needed(&self) -> Option<Count> {
        self.is_complete().then(|| match self.allocator.shortfall() {
            Shortfall::Competition => self.tally().neurons(),
            Shortfall::NoNeuron | Shortfall::SearchEnded => {
                self.tally().largest_block.times(self.problem.blocks().as_f64())
            }
        })
    }

    /// Demands left open when the neurons ran out: how many, and the first [`LISTED_DEMANDS`](super::LISTED_DEMANDS) of them.
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
