//! Does a ticket exist at all? Demands matched to neurons, in any order.
//!
//! Theorem 3 promises that M_i neurons *can* meet every demand (pair, half, bucket) of a layer, each with a neuron of its own. An
//! [`Allocation`] that runs out of neurons has not refuted this: it may have given a neuron to the wrong demand. The promise is a
//! statement on a bipartite graph: demands on one side, neurons on the other, an edge if the neuron's product for the pair lies in
//! the bucket and has the half's signs. It holds exactly if a matching covers all demands.
//!
//! # Method
//! A first matching comes from the greedy pass of [`Allocation::FirstFit`]. Each demand left open starts a breadth-first
//! search along alternating paths: from a demand to all of its neurons, from a neuron to the demand holding it.
//! * The search reaches a free neuron. Swapping the edges of the path covers the demand and uncovers none (Berge 1957).
//! * The search ends without one. Let S be the demands reached, the open one included, and N(S) all neurons with an edge to S.
//!   The search has reached all of N(S), and each of them is held by a demand of S other than the open one. Hence
//!   |N(S)| = |S| − 1, and no matching covers S (Hall 1935). The theorem's event fails for this seed, and the search is over.
//!
//! Both answers are exact for the products accepted by [`Buckets`](super::Buckets), the same for every allocation; the strips at the edges of
//! buckets hold fewer than 10⁻¹¹ of all products. (Hopcroft and Karp's phases find a maximum matching in fewer passes. Here the
//! first deficient set ends the search, and few demands are open after the greedy pass.)
//!
//! # Memory and time
//! Edges are a function of G's words, generated when a search reaches their pair; a bounded number of them is kept. Above
//! [`MOST_VERTICES`] or [`MOST_TRIES`] the answer is [`Existence::NotDecided`].

mod answer;
mod graph;
mod matching;

use self::graph::DemandGraph;
use crate::construction::allocator::Shortfall;
use crate::construction::layer::LayerBuilder;
use crate::construction::problem::{Allocation, LayerProblem, Sharing, Until};
use crate::construction::tally::Demand;
use crate::network::Stop;

pub use self::answer::{Existence, Shortage, Undecided};
pub use self::matching::MOST_EDGES_KEPT;

/// The most demands and neurons of a layer for a matching: 12 bytes a neuron and 4 a demand, 192 MiB at most.
pub const MOST_VERTICES: u64 = 1 << 24;

/// The most tries of neurons against pairs for a matching: a few seconds.
pub const MOST_TRIES: u64 = 1 << 30;

/// The most demands of a layer for a run of another allocation.
const MOST_DEMANDS_TO_ALLOCATE: u64 = 1 << 24;

/// Neurons of another allocation between two checks for a request to stop: milliseconds.
const NEURONS_BETWEEN_STOPS: u64 = 1 << 16;

impl LayerBuilder {
    /// Whether the neurons up to the bound can meet all demands of this finished layer.
    ///
    /// A complete layer has shown it. Without competition for neurons, an open demand has no neuron. If the layer shares its neurons,
    /// first-fit is tried on the same neurons, then the exact matching, then in-order; the first answer counts.
    pub fn existence(&self) -> ExistenceQuestion {
        let open = self.open_demands().1.first().copied();
        ExistenceQuestion { problem: self.problem().clone(), shortfall: self.allocator.shortfall(), open }
    }
}

/// The question whether the neurons of a layer can meet all of its demands, for any thread to answer.
#[derive(Clone, Debug)]
pub struct ExistenceQuestion {
    problem: LayerProblem,
    shortfall: Shortfall,
    /// a demand that the layer's allocator has left open
    open: Option<Demand>,
}

impl ExistenceQuestion {
    /// The answer; `None` if `stop` has ended the search.
    pub fn answer(&self, stop: Stop<'_>) -> Option<Existence> {
        let Some(example) = self.open else { return Some(Existence::There) };
        match self.shortfall {
            Shortfall::Competition => shared(&self.problem, stop),
            Shortfall::SearchEnded => Some(Existence::NotDecided(Undecided::SearchEnded)),
            Shortfall::NoNeuron => Some(Existence::Missing(Shortage { demands: 1, neurons: 0, example })),
        }
    }

    /// Whether it needs a search.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

/// [`LayerBuilder::existence`] for a layer that shares its neurons, after its own allocation has failed.
fn shared(problem: &LayerProblem, stop: Stop<'_>) -> Option<Existence> {
    let graph = DemandGraph::new(problem);
    let completes = |allocation: Allocation| {
        let has_failed = problem.sharing == Sharing::Layer(allocation);
        let affordable = !has_failed && graph.demands() <= MOST_DEMANDS_TO_ALLOCATE;
        if affordable { is_complete_with(problem, allocation, stop) } else { Some(false) }
    };
    if completes(Allocation::FirstFit)? {
        return Some(Existence::There);
    }
    match graph.matching(MOST_VERTICES, MOST_TRIES, stop)? {
        Existence::NotDecided(_) if completes(Allocation::InOrder)? => Some(Existence::There),
        decided => Some(decided),
    }
}

/// Whether an allocation completes the layer with the same neurons; `None` if stopped.
fn is_complete_with(problem: &LayerProblem, allocation: Allocation, stop: Stop<'_>) -> Option<bool> {
    let mut builder =
        LayerBuilder::new(LayerProblem { sharing: Sharing::Layer(allocation), ..problem.clone() });
    while !builder.is_done() {
        if stop() {
            return None;
        }
        builder.advance(NEURONS_BETWEEN_STOPS, Until::Neurons);
    }
    Some(builder.is_complete())
}

#[cfg(test)]
mod tests;
