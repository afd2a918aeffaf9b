//! Blocks wired to one weight, or to all weights of one input, other than 0.

use super::scheduler::{BlockPosition, Consumer};
use crate::construction::nonzero::NonzeroPlaces;
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::Sharing;
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;

/// Weights that the neurons of a block are wired to.
#[derive(Clone, Debug)]
pub(crate) struct Wiring {
    object: Object,
    /// the objects with a weight other than 0: a block for each of them
    objects: NonzeroPlaces,
}

/// The object that has a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    /// a weight
    Weight,
    /// an input, with all of its outputs
    Input,
}

impl Wiring {
    /// The wiring where neurons are shared like this.
    pub(crate) fn new(sharing: Sharing, bench: &Workbench) -> Self {
        if sharing != Sharing::Input {
            return Self { object: Object::Weight, objects: bench.nonzero.clone() };
        }
        let weights = bench.target.weights(bench.layer);
        let columns = (0..weights.ncols()).map(|input| weights.column(input).iter().any(|&w| w != 0.0));
        Self { object: Object::Input, objects: NonzeroPlaces::new(columns) }
    }

    /// Blocks of a layer.
    pub(crate) fn blocks(&self) -> u64 {
        self.objects.count()
    }

    /// The block with the neurons of a pair; `None` for a weight of 0, except beside others of its input.
    fn block_of(&self, input: u32, output: u32, bench: &Workbench) -> Option<u64> {
        self.objects.number(match self.object {
            Object::Weight => bench.pair(input, output),
            Object::Input => input.into(),
        })
    }

    /// Whether a path's neuron stands in the block of its pair; `size`: neurons of a block.
    pub(crate) fn has(&self, path: &Path, size: u64, bench: &Workbench) -> bool {
        let block = self.block_of(path.input, path.output, bench);
        block.is_some() && path.neuron.checked_div(size) == block
    }

    /// (input, output) of the pairs of a block, but for weights of 0.
    pub(crate) fn ends(&self, block: u64, bench: &Workbench) -> Vec<(u32, u32)> {
        let object = self.objects.place(block);
        match self.object {
            Object::Weight => vec![bench.ends(object)],
            Object::Input => {
                let ends = (0..bench.outputs).map(|output| (object as u32, output));
                ends.filter(|&(input, output)| bench.weight(input, output) != 0.0).collect()
            }
        }
    }

    /// Whether the finished pairs are all pairs of earlier blocks and, of this block, all but the open ones.
    fn is_at_block(&self, block: u64, open: &[(u32, u32)], has_group: &[bool], bench: &Workbench) -> bool {
        let ends = self.ends(block, bench);
        let has_group = |&(input, output): &(u32, u32)| has_group[bench.pair(input, output) as usize];
        let is_before = |pair| {
            let (input, output) = bench.ends(pair);
            self.block_of(input, output, bench).is_some_and(|of| of < block)
        };
        let before = match self.object {
            Object::Weight => block,
            Object::Input => (0..block).map(|block| self.ends(block, bench).len() as u64).sum(),
        };
        !open.is_empty()
            && ends.iter().filter(|ends| has_group(ends)).count() + open.len() == ends.len()
            && !open.iter().any(has_group)
            && bench.groups.iter().filter(|group| is_before(group.pair)).count() as u64 == before
            && bench.groups.len() as u64 == before + (ends.len() - open.len()) as u64
    }
}

/// A consumer whose blocks are short: a resumed run draws the current block again.
pub(crate) trait Redrawn: Consumer {
    fn wiring(&self) -> &Wiring;

    /// Offers a neuron to the open weights without counting anything.
    fn offer(&self, neuron: u64, open: &mut [Self::Open], bench: &Workbench);
}

/// The block at a saved position, drawn again. `None` where no run can have been there, or where other pairs are finished.
pub(crate) fn drawn_again<C: Redrawn>(
    consumer: &C,
    position: &AllocatorPosition<'_>,
    size: u64,
    has_group: &[bool],
    bench: &Workbench,
) -> Option<(BlockPosition, Vec<C::Open>)> {
    let AllocatorPosition::Block { block, drawn } = *position else { return None };
    if block >= consumer.wiring().blocks() || drawn >= size {
        return None;
    }
    let mut open = consumer.open(block, bench);
    open.retain(|weight| !consumer.is_settled(weight));
    let mut again = 0;
    while again < drawn && !open.is_empty() {
        consumer.offer(block * size + again, &mut open, bench);
        open.retain(|weight| !consumer.is_settled(weight));
        again += 1;
    }
    let ends: Vec<(u32, u32)> = open.iter().map(C::ends).collect();
    let is_there = consumer.wiring().is_at_block(block, &ends, has_group, bench);
    is_there.then_some((BlockPosition { block, drawn: again }, open))
}
