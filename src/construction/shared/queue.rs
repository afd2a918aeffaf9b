//! The queue: neurons that no pair has taken yet, in their order.

use super::vectors::{Aligned, CHUNK, VECTOR, Vectors, cuts};
use crate::construction::buckets::levels;
use crate::sampling::{RandomLayer, Row};

/// The most neurons of a queue.
pub(crate) const QUEUE: usize = 1024;

/// Eighths of a queue's places that may be gaps, left by taken neurons, before it is closed up.
const GAPS: usize = 3;

/// A number for each neuron.
type PerNeuron<T> = Aligned<[[T; CHUNK]; QUEUE / CHUNK]>;

/// Neurons in chunks of 64, with the random state of each.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    /// places in use, gaps included
    len: usize,
    /// neurons left
    left: usize,
    /// bitmask of each chunk: places that still hold a neuron
    live: [u64; QUEUE / CHUNK],
    /// number of each neuron, counted from the first one
    numbers: PerNeuron<u32>,
    /// [`Row::state`] of each neuron's input words
    inputs: PerNeuron<u64>,
    /// and of its output words
    outputs: PerNeuron<u64>,
    /// output words for the chosen output, cut to be added
    cuts_out: PerNeuron<u32>,
    /// the chosen output
    output: u32,
}

impl Default for Queue {
    fn default() -> Self {
        let (numbers, words) = (Aligned([[0; CHUNK]; _]), Aligned([[0; CHUNK]; _]));
        let live = [0; QUEUE / CHUNK];
        Self { len: 0, left: 0, live, numbers, inputs: words, outputs: words, cuts_out: numbers, output: 0 }
    }
}

impl Queue {
    /// Fills it with `count` ≤ [`QUEUE`] neurons from `first` on.
    #[inline(always)]
    pub(crate) fn fill(&mut self, random: &RandomLayer, first: u64, count: usize) {
        (self.len, self.left) = (count, count);
        self.all_live();
        let (inputs, outputs) = (self.inputs.0.as_flattened_mut(), self.outputs.0.as_flattened_mut());
        for ((input, output), neuron) in inputs[..count].iter_mut().zip(outputs).zip(first..) {
            *input = random.input_words(neuron).state();
            *output = random.output_words(neuron).state();
        }
        for (number, neuron) in self.numbers.0.as_flattened_mut()[..count].iter_mut().zip(0..) {
            *number = neuron;
        }
    }

    /// Marks all places up to `len` as holding a neuron.
    #[inline(always)]
    fn all_live(&mut self) {
        for (chunk, live) in self.live.iter_mut().enumerate() {
            let neurons = self.len.saturating_sub(CHUNK * chunk).min(CHUNK);
            *live = ((1_u128 << neurons) - 1) as u64;
        }
    }

    /// Neurons left.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Number, from the first one, of the first neuron left.
    pub(crate) fn next(&self) -> Option<u32> {
        let chunk = self.live.iter().position(|&live| live != 0)?;
        Some(self.number(chunk, self.live[chunk].trailing_zeros()))
    }

    /// Mask of the neurons of a chunk with numbers from this one on.
    #[inline(always)]
    pub(crate) fn bits_from(&self, chunk: usize, number: u32) -> u64 {
        let numbers = &self.numbers.0[chunk][..(self.len - CHUNK * chunk).min(CHUNK)];
        if numbers.first().is_none_or(|&first| first >= number) {
            return u64::MAX;
        }
        // A binary search mispredicts; only one chunk needs it.
        if numbers.last().is_some_and(|&last| last < number) {
            return 0;
        }
        let before = numbers.partition_point(|&other| other < number);
        u64::MAX.checked_shl(before as u32).unwrap_or(0)
    }

    /// Neurons left from this number on.
    pub(crate) fn left_from(&self, number: u32) -> usize {
        let numbers = &self.numbers.0.as_flattened()[..self.len];
        let place = numbers.partition_point(|&other| other < number);
        let Some(&here) = self.live.get(place / CHUNK) else { return 0 };
        let later = self.live[place / CHUNK + 1..].iter().map(|live| live.count_ones()).sum::<u32>();
        ((here & u64::MAX << (place % CHUNK)).count_ones() + later) as usize
    }

    /// Chunks in use.
    #[inline(always)]
    pub(crate) fn chunks(&self) -> usize {
        self.len.div_ceil(CHUNK)
    }

    /// Mask of the neurons left in a chunk.
    #[inline(always)]
    pub(crate) fn live(&self, chunk: usize) -> u64 {
        self.live[chunk]
    }

    /// The number of a neuron.
    #[inline(always)]
    pub(crate) fn number(&self, chunk: usize, bit: u32) -> u32 {
        self.numbers.0[chunk][bit as usize % CHUNK]
    }

    /// Takes these neurons out.
    #[inline(always)]
    pub(crate) fn take(&mut self, chunk: usize, bits: u64) {
        self.live[chunk] &= !bits;
        self.left -= bits.count_ones() as usize;
    }

    /// The sums of a chunk's neurons for the chosen output and the input of this [`step`](Row::step).
    #[inline(always)]
    pub(crate) fn sums<V: Vectors>(&self, simd: V, chunk: usize, step: u64) -> [u32; CHUNK] {
        let mut sums = self.cuts_out.0[chunk];
        let sums_of = sums.as_chunks_mut::<VECTOR>().0;
        for (sums, rows) in sums_of.iter_mut().zip(self.inputs.0[chunk].as_chunks().0) {
            for (sum, cut) in sums.iter_mut().zip(cuts(simd, rows, step)) {
                *sum += cut;
            }
        }
        sums
    }

    /// The full words of a neuron for this input and the chosen output.
    #[cold]
    pub(crate) fn words(&self, chunk: usize, bit: u32, input: u32) -> (u64, u64) {
        let word = |column: &PerNeuron<u64>, synapse: u32| {
            Row::from_state(column.0[chunk][bit as usize % CHUNK]).word(synapse.into())
        };
        (word(&self.inputs, input), word(&self.outputs, self.output))
    }

    /// Closes the gaps if there are many; the places of neurons change.
    #[inline(always)]
    pub(crate) fn close_up<V: Vectors>(&mut self, simd: V) {
        if 8 * (self.len - self.left) <= GAPS * self.len {
            return;
        }
        let mut to = 0;
        for from in (0..self.len).step_by(VECTOR) {
            let keep = (self.live[from / CHUNK] >> (from % CHUNK)) as u16;
            for column in [&mut self.numbers, &mut self.cuts_out] {
                let column = column.0.as_flattened_mut();
                let mut some = [0; VECTOR];
                some.copy_from_slice(&column[from..from + VECTOR]);
                column[to..to + VECTOR].copy_from_slice(&simd.close_up(some, keep));
            }
            let [first, second] = keep.to_le_bytes();
            let middle = to + first.count_ones() as usize;
            for column in [&mut self.inputs, &mut self.outputs] {
                let column = column.0.as_flattened_mut();
                for (from, to, keep) in [(from, to, first), (from + VECTOR / 2, middle, second)] {
                    let mut some = [0; VECTOR / 2];
                    some.copy_from_slice(&column[from..from + VECTOR / 2]);
                    column[to..to + VECTOR / 2].copy_from_slice(&simd.close_up_wide(some, keep));
                }
            }
            to += keep.count_ones() as usize;
        }
        self.len = self.left;
        self.all_live();
    }

    /// Chooses the output of the next pairs, and generates its words.
    #[inline(always)]
    pub(crate) fn choose_output<V: Vectors>(&mut self, simd: V, output: u32) {
        self.output = output;
        let (step, vectors) = (Row::step(output.into()), self.len.div_ceil(VECTOR));
        let rows = &self.outputs.0.as_flattened().as_chunks().0[..vectors];
        for (cuts_out, rows) in self.cuts_out.0.as_flattened_mut().as_chunks_mut().0.iter_mut().zip(rows) {
            *cuts_out = cuts(simd, rows, step);
            cuts_out.iter_mut().for_each(|cut| *cut = levels::of_output(*cut));
        }
    }
}
