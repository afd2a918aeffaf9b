//! Many neurons passed along the open pairs, a pair at a time.
//!
//! A neuron goes to the first pair that can use it, so what becomes of the neurons at a pair depends only on those that the
//! pairs before it have left, in their order. A *queue* of neurons therefore goes from pair to pair, each pair taking
//! what it can use, first neuron first: the neurons each pair gets are the same as if every neuron had been tried along
//! all pairs before the next one was drawn. Neurons are [`lanes`](super::lanes); all of a pair is a constant.

use super::lanes::{CHUNK, Lanes, VECTOR};
use super::levels;
use crate::sampling::{RandomLayer, Row};

/// Neurons that can pass along the pairs together.
pub(super) const QUEUE: usize = 512;

/// A queue is closed up when this share of its places, of 8, was left by neurons that were taken.
const GAPS: usize = 3;

type Column<T> = [[T; CHUNK]; QUEUE / CHUNK];

/// Neurons that no pair has taken yet, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    /// places in use, gaps included
    len: usize,
    /// neurons left
    left: usize,
    /// which places still hold a neuron
    live: [u32; QUEUE / CHUNK],
    /// numbers from the first neuron on
    numbers: Column<u64>,
    /// [`Row::state`] of each neuron's input words
    inputs: Column<u64>,
    /// and of its output words
    outputs: Column<u64>,
    /// the words of the output that was chosen last, as [`levels`] are added
    words_out: Column<u64>,
}

impl Queue {
    /// `count` ≤ [`QUEUE`] new neurons from `first` on.
    #[inline(always)]
    pub(super) fn fill(&mut self, random: &RandomLayer, first: u64, count: usize) {
        (self.len, self.left) = (count, count);
        self.all_live();
        let (inputs, outputs) = (self.inputs.as_flattened_mut(), self.outputs.as_flattened_mut());
        for ((input, output), neuron) in inputs[..count].iter_mut().zip(outputs).zip(first..) {
            *input = random.input_words(neuron).state();
            *output = random.output_words(neuron).state();
        }
        for (number, neuron) in self.numbers.as_flattened_mut()[..count].iter_mut().zip(0..) {
            *number = neuron;
        }
    }

    /// All places up to `len` hold a neuron.
    #[inline(always)]
    fn all_live(&mut self) {
        for (chunk, live) in self.live.iter_mut().enumerate() {
            let lanes = self.len.saturating_sub(CHUNK * chunk).min(CHUNK);
            *live = ((1_u64 << lanes) - 1) as u32;
        }
    }

    /// Neurons left.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// Number, from the first one, of the first neuron left.
    pub(super) fn next(&self) -> Option<u32> {
        let chunk = self.live.iter().position(|&live| live != 0)?;
        Some(self.number(chunk, self.live[chunk].trailing_zeros()))
    }

    /// Neurons left from this number on.
    pub(super) fn left_from(&self, number: u32) -> usize {
        let numbers = &self.numbers.as_flattened()[..self.len];
        let place = numbers.partition_point(|&other| other < u64::from(number));
        let Some(&here) = self.live.get(place / CHUNK) else { return 0 };
        let later = self.live[place / CHUNK + 1..].iter().map(|live| live.count_ones()).sum::<u32>();
        ((here & u32::MAX << (place % CHUNK)).count_ones() + later) as usize
    }

    /// Chunks in use.
    #[inline(always)]
    pub(super) fn chunks(&self) -> usize {
        self.len.div_ceil(CHUNK)
    }

    /// The lanes of a chunk that hold the neurons left.
    #[inline(always)]
    pub(super) fn live(&self, chunk: usize) -> u32 {
        self.live[chunk]
    }

    /// The number of the neuron in a lane.
    #[inline(always)]
    pub(super) fn number(&self, chunk: usize, lane: u32) -> u32 {
        self.numbers[chunk][lane as usize % CHUNK] as u32
    }

    /// Takes the neurons in these lanes out, which hold some.
    #[inline(always)]
    pub(super) fn take(&mut self, chunk: usize, lanes: u32) {
        self.live[chunk] &= !lanes;
        self.left -= lanes.count_ones() as usize;
    }

    /// The sums of a chunk's neurons for the chosen output and the input of this [`step`](Row::step).
    #[inline(always)]
    pub(super) fn sums(&self, chunk: usize, step: u64) -> [u64; CHUNK] {
        let (inputs, words_out) = (&self.inputs[chunk], &self.words_out[chunk]);
        let mut sums = [0; CHUNK];
        for (sum, (&row, b)) in sums.iter_mut().zip(inputs.iter().zip(words_out)) {
            *sum = levels::of_input(Row::from_state(row).word_after(step)) + b;
        }
        sums
    }

    /// Closes gaps where there are many; places change.
    #[inline(always)]
    pub(super) fn close_up<L: Lanes>(&mut self, lanes: L) {
        if 8 * (self.len - self.left) <= GAPS * self.len {
            return;
        }
        let mut to = 0;
        for from in (0..self.len).step_by(VECTOR) {
            let keep = (self.live[from / CHUNK] >> (from % CHUNK)) as u8;
            for column in [&mut self.numbers, &mut self.inputs, &mut self.outputs, &mut self.words_out] {
                let column = column.as_flattened_mut();
                let mut some = [0; VECTOR];
                some.copy_from_slice(&column[from..from + VECTOR]);
                column[to..to + VECTOR].copy_from_slice(&lanes.close_up(some, keep));
            }
            to += keep.count_ones() as usize;
        }
        self.len = self.left;
        self.all_live();
    }

    /// Chooses the output that the neurons are tried with.
    #[inline(always)]
    pub(super) fn choose_output(&mut self, output: u32) {
        let step = Row::step(u64::from(output));
        let (rows, words) = (self.outputs.as_flattened(), self.words_out.as_flattened_mut());
        for (word, &row) in words[..self.len].iter_mut().zip(rows) {
            *word = levels::of_output(Row::from_state(row).word_after(step));
        }
    }
}

/// The lanes behind this one.
#[inline(always)]
pub(super) fn behind(lane: u32) -> u32 {
    (u32::MAX << lane) << 1
}

/// The lanes whose bits are set, in their order.
#[inline(always)]
pub(super) fn lanes_of(mut lanes: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let lane = lanes.trailing_zeros();
        lanes &= lanes.wrapping_sub(1);
        (lane < u64::BITS).then_some(lane)
    })
}
