//! The trial of a lane's Ĝ: inputs are tried on it, and screens look at its outputs.

use std::sync::Arc;

use crate::construction::LayerBuilder;
use crate::experiment::Experiment;
use crate::network::Stop;
use crate::session::background::Background;
use crate::verification::{Evaluation, Found, MaskedNetwork, Search};

/// The most inputs tried between two looks at the clock or at a command.
pub(super) const INPUTS_PER_SLICE: usize = 256;

/// Inputs evaluated together at no extra cost.
const LEAST_INPUTS_PER_SLICE: usize = 64;

/// Paths times inputs between two looks at the clock or at a command: below 0.1 s on one core.
const PATHS_PER_SLICE: usize = 1 << 30;

/// From this many paths on, Ĝ is assembled on a thread of its own.
const LONG_TICKET: usize = 1 << 20;

/// The search over inputs, and the one owner of a Ĝ under way.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    experiment: Arc<Experiment>,
    search: Search,
    /// Ĝ under way or assembled, for the search or a watcher
    pruning: Option<Background<Arc<MaskedNetwork>>>,
    /// whether a watcher keeps Ĝ when the search has it
    is_watched: bool,
}

impl Trial {
    /// A trial with no input tried.
    pub(super) fn new(experiment: &Arc<Experiment>) -> Self {
        let (target, domain) = (Arc::clone(&experiment.target), Arc::clone(&experiment.domain));
        let search = Search::new(target, domain, experiment.seed);
        Self { experiment: Arc::clone(experiment), search, pruning: None, is_watched: false }
    }

    /// The trial after the saved results of a search. `None` for impossible results.
    pub(super) fn resumed(self, found: Found) -> Option<Self> {
        Some(Self { search: self.search.resumed(found)?, ..self })
    }

    /// Tries at most so many inputs more, or climbs a step.
    pub(super) fn advance(&mut self, builders: &[LayerBuilder], most: usize, stop: Stop<'_>) {
        let paths: usize = builders.iter().map(|builder| builder.ticket().len()).sum();
        // In a pool, this thread has to help.
        let is_alone = rayon::current_thread_index().is_none();
        if paths > LONG_TICKET && self.search.pruned().is_none() && is_alone {
            let Some(pruned) = self.prune(builders, stop) else { return };
            if !self.is_watched {
                self.pruning = None;
            }
            self.search.try_on(pruned);
        }
        let at_once = (most / INPUTS_PER_SLICE * PATHS_PER_SLICE / paths.max(1))
            .next_multiple_of(LEAST_INPUTS_PER_SLICE);
        let at_once = at_once.clamp(LEAST_INPUTS_PER_SLICE, most);
        self.search.advance(builders.iter().map(LayerBuilder::ticket), at_once);
    }

    /// Ĝ, assembled once on a thread of its own, and waited for until `stop` says so.
    fn prune(&mut self, builders: &[LayerBuilder], stop: Stop<'_>) -> Option<Arc<MaskedNetwork>> {
        let start = || {
            let target = Arc::clone(&self.experiment.target);
            let tickets: Vec<_> = builders.iter().map(LayerBuilder::shared_ticket).collect();
            Background::start(move |_| {
                let tickets = tickets.iter().map(|ticket| &**ticket);
                Some(Arc::new(MaskedNetwork::new(target.architecture(), tickets)))
            })
        };
        self.pruning.get_or_insert_with(start).wait(stop)
    }

    /// Ĝ for a watcher, kept until [`release`](Self::release).
    pub(super) fn watch(&mut self, builders: &[LayerBuilder], stop: Stop<'_>) -> Option<Arc<MaskedNetwork>> {
        self.is_watched = true;
        self.prune(builders, stop)
    }

    /// Ends the watch: Ĝ is dropped, unless the search still waits for it or tries inputs on it.
    pub(super) fn release(&mut self) {
        if self.search.pruned().is_some() || self.search.is_done() {
            self.pruning = None;
        }
        self.is_watched = false;
    }

    /// Evaluates F and Ĝ in this way from now on.
    pub(super) fn evaluate(&mut self, evaluation: Evaluation) {
        self.search.evaluate(evaluation);
    }

    /// Ĝ, while inputs are tried on it.
    pub(super) fn pruned(&self) -> Option<&Arc<MaskedNetwork>> {
        self.search.pruned()
    }

    /// The errors at the inputs tried so far.
    pub(super) fn found(&self) -> &Found {
        self.search.found()
    }

    /// Inputs to be tried in all.
    pub(super) fn inputs(&self) -> usize {
        self.search.total()
    }

    /// Whether all inputs are tried, and the climb is over.
    pub(super) fn is_done(&self) -> bool {
        self.search.is_done()
    }
}
