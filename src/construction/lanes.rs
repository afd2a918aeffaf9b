//! Many neurons tried against one pair at once.
//!
//! Neurons are the lanes of the vectors, so that all of a pair is a constant and a miss costs no branch. The loops are plain
//! ones that the compiler turns into vectors; `pulp` picks at run time the instructions that there are (AVX2 or AVX-512
//! on x86). All is integers: the bits are the same whatever is picked.

use crate::sampling::{RandomLayer, Row};

/// Neurons whose hits make a word.
pub(super) const GROUP: usize = 64;

/// The rows of up to 64 neurons.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    inputs: [Row; GROUP],
    outputs: [Row; GROUP],
    /// their words of one output
    words_out: [u64; GROUP],
}

impl Group {
    /// Neurons `first`, `first` + 1, …
    #[inline(always)]
    pub(super) fn new(random: &RandomLayer, first: u64) -> Self {
        let numbers: [u64; GROUP] = std::array::from_fn(|lane| lane as u64);
        Self {
            inputs: numbers.map(|lane| random.input_words(first + lane)),
            outputs: numbers.map(|lane| random.output_words(first + lane)),
            words_out: [0; GROUP],
        }
    }

    /// Chooses the output that neurons are tried with.
    #[inline(always)]
    pub(super) fn choose_output(&mut self, output: u32) {
        for (word, row) in self.words_out.iter_mut().zip(&self.outputs) {
            *word = row.word(u64::from(output));
        }
    }

    /// The two words of a lane, for this input and the chosen output.
    #[inline(always)]
    pub(super) fn words(&self, lane: usize, input: u32) -> (u64, u64) {
        (self.inputs[lane].word(u64::from(input)), self.words_out[lane])
    }

    /// Bit i is set where lane i's words (input, output) hit, for the first `lanes` of them and perhaps some more.
    #[inline(always)]
    pub(super) fn hits(&self, input: u32, lanes: usize, hit: impl Fn(u64, u64) -> bool) -> u64 {
        const VECTOR: usize = 8;
        let (inputs, _) = self.inputs.as_chunks::<VECTOR>();
        let (words_out, _) = self.words_out.as_chunks::<VECTOR>();
        let mut hits = 0;
        for (place, (inputs, words_out)) in
            inputs.iter().zip(words_out).enumerate().take(lanes.div_ceil(VECTOR))
        {
            let mut bits = [0_u64; VECTOR];
            for lane in 0..VECTOR {
                let word_in = inputs[lane].word(u64::from(input));
                bits[lane] = u64::from(hit(word_in, words_out[lane])) << lane;
            }
            hits |= bits.iter().fold(0, |all, bit| all | bit) << (VECTOR * place);
        }
        hits
    }
}
