//! A layer under construction, written to a checkpoint and read back.
//!
//! G is a function, so little has to be kept: the neurons of the kept paths, the counts, and the position of the allocator. All
//! else is computed anew from the problem and from G. Whatever is read is validated against both; a state out of reach of any
//! run is refused.

mod paths;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::paths::{RestoredPaths, SavedPaths};
use crate::construction::layer::LayerBuilder;
use crate::construction::packed::Packed;
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::{LayerProblem, Mode};
use crate::construction::tally::{Demand, Tally};
use crate::construction::workbench::{LISTED_DEMANDS, Workbench};

/// All of a [`LayerBuilder`] that does not follow from its [`LayerProblem`] and from G.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerState<'a> {
    tally: Cow<'a, Tally>,
    paths: SavedPaths<'a>,
    position: AllocatorPosition<'a>,
    finished_last: Option<u64>,
    open: Cow<'a, [Demand]>,
    open_count: u64,
    draws: u64,
    completed: Packed<'a, true>,
}

impl LayerState<'_> {
    /// Whether the layer is built to its end.
    pub fn is_done(&self) -> bool {
        matches!(self.position, AllocatorPosition::Done)
    }

    /// Whether no neuron is drawn yet.
    pub fn is_untouched(&self) -> bool {
        self.draws == 0
    }
}

impl LayerBuilder {
    /// The state of the layer.
    pub fn state(&self) -> LayerState<'_> {
        let bench = &self.bench;
        LayerState {
            tally: Cow::Borrowed(&bench.tally),
            paths: SavedPaths::new(self.problem(), bench, self.done),
            position: if self.done { AllocatorPosition::Done } else { self.allocator.position(bench) },
            finished_last: bench.finished_last,
            open: Cow::Borrowed(&bench.open),
            open_count: bench.open_count,
            draws: self.draws,
            completed: bench.completed[..].into(),
        }
    }

    /// The layer of `problem` at a saved state. It goes on as if it had never been interrupted. `None` where no run
    /// of that layer can have been there.
    pub fn resumed(problem: LayerProblem, state: LayerState<'_>) -> Option<Self> {
        let mut builder = Self::new(problem);
        let done = state.is_done();
        let tally = state.tally.into_owned();
        let bench = &builder.bench;
        // Validate the counts and the paths.
        if !tally.is_possible(&bench.tally, bench.pairs()) {
            return None;
        }
        let last_demand = tally.last.and_then(|draw| draw.served);
        let are_demands = state.open.iter().chain(&last_demand).all(|demand| bench.has(demand));
        let RestoredPaths { ticket, groups, has_group } =
            state.paths.restored(&builder, tally.sampled, done)?;
        let per_group = builder.weights_per_group() as u64;
        let counted = (builder.most(), state.draws, builder.problem().mode);
        let is_counted = is_counted(counted, &tally)
            && are_demands
            && is_open_list(state.open.len(), state.open_count, bench)
            && (done || tally.weights_done <= bench.nonzero.zeros() + per_group * groups.len() as u64)
            && (!done || (state.open_count == 0) == (tally.weights_done == bench.pairs()))
            && (done || !builder.done)
            && state.finished_last.is_none_or(|pair| pair < bench.pairs());
        let completed = state.completed.into_vec();
        let is_rising = completed.is_sorted() && completed.last().is_none_or(|&last| last <= state.draws);
        if !is_counted || !is_rising || completed.len() as u64 > bench.pairs() {
            return None;
        }
        // Take over the state, then go to the position of the allocator.
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
            builder.allocator = builder.allocator.at(state.position, &has_group, &builder.bench)?;
        }
        Some(builder)
    }
}

/// Whether the number of draws is consistent with the counts: each draws a neuron, or skips ahead for a weight.
fn is_counted((most, draws, mode): (u64, u64, Mode), tally: &Tally) -> bool {
    match mode {
        Mode::Drawn => draws == tally.sampled && tally.sampled <= most,
        Mode::SkipAhead => draws <= tally.quota.iter().flatten().sum() && tally.sampled == 0,
    }
}

/// Whether the length of the list of open demands is consistent with their count.
fn is_open_list(listed: usize, count: u64, bench: &Workbench) -> bool {
    let levels = bench.tally.filled[0].len() as u64;
    listed as u64 == count.min(LISTED_DEMANDS as u64) && count <= bench.pairs().saturating_mul(2 * levels)
}
