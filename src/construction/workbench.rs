//! The workbench of a layer: its problem laid out for speed, its counts, its kept paths. All allocators work on it.

use std::sync::Arc;

use crate::construction::buckets::{Buckets, levels};
use crate::construction::half::Half;
use crate::construction::nonzero::NonzeroPlaces;
use crate::construction::problem::LayerProblem;
use crate::construction::sums::assembly::{AssembledWeight, WEIGHTS, WeightPieces, assemble};
use crate::construction::sums::summation;
use crate::construction::sums::summation::Summation;
use crate::construction::tally::{Demand, PRODUCT_BINS, Tally};
use crate::construction::ticket::{LayerTicket, Path, RowGroup, residuals};
use crate::exact::DoubleDouble;
use crate::network::Network;
use crate::sampling::RandomLayer;

/// Open demands listed by name when a layer runs out of neurons; the others are counted only.
pub const LISTED_DEMANDS: usize = 10_000;

/// Ticket rows per weight are estimated from this many weights.
const ROW_ESTIMATE_SAMPLE: usize = 128;

/// Everything that allocators share.
#[derive(Clone, Debug)]
pub(crate) struct Workbench {
    pub(crate) random: RandomLayer,
    pub(crate) buckets: Buckets,
    /// how weights are made up of products
    pub(crate) summation: &'static dyn Summation,
    pub(crate) inputs: u32,
    pub(crate) outputs: u32,
    /// halves to be built, positive first
    pub(crate) live: [bool; 2],
    pub(crate) tally: Tally,
    pub(crate) target: Arc<Network>,
    pub(crate) layer: usize,
    /// the pairs with a weight other than 0; all others are finished from the start
    pub(crate) nonzero: NonzeroPlaces,
    /// shared with computations on other threads once the layer is done
    pub(crate) kept: Arc<LayerTicket>,
    /// rows of `kept` for each finished pair, in order of finishing, but for weights of 0; empty once the layer is done
    pub(crate) groups: Vec<RowGroup>,
    /// the pair of the last group, once the layer is done
    pub(crate) finished_last: Option<u64>,
    /// the first demands left open
    pub(crate) open: Vec<Demand>,
    /// all demands left open
    pub(crate) open_count: u64,
    /// the weights assembled last
    pub(crate) assembled: [AssembledWeight; WEIGHTS],
    /// draws after which weights were completed, ascending
    pub(crate) completed: Vec<u64>,
}

impl Workbench {
    /// The workbench of a layer with no neuron drawn yet.
    pub(crate) fn new(problem: &LayerProblem) -> Self {
        let (buckets, summation) = (Buckets::new(&problem.ranges), summation(problem.sum));
        let weights = problem.target.weights(problem.layer);
        let (outputs, inputs) = weights.dim();
        // The matrix is outputs × inputs: pairs are in their order.
        let nonzero = NonzeroPlaces::new(weights.iter().map(|&w| w != 0.0));
        let mut tally = Tally::new(summation.demands_per_half(&buckets));
        tally.weights_done = nonzero.zeros();
        tally.note_race(weights.len() as u64);
        Self {
            random: RandomLayer::new(problem.seed, problem.layer, problem.law),
            buckets,
            summation,
            inputs: inputs as u32,
            outputs: outputs as u32,
            // A neuron that stands in for a whole one passes inputs of both signs.
            live: [true, !problem.skip_negative_half && !summation.is_whole()],
            tally,
            target: Arc::clone(&problem.target),
            layer: problem.layer,
            nonzero,
            kept: Arc::default(),
            groups: Vec::new(),
            finished_last: None,
            open: Vec::new(),
            open_count: 0,
            assembled: Default::default(),
            completed: Vec::new(),
        }
    }

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
        self.buckets.piece(word_in, word_out, negative) == Some((half, place))
    }

    /// Whether the groups are those of these pairs, by number, in their order.
    pub(crate) fn has_groups_in_order(&self, pair: impl Fn(u64) -> u64) -> bool {
        (0..).zip(&self.groups).all(|(number, group)| group.pair == pair(number))
    }

    /// The inputs of an output with a weight other than 0.
    pub(crate) fn nonzero_inputs(&self, output: u32) -> impl Iterator<Item = u32> + '_ {
        (0..self.inputs).filter(move |&input| self.weight(input, output) != 0.0)
    }

    /// Notes the first product of a neuron; `t` in units of 2⁻⁵³.
    #[inline(always)]
    pub(crate) fn note_product(&mut self, t: u64) {
        self.tally.products[levels::bin_of::<PRODUCT_BINS>(t)] += 1;
    }

    /// The same for many neurons at once. `sums`: sums of [`levels`]. `words`: the words of the input and the output behind each.
    #[inline(always)]
    pub(crate) fn note_products_of(&mut self, sums: &[u32], words: impl Fn(usize) -> (u64, u64)) {
        // Doubts are rare: one test covers all sums.
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

    /// Notes the first product of a neuron by its place on the law's axis.
    pub(crate) fn note_product_value(&mut self, product: f64) {
        let place = self.random.law().product_place(product) * PRODUCT_BINS as f64;
        // Products below the axis, fewer than 2 in 100,000, are counted in its first bin.
        self.tally.products[(place.max(0.0) as usize).min(PRODUCT_BINS - 1)] += 1;
    }

    /// Keeps the paths found for a pair, positive half first.
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
        self.groups.push(RowGroup { pair, first, rows: self.kept.len() - first });
        if self.groups.len() == ROW_ESTIMATE_SAMPLE {
            // Columns that grow by doubling are copied each time, into new pages.
            let pairs = self.nonzero.count() as usize;
            let rows = (self.kept.len() as f64 * pairs as f64 / ROW_ESTIMATE_SAMPLE as f64) as usize;
            Arc::make_mut(&mut self.kept).make_room(rows + rows / 16);
            self.groups.reserve(pairs);
        }
    }

    /// Keeps the paths of a neuron that stands in for a target neuron; without one its weights stay 0.
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
        self.groups.push(RowGroup { pair: self.pair(0, output), first, rows: paths.len() });
        if complete {
            self.tally.weights_done += self.nonzero_inputs(output).count() as u64;
        }
    }

    /// Counts a demand met by the neuron being drawn.
    pub(crate) fn serve(&mut self, demand: Demand) {
        self.tally.filled[demand.half as usize][demand.bucket as usize - 1] += 1;
    }

    /// Assembles a weight from the neurons found for its buckets, and keeps the paths of its sums. `found`: neuron + 1 for
    /// each (half, place), 0 for none, the positive half first; empty where it demands none.
    pub(crate) fn finish(&mut self, pair: u64, found: &[u64], complete: bool) {
        self.assemble(&[(pair, found)]);
        let weight = std::mem::take(&mut self.assembled[0]);
        self.keep_assembled(pair, &weight, complete);
        self.assembled[0] = weight;
    }

    /// Assembles at most [`WEIGHTS`] weights, given as for [`finish`](Self::finish), into the first of `assembled`.
    pub(crate) fn assemble(&mut self, found: &[(u64, &[u64])]) {
        let mut weights = [WeightPieces::default(); WEIGHTS];
        for (weight, &(pair, neurons)) in weights.iter_mut().zip(found) {
            let (input, output) = self.ends(pair);
            let magnitude = self.weight(input, output).abs();
            let magnitudes = self.live.map(|live| if live { magnitude } else { 0.0 });
            *weight = WeightPieces { input, output, magnitudes, neurons };
        }
        let count = found.len();
        assemble(&self.random, &self.buckets, &weights[..count], &mut self.assembled[..count]);
    }

    /// Keeps the paths of an assembled weight.
    pub(crate) fn keep_assembled(&mut self, pair: u64, weight: &AssembledWeight, complete: bool) {
        for half in (0..2).filter(|&half| self.live[half]) {
            self.tally.searched += self.buckets.levels() as f64;
            let error = &mut self.tally.max_error[half];
            *error = error.max(weight.residuals[half].nearest().abs());
        }
        let first = self.kept.len();
        let kept = Arc::make_mut(&mut self.kept);
        weight.paths.iter().for_each(|paths| kept.extend(paths));
        self.end_group(pair, first);
        self.tally.weights_done += u64::from(complete);
    }

    /// Brings the rows of the ticket into the order of pairs, once the layer is done.
    pub(crate) fn order_ticket(&mut self) {
        let groups = std::mem::take(&mut self.groups);
        self.finished_last = groups.last().map(|group| group.pair);
        let kept = Arc::unwrap_or_clone(std::mem::take(&mut self.kept));
        self.kept = Arc::new(kept.ordered_by_pair(&groups));
    }

    /// The paths of the neurons found for a weight's buckets, given as for [`finish`](Self::finish).
    pub(crate) fn paths(&self, pair: u64, found: impl IntoIterator<Item = u64>) -> Vec<Path> {
        let (input, output) = self.ends(pair);
        let neurons = found.into_iter().filter_map(|neuron| neuron.checked_sub(1));
        neurons.map(|neuron| Path::of(&self.random, neuron, input, output)).collect()
    }

    /// Notes the demands of a pair left open at the end: the set bits, half after half. A half that is not built has none.
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

    /// Notes a demand left open at the end.
    pub(crate) fn leave_open(&mut self, demand: Demand) {
        self.open_count += 1;
        if self.open.len() < LISTED_DEMANDS {
            self.open.push(demand);
        }
    }
}
