//! `FirstFit` and `OnDemand`, many neurons at a time: a [`Queue`](crate::construction::shared::queue::Queue) of them passes along the open pairs.
//!
//! All comes out as if one neuron had been tried along all pairs after the other ([`OpenPairs::draw`]): tickets, counts, and
//! the order in which weights are finished. A pair that is finished with some neuron is not tried by those behind it; a pair
//! is admitted for the first neuron that no pair takes, or when the last pair of the front is finished.
//!
//! # Measured
//! Example 5, on one thread of a shared machine with AVX-512, against the time to generate the random words consumed
//! (`cargo bench --bench construction`): `FirstFit` takes 5.1 times as long a neuron at a time and 1.9 times this way,
//! `OnDemand` 4.1 and 1.4. It was 3.4 until
//! tries became intervals of one integer in vectors written out ([`levels`](crate::construction::buckets::levels), [`lanes`](crate::construction::shared::vectors)), both
//! halves of a weight were summed side by side without guessing at edges ([`golden`](crate::construction::sums::golden)), and nothing was
//! allocated for a weight; 2.5 until the ticket was brought into order in place (2.4) and given its room at once (2.3): each
//! page of memory that is new costs as much as ten neurons; 2.1 once vectors were loaded from whole cache lines and words cut to
//! 32 bits; 2.0 once first products were looked for only where they are new, and 1.9 without jumps at the signs of weights and
//! with weights summed up four at a time ([`weight_sums`](crate::construction::sums::assembly)). `OnDemand` took 1.8 while it made its paths
//! twice, and 1.6 while queues had 512 neurons.
//!
//! What is left, of 100: 15 to generate the words of a neuron's tries, in vectors; 27 to try and to take; 15 for the sums of
//! finished weights in 106 bits and 8 for the exponentials of kept paths; 14 for memory, half of it the system's, which hands
//! out the ticket's pages; 12 to fill queues and close them up. The bare words, in scalars, take 52.
//!
//! Without gain: all chunks of a pair tried before any neuron is taken, as masks or as a list that is closed up; queues of 768;
//! fewer or more demands looked for one by one; gaps closed earlier; sums whose pieces are foreseen with estimates, so that their
//! exponentials do not wait for each other, as estimating 78 products costs what the 20 that are taken save.

use super::open_pairs::{FrontPair, OpenPairs};
use super::queue::QUEUE;
use super::vectors::{LEAST_AT_ONCE, Vectors, WithVectors, bits_after, dispatch, set_bits};
use super::visit::Visit;
use crate::construction::allocator::{Allocator, Available, Shortfall};
use crate::construction::position::Position;
use crate::construction::problem::Until;
use crate::construction::tally::{Demand, Draw};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;
use crate::sampling::Row;

/// The neuron with which a pair is finished that goes on.
const NEVER: u32 = u32::MAX;

/// A pair that is finished, to be put together once it is known in which order.
struct Finished {
    /// number of the neuron it is finished with, from the first of the queue
    with: u32,
    pair: Ended,
}

enum Ended {
    /// it had no demands
    Without(u64),
    /// the one at this place of the front, with its last demand
    Front(usize, FrontPair, Demand),
}

/// What was seen while the queue passed along.
struct Passage {
    finished: Vec<Finished>,
    /// per pair of the front: the neuron it is finished with
    ends: Vec<u32>,
    /// pairs that go on
    going_on: usize,
    /// the last neuron that a pair is finished with
    latest: Option<u32>,
    /// the last neuron, its tries so far, and what it serves
    last: (u32, u64, Option<Demand>),
    /// neurons before this one have their first product noted
    noted: u32,
    /// of the output that is tried: neurons left at its first pair, and the last one that it has an open pair for
    output: Option<(u32, usize, u32)>,
}

/// [`OpenPairs::draw_many`] with the instructions that there are.
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

    fn position(&self, bench: &Workbench) -> Position<'_> {
        let (pairs, found) = self.progress(bench);
        Position::Front { pairs, found: found.into() }
    }

    fn at(
        &self,
        position: Position<'_>,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<Box<dyn Allocator>> {
        let Position::Front { pairs, found } = position else { return None };
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
        // Room for all at once: to grow these lists costs one part in sixty.
        let mut passage = Passage {
            finished: Vec::with_capacity(QUEUE / 8),
            ends: Vec::with_capacity(self.front.len() + QUEUE / 8),
            going_on: 0,
            latest: None,
            last: (count as u32 - 1, 0, None),
            noted: 0,
            output: None,
        };
        loop {
            let index = passage.ends.len();
            if index == self.front.len() {
                let Some(with) = passage.next_admission(self.queue.next()) else { break };
                let finished = &mut passage.finished;
                let mut note = |pair| finished.push(Finished { with, pair: Ended::Without(pair) });
                if !self.admit(bench, &mut note) {
                    break;
                }
            }
            self.visit(simd, index, first, &mut passage, bench);
        }
        passage.leave_output(self, bench);
        let met_with = passage.emptied_with().filter(|_| self.fresh == self.pairs);
        let drawn = met_with.map_or(count as u32, |with| with + 1);
        bench.tally.last = Some(passage.last_draw(first, drawn));
        self.take_out(|index| passage.ends[index] != NEVER);
        let mut finished = passage.finished;
        finished.sort_by_key(|finished| finished.with);
        let taken_out = finished.iter().filter_map(|finished| match finished.pair {
            Ended::Without(_) => None,
            Ended::Front(_, pair, _) => Some(pair),
        });
        self.assemble(&taken_out.collect::<Vec<_>>(), bench);
        for with in finished.chunk_by(|a, b| a.with == b.with) {
            for Finished { pair, .. } in with {
                match *pair {
                    Ended::Without(pair) => bench.finish(pair, &[], true),
                    Ended::Front(_, pair, _) => self.finish(pair, true, bench),
                }
            }
            bench.tally.sampled = first + u64::from(with[0].with) + 1;
            bench.note_completed(bench.tally.sampled);
        }
        bench.tally.sampled = first;
        u64::from(drawn)
    }

    /// Lets the pair at `index` of the front take what it can use.
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
        let (left, last_is_left) = (self.queue.left(), passage.last.2.is_none());
        let mut visit = Visit::new(self, index, first, bench);
        let step = Row::step(u64::from(pair.input));
        let mut end = NEVER;
        for chunk in 0..self.queue.chunks() {
            let before = self.queue.live(chunk);
            let sums = self.queue.sums(simd, chunk, step);
            visit.take(self, simd, chunk, &sums, bench);
            let given = visit.finishes_with();
            if passage.noted <= passage.last.0 {
                let until = given.map_or(u64::MAX, |given| !bits_after(given.bit));
                let fresh = before & until & self.queue.bits_from(chunk, passage.noted);
                let words = |bit| self.queue.words(chunk, bit, pair.input);
                if fresh == u64::MAX {
                    // The first pair, mostly.
                    bench.note_products_of(&sums, |bit| words(bit as u32));
                } else {
                    set_bits(fresh)
                        .for_each(|bit| bench.note_products_of(&[sums[bit as usize]], |_| words(bit)));
                }
            }
            if let Some(given) = given {
                end = given.number;
                let pair = Ended::Front(index, pair, visit.demand(given));
                passage.finished.push(Finished { with: end, pair });
                break;
            }
        }
        if let Some(given) = visit.given.filter(|given| given.number == passage.last.0) {
            passage.last.2 = Some(visit.demand(given));
        }
        passage.ends.push(end);
        if end == NEVER {
            passage.going_on += 1;
        } else {
            passage.latest = passage.latest.max(Some(end));
        }
        let behind = if end == NEVER { 0 } else { self.queue.left_from(end + 1) };
        bench.tally.tries += (left - behind) as u64;
        bench.tally.words += (left - behind) as u64;
        passage.last.1 += u64::from(last_is_left && passage.last.0 <= end);
        if let Some((.., until)) = &mut passage.output {
            *until = end.max(*until);
        }
        passage.noted = passage.noted.max(end.saturating_add(1));
    }
}

impl Passage {
    /// The neuron with which the next pair is admitted: the first one left, or the one that finishes the last pair of the
    /// front.
    fn next_admission(&self, next: Option<u32>) -> Option<u32> {
        next.into_iter().chain(self.emptied_with()).min()
    }

    /// The neuron with which the last pair of the front is finished.
    fn emptied_with(&self) -> Option<u32> {
        self.latest.filter(|_| self.going_on == 0)
    }

    /// Goes on to the pairs of another output.
    #[inline(always)]
    fn go_to_output<V: Vectors>(
        &mut self,
        simd: V,
        output: u32,
        pairs: &mut OpenPairs,
        bench: &mut Workbench,
    ) {
        if self.output.is_none_or(|(chosen, ..)| chosen != output) {
            self.leave_output(pairs, bench);
            pairs.queue.choose_output(simd, output);
            self.output = Some((output, pairs.queue.left(), 0));
        }
    }

    /// Counts the words of the output that was tried: one for each neuron that it had an open pair for.
    fn leave_output(&mut self, pairs: &OpenPairs, bench: &mut Workbench) {
        if let Some((_, left, until)) = self.output.take() {
            let behind = if until == NEVER { 0 } else { pairs.queue.left_from(until + 1) };
            bench.tally.words += (left - behind) as u64;
        }
    }

    /// What became of the last neuron that was drawn: the last of the queue, unless all demands are met before it.
    fn last_draw(&self, first: u64, drawn: u32) -> Draw {
        let with = drawn - 1;
        let (tries, served) = if with == self.last.0 {
            (self.last.1, self.last.2)
        } else {
            let ended = self.finished.iter().filter(|finished| finished.with == with);
            let (index, demand) = ended
                .filter_map(|finished| match finished.pair {
                    Ended::Front(index, _, demand) => Some((index, demand)),
                    Ended::Without(_) => None,
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
            // Some demand nothing, some little.
            0 => 0.0,
            1 => 1e-3,
            bits => (0.5 - (bits % 2) as f64) * (row.word(place) >> 11) as f64 / (1_u64 << 52) as f64,
        };
        let weights =
            Array2::from_shape_fn((outputs, inputs), |(b, a)| weight(((b * inputs + a) * 20) as u64));
        // From 4 buckets to more than are looked at as a whole.
        let base = [1.6, 1.5, 1.1, 1.03, 1.015][case as usize % 5];
        let ranges = Ranges::new([0.1, 1e-2, 1e-3][case as usize % 3], 1.0, base);
        LayerProblem {
            target: Arc::new(Network::new(vec![weights], Activation::Relu, Activation::Relu).unwrap()),
            layer: 1,
            ranges,
            law: Law::Hyperbolic(Hyperbolic::new(ranges.weight.0, ranges.weight.1).unwrap()),
            seed: case,
            // Enough, or not.
            bound: Some(Count::from(if case.is_multiple_of(4) { 300 } else { 10_000_000 })),
            skip_negative_half: case.is_multiple_of(7),
            matching: Match::Product,
            sum: Sum::Golden,
            sharing: Sharing::Layer(allocation),
            mode: Mode::Drawn,
        }
    }

    #[test]
    fn a_queue_goes_where_single_neurons_go() {
        let (mut complete, mut runs) = (0, 0);
        for case in 0..60 {
            for allocation in [Allocation::FirstFit, Allocation::OnDemand, Allocation::InOrder] {
                let [mut one, mut many] = [(); 2].map(|()| LayerBuilder::new(problem(case, allocation)));
                while one.advance(1, Until::Neurons) > 0 {}
                // In parts that do not fit the queue, and by weights now and then.
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
