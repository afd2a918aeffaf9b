//! One neuron for each half of a weight: Malach's construction and its product variant.
//!
//! Each weight has a block of neurons to itself. A neuron is tried against both halves that are still open and serves
//! the one that its matcher accepts it for; the halves need opposite signs of z_in, so it never fits both.
//!
//! # Skipping ahead
//! Hits may be one in 10¹³. Then the neurons before a hit are passed over: with two open halves, each hit with
//! probability p, the number of neurons up to the first hit of either is geometric with 2p, which half it serves is a
//! fair coin, and the wait for the other one from there on is geometric with p. The hits themselves are drawn from
//! their exact conditional law. This is the distribution of drawing every neuron, without its cost; but the neurons of G
//! that were passed over are never looked at, so a hit has no number in G and there is no ticket to write.

use rand::{Rng, RngExt};

use rand::distr::Distribution;

use crate::construction::half::Half;
use crate::construction::inspection::AtHand;
use crate::construction::problem::{LayerProblem, Match, Mode};
use crate::construction::saved::Position;
use crate::construction::tally::{Demand, Draw};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::sampling::hits::{Hit, Malach, ProductPair};
use crate::sampling::{Geometric, Side, Stream};
use crate::theory::Count;

#[derive(Clone, Debug)]
pub(crate) struct Singles {
    matching: Match,
    mode: Mode,
    /// η, tolerance of a match
    eta: f64,
    /// neurons that a weight has to itself
    bound: Count,
    /// words of skipping ahead, a row per weight
    skipping: Stream,
    /// the weight being worked on
    pair: u64,
    pairs: u64,
    open: Option<OpenWeight>,
}

#[derive(Clone, Debug)]
struct OpenWeight {
    input: u32,
    output: u32,
    matcher: Matcher,
    /// neurons of its block drawn so far
    drawn: u64,
    /// the path found for each half
    found: [Option<Path>; 2],
}

#[derive(Clone, Copy, Debug)]
enum Matcher {
    EachWeight(Malach),
    Product(ProductPair),
}

impl Matcher {
    /// `None` where no neuron can match.
    fn new(matching: Match, w: f64, eta: f64) -> Option<Self> {
        match matching {
            Match::EachWeight => Malach::new(w, eta).ok().map(Self::EachWeight),
            Match::Product => ProductPair::new(w, eta).ok().map(Self::Product),
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

impl Singles {
    /// `bound`: neurons that a weight has to itself.
    pub(crate) fn new(problem: &LayerProblem, bound: Count, bench: &mut Workbench) -> Self {
        let LayerProblem { matching, mode, seed, .. } = *problem;
        let eta = problem.ranges.half_tolerance;
        let skipping = skipping_words(seed, bench);
        let pairs = bench.pairs();
        let mut singles = Self { matching, mode, eta, bound, skipping, pair: 0, pairs, open: None };
        singles.open_weight(bench);
        singles
    }

    /// Neurons of the weight's block so far, and those found.
    pub(crate) fn position(&self) -> Position<'static> {
        let (drawn, found) = self.open.as_ref().map_or((0, [None; 2]), |open| (open.drawn, open.found));
        Position::Weight { drawn, found: found.map(|path| path.map(|path| path.neuron)) }
    }

    /// The allocation at the weight behind those that are finished. `None` where no run can be there.
    pub(crate) fn at(&self, drawn: u64, found: [Option<u64>; 2], bench: &Workbench) -> Option<Self> {
        let pair = bench.groups.len() as u64;
        let most = if self.mode == Mode::Drawn { self.bound.saturated() } else { 1 };
        if pair >= self.pairs || !bench.has_groups_in_order(1) || drawn >= most {
            return None;
        }
        let (input, output) = bench.ends(pair);
        let w = bench.weight(input, output);
        let matcher = Matcher::new(self.matching, w, self.eta).filter(|_| w != 0.0)?;
        let mut open = OpenWeight { input, output, matcher, drawn, found: [None; 2] };
        let mut is_wanted = false;
        for half in Half::BOTH {
            let live = bench.live[half as usize];
            is_wanted |= live && found[half as usize].is_none();
            let Some(neuron) = found[half as usize] else { continue };
            let path = Path::of(&bench.random, neuron, input, output);
            let Path { z_in, z_out, .. } = path;
            let is_drawn = neuron.checked_sub(pair * self.bound.saturated()).is_some_and(|at| at < drawn);
            let fits = Half::of(z_in) == half && open.matcher.accepts(half, Hit { z_in, z_out });
            if !(live && is_drawn && fits) {
                return None;
            }
            open.found[half as usize] = Some(path);
        }
        is_wanted.then_some(Self { pair, open: Some(open), ..*self })
    }

    /// Whether every weight is through.
    pub(crate) fn is_complete(&self) -> bool {
        self.pair == self.pairs
    }

    /// Draws one neuron; when skipping ahead, all that one weight needs. Whether a weight was finished.
    pub(crate) fn draw(&mut self, bench: &mut Workbench) -> bool {
        let Some(mut open) = self.open.take() else { return false };
        let exhausted = match self.mode {
            Mode::Drawn => {
                self.draw_neuron(&mut open, bench);
                open.drawn == self.bound.saturated()
            }
            Mode::SkipAhead => {
                self.skip_ahead(&mut open, bench);
                true
            }
        };
        let served = |half: Half| open.found[half as usize].is_some() || !bench.live[half as usize];
        let finished = served(Half::Positive) && served(Half::Negative);
        if !(finished || exhausted) {
            self.open = Some(open);
            return false;
        }
        bench.tally.note_block(open.drawn.into());
        let unserved = Half::BOTH.map(|half| u64::from(!served(half)));
        bench.leave_open_all(open.input, open.output, &unserved);
        let paths: Vec<Path> = open.found.into_iter().flatten().collect();
        bench.keep(self.pair, &paths, finished);
        self.pair += 1;
        self.open_weight(bench);
        finished
    }

    fn draw_neuron(&self, open: &mut OpenWeight, bench: &mut Workbench) {
        let neuron = self.pair * self.bound.saturated() + open.drawn;
        open.drawn += 1;
        let (input, output) = (open.input, open.output);
        let (z_in, z_out) =
            (bench.random.z_in(neuron, input as usize), bench.random.z_out(neuron, output as usize));
        bench.note_product_value((z_in * z_out).abs());
        bench.tally.tries += 1;
        bench.tally.words += 2;
        let half = Half::of(z_in);
        let wanted = bench.live[half as usize] && open.found[half as usize].is_none();
        let fits = wanted && open.matcher.accepts(half, Hit { z_in, z_out });
        let demand = Demand { output, input, half, bucket: 1 };
        if fits {
            open.found[half as usize] = Some(Path { neuron, input, output, z_in, z_out });
            bench.serve(demand);
            bench.tally.waits[half as usize] += open.drawn.into();
        }
        let served = fits.then_some(demand);
        bench.tally.last = Some(Draw { neuron, tries: 1, served, serves: u64::from(fits) });
    }

    /// Both halves at once: when each is hit, and by what.
    fn skip_ahead(&self, open: &mut OpenWeight, bench: &mut Workbench) {
        let mut words = self.skipping.row(self.pair).reader();
        let (input, output) = (open.input, open.output);
        let mut waited = Count::ZERO;
        let live: Vec<Half> = Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]).collect();
        let mut halves = live.clone();
        while !halves.is_empty() {
            waited += wait(open.matcher.ln_p(), halves.len(), &mut words);
            let next = if halves.len() == 2 { usize::from(words.random::<bool>()) } else { 0 };
            let half = halves.swap_remove(next);
            let Hit { z_in, z_out } = open.matcher.draw(half, &mut words);
            if waited > self.bound {
                break;
            }
            // Such a neuron has no number in G; its weight's keeps tickets in order.
            open.found[half as usize] =
                Some(Path { neuron: 2 * self.pair + half as u64, input, output, z_in, z_out });
            bench.serve(Demand { output, input, half, bucket: 1 });
            bench.tally.waits[half as usize] += waited;
        }
        let passed = waited.min(self.bound);
        bench.tally.skipped += passed;
        bench.tally.note_block(passed);
        bench.tally.last = None;
    }

    /// Opens the next weight that needs anything; a weight of 0 needs nothing.
    fn open_weight(&mut self, bench: &mut Workbench) {
        while self.pair < self.pairs {
            let (input, output) = bench.ends(self.pair);
            let w = bench.weight(input, output);
            if w != 0.0 {
                for half in Half::BOTH.into_iter().filter(|&half| bench.live[half as usize]) {
                    bench.tally.quota[half as usize][0] += 1;
                }
                // A weight out of reach is refused before a lane is made.
                if let Some(matcher) = Matcher::new(self.matching, w, self.eta) {
                    self.open = Some(OpenWeight { input, output, matcher, drawn: 0, found: [None; 2] });
                    return;
                }
                bench.leave_open_all(input, output, &[1, 1]);
            }
            bench.keep(self.pair, &[], w == 0.0);
            self.pair += 1;
        }
    }

    /// What the weight being worked on has found.
    pub(crate) fn at_hand(&self, pair: u64) -> Option<AtHand> {
        let open = self.open.as_ref().filter(|_| pair == self.pair)?;
        Some(AtHand { paths: open.found.into_iter().flatten().collect(), ..AtHand::default() })
    }

    /// Finishes what is left without another neuron.
    pub(crate) fn close(&mut self, bench: &mut Workbench) {
        while let Some(open) = self.open.take() {
            let unserved = open.found.map(|found| u64::from(found.is_none()));
            bench.leave_open_all(open.input, open.output, &unserved);
            let paths: Vec<Path> = open.found.into_iter().flatten().collect();
            bench.keep(self.pair, &paths, false);
            self.pair += 1;
            self.open_weight(bench);
        }
    }
}

/// The words that skipping ahead needs, a row per weight or neuron: those of a layer that G has not.
pub(crate) fn skipping_words(seed: u64, bench: &Workbench) -> Stream {
    Stream::new(seed, (1 << 32) + bench.layer_number(), Side::In)
}

/// Neurons up to the next hit of any of `open` demands, each hit with probability e^`ln_p`, no two by one neuron.
pub(crate) fn wait(ln_p: f64, open: usize, words: &mut impl Rng) -> Count {
    let ln_any = ln_p + crate::theory::ln(open as f64);
    // Demands never share a neuron, so their probabilities add up to at most 1.
    Geometric::new(ln_any.min(0.0)).map_or(Count::from_ln(f64::INFINITY), |law| law.sample(words))
}
