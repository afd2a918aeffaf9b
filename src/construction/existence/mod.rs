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
//! Both answers are exact for the products accepted by [`Buckets`], the same for every allocation; the strips at the edges of
//! buckets hold fewer than 10⁻¹¹ of all products. (Hopcroft and Karp's phases find a maximum matching in fewer passes. Here the
//! first deficient set ends the search, and few demands are open after the greedy pass.)
//!
//! # Memory and time
//! Edges are a function of G's words, generated when a search reaches their pair; a bounded number of them is kept. Above
//! [`MOST_VERTICES`] or [`MOST_TRIES`] the answer is [`Existence::NotDecided`].

use std::collections::HashMap;

use crate::construction::allocator::Shortfall;
use crate::construction::buckets::Buckets;
use crate::construction::half::Half;
use crate::construction::layer::LayerBuilder;
use crate::construction::problem::{Allocation, LayerProblem, Sharing, Until};
use crate::construction::tally::Demand;
use crate::network::Stop;
use crate::sampling::RandomLayer;
use crate::theory::Count;

/// The most demands and neurons of a layer for a matching: 12 bytes a neuron and 4 a demand, 192 MiB at most.
pub const MOST_VERTICES: u64 = 1 << 24;

/// The most tries of neurons against pairs for a matching: a few seconds.
pub const MOST_TRIES: u64 = 1 << 30;

/// The most demands of a layer for a run of another allocation.
const MOST_DEMANDS_TO_ALLOCATE: u64 = 1 << 24;

/// Neurons of another allocation, and tries of the matching, between two checks for a request to stop: milliseconds.
const NEURONS_BETWEEN_STOPS: u64 = 1 << 16;

/// Edges kept at a time, 4 bytes each: 64 MiB.
pub const MOST_EDGES_KEPT: usize = 1 << 24;

/// Sentinel: a demand without a neuron, a neuron without a demand, or a neuron not reached by a search.
const NONE: u32 = u32::MAX;

/// Whether the neurons of a layer can meet all of its demands at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// they can: a matching covers every demand
    There,
    /// they cannot: some set of demands has fewer neurons than demands
    Missing(Shortage),
    /// the exact answer was not computed
    NotDecided(Undecided),
}

/// Demands with too few neurons between them: Hall's condition fails for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// demands of the deficient set
    pub demands: u64,
    /// neurons with an edge to any of them, fewer than `demands`
    pub neurons: u64,
    /// one of the demands
    pub example: Demand,
}

/// Why the answer is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// the graph is too large, or its search too long
    TooLarge {
        /// demands of the layer
        demands: u64,
        /// neurons within the bound
        neurons: u64,
    },
    /// a subset sum has ended its search at the most values it can handle
    SearchEnded,
}

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
    let graph = Graph::new(problem);
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

/// The graph of a layer's demands and neurons, as a function.
struct Graph {
    random: RandomLayer,
    buckets: Buckets,
    inputs: u64,
    /// per pair: 1 where w* < 0
    negative: Vec<u64>,
    /// halves to be built: 1 or 2
    halves: usize,
    neurons: u64,
}

impl Graph {
    fn new(problem: &LayerProblem) -> Self {
        let weights = problem.target.weights(problem.layer);
        Self {
            random: RandomLayer::new(problem.seed, problem.layer, problem.law),
            buckets: Buckets::new(&problem.ranges),
            inputs: weights.ncols() as u64,
            // The matrix is outputs × inputs: pairs are in their order.
            negative: weights.iter().map(|&w| u64::from(w < 0.0)).collect(),
            halves: if problem.skip_negative_half { 1 } else { 2 },
            neurons: problem.bound.map_or(u64::MAX, Count::saturated),
        }
    }

    /// Demands of one pair.
    fn each(&self) -> usize {
        self.halves * self.buckets.levels()
    }

    fn demands(&self) -> u64 {
        self.negative.len() as u64 * self.each() as u64
    }

    /// The demand of a pair that a neuron can meet, counted within the pair.
    fn meets(&self, neuron: u64, pair: usize) -> Option<usize> {
        let (input, output) = (pair as u64 % self.inputs, pair as u64 / self.inputs);
        let word_in = self.random.input_words(neuron).word(input);
        let word_out = self.random.output_words(neuron).word(output);
        let (half, place) = self.buckets.piece(word_in, word_out, self.negative[pair])?;
        (half < self.halves).then_some(half * self.buckets.levels() + place)
    }

    fn demand(&self, demand: u32) -> Demand {
        let (pair, at) = (demand as usize / self.each(), demand as usize % self.each());
        let levels = self.buckets.levels();
        Demand {
            output: (pair as u64 / self.inputs) as u32,
            input: (pair as u64 % self.inputs) as u32,
            half: Half::BOTH[at / levels],
            bucket: (at % levels) as u32 + 1,
        }
    }

    /// The exact answer, if these limits of vertices and tries allow it; `None` if stopped.
    fn matching(&self, most_vertices: u64, most_tries: u64, stop: Stop<'_>) -> Option<Existence> {
        let (demands, neurons) = (self.demands(), self.neurons);
        let too_large = Existence::NotDecided(Undecided::TooLarge { demands, neurons });
        if neurons < demands {
            return Some(Existence::Missing(Shortage { demands, neurons, example: self.demand(0) }));
        }
        if demands.saturating_add(neurons) > most_vertices.min(u64::from(NONE)) {
            return Some(too_large);
        }
        let mut matching = Matching::new(self, most_tries, stop);
        let decided = matching.decide();
        // `None`: tries have run out, or the search was stopped.
        if matching.is_stopped { None } else { Some(decided.unwrap_or(too_large)) }
    }
}

/// A matching under construction.
struct Matching<'a> {
    graph: &'a Graph,
    /// per neuron: the demand holding it
    held_by: Vec<u32>,
    /// per neuron: the demand it was reached from by the search
    reached_from: Vec<u32>,
    /// per demand: its neuron
    neuron_of: Vec<u32>,
    /// edges of some pairs
    kept: HashMap<usize, PairEdges>,
    edges_kept: usize,
    tries_left: u64,
    /// tries since the last check of `stop`
    unchecked: u64,
    stop: Stop<'a>,
    is_stopped: bool,
}

/// Edges of a pair: the neurons of each demand.
struct PairEdges {
    /// per demand the start of its neurons, and the end of the last ones
    starts: Vec<usize>,
    neurons: Vec<u32>,
}

impl<'a> Matching<'a> {
    fn new(graph: &'a Graph, tries_left: u64, stop: Stop<'a>) -> Self {
        let (neurons, demands) = (graph.neurons as usize, graph.demands() as usize);
        Self {
            graph,
            held_by: vec![NONE; neurons],
            reached_from: vec![NONE; neurons],
            neuron_of: vec![NONE; demands],
            kept: HashMap::new(),
            edges_kept: 0,
            tries_left,
            unchecked: 0,
            stop,
            is_stopped: false,
        }
    }

    /// Whether a matching covers all demands; `None` if tries have run out, or if stopped.
    fn decide(&mut self) -> Option<Existence> {
        for demand in self.first_fit()? {
            if let Err(shortage) = self.augment(demand)? {
                return Some(Existence::Missing(shortage));
            }
        }
        Some(Existence::There)
    }

    /// Takes tries from the rest; `None` if too few are left, or if stopped.
    fn spend(&mut self, tries: u64) -> Option<()> {
        self.tries_left = self.tries_left.checked_sub(tries)?;
        self.unchecked += tries;
        if self.unchecked >= NEURONS_BETWEEN_STOPS {
            self.unchecked = 0;
            self.is_stopped = (self.stop)();
        }
        (!self.is_stopped).then_some(())
    }

    fn hold(&mut self, demand: u32, neuron: u32) {
        self.neuron_of[demand as usize] = neuron;
        self.held_by[neuron as usize] = demand;
    }

    /// The greedy pass, pair after pair; returns the demands left open. `None` if tries have run out.
    fn first_fit(&mut self) -> Option<Vec<u32>> {
        let each = self.graph.each();
        // Free neurons in their order, from `start` on.
        let mut free: Vec<u32> = (0..self.graph.neurons as u32).collect();
        let (mut start, mut open) = (0, Vec::new());
        for pair in 0..self.graph.negative.len() {
            let (first, mut met, mut end) = (pair * each, 0, start);
            while met < each && end < free.len() {
                let neuron = free[end];
                if let Some(at) = self.graph.meets(neuron.into(), pair)
                    && self.neuron_of[first + at] == NONE
                {
                    self.hold((first + at) as u32, neuron);
                    met += 1;
                }
                end += 1;
            }
            self.spend((end - start) as u64)?;
            // Neurons passed by stay free: move them right before the neurons not tried.
            let mut to = end;
            for from in (start..end).rev() {
                if self.held_by[free[from] as usize] == NONE {
                    to -= 1;
                    free[to] = free[from];
                }
            }
            start = to;
            open.extend((first..first + each).filter(|&d| self.neuron_of[d] == NONE).map(|d| d as u32));
        }
        Some(open)
    }

    /// Covers one more demand, or proves that no matching can. `None` if tries have run out.
    fn augment(&mut self, open: u32) -> Option<Result<(), Shortage>> {
        let each = self.graph.each();
        // Breadth-first search for a free neuron.
        let (mut queue, mut reached, mut next) = (vec![open], Vec::new(), 0);
        let mut free = None;
        'search: while let Some(&demand) = queue.get(next) {
            next += 1;
            let pair = demand as usize / each;
            self.keep_edges(pair)?;
            let at = demand as usize % each;
            let of_demand = |edges: &PairEdges| edges.starts[at]..edges.starts[at + 1];
            self.spend(of_demand(&self.kept[&pair]).len() as u64)?;
            let edges = &self.kept[&pair];
            let neurons = &edges.neurons[of_demand(edges)];
            for &neuron in neurons {
                if self.reached_from[neuron as usize] != NONE {
                    continue;
                }
                self.reached_from[neuron as usize] = demand;
                reached.push(neuron);
                match self.held_by[neuron as usize] {
                    NONE => {
                        free = Some(neuron);
                        break 'search;
                    }
                    holder => queue.push(holder),
                }
            }
        }
        // A path to a free neuron, or a deficient set of demands.
        let result = match free {
            Some(neuron) => {
                self.swap_along_path(neuron);
                Ok(())
            }
            None => Err(Shortage {
                demands: queue.len() as u64,
                neurons: reached.len() as u64,
                example: self.graph.demand(open),
            }),
        };
        for neuron in reached {
            self.reached_from[neuron as usize] = NONE;
        }
        Some(result)
    }

    /// Gives each neuron of the path ending at this one to the demand it was reached from.
    fn swap_along_path(&mut self, mut neuron: u32) {
        while neuron != NONE {
            let demand = self.reached_from[neuron as usize];
            let before = self.neuron_of[demand as usize];
            self.hold(demand, neuron);
            neuron = before;
        }
    }

    /// Generates the edges of a pair, unless they are kept. `None` if tries have run out.
    fn keep_edges(&mut self, pair: usize) -> Option<()> {
        if self.kept.contains_key(&pair) {
            return Some(());
        }
        let graph = self.graph;
        self.spend(graph.neurons)?;
        let mut edges: Vec<(u32, u32)> = (0..graph.neurons as u32)
            .filter_map(|neuron| Some((graph.meets(neuron.into(), pair)? as u32, neuron)))
            .collect();
        edges.sort_unstable();
        let starts = (0..=graph.each() as u32).map(|at| edges.partition_point(|edge| edge.0 < at)).collect();
        let neurons: Vec<u32> = edges.into_iter().map(|(_, neuron)| neuron).collect();
        if self.edges_kept + neurons.len() > MOST_EDGES_KEPT {
            self.kept.clear();
            self.edges_kept = 0;
        }
        self.edges_kept += neurons.len();
        self.kept.insert(pair, PairEdges { starts, neurons });
        Some(())
    }
}

#[cfg(test)]
mod tests;
