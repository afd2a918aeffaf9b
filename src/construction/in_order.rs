//! Allocation `InOrder`, the one closest to the paper: each of the 2k categories (half, bucket) serves the
//! pairs in order. A neuron is tried against each category's next pair, and of the categories it hits it goes
//! to the least filled one (the first of them on a tie).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Half;
use super::layer::Workbench;
use super::sums::AtHand;
use super::tally::{Demand, Draw};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct InOrder {
    cursors: Vec<Cursor>,
    /// neuron + 1 for each (half, place) of the pairs from `first` to the furthest cursor, 0 for none
    found: VecDeque<u64>,
    /// the first pair that some category has not served; all before it are finished
    first: u64,
    pairs: u64,
}

/// One category and the pair it serves next.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cursor {
    half: Half,
    place: usize,
    pair: u64,
    input: u32,
    output: u32,
    /// 1 where w* < 0
    negative: u64,
}

impl Cursor {
    fn move_to(&mut self, pair: u64, bench: &Workbench) {
        self.pair = pair;
        if pair < bench.pairs() {
            (self.input, self.output) = bench.ends(pair);
            self.negative = u64::from(bench.weight(self.input, self.output) < 0.0);
        }
    }
}

impl InOrder {
    pub(super) fn new(bench: &mut Workbench) -> Self {
        let pairs = bench.pairs();
        let mut cursors = Vec::new();
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            bench.tally.quota[half as usize].fill(pairs);
            for place in 0..bench.buckets.levels() {
                let mut cursor = Cursor { half, place, pair: 0, input: 0, output: 0, negative: 0 };
                cursor.move_to(0, bench);
                cursors.push(cursor);
            }
        }
        let mut in_order = Self { cursors, found: VecDeque::new(), first: 0, pairs };
        in_order.finish_served(bench);
        in_order
    }

    /// Whether no demand is open.
    pub(super) fn is_complete(&self, bench: &Workbench) -> bool {
        bench.tally.weights_done == self.pairs
    }

    /// Tries a neuron against each category's next pair. Whether a weight was finished.
    pub(super) fn draw(&mut self, neuron: u64, bench: &mut Workbench) -> bool {
        let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
        let mut best: Option<usize> = None;
        let mut tries = 0;
        for (index, cursor) in self.cursors.iter().enumerate() {
            if cursor.pair == self.pairs {
                continue;
            }
            let (a, b) = (row_in.word(u64::from(cursor.input)), row_out.word(u64::from(cursor.output)));
            let t = (a >> 11) + (b >> 11);
            if tries == 0 {
                bench.note_product(t);
            }
            tries += 1;
            let hit = bench.buckets.classify(t) == cursor.place
                && (a & 1) as usize == cursor.half as usize
                && (a ^ b ^ cursor.negative) & 1 == 0;
            if hit && best.is_none_or(|other| cursor.pair < self.cursors[other].pair) {
                best = Some(index);
            }
        }
        bench.tally.tries += tries;
        bench.tally.words += 2 * tries;
        let served = best.map(|index| self.take(index, neuron, bench));
        bench.tally.last = Some(Draw { neuron, tries, served, serves: u64::from(served.is_some()) });
        served.is_some() && self.finish_served(bench)
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
        self.cursors[index].move_to(pair + 1, bench);
        demand
    }

    /// Finishes the pairs that all categories have served. Whether there were any.
    fn finish_served(&mut self, bench: &mut Workbench) -> bool {
        let served = self.cursors.iter().map(|cursor| cursor.pair).min().unwrap_or(self.pairs);
        let any = served > self.first;
        while self.first < served {
            self.finish_first(true, bench);
        }
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
    pub(super) fn at_hand(&self, pair: u64, bench: &Workbench) -> Option<AtHand> {
        let reached = self.cursors.iter().any(|cursor| cursor.pair >= pair);
        let row = 2 * bench.buckets.levels();
        let from = pair.checked_sub(self.first)? as usize * row;
        let found = self.found.iter().skip(from).take(row).copied();
        reached.then(|| AtHand { paths: bench.paths(pair, found), ..AtHand::default() })
    }

    /// Finishes every pair as far as it goes; demands still open are noted.
    pub(super) fn close(&mut self, bench: &mut Workbench) {
        while self.first < self.pairs {
            let (input, output) = bench.ends(self.first);
            for cursor in self.cursors.iter().filter(|cursor| cursor.pair <= self.first) {
                let bucket = cursor.place as u32 + 1;
                bench.leave_open(Demand { output, input, half: cursor.half, bucket });
            }
            self.finish_first(false, bench);
        }
    }
}
