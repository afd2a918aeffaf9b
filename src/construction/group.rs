//! Neurons that are tried together against one pair after another, with their words kept.

use super::lanes::GROUP;
use super::levels;
use crate::sampling::{RandomLayer, Row};

/// One word of each neuron of a group, as [`levels`] are added.
pub(super) type Words = [u64; GROUP];

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

    /// The words of an input and an output.
    #[inline(always)]
    pub(super) fn words(&mut self, input: u32, output: u32) -> (&Words, &Words) {
        (self.inputs.words(input, levels::of_input), self.outputs.words(output, levels::of_output))
    }
}

/// One side's words of a group.
#[derive(Clone, Debug)]
struct Columns {
    rows: [Row; GROUP],
    /// whose words `words` holds
    synapses: Vec<u32>,
    words: Vec<Words>,
    /// where in them a synapse stands, if it is the one that stands there
    places: Vec<u32>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { rows: [Row::default(); GROUP], synapses: Vec::new(), words: Vec::new(), places: Vec::new() }
    }
}

impl Columns {
    #[inline(always)]
    fn go_to(&mut self, row: impl Fn(u64) -> Row) {
        for (row_of_lane, lane) in self.rows.iter_mut().zip(0..) {
            *row_of_lane = row(lane);
        }
        self.synapses.clear();
    }

    /// The words of a synapse.
    #[inline(always)]
    fn words(&mut self, synapse: u32, added: impl Fn(u64) -> u64) -> &Words {
        if self.places.len() <= synapse as usize {
            self.places.resize(synapse as usize + 1, 0);
        }
        let mut place = self.places[synapse as usize] as usize;
        if self.synapses.get(place) != Some(&synapse) {
            place = self.synapses.len();
            self.places[synapse as usize] = place as u32;
            self.synapses.push(synapse);
            if self.words.len() == place {
                self.words.push([0; GROUP]);
            }
            let step = Row::step(u64::from(synapse));
            for (word, row) in self.words[place].iter_mut().zip(&self.rows) {
                *word = added(row.word_after(step));
            }
        }
        &self.words[place]
    }
}
