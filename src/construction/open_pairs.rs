//! Allocation over the open pairs in their order: `FirstFit` and `OnDemand`.
//!
//! A neuron is tried against the pairs with open demands, first pair first, until one can use it. What the two
//! allocations differ in is only which demands a pair opens: all buckets of both halves at once, or the one
//! bucket of each half that the greedy sum needs next.
//!
//! # Layout
//! The pairs a neuron has reached so far and that are still open form the *front*, kept as columns in trying
//! order; it stays short, since the neurons go to the first pairs that can use them (at Example 5 first-fit makes 15 tries
//! a neuron). Neighbouring pairs share their output, so a try costs one random word, one
//! multiplication and one bit test; the test is free of branches but for its outcome.

use serde::{Deserialize, Serialize};

use super::Half;
use super::golden::next_piece;
use super::layer::Workbench;
use super::sums::AtHand;
use super::tally::{Demand, Draw};
use crate::exact::DoubleDouble;

/// The front of open pairs, and what is known of each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OpenPairs {
    policy: Policy,
    front: Vec<FrontPair>,
    /// words of open-demand bits per half; place k is never set
    stride: usize,
    /// 2·stride words per pair of the front: bit `place` of a half is set while that bucket is wanted
    open: Vec<u64>,
    /// per slot: neuron + 1 for each (half, place), 0 for none
    found: Vec<u64>,
    /// per slot: residuals of the two halves (on demand only)
    residual: Vec<[DoubleDouble; 2]>,
    free: Vec<u32>,
    /// the next pair that no neuron has reached
    fresh: u64,
    pairs: u64,
}

/// A pair of the front: all that a try reads.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct FrontPair {
    input: u32,
    output: u32,
    /// 1 where w* < 0
    negative: u32,
    /// which slot of `found` and `residual` the pair uses
    slot: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Policy {
    AllBuckets,
    NextPiece,
}

impl OpenPairs {
    /// All 2k demands of a pair are open from the start.
    pub(super) fn first_fit(bench: &mut Workbench) -> Self {
        let pairs = bench.pairs();
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            bench.tally.quota[half as usize].fill(pairs);
        }
        Self::new(Policy::AllBuckets, bench)
    }

    /// Each half demands the piece its sum takes next.
    pub(super) fn on_demand(bench: &mut Workbench) -> Self {
        Self::new(Policy::NextPiece, bench)
    }

    fn new(policy: Policy, bench: &mut Workbench) -> Self {
        let mut pairs = Self {
            policy,
            front: Vec::new(),
            stride: bench.buckets.levels() / 64 + 1,
            open: Vec::new(),
            found: Vec::new(),
            residual: Vec::new(),
            free: Vec::new(),
            fresh: 0,
            pairs: bench.pairs(),
        };
        // Pairs that demand nothing must not wait for a neuron to reach them.
        pairs.admit(bench);
        pairs
    }

    /// Whether no demand is open.
    pub(super) fn is_complete(&self) -> bool {
        self.front.is_empty() && self.fresh == self.pairs
    }

    /// Tries a neuron against the open pairs. Whether a weight was finished.
    pub(super) fn draw(&mut self, neuron: u64, bench: &mut Workbench) -> bool {
        let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
        let half_bits = 64 * self.stride;
        let (mut output, mut word_out, mut words_out) = (u32::MAX, 0, 0);
        let mut tries = 0;
        let hit = loop {
            let mut hit = None;
            let mut bits = tries * 2 * half_bits;
            for (index, pair) in self.front.iter().enumerate().skip(tries) {
                if pair.output != output {
                    (output, word_out) = (pair.output, row_out.word(u64::from(pair.output)));
                    words_out += 1;
                }
                let word_in = row_in.word(u64::from(pair.input));
                let t = (word_in >> 11) + (word_out >> 11);
                if index == 0 {
                    bench.note_product(t);
                }
                let half = (word_in & 1) as usize;
                let place = bench.buckets.place(t);
                let bit = bits + half * half_bits + place;
                let sign_fits = !(word_in ^ word_out ^ u64::from(pair.negative));
                if (self.open[bit >> 6] >> (bit & 63)) & sign_fits & 1 == 1
                    && !bench.buckets.is_near_an_edge(t)
                {
                    hit = Some((index, half, place));
                    break;
                }
                bits += 2 * half_bits;
            }
            tries = hit.map_or(self.front.len(), |(index, ..)| index + 1);
            if hit.is_some() || !self.admit(bench) {
                break hit;
            }
        };
        let tries = tries as u64;
        bench.tally.tries += tries;
        bench.tally.words += tries + words_out;
        let (served, finished) = match hit {
            Some((index, half, place)) => self.take(index, half, place, neuron, bench),
            None => (None, false),
        };
        bench.tally.last = Some(Draw { neuron, tries, served, serves: u64::from(served.is_some()) });
        finished
    }

    /// Brings the next pair that demands anything into the front. Pairs without demands are finished on the
    /// way. Whether there was one.
    fn admit(&mut self, bench: &mut Workbench) -> bool {
        let k = bench.buckets.levels();
        while self.fresh < self.pairs {
            let pair = self.fresh;
            self.fresh += 1;
            let (input, output) = bench.ends(pair);
            let w = bench.weight(input, output);
            let mut open = vec![0_u64; 2 * self.stride];
            for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
                let mask = &mut open[half as usize * self.stride..][..self.stride];
                match self.policy {
                    Policy::AllBuckets => (0..k).for_each(|place| set(mask, place)),
                    Policy::NextPiece => {
                        if let Some(place) = next_piece(&bench.buckets, w.abs().into(), 0) {
                            set(mask, place);
                            bench.tally.quota[half as usize][place] += 1;
                        }
                    }
                }
            }
            if open.iter().all(|&word| word == 0) {
                bench.finish(pair, &vec![0; 2 * k], true);
                continue;
            }
            let slot = self.free.pop().unwrap_or_else(|| {
                self.found.resize(self.found.len() + 2 * k, 0);
                self.residual.push([DoubleDouble::ZERO; 2]);
                (self.residual.len() - 1) as u32
            });
            self.residual[slot as usize] = [w.abs().into(); 2];
            self.front.push(FrontPair { input, output, negative: u32::from(w < 0.0), slot });
            self.open.extend_from_slice(&open);
            return true;
        }
        false
    }

    /// Gives the neuron to the pair at `index` of the front. Returns the demand it meets, and whether that finishes
    /// the pair.
    fn take(
        &mut self,
        index: usize,
        half: usize,
        place: usize,
        neuron: u64,
        bench: &mut Workbench,
    ) -> (Option<Demand>, bool) {
        let k = bench.buckets.levels();
        let FrontPair { input, output, slot, .. } = self.front[index];
        self.found[slot as usize * 2 * k + half * k + place] = neuron + 1;
        let open = &mut self.open[2 * self.stride * index..][..2 * self.stride];
        let mask = &mut open[half * self.stride..][..self.stride];
        mask[place >> 6] &= !(1 << (place & 63));
        if self.policy == Policy::NextPiece {
            let residual = &mut self.residual[slot as usize][half];
            *residual -= bench.product(neuron, input, output);
            if let Some(next) = next_piece(&bench.buckets, *residual, place + 1) {
                set(mask, next);
                bench.tally.quota[half][next] += 1;
            }
        }
        let finished = open.iter().all(|&word| word == 0);
        if finished {
            self.release(index, true, bench);
            if self.front.is_empty() {
                self.admit(bench);
            }
        }
        let demand = Demand { output, input, half: Half::BOTH[half], bucket: place as u32 + 1 };
        bench.serve(demand);
        (Some(demand), finished)
    }

    /// Finishes the pair at `index` of the front and takes it out.
    fn release(&mut self, index: usize, complete: bool, bench: &mut Workbench) {
        let k = bench.buckets.levels();
        let FrontPair { input, output, slot, .. } = self.front.remove(index);
        self.open.drain(2 * self.stride * index..2 * self.stride * (index + 1));
        let pair = bench.pair(input, output);
        let found = &mut self.found[slot as usize * 2 * k..][..2 * k];
        bench.finish(pair, found, complete);
        found.fill(0);
        self.free.push(slot);
    }

    /// What a pair of the front has found.
    pub(super) fn at_hand(&self, pair: u64, bench: &Workbench) -> Option<AtHand> {
        let k = bench.buckets.levels();
        let slot = self.front.iter().find(|front| bench.pair(front.input, front.output) == pair)?.slot;
        let found = &self.found[slot as usize * 2 * k..][..2 * k];
        Some(AtHand { paths: bench.paths(pair, found.iter().copied()), ..AtHand::default() })
    }

    /// Finishes every pair as far as it goes; demands still open are noted.
    pub(super) fn close(&mut self, bench: &mut Workbench) {
        loop {
            while let Some(&FrontPair { input, output, .. }) = self.front.first() {
                bench.leave_open_all(input, output, &self.open[..2 * self.stride]);
                self.release(0, false, bench);
            }
            if !self.admit(bench) {
                return;
            }
        }
    }
}

fn set(mask: &mut [u64], place: usize) {
    mask[place >> 6] |= 1 << (place & 63);
}
