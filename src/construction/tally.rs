//! Counts of a layer under construction.

use serde::{Deserialize, Serialize};

use crate::construction::half::Half;
use crate::theory::Count;

/// Bins of the product histogram over t ∈ [0, 2), t = ln(|z_in·z_out|/α²)/Λ.
pub const PRODUCT_BINS: usize = 1024;

/// Points of a layer's race: shares of its weights whose completion is noted.
pub const RACE_POINTS: usize = 128;

/// Limit of a count: 14 years at 10 million a second.
const MOST_COUNTED: u64 = 1 << 52;

/// A demand for a neuron: a piece for one bucket of one half of one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// row of the weight
    pub output: u32,
    /// column of the weight
    pub input: u32,
    /// which half of the virtual weight
    pub half: Half,
    /// bucket u = 1…k
    pub bucket: u32,
}

/// The last neuron drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// its number, from 0
    pub neuron: u64,
    /// pairs it was tried against
    pub tries: u64,
    /// the (first) demand it serves; `None` if no open demand could use it
    pub served: Option<Demand>,
    /// demands it serves; more than one only if outputs share it
    pub serves: u64,
}

/// Counts of a layer under construction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// neurons drawn one by one
    pub sampled: u64,
    /// neurons passed over without being drawn, hits included (skip-ahead)
    pub skipped: Count,
    /// total wait for hits in neurons, per half ([`Sum::Single`](crate::construction::problem::Sum::Single))
    pub waits: [Count; 2],
    /// products available to finished weights ([`Sum::Subset`](crate::construction::problem::Sum::Subset))
    pub values: u64,
    /// steps of searches: buckets walked through ([`Sum::Golden`](crate::construction::problem::Sum::Golden)); sums looked at,
    /// made, queried or compared ([`Sum::Subset`](crate::construction::problem::Sum::Subset)); 0 for single neurons
    pub searched: f64,
    /// neurons drawn in the largest finished block; 0 if a layer shares its neurons
    pub largest_block: Count,
    /// (neuron, pair) products looked at
    pub tries: u64,
    /// random words consumed, one per weight of G
    pub words: u64,
    /// complete target weights, both halves
    pub weights_done: u64,
    /// demands served, per half and bucket
    pub filled: [Vec<u64>; 2],
    /// demands made so far, per half and bucket: the quota
    pub quota: [Vec<u64>; 2],
    /// histogram of |z_in·z_out| over the axis of its law (t for the hyperbolic one), one product a neuron: the one with the pair it
    /// was first tried against. That pair is chosen before the neuron is drawn, so the counts follow the product law exactly
    pub products: Vec<u64>,
    /// largest | |w*| − |ŵ| | of the finished weights, per half
    pub max_error: [f64; 2],
    /// neurons drawn when each next 1/[`RACE_POINTS`] of the weights was complete
    pub race: Vec<Count>,
    /// the last neuron drawn
    pub last: Option<Draw>,
}

impl Tally {
    /// Nothing drawn yet; `k` buckets a half.
    pub(crate) fn new(k: usize) -> Self {
        Self {
            sampled: 0,
            skipped: Count::ZERO,
            waits: [Count::ZERO; 2],
            values: 0,
            searched: 0.0,
            largest_block: Count::ZERO,
            tries: 0,
            words: 0,
            weights_done: 0,
            filled: [vec![0; k], vec![0; k]],
            quota: [vec![0; k], vec![0; k]],
            products: vec![0; PRODUCT_BINS],
            max_error: [0.0; 2],
            race: Vec::new(),
            last: None,
        }
    }

    /// Whether a run with this many pairs can have these counts. `new`: counts of the same layer with nothing drawn.
    pub(crate) fn is_possible(&self, new: &Self, pairs: u64) -> bool {
        let shapes = |tally: &Self| {
            let halves = [&tally.filled, &tally.quota].map(|counts| [counts[0].len(), counts[1].len()]);
            (halves, tally.products.len())
        };
        let demands =
            self.filled.iter().zip(&self.quota).flat_map(|(filled, quota)| filled.iter().zip(quota));
        let is_met = demands.into_iter().all(|(filled, quota)| filled <= quota && *quota <= pairs);
        let drawn = self.last.map_or([0; 3], |draw| [draw.neuron, draw.tries, draw.serves]);
        let counts = [self.sampled, self.values, self.tries, self.words];
        let products = self.products.iter().try_fold(0, |sum: u64, &count| sum.checked_add(count));
        let are_counts = counts.into_iter().chain(drawn).chain(products).all(|count| count <= MOST_COUNTED);
        let neurons = [self.skipped, self.largest_block].into_iter().chain(self.waits);
        shapes(self) == shapes(new)
            && is_met
            && products.is_some()
            && are_counts
            && self.weights_done <= pairs
            && neurons.chain(self.race.iter().copied()).all(Count::is_possible)
            && self.race.len() <= RACE_POINTS
            && self.race.is_sorted()
            && (0.0..f64::INFINITY).contains(&self.searched)
            && self.max_error.iter().all(|&error| error >= 0.0)
    }

    /// Notes the points of the race passed with the weights complete now, out of `weights`.
    pub(crate) fn note_race(&mut self, weights: u64) {
        let passed = u128::from(self.weights_done) * RACE_POINTS as u128 / u128::from(weights);
        if passed as usize > self.race.len() {
            let neurons = self.neurons();
            self.race.resize(passed as usize, neurons);
        }
    }

    /// Notes the neurons drawn in a block.
    pub(crate) fn note_block(&mut self, neurons: Count) {
        if neurons > self.largest_block {
            self.largest_block = neurons;
        }
    }

    /// Neurons sampled, those passed over included.
    pub fn neurons(&self) -> Count {
        Count::from(self.sampled) + self.skipped
    }
}
