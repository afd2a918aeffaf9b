//! Weights as subset sums of the products at hand (Pensia et al. 2020, after Lueker 1998; with a pool for each weight, the
//! conjecture of Orseau et al., Appendix A).
//!
//! Neurons come in blocks as in [`blocks`](crate::construction::blocks::golden), uniform weights instead of hyperbolic ones: for each pair and
//! half, every neuron whose z_in has the half's sign adds its product, of either sign, to the values at hand, until the best
//! of all subsets of them is within tolerance of w. Samples are fewest this way, and the search is exponential in their number: see
//! [`subset_sum`](crate::construction::sums::best_subset).

use crate::construction::half::Half;
use crate::construction::inspection::AtHand;
use crate::construction::problem::Sharing;
use crate::construction::saved::Position;
use crate::construction::sums::best_subset::MOST_VALUES;
use crate::construction::sums::incremental::GrowingSums;
use crate::construction::tally::{Demand, Draw};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;

/// Neurons numbered for a block; far more than are ever drawn, since [`MOST_VALUES`] products end it.
pub(crate) const BLOCK: u64 = 1 << 20;

#[derive(Clone, Debug)]
pub(crate) struct Subsets {
    tolerance: f64,
    by_input: bool,
    block: u64,
    blocks: u64,
    drawn: u64,
    open: Vec<OpenPair>,
}

#[derive(Clone, Debug)]
struct OpenPair {
    input: u32,
    output: u32,
    halves: [Search; 2],
}

/// One half's search for a sum.
#[derive(Clone, Debug)]
struct Search {
    state: State,
    at_hand: Vec<Path>,
    sum: Vec<Path>,
}

#[derive(Clone, Debug)]
enum State {
    Open(Box<GrowingSums>),
    Found,
    /// as many values as can be searched, and no sum near enough
    GivenUp,
    /// not asked for
    Idle,
}

impl Search {
    /// `tolerance` is `None` where nothing is wanted.
    fn new(weight: f64, tolerance: Option<f64>) -> Self {
        let state = tolerance
            .map_or(State::Idle, |tolerance| State::Open(Box::new(GrowingSums::new(weight, tolerance))));
        Self { state, at_hand: Vec::new(), sum: Vec::new() }
    }

    fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// Adds a product and looks for the best sum. Returns the sums that were looked at; `None` where no search is open.
    fn add(&mut self, path: Path) -> Option<u64> {
        let State::Open(sums) = &mut self.state else { return None };
        self.at_hand.push(path);
        let before = sums.looked_at();
        let settled = match sums.add(path.z_in * path.z_out) {
            Ok(Some(best)) => Some((best, State::Found)),
            Ok(None) if sums.values().len() < MOST_VALUES => None,
            // The best there is, though not near enough.
            _ => sums.best().ok().map(|best| (best, State::GivenUp)),
        };
        let looked_at = sums.looked_at() - before;
        if let Some((best, state)) = settled {
            let paths = self.at_hand.iter().enumerate();
            self.sum = paths.filter(|(i, _)| best.mask >> i & 1 == 1).map(|(_, path)| *path).collect();
            self.state = state;
        }
        Some(looked_at)
    }
}

impl Subsets {
    pub(crate) fn new(sharing: Sharing, tolerance: f64, bench: &mut Workbench) -> Self {
        let by_input = sharing == Sharing::Input;
        let blocks = if by_input { u64::from(bench.inputs) } else { bench.pairs() };
        let mut subsets = Self { tolerance, by_input, block: 0, blocks, drawn: 0, open: Vec::new() };
        subsets.open_block(bench);
        subsets
    }

    /// The block and its neurons so far.
    pub(crate) fn position(&self) -> Position<'static> {
        Position::Block { block: self.block, drawn: self.drawn }
    }

    /// The allocation with so many neurons of a block drawn: they are drawn again, without being counted. `None` where no run
    /// can be there, or where other pairs are finished.
    pub(crate) fn at(&self, block: u64, drawn: u64, has_group: &[bool], bench: &Workbench) -> Option<Self> {
        if block >= self.blocks || drawn >= BLOCK {
            return None;
        }
        let mut subsets = Self { block, drawn: 0, open: Vec::new(), ..*self };
        let is_open = |pair: &OpenPair| pair.halves.iter().any(Search::is_open);
        let ends = bench.block_ends(self.by_input, block);
        let pairs = ends.into_iter().map(|ends| subsets.open_pair(ends, bench));
        subsets.open = pairs.filter(is_open).collect();
        while subsets.drawn < drawn && !subsets.open.is_empty() {
            let neuron = block * BLOCK + subsets.drawn;
            for pair in &mut subsets.open {
                let path = Path::of(&bench.random, neuron, pair.input, pair.output);
                pair.halves[Half::of(path.z_in) as usize].add(path);
            }
            subsets.open.retain(is_open);
            subsets.drawn += 1;
        }
        let open = subsets.open.iter().map(|pair| (pair.input, pair.output));
        let is_there = bench.is_at_block((self.by_input, block), &open.collect::<Vec<_>>(), has_group);
        is_there.then_some(subsets)
    }

    /// Whether every block is through.
    pub(crate) fn is_complete(&self) -> bool {
        self.block == self.blocks
    }

    /// Draws the next neuron and offers it to every open pair of its block. Whether a weight was finished.
    pub(crate) fn draw(&mut self, bench: &mut Workbench) -> bool {
        let neuron = self.block * BLOCK + self.drawn;
        self.drawn += 1;
        let tries = self.open.len() as u64;
        let (mut first, mut serves) = (None, 0);
        for (index, pair) in self.open.iter_mut().enumerate() {
            let (input, output) = (pair.input, pair.output);
            let (z_in, z_out) =
                (bench.random.z_in(neuron, input as usize), bench.random.z_out(neuron, output as usize));
            if index == 0 {
                bench.note_product_value((z_in * z_out).abs());
            }
            let half = Half::of(z_in);
            let search = &mut pair.halves[half as usize];
            let path = Path { neuron, input, output, z_in, z_out };
            let Some(searched) = search.add(path) else { continue };
            bench.tally.searched += searched as f64;
            let demand = Demand { output, input, half, bucket: 1 };
            first = first.or(Some(demand));
            serves += 1;
            if matches!(search.state, State::Found) {
                bench.serve(demand);
            }
        }
        bench.tally.tries += tries;
        bench.tally.words += tries + 1;
        bench.tally.last = Some(Draw { neuron, tries, served: first, serves });
        let finished = serves > 0 && self.finish_found(bench);
        if self.open.is_empty() || self.drawn == BLOCK {
            self.close_block(bench);
        }
        finished
    }

    /// Finishes the pairs whose halves are both settled. Whether a weight was completed.
    fn finish_found(&mut self, bench: &mut Workbench) -> bool {
        let mut completed = false;
        let (open, settled): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|pair| pair.halves.iter().any(Search::is_open));
        self.open = open;
        for pair in settled {
            completed |= finish(&pair, bench);
        }
        completed
    }

    fn close_block(&mut self, bench: &mut Workbench) {
        bench.tally.note_block(self.drawn.into());
        for pair in std::mem::take(&mut self.open) {
            finish(&pair, bench);
        }
        self.block += 1;
        self.drawn = 0;
        self.open_block(bench);
    }

    /// Opens the pairs of the current block, passing over blocks that demand nothing.
    fn open_block(&mut self, bench: &mut Workbench) {
        while self.block < self.blocks {
            let ends = bench.block_ends(self.by_input, self.block);
            for ends in ends {
                let pair = self.open_pair(ends, bench);
                for (quota, half) in bench.tally.quota.iter_mut().zip(&pair.halves) {
                    quota[0] += u64::from(half.is_open());
                }
                self.open.push(pair);
            }
            self.finish_found(bench);
            if !self.open.is_empty() {
                return;
            }
            self.block += 1;
        }
    }

    /// A pair of which nothing is found yet.
    fn open_pair(&self, (input, output): (u32, u32), bench: &Workbench) -> OpenPair {
        let weight = bench.weight(input, output);
        // The empty sum is near enough to a small weight.
        let wanted = weight.abs() > self.tolerance;
        let halves = Half::BOTH.map(|half| {
            let wanted = wanted && bench.live[half as usize];
            Search::new(weight, wanted.then_some(self.tolerance))
        });
        OpenPair { input, output, halves }
    }

    /// What a pair of the block being drawn has found, and the sums that its halves have settled on.
    pub(crate) fn at_hand(&self, pair: u64, bench: &Workbench) -> Option<AtHand> {
        let open = self.open.iter().find(|open| bench.pair(open.input, open.output) == pair)?;
        let paths = open.halves.iter().flat_map(|search| &search.at_hand).copied().collect();
        let chosen = [0, 1].map(|half| (!open.halves[half].is_open()).then(|| open.halves[half].sum.clone()));
        Some(AtHand { paths, chosen })
    }

    /// Finishes what is left without another neuron.
    pub(crate) fn close(&mut self, bench: &mut Workbench) {
        while self.block < self.blocks {
            self.close_block(bench);
        }
    }
}

/// Keeps the sums found and notes the others. Whether both halves have theirs.
fn finish(pair: &OpenPair, bench: &mut Workbench) -> bool {
    let mut complete = true;
    let mut paths = Vec::new();
    for (half, search) in Half::BOTH.into_iter().zip(&pair.halves) {
        if matches!(search.state, State::Open(_) | State::GivenUp) {
            complete = false;
            bench.leave_open(Demand { output: pair.output, input: pair.input, half, bucket: 1 });
        }
        paths.extend_from_slice(&search.sum);
        bench.tally.values += search.at_hand.len() as u64;
    }
    bench.keep(bench.pair(pair.input, pair.output), &paths, complete);
    complete
}
