//! One neuron for each target neuron (Ramanujan et al. 2019): all its weights at once.
//!
//! A neuron of G is a ReLU. Let its input weights be within η of a target neuron's, and its output weight within η of 1. It
//! computes z_out·max{0, z·x} ≈ max{0, w*·x} and stands in for the target neuron, activation included, if that is a ReLU
//! too. It has no halves; its effective weights are z_out·z_in\[a\], and with |z_in| ≤ 1 they are within 2η of w*. Each
//! target neuron has a block of neurons.
//!
//! The probability of a hit is exponentially small in the number of inputs. Skip-ahead works as for
//! [`single`](super::single), with waiting times far beyond f64.

use rand::distr::Distribution;

use super::scheduler::{BlockBound, BlockPosition, Blocks, Consumer};
use super::waiting::{skipping_words, wait};
use crate::construction::allocator::Available;
use crate::construction::half::Half;
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::{LayerProblem, Mode};
use crate::construction::tally::{Demand, Draw, Tally};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::sampling::Stream;
use crate::sampling::hits::{NeuronHit, WholeNeuronHits};
use crate::theory::Count;

/// Target neurons that need one neuron of G each.
#[derive(Clone, Debug)]
pub(crate) struct StandIns {
    mode: Mode,
    /// η, tolerance of each weight
    eta: f64,
    /// words of skipping ahead, a row per target neuron
    skipping: Stream,
}

/// A target neuron with a block of neurons.
#[derive(Clone, Debug)]
pub(crate) struct StandIn {
    output: u32,
    /// whether any of its weights is not 0
    is_needed: bool,
    /// the test for a neuron that can stand in; `None` where none can
    matcher: Option<WholeNeuronHits>,
    /// paths of the neuron found, one per input
    found: Option<Vec<Path>>,
}

impl StandIn {
    fn demand(&self) -> Demand {
        Demand { output: self.output, input: 0, half: Half::Positive, bucket: 1 }
    }
}

/// ln of the probability that one neuron stands in for the target neuron with these weights; `None` where none can.
pub fn ln_neuron_probability(row: impl IntoIterator<Item = f64>, eta: f64) -> Option<f64> {
    WholeNeuronHits::new(row, eta).ok().map(|neuron| neuron.ln_p())
}

impl StandIns {
    /// A block of `bound` neurons for each target neuron.
    pub(crate) fn blocks(problem: &LayerProblem, bound: Count, bench: &mut Workbench) -> Blocks<Self> {
        let (mode, eta) = (problem.mode, problem.ranges.half_tolerance);
        let skipping = skipping_words(problem.seed, bench);
        Blocks::new(Self { mode, eta, skipping }, bench.outputs.into(), bound, bench)
    }

    fn open_neuron(&self, output: u32, bench: &Workbench) -> StandIn {
        let row: Vec<f64> = (0..bench.inputs).map(|input| bench.weight(input, output)).collect();
        let is_needed = row.iter().any(|&w| w != 0.0);
        StandIn { output, is_needed, matcher: WholeNeuronHits::new(row, self.eta).ok(), found: None }
    }
}

impl Consumer for StandIns {
    type Open = StandIn;

    fn open(&self, block: u64, bench: &Workbench) -> Vec<StandIn> {
        vec![self.open_neuron(block as u32, bench)]
    }

    fn count_demands(&self, open: &StandIn, tally: &mut Tally) {
        tally.quota[0][0] += u64::from(open.is_needed);
    }

    fn is_settled(&self, open: &StandIn) -> bool {
        !open.is_needed || open.matcher.is_none() || open.found.is_some()
    }

    fn draw(&self, neuron: u64, drawn: u64, open: &mut [StandIn], bench: &mut Workbench) -> bool {
        let [open] = open else { return false };
        let Some(matcher) = &open.matcher else { return false };
        let output = open.output;
        let z_out = bench.random.z_out(neuron, output as usize);
        // Input weights are generated one by one, until one of them does not match.
        let mut looked_at = 0;
        let mut first = 0.0;
        let fits = matcher.accepts(
            (0..bench.inputs).map(|input| {
                let z_in = bench.random.z_in(neuron, input as usize);
                first = if looked_at == 0 { z_in } else { first };
                looked_at += 1;
                z_in
            }),
            z_out,
        );
        if looked_at == 0 {
            (first, looked_at) = (bench.random.z_in(neuron, 0), 1);
        }
        bench.note_product_value((first * z_out).abs());
        bench.tally.tries += 1;
        bench.tally.words += 1 + looked_at;
        let served = fits.then(|| open.demand());
        bench.tally.last = Some(Draw { neuron, tries: 1, served, serves: u64::from(fits) });
        if fits {
            bench.tally.waits[0] += drawn.into();
            bench.serve(open.demand());
            let inputs = 0..bench.inputs;
            open.found = Some(inputs.map(|input| Path::of(&bench.random, neuron, input, output)).collect());
        }
        fits
    }

    fn skip_ahead(&self, at: BlockBound, open: &mut [StandIn], bench: &mut Workbench) -> Option<Count> {
        let [open] = open else { return None };
        let matcher = open.matcher.as_ref().filter(|_| self.mode == Mode::SkipAhead)?;
        let mut words = self.skipping.row(at.block).reader();
        let waited = wait(matcher.ln_p(), 1, &mut words);
        let NeuronHit { z_in, z_out } = matcher.sample(&mut words);
        let passed = waited.min(at.bound);
        bench.tally.skipped += passed;
        bench.tally.last = None;
        if waited <= at.bound {
            bench.tally.waits[0] += waited;
            bench.serve(open.demand());
            // The neuron has no number in G; the target neuron's keeps tickets in order.
            let (neuron, output) = (at.block, open.output);
            let paths = (0..).zip(z_in).map(|(input, z_in)| Path { neuron, input, output, z_in, z_out });
            open.found = Some(paths.collect());
        }
        Some(passed)
    }

    fn finish(&self, open: &StandIn, bench: &mut Workbench) -> bool {
        let is_complete = !open.is_needed || open.found.is_some();
        if !is_complete {
            bench.leave_open(open.demand());
        }
        bench.keep_whole(open.output, open.found.as_deref().unwrap_or_default(), is_complete);
        is_complete
    }

    fn is_for(&self, open: &StandIn, _: u32, output: u32) -> bool {
        open.output == output
    }

    /// A target neuron has nothing until its neuron is found.
    fn available(&self, _: &StandIn, _: &Workbench) -> Available {
        Available::default()
    }

    fn position(&self, at: BlockPosition, _: &[StandIn]) -> AllocatorPosition<'static> {
        AllocatorPosition::Neuron { drawn: at.drawn }
    }

    fn reopened(
        &self,
        position: &AllocatorPosition<'_>,
        size: u64,
        _: &[bool],
        bench: &Workbench,
    ) -> Option<(BlockPosition, Vec<StandIn>)> {
        let AllocatorPosition::Neuron { drawn } = *position else { return None };
        let output = u32::try_from(bench.groups.len()).ok().filter(|&output| output < bench.outputs)?;
        let most = if self.mode == Mode::Drawn { size } else { 1 };
        if !bench.has_groups_in_order(bench.inputs.into()) || drawn >= most {
            return None;
        }
        let open = self.open_neuron(output, bench);
        (!self.is_settled(&open)).then(|| (BlockPosition { block: output.into(), drawn }, vec![open]))
    }

    fn may_keep(&self, path: &Path, size: u64, _: &Workbench) -> bool {
        let block = match self.mode {
            Mode::Drawn => path.neuron.checked_div(size),
            Mode::SkipAhead => Some(path.neuron),
        };
        block == Some(u64::from(path.output))
    }
}
