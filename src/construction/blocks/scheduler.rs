//! The scheduler of blocks: which block is drawn, how far it is, and when it ends.

use std::fmt::Debug;

use crate::construction::allocator::{Allocator, Available, Shortfall};
use crate::construction::position::AllocatorPosition;
use crate::construction::tally::{Draw, Tally};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::theory::Count;

/// Consumes the neurons of blocks: opens the weights of a block, tries neurons against them, and keeps what was found.
pub(crate) trait Consumer: Clone + Debug + Send + Sync + 'static {
    /// A weight of the block, or a target neuron.
    type Open: Clone + Debug + Send + Sync;

    /// All weights of a block, with nothing found.
    fn open(&self, block: u64, bench: &Workbench) -> Vec<Self::Open>;

    /// Counts the demands of a weight that was opened.
    fn count_demands(&self, open: &Self::Open, tally: &mut Tally);

    /// Whether a weight needs no more neurons: it has all it demands, or none can help it.
    fn is_settled(&self, open: &Self::Open) -> bool;

    /// Offers a neuron to the open weights. `drawn`: neurons of the block, this one included. Whether it serves any.
    fn draw(&self, neuron: u64, drawn: u64, open: &mut [Self::Open], bench: &mut Workbench) -> bool;

    /// Draws only the neurons that hit, and the waits between them, for all of a block of `bound` neurons. Returns the neurons
    /// passed; `None` where every neuron is drawn.
    fn skip_ahead(&self, bound: Count, open: &mut [Self::Open], bench: &mut Workbench) -> Option<Count> {
        let _ = (bound, open, bench);
        None
    }

    /// Keeps what was found for a weight, and notes the demands left open. Whether there were none.
    fn finish(&self, open: &Self::Open, bench: &mut Workbench) -> bool;

    /// (input, output) of an open weight; of a target neuron with its first input.
    fn ends(open: &Self::Open) -> (u32, u32);

    /// Whether this is the open weight of a pair.
    fn is_for(&self, open: &Self::Open, input: u32, output: u32) -> bool;

    /// Paths found so far.
    fn available(&self, open: &Self::Open, bench: &Workbench) -> Available;

    /// How far the block is.
    fn position(&self, at: BlockPosition, open: &[Self::Open]) -> AllocatorPosition<'static> {
        let _ = open;
        AllocatorPosition::Block { block: at.block, drawn: at.drawn }
    }

    /// The block at a saved position, with the weights that are still open. `None` where no run can have been there.
    fn reopened(
        &self,
        position: &AllocatorPosition<'_>,
        size: u64,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<(BlockPosition, Vec<Self::Open>)>;

    /// Whether a run can have kept this path. `size`: neurons of a block.
    fn may_keep(&self, path: &Path, size: u64, bench: &Workbench) -> bool;

    /// Why a demand stays open.
    fn shortfall(&self) -> Shortfall {
        Shortfall::NoNeuron
    }
}

/// A block and its neurons drawn so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockPosition {
    pub(crate) block: u64,
    pub(crate) drawn: u64,
}

/// Blocks of neurons, drawn one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Blocks<C: Consumer> {
    consumer: C,
    /// neurons of a block
    bound: Count,
    /// the same as a number: block j holds neurons j·size … (j+1)·size − 1
    size: u64,
    blocks: u64,
    at: BlockPosition,
    /// weights of the block that need more neurons
    open: Vec<C::Open>,
}

impl<C: Consumer> Blocks<C> {
    /// `blocks` blocks of `bound` neurons, the first one open.
    pub(crate) fn new(consumer: C, blocks: u64, bound: Count, bench: &mut Workbench) -> Self {
        let (at, size) = (BlockPosition { block: 0, drawn: 0 }, bound.saturated());
        let mut new = Self { consumer, bound, size, blocks, at, open: Vec::new() };
        new.open_block(bench);
        new
    }

    /// Opens the weights of the current block, or of the next one with any demand.
    fn open_block(&mut self, bench: &mut Workbench) {
        while self.at.block < self.blocks {
            self.open = self.consumer.open(self.at.block, bench);
            self.open.iter().for_each(|open| self.consumer.count_demands(open, &mut bench.tally));
            self.finish_settled(bench);
            if !self.open.is_empty() {
                return;
            }
            self.at.block += 1;
        }
    }

    /// Finishes the settled weights. Whether any of them is complete.
    fn finish_settled(&mut self, bench: &mut Workbench) -> bool {
        let (consumer, mut completed) = (&self.consumer, false);
        self.open.retain(|open| {
            let is_settled = consumer.is_settled(open);
            completed |= is_settled && consumer.finish(open, bench);
            !is_settled
        });
        completed
    }

    /// Finishes the weights left in the block, which took this many neurons, and opens the next one.
    fn close_block(&mut self, neurons: Count, bench: &mut Workbench) {
        bench.tally.note_block(neurons);
        for open in std::mem::take(&mut self.open) {
            self.consumer.finish(&open, bench);
        }
        self.at = BlockPosition { block: self.at.block + 1, drawn: 0 };
        self.open_block(bench);
    }
}

impl<C: Consumer> Allocator for Blocks<C> {
    fn draw(&mut self, _: u64, bench: &mut Workbench) -> bool {
        if let Some(passed) = self.consumer.skip_ahead(self.bound, &mut self.open, bench) {
            let finished = self.finish_settled(bench);
            self.close_block(passed, bench);
            return finished;
        }
        let neuron = self.at.block * self.size + self.at.drawn;
        self.at.drawn += 1;
        let serves = self.consumer.draw(neuron, self.at.drawn, &mut self.open, bench);
        let finished = serves && self.finish_settled(bench);
        if self.open.is_empty() || self.at.drawn == self.size {
            self.close_block(self.at.drawn.into(), bench);
        }
        finished
    }

    fn is_complete(&self, _: &Workbench) -> bool {
        self.at.block == self.blocks
    }

    fn close(&mut self, bench: &mut Workbench) {
        while self.at.block < self.blocks {
            self.close_block(self.at.drawn.into(), bench);
        }
    }

    fn available(&self, pair: u64, bench: &Workbench) -> Option<Available> {
        let (input, output) = bench.ends(pair);
        let open = self.open.iter().find(|open| self.consumer.is_for(open, input, output))?;
        Some(self.consumer.available(open, bench))
    }

    fn tried_first(&self, last: &Draw, bench: &Workbench) -> Option<(u32, u32)> {
        let block = last.neuron.checked_div(self.size)?;
        if block == self.at.block {
            return self.open.first().map(C::ends);
        }
        // The block has ended with this neuron: the first weight that it leaves open.
        let weights = self.consumer.open(block, bench);
        let is_of_block =
            |input, output| weights.iter().any(|open| self.consumer.is_for(open, input, output));
        let open = bench.open.iter().find(|open| is_of_block(open.input, open.output));
        open.map(|open| (open.input, open.output))
    }

    fn position(&self, _: &Workbench) -> AllocatorPosition<'_> {
        self.consumer.position(self.at, &self.open)
    }

    fn at(
        &self,
        position: AllocatorPosition<'_>,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<Box<dyn Allocator>> {
        let (at, open) = self.consumer.reopened(&position, self.size, has_group, bench)?;
        (at.block < self.blocks).then(|| Box::new(Self { at, open, ..self.clone() }) as Box<dyn Allocator>)
    }

    fn may_keep(&self, path: &Path, _: u64, bench: &Workbench) -> bool {
        self.consumer.may_keep(path, self.size, bench)
    }

    fn shortfall(&self) -> Shortfall {
        self.consumer.shortfall()
    }

    fn boxed(&self) -> Box<dyn Allocator> {
        Box::new(self.clone())
    }
}
