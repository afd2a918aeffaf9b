//! Blocks wired to one weight, or to all weights of one input.

use super::scheduler::{BlockPosition, Consumer};
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::Sharing;
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;

/// Weights that the neurons of a block are wired to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// a block for each weight
    Weight,
    /// a block for each input, shared by all outputs
    Input,
}

impl Wiring {
    /// The wiring where neurons are shared like this.
    pub(crate) fn new(sharing: Sharing) -> Self {
        if sharing == Sharing::Input { Self::Input } else { Self::Weight }
    }

    /// Blocks of a layer.
    pub(crate) fn blocks(self, bench: &Workbench) -> u64 {
        match self {
            Self::Weight => bench.pairs(),
            Self::Input => bench.inputs.into(),
        }
    }

    /// The block with the neurons of a pair.
    pub(crate) fn block_of(self, input: u32, output: u32, bench: &Workbench) -> u64 {
        match self {
            Self::Weight => bench.pair(input, output),
            Self::Input => input.into(),
        }
    }

    /// Whether a path's neuron stands in the block of its pair; `size`: neurons of a block.
    pub(crate) fn has(self, path: &Path, size: u64, bench: &Workbench) -> bool {
        path.neuron.checked_div(size) == Some(self.block_of(path.input, path.output, bench))
    }

    /// (input, output) of the pairs of a block.
    pub(crate) fn ends(self, block: u64, bench: &Workbench) -> Vec<(u32, u32)> {
        match self {
            Self::Weight => vec![bench.ends(block)],
            Self::Input => (0..bench.outputs).map(|output| (block as u32, output)).collect(),
        }
    }

    /// Whether the finished pairs are all pairs of earlier blocks and, of this block, all but the open ones.
    fn is_at_block(self, block: u64, open: &[(u32, u32)], has_group: &[bool], bench: &Workbench) -> bool {
        let ends = self.ends(block, bench);
        let has_group = |&(input, output): &(u32, u32)| has_group[bench.pair(input, output) as usize];
        let is_before = |pair| {
            let (input, output) = bench.ends(pair);
            self.block_of(input, output, bench) < block
        };
        let before = block * ends.len() as u64;
        !open.is_empty()
            && ends.iter().filter(|ends| has_group(ends)).count() + open.len() == ends.len()
            && !open.iter().any(has_group)
            && bench.groups.iter().filter(|group| is_before(group.pair)).count() as u64 == before
            && bench.groups.len() as u64 == before + (ends.len() - open.len()) as u64
    }
}

/// A consumer whose blocks are short: a resumed run draws the current block again.
pub(crate) trait Redrawn: Consumer {
    fn wiring(&self) -> Wiring;

    /// (input, output) of an open weight.
    fn ends(open: &Self::Open) -> (u32, u32);

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
    if block >= consumer.wiring().blocks(bench) || drawn >= size {
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
