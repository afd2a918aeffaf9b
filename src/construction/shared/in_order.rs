//! In-order allocation, a neuron at a time: the reference for [`in_order_groups`](super::in_order_groups).
//!
//! This is the allocation closest to the paper. Each of the 2k categories (half, bucket) serves the pairs in order. A neuron is
//! tried against the next pair of each category. It goes to the least filled of the categories that it hits, and to the first
//! of them on a tie.

use std::collections::VecDeque;

use crate::construction::allocator::Available;
use crate::construction::buckets::levels::{self, SumInterval};
use crate::construction::half::Half;
use crate::construction::tally::{Demand, Draw};
use crate::construction::workbench::Workbench;

/// Categories, each with the pair that it serves next.
#[derive(Clone, Debug)]
pub(crate) struct InOrder {
    pub(crate) cursors: Vec<CategoryCursor>,
    /// neuron + 1 for each (half, place) of the pairs from `first` to the furthest cursor, 0 for none
    found: VecDeque<u64>,
    /// the number of the first pair that some category has not served; all before it are finished
    first: u64,
    /// pairs with a weight other than 0
    pub(crate) pairs: u64,
    /// categories with pairs left to serve
    pub(crate) open: usize,
    /// categories that have not served the first pair
    unserved: usize,
}

/// One category and the pair that it serves next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CategoryCursor {
    half: Half,
    place: usize,
    /// number of the pair, see [`NonzeroPlaces`](crate::construction::nonzero::NonzeroPlaces)
    pub(crate) pair: u64,
    pub(crate) input: u32,
    pub(crate) output: u32,
    /// 1 where w* < 0
    negative: u32,
}

impl CategoryCursor {
    /// The cursor at the first of some pairs.
    fn new(half: Half, place: usize, bench: &Workbench) -> Self {
        let (input, output) = bench.ends(bench.nonzero.place(0));
        let mut cursor = Self { half, place, pair: 0, input, output, negative: 0 };
        cursor.see_sign(bench);
        cursor
    }

    fn see_sign(&mut self, bench: &Workbench) {
        if self.pair < bench.nonzero.count() {
            self.negative = u32::from(bench.weight(self.input, self.output) < 0.0);
        }
    }

    fn go_on(&mut self, bench: &Workbench) {
        (self.pair, self.input) = (self.pair + 1, self.input + 1);
        if !bench.nonzero.is_all() {
            (self.input, self.output) = bench.ends(bench.nonzero.place(self.pair));
        } else if self.input == bench.inputs {
            (self.input, self.output) = (0, self.output + 1);
        }
        self.see_sign(bench);
    }

    #[inline(always)]
    pub(crate) fn wanted(&self, bench: &Workbench) -> SumInterval {
        bench.buckets.wanted(self.place, self.half as usize, self.negative)
    }

    /// Whether the category can use a product of these words for the pair it serves next.
    #[inline(always)]
    pub(crate) fn can_use(&self, word_in: u64, word_out: u64, bench: &Workbench) -> bool {
        let piece = bench.buckets.piece(word_in, word_out, self.negative.into());
        piece == Some((self.half as usize, self.place))
    }
}

impl InOrder {
    /// Every category at the first pair.
    pub(crate) fn new(bench: &mut Workbench) -> Self {
        let pairs = bench.nonzero.count();
        let mut cursors = Vec::new();
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            bench.tally.quota[half as usize].fill(pairs);
            for place in 0..bench.buckets.levels() {
                cursors.push(CategoryCursor::new(half, place, bench));
            }
        }
        let open = if pairs == 0 { 0 } else { cursors.len() };
        let mut in_order = Self { cursors, found: VecDeque::new(), first: 0, pairs, open, unserved: open };
        in_order.finish_served(bench);
        in_order
    }

    /// The next pair of each category, and the neurons found for pairs that are not finished.
    pub(crate) fn progress(&self) -> (Vec<u64>, (&[u64], &[u64])) {
        (self.cursors.iter().map(|cursor| cursor.pair).collect(), self.found.as_slices())
    }

    /// The allocation with each category at its next pair, and with the neurons found for the pairs from the first to the
    /// furthest of them. `None` where no run can have been there.
    pub(crate) fn resumed(&self, next: &[u64], found: Vec<u64>, bench: &Workbench) -> Option<Self> {
        let (k, first) = (bench.buckets.levels(), bench.groups.len() as u64);
        let (earliest, furthest) = (*next.iter().min()?, *next.iter().max()?);
        let is_whole = next.len() == self.cursors.len()
            && earliest == first
            && first < self.pairs
            && furthest <= self.pairs
            && bench.has_groups_in_order(|number| bench.nonzero.place(number))
            && bench.tally.weights_done == bench.nonzero.zeros() + first
            && (furthest - first).checked_mul(2 * k as u64) == Some(found.len() as u64);
        if !is_whole {
            return None;
        }
        let mut in_order = self.clone();
        in_order.first = first;
        // Move each cursor, and check the neurons that its category has served with.
        let mut served = 0;
        for (cursor, &pair) in in_order.cursors.iter_mut().zip(next) {
            let pieces = found.chunks(2 * k).zip(first..pair);
            let are_pieces = pieces.into_iter().all(|(found, pair)| {
                let (half, place) = (cursor.half as usize, cursor.place);
                let ends = bench.ends(bench.nonzero.place(pair));
                bench.is_piece(found[half * k + place], ends, half, place)
            });
            if !are_pieces {
                return None;
            }
            served += (pair - first) as usize;
            cursor.pair = pair;
            (cursor.input, cursor.output) = bench.ends(bench.nonzero.place(pair));
            cursor.see_sign(bench);
        }
        // No category has found more than it has served.
        if served != found.iter().filter(|&&neuron| neuron != 0).count() {
            return None;
        }
        in_order.found = found.into();
        in_order.open = next.iter().filter(|&&pair| pair < self.pairs).count();
        in_order.unserved = next.iter().filter(|&&pair| pair == first).count();
        Some(in_order)
    }

    /// Whether no demand is open.
    pub(crate) fn is_complete(&self, bench: &Workbench) -> bool {
        bench.tally.weights_done == bench.pairs()
    }

    /// Tries a neuron against each category's next pair. Whether a weight was finished.
    pub(crate) fn draw(&mut self, neuron: u64, bench: &mut Workbench) -> bool {
        let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
        let mut best: Option<usize> = None;
        let mut tries = 0;
        for (index, cursor) in self.cursors.iter().enumerate() {
            if cursor.pair == self.pairs {
                continue;
            }
            let (a, b) = (row_in.word(u64::from(cursor.input)), row_out.word(u64::from(cursor.output)));
            if tries == 0 {
                bench.note_product(levels::t(a, b));
            }
            tries += 1;
            if cursor.can_use(a, b, bench) && best.is_none_or(|other| cursor.pair < self.cursors[other].pair)
            {
                best = Some(index);
            }
        }
        bench.tally.tries += tries;
        bench.tally.words += 2 * tries;
        let served = best.map(|index| self.take(index, neuron, bench));
        bench.tally.last = Some(Draw { neuron, tries, served, serves: u64::from(served.is_some()) });
        served.is_some() && self.finish_served(bench)
    }

    /// Gives a neuron to a category, which goes on to its next pair.
    #[inline]
    pub(crate) fn take(&mut self, index: usize, neuron: u64, bench: &mut Workbench) -> Demand {
        let CategoryCursor { half, place, pair, input, output, .. } = self.cursors[index];
        let row = 2 * bench.buckets.levels();
        let ahead = (pair - self.first) as usize;
        if self.found.len() < (ahead + 1) * row {
            self.found.resize((ahead + 1) * row, 0);
        }
        self.found[ahead * row + half as usize * row / 2 + place] = neuron + 1;
        let demand = Demand { output, input, half, bucket: place as u32 + 1 };
        bench.serve(demand);
        self.cursors[index].go_on(bench);
        self.open -= usize::from(pair + 1 == self.pairs);
        self.unserved -= usize::from(pair == self.first);
        demand
    }

    /// Finishes the pairs that all categories have served. Whether there were any.
    #[inline]
    pub(crate) fn finish_served(&mut self, bench: &mut Workbench) -> bool {
        if self.unserved > 0 {
            return false;
        }
        let served = self.cursors.iter().map(|cursor| cursor.pair).min().unwrap_or(self.pairs);
        let any = served > self.first;
        while self.first < served {
            self.finish_first(true, bench);
        }
        self.unserved = self.cursors.iter().filter(|cursor| cursor.pair == self.first).count();
        any
    }

    fn finish_first(&mut self, complete: bool, bench: &mut Workbench) {
        let row = 2 * bench.buckets.levels();
        if self.found.len() < row {
            self.found.resize(row, 0);
        }
        let found: Vec<u64> = self.found.drain(..row).collect();
        bench.finish(bench.nonzero.place(self.first), &found, complete);
        self.first += 1;
    }

    /// Paths found for a pair that some categories have served and others have not.
    pub(crate) fn available(&self, pair: u64, bench: &Workbench) -> Option<Available> {
        let number = bench.nonzero.number(pair)?;
        let reached = self.cursors.iter().any(|cursor| cursor.pair >= number);
        let row = 2 * bench.buckets.levels();
        let from = number.checked_sub(self.first)? as usize * row;
        let found = self.found.iter().skip(from).take(row).copied();
        reached.then(|| Available::all(bench.paths(pair, found)))
    }

    /// Finishes every pair with what was found for it, and notes the demands left open.
    pub(crate) fn close(&mut self, bench: &mut Workbench) {
        while self.first < self.pairs {
            let (input, output) = bench.ends(bench.nonzero.place(self.first));
            for cursor in self.cursors.iter().filter(|cursor| cursor.pair <= self.first) {
                let bucket = cursor.place as u32 + 1;
                bench.leave_open(Demand { output, input, half: cursor.half, bucket });
            }
            self.finish_first(false, bench);
        }
        // Free the memory: finished layers are kept for the whole run.
        self.found = VecDeque::new();
    }
}
