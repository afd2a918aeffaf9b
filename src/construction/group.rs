//! Neurons that are tried together against one pair after another, with their words kept.

use super::lanes::{CHUNK, Lanes, VECTOR};
use super::levels::Wanted;
use super::queue::cuts;
use crate::sampling::{RandomLayer, Row};

/// One word of each neuron of a group, cut as [`levels`](super::levels) are.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Words([u32; CHUNK]);

/// The words of 64 neurons, each synapse's generated when it is first asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    inputs: Columns,
    outputs: Columns,
}

impl Group {
    /// Goes to neurons `first`, `first` + 1, …
    #[inline(always)]
    pub(super) fn go_to(&mut self, random: &RandomLayer, first: u64) {
        self.inputs.go_to(|lane| random.input_words(first + lane));
        self.outputs.go_to(|lane| random.output_words(first + lane));
    }

    /// The neurons whose product at these ends is wanted, or might be, with z_in < 0 where `half` is 1.
    #[inline(always)]
    pub(super) fn hits<L: Lanes>(
        &mut self,
        lanes: L,
        input: u32,
        output: u32,
        half: u64,
        wanted: Wanted,
    ) -> u64 {
        let (a, b) = (self.inputs.words(lanes, input), self.outputs.words(lanes, output));
        lanes.wanted(&sums(a, b), wanted) & (lanes.signs(&a.0) ^ (half ^ 1).wrapping_neg())
    }

    /// The sums of all neurons at these ends.
    #[inline(always)]
    pub(super) fn sums<L: Lanes>(&mut self, lanes: L, input: u32, output: u32) -> [u32; CHUNK] {
        let (a, b) = (self.inputs.words(lanes, input), self.outputs.words(lanes, output));
        sums(a, b)
    }

    /// The sum of the neuron in a lane at these ends, which were asked for before.
    #[inline(always)]
    pub(super) fn sum(&self, lane: usize, input: u32, output: u32) -> u32 {
        self.inputs.cut(lane, input).wrapping_add(self.outputs.cut(lane, output))
    }

    /// The words of the neuron in a lane at these ends.
    #[cold]
    pub(super) fn words(&self, lane: usize, input: u32, output: u32) -> (u64, u64) {
        let word = |columns: &Columns, synapse: u32| Row::from_state(columns.rows[lane]).word(synapse.into());
        (word(&self.inputs, input), word(&self.outputs, output))
    }
}

#[inline(always)]
fn sums(a: &Words, b: &Words) -> [u32; CHUNK] {
    let mut sums = a.0;
    sums.iter_mut().zip(&b.0).for_each(|(sum, &b)| *sum = sum.wrapping_add(b));
    sums
}

/// One side's words of a group.
#[derive(Clone, Debug)]
struct Columns {
    /// [`Row::state`] of each neuron
    rows: [u64; CHUNK],
    /// whose words `words` holds
    synapses: Vec<u32>,
    words: Vec<Words>,
    /// where in them a synapse stands, if it is the one that stands there
    places: Vec<u32>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { rows: [0; CHUNK], synapses: Vec::new(), words: Vec::new(), places: Vec::new() }
    }
}

impl Columns {
    #[inline(always)]
    fn go_to(&mut self, row: impl Fn(u64) -> Row) {
        for (row_of_lane, lane) in self.rows.iter_mut().zip(0..) {
            *row_of_lane = row(lane).state();
        }
        self.synapses.clear();
    }

    /// The word of the neuron in a lane for a synapse that was asked for.
    #[inline(always)]
    fn cut(&self, lane: usize, synapse: u32) -> u32 {
        self.words[self.places[synapse as usize] as usize].0[lane]
    }

    /// The words of a synapse.
    #[inline(always)]
    fn words<L: Lanes>(&mut self, lanes: L, synapse: u32) -> &Words {
        if self.places.len() <= synapse as usize {
            self.places.resize(synapse as usize + 1, 0);
        }
        let mut place = self.places[synapse as usize] as usize;
        if self.synapses.get(place) != Some(&synapse) {
            place = self.synapses.len();
            self.places[synapse as usize] = place as u32;
            self.synapses.push(synapse);
            if self.words.len() == place {
                self.words.push(Words([0; CHUNK]));
            }
            let step = Row::step(u64::from(synapse));
            let words = self.words[place].0.as_chunks_mut::<VECTOR>().0;
            for (words, rows) in words.iter_mut().zip(self.rows.as_chunks().0) {
                *words = cuts(lanes, rows, step);
            }
        }
        &self.words[place]
    }
}
