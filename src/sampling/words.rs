//! The random words behind G: a pure function of (seed, layer, side, neuron, synapse), version 1.
//!
//! # Definition
//! All arithmetic modulo 2⁶⁴, `>>` shifts in zeros:
//! ```text
//! GAMMA  = 0x9E3779B97F4A7C15
//! mix(z) : z ^= z >> 30; z *= 0xBF58476D1CE4E5B9; z ^= z >> 27; z *= 0x94D049BB133111EB; z ^= z >> 31
//! stream(seed, layer, side) = mix(mix(seed) + GAMMA·(2·layer + side))
//! row(seed, layer, side, neuron) = mix(stream + GAMMA·(neuron + 1))
//! word(seed, layer, side, neuron, synapse) = mix(row + GAMMA·(synapse + 1))
//! ```
//! Layers count from 1; side 0 is a neuron's input weights (synapse = input), side 1 its output weights (synapse =
//! output); neurons and synapses count from 0. Layer 0 is no layer of G: its words make the random
//! inputs (side 0) and the random targets (side 1), see [`Side`].
//!
//! # Why this one
//! Each row is the sequence of SplitMix64 (Steele, Lea, Flood, *Fast Splittable Pseudorandom Number
//! Generators*, OOPSLA 2014) from a state of its own, and the rows' states are outputs of another SplitMix64
//! sequence, which is how that generator splits. It reads like ten lines of NumPy, has no
//! tables, no floating point and no platform in it, and costs 1 to 2 ns a word, where at random access
//! squares64 costs 4, Philox 11, ChaCha8 65.
//!
//! # Evidence
//! The paper above reports SplitMix64 passing BigCrush and DieHarder. Its known limits: a row never
//! repeats a word (a random one would after about 2³²), and among R rows of n words two overlap
//! with probability about R²·n/2⁶⁴.
//!
//! The layout here was tested too, with TestU01 1.2.3 on the words cut in low and high halves:
//!
//! | order of the words | SmallCrush, 15 statistics, as they are / bits reversed | Crush, 144 statistics |
//! |---|---|---|
//! | row by row, 100 synapses | p in 0.050–0.902 / 0.076–0.962 | p in 0.0036–0.99971 |
//! | one synapse, neuron after neuron | 0.210–0.968 / 0.026–0.878 | 0.0035–0.99821 |
//! | rows of two synapses | 0.019–0.987 / 0.007–0.961 | not run |
//! | input and output words in turn | 0.053–0.957 / 0.036–0.964 | not run |
//! | first words of seeds 0, 1, 2…, layers and sides | 0.049–0.957 / 0.044–0.967 | 0.0037–0.98055 |
//!
//! Of these 582 statistics one lies outside [0.001, 0.999] (1.2 are expected); it did not repeat on other words.
//! The bare counter GAMMA·n, for control, fails SmallCrush 15 to 15. Pairs of an input and an output word over 100
//! seeds of 10⁸ neurons: correlation, joint cells, sign bits and the triangular law of the sum of levels all show
//! p-values that are themselves uniform (Kolmogorov–Smirnov p 0.24–0.92).

use std::convert::Infallible;

use rand::TryRng;
use serde::{Deserialize, Serialize};

/// The version of the function above and of the weight made from it; every ticket records it.
pub const VERSION: u32 = 1;

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64's finaliser (variant 13 of Stafford's mixers).
#[inline(always)]
const fn mix(z: u64) -> u64 {
    let z = mix_unfinished(z);
    z ^ (z >> 31)
}

/// All of [`mix`] but its last step, z ^ z >> 31.
#[inline(always)]
const fn mix_unfinished(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB)
}

/// Which weights of a neuron a word is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// input weights z_in; in layer 0, random inputs
    In = 0,
    /// output weights z_out; in layer 0, random targets
    Out = 1,
}

/// All words of one layer and side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream(u64);

impl Stream {
    /// The stream of `layer` (from 1; 0 is for what is not G) and `side`.
    pub const fn new(seed: u64, layer: u64, side: Side) -> Self {
        let place = layer.wrapping_mul(2).wrapping_add(side as u64);
        Self(mix(mix(seed).wrapping_add(GAMMA.wrapping_mul(place))))
    }

    /// The words of one neuron.
    #[inline(always)]
    pub const fn row(self, neuron: u64) -> Row {
        Row(mix(self.0.wrapping_add(GAMMA.wrapping_mul(neuron.wrapping_add(1)))))
    }
}

/// The words of one neuron on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row(u64);

impl Row {
    /// The word of one synapse.
    #[inline(always)]
    pub const fn word(self, synapse: u64) -> u64 {
        self.word_after(Self::step(synapse))
    }

    /// What [`word_after`](Self::word_after) needs to know of a synapse, the same for all rows: GAMMA·(synapse + 1).
    #[inline(always)]
    pub const fn step(synapse: u64) -> u64 {
        GAMMA.wrapping_mul(synapse.wrapping_add(1))
    }

    /// The word of the synapse of this [`step`](Self::step).
    #[inline(always)]
    pub const fn word_after(self, step: u64) -> u64 {
        mix(self.0.wrapping_add(step))
    }

    /// [`word_after`](Self::word_after) without the last step of its mixing, which leaves the upper 31 bits as they are:
    /// word = z ^ z >> 31.
    #[inline(always)]
    pub(crate) const fn unfinished_after(self, step: u64) -> u64 {
        mix_unfinished(self.0.wrapping_add(step))
    }

    /// The row as a number, from which it can be made again.
    #[inline(always)]
    pub(crate) const fn state(self) -> u64 {
        self.0
    }

    /// The row with this [`state`](Self::state).
    #[inline(always)]
    pub(crate) const fn from_state(state: u64) -> Self {
        Self(state)
    }

    /// The row read in order, as a generator for `rand`'s distributions.
    pub const fn reader(self) -> RowReader {
        RowReader { row: self, next: 0 }
    }
}

/// A [`Row`] read from synapse 0 on.
#[derive(Clone, Debug)]
pub struct RowReader {
    row: Row,
    next: u64,
}

impl TryRng for RowReader {
    type Error = Infallible;

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let word = self.row.word(self.next);
        self.next = self.next.wrapping_add(1);
        Ok(word)
    }

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64's published first outputs from state 0 and 1234567 (a row *is* that sequence).
    #[test]
    fn a_row_is_splitmix64() {
        assert_eq!(Row(0).word(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(Row(0).word(1), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(Row(0).word(2), 0x06C4_5D18_8009_454F);
        let published = [
            6_457_827_717_110_365_317_u64,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        for (synapse, word) in published.into_iter().enumerate() {
            assert_eq!(Row(1_234_567).word(synapse as u64), word);
        }
    }

    #[test]
    fn a_reader_reads_the_row_in_order() {
        use rand::Rng;
        let row = Stream::new(3, 2, Side::Out).row(5);
        let mut reader = row.reader();
        for synapse in 0..4 {
            assert_eq!(reader.next_u64(), row.word(synapse));
        }
    }
}
