//! Neurons that are tried together against one pair after another, with their words kept.

use super::queue::cuts;
use super::vectors::{Aligned, CHUNK, Lanes, VECTOR};
use crate::construction::buckets::levels::{self, Wanted};
use crate::sampling::{RandomLayer, Row};

/// One word of each neuron of a group, as [`levels`] are added.
type Words = Aligned<[u32; CHUNK]>;

/// The words of 64 neurons, each synapse's generated once it is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    inputs: Columns,
    outputs: Columns,
}

impl Group {
    /// Goes to neurons `first`, `first` + 1, … of a layer with so many inputs and outputs.
    #[inline(always)]
    pub(crate) fn go_to(&mut self, random: &RandomLayer, first: u64, inputs: u32, outputs: u32) {
        self.inputs.go_to(inputs, |lane| random.input_words(first + lane));
        self.outputs.go_to(outputs, |lane| random.output_words(first + lane));
    }

    /// Asks for the words at these ends: all that were asked for are [generated](Self::generate) in one go.
    #[inline(always)]
    pub(crate) fn ask_for(&mut self, input: u32, output: u32) {
        self.inputs.ask_for(input);
        self.outputs.ask_for(output);
    }

    /// Generates the words that were asked for.
    #[inline(always)]
    pub(crate) fn generate<L: Lanes>(&mut self, lanes: L) {
        self.inputs.generate(lanes, |cut| cut);
        self.outputs.generate(lanes, levels::of_output);
    }

    /// The neurons whose product at these ends is wanted, or might be; their words have been generated.
    #[inline(always)]
    pub(crate) fn hits<L: Lanes>(&self, lanes: L, input: u32, output: u32, wanted: Wanted) -> u64 {
        lanes.wanted(&self.sums(input, output), wanted)
    }

    /// The sums of all neurons at these ends, whose words have been generated.
    #[inline(always)]
    pub(crate) fn sums(&self, input: u32, output: u32) -> [u32; CHUNK] {
        let (mut sums, b) = (self.inputs.words[input as usize].0, &self.outputs.words[output as usize].0);
        sums.iter_mut().zip(b).for_each(|(sum, &b)| *sum += b);
        sums
    }

    /// One of [`sums`](Self::sums).
    #[inline(always)]
    pub(crate) fn sum(&self, lane: usize, input: u32, output: u32) -> u32 {
        self.inputs.words[input as usize].0[lane] + self.outputs.words[output as usize].0[lane]
    }

    /// The words of the neuron in a lane at these ends.
    #[cold]
    pub(crate) fn words(&self, lane: usize, input: u32, output: u32) -> (u64, u64) {
        let word =
            |columns: &Columns, synapse: u32| Row::from_state(columns.rows.0[lane]).word(synapse.into());
        (word(&self.inputs, input), word(&self.outputs, output))
    }
}

/// One side's words of a group.
#[derive(Clone, Debug)]
struct Columns {
    /// [`Row::state`] of each neuron
    rows: Aligned<[u64; CHUNK]>,
    /// how many groups there were
    group: u64,
    /// per synapse: the last group that it was asked for
    asked_by: Vec<u64>,
    /// synapses that were asked for and whose words are not generated, and any other one behind them
    asked: Vec<u32>,
    /// how many
    count: usize,
    /// per synapse
    words: Vec<Words>,
}

impl Default for Columns {
    fn default() -> Self {
        let (asked_by, asked, words) = (Vec::new(), Vec::new(), Vec::new());
        Self { rows: Aligned([0; CHUNK]), group: 0, asked_by, asked, count: 0, words }
    }
}

impl Columns {
    #[inline(always)]
    fn go_to(&mut self, synapses: u32, row: impl Fn(u64) -> Row) {
        for (row_of_lane, lane) in self.rows.0.iter_mut().zip(0..) {
            *row_of_lane = row(lane).state();
        }
        self.group += 1;
        let synapses = synapses as usize;
        if self.words.len() < synapses {
            self.asked_by.resize(synapses, 0);
            self.asked.resize(synapses + 1, 0);
            self.words.resize(synapses, Aligned([0; CHUNK]));
        }
    }

    /// Without a jump, whose way could not be foreseen.
    #[inline(always)]
    fn ask_for(&mut self, synapse: u32) {
        let asked_by = &mut self.asked_by[synapse as usize];
        self.asked[self.count] = synapse;
        self.count += usize::from(*asked_by != self.group);
        *asked_by = self.group;
    }

    #[inline(always)]
    fn generate<L: Lanes>(&mut self, lanes: L, added: impl Fn(u32) -> u32) {
        for &synapse in &self.asked[..self.count] {
            let step = Row::step(synapse.into());
            let words = self.words[synapse as usize].0.as_chunks_mut::<VECTOR>().0;
            for (words, rows) in words.iter_mut().zip(self.rows.0.as_chunks().0) {
                *words = cuts(lanes, rows, step);
                words.iter_mut().for_each(|word| *word = added(*word));
            }
        }
        self.count = 0;
    }
}
