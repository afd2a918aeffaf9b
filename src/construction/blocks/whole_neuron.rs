//! One neuron for each target neuron (Ramanujan et al. 2019): all its weights at once.
//!
//! A neuron of G is a ReLU. One whose input weights are all within η of a target neuron's, and whose output weight is
//! within η of 1, computes z_out·max{0, z·x} ≈ max{0, w*·x}: it stands in for the target neuron, activation included,
//! where that is a ReLU too. It has no halves, its effective weights are z_out·z_in\[a\], and with |z_in| ≤ 1
//! they are within 2η of w*. Each target neuron has a block of neurons to itself.
//!
//! The probability of a hit falls with the power of the number of inputs, so that such neurons are skipped ahead to as those of
//! [`singles`](crate::construction::blocks::single) are, with waiting times that soon leave f64 behind.

use rand::distr::Distribution;

use super::single::{skipping_words, wait};
use crate::construction::half::Half;
use crate::construction::inspection::AtHand;
use crate::construction::problem::{LayerProblem, Mode};
use crate::construction::saved::Position;
use crate::construction::tally::{Demand, Draw};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::sampling::Stream;
use crate::sampling::hits::{NeuronHit, WholeNeuron};
use crate::theory::Count;

#[derive(Clone, Debug)]
pub(crate) struct WholeNeurons {
    mode: Mode,
    /// η, tolerance of each weight
    eta: f64,
    /// neurons that a target neuron has to itself
    bound: Count,
    /// words of skipping ahead, a row per target neuron
    skipping: Stream,
    /// the target neuron being worked on, and what a neuron must be to stand in for it
    output: u32,
    wanted: Option<WholeNeuron>,
    /// neurons of its block drawn so far
    drawn: u64,
}

/// ln of the probability that one neuron stands in for the target neuron with these weights; `None` where none can.
pub fn ln_neuron_probability(row: impl IntoIterator<Item = f64>, eta: f64) -> Option<f64> {
    WholeNeuron::new(row, eta).ok().map(|neuron| neuron.ln_p())
}

impl WholeNeurons {
    /// `bound`: neurons that a target neuron has to itself.
    pub(crate) fn new(problem: &LayerProblem, bound: Count, bench: &mut Workbench) -> Self {
        let skipping = skipping_words(problem.seed, bench);
        let (mode, eta) = (problem.mode, problem.ranges.half_tolerance);
        let mut neurons = Self { mode, eta, bound, skipping, output: 0, wanted: None, drawn: 0 };
        neurons.open(bench);
        neurons
    }

    /// Neurons of the target neuron's block so far.
    pub(crate) fn position(&self) -> Position<'static> {
        Position::Neuron { drawn: self.drawn }
    }

    /// The allocation at the target neuron behind those that are finished. `None` where no run can be there.
    pub(crate) fn at(&self, drawn: u64, bench: &Workbench) -> Option<Self> {
        let output = u32::try_from(bench.groups.len()).ok().filter(|&output| output < bench.outputs)?;
        let most = if self.mode == Mode::Drawn { self.bound.saturated() } else { 1 };
        if !bench.has_groups_in_order(bench.inputs.into()) || drawn >= most {
            return None;
        }
        let row = row_of(output, bench);
        let wanted = Some(WholeNeuron::new(row.iter().copied(), self.eta).ok()?);
        row.iter().any(|&w| w != 0.0).then_some(Self { output, wanted, drawn, ..*self })
    }

    /// Whether every target neuron is through.
    pub(crate) fn is_complete(&self) -> bool {
        self.wanted.is_none()
    }

    /// Draws one neuron; when skipping ahead, all that one target neuron needs. Whether its weights were finished.
    pub(crate) fn draw(&mut self, bench: &mut Workbench) -> bool {
        let Some(wanted) = self.wanted.take() else { return false };
        let (found, exhausted) = match self.mode {
            Mode::Drawn => (self.draw_neuron(&wanted, bench), self.drawn == self.bound.saturated()),
            Mode::SkipAhead => (self.skip_ahead(&wanted, bench), true),
        };
        match found {
            Some(paths) => {
                bench.serve(self.demand());
                bench.keep_whole(self.output, &paths, true);
                self.output += 1;
                self.open(bench);
                true
            }
            None if exhausted => {
                self.give_up(bench);
                false
            }
            None => {
                self.wanted = Some(wanted);
                false
            }
        }
    }

    /// The paths of the next neuron, if it can stand in.
    fn draw_neuron(&mut self, wanted: &WholeNeuron, bench: &mut Workbench) -> Option<Vec<Path>> {
        let neuron = u64::from(self.output) * self.bound.saturated() + self.drawn;
        self.drawn += 1;
        let output = self.output;
        let z_out = bench.random.z_out(neuron, output as usize);
        let mut looked_at = 0;
        let mut first = 0.0;
        let fits = wanted.accepts(
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
        let served = fits.then(|| self.demand());
        bench.tally.last = Some(Draw { neuron, tries: 1, served, serves: u64::from(fits) });
        if !fits {
            return None;
        }
        bench.tally.waits[0] += self.drawn.into();
        bench.tally.note_block(self.drawn.into());
        let path = |input: u32| Path {
            neuron,
            input,
            output,
            z_in: bench.random.z_in(neuron, input as usize),
            z_out,
        };
        Some((0..bench.inputs).map(path).collect())
    }

    /// The neuron that hits first, unless the bound comes before.
    fn skip_ahead(&self, wanted: &WholeNeuron, bench: &mut Workbench) -> Option<Vec<Path>> {
        let mut words = self.skipping.row(u64::from(self.output)).reader();
        let waited = wait(wanted.ln_p(), 1, &mut words);
        let NeuronHit { z_in, z_out } = wanted.sample(&mut words);
        let passed = waited.min(self.bound);
        bench.tally.skipped += passed;
        bench.tally.note_block(passed);
        bench.tally.last = None;
        if waited > self.bound {
            return None;
        }
        bench.tally.waits[0] += waited;
        // Such a neuron has no number in G; the target neuron's keeps tickets in order.
        let (neuron, output) = (u64::from(self.output), self.output);
        Some((0..).zip(z_in).map(|(input, z_in)| Path { neuron, input, output, z_in, z_out }).collect())
    }

    fn demand(&self) -> Demand {
        Demand { output: self.output, input: 0, half: Half::Positive, bucket: 1 }
    }

    /// Opens the next target neuron that needs a neuron; one whose weights are all 0 needs none.
    fn open(&mut self, bench: &mut Workbench) {
        self.drawn = 0;
        while self.output < bench.outputs {
            let output = self.output;
            let row = row_of(output, bench);
            if row.iter().all(|&w| w == 0.0) {
                bench.keep_whole(output, &[], true);
                self.output += 1;
                continue;
            }
            bench.tally.quota[0][0] += 1;
            // A weight out of reach is refused before a lane is made.
            if let Ok(wanted) = WholeNeuron::new(row, self.eta) {
                self.wanted = Some(wanted);
                return;
            }
            self.wanted = None;
            bench.leave_open(self.demand());
            bench.keep_whole(output, &[], false);
            self.output += 1;
        }
    }

    fn give_up(&mut self, bench: &mut Workbench) {
        bench.leave_open(self.demand());
        bench.keep_whole(self.output, &[], false);
        self.output += 1;
        self.open(bench);
    }

    /// A target neuron being worked on has nothing until its neuron is found.
    pub(crate) fn at_hand(&self, output: u32) -> Option<AtHand> {
        (self.wanted.is_some() && output == self.output).then(AtHand::default)
    }

    /// Finishes what is left without another neuron.
    pub(crate) fn close(&mut self, bench: &mut Workbench) {
        while self.wanted.take().is_some() {
            self.give_up(bench);
        }
    }
}

/// The weights of a target neuron.
fn row_of(output: u32, bench: &Workbench) -> Vec<f64> {
    (0..bench.inputs).map(|input| bench.weight(input, output)).collect()
}
