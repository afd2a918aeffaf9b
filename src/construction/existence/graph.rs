//! The bipartite graph of a layer's demands and neurons.

use crate::construction::buckets::Buckets;
use crate::construction::half::Half;
use crate::construction::nonzero::NonzeroPlaces;
use crate::construction::problem::LayerProblem;
use crate::construction::tally::Demand;
use crate::sampling::RandomLayer;
use crate::theory::Count;

/// The graph of a layer's demands and neurons, as a function.
pub(crate) struct DemandGraph {
    random: RandomLayer,
    buckets: Buckets,
    inputs: u64,
    /// the pairs with a weight other than 0: those with demands, numbered in turn
    nonzero: NonzeroPlaces,
    /// for each of them: 1 where w* < 0
    pub(crate) negative: Vec<u64>,
    /// halves to be built: 1 or 2
    halves: usize,
    pub(crate) neurons: u64,
}

impl DemandGraph {
    pub(crate) fn new(problem: &LayerProblem) -> Self {
        let weights = problem.target.weights(problem.layer);
        Self {
            random: RandomLayer::new(problem.seed, problem.layer, problem.law),
            buckets: Buckets::new(&problem.ranges),
            inputs: weights.ncols() as u64,
            // The matrix is outputs × inputs: pairs are in their order.
            nonzero: NonzeroPlaces::new(weights.iter().map(|&w| w != 0.0)),
            negative: weights.iter().filter(|&&w| w != 0.0).map(|&w| u64::from(w < 0.0)).collect(),
            halves: if problem.skip_negative_half { 1 } else { 2 },
            neurons: problem.bound.map_or(u64::MAX, Count::saturated),
        }
    }

    /// Demands of one pair.
    pub(crate) fn each(&self) -> usize {
        self.halves * self.buckets.levels()
    }

    pub(crate) fn demands(&self) -> u64 {
        self.negative.len() as u64 * self.each() as u64
    }

    /// The demand of a pair that a neuron can meet, counted within the pair.
    pub(crate) fn meets(&self, neuron: u64, pair: usize) -> Option<usize> {
        let (input, output) = self.ends(pair);
        let word_in = self.random.input_words(neuron).word(input);
        let word_out = self.random.output_words(neuron).word(output);
        let (half, place) = self.buckets.piece(word_in, word_out, self.negative[pair])?;
        (half < self.halves).then_some(half * self.buckets.levels() + place)
    }

    /// (input, output) of the pair with this number.
    fn ends(&self, pair: usize) -> (u64, u64) {
        let pair = self.nonzero.place(pair as u64);
        (pair % self.inputs, pair / self.inputs)
    }

    pub(crate) fn demand(&self, demand: u32) -> Demand {
        let (pair, at) = (demand as usize / self.each(), demand as usize % self.each());
        let (levels, (input, output)) = (self.buckets.levels(), self.ends(pair));
        Demand {
            output: output as u32,
            input: input as u32,
            half: Half::BOTH[at / levels],
            bucket: (at % levels) as u32 + 1,
        }
    }
}
