//! A layer under construction, written down so that it can be continued later.
//!
//! G is a function, so little has to be kept: the neurons of the kept paths, the counts, and how far the allocator is. All
//! else is computed anew from the problem and from G, and what was read is held against both: a state that no run can have
//! reached is refused, whatever its bytes are.

mod packed;
mod paths;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::packed::Packed;
use self::paths::{Kept, SavedPaths};
use crate::construction::layer::{Allocator, LayerBuilder};
use crate::construction::problem::{LayerProblem, Mode};
use crate::construction::tally::{Demand, Tally};
use crate::construction::workbench::{LISTED_DEMANDS, Workbench};

/// All of a [`LayerBuilder`] that does not follow from its [`LayerProblem`] and from G.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerState<'a> {
    tally: Cow<'a, Tally>,
    paths: SavedPaths<'a>,
    position: Position<'a>,
    finished_last: Option<u64>,
    open: Cow<'a, [Demand]>,
    open_count: u64,
    draws: u64,
    completed: Packed<'a, true>,
}

/// How far an allocator is, beside the pairs that are finished.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Position<'a> {
    /// no more neurons will be drawn
    Done,
    /// `OpenPairs`: the pairs of the front, and of each the neuron + 1 for each (half, place), 0 for none
    Front { pairs: Vec<u64>, found: Packed<'a, false> },
    /// `InOrder`: the pair that each category serves next, and of each pair that some have served the neurons found
    Categories { next: Vec<u64>, found: Packed<'a, false> },
    /// `Blocks` and `Subsets`: the block, and its neurons drawn so far
    Block { block: u64, drawn: u64 },
    /// `Singles`: neurons of the weight's block drawn so far, and the one found for each half
    Weight { drawn: u64, found: [Option<u64>; 2] },
    /// `WholeNeurons`: neurons of the target neuron's block drawn so far
    Neuron { drawn: u64 },
}

impl LayerBuilder {
    /// The layer as far as it is.
    pub fn state(&self) -> LayerState<'_> {
        let bench = &self.bench;
        let position = match &self.allocator {
            _ if self.done => Position::Done,
            Allocator::OpenPairs(pairs) => {
                let (pairs, found) = pairs.position(bench);
                Position::Front { pairs, found: found.into() }
            }
            Allocator::InOrder(cursors) => {
                let (next, found) = cursors.position();
                Position::Categories { next, found: Packed::of_parts(found) }
            }
            Allocator::Blocks(blocks) => blocks.position(),
            Allocator::Subsets(subsets) => subsets.position(),
            Allocator::Singles(singles) => singles.position(),
            Allocator::WholeNeurons(neurons) => neurons.position(),
        };
        LayerState {
            tally: Cow::Borrowed(&bench.tally),
            paths: SavedPaths::new(self.problem(), bench, self.done),
            position,
            finished_last: bench.finished_last,
            open: Cow::Borrowed(&bench.open),
            open_count: bench.open_count,
            draws: self.draws,
            completed: bench.completed[..].into(),
        }
    }

    /// The layer of `problem` as far as `state` says. It goes on as if it had never been interrupted. `None` where no run
    /// of that layer can have been there.
    pub fn resumed(problem: LayerProblem, state: LayerState<'_>) -> Option<Self> {
        let mut builder = Self::new(problem);
        let done = matches!(state.position, Position::Done);
        let tally = state.tally.into_owned();
        let bench = &builder.bench;
        if !tally.is_possible(&bench.tally, bench.pairs()) {
            return None;
        }
        let last_demand = tally.last.and_then(|draw| draw.served);
        let are_demands = state.open.iter().chain(&last_demand).all(|demand| bench.has(demand));
        let Kept { ticket, groups, has_group } =
            state.paths.restored(builder.problem(), bench, tally.sampled, done)?;
        let per_group = builder.weights_per_group() as u64;
        let counted = (builder.most(), state.draws, builder.problem().mode);
        let is_counted = is_counted(counted, &tally)
            && are_demands
            && is_open_list(state.open.len(), state.open_count, bench)
            && (done || tally.weights_done <= per_group * groups.len() as u64)
            && (!done || (state.open_count == 0) == (tally.weights_done == bench.pairs()))
            && (done || !builder.done)
            && state.finished_last.is_none_or(|pair| pair < bench.pairs());
        let completed = state.completed.into_vec();
        let is_rising = completed.is_sorted() && completed.last().is_none_or(|&last| last <= state.draws);
        if !is_counted || !is_rising || completed.len() as u64 > bench.pairs() {
            return None;
        }
        let bench = &mut builder.bench;
        bench.tally = tally;
        bench.kept = Arc::new(ticket);
        bench.groups = if done { Vec::new() } else { groups };
        bench.finished_last = state.finished_last;
        bench.open = state.open.into_owned();
        bench.open_count = state.open_count;
        bench.completed = completed;
        builder.done = done;
        builder.draws = state.draws;
        if !done {
            builder.allocator = builder.allocator_at(state.position, &has_group)?;
        }
        Some(builder)
    }

    /// The allocator at a position, the pairs that are finished being known. `None` where it cannot be there.
    fn allocator_at(&self, position: Position<'_>, has_group: &[bool]) -> Option<Allocator> {
        let bench = &self.bench;
        Some(match (&self.allocator, position) {
            (Allocator::OpenPairs(new), Position::Front { pairs, found }) => {
                Allocator::OpenPairs(new.at(&pairs, found.into_vec(), has_group, bench)?)
            }
            (Allocator::InOrder(new), Position::Categories { next, found }) => {
                Allocator::InOrder(new.at(&next, found.into_vec(), bench)?)
            }
            (Allocator::Blocks(new), Position::Block { block, drawn }) => {
                Allocator::Blocks(new.at(block, drawn, has_group, bench)?)
            }
            (Allocator::Subsets(new), Position::Block { block, drawn }) => {
                Allocator::Subsets(new.at(block, drawn, has_group, bench)?)
            }
            (Allocator::Singles(new), Position::Weight { drawn, found }) => {
                Allocator::Singles(new.at(drawn, found, bench)?)
            }
            (Allocator::WholeNeurons(new), Position::Neuron { drawn }) => {
                Allocator::WholeNeurons(new.at(drawn, bench)?)
            }
            _ => return None,
        })
    }
}

/// Whether so many draws go with the counts: each is one of a neuron, or skips ahead for a weight.
fn is_counted((most, draws, mode): (u64, u64, Mode), tally: &Tally) -> bool {
    match mode {
        Mode::Drawn => draws == tally.sampled && tally.sampled <= most,
        Mode::SkipAhead => draws <= tally.quota.iter().flatten().sum() && tally.sampled == 0,
    }
}

/// Whether so many demands are listed of as many that were left open.
fn is_open_list(listed: usize, count: u64, bench: &Workbench) -> bool {
    let levels = bench.tally.filled[0].len() as u64;
    listed as u64 == count.min(LISTED_DEMANDS as u64) && count <= bench.pairs().saturating_mul(2 * levels)
}
