//! A layer on its way, written down so that it can be gone on with later.
//!
//! G is a function, so little has to be kept: the paths found, the counts, and what the allocator knows of the weights
//! under way. The neurons drawn so far are not gone through again.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::layer::{Allocator, LayerBuilder, LayerProblem};
use super::{Demand, LayerTicket, Tally};

/// All of a [`LayerBuilder`] that does not follow from its [`LayerProblem`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerState<'a> {
    tally: Cow<'a, Tally>,
    allocator: Cow<'a, Allocator>,
    kept: Cow<'a, LayerTicket>,
    groups: Cow<'a, [(u64, usize, usize)]>,
    finished_last: Option<u64>,
    open: Cow<'a, [Demand]>,
    open_count: u64,
    done: bool,
    draws: u64,
    completed: Cow<'a, [u64]>,
}

impl LayerBuilder {
    /// The layer as far as it is.
    pub fn state(&self) -> LayerState<'_> {
        let bench = &self.bench;
        LayerState {
            tally: Cow::Borrowed(&bench.tally),
            allocator: Cow::Borrowed(&self.allocator),
            kept: Cow::Borrowed(&bench.kept),
            groups: Cow::Borrowed(&bench.groups),
            finished_last: bench.finished_last,
            open: Cow::Borrowed(&bench.open),
            open_count: bench.open_count,
            done: self.done,
            draws: self.draws,
            completed: Cow::Borrowed(&bench.completed),
        }
    }

    /// The layer of `problem` as far as `state`, which is one of the same problem, says. It goes on as if it had never
    /// been interrupted.
    pub fn resumed(problem: LayerProblem, state: LayerState<'_>) -> Self {
        let mut builder = Self::new(problem);
        let bench = &mut builder.bench;
        bench.tally = state.tally.into_owned();
        bench.kept = state.kept.into_owned();
        bench.groups = state.groups.into_owned();
        bench.finished_last = state.finished_last;
        bench.open = state.open.into_owned();
        bench.open_count = state.open_count;
        bench.completed = state.completed.into_owned();
        builder.allocator = state.allocator.into_owned();
        builder.done = state.done;
        builder.draws = state.draws;
        builder
    }
}
