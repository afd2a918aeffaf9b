//! The neuron drawn last: the weight that it was tried for, its product, and what became of it.
//!
//! Nothing is recorded for it while neurons are drawn. A neuron that serves a demand is named by the tally, and the sum of its
//! weight says whether it is part of it. A neuron of use to none has changed nothing, so the allocator still stands as the neuron
//! found it, and the words of G give the reason.

use crate::construction::allocator::Available;
use crate::construction::buckets::levels;
use crate::construction::half::Half;
use crate::construction::inspection::FinishedWeight;
use crate::construction::layer::LayerBuilder;
use crate::construction::problem::{Allocation, Sharing, Sum};
use crate::construction::sums::steps::Fate;
use crate::construction::tally::{Demand, Draw};
use crate::construction::ticket::Path;

/// The neuron drawn last, at one weight of its layer: the weight that it serves, else the first one that it was tried for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeuronStory {
    /// layer, from 1
    pub layer: usize,
    /// its path to the weight: neuron, input x, output y, z_in and z_out
    pub path: Path,
    /// w* of that weight
    pub target: f64,
    /// bucket u = 1…k of its product; `None` outside of all buckets, and for sums without buckets
    pub bucket: Option<u32>,
    /// the smallest and the largest product with a bucket; `None` for sums without buckets
    pub range: Option<(f64, f64)>,
    /// k, the buckets of a half; 1 for sums without buckets
    pub levels: usize,
    /// pairs that it was tried against
    pub tries: u64,
    /// demands that it serves; more than one only if outputs share it
    pub serves: u64,
    /// what became of it
    pub fate: NeuronFate,
    /// whether it completed a weight
    pub completes: bool,
}

impl NeuronStory {
    /// The half of the weight that the neuron could serve: the sign of the inputs that it passes.
    pub fn half(&self) -> Half {
        Half::of(self.path.z_in)
    }
}

/// What became of a neuron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeuronFate {
    /// kept: its product is part of the weight's sum
    Kept,
    /// set aside for the weight: its sum has not come to this piece
    SetAside,
    /// set aside and then cut: the weight's sum does without this piece
    Spare,
    /// cut at once
    Cut(CutReason),
}

/// Why no weight takes a neuron, at the weight that it was tried for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutReason {
    /// the product is below all buckets
    TooSmall,
    /// the product is above all buckets
    TooLarge,
    /// the product is so near the edge between two buckets that rounding could move it across
    NearAnEdge,
    /// no input is negative, so the half for x < 0 is not built
    HalfNotBuilt,
    /// the product has the sign opposite to the weight's
    WrongSign,
    /// the half has its piece from this bucket, or all that it needs
    AlreadyMet,
    /// on-demand: the half demands another bucket
    OtherBucketNext,
    /// in-order: the bucket serves an earlier weight
    EarlierWeightFirst,
    /// single neurons: not within the tolerance of the weight, or of the target neuron
    NoMatch,
}

impl LayerBuilder {
    /// The neuron drawn last, and what became of it; `None` before the first one, or where neurons are skipped.
    pub fn last_neuron(&self) -> Option<NeuronStory> {
        let (bench, draw) = (&self.bench, self.tally().last?);
        let (input, output) = self.told_at(&draw)?;
        let path = Path::of(&bench.random, draw.neuron, input, output);
        let has_buckets = self.problem().sum == Sum::Golden;
        let k = bench.buckets.levels();
        Some(NeuronStory {
            layer: bench.layer,
            path,
            target: bench.weight(input, output),
            bucket: bench
                .buckets
                .of(path.product().abs())
                .filter(|_| has_buckets)
                .map(|bucket| bucket as u32),
            range: has_buckets.then(|| (bench.buckets.edge(k + 1), bench.buckets.edge(1))),
            levels: self.tally().filled[0].len(),
            tries: draw.tries,
            serves: draw.serves,
            fate: match draw.served {
                Some(_) => self.fate_of_taken(&path),
                None => NeuronFate::Cut(self.reason(&path)),
            },
            completes: bench.completed.last() == Some(&self.draws()),
        })
    }

    /// (input, output) of the weight to tell of.
    fn told_at(&self, draw: &Draw) -> Option<(u32, u32)> {
        let bench = &self.bench;
        match draw.served {
            // A neuron that stands in for a whole one serves all of its weights.
            Some(Demand { output, .. }) if bench.summation.is_whole() => {
                Some((bench.nonzero_inputs(output).next()?, output))
            }
            Some(Demand { input, output, .. }) => Some((input, output)),
            // A layer that has ended with this neuron lists its open demands, first pair first.
            None => self.allocator.tried_first(draw, bench).or_else(|| {
                let open = bench.open.first()?;
                Some((open.input, open.output))
            }),
        }
    }

    /// The fate of a neuron that serves a demand.
    fn fate_of_taken(&self, path: &Path) -> NeuronFate {
        if matches!(self.problem().sum, Sum::Single | Sum::Neuron) {
            return NeuronFate::Kept;
        }
        let finished = self.finished_just_now(path);
        let (_, sums) = self.sums(path.input as usize, path.output as usize, finished.as_ref());
        let steps = sums.iter().flat_map(|sum| &sum.steps);
        let fate = steps.filter(|step| step.path == Some(*path)).map(|step| step.fate).next();
        match fate {
            Some(Fate::Taken) => NeuronFate::Kept,
            Some(Fate::Open) => NeuronFate::SetAside,
            // Of a finished weight only pieces taken are there.
            _ => NeuronFate::Spare,
        }
    }

    /// The weight of a path, if it is finished. It has had the last neuron, so its rows are among the last ones.
    fn finished_just_now(&self, path: &Path) -> Option<FinishedWeight> {
        let (input, output) = (path.input as usize, path.output as usize);
        let pair = self.bench.pair(path.input, path.output);
        if self.is_done() {
            return self.finished(input, output);
        }
        if self.allocator.available(pair, &self.bench).is_some() {
            return None;
        }
        let group = self.bench.groups.iter().rev().find(|group| group.pair == pair)?;
        Some(FinishedWeight { input, output, rows: group.range() })
    }

    /// Why the weight of this path has no use for its neuron.
    fn reason(&self, path: &Path) -> CutReason {
        let (problem, bench, half) = (self.problem(), &self.bench, Half::of(path.z_in));
        match problem.sum {
            Sum::Neuron => CutReason::NoMatch,
            _ if !bench.live[half as usize] => CutReason::HalfNotBuilt,
            Sum::Subset => CutReason::AlreadyMet,
            Sum::Single if self.has_path(path, |other| Half::of(other.z_in) == half) => CutReason::AlreadyMet,
            Sum::Single => CutReason::NoMatch,
            Sum::Golden => self.reason_by_bucket(path),
        }
    }

    /// [`reason`](Self::reason) where pieces come from buckets, and the half is built.
    fn reason_by_bucket(&self, path: &Path) -> CutReason {
        let (bench, half) = (&self.bench, Half::of(path.z_in));
        let Path { neuron, input, output, .. } = *path;
        let word_in = bench.random.input_words(neuron).word(input.into());
        let word_out = bench.random.output_words(neuron).word(output.into());
        let product = path.product().abs();
        let Some(bucket) = bench.buckets.of(product) else {
            let is_small = product <= bench.buckets.edge(bench.buckets.levels() + 1);
            return if is_small { CutReason::TooSmall } else { CutReason::TooLarge };
        };
        if bench.buckets.is_near_an_edge(levels::t(word_in, word_out)) {
            return CutReason::NearAnEdge;
        }
        let negative = u64::from(bench.weight(input, output) < 0.0);
        if bench.buckets.piece(word_in, word_out, negative).is_none() {
            return CutReason::WrongSign;
        }
        let demand = Demand { output, input, half, bucket: bucket as u32 };
        let is_met = || {
            self.has_path(path, |other| {
                Half::of(other.z_in) == half && bench.buckets.of(other.product().abs()) == Some(bucket)
            })
        };
        match self.problem().sharing {
            Sharing::Layer(Allocation::OnDemand) if !is_met() => CutReason::OtherBucketNext,
            // A layer that has ended keeps no spare pieces, but it lists what it lacks.
            Sharing::Layer(Allocation::InOrder) if self.is_done() && bench.open.contains(&demand) => {
                CutReason::EarlierWeightFirst
            }
            Sharing::Layer(Allocation::InOrder) if !self.is_done() && !is_met() => {
                CutReason::EarlierWeightFirst
            }
            _ => CutReason::AlreadyMet,
        }
    }

    /// Whether a path like this was found for the weight of `path`.
    fn has_path(&self, path: &Path, is_alike: impl Fn(&Path) -> bool) -> bool {
        let pair = self.bench.pair(path.input, path.output);
        match self.allocator.available(pair, &self.bench) {
            Some(Available { paths, .. }) => paths.iter().any(is_alike),
            None => self.finished_just_now(path).is_some_and(|weight| {
                weight.rows.into_iter().any(|row| is_alike(&self.bench.kept.path(row)))
            }),
        }
    }
}
