//! Neurons in blocks of their own: `Sharing::Nobody`, a block for each weight, and `Sharing::Input`, a block for
//! each input, wired to that input alone, which all its outputs share.
//!
//! # Neurons
//! Block j holds neurons j·m … (j+1)·m − 1 of the layer and is drawn until its pairs have what they demand. A neuron
//! is tried against every open pair of its block and serves all that can use it: with one live input it
//! computes the same h = max{0, z_in·x_a} for every output, and each output has a z_out of its own.
//!
//! # The bound for `Sharing::Input` (shared golden)
//! m = ⌈8k′ ln(4k′P_iℓ/δ)⌉ neurons per input suffice for all targets of the class at once, all layers together, with
//! probability ≥ 1 − δ.
//!
//! *Proof.* Fix a layer, an output b and its block's input a. Over the random neuron, |z_in·z_out\[b\]| has the law of
//! Lemma C.11, so each of the 4k ≤ 4k′ categories (sign of the weight, half, bucket) of the pair has probability
//! ≥ 1/(8k′), and the m neurons are independent. One category stays empty with probability at most
//! (1 − 1/8k′)^m ≤ e^{−m/8k′} ≤ δ/(4k′P_iℓ). The layer has P_i pairs with 4k′ categories each, so some category of some
//! pair stays empty with probability at most δ/ℓ, and in some layer with at most δ. Outputs of one input are dependent
//! (they share z_in), which a union bound does not mind. Otherwise every pair finds a product in each of its
//! buckets, whatever its weight, and Lemma 9 puts the weight together; no demand competes with another,
//! since a neuron that serves output b is not used up for output b′. ∎

use crate::construction::buckets::levels;
use crate::construction::half::Half;
use crate::construction::inspection::AtHand;
use crate::construction::problem::Sharing;
use crate::construction::saved::Position;
use crate::construction::tally::{Demand, Draw};
use crate::construction::workbench::Workbench;

#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    /// m, neurons of a block
    size: u64,
    /// the block being drawn, from 0
    block: u64,
    blocks: u64,
    /// neurons of the block drawn so far
    drawn: u64,
    /// whether a block serves all outputs of one input, or one pair
    by_input: bool,
    /// pairs of the block with open demands
    open: Vec<OpenPair>,
    /// words of open-demand bits per half
    stride: usize,
}

#[derive(Clone, Debug)]
struct OpenPair {
    input: u32,
    output: u32,
    /// 1 where w* < 0
    negative: u64,
    /// open demands: bit `place` of each half, stride words a half
    wanted: Vec<u64>,
    /// neuron + 1 for each (half, place), 0 for none
    found: Vec<u64>,
}

impl OpenPair {
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

impl Blocks {
    pub(crate) fn new(sharing: Sharing, size: u64, bench: &mut Workbench) -> Self {
        let pairs = bench.pairs();
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            bench.tally.quota[half as usize].fill(pairs);
        }
        let by_input = sharing == Sharing::Input;
        let mut blocks = Self {
            size,
            block: 0,
            blocks: if by_input { u64::from(bench.inputs) } else { pairs },
            drawn: 0,
            by_input,
            open: Vec::new(),
            stride: bench.buckets.levels() / 64 + 1,
        };
        blocks.open_block(bench);
        if size == 0 {
            blocks.close(bench);
        }
        blocks
    }

    /// The block and its neurons so far.
    pub(crate) fn position(&self) -> Position<'static> {
        Position::Block { block: self.block, drawn: self.drawn }
    }

    /// The allocation with so many neurons of a block drawn: they are drawn again, without being counted. `None` where no run
    /// can be there, or where other pairs are finished.
    pub(crate) fn at(&self, block: u64, drawn: u64, has_group: &[bool], bench: &Workbench) -> Option<Self> {
        if block >= self.blocks || drawn >= self.size {
            return None;
        }
        let mut blocks = Self { block, drawn: 0, open: Vec::new(), ..*self };
        let ends = bench.block_ends(self.by_input, block);
        blocks.open = ends.iter().map(|&(input, output)| blocks.open_pair(input, output, bench)).collect();
        while blocks.drawn < drawn && !blocks.open.is_empty() {
            let neuron = block * self.size + blocks.drawn;
            let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
            for pair in &mut blocks.open {
                let words = (row_in.word(pair.input.into()), row_out.word(pair.output.into()));
                pair.meet(neuron, words, bench);
            }
            blocks.open.retain(OpenPair::is_open);
            blocks.drawn += 1;
        }
        let open = blocks.open.iter().map(|pair| (pair.input, pair.output));
        let is_there = bench.is_at_block((self.by_input, block), &open.collect::<Vec<_>>(), has_group);
        is_there.then_some(blocks)
    }

    /// Whether every block is through.
    pub(crate) fn is_complete(&self) -> bool {
        self.block == self.blocks
    }

    /// Draws the next neuron and offers it to every open pair of its block. Whether a weight was finished.
    pub(crate) fn draw(&mut self, bench: &mut Workbench) -> bool {
        let neuron = self.block * self.size + self.drawn;
        self.drawn += 1;
        let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
        let tries = self.open.len() as u64;
        // All pairs of a block have the same input.
        let word_in = self.open.first().map_or(0, |pair| row_in.word(u64::from(pair.input)));
        let half = (word_in & 1) as usize;
        let (mut first, mut served) = (None, 0);
        for (index, pair) in self.open.iter_mut().enumerate() {
            let word_out = row_out.word(u64::from(pair.output));
            if index == 0 {
                bench.note_product(levels::t(word_in, word_out));
            }
            if let Some(place) = pair.meet(neuron, (word_in, word_out), bench) {
                let (output, input) = (pair.output, pair.input);
                let demand = Demand { output, input, half: Half::BOTH[half], bucket: place as u32 + 1 };
                bench.serve(demand);
                first = first.or(Some(demand));
                served += 1;
            }
        }
        bench.tally.tries += tries;
        bench.tally.words += tries + 1;
        bench.tally.last = Some(Draw { neuron, tries, served: first, serves: served });
        let finished = served > 0 && self.finish_served(bench);
        if self.open.is_empty() || self.drawn == self.size {
            self.close_block(bench);
        }
        finished
    }

    /// Finishes the pairs that have all they demand. Whether there were any.
    fn finish_served(&mut self, bench: &mut Workbench) -> bool {
        let before = self.open.len();
        self.open.retain(|pair| {
            if !pair.is_open() {
                bench.finish(bench.pair(pair.input, pair.output), &pair.found, true);
            }
            pair.is_open()
        });
        self.open.len() < before
    }

    /// Finishes what is left of the block as far as it goes, and opens the next one.
    fn close_block(&mut self, bench: &mut Workbench) {
        bench.tally.note_block(self.drawn.into());
        for pair in std::mem::take(&mut self.open) {
            bench.leave_open_all(pair.input, pair.output, &pair.wanted);
            bench.finish(bench.pair(pair.input, pair.output), &pair.found, false);
        }
        self.block += 1;
        self.drawn = 0;
        self.open_block(bench);
    }

    /// Opens the pairs of the current block, passing over blocks that demand nothing.
    fn open_block(&mut self, bench: &mut Workbench) {
        while self.block < self.blocks {
            let ends = bench.block_ends(self.by_input, self.block);
            self.open =
                ends.into_iter().map(|(input, output)| self.open_pair(input, output, bench)).collect();
            self.finish_served(bench);
            if !self.open.is_empty() {
                return;
            }
            self.block += 1;
        }
    }

    fn open_pair(&self, input: u32, output: u32, bench: &Workbench) -> OpenPair {
        let k = bench.buckets.levels();
        let mut wanted = vec![0; 2 * self.stride];
        for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
            for place in 0..k {
                wanted[half as usize * self.stride + (place >> 6)] |= 1 << (place & 63);
            }
        }
        let negative = u64::from(bench.weight(input, output) < 0.0);
        OpenPair { input, output, negative, wanted, found: vec![0; 2 * k] }
    }

    /// What a pair of the block being drawn has found.
    pub(crate) fn at_hand(&self, pair: u64, bench: &Workbench) -> Option<AtHand> {
        let open = self.open.iter().find(|open| bench.pair(open.input, open.output) == pair)?;
        Some(AtHand { paths: bench.paths(pair, open.found.iter().copied()), ..AtHand::default() })
    }

    /// Closes the blocks that are not through.
    pub(crate) fn close(&mut self, bench: &mut Workbench) {
        while self.block < self.blocks {
            self.close_block(bench);
        }
    }
}
