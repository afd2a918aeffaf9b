//! Many neurons tried against one pair at once.
//!
//! Neurons are the lanes of the vectors, so that all of a pair is a constant and a miss costs no branch. The loops are plain
//! ones over all lanes that the compiler turns into vectors; `pulp` picks at run time the instructions that there are (AVX2
//! or AVX-512 on x86). All is integers: the bits are the same whatever is picked.

use super::buckets::TOP;
use crate::sampling::{RandomLayer, Row};

/// Neurons whose hits make a word.
pub(super) const GROUP: usize = 64;

/// One word of each neuron of a group.
pub(super) type Words = [u64; GROUP];

/// The words of 64 neurons, each synapse's generated when it is first asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) inputs: Columns,
    pub(super) outputs: Columns,
}

impl Group {
    /// Goes to neurons `first`, `first` + 1, …
    #[inline(always)]
    pub(super) fn go_to(&mut self, random: &RandomLayer, first: u64) {
        self.inputs.go_to(|lane| random.input_words(first + lane));
        self.outputs.go_to(|lane| random.output_words(first + lane));
    }
}

/// One side's words of a group.
#[derive(Clone, Debug)]
pub(super) struct Columns {
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

    /// Where this synapse's words stand until the group goes elsewhere.
    #[inline(always)]
    pub(super) fn place(&mut self, synapse: u32) -> usize {
        if self.places.len() <= synapse as usize {
            self.places.resize(synapse as usize + 1, 0);
        }
        let place = self.places[synapse as usize] as usize;
        if self.synapses.get(place) == Some(&synapse) {
            return place;
        }
        let place = self.synapses.len();
        self.places[synapse as usize] = place as u32;
        self.synapses.push(synapse);
        if self.words.len() == place {
            self.words.push([0; GROUP]);
        }
        let step = Row::step(u64::from(synapse));
        for (word, row) in self.words[place].iter_mut().zip(&self.rows) {
            *word = row.word_after(step);
        }
        place
    }

    #[inline(always)]
    pub(super) fn words(&self, place: usize) -> &Words {
        &self.words[place]
    }
}

/// What a pair wants of a product: 3·2⁵² − t in `low`, …, `low` + `width` − 1, and the sign bits of both words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) low: u64,
    pub(super) width: u64,
    pub(super) sign_in: u64,
    pub(super) sign_out: u64,
}

/// Bit i is set where lane i's words have the wanted product.
#[inline(always)]
pub(super) fn hits(a: &Words, b: &Words, wanted: Wanted) -> u64 {
    let Wanted { low, width, sign_in, sign_out } = wanted;
    let top = TOP.wrapping_sub(low);
    let mut hits = 0;
    for lane in 0..GROUP {
        let (a, b) = (a[lane], b[lane]);
        let above = top.wrapping_sub(a >> 11).wrapping_sub(b >> 11);
        let signs = (a ^ sign_in) | (b ^ sign_out);
        hits |= u64::from((above < width) & (signs & 1 == 0)) << lane;
    }
    hits
}
