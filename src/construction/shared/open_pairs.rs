//! First-fit and on-demand: the open pairs in their order.
//!
//! A neuron is tried against the pairs with open demands, first pair first, until one can use it. The two allocations differ
//! only in the demands that a pair opens: all buckets of both halves at once, or in each half the one bucket that the greedy
//! sum needs next.
//!
//! # Layout
//! Open pairs that some neuron has reached form the *front*, in the order of tries. It stays short, since neurons go to the
//! first pairs that can use them.
//! [`one_by_one`](super::one_by_one) draws neurons one by one, [`passing`](super::passing) many together, with equal results.

use super::queue::Queue;
use crate::construction::allocator::Available;
use crate::construction::half::Half;
use crate::construction::sums::assembly::{AssembledWeight, WEIGHTS};
use crate::construction::sums::golden::next_piece;
use crate::construction::tally::{Demand, Tally};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;

/// The front of open pairs, with the pieces found for each.
#[derive(Clone, Debug)]
pub(crate) struct OpenPairs {
    policy: Policy,
    pub(crate) front: Vec<FrontPair>,
    /// words of open-demand bits per half; place k is never set
    pub(crate) stride: usize,
    /// 2·stride words per pair of the front: bit `place` of a half is set while a piece of this bucket is in demand
    pub(crate) open: Vec<u64>,
    /// per slot: neuron + 1 for each (half, place), 0 for none
    found: Vec<u64>,
    /// per slot: both sums so far
    sums: Vec<AssembledWeight>,
    /// slots without a pair
    free: Vec<u32>,
    /// number of the first pair that no neuron has reached, see [`NonzeroPlaces`](crate::construction::nonzero::NonzeroPlaces)
    pub(crate) fresh: u64,
    /// pairs with a weight other than 0
    pub(crate) pairs: u64,
    /// neurons drawn together
    pub(crate) queue: Box<Queue>,
}

/// A pair of the front: the data of a try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrontPair {
    pub(crate) input: u32,
    pub(crate) output: u32,
    /// 1 where w* < 0
    pub(crate) negative: u32,
    /// slot of the pair in `found` and `sums`
    slot: u32,
}

impl FrontPair {
    /// A demand of the pair.
    pub(crate) fn demand(&self, half: usize, place: usize) -> Demand {
        let Self { input, output, .. } = *self;
        Demand { output, input, half: Half::BOTH[half], bucket: place as u32 + 1 }
    }
}

/// The demands of a pair and the neurons that met them, half after half.
pub(crate) struct Demands<'a> {
    /// bits of open demands
    pub(crate) open: &'a mut [u64],
    found: &'a mut [u64],
    filled: [&'a mut [u64]; 2],
}

impl Demands<'_> {
    /// Meets the demand for a piece of this half and place with a neuron, if it is open. Whether it was.
    #[inline(always)]
    pub(crate) fn meet(&mut self, half: usize, place: usize, neuron: u64) -> bool {
        let word = &mut self.open[self.open.len() / 2 * half + (place >> 6)];
        let rest = *word & !(1 << (place & 63));
        let is_open = rest != *word;
        if is_open {
            *word = rest;
            self.found[self.found.len() / 2 * half + place] = neuron + 1;
            self.filled[half][place] += 1;
        }
        is_open
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    AllBuckets,
    NextPiece,
}

impl OpenPairs {
    /// All 2k demands of a pair are open from the start.
    pub(crate) fn first_fit(bench: &mut Workbench) -> Self {
        let pairs = bench.nonzero.count();
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            bench.tally.quota[half as usize].fill(pairs);
        }
        Self::new(Policy::AllBuckets, bench)
    }

    /// Each half demands the next piece of its sum.
    pub(crate) fn on_demand(bench: &mut Workbench) -> Self {
        Self::new(Policy::NextPiece, bench)
    }

    fn new(policy: Policy, bench: &mut Workbench) -> Self {
        let mut pairs = Self {
            policy,
            front: Vec::new(),
            stride: bench.buckets.levels() / 64 + 1,
            open: Vec::new(),
            found: Vec::new(),
            sums: Vec::new(),
            free: Vec::new(),
            fresh: 0,
            pairs: bench.nonzero.count(),
            queue: Box::default(),
        };
        // Pairs without demands are finished before any neuron is drawn.
        pairs.admit_now(bench);
        pairs
    }

    /// The pairs of the front in their order, and the neurons found for each.
    pub(crate) fn progress(&self, bench: &Workbench) -> (Vec<u64>, Vec<u64>) {
        let pieces = 2 * bench.buckets.levels();
        let pairs = self.front.iter().map(|pair| bench.pair(pair.input, pair.output)).collect();
        let found = self.front.iter().flat_map(|pair| &self.found[pair.slot as usize * pieces..][..pieces]);
        (pairs, found.copied().collect())
    }

    /// The allocation with these pairs in the front and these neurons found for them, all other pairs up to the last one
    /// being finished. `None` where no run can have been there.
    pub(crate) fn resumed(
        &self,
        front: &[u64],
        found: Vec<u64>,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<Self> {
        let pieces = 2 * bench.buckets.levels();
        let fresh = (bench.groups.len() + front.len()) as u64;
        let is_reached = |pair: u64| bench.nonzero.number(pair).is_some_and(|number| number < fresh);
        let is_whole = front.is_sorted_by(|a, b| a < b)
            && front.iter().all(|&pair| is_reached(pair) && !has_group[pair as usize])
            && bench.groups.iter().all(|group| is_reached(group.pair))
            && bench.tally.weights_done == bench.nonzero.zeros() + bench.groups.len() as u64
            && found.len() == front.len() * pieces
            && fresh <= self.pairs
            && !(front.is_empty() && fresh == self.pairs);
        if !is_whole {
            return None;
        }
        let (policy, stride, sums) =
            (self.policy, self.stride, vec![AssembledWeight::default(); front.len()]);
        let open = vec![0; front.len() * 2 * stride];
        let (free, queue) = (Vec::new(), Box::default());
        let front = front.iter().zip(0..).map(|(&pair, slot)| {
            let (input, output) = bench.ends(pair);
            FrontPair { input, output, negative: u32::from(bench.weight(input, output) < 0.0), slot }
        });
        let front = front.collect();
        let mut pairs =
            Self { policy, front, stride, open, found, sums, free, fresh, pairs: self.pairs, queue };
        (0..pairs.front.len()).all(|index| pairs.open_again(index, bench)).then_some(pairs)
    }

    /// Opens the demands of a pair of the front that its neurons have not met. Whether any is open, and each neuron met one.
    fn open_again(&mut self, index: usize, bench: &Workbench) -> bool {
        let FrontPair { input, output, slot, .. } = self.front[index];
        let (k, slot) = (bench.buckets.levels(), slot as usize);
        let magnitude = bench.weight(input, output).abs();
        let found = &self.found[2 * k * slot..][..2 * k];
        let sums = &mut self.sums[slot];
        sums.residuals = [magnitude.into(); 2];
        let mut is_used = true;
        for half in 0..2 {
            let found = &found[half * k..][..k];
            let mask = &mut self.open[(2 * index + half) * self.stride..][..self.stride];
            let mut used = 0;
            let mut from = 0;
            while bench.live[half] && from < k {
                let place = match self.policy {
                    Policy::AllBuckets => from,
                    Policy::NextPiece => next_piece(&bench.buckets, sums.residuals[half], from).unwrap_or(k),
                };
                from = place + 1;
                let Some(&neuron) = found.get(place) else { break };
                if bench.is_piece(neuron, (input, output), half, place) {
                    used += 1;
                    if self.policy == Policy::NextPiece {
                        let path = Path::of(&bench.random, neuron - 1, input, output);
                        sums.residuals[half] -= path.exact_product().abs();
                        sums.paths[half].push(path);
                    }
                    continue;
                }
                set(mask, place);
                if self.policy == Policy::NextPiece {
                    break;
                }
            }
            // Neurons that are no piece, or meet no demand, are not counted.
            is_used &= used == found.iter().filter(|&&neuron| neuron != 0).count();
        }
        is_used && self.open(index).iter().any(|&word| word != 0)
    }

    /// Whether no demand is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.front.is_empty() && self.fresh == self.pairs
    }

    /// [`admit`](Self::admit), finishing pairs without demands at once.
    pub(crate) fn admit_now(&mut self, bench: &mut Workbench) -> bool {
        let mut without_demands = Vec::new();
        let admitted = self.admit(bench, &mut |pair| without_demands.push(pair));
        without_demands.into_iter().for_each(|pair| bench.finish(pair, &[], true));
        admitted
    }

    /// Brings the next pair with demands into the front. Pairs without demands on the way are passed to `without_demands`. Whether
    /// a pair was left.
    pub(crate) fn admit(&mut self, bench: &mut Workbench, without_demands: &mut dyn FnMut(u64)) -> bool {
        let k = bench.buckets.levels();
        while self.fresh < self.pairs {
            let pair = bench.nonzero.place(self.fresh);
            self.fresh += 1;
            let (input, output) = bench.ends(pair);
            let w = bench.weight(input, output);
            let before = self.open.len();
            self.open.resize(before + 2 * self.stride, 0);
            for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
                let mask = &mut self.open[before + half as usize * self.stride..][..self.stride];
                match self.policy {
                    Policy::AllBuckets => {
                        for (word, first) in mask.iter_mut().zip((0..k).step_by(64)) {
                            *word = u64::MAX >> (64 - (k - first).min(64));
                        }
                    }
                    Policy::NextPiece => {
                        if let Some(place) = next_piece(&bench.buckets, w.abs().into(), 0) {
                            set(mask, place);
                            bench.tally.quota[half as usize][place] += 1;
                        }
                    }
                }
            }
            if self.open[before..].iter().all(|&word| word == 0) {
                self.open.truncate(before);
                without_demands(pair);
                continue;
            }
            let slot = self.free.pop().unwrap_or_else(|| {
                self.found.resize(self.found.len() + 2 * k, 0);
                self.sums.push(AssembledWeight::default());
                (self.sums.len() - 1) as u32
            });
            self.sums[slot as usize].residuals = [w.abs().into(); 2];
            self.front.push(FrontPair { input, output, negative: u32::from(w < 0.0), slot });
            return true;
        }
        false
    }

    /// Gives the neuron to the pair at `index` of the front, and leaves the pair there. Returns the place of the demand that
    /// this opens, if any.
    #[inline(always)]
    pub(crate) fn give(
        &mut self,
        index: usize,
        half: usize,
        place: usize,
        neuron: u64,
        bench: &mut Workbench,
    ) -> Option<usize> {
        self.demands(index, &mut bench.tally).0.meet(half, place, neuron);
        if self.policy == Policy::AllBuckets {
            return None;
        }
        let FrontPair { input, output, slot, .. } = self.front[index];
        let (sums, path) = (&mut self.sums[slot as usize], Path::of(&bench.random, neuron, input, output));
        sums.residuals[half] -= path.exact_product().abs();
        sums.paths[half].push(path);
        let next = next_piece(&bench.buckets, sums.residuals[half], place + 1)?;
        set(&mut self.open[(2 * index + half) * self.stride..], next);
        bench.tally.quota[half][next] += 1;
        Some(next)
    }

    /// The demands of the pair at `index` of the front, and the queue.
    #[inline(always)]
    pub(crate) fn demands<'a>(
        &'a mut self,
        index: usize,
        tally: &'a mut Tally,
    ) -> (Demands<'a>, &'a mut Queue) {
        let [positive, negative] = &mut tally.filled;
        let (words, pieces) = (2 * self.stride, 2 * positive.len());
        let open = &mut self.open[words * index..][..words];
        let found = &mut self.found[self.front[index].slot as usize * pieces..][..pieces];
        (Demands { open, found, filled: [positive, negative] }, &mut self.queue)
    }

    /// Open demands of the pair at `index` of the front, the words of the positive half first.
    #[inline(always)]
    pub(crate) fn open(&self, index: usize) -> &[u64] {
        &self.open[2 * self.stride * index..][..2 * self.stride]
    }

    /// Finishes the pair at `index` of the front and takes it out.
    pub(crate) fn release(&mut self, index: usize, complete: bool, bench: &mut Workbench) {
        let pair = self.front.remove(index);
        self.open.drain(2 * self.stride * index..2 * self.stride * (index + 1));
        self.assemble(&[pair], bench);
        self.finish(pair, complete, bench);
    }

    /// Assembles pairs taken out of the front, except those assembled piece by piece.
    pub(crate) fn assemble(&mut self, pairs: &[FrontPair], bench: &mut Workbench) {
        let k = bench.buckets.levels();
        let found = |pair: &FrontPair| &self.found[pair.slot as usize * 2 * k..][..2 * k];
        let is_made = |pair: &FrontPair| {
            self.policy == Policy::NextPiece && self.sums[pair.slot as usize].has_all(found(pair))
        };
        let pairs: Vec<&FrontPair> = pairs.iter().filter(|pair| !is_made(pair)).collect();
        for pairs in pairs.chunks(WEIGHTS) {
            let found = pairs.iter().map(|pair| (bench.pair(pair.input, pair.output), found(pair)));
            let found: Vec<_> = found.collect();
            bench.assemble(&found);
            for (pair, sums) in pairs.iter().zip(&mut bench.assembled) {
                std::mem::swap(&mut self.sums[pair.slot as usize], sums);
            }
        }
    }

    /// Keeps the paths of an [assembled](Self::assemble) pair.
    pub(crate) fn finish(&mut self, pair: FrontPair, complete: bool, bench: &mut Workbench) {
        let (slot, number) = (pair.slot as usize, bench.pair(pair.input, pair.output));
        let k = bench.buckets.levels();
        bench.keep_assembled(number, &self.sums[slot], complete);
        self.sums[slot].paths.iter_mut().for_each(Vec::clear);
        self.found[slot * 2 * k..][..2 * k].fill(0);
        self.free.push(pair.slot);
    }

    /// Takes the pairs with all demands met out of the front.
    pub(crate) fn take_out(&mut self, met: impl Fn(usize) -> bool) {
        let words = 2 * self.stride;
        let mut kept = 0;
        for index in 0..self.front.len() {
            if !met(index) {
                self.front[kept] = self.front[index];
                self.open.copy_within(words * index..words * (index + 1), words * kept);
                kept += 1;
            }
        }
        self.front.truncate(kept);
        self.open.truncate(words * kept);
    }

    /// Paths found for a pair of the front.
    pub(crate) fn found_for(&self, pair: u64, bench: &Workbench) -> Option<Available> {
        let k = bench.buckets.levels();
        let slot = self.front.iter().find(|front| bench.pair(front.input, front.output) == pair)?.slot;
        let found = &self.found[slot as usize * 2 * k..][..2 * k];
        Some(Available::all(bench.paths(pair, found.iter().copied())))
    }

    /// Finishes every pair with the pieces found for it, and notes the demands left open.
    pub(crate) fn finish_all(&mut self, bench: &mut Workbench) {
        loop {
            while let Some(&FrontPair { input, output, .. }) = self.front.first() {
                bench.leave_open_all(input, output, &self.open[..2 * self.stride]);
                self.release(0, false, bench);
            }
            if !self.admit_now(bench) {
                break;
            }
        }
        // Free the memory: finished layers are kept for the whole run.
        (self.open, self.found, self.sums) = (Vec::new(), Vec::new(), Vec::new());
        (self.front, self.free) = (Vec::new(), Vec::new());
    }
}

fn set(mask: &mut [u64], place: usize) {
    mask[place >> 6] |= 1 << (place & 63);
}
