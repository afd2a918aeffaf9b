//! Many neurons passed along the open pairs, a pair at a time.
//!
//! A neuron goes to the first pair that can use it, so what becomes of the neurons at a pair depends only on those that the
//! pairs before it have left, in their order. A *queue* of neurons therefore goes from pair to pair, each pair taking
//! what it can use, first neuron first: the neurons each pair gets are the same as if every neuron had been tried along
//! all pairs before the next one was drawn. Neurons are the lanes of the vectors; all of a pair is a constant. The loops are
//! plain ones that the compiler turns into vectors; `pulp` picks the instructions that there are.

use super::buckets::Approximation;
use crate::sampling::{RandomLayer, Row};

/// Neurons that can pass along the pairs together.
pub(super) const QUEUE: usize = 512;

/// Neurons that are looked at together.
const CHUNK: usize = 32;

/// Words of demands a half up to which a chunk is looked at as a whole: 255 buckets.
const MOST_WORDS: usize = 4;

/// A queue is closed up when this share of its places, of 8, was left by neurons that were taken.
const GAPS: usize = 4;

type Column<T> = [[T; CHUNK]; QUEUE / CHUNK];

/// A bit for each place of a queue.
pub(super) type Live = [u32; QUEUE / CHUNK];

/// Neurons that no pair has taken yet, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    first: u64,
    /// places in use, gaps included
    len: usize,
    /// neurons left
    left: usize,
    /// which places still hold a neuron
    live: Live,
    /// numbers from `first` on
    numbers: Column<u32>,
    inputs: Column<Row>,
    outputs: Column<Row>,
    /// the words of the output that was chosen last
    words_out: Column<u64>,
    /// [`Approximation::below_top`] of each
    below_top: Column<u64>,
    /// the words of the input that a chunk was looked at with last
    words_in: [u64; CHUNK],
}

/// A pair, as neurons are tried against it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demands<'a> {
    pub(super) input: u32,
    /// 1 where w* < 0
    pub(super) negative: u64,
    /// bits of open demands, those of the positive half first
    pub(super) open: &'a [u64],
}

impl Queue {
    /// `count` ≤ [`QUEUE`] new neurons from `first` on.
    #[inline(always)]
    pub(super) fn fill(&mut self, random: &RandomLayer, first: u64, count: usize) {
        (self.first, self.len, self.left) = (first, count, count);
        for (chunk, live) in self.live.iter_mut().enumerate() {
            *live = first_lanes(count.saturating_sub(CHUNK * chunk));
        }
        let (inputs, outputs) = (self.inputs.as_flattened_mut(), self.outputs.as_flattened_mut());
        let rows = inputs[..count].iter_mut().zip(&mut outputs[..count]);
        for ((input, output), neuron) in rows.zip(first..) {
            (*input, *output) = (random.input_words(neuron), random.output_words(neuron));
        }
        for (number, neuron) in self.numbers.as_flattened_mut()[..count].iter_mut().zip(0..) {
            *number = neuron;
        }
    }

    /// Neurons left.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// Number, from the first one, of the first neuron left.
    pub(super) fn next(&self) -> Option<u32> {
        places(&self.live).next().map(|place| self.number(place))
    }

    /// Neurons left from this number on.
    pub(super) fn left_from(&self, number: u32) -> usize {
        let place = self.numbers.as_flattened()[..self.len].partition_point(|&other| other < number);
        let Some(&here) = self.live.get(place / CHUNK) else { return 0 };
        let later = self.live[place / CHUNK + 1..].iter().map(|live| live.count_ones()).sum::<u32>();
        ((here & u32::MAX << (place % CHUNK)).count_ones() + later) as usize
    }

    /// t of all places for an input and the chosen output, in units of 2⁻⁵³.
    #[inline(always)]
    pub(super) fn products(&self, input: u32) -> [u64; QUEUE] {
        let step = Row::step(u64::from(input));
        let mut products = [0; QUEUE];
        let words = self.inputs.as_flattened().iter().zip(self.words_out.as_flattened());
        for (t, (row, b)) in products[..self.len].iter_mut().zip(words) {
            *t = (row.word_after(step) >> 11) + (b >> 11);
        }
        products
    }

    /// Which places hold the neurons left.
    pub(super) fn live(&self) -> Live {
        self.live
    }

    /// The number of the neuron at a place.
    #[inline(always)]
    pub(super) fn number(&self, place: usize) -> u32 {
        self.numbers[place / CHUNK][place % CHUNK]
    }

    /// The words of the neuron at a place of the chunk that was looked at last.
    #[inline(always)]
    pub(super) fn words(&self, place: usize) -> (u64, u64) {
        (self.words_in[place % CHUNK], self.words_out[place / CHUNK][place % CHUNK])
    }

    /// Takes the neuron at a place out.
    #[inline(always)]
    pub(super) fn take(&mut self, place: usize) {
        self.live[place / CHUNK] &= !(1 << (place % CHUNK));
        self.left -= 1;
    }

    /// Closes gaps where there are many; places change.
    #[inline(always)]
    pub(super) fn close_up(&mut self) {
        if 8 * (self.len - self.left) <= GAPS * self.len {
            return;
        }
        let (numbers, inputs) = (self.numbers.as_flattened_mut(), self.inputs.as_flattened_mut());
        let outputs = self.outputs.as_flattened_mut();
        let (words_out, below_top) = (self.words_out.as_flattened_mut(), self.below_top.as_flattened_mut());
        let mut to = 0;
        for from in 0..self.len {
            (numbers[to], inputs[to]) = (numbers[from], inputs[from]);
            (outputs[to], words_out[to], below_top[to]) = (outputs[from], words_out[from], below_top[from]);
            to += (self.live[from / CHUNK] >> (from % CHUNK) & 1) as usize;
        }
        self.len = self.left;
        for (chunk, live) in self.live.iter_mut().enumerate() {
            *live = first_lanes(to.saturating_sub(CHUNK * chunk));
        }
    }

    /// Chooses the output that the neurons are tried with.
    #[inline(always)]
    pub(super) fn choose_output(&mut self, output: u32) {
        let step = Row::step(u64::from(output));
        let chunks = self.len.div_ceil(CHUNK);
        for chunk in 0..chunks {
            let words = self.words_out[chunk].iter_mut().zip(&mut self.below_top[chunk]);
            for ((word, below_top), row) in words.zip(&self.outputs[chunk]) {
                *word = row.word_after(step);
                *below_top = Approximation::below_top(*word);
            }
        }
    }

    /// The lanes of a chunk whose neurons the pair may be able to use; all that it can use are among them.
    #[inline(always)]
    pub(super) fn look(&mut self, chunk: usize, pair: &Demands<'_>, buckets: &Approximation) -> u32 {
        let step = Row::step(u64::from(pair.input));
        for (word, row) in self.words_in.iter_mut().zip(&self.inputs[chunk]) {
            *word = row.word_after(step);
        }
        let words = (&self.words_in, &self.words_out[chunk], &self.below_top[chunk]);
        let found = match pair.open.len() / 2 {
            1 => candidates::<1>(words, pair, buckets),
            2 => candidates::<2>(words, pair, buckets),
            3 => candidates::<3>(words, pair, buckets),
            MOST_WORDS => candidates::<MOST_WORDS>(words, pair, buckets),
            _ => u32::MAX,
        };
        found & self.live[chunk]
    }

    /// Chunks in use.
    #[inline(always)]
    pub(super) fn chunks(&self) -> usize {
        self.len.div_ceil(CHUNK)
    }
}

/// The places whose bits are set, in their order.
#[inline(always)]
pub(super) fn places(live: &Live) -> impl Iterator<Item = usize> + '_ {
    live.iter().enumerate().flat_map(|(chunk, &lanes)| {
        std::iter::successors(Some(lanes), |lanes| Some(lanes & lanes.wrapping_sub(1)))
            .take_while(|&lanes| lanes != 0)
            .map(move |lanes| place_of(chunk, lanes))
    })
}

/// The place of a lane of a chunk.
#[inline(always)]
pub(super) fn place_of(chunk: usize, candidates: u32) -> usize {
    chunk * CHUNK + candidates.trailing_zeros() as usize
}

/// So many lanes of a chunk.
#[inline(always)]
fn first_lanes(count: usize) -> u32 {
    ((1_u64 << count.min(CHUNK)) - 1) as u32
}

/// The lanes of a chunk behind this place.
#[inline(always)]
pub(super) fn behind(place: usize) -> u32 {
    (u32::MAX << (place % CHUNK)) << 1
}

/// The lanes whose neurons meet an open demand of the pair, or might, as far as the bucket is in doubt; with `WORDS` words of
/// demands a half.
#[inline(always)]
fn candidates<const WORDS: usize>(
    (words_in, words_out, below_top): (&[u64; CHUNK], &[u64; CHUNK], &[u64; CHUNK]),
    pair: &Demands<'_>,
    buckets: &Approximation,
) -> u32 {
    let open: [[u64; WORDS]; 2] =
        std::array::from_fn(|half| std::array::from_fn(|word| pair.open[half * WORDS + word]));
    let mut lanes = 0;
    for lane in 0..CHUNK {
        let (a, b) = (words_in[lane], words_out[lane]);
        let (place, in_doubt) = buckets.place(a, below_top[lane]);
        let mut wanted = 0;
        for (word, (positive, negative)) in (0..).zip(open[0].iter().zip(&open[1])) {
            let demands = if a & 1 == 1 { negative } else { positive };
            wanted |= if place >> 6 == word { demands >> (place & 63) } else { 0 };
        }
        let fits = !(a ^ b ^ pair.negative);
        let is_candidate = (wanted & fits & 1 != 0) | (in_doubt & (fits & 1 != 0));
        lanes |= if is_candidate { 1 << lane } else { 0 };
    }
    lanes
}
