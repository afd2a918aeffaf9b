//! Random words of a group of neurons, kept while pair after pair is tried.

use super::vectors::{Aligned, CHUNK, VECTOR, Vectors, cuts};
use crate::construction::buckets::levels::{self, SumInterval};
use crate::sampling::{RandomLayer, Row};

/// One word of each neuron of a group, cut to be added.
type Words = Aligned<[u32; CHUNK]>;

/// The words of 64 neurons, generated on request for each synapse.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordCache {
    inputs: SynapseWords,
    outputs: SynapseWords,
}

impl WordCache {
    /// Goes to neurons `first`, `first` + 1, … of a layer with these numbers of inputs and outputs.
    #[inline(always)]
    pub(crate) fn go_to(&mut self, random: &RandomLayer, first: u64, inputs: u32, outputs: u32) {
        self.inputs.go_to(inputs, |bit| random.input_words(first + bit));
        self.outputs.go_to(outputs, |bit| random.output_words(first + bit));
    }

    /// Requests the words at these ends; [`generate`](Self::generate) generates all requested words at once.
    #[inline(always)]
    pub(crate) fn request(&mut self, input: u32, output: u32) {
        self.inputs.request(input);
        self.outputs.request(output);
    }

    /// Generates the requested words.
    #[inline(always)]
    pub(crate) fn generate<V: Vectors>(&mut self, simd: V) {
        self.inputs.generate(simd, |cut| cut);
        self.outputs.generate(simd, levels::of_output);
    }

    /// Mask of the neurons whose product at these ends is wanted, or might be. Their words have been generated.
    #[inline(always)]
    pub(crate) fn hits<V: Vectors>(&self, simd: V, input: u32, output: u32, wanted: SumInterval) -> u64 {
        simd.wanted(&self.sums(input, output), wanted)
    }

    /// The sums of all neurons at these ends. Their words have been generated.
    #[inline(always)]
    pub(crate) fn sums(&self, input: u32, output: u32) -> [u32; CHUNK] {
        let (mut sums, b) = (self.inputs.words[input as usize].0, &self.outputs.words[output as usize].0);
        sums.iter_mut().zip(b).for_each(|(sum, &b)| *sum += b);
        sums
    }

    /// One of [`sums`](Self::sums).
    #[inline(always)]
    pub(crate) fn sum(&self, bit: usize, input: u32, output: u32) -> u32 {
        self.inputs.words[input as usize].0[bit] + self.outputs.words[output as usize].0[bit]
    }

    /// The full words of a neuron at these ends.
    #[cold]
    pub(crate) fn words(&self, bit: usize, input: u32, output: u32) -> (u64, u64) {
        let word =
            |columns: &SynapseWords, synapse: u32| Row::from_state(columns.rows.0[bit]).word(synapse.into());
        (word(&self.inputs, input), word(&self.outputs, output))
    }
}

/// One side's words of a group.
#[derive(Clone, Debug)]
struct SynapseWords {
    /// [`Row::state`] of each neuron
    rows: Aligned<[u64; CHUNK]>,
    /// number of the group
    group: u64,
    /// per synapse: the last group that requested it
    requested_by: Vec<u64>,
    /// requested synapses without words yet, and padding behind them
    requested: Vec<u32>,
    /// requested synapses without words yet
    count: usize,
    /// per synapse
    words: Vec<Words>,
}

impl Default for SynapseWords {
    fn default() -> Self {
        let (requested_by, requested, words) = (Vec::new(), Vec::new(), Vec::new());
        Self { rows: Aligned([0; CHUNK]), group: 0, requested_by, requested, count: 0, words }
    }
}

impl SynapseWords {
    #[inline(always)]
    fn go_to(&mut self, synapses: u32, row: impl Fn(u64) -> Row) {
        for (state, bit) in self.rows.0.iter_mut().zip(0..) {
            *state = row(bit).state();
        }
        self.group += 1;
        let synapses = synapses as usize;
        if self.words.len() < synapses {
            self.requested_by.resize(synapses, 0);
            self.requested.resize(synapses + 1, 0);
            self.words.resize(synapses, Aligned([0; CHUNK]));
        }
    }

    /// Branchless: whether a synapse is requested again is unpredictable.
    #[inline(always)]
    fn request(&mut self, synapse: u32) {
        let requested_by = &mut self.requested_by[synapse as usize];
        self.requested[self.count] = synapse;
        self.count += usize::from(*requested_by != self.group);
        *requested_by = self.group;
    }

    #[inline(always)]
    fn generate<V: Vectors>(&mut self, simd: V, added: impl Fn(u32) -> u32) {
        for &synapse in &self.requested[..self.count] {
            let step = Row::step(synapse.into());
            let words = self.words[synapse as usize].0.as_chunks_mut::<VECTOR>().0;
            for (words, rows) in words.iter_mut().zip(self.rows.0.as_chunks().0) {
                *words = cuts(simd, rows, step);
                words.iter_mut().for_each(|word| *word = added(*word));
            }
        }
        self.count = 0;
    }
}
