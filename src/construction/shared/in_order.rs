//! Allocation `InOrder`, the one closest to the paper: each of the 2k categories (half, bucket) serves the
//! pairs in order. A neuron is tried against each category's next pair, and of the categories it hits it goes
//! to the least filled one (the first of them on a tie).
//!
//! # Measured
//! Example 5, against the time to generate the random words that one neuron after the other reads (2 words a try), on two
//! threads of a shared machine with AVX-512 (`cargo bench --bench construction`): 1.2 with 64 neurons tried against a
//! category at once, whose words were generated anew for each category and half in scalars; 0.56 with loops over all lanes, which
//! the compiler makes whole vectors of, and words kept while a group lasts, as categories meet in inputs and outputs;
//! 0.45 with the counts of open categories kept, and a group gone on with after a weight is finished; 0.40 with a try as one
//! comparison of [`levels`], in vectors written out; 0.36 with the few categories that hit a group kept apart; 0.32 with words
//! cut to 32 bits; 0.26 with the words of a group generated in one go, without a jump for each, the categories that can use a
//! neuron looked for eight at once, and first products noted once a group; 0.23 with the category whose turn it is found without
//! a jump, sums of two lanes for the one weight that is finished, and what a category tries kept at hand. A neuron in four is
//! given away; the category that takes it is tried again. Two fifths of what is left go into words.
//!
//! Without gain: to keep what eight categories hit together; to generate words step by step for eight vectors at once; to try a
//! category again only with the neurons that are left of the group; to store hits in whole vectors, so that the next look at
//! them need not wait.

use std::collections::VecDeque;
use std::ops::Range;

use super::vectors::{Aligned, CHUNK, Lanes, WithLanes, dispatch};
use super::word_cache::Group;
use crate::construction::buckets::levels::{self, Wanted};
use crate::construction::half::Half;
use crate::construction::inspection::AtHand;
use crate::construction::tally::{Demand, Draw};
use crate::construction::workbench::Workbench;

/// Categories that are looked at together for those that hit a neuron.
const BLOCK: usize = 8;

#[derive(Clone, Debug)]
pub(crate) struct InOrder {
    cursors: Vec<Cursor>,
    /// neuron + 1 for each (half, place) of the pairs from `first` to the furthest cursor, 0 for none
    found: VecDeque<u64>,
    /// the first pair that some category has not served; all before it are finished
    first: u64,
    pairs: u64,
    /// categories that have a pair left to serve
    open: usize,
    /// categories that have not served the first pair
    unserved: usize,
    ahead: Box<Ahead>,
}

/// What is known of the neurons that come next.
#[derive(Clone, Debug, Default)]
struct Ahead {
    /// the first neuron of the group
    first: Option<u64>,
    group: Group,
    /// what each category tries next
    tries: Vec<Try>,
    /// the categories that might use one of its neurons when it was begun, in their order; the others cannot, as none of them
    /// goes on to another pair meanwhile
    hitting: Vec<u32>,
    /// the neurons that each of them can use for the pair it serves next, or might; none behind the last one
    hits: Vec<Aligned<[u64; BLOCK]>>,
    /// the [`turn`] of each of them
    turns: Vec<Aligned<[i64; BLOCK]>>,
    /// all neurons that are hit, and some that were
    any: u64,
}

/// What a category tries: the products of a pair that it can use.
#[derive(Clone, Copy, Debug, Default)]
struct Try {
    pair: u64,
    input: u32,
    output: u32,
    /// none where the category has served all pairs
    wanted: Wanted,
}

impl Try {
    fn of(cursor: &Cursor, pairs: u64, bench: &Workbench) -> Self {
        let &Cursor { pair, input, output, .. } = cursor;
        if pair == pairs {
            return Self { pair, ..Self::default() };
        }
        Self { pair, input, output, wanted: cursor.wanted(bench) }
    }

    /// Which neurons of the group the category can use, as far as their sums tell.
    #[inline(always)]
    fn hits<L: Lanes>(&self, lanes: L, group: &Group) -> u64 {
        group.hits(lanes, self.input, self.output, self.wanted)
    }
}

/// A number that is the smaller the earlier the pair is that a category serves next and, of categories with the same pair, the
/// earlier it stands among those that hit.
#[inline(always)]
fn turn(pair: u64, at: usize) -> i64 {
    // Pairs and categories are kept in memory: neither has so many bits.
    (pair << PLACE_BITS) as i64 | at as i64
}

/// Bits of a [`turn`] that tell the place.
const PLACE_BITS: u32 = 24;

impl Ahead {
    /// Tries all neurons from `first` on against the categories.
    #[inline(always)]
    fn begin<L: Lanes>(&mut self, lanes: L, first: u64, cursors: &[Cursor], pairs: u64, bench: &Workbench) {
        self.group.go_to(&bench.random, first, bench.inputs, bench.outputs);
        // A category that goes on within a group keeps its own; a neuron that is drawn by itself, or a run that is resumed, leaves
        // no group.
        if self.first.is_none() {
            self.tries.clear();
            self.tries.extend(cursors.iter().map(|cursor| Try::of(cursor, pairs, bench)));
        }
        let open = self.tries.iter().filter(|attempt| attempt.pair < pairs);
        open.for_each(|attempt| self.group.ask_for(attempt.input, attempt.output));
        self.group.generate(lanes);
        self.hitting.resize(cursors.len(), 0);
        self.hits.resize(cursors.len() / BLOCK + 1, Aligned([0; BLOCK]));
        self.turns.resize(self.hits.len(), Aligned([0; BLOCK]));
        let (mut some, mut any) = (0, 0);
        for (index, attempt) in (0..).zip(&self.tries) {
            let hits = attempt.hits(lanes, &self.group);
            // Written over by the next one where there are none, which no jump could foresee.
            (self.hitting[some], self.hits[some / BLOCK].0[some % BLOCK]) = (index, hits);
            self.turns[some / BLOCK].0[some % BLOCK] = turn(attempt.pair, some);
            some += usize::from(hits != 0);
            any |= hits;
        }
        self.hits[some / BLOCK].0[some % BLOCK..].fill(0);
        self.hitting.truncate(some);
        self.any = any;
        self.first = Some(first);
    }

    /// Whether the neuron of a lane that hits is of use to the category without doubt, or as its words tell.
    #[inline(always)]
    fn is_used(&self, lane: usize, index: usize, cursor: &Cursor, bench: &Workbench) -> bool {
        let Try { input, output, wanted, .. } = self.tries[index];
        wanted.has(self.group.sum(lane, input, output)) || {
            let (word_in, word_out) = self.group.words(lane, input, output);
            cursor.can_use(word_in, word_out, bench)
        }
    }
}

/// One category and the pair it serves next.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    half: Half,
    place: usize,
    pair: u64,
    input: u32,
    output: u32,
    /// 1 where w* < 0
    negative: u32,
}

impl Cursor {
    /// The cursor at the first of some pairs.
    fn new(half: Half, place: usize, bench: &Workbench) -> Self {
        let mut cursor = Self { half, place, pair: 0, input: 0, output: 0, negative: 0 };
        cursor.see_sign(bench);
        cursor
    }

    fn see_sign(&mut self, bench: &Workbench) {
        if self.pair < bench.pairs() {
            self.negative = u32::from(bench.weight(self.input, self.output) < 0.0);
        }
    }

    fn go_on(&mut self, bench: &Workbench) {
        (self.pair, self.input) = (self.pair + 1, self.input + 1);
        if self.input == bench.inputs {
            (self.input, self.output) = (0, self.output + 1);
        }
        self.see_sign(bench);
    }

    #[inline(always)]
    fn wanted(&self, bench: &Workbench) -> Wanted {
        bench.buckets.wanted(self.place, self.half as usize, self.negative)
    }

    /// Whether the category can use a product of these words for the pair it serves next.
    #[inline(always)]
    fn can_use(&self, word_in: u64, word_out: u64, bench: &Workbench) -> bool {
        let piece = levels::piece(word_in, word_out, self.negative.into(), &bench.buckets);
        piece == Some((self.half as usize, self.place))
    }
}

/// [`InOrder::draw_lanes`] with the instructions that there are.
struct DrawGroup<'a> {
    in_order: &'a mut InOrder,
    first: u64,
    count: u64,
    bench: &'a mut Workbench,
}

impl WithLanes for DrawGroup<'_> {
    type Output = (u64, bool);

    #[inline(always)]
    fn with<L: Lanes>(self, lanes: L) -> (u64, bool) {
        self.in_order.draw_lanes(lanes, self.first, self.count, self.bench)
    }
}

impl InOrder {
    pub(crate) fn new(bench: &mut Workbench) -> Self {
        let pairs = bench.pairs();
        let mut cursors = Vec::new();
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            bench.tally.quota[half as usize].fill(pairs);
            for place in 0..bench.buckets.levels() {
                cursors.push(Cursor::new(half, place, bench));
            }
        }
        let open = if pairs == 0 { 0 } else { cursors.len() };
        let (found, ahead) = (VecDeque::new(), Box::default());
        let mut in_order = Self { cursors, found, first: 0, pairs, open, unserved: open, ahead };
        in_order.finish_served(bench);
        in_order
    }

    /// The pair that each category serves next, and the neurons found for pairs that are not finished.
    pub(crate) fn position(&self) -> (Vec<u64>, (&[u64], &[u64])) {
        (self.cursors.iter().map(|cursor| cursor.pair).collect(), self.found.as_slices())
    }

    /// The allocation with each category at its next pair, and with the neurons found for the pairs between the first and the
    /// furthest of these. `None` where no run can be there.
    pub(crate) fn at(&self, next: &[u64], found: Vec<u64>, bench: &Workbench) -> Option<Self> {
        let (k, first) = (bench.buckets.levels(), bench.groups.len() as u64);
        let (earliest, furthest) = (*next.iter().min()?, *next.iter().max()?);
        let is_whole = next.len() == self.cursors.len()
            && earliest == first
            && first < self.pairs
            && furthest <= self.pairs
            && bench.has_groups_in_order(1)
            && bench.tally.weights_done == first
            && (furthest - first).checked_mul(2 * k as u64) == Some(found.len() as u64);
        if !is_whole {
            return None;
        }
        let mut in_order = self.clone();
        (in_order.first, in_order.ahead) = (first, Box::default());
        let mut served = 0;
        for (cursor, &pair) in in_order.cursors.iter_mut().zip(next) {
            let pieces = found.chunks(2 * k).zip(first..pair);
            let are_pieces = pieces.into_iter().all(|(found, pair)| {
                let (half, place) = (cursor.half as usize, cursor.place);
                bench.is_piece(found[half * k + place], bench.ends(pair), half, place)
            });
            if !are_pieces {
                return None;
            }
            served += (pair - first) as usize;
            cursor.pair = pair;
            (cursor.input, cursor.output) = bench.ends(pair);
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
        bench.tally.weights_done == self.pairs
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
        // It may move a cursor.
        self.ahead.first = None;
        let served = best.map(|index| self.take(index, neuron, bench));
        bench.tally.last = Some(Draw { neuron, tries, served, serves: u64::from(served.is_some()) });
        served.is_some() && self.finish_served(bench)
    }

    /// Draws up to `count` neurons, but none after one that finishes a weight nor after the 64th of a group. How many, and
    /// whether one was finished.
    ///
    /// All neurons of a group are tried against a category at once; where one is given to it, those after it are tried
    /// again, against the category's next pair.
    pub(crate) fn draw_group(&mut self, first: u64, count: u64, bench: &mut Workbench) -> (u64, bool) {
        dispatch(DrawGroup { in_order: self, first, count, bench })
    }

    #[inline(always)]
    fn draw_lanes<L: Lanes>(
        &mut self,
        lanes: L,
        first: u64,
        count: u64,
        bench: &mut Workbench,
    ) -> (u64, bool) {
        if self.ahead.first.is_none_or(|group| !(group..group + CHUNK as u64).contains(&first)) {
            self.ahead.begin(lanes, first, &self.cursors, self.pairs, bench);
        }
        let group_first = self.ahead.first.unwrap_or(first);
        // Lanes before `next` are through, those from `end` on are not asked for.
        let mut next = (first - group_first) as usize;
        let end = CHUNK.min(next.saturating_add(count as usize));
        let asked = if end == CHUNK { u64::MAX } else { (1 << end) - 1 };
        let drawn = |next: usize| group_first + next as u64 - first;
        // Lanes before this one have their first product noted.
        let mut noted = next;
        loop {
            let any = self.ahead.any & asked & (u64::MAX << next);
            // Neurons up to this one find the cursors as they are.
            let lane = if any == 0 { end - 1 } else { any.trailing_zeros() as usize };
            let open = self.open as u64;
            let tries = open * (lane + 1 - next) as u64;
            bench.tally.tries += tries;
            bench.tally.words += 2 * tries;
            next = lane + 1;
            let neuron = group_first + lane as u64;
            let best = if any == 0 { None } else { self.least_filled(lane, bench) };
            let index = best.map(|at| self.ahead.hitting[at] as usize);
            if index.is_some_and(|index| self.cursors[..index].iter().all(|cursor| cursor.pair == self.pairs))
            {
                self.note_products(noted..next, bench);
                noted = next;
            }
            let served = index.map(|index| self.take(index, neuron, bench));
            bench.tally.last =
                Some(Draw { neuron, tries: open, served, serves: u64::from(served.is_some()) });
            if let Some((at, index)) = best.zip(index) {
                let attempt = Try::of(&self.cursors[index], self.pairs, bench);
                if attempt.pair < self.pairs {
                    self.ahead.group.ask_for(attempt.input, attempt.output);
                    self.ahead.group.generate(lanes);
                }
                let hits = attempt.hits(lanes, &self.ahead.group);
                self.ahead.tries[index] = attempt;
                self.ahead.hits[at / BLOCK].0[at % BLOCK] = hits;
                self.ahead.turns[at / BLOCK].0[at % BLOCK] = turn(attempt.pair, at);
                self.ahead.any |= hits;
            }
            let finished = served.is_some() && self.finish_served(bench);
            if finished || next == end {
                self.note_products(noted..next, bench);
                return (drawn(next), finished);
            }
        }
    }

    /// Notes the first products of neurons of the group, which are those with the first category that goes on.
    #[inline(always)]
    fn note_products(&self, lanes: Range<usize>, bench: &mut Workbench) {
        if let Some(cursor) = self.cursors.iter().find(|cursor| cursor.pair < self.pairs) {
            let (group, input, output) = (&self.ahead.group, cursor.input, cursor.output);
            let sums = group.sums(input, output);
            bench.note_products_of(&sums[lanes.clone()], |lane| {
                group.words(lanes.start + lane, input, output)
            });
        }
    }

    /// The category that serves the earliest pair, of those that can use this lane's neuron: where it stands among those that
    /// hit.
    #[inline(always)]
    fn least_filled(&mut self, lane: usize, bench: &Workbench) -> Option<usize> {
        let blocks = self.ahead.hitting.len().div_ceil(BLOCK);
        loop {
            // All are gone through without a jump: nobody could guess which hit.
            let mut first = [i64::MAX; BLOCK];
            for (hits, turns) in self.ahead.hits[..blocks].iter().zip(&self.ahead.turns) {
                for (first, (hits, &turn)) in first.iter_mut().zip(hits.0.iter().zip(&turns.0)) {
                    let turn = if hits >> lane & 1 == 1 { turn } else { i64::MAX };
                    *first = turn.min(*first);
                }
            }
            let first = first.into_iter().min().filter(|&first| first != i64::MAX)?;
            let at = (first & ((1 << PLACE_BITS) - 1)) as usize;
            let index = self.ahead.hitting[at] as usize;
            if self.ahead.is_used(lane, index, &self.cursors[index], bench) {
                return Some(at);
            }
            self.ahead.hits[at / BLOCK].0[at % BLOCK] &= !(1 << lane);
        }
    }

    fn take(&mut self, index: usize, neuron: u64, bench: &mut Workbench) -> Demand {
        let Cursor { half, place, pair, input, output, .. } = self.cursors[index];
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
    fn finish_served(&mut self, bench: &mut Workbench) -> bool {
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
        bench.finish(self.first, &found, complete);
        self.first += 1;
    }

    /// What a pair has found that some category has served and another has not.
    pub(crate) fn at_hand(&self, pair: u64, bench: &Workbench) -> Option<AtHand> {
        let reached = self.cursors.iter().any(|cursor| cursor.pair >= pair);
        let row = 2 * bench.buckets.levels();
        let from = pair.checked_sub(self.first)? as usize * row;
        let found = self.found.iter().skip(from).take(row).copied();
        reached.then(|| AtHand { paths: bench.paths(pair, found), ..AtHand::default() })
    }

    /// Finishes every pair as far as it goes; demands still open are noted.
    pub(crate) fn close(&mut self, bench: &mut Workbench) {
        while self.first < self.pairs {
            let (input, output) = bench.ends(self.first);
            for cursor in self.cursors.iter().filter(|cursor| cursor.pair <= self.first) {
                let bucket = cursor.place as u32 + 1;
                bench.leave_open(Demand { output, input, half: cursor.half, bucket });
            }
            self.finish_first(false, bench);
        }
        // A layer that is done stays for long.
        (self.found, self.ahead) = (VecDeque::new(), Box::default());
    }
}
