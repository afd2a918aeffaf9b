//! What all allocations of a layer work with: the problem laid out for speed, the counts, the kept paths.

use std::sync::Arc;

use crate::construction::buckets::{Buckets, levels};
use crate::construction::half::Half;
use crate::construction::inspection::residuals;
use crate::construction::sums::assembly::{Found, WEIGHTS, WeightSums, sum_up};
use crate::construction::tally::{Demand, PRODUCT_BINS, Tally};
use crate::construction::ticket::{LayerTicket, Path};
use crate::exact::DoubleDouble;
use crate::network::Network;
use crate::sampling::{RandomLayer, UniformProductLaw};

/// Open demands listed by name when a layer runs out of neurons; the others are counted only.
pub const LISTED_DEMANDS: usize = 10_000;

/// Weights whose rows tell how many those of all weights will be.
const TELLING: usize = 128;

/// What the allocations share: the problem laid out for speed, the counts, the kept paths.
#[derive(Clone, Debug)]
pub(crate) struct Workbench {
    pub(crate) random: RandomLayer,
    pub(crate) buckets: Buckets,
    pub(crate) inputs: u32,
    pub(crate) outputs: u32,
    /// halves to be built, positive first
    pub(crate) live: [bool; 2],
    pub(crate) tally: Tally,
    pub(crate) target: Arc<Network>,
    pub(crate) layer: usize,
    /// shared with computations on other threads once the layer is done
    pub(crate) kept: Arc<LayerTicket>,
    /// (pair, first row, rows) of each group of `kept`, in order of finishing; taken away once the layer is done
    pub(crate) groups: Vec<(u64, usize, usize)>,
    /// the pair of the last group
    pub(crate) finished_last: Option<u64>,
    pub(crate) open: Vec<Demand>,
    pub(crate) open_count: u64,
    /// of the weights that were summed up last
    pub(crate) sums: [WeightSums; WEIGHTS],
    /// draws after which weights were completed, rising
    pub(crate) completed: Vec<u64>,
}

impl Workbench {
    /// Notes that weights were completed with this draw; the tally says with how many neurons.
    pub(crate) fn note_completed(&mut self, draws: u64) {
        self.completed.push(draws);
        self.tally.note_race(self.pairs());
    }

    /// P_i, the pairs of the layer. Pair p is (output p / n_{i−1}, input p mod n_{i−1}).
    pub(crate) fn pairs(&self) -> u64 {
        u64::from(self.inputs) * u64::from(self.outputs)
    }

    /// (input, output) of a pair.
    pub(crate) fn ends(&self, pair: u64) -> (u32, u32) {
        ((pair % u64::from(self.inputs)) as u32, (pair / u64::from(self.inputs)) as u32)
    }

    /// (input, output) of the pairs of a block: all outputs of one input, or one pair.
    pub(crate) fn block_ends(&self, by_input: bool, block: u64) -> Vec<(u32, u32)> {
        if by_input {
            (0..self.outputs).map(|output| (block as u32, output)).collect()
        } else {
            vec![self.ends(block)]
        }
    }

    /// Whether the finished pairs are those of all blocks before this one and, of this one, all that are not open, of which
    /// there are some.
    pub(crate) fn is_at_block(
        &self,
        (by_input, block): (bool, u64),
        open: &[(u32, u32)],
        has_group: &[bool],
    ) -> bool {
        let ends = self.block_ends(by_input, block);
        let before = block * ends.len() as u64;
        let is_before = |pair| if by_input { u64::from(self.ends(pair).0) < block } else { pair < block };
        let here = ends.iter().filter(|&&(input, output)| has_group[self.pair(input, output) as usize]);
        !open.is_empty()
            && here.count() + open.len() == ends.len()
            && open.iter().all(|&(input, output)| !has_group[self.pair(input, output) as usize])
            && self.groups.iter().filter(|&&(pair, ..)| is_before(pair)).count() as u64 == before
            && self.groups.len() as u64 == before + (ends.len() - open.len()) as u64
    }

    /// The pair with these ends.
    pub(crate) fn pair(&self, input: u32, output: u32) -> u64 {
        u64::from(output) * u64::from(self.inputs) + u64::from(input)
    }

    /// w* of a pair.
    pub(crate) fn weight(&self, input: u32, output: u32) -> f64 {
        self.target.weights(self.layer)[[output as usize, input as usize]]
    }

    /// Whether the layer can have such a demand.
    pub(crate) fn has(&self, demand: &Demand) -> bool {
        let buckets = 1..=self.tally.filled[0].len();
        demand.input < self.inputs
            && demand.output < self.outputs
            && buckets.contains(&(demand.bucket as usize))
    }

    /// Whether a neuron drawn before, given as `neuron + 1`, can be the piece of a pair for this half and place.
    pub(crate) fn is_piece(
        &self,
        found: u64,
        (input, output): (u32, u32),
        half: usize,
        place: usize,
    ) -> bool {
        let Some(neuron) = found.checked_sub(1).filter(|&neuron| neuron < self.tally.sampled) else {
            return false;
        };
        let word_in = self.random.input_words(neuron).word(input.into());
        let word_out = self.random.output_words(neuron).word(output.into());
        let negative = u64::from(self.weight(input, output) < 0.0);
        levels::piece(word_in, word_out, negative, &self.buckets) == Some((half, place))
    }

    /// Whether the groups are those of the first pairs, `step` pairs apart, in their order.
    pub(crate) fn has_groups_in_order(&self, step: u64) -> bool {
        (0..).zip(&self.groups).all(|(number, &(pair, ..))| pair == number * step)
    }

    /// Notes the first product of a neuron; `t` in units of 2⁻⁵³.
    #[inline(always)]
    pub(crate) fn note_product(&mut self, t: u64) {
        self.tally.products[levels::bin_of::<PRODUCT_BINS>(t)] += 1;
    }

    /// The same of sums of [`levels`], which are of these words: those of the input and the output.
    #[inline(always)]
    pub(crate) fn note_products_of(&mut self, sums: &[u32], words: impl Fn(usize) -> (u64, u64)) {
        // Doubts are so few that they are looked for in all sums at once.
        let in_doubt =
            sums.iter().fold(false, |any, &sum| any | levels::bin_is_in_doubt::<PRODUCT_BINS>(sum));
        for (at, &sum) in sums.iter().enumerate() {
            let bin = if in_doubt && levels::bin_is_in_doubt::<PRODUCT_BINS>(sum) {
                let (word_in, word_out) = words(at);
                levels::bin_of::<PRODUCT_BINS>(levels::t(word_in, word_out))
            } else {
                levels::bin::<PRODUCT_BINS>(sum)
            };
            self.tally.products[bin] += 1;
        }
    }

    /// Notes the first product of a neuron with uniform weights.
    pub(crate) fn note_product_value(&mut self, product: f64) {
        let place = UniformProductLaw::axis(product) * PRODUCT_BINS as f64;
        // What lies below the axis is counted in its first bin; it is rarer than 2 in 100,000.
        self.tally.products[(place.max(0.0) as usize).min(PRODUCT_BINS - 1)] += 1;
    }

    /// The number of the layer, from 1.
    pub(crate) fn layer_number(&self) -> u64 {
        self.layer as u64
    }

    /// Keeps the paths that were found for a pair, positive half first.
    pub(crate) fn keep(&mut self, pair: u64, paths: &[Path], complete: bool) {
        let (input, output) = self.ends(pair);
        let residual = residuals(self.weight(input, output), paths.iter().copied(), false);
        let first = self.kept.len();
        Arc::make_mut(&mut self.kept).extend(paths);
        for half in Half::BOTH.into_iter().filter(|&half| self.live[half as usize]) {
            let error = &mut self.tally.max_error[half as usize];
            *error = error.max(residual[half as usize].abs());
        }
        self.end_group(pair, first);
        self.tally.weights_done += u64::from(complete);
    }

    /// Notes the rows from `first` on as those of a pair.
    fn end_group(&mut self, pair: u64, first: usize) {
        self.groups.push((pair, first, self.kept.len() - first));
        if self.groups.len() == TELLING {
            // Columns that grow by doubling are copied again and again, into pages that are new each time.
            let pairs = self.pairs() as usize;
            let rows = (self.kept.len() as f64 * pairs as f64 / TELLING as f64) as usize;
            Arc::make_mut(&mut self.kept).make_room(rows + rows / 16);
            self.groups.reserve(pairs);
        }
    }

    /// Keeps the neuron that stands in for a target neuron; without one its weights stay 0.
    pub(crate) fn keep_whole(&mut self, output: u32, paths: &[Path], complete: bool) {
        let mut found = vec![DoubleDouble::ZERO; self.inputs as usize];
        for path in paths {
            found[path.input as usize] = path.exact_product();
        }
        for (input, found) in (0..).zip(found) {
            let error = (DoubleDouble::from(self.weight(input, output)) - found).nearest().abs();
            self.tally.max_error = self.tally.max_error.map(|largest| largest.max(error));
        }
        let first = self.kept.len();
        Arc::make_mut(&mut self.kept).extend(paths);
        self.groups.push((self.pair(0, output), first, paths.len()));
        self.tally.weights_done += u64::from(complete) * u64::from(self.inputs);
    }

    /// Notes a demand that is met by the neuron being drawn.
    pub(crate) fn serve(&mut self, demand: Demand) {
        self.tally.filled[demand.half as usize][demand.bucket as usize - 1] += 1;
    }

    /// Puts both halves of a weight together from the neurons found for its buckets (`neuron + 1`, or 0 for
    /// none; positive half first; empty where it demands none) and keeps the paths that the sum uses.
    pub(crate) fn finish(&mut self, pair: u64, found: &[u64], complete: bool) {
        self.sum_up(&[(pair, found)]);
        let sums = std::mem::take(&mut self.sums[0]);
        self.keep_sums(pair, &sums, complete);
        self.sums[0] = sums;
    }

    /// Puts at most [`WEIGHTS`] weights together, given as for [`finish`](Self::finish): the first of `sums` are theirs.
    pub(crate) fn sum_up(&mut self, found: &[(u64, &[u64])]) {
        let mut weights = [Found::default(); WEIGHTS];
        for (weight, &(pair, neurons)) in weights.iter_mut().zip(found) {
            let (input, output) = self.ends(pair);
            let magnitude = self.weight(input, output).abs();
            let magnitudes = self.live.map(|live| if live { magnitude } else { 0.0 });
            *weight = Found { input, output, magnitudes, neurons };
        }
        let count = found.len();
        sum_up(&self.random, &self.buckets, &weights[..count], &mut self.sums[..count]);
    }

    /// Keeps the paths of a weight that was put together.
    pub(crate) fn keep_sums(&mut self, pair: u64, sums: &WeightSums, complete: bool) {
        for half in (0..2).filter(|&half| self.live[half]) {
            self.tally.searched += self.buckets.levels() as f64;
            let error = &mut self.tally.max_error[half];
            *error = error.max(sums.residuals[half].nearest().abs());
        }
        let first = self.kept.len();
        let kept = Arc::make_mut(&mut self.kept);
        sums.paths.iter().for_each(|paths| kept.extend(paths));
        self.end_group(pair, first);
        self.tally.weights_done += u64::from(complete);
    }

    /// Notes the demands of a pair that stay open at the end: the set bits, half after half; those of a half that is
    /// not built do not count.
    pub(crate) fn leave_open_all(&mut self, input: u32, output: u32, wanted: &[u64]) {
        let levels = self.tally.filled[0].len();
        for (half, mask) in Half::BOTH.into_iter().zip(wanted.chunks(wanted.len() / 2)) {
            if !self.live[half as usize] {
                continue;
            }
            for place in (0..levels).filter(|&place| mask[place >> 6] >> (place & 63) & 1 == 1) {
                self.leave_open(Demand { output, input, half, bucket: place as u32 + 1 });
            }
        }
    }

    /// Notes a demand that stays open at the end.
    pub(crate) fn leave_open(&mut self, demand: Demand) {
        self.open_count += 1;
        if self.open.len() < LISTED_DEMANDS {
            self.open.push(demand);
        }
    }
}
