//! Golden-ratio sums with blocks of neurons: [`Sharing::Nobody`] gives a block to each weight, [`Sharing::Input`] one to each
//! input, shared by all of its outputs.
//!
//! A neuron is tried against every open weight of its block and serves all of them that can use it: with one live input it
//! computes the same h = max{0, z_in·x_a} for every output, and each output has a z_out of its own.
//!
//! # The bound for `Sharing::Input` (shared golden)
//! m = ⌈8k′ ln(4k′P_iℓ/δ)⌉ neurons per input suffice for all targets of the class at once, all layers together, with
//! probability ≥ 1 − δ.
//!
//! *Proof.* Fix a layer, an output b and its block's input a. Over the random neuron, |z_in·z_out\[b\]| has the law of
//! Lemma C.11, so each of the 4k ≤ 4k′ categories (sign of the weight, half, bucket) of the pair has probability
//! ≥ 1/(8k′), and the m neurons are independent. One category stays empty with probability at most
//! (1 − 1/8k′)^m ≤ e^{−m/8k′} ≤ δ/(4k′P_iℓ). The layer has P_i pairs with 4k′ categories each. By a union bound, some
//! category of some pair stays empty with probability at most δ/ℓ, and in some layer with at most δ. (Outputs of one input
//! share z_in and are dependent; a union bound holds for dependent events too.) Otherwise every pair finds a product in each
//! of its buckets, whatever its weight, and its sum exists by Lemma 9. No demand competes with another, since a neuron can
//! serve output b and output b′. ∎

use super::scheduler::{BlockPosition, Blocks, Consumer};
use super::wiring::{Redrawn, Wiring, drawn_again};
use crate::construction::allocator::{Allocator, Available};
use crate::construction::buckets::levels;
use crate::construction::half::Half;
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::Sharing;
use crate::construction::tally::{Demand, Draw, Tally};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::theory::Count;

/// Weights that collect a piece for each bucket.
#[derive(Clone, Debug)]
pub(crate) struct GoldenWeights {
    wiring: Wiring,
    /// words of open-demand bits per half
    stride: usize,
}

/// A weight of the block.
#[derive(Clone, Debug)]
pub(crate) struct GoldenWeight {
    input: u32,
    output: u32,
    /// 1 where w* < 0
    negative: u64,
    /// open demands: bit `place` of each half, stride words a half
    wanted: Vec<u64>,
    /// neuron + 1 for each (half, place), 0 for none
    found: Vec<u64>,
}

impl GoldenWeight {
    /// Gives the neuron of these words to the demand that it meets, if that is open. Its place.
    fn meet(&mut self, neuron: u64, (word_in, word_out): (u64, u64), bench: &Workbench) -> Option<usize> {
        let half = (word_in & 1) as usize;
        let place = bench.buckets.classify(levels::t(word_in, word_out));
        let (stride, pieces) = (self.wanted.len() / 2, self.found.len() / 2);
        let word = &mut self.wanted[half * stride + (place >> 6)];
        let fits = *word >> (place & 63) & !(word_in ^ word_out ^ self.negative) & 1 == 1;
        if fits {
            *word &= !(1 << (place & 63));
            self.found[half * pieces + place] = neuron + 1;
        }
        fits.then_some(place)
    }

    fn is_open(&self) -> bool {
        self.wanted.iter().any(|&word| word != 0)
    }
}

impl GoldenWeights {
    /// Blocks of `bound` neurons.
    pub(crate) fn blocks(sharing: Sharing, bound: Count, bench: &mut Workbench) -> Blocks<Self> {
        let pairs = bench.nonzero.count();
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            bench.tally.quota[half as usize].fill(pairs);
        }
        let wiring = Wiring::new(sharing, bench);
        let count = wiring.blocks();
        let golden = Self { wiring, stride: bench.buckets.levels() / 64 + 1 };
        let mut blocks = Blocks::new(golden, count, bound, bench);
        if bound.saturated() == 0 {
            blocks.close(bench);
        }
        blocks
    }
}

impl Consumer for GoldenWeights {
    type Open = GoldenWeight;

    fn open(&self, block: u64, bench: &Workbench) -> Vec<GoldenWeight> {
        let k = bench.buckets.levels();
        let mut wanted = vec![0; 2 * self.stride];
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            for place in 0..k {
                wanted[half as usize * self.stride + (place >> 6)] |= 1 << (place & 63);
            }
        }
        let ends = self.wiring.ends(block, bench).into_iter();
        ends.map(|(input, output)| {
            let negative = u64::from(bench.weight(input, output) < 0.0);
            GoldenWeight { input, output, negative, wanted: wanted.clone(), found: vec![0; 2 * k] }
        })
        .collect()
    }

    /// All demands of the layer are counted from the start.
    fn count_demands(&self, _: &GoldenWeight, _: &mut Tally) {}

    fn is_settled(&self, open: &GoldenWeight) -> bool {
        !open.is_open()
    }

    fn draw(&self, neuron: u64, _: u64, open: &mut [GoldenWeight], bench: &mut Workbench) -> bool {
        let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
        let tries = open.len() as u64;
        // All pairs of a block have the same input.
        let word_in = open.first().map_or(0, |pair| row_in.word(u64::from(pair.input)));
        let half = (word_in & 1) as usize;
        let (mut first, mut serves) = (None, 0);
        for (index, pair) in open.iter_mut().enumerate() {
            let word_out = row_out.word(u64::from(pair.output));
            if index == 0 {
                bench.note_product(levels::t(word_in, word_out));
            }
            if let Some(place) = pair.meet(neuron, (word_in, word_out), bench) {
                let (output, input) = (pair.output, pair.input);
                let demand = Demand { output, input, half: Half::BOTH[half], bucket: place as u32 + 1 };
                bench.serve(demand);
                first = first.or(Some(demand));
                serves += 1;
            }
        }
        bench.tally.tries += tries;
        bench.tally.words += tries + 1;
        bench.tally.last = Some(Draw { neuron, tries, served: first, serves });
        serves > 0
    }

    fn finish(&self, open: &GoldenWeight, bench: &mut Workbench) -> bool {
        let is_complete = !open.is_open();
        if !is_complete {
            bench.leave_open_all(open.input, open.output, &open.wanted);
        }
        bench.finish(bench.pair(open.input, open.output), &open.found, is_complete);
        is_complete
    }

    fn ends(open: &GoldenWeight) -> (u32, u32) {
        (open.input, open.output)
    }

    fn is_for(&self, open: &GoldenWeight, input: u32, output: u32) -> bool {
        (open.input, open.output) == (input, output)
    }

    fn available(&self, open: &GoldenWeight, bench: &Workbench) -> Available {
        let pair = bench.pair(open.input, open.output);
        Available::all(bench.paths(pair, open.found.iter().copied()))
    }

    fn reopened(
        &self,
        position: &AllocatorPosition<'_>,
        size: u64,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<(BlockPosition, Vec<GoldenWeight>)> {
        drawn_again(self, position, size, has_group, bench)
    }

    fn may_keep(&self, path: &Path, size: u64, bench: &Workbench) -> bool {
        self.wiring.has(path, size, bench)
    }
}

impl Redrawn for GoldenWeights {
    fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    fn offer(&self, neuron: u64, open: &mut [GoldenWeight], bench: &Workbench) {
        let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
        for pair in open {
            let words = (row_in.word(pair.input.into()), row_out.word(pair.output.into()));
            pair.meet(neuron, words, bench);
        }
    }
}
