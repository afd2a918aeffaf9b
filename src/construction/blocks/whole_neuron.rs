//! One neuron for each target neuron (Ramanujan et al. 2019): all its weights at once.
//!
//! A neuron of G is a ReLU. Let its input weights be within η of a target neuron's, and its output weight within η of 1. It
//! computes z_out·max{0, z·x} ≈ max{0, w*·x} and stands in for the target neuron, activation included, if that is a ReLU
//! too. It has no halves; its effective weights are z_out·z_in\[a\], and with |z_in| ≤ 1 they are within 2η of w*. The mask
//! cuts off the inputs with a weight of 0, so these are matched by any neuron. Each target neuron with another weight has a
//! block of neurons.
//!
//! The probability of a hit is exponentially small in the number of inputs. Skip-ahead works as for
//! [`single`](super::single), with waiting times far beyond f64.

use rand::distr::Distribution;

use super::scheduler::{BlockPosition, Blocks, Consumer};
use super::waiting::{skipping_words, wait};
use crate::construction::allocator::Available;
use crate::construction::half::Half;
use crate::construction::nonzero::NonzeroPlaces;
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
    /// the target neurons with a weight other than 0: a block for each of them
    outputs: NonzeroPlaces,
}

/// A target neuron with a block of neurons.
#[derive(Clone, Debug)]
pub(crate) struct StandIn {
    output: u32,
    /// its inputs with a weight other than 0, at least one
    inputs: Vec<u32>,
    /// the test for a neuron that can stand in; `None` where none can
    matcher: Option<WholeNeuronHits>,
    /// paths of the neuron found, one per input of these
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
    /// A block of `bound` neurons for each target neuron with a weight other than 0.
    pub(crate) fn blocks(problem: &LayerProblem, bound: Count, bench: &mut Workbench) -> Blocks<Self> {
        let (mode, eta) = (problem.mode, problem.ranges.half_tolerance);
        let skipping = skipping_words(problem.seed, bench);
        let weights = bench.target.weights(bench.layer);
        let rows = (0..weights.nrows()).map(|output| weights.row(output).iter().any(|&w| w != 0.0));
        let outputs = NonzeroPlaces::new(rows);
        let count = outputs.count();
        Blocks::new(Self { mode, eta, skipping, outputs }, count, bound, bench)
    }

    fn open_neuron(&self, output: u32, bench: &Workbench) -> StandIn {
        let inputs: Vec<u32> = bench.nonzero_inputs(output).collect();
        let row = inputs.iter().map(|&input| bench.weight(input, output));
        let matcher = WholeNeuronHits::new(row, self.eta).ok();
        StandIn { output, inputs, matcher, found: None }
    }
}

impl Consumer for StandIns {
    type Open = StandIn;

    fn open(&self, block: u64, bench: &Workbench) -> Vec<StandIn> {
        vec![self.open_neuron(self.outputs.place(block) as u32, bench)]
    }

    fn count_demands(&self, _: &StandIn, tally: &mut Tally) {
        tally.quota[0][0] += 1;
    }

    fn is_settled(&self, open: &StandIn) -> bool {
        open.matcher.is_none() || open.found.is_some()
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
            open.inputs.iter().map(|&input| {
                let z_in = bench.random.z_in(neuron, input as usize);
                first = if looked_at == 0 { z_in } else { first };
                looked_at += 1;
                z_in
            }),
            z_out,
        );
        if looked_at == 0 {
            let input = open.inputs.first().copied().unwrap_or(0);
            (first, looked_at) = (bench.random.z_in(neuron, input as usize), 1);
        }
        bench.note_product_value((first * z_out).abs());
        bench.tally.tries += 1;
        bench.tally.words += 1 + looked_at;
        let served = fits.then(|| open.demand());
        bench.tally.last = Some(Draw { neuron, tries: 1, served, serves: u64::from(fits) });
        if fits {
            bench.tally.waits[0] += drawn.into();
            bench.serve(open.demand());
            let inputs = open.inputs.iter();
            open.found = Some(inputs.map(|&input| Path::of(&bench.random, neuron, input, output)).collect());
        }
        fits
    }

    fn skip_ahead(&self, bound: Count, open: &mut [StandIn], bench: &mut Workbench) -> Option<Count> {
        let [open] = open else { return None };
        let matcher = open.matcher.as_ref().filter(|_| self.mode == Mode::SkipAhead)?;
        let mut words = self.skipping.row(open.output.into()).reader();
        let waited = wait(matcher.ln_p(), 1, &mut words);
        let NeuronHit { z_in, z_out } = matcher.sample(&mut words);
        let passed = waited.min(bound);
        bench.tally.skipped += passed;
        bench.tally.last = None;
        if waited <= bound {
            bench.tally.waits[0] += waited;
            bench.serve(open.demand());
            // The neuron has no number in G; the target neuron's keeps tickets in order.
            let (neuron, output) = (open.output.into(), open.output);
            let paths = open.inputs.iter().zip(z_in);
            let paths = paths.map(|(&input, z_in)| Path { neuron, input, output, z_in, z_out });
            open.found = Some(paths.collect());
        }
        Some(passed)
    }

    fn finish(&self, open: &StandIn, bench: &mut Workbench) -> bool {
        let is_complete = open.found.is_some();
        if !is_complete {
            bench.leave_open(open.demand());
        }
        bench.keep_whole(open.output, open.found.as_deref().unwrap_or_default(), is_complete);
        is_complete
    }

    fn ends(open: &StandIn) -> (u32, u32) {
        (open.inputs.first().copied().unwrap_or(0), open.output)
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
        let block = bench.groups.len() as u64;
        let most = if self.mode == Mode::Drawn { size } else { 1 };
        let first_pair = |number| bench.pair(0, self.outputs.place(number) as u32);
        if block >= self.outputs.count() || !bench.has_groups_in_order(first_pair) || drawn >= most {
            return None;
        }
        let open = self.open_neuron(self.outputs.place(block) as u32, bench);
        (!self.is_settled(&open)).then(|| (BlockPosition { block, drawn }, vec![open]))
    }

    fn may_keep(&self, path: &Path, size: u64, _: &Workbench) -> bool {
        match self.mode {
            Mode::Drawn => {
                let block = self.outputs.number(path.output.into());
                block.is_some() && path.neuron.checked_div(size) == block
            }
            Mode::SkipAhead => path.neuron == u64::from(path.output),
        }
    }
}
