//! Weights as subset sums of the products at hand (Pensia et al. 2020, after Lueker 1998; with a pool for each weight, the
//! conjecture of Orseau et al., Appendix A).
//!
//! Neurons come in blocks as in [`blocks`](super::blocks), uniform weights instead of hyperbolic ones: for each pair and
//! half, every neuron whose z_in has the half's sign adds its product, of either sign, to the values at hand, until the best
//! of all subsets of them is within tolerance of w. Samples are fewest this way, and the search is exponential in their number: see
//! [`subset_sum`](super::subset_sum).

use super::layer::{Demand, Draw, Workbench};
use super::subset_sum::{MOST_VALUES, SubsetSums};
use super::{Half, Path, Sharing};

/// Neurons numbered for a block; far more than are ever drawn, since [`MOST_VALUES`] products end it.
const BLOCK: u64 = 1 << 20;

#[derive(Clone, Debug)]
pub(super) struct Subsets {
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
    weight: f64,
    halves: [Search; 2],
}

/// One half's search for a sum.
#[derive(Clone, Debug)]
struct Search {
    state: State,
    at_hand: Vec<Path>,
    sum: Vec<Path>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Found,
    /// as many values as can be searched, and no sum near enough
    GivenUp,
    /// not asked for
    Idle,
}

impl Search {
    fn new(wanted: bool) -> Self {
        let state = if wanted { State::Open } else { State::Idle };
        Self { state, at_hand: Vec::new(), sum: Vec::new() }
    }

    /// Adds a product and looks for the best sum. Returns the sums that the search went through.
    fn add(&mut self, path: Path, weight: f64, tolerance: f64) -> f64 {
        self.at_hand.push(path);
        let values: Vec<f64> = self.at_hand.iter().map(|path| path.z_in * path.z_out).collect();
        let Ok(sums) = SubsetSums::new(&values) else {
            self.state = State::GivenUp;
            return 0.0;
        };
        let best = sums.best(weight);
        let chosen = |best: u64| self.at_hand.iter().enumerate().filter(move |(i, _)| best >> i & 1 == 1);
        if (best.sum - weight).abs() <= tolerance {
            self.sum = chosen(best.mask).map(|(_, path)| *path).collect();
            self.state = State::Found;
        } else if values.len() == MOST_VALUES {
            self.sum = chosen(best.mask).map(|(_, path)| *path).collect();
            self.state = State::GivenUp;
        }
        (values.len() as f64 / 2.0).exp2() * 2.0
    }
}

impl Subsets {
    pub(super) fn new(sharing: Sharing, tolerance: f64, bench: &mut Workbench) -> Self {
        let by_input = sharing == Sharing::Input;
        let blocks = if by_input { u64::from(bench.inputs) } else { bench.pairs() };
        let mut subsets = Self { tolerance, by_input, block: 0, blocks, drawn: 0, open: Vec::new() };
        subsets.open_block(bench);
        subsets
    }

    /// Whether every block is through.
    pub(super) fn is_complete(&self) -> bool {
        self.block == self.blocks
    }

    /// Draws the next neuron and offers it to every open pair of its block. Whether a weight was finished.
    pub(super) fn draw(&mut self, bench: &mut Workbench) -> bool {
        let neuron = self.block * BLOCK + self.drawn;
        self.drawn += 1;
        let tolerance = self.tolerance;
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
            if search.state != State::Open {
                continue;
            }
            let path = Path { neuron, input, output, z_in, z_out };
            bench.tally.searched += search.add(path, pair.weight, tolerance);
            let demand = Demand { output, input, half, bucket: 1 };
            first = first.or(Some(demand));
            serves += 1;
            if search.state == State::Found {
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
            .partition(|pair| pair.halves.iter().any(|search| search.state == State::Open));
        self.open = open;
        for pair in settled {
            completed |= finish(&pair, bench);
        }
        completed
    }

    fn close_block(&mut self, bench: &mut Workbench) {
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
            for (input, output) in ends {
                let weight = bench.weight(input, output);
                // The empty sum is near enough to a small weight.
                let wanted = weight.abs() > self.tolerance;
                let halves = Half::BOTH.map(|half| {
                    let wanted = wanted && bench.live[half as usize];
                    bench.tally.quota[half as usize][0] += u64::from(wanted);
                    Search::new(wanted)
                });
                self.open.push(OpenPair { input, output, weight, halves });
            }
            self.finish_found(bench);
            if !self.open.is_empty() {
                return;
            }
            self.block += 1;
        }
    }

    /// Finishes what is left without another neuron.
    pub(super) fn close(&mut self, bench: &mut Workbench) {
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
        if matches!(search.state, State::Open | State::GivenUp) {
            complete = false;
            bench.leave_open(Demand { output: pair.output, input: pair.input, half, bucket: 1 });
        }
        paths.extend_from_slice(&search.sum);
        bench.tally.values += search.at_hand.len() as u64;
    }
    bench.keep(bench.pair(pair.input, pair.output), &paths, complete);
    complete
}
