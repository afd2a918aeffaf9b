//! First-fit and on-demand, many neurons at a time: a [`Queue`](super::queue::Queue) passes along the open pairs.
//!
//! The results equal those of [`OpenPairs::draw_one`] for one neuron after the other: tickets, counts, and the order in which
//! weights finish. Two rules make it so. A finished pair is not tried by neurons after the one that finished it. And a pair is
//! admitted for the first neuron left by all pairs, or when the last pair of the front is finished.

use super::open_pairs::{FrontPair, OpenPairs};
use super::queue::QUEUE;
use super::vectors::{LEAST_AT_ONCE, Vectors, WithVectors, bits_after, dispatch, set_bits};
use super::visit::Visit;
use crate::construction::allocator::{Allocator, Available, Shortfall};
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::Until;
use crate::construction::tally::{Demand, Draw};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::sampling::Row;

/// Sentinel: this pair is still open.
const STILL_OPEN: u32 = u32::MAX;

/// A finished pair, to be assembled once the order of all finished pairs is known.
struct FinishedPair {
    /// number of the neuron that finished it, counted from the first of the queue
    with: u32,
    pair: PairOrigin,
}

enum PairOrigin {
    /// a pair without demands
    NoDemands(u64),
    /// the pair at this index of the front, with its last demand
    Front(usize, FrontPair, Demand),
}

/// The last neuron of the queue.
struct LastNeuron {
    number: u32,
    /// its tries so far
    tries: u64,
    served: Option<Demand>,
}

/// Consecutive pairs with the same output: the words of that output are consumed once a neuron.
struct OutputRun {
    output: u32,
    /// neurons left at its first pair
    left: usize,
    /// the last neuron with an open pair of this output
    until: u32,
}

/// The passage of a queue along the front.
struct Passage {
    finished: Vec<FinishedPair>,
    /// per pair of the front: the neuron that finished it, or [`STILL_OPEN`]
    ends: Vec<u32>,
    /// pairs still open
    still_open: usize,
    /// the last neuron that finished a pair
    latest: Option<u32>,
    last: LastNeuron,
    /// neurons before this one have their first product noted
    noted: u32,
    /// the output being tried
    output: Option<OutputRun>,
}

/// [`OpenPairs::draw_many`] with the instructions available.
struct DrawMany<'a> {
    pairs: &'a mut OpenPairs,
    first: u64,
    count: usize,
    bench: &'a mut Workbench,
}

impl WithVectors for DrawMany<'_> {
    type Output = u64;

    #[inline(always)]
    fn with<V: Vectors>(self, simd: V) -> u64 {
        self.pairs.pass_along(simd, self.first, self.count, self.bench)
    }
}

impl Allocator for OpenPairs {
    fn draw(&mut self, neuron: u64, bench: &mut Workbench) -> bool {
        self.draw_one(neuron, bench)
    }

    fn draw_many(&mut self, first: u64, most: u64, until: Until, bench: &mut Workbench) -> (u64, bool) {
        // A queue does not stop at the neuron that finishes a weight.
        if most < LEAST_AT_ONCE || until == Until::WeightDone {
            return (1, self.draw(first, bench));
        }
        let count = most.min(QUEUE as u64) as usize;
        (dispatch(DrawMany { pairs: self, first, count, bench }), true)
    }

    fn is_complete(&self, _: &Workbench) -> bool {
        self.is_empty()
    }

    fn close(&mut self, bench: &mut Workbench) {
        self.finish_all(bench);
    }

    fn available(&self, pair: u64, bench: &Workbench) -> Option<Available> {
        self.found_for(pair, bench)
    }

    fn tried_first(&self, _: &Draw, _: &Workbench) -> Option<(u32, u32)> {
        self.front.first().map(|pair| (pair.input, pair.output))
    }

    fn position(&self, bench: &Workbench) -> AllocatorPosition<'_> {
        let (pairs, found) = self.progress(bench);
        AllocatorPosition::Front { pairs, found: found.into() }
    }

    fn at(
        &self,
        position: AllocatorPosition<'_>,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<Box<dyn Allocator>> {
        let AllocatorPosition::Front { pairs, found } = position else { return None };
        Some(Box::new(self.resumed(&pairs, found.into_vec(), has_group, bench)?))
    }

    fn may_keep(&self, path: &Path, sampled: u64, _: &Workbench) -> bool {
        path.neuron < sampled
    }

    fn shortfall(&self) -> Shortfall {
        Shortfall::Competition
    }

    fn boxed(&self) -> Box<dyn Allocator> {
        Box::new(self.clone())
    }
}

impl OpenPairs {
    /// Passes `count` neurons along the open pairs, or as many as it takes to meet all demands. Returns how many.
    #[inline(always)]
    fn pass_along<V: Vectors>(&mut self, simd: V, first: u64, count: usize, bench: &mut Workbench) -> u64 {
        self.queue.fill(&bench.random, first, count);
        // Reserved at once: growing these lists costs 1/60 of the time.
        let mut passage = Passage {
            finished: Vec::with_capacity(QUEUE / 8),
            ends: Vec::with_capacity(self.front.len() + QUEUE / 8),
            still_open: 0,
            latest: None,
            last: LastNeuron { number: count as u32 - 1, tries: 0, served: None },
            noted: 0,
            output: None,
        };
        // Visit pair after pair, and admit new ones at the end of the front.
        loop {
            let index = passage.ends.len();
            if index == self.front.len() {
                let Some(with) = passage.next_admission(self.queue.next()) else { break };
                let finished = &mut passage.finished;
                let mut note = |pair| finished.push(FinishedPair { with, pair: PairOrigin::NoDemands(pair) });
                if !self.admit(bench, &mut note) {
                    break;
                }
            }
            self.visit(simd, index, first, &mut passage, bench);
        }
        // With all demands met, neurons after the last one that finished a pair count as not drawn.
        passage.leave_output(self, bench);
        let met_with = passage.emptied_with().filter(|_| self.fresh == self.pairs);
        let drawn = met_with.map_or(count as u32, |with| with + 1);
        bench.tally.last = Some(passage.last_draw(first, drawn));
        // Take the finished pairs out, and assemble them in the order of the neurons that finished them.
        self.take_out(|index| passage.ends[index] != STILL_OPEN);
        let mut finished = passage.finished;
        finished.sort_by_key(|finished| finished.with);
        let taken_out = finished.iter().filter_map(|finished| match finished.pair {
            PairOrigin::NoDemands(_) => None,
            PairOrigin::Front(_, pair, _) => Some(pair),
        });
        self.assemble(&taken_out.collect::<Vec<_>>(), bench);
        for with in finished.chunk_by(|a, b| a.with == b.with) {
            for FinishedPair { pair, .. } in with {
                match *pair {
                    PairOrigin::NoDemands(pair) => bench.finish(pair, &[], true),
                    PairOrigin::Front(_, pair, _) => self.finish(pair, true, bench),
                }
            }
            bench.tally.sampled = first + u64::from(with[0].with) + 1;
            bench.note_completed(bench.tally.sampled);
        }
        bench.tally.sampled = first;
        u64::from(drawn)
    }

    /// Lets the pair at `index` of the front take the neurons it can use.
    #[inline(always)]
    fn visit<V: Vectors>(
        &mut self,
        simd: V,
        index: usize,
        first: u64,
        passage: &mut Passage,
        bench: &mut Workbench,
    ) {
        let pair = self.front[index];
        passage.go_to_output(simd, pair.output, self, bench);
        self.queue.close_up(simd);
        let (left, last_is_left) = (self.queue.left(), passage.last.served.is_none());
        let mut visit = Visit::new(self, index, first, bench);
        let step = Row::step(u64::from(pair.input));
        let mut end = STILL_OPEN;
        for chunk in 0..self.queue.chunks() {
            let before = self.queue.live(chunk);
            let sums = self.queue.sums(simd, chunk, step);
            visit.take(self, simd, chunk, &sums, bench);
            let given = visit.finishes_with();
            if passage.noted <= passage.last.number {
                // The first pair that tries a neuron notes its product.
                let until = given.map_or(u64::MAX, |given| !bits_after(given.bit));
                let fresh = before & until & self.queue.bits_from(chunk, passage.noted);
                let words = |bit| self.queue.words(chunk, bit, pair.input);
                if fresh == u64::MAX {
                    // The usual case: the first pair of the front.
                    bench.note_products_of(&sums, |bit| words(bit as u32));
                } else {
                    set_bits(fresh)
                        .for_each(|bit| bench.note_products_of(&[sums[bit as usize]], |_| words(bit)));
                }
            }
            if let Some(given) = given {
                end = given.number;
                let pair = PairOrigin::Front(index, pair, visit.demand(given));
                passage.finished.push(FinishedPair { with: end, pair });
                break;
            }
        }
        if let Some(given) = visit.given.filter(|given| given.number == passage.last.number) {
            passage.last.served = Some(visit.demand(given));
        }
        // Count the tries: of all neurons left, up to the one that finished the pair.
        passage.ends.push(end);
        if end == STILL_OPEN {
            passage.still_open += 1;
        } else {
            passage.latest = passage.latest.max(Some(end));
        }
        let behind = if end == STILL_OPEN { 0 } else { self.queue.left_from(end + 1) };
        bench.tally.tries += (left - behind) as u64;
        bench.tally.words += (left - behind) as u64;
        passage.last.tries += u64::from(last_is_left && passage.last.number <= end);
        if let Some(run) = &mut passage.output {
            run.until = end.max(run.until);
        }
        passage.noted = passage.noted.max(end.saturating_add(1));
    }
}

impl Passage {
    /// The neuron that admits the next pair: the first one left, or the one that finished the last pair of the front.
    fn next_admission(&self, next: Option<u32>) -> Option<u32> {
        next.into_iter().chain(self.emptied_with()).min()
    }

    /// The neuron that finished the last pair of the front, if none is open.
    fn emptied_with(&self) -> Option<u32> {
        self.latest.filter(|_| self.still_open == 0)
    }

    /// Goes on to the pairs of an output.
    #[inline(always)]
    fn go_to_output<V: Vectors>(
        &mut self,
        simd: V,
        output: u32,
        pairs: &mut OpenPairs,
        bench: &mut Workbench,
    ) {
        if self.output.as_ref().is_none_or(|run| run.output != output) {
            self.leave_output(pairs, bench);
            pairs.queue.choose_output(simd, output);
            self.output = Some(OutputRun { output, left: pairs.queue.left(), until: 0 });
        }
    }

    /// Counts the words of the output tried: one for each neuron with an open pair of this output.
    fn leave_output(&mut self, pairs: &OpenPairs, bench: &mut Workbench) {
        if let Some(OutputRun { left, until, .. }) = self.output.take() {
            let behind = if until == STILL_OPEN { 0 } else { pairs.queue.left_from(until + 1) };
            bench.tally.words += (left - behind) as u64;
        }
    }

    /// The last neuron drawn: the last of the queue, unless all demands are met before it.
    fn last_draw(&self, first: u64, drawn: u32) -> Draw {
        let with = drawn - 1;
        let (tries, served) = if with == self.last.number {
            (self.last.tries, self.last.served)
        } else {
            let ended = self.finished.iter().filter(|finished| finished.with == with);
            let (index, demand) = ended
                .filter_map(|finished| match finished.pair {
                    PairOrigin::Front(index, _, demand) => Some((index, demand)),
                    PairOrigin::NoDemands(_) => None,
                })
                .next()
                .unzip();
            let tried = |index| self.ends[..=index].iter().filter(|&&end| end >= with).count() as u64;
            (index.map_or(0, tried), demand)
        };
        let serves = u64::from(served.is_some());
        Draw { neuron: first + u64::from(with), tries, served, serves }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::Array2;

    use crate::construction::{Allocation, LayerBuilder, LayerProblem, Match, Mode, Sharing, Sum, Until};
    use crate::network::{Activation, Network};
    use crate::sampling::{Hyperbolic, Law, Side, Stream};
    use crate::theory::Count;
    use crate::theory::section5::Ranges;

    fn problem(case: u64, allocation: Allocation) -> LayerProblem {
        let row = Stream::new(case, 0, Side::Out).row(0);
        let (inputs, outputs) = (1 + row.word(0) as usize % 9, 1 + row.word(1) as usize % 9);
        let weight = |place: u64| match row.word(place + 9) % 8 {
            // Some weights demand nothing, some little.
            0 => 0.0,
            1 => 1e-3,
            bits => (0.5 - (bits % 2) as f64) * (row.word(place) >> 11) as f64 / (1_u64 << 52) as f64,
        };
        let weights =
            Array2::from_shape_fn((outputs, inputs), |(b, a)| weight(((b * inputs + a) * 20) as u64));
        // From 4 buckets to more than SIMD code handles.
        let base = [1.6, 1.5, 1.1, 1.03, 1.015][case as usize % 5];
        let ranges = Ranges::new([0.1, 1e-2, 1e-3][case as usize % 3], 1.0, base);
        LayerProblem {
            target: Arc::new(Network::new(vec![weights], Activation::Relu, Activation::Relu).unwrap()),
            layer: 1,
            ranges,
            law: Law::Hyperbolic(Hyperbolic::new(ranges.weight.0, ranges.weight.1).unwrap()),
            seed: case,
            // Too few, or enough.
            bound: Some(Count::from(if case.is_multiple_of(4) { 300 } else { 10_000_000 })),
            skip_negative_half: case.is_multiple_of(7),
            matching: Match::Product,
            sum: Sum::Golden,
            sharing: Sharing::Layer(allocation),
            mode: Mode::Drawn,
        }
    }

    #[test]
    fn a_queue_allocates_as_single_neurons_do() {
        let (mut complete, mut runs) = (0, 0);
        for case in 0..60 {
            for allocation in [Allocation::FirstFit, Allocation::OnDemand, Allocation::InOrder] {
                let [mut one, mut many] = [(); 2].map(|()| LayerBuilder::new(problem(case, allocation)));
                while one.advance(1, Until::Neurons) > 0 {}
                // In parts that do not fit the queue, and sometimes by weights.
                let mut part = 9 + case;
                while !many.is_done() {
                    let until = if part % 5 == 0 { Until::WeightDone } else { Until::Neurons };
                    many.advance(part, until);
                    part = part * 7 % 1_009;
                }
                assert_eq!(one.ticket(), many.ticket(), "case {case}, {allocation:?}");
                assert_eq!(one.tally(), many.tally(), "case {case}, {allocation:?}");
                assert_eq!(one.bench.completed, many.bench.completed, "case {case}, {allocation:?}");
                assert_eq!((one.draws(), one.open_demands()), (many.draws(), many.open_demands()));
                complete += u32::from(one.is_complete());
                runs += 1;
            }
        }
        assert!(complete > runs / 2 && complete < runs, "{complete} of {runs}");
    }
}
