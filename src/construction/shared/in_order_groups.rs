//! In-order allocation, 64 neurons at a time; [`in_order`](super::in_order) is the reference.
//!
//! All neurons of a group are tried against each category's next pair at once: a try is one SIMD comparison and yields a
//! bitmask of hits. The first neuron with any hit goes to the least filled category it hits; this category is
//! tried again with its next pair, and the others keep their masks. About one neuron in four is given away.

use std::ops::Range;

use super::in_order::{CategoryCursor, InOrder};
use super::vectors::{Aligned, CHUNK, LEAST_AT_ONCE, Vectors, WithVectors, dispatch};
use super::word_cache::WordCache;
use crate::construction::allocator::{Allocator, Available, Shortfall};
use crate::construction::buckets::levels::SumInterval;
use crate::construction::packed::Packed;
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::Until;
use crate::construction::tally::Draw;
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;

/// Categories searched together for the least filled one.
const BLOCK: usize = 8;

/// In-order allocation with groups of neurons tried ahead.
#[derive(Clone, Debug)]
pub(crate) struct InOrderGroups {
    in_order: InOrder,
    ahead: Box<Ahead>,
}

/// The neurons of a group, tried against all categories.
#[derive(Clone, Debug, Default)]
struct Ahead {
    /// the first neuron of the group; `None` if a cursor may have moved since
    first: Option<u64>,
    words: WordCache,
    /// the next try of each category
    tries: Vec<Try>,
    /// categories with possible hits, in their order; no other category can move within the group
    hitting: Vec<u32>,
    /// for each of them a mask of the neurons able to serve its next pair, or in doubt; 0 behind the last one
    hits: Vec<Aligned<[u64; BLOCK]>>,
    /// the [`service_order`] of each of them
    orders: Vec<Aligned<[i64; BLOCK]>>,
    /// union of `hits`, possibly with outdated bits
    any: u64,
}

/// A try of a category: its next pair, and the sums of usable products.
#[derive(Clone, Copy, Debug, Default)]
struct Try {
    pair: u64,
    input: u32,
    output: u32,
    /// empty where the category has served all pairs
    wanted: SumInterval,
}

impl Try {
    fn of(cursor: &CategoryCursor, pairs: u64, bench: &Workbench) -> Self {
        let &CategoryCursor { pair, input, output, .. } = cursor;
        if pair == pairs {
            return Self { pair, ..Self::default() };
        }
        Self { pair, input, output, wanted: cursor.wanted(bench) }
    }

    /// Mask of the neurons usable for the category, or in doubt.
    #[inline(always)]
    fn hits<V: Vectors>(&self, simd: V, words: &WordCache) -> u64 {
        words.hits(simd, self.input, self.output, self.wanted)
    }
}

/// Sort key: pair first, then position among the categories hit.
#[inline(always)]
fn service_order(pair: u64, at: usize) -> i64 {
    // Pairs and categories are kept in memory: neither has so many bits.
    (pair << POSITION_BITS) as i64 | at as i64
}

/// Bits of the position in a [`service_order`].
const POSITION_BITS: u32 = 24;

impl Ahead {
    /// Tries the 64 neurons from `first` on against all categories.
    #[inline(always)]
    fn begin<V: Vectors>(&mut self, simd: V, first: u64, in_order: &InOrder, bench: &Workbench) {
        let InOrder { cursors, pairs, .. } = in_order;
        self.words.go_to(&bench.random, first, bench.inputs, bench.outputs);
        // Within a run of groups, tries are kept up to date.
        if self.first.is_none() {
            self.tries.clear();
            self.tries.extend(cursors.iter().map(|cursor| Try::of(cursor, *pairs, bench)));
        }
        // Generate the words of all tries.
        let open = self.tries.iter().filter(|attempt| attempt.pair < *pairs);
        open.for_each(|attempt| self.words.request(attempt.input, attempt.output));
        self.words.generate(simd);
        // Try each category, and keep those with hits.
        self.hitting.resize(cursors.len(), 0);
        self.hits.resize(cursors.len() / BLOCK + 1, Aligned([0; BLOCK]));
        self.orders.resize(self.hits.len(), Aligned([0; BLOCK]));
        let (mut some, mut any) = (0, 0);
        for (index, attempt) in (0..).zip(&self.tries) {
            let hits = attempt.hits(simd, &self.words);
            // Branchless, as hits are unpredictable: a category without hits is overwritten by the next one.
            (self.hitting[some], self.hits[some / BLOCK].0[some % BLOCK]) = (index, hits);
            self.orders[some / BLOCK].0[some % BLOCK] = service_order(attempt.pair, some);
            some += usize::from(hits != 0);
            any |= hits;
        }
        self.hits[some / BLOCK].0[some % BLOCK..].fill(0);
        self.hitting.truncate(some);
        self.any = any;
        self.first = Some(first);
    }

    /// Whether the category can use a neuron, with doubts settled.
    #[inline(always)]
    fn is_used(&self, bit: usize, index: usize, cursor: &CategoryCursor, bench: &Workbench) -> bool {
        let Try { input, output, wanted, .. } = self.tries[index];
        wanted.has(self.words.sum(bit, input, output)) || {
            let (word_in, word_out) = self.words.words(bit, input, output);
            cursor.can_use(word_in, word_out, bench)
        }
    }
}

/// [`InOrderGroups::draw_group`] with the instructions available.
struct DrawGroup<'a> {
    groups: &'a mut InOrderGroups,
    first: u64,
    count: u64,
    bench: &'a mut Workbench,
}

impl WithVectors for DrawGroup<'_> {
    type Output = (u64, bool);

    #[inline(always)]
    fn with<V: Vectors>(self, simd: V) -> (u64, bool) {
        self.groups.draw_group(simd, self.first, self.count, self.bench)
    }
}

impl InOrderGroups {
    /// Every category at the first pair.
    pub(crate) fn new(bench: &mut Workbench) -> Self {
        Self { in_order: InOrder::new(bench), ahead: Box::default() }
    }

    /// Draws up to `count` neurons, but none after finishing a weight nor after the last of the group. Returns how
    /// many, and whether a weight was finished.
    #[inline(always)]
    fn draw_group<V: Vectors>(
        &mut self,
        simd: V,
        first: u64,
        count: u64,
        bench: &mut Workbench,
    ) -> (u64, bool) {
        if self.ahead.first.is_none_or(|group| !(group..group + CHUNK as u64).contains(&first)) {
            self.ahead.begin(simd, first, &self.in_order, bench);
        }
        let group_first = self.ahead.first.unwrap_or(first);
        // Neurons before `next` are drawn, those from `end` on are not requested.
        let mut next = (first - group_first) as usize;
        let end = CHUNK.min(next.saturating_add(count as usize));
        let requested = if end == CHUNK { u64::MAX } else { (1 << end) - 1 };
        let drawn = |next: usize| group_first + next as u64 - first;
        // Neurons before this one have their first product noted.
        let mut noted = next;
        loop {
            // The next neuron with a hit; the ones before it leave all cursors as they are.
            let any = self.ahead.any & requested & (u64::MAX << next);
            let bit = if any == 0 { end - 1 } else { any.trailing_zeros() as usize };
            let open = self.in_order.open as u64;
            let tries = open * (bit + 1 - next) as u64;
            bench.tally.tries += tries;
            bench.tally.words += 2 * tries;
            next = bit + 1;
            let neuron = group_first + bit as u64;
            let best = if any == 0 { None } else { self.least_filled(bit, bench) };
            let index = best.map(|at| self.ahead.hitting[at] as usize);
            // First products are noted before the first open category moves.
            let InOrder { cursors, pairs, .. } = &self.in_order;
            if index.is_some_and(|index| cursors[..index].iter().all(|cursor| cursor.pair == *pairs)) {
                self.note_products(noted..next, bench);
                noted = next;
            }
            let served = index.map(|index| self.in_order.take(index, neuron, bench));
            bench.tally.last =
                Some(Draw { neuron, tries: open, served, serves: u64::from(served.is_some()) });
            // Try the category again, with its next pair.
            if let Some((at, index)) = best.zip(index) {
                let pairs = self.in_order.pairs;
                let attempt = Try::of(&self.in_order.cursors[index], pairs, bench);
                if attempt.pair < pairs {
                    self.ahead.words.request(attempt.input, attempt.output);
                    self.ahead.words.generate(simd);
                }
                let hits = attempt.hits(simd, &self.ahead.words);
                self.ahead.tries[index] = attempt;
                self.ahead.hits[at / BLOCK].0[at % BLOCK] = hits;
                self.ahead.orders[at / BLOCK].0[at % BLOCK] = service_order(attempt.pair, at);
                self.ahead.any |= hits;
            }
            let finished = served.is_some() && self.in_order.finish_served(bench);
            if finished || next == end {
                self.note_products(noted..next, bench);
                return (drawn(next), finished);
            }
        }
    }

    /// Notes the first products of neurons of the group: those with the first open category.
    #[inline(always)]
    fn note_products(&self, bits: Range<usize>, bench: &mut Workbench) {
        let InOrder { cursors, pairs, .. } = &self.in_order;
        if let Some(cursor) = cursors.iter().find(|cursor| cursor.pair < *pairs) {
            let (words, input, output) = (&self.ahead.words, cursor.input, cursor.output);
            let sums = words.sums(input, output);
            bench.note_products_of(&sums[bits.clone()], |bit| words.words(bits.start + bit, input, output));
        }
    }

    /// The category with the earliest pair of all categories able to use this neuron: its position in `hitting`.
    #[inline(always)]
    fn least_filled(&mut self, bit: usize, bench: &Workbench) -> Option<usize> {
        let blocks = self.ahead.hitting.len().div_ceil(BLOCK);
        loop {
            // Branchless over all categories, as hits are unpredictable.
            let mut first = [i64::MAX; BLOCK];
            for (hits, orders) in self.ahead.hits[..blocks].iter().zip(&self.ahead.orders) {
                for (first, (hits, &order)) in first.iter_mut().zip(hits.0.iter().zip(&orders.0)) {
                    let order = if hits >> bit & 1 == 1 { order } else { i64::MAX };
                    *first = order.min(*first);
                }
            }
            let first = first.into_iter().min().filter(|&first| first != i64::MAX)?;
            let at = (first & ((1 << POSITION_BITS) - 1)) as usize;
            let index = self.ahead.hitting[at] as usize;
            if self.ahead.is_used(bit, index, &self.in_order.cursors[index], bench) {
                return Some(at);
            }
            // In doubt, and no hit: look for the next category.
            self.ahead.hits[at / BLOCK].0[at % BLOCK] &= !(1 << bit);
        }
    }
}

impl Allocator for InOrderGroups {
    fn draw(&mut self, neuron: u64, bench: &mut Workbench) -> bool {
        // The reference moves cursors.
        self.ahead.first = None;
        self.in_order.draw(neuron, bench)
    }

    fn draw_many(&mut self, first: u64, most: u64, _: Until, bench: &mut Workbench) -> (u64, bool) {
        if most < LEAST_AT_ONCE {
            return (1, self.draw(first, bench));
        }
        dispatch(DrawGroup { groups: self, first, count: most, bench })
    }

    fn is_complete(&self, bench: &Workbench) -> bool {
        self.in_order.is_complete(bench)
    }

    fn close(&mut self, bench: &mut Workbench) {
        self.in_order.close(bench);
        *self.ahead = Ahead::default();
    }

    fn available(&self, pair: u64, bench: &Workbench) -> Option<Available> {
        self.in_order.available(pair, bench)
    }

    fn tried_first(&self, _: &Draw, _: &Workbench) -> Option<(u32, u32)> {
        let InOrder { cursors, pairs, .. } = &self.in_order;
        cursors.iter().find(|cursor| cursor.pair < *pairs).map(|cursor| (cursor.input, cursor.output))
    }

    fn position(&self, _: &Workbench) -> AllocatorPosition<'_> {
        let (next, found) = self.in_order.progress();
        AllocatorPosition::Categories { next, found: Packed::of_parts(found) }
    }

    fn at(
        &self,
        position: AllocatorPosition<'_>,
        _: &[bool],
        bench: &Workbench,
    ) -> Option<Box<dyn Allocator>> {
        let AllocatorPosition::Categories { next, found } = position else { return None };
        let in_order = self.in_order.resumed(&next, found.into_vec(), bench)?;
        Some(Box::new(Self { in_order, ahead: Box::default() }))
    }

    fn may_keep(&self, path: &Path, sampled: u64, _: &Workbench) -> bool {
        path.neuron < sampled
    }

    fn shortfall(&self) -> Shortfall {
        Shortfall::Competition
    }

    fn boxed(&self) -> Box<dyn Allocator> {
        Box::new(self.clone())
    }
}
