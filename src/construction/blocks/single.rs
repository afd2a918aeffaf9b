//! One neuron for each half of a weight: Malach's construction and its product variant.
//!
//! Each weight other than 0 has a block of neurons. A neuron serves the half that its matcher accepts it for; the halves need opposite
//! signs of z_in, so it never fits both.
//!
//! # Skipping ahead
//! Hits may be one in 10¹³. Skip-ahead passes over the neurons before a hit: with two open halves, each hit with probability p,
//! the number of neurons up to the first hit of either is geometric with 2p, the half served is a fair coin, and the wait for
//! the other half from there on is geometric with p. The hits themselves are drawn from their exact conditional law. The
//! outcome has the distribution of drawing every neuron, without its cost. But the skipped neurons of G are never
//! evaluated, so a hit has no number in G and there is no ticket to write.

use rand::distr::Distribution;
use rand::{Rng, RngExt};

use super::scheduler::{BlockPosition, Blocks, Consumer};
use super::waiting::{skipping_words, wait};
use crate::construction::allocator::Available;
use crate::construction::half::Half;
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::{LayerProblem, Match, Mode};
use crate::construction::tally::{Demand, Draw, Tally};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::sampling::Stream;
use crate::sampling::hits::{Hit, MalachHits, ProductPairHits};
use crate::theory::Count;

/// Weights that need one neuron for each half.
#[derive(Clone, Debug)]
pub(crate) struct SingleWeights {
    matching: Match,
    mode: Mode,
    /// η, tolerance of a match
    eta: f64,
    /// words of skipping ahead, a row per weight
    skipping: Stream,
}

/// A weight with a block of neurons.
#[derive(Clone, Debug)]
pub(crate) struct SingleWeight {
    pair: u64,
    input: u32,
    output: u32,
    /// halves that need a neuron
    needs: [bool; 2],
    /// `None` where no neuron can match
    matcher: Option<Matcher>,
    /// the path found for each half
    found: [Option<Path>; 2],
}

impl SingleWeight {
    fn needs(&self, half: Half) -> bool {
        self.needs[half as usize] && self.found[half as usize].is_none()
    }
}

#[derive(Clone, Copy, Debug)]
enum Matcher {
    EachWeight(MalachHits),
    Product(ProductPairHits),
}

impl Matcher {
    /// `None` where no neuron can match.
    fn new(matching: Match, w: f64, eta: f64) -> Option<Self> {
        match matching {
            Match::EachWeight => MalachHits::new(w, eta).ok().map(Self::EachWeight),
            Match::Product => ProductPairHits::new(w, eta).ok().map(Self::Product),
            Match::AllWeights => None,
        }
    }

    fn accepts(&self, half: Half, hit: Hit) -> bool {
        let hit = if half == Half::Positive { hit } else { hit.mirrored() };
        match self {
            Self::EachWeight(malach) => malach.accepts(hit),
            Self::Product(product) => product.accepts(hit),
        }
    }

    fn ln_p(&self) -> f64 {
        match self {
            Self::EachWeight(malach) => malach.ln_p(),
            Self::Product(product) => product.ln_p(),
        }
    }

    fn draw(&self, half: Half, words: &mut impl Rng) -> Hit {
        let hit = match self {
            Self::EachWeight(malach) => malach.sample(words),
            Self::Product(product) => product.sample(words),
        };
        if half == Half::Positive { hit } else { hit.mirrored() }
    }
}

/// ln of the probability that one neuron serves one half of w; `None` where none can.
pub fn ln_hit_probability(matching: Match, w: f64, eta: f64) -> Option<f64> {
    Matcher::new(matching, w, eta).map(|matcher| matcher.ln_p())
}

impl SingleWeights {
    /// A block of `bound` neurons for each weight other than 0.
    pub(crate) fn blocks(problem: &LayerProblem, bound: Count, bench: &mut Workbench) -> Blocks<Self> {
        let LayerProblem { matching, mode, seed, .. } = *problem;
        let (eta, skipping) = (problem.ranges.half_tolerance, skipping_words(seed, bench));
        Blocks::new(Self { matching, mode, eta, skipping }, bench.nonzero.count(), bound, bench)
    }

    fn open_weight(&self, pair: u64, bench: &Workbench) -> SingleWeight {
        let (input, output) = bench.ends(pair);
        let w = bench.weight(input, output);
        let matcher = Matcher::new(self.matching, w, self.eta);
        SingleWeight { pair, input, output, needs: bench.live, matcher, found: [None; 2] }
    }
}

impl Consumer for SingleWeights {
    type Open = SingleWeight;

    fn open(&self, block: u64, bench: &Workbench) -> Vec<SingleWeight> {
        vec![self.open_weight(bench.nonzero.place(block), bench)]
    }

    fn count_demands(&self, open: &SingleWeight, tally: &mut Tally) {
        for (quota, needs) in tally.quota.iter_mut().zip(open.needs) {
            quota[0] += u64::from(needs);
        }
    }

    fn is_settled(&self, open: &SingleWeight) -> bool {
        open.matcher.is_none() || !Half::BOTH.into_iter().any(|half| open.needs(half))
    }

    fn draw(&self, neuron: u64, drawn: u64, open: &mut [SingleWeight], bench: &mut Workbench) -> bool {
        let [open] = open else { return false };
        let (input, output) = (open.input, open.output);
        let path = Path::of(&bench.random, neuron, input, output);
        bench.note_product_value(path.product().abs());
        bench.tally.tries += 1;
        bench.tally.words += 2;
        let (half, hit) = (Half::of(path.z_in), Hit { z_in: path.z_in, z_out: path.z_out });
        let fits = open.needs(half) && open.matcher.is_some_and(|matcher| matcher.accepts(half, hit));
        let demand = Demand { output, input, half, bucket: 1 };
        if fits {
            open.found[half as usize] = Some(path);
            bench.serve(demand);
            bench.tally.waits[half as usize] += drawn.into();
        }
        let served = fits.then_some(demand);
        bench.tally.last = Some(Draw { neuron, tries: 1, served, serves: u64::from(fits) });
        fits
    }

    fn skip_ahead(&self, bound: Count, open: &mut [SingleWeight], bench: &mut Workbench) -> Option<Count> {
        let [open] = open else { return None };
        let matcher = open.matcher.filter(|_| self.mode == Mode::SkipAhead)?;
        let mut words = self.skipping.row(open.pair).reader();
        let (input, output) = (open.input, open.output);
        let mut waited = Count::ZERO;
        let mut halves: Vec<Half> = Half::BOTH.into_iter().filter(|&half| open.needs(half)).collect();
        while !halves.is_empty() {
            waited += wait(matcher.ln_p(), halves.len(), &mut words);
            let next = if halves.len() == 2 { usize::from(words.random::<bool>()) } else { 0 };
            let half = halves.swap_remove(next);
            let Hit { z_in, z_out } = matcher.draw(half, &mut words);
            if waited > bound {
                break;
            }
            let neuron = stand_in(open.pair, half);
            open.found[half as usize] = Some(Path { neuron, input, output, z_in, z_out });
            bench.serve(Demand { output, input, half, bucket: 1 });
            bench.tally.waits[half as usize] += waited;
        }
        let passed = waited.min(bound);
        bench.tally.skipped += passed;
        bench.tally.last = None;
        Some(passed)
    }

    fn finish(&self, open: &SingleWeight, bench: &mut Workbench) -> bool {
        let unserved = Half::BOTH.map(|half| u64::from(open.needs(half)));
        bench.leave_open_all(open.input, open.output, &unserved);
        let paths: Vec<Path> = open.found.into_iter().flatten().collect();
        let is_complete = unserved == [0, 0];
        bench.keep(open.pair, &paths, is_complete);
        is_complete
    }

    fn ends(open: &SingleWeight) -> (u32, u32) {
        (open.input, open.output)
    }

    fn is_for(&self, open: &SingleWeight, input: u32, output: u32) -> bool {
        (open.input, open.output) == (input, output)
    }

    fn available(&self, open: &SingleWeight, _: &Workbench) -> Available {
        Available::all(open.found.into_iter().flatten().collect())
    }

    fn position(&self, at: BlockPosition, open: &[SingleWeight]) -> AllocatorPosition<'static> {
        let found = open.first().map_or([None; 2], |open| open.found);
        AllocatorPosition::Weight { drawn: at.drawn, found: found.map(|path| path.map(|path| path.neuron)) }
    }

    fn reopened(
        &self,
        position: &AllocatorPosition<'_>,
        size: u64,
        _: &[bool],
        bench: &Workbench,
    ) -> Option<(BlockPosition, Vec<SingleWeight>)> {
        let AllocatorPosition::Weight { drawn, found } = *position else { return None };
        let block = bench.groups.len() as u64;
        let most = if self.mode == Mode::Drawn { size } else { 1 };
        let is_ordered = bench.has_groups_in_order(|number| bench.nonzero.place(number));
        if block >= bench.nonzero.count() || !is_ordered || drawn >= most {
            return None;
        }
        let mut open = self.open_weight(bench.nonzero.place(block), bench);
        for (half, neuron) in Half::BOTH.into_iter().zip(found) {
            let Some(neuron) = neuron else { continue };
            let path = Path::of(&bench.random, neuron, open.input, open.output);
            let hit = Hit { z_in: path.z_in, z_out: path.z_out };
            let is_drawn = neuron.checked_sub(block * size).is_some_and(|at| at < drawn);
            let fits =
                Half::of(path.z_in) == half && open.matcher.is_some_and(|matcher| matcher.accepts(half, hit));
            if !(open.needs(half) && is_drawn && fits) {
                return None;
            }
            open.found[half as usize] = Some(path);
        }
        (!self.is_settled(&open)).then(|| (BlockPosition { block, drawn }, vec![open]))
    }

    fn may_keep(&self, path: &Path, size: u64, bench: &Workbench) -> bool {
        let pair = bench.pair(path.input, path.output);
        match self.mode {
            Mode::Drawn => {
                let block = bench.nonzero.number(pair);
                block.is_some() && path.neuron.checked_div(size) == block
            }
            Mode::SkipAhead => {
                path.neuron == stand_in(pair, Half::of(path.z_in)) && path.z_in != 0.0 && path.z_out != 0.0
            }
        }
    }
}

/// Number of a neuron that was skipped ahead to. It has none in G; numbers by weight and half keep tickets in order.
fn stand_in(pair: u64, half: Half) -> u64 {
    2 * pair + half as u64
}
