//! A maximum matching of demands to neurons, or a proof that none covers all demands.

use std::collections::HashMap;

use super::answer::{Existence, Shortage, Undecided};
use super::graph::DemandGraph;
use crate::network::Stop;

/// Edges kept at a time, 4 bytes each: 64 MiB.
pub const MOST_EDGES_KEPT: usize = 1 << 24;

/// Tries between two checks for a request to stop: milliseconds.
const TRIES_BETWEEN_STOPS: u64 = 1 << 16;

/// Sentinel: a demand without a neuron, a neuron without a demand, or a neuron not reached by a search.
const NONE: u32 = u32::MAX;

impl DemandGraph {
    /// The exact answer, if these limits of vertices and tries allow it; `None` if stopped.
    pub(crate) fn matching(&self, most_vertices: u64, most_tries: u64, stop: Stop<'_>) -> Option<Existence> {
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
    graph: &'a DemandGraph,
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
    fn new(graph: &'a DemandGraph, tries_left: u64, stop: Stop<'a>) -> Self {
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
        if self.unchecked >= TRIES_BETWEEN_STOPS {
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
