//! One pair of the front, tried with the neurons of a queue, a chunk at a time.
//!
//! A pair with few demands compares all sums with the interval of each demand. A pair with many demands, a case of first-fit
//! only, computes the bucket of each product and looks it up in the bitmask of demands.

use super::open_pairs::{FrontPair, OpenPairs};
use super::queue::Queue;
use super::vectors::{CHUNK, Vectors, bits_after, set_bits};
use crate::construction::buckets::Buckets;
use crate::construction::buckets::approximation::{Approximation, DEMAND_WORDS};
use crate::construction::buckets::levels::{self, SumInterval};
use crate::construction::tally::Demand;
use crate::construction::workbench::Workbench;

/// Up to this many demands, each has its own comparison.
const FEW: usize = 8;

/// A pair being tried.
pub(crate) struct Visit {
    /// index in the front
    index: usize,
    pair: FrontPair,
    /// number of the queue's first neuron
    first: u64,
    /// demands left
    open: usize,
    /// whether demands were few at the start
    has_few: bool,
    /// if so: the first `open` are the demands left
    few: [OpenDemand; FEW],
    /// the last neuron given to the pair
    pub(crate) given: Option<Given>,
}

/// An open demand.
#[derive(Clone, Copy, Default)]
struct OpenDemand {
    half: usize,
    place: usize,
    wanted: SumInterval,
    /// neurons of the chunk that it is open for, a bit each
    open_for: u64,
}

/// A neuron given to the pair.
#[derive(Clone, Copy)]
pub(crate) struct Given {
    /// number, counted from the first neuron of the queue
    pub(crate) number: u32,
    /// its bit in the chunk
    pub(crate) bit: u32,
    half: usize,
    place: usize,
}

impl Visit {
    /// A pair that no neuron of the queue has tried.
    #[inline(always)]
    pub(crate) fn new(pairs: &OpenPairs, index: usize, first: u64, bench: &Workbench) -> Self {
        let words = pairs.open(index);
        let open = words.iter().map(|word| word.count_ones() as usize).sum();
        let (pair, has_few, few) = (pairs.front[index], open <= FEW, [OpenDemand::default(); FEW]);
        let mut visit = Self { index, pair, first, open, has_few, few, given: None };
        if has_few {
            let demands = words.iter().enumerate().flat_map(|(word, &demands)| {
                let (half, word) = (word / pairs.stride, word % pairs.stride);
                set_bits(demands).map(move |bit| (half, 64 * word + bit as usize))
            });
            for (at, (half, place)) in demands.enumerate() {
                visit.few[at] = visit.wants(half, place, u64::MAX, bench);
            }
        }
        visit
    }

    /// The neuron that finished the pair.
    #[inline(always)]
    pub(crate) fn finishes_with(&self) -> Option<Given> {
        self.given.filter(|_| self.open == 0)
    }

    /// The demand met by a neuron.
    pub(crate) fn demand(&self, Given { half, place, .. }: Given) -> Demand {
        self.pair.demand(half, place)
    }

    #[inline(always)]
    fn wants(&self, half: usize, place: usize, open_for: u64, bench: &Workbench) -> OpenDemand {
        let wanted = bench.buckets.wanted(place, half, self.pair.negative);
        OpenDemand { half, place, wanted, open_for }
    }

    /// Takes the neurons of a chunk that the pair can use, first neuron first, until all demands are met.
    #[inline(always)]
    pub(crate) fn take<V: Vectors>(
        &mut self,
        pairs: &mut OpenPairs,
        simd: V,
        chunk: usize,
        sums: &[u32; CHUNK],
        bench: &mut Workbench,
    ) {
        if self.has_few {
            self.take_few(pairs, simd, chunk, sums, bench);
        } else {
            self.take_many(pairs, simd, chunk, sums, bench);
        }
    }

    /// [`take`](Self::take) for few demands.
    #[inline(always)]
    fn take_few<V: Vectors>(
        &mut self,
        pairs: &mut OpenPairs,
        simd: V,
        chunk: usize,
        sums: &[u32; CHUNK],
        bench: &mut Workbench,
    ) {
        let mut at = 0;
        while at < self.open {
            let OpenDemand { half, place, wanted, open_for } = self.few[at];
            let hits = simd.wanted(sums, wanted) & open_for & pairs.queue.live(chunk);
            if hits == 0 {
                self.few[at].open_for = u64::MAX;
                at += 1;
                continue;
            }
            // Settle a doubt by the full words.
            let bit = hits.trailing_zeros();
            if !wanted.has(sums[bit as usize])
                && self.piece(&pairs.queue, chunk, bit, &bench.buckets) != Some((half, place))
            {
                self.few[at].open_for &= bits_after(bit);
                continue;
            }
            // Give the neuron to the pair. On demand, this opens the next demand of the half.
            let number = pairs.queue.number(chunk, bit);
            pairs.queue.take(chunk, 1 << bit);
            let next = pairs.give(self.index, half, place, self.first + u64::from(number), bench);
            // Demand by demand, neurons do not come in their order.
            if self.given.is_none_or(|latest| number > latest.number) {
                self.given = Some(Given { number, bit, half, place });
            }
            if let Some(next) = next {
                self.few[at] = self.wants(half, next, bits_after(bit), bench);
            } else {
                self.open -= 1;
                self.few[at] = self.few[self.open];
            }
        }
    }

    /// [`take`](Self::take) for many demands, all of them open from the start.
    #[inline(always)]
    fn take_many<V: Vectors>(
        &mut self,
        pairs: &mut OpenPairs,
        simd: V,
        chunk: usize,
        sums: &[u32; CHUNK],
        bench: &mut Workbench,
    ) {
        let negative = self.pair.negative;
        let (mut demands, queue) = pairs.demands(self.index, &mut bench.tally);
        let (candidates, places) = if bench.buckets.levels() <= Approximation::BEYOND as usize {
            simd.candidates(sums, first_words(demands.open), negative, bench.buckets.approximation())
        } else {
            (u64::MAX, [Approximation::IN_DOUBT; CHUNK])
        };
        let (mut taken, mut last) = (0_u64, None);
        for bit in set_bits(candidates & queue.live(chunk)) {
            let (mut half, mut place) = (levels::half(sums[bit as usize]), places[bit as usize] as usize);
            if places[bit as usize] == Approximation::IN_DOUBT {
                let Some(piece) = self.piece(queue, chunk, bit, &bench.buckets) else { continue };
                (half, place) = piece;
            }
            // An earlier neuron of the chunk may have met the same demand.
            if demands.meet(half, place, self.first + u64::from(queue.number(chunk, bit))) {
                taken |= 1 << bit;
                last = Some((bit, half, place));
            }
        }
        self.open -= taken.count_ones() as usize;
        queue.take(chunk, taken);
        if let Some((bit, half, place)) = last {
            self.given = Some(Given { number: queue.number(chunk, bit), bit, half, place });
        }
    }

    /// The half and the place of the piece that a neuron can be, if any, by its full words.
    fn piece(&self, queue: &Queue, chunk: usize, bit: u32, buckets: &Buckets) -> Option<(usize, usize)> {
        let (word_in, word_out) = queue.words(chunk, bit, self.pair.input);
        buckets.piece(word_in, word_out, self.pair.negative.into())
    }
}

/// The first words of each half's demands, for [`Vectors::candidates`].
#[inline(always)]
fn first_words(open: &[u64]) -> [[u64; DEMAND_WORDS]; 2] {
    let (positive, negative) = open.split_at(open.len() / 2);
    [positive, negative].map(|half| std::array::from_fn(|word| half.get(word).copied().unwrap_or(0)))
}
