//! Bounds on the value of a node from the bounds on its inputs.
//!
//! An end of an interval is rounded outwards after each operation; sums of many terms are widened by more than their
//! rounding. A bound that overflows is ∞ and stays a bound.

use ndarray::Array2;

use super::{Graph, MapNorms, Node, NodeBounds, Operation, Pooling, PoolingKind};
use crate::network::Activation;
use crate::network::activation_bounds::interval_of;
use crate::network::domain::{norm_of, or_infinite, rounding_of_sums};
use crate::network::range::{self, product};

/// Rounding of tanh and exp, relative: twice four ulps.
const OF_SIGMA: f64 = 4.0 * f64::EPSILON;

type Interval = (f64, f64);

/// Bounds on the value of `node` from those on its inputs, in their order. `weights` and `norms`: of all layers.
///
/// The input of the network has no inputs: [`GraphBounds`](super::GraphBounds) knows its domain.
pub(super) fn bounds_after(
    graph: &Graph,
    node: &Node,
    of: &[&NodeBounds],
    weights: &[Array2<f64>],
    norms: &[MapNorms],
) -> NodeBounds {
    let entries = node.shape.entries();
    let of_entries = |interval: &dyn Fn(usize) -> Interval| (0..entries).map(interval).collect::<Vec<_>>();
    let at = |input: usize, entry: usize| of[input].intervals[entry];
    let up = rounding_of_sums(4);
    match &node.operation {
        Operation::Input => NodeBounds::new(vec![(f64::NEG_INFINITY, f64::INFINITY); entries], f64::INFINITY),
        Operation::Constant(values) => {
            let intervals: Vec<Interval> = values.iter().map(|&v| (v, v)).collect();
            NodeBounds::new(intervals, f64::INFINITY)
        }
        Operation::Linear(layer) => {
            let (map, w, norms) = (graph.map(*layer), &weights[layer - 1], &norms[layer - 1]);
            let widen = rounding_of_sums(w.ncols());
            let (kernel, biases) = map.without_biases(w.view());
            let by_row = kernel.rows().into_iter().zip(biases.rows()).map(|(row, bias)| {
                let norm = range::norm(row.dot(&row), row.iter().copied());
                product(product(norm, of[0].norm), widen) + bias.iter().map(|b| b.abs()).sum::<f64>() * up
            });
            let by_row: Vec<f64> = by_row.collect();
            let mut intervals = vec![(0.0, 0.0); entries];
            for place in 0..map.places() {
                let constant = map.has_bias().then_some((1.0, 1.0));
                let read = |entry: Option<usize>| entry.map_or((0.0, 0.0), |entry| at(0, entry));
                let patch: Vec<Interval> = map.patch(place).map(read).chain(constant).collect();
                for ((row, w), &by_row) in w.rows().into_iter().enumerate().zip(&by_row) {
                    intervals[map.entry(place, row)] = interval_of(w, &patch, Activation::Identity, by_row);
                }
            }
            let stretched = product(norms.norm, of[0].norm);
            NodeBounds::new(intervals, product(stretched + norms.bias_norm, up))
        }
        Operation::Activation(activation) => {
            let lambda = activation.lipschitz().unwrap_or(f64::INFINITY);
            let at_rest = activation.apply(0.0).abs() * (entries as f64).sqrt();
            let by_norms = product(product(lambda, of[0].norm) + at_rest, up);
            NodeBounds::new(of_entries(&|entry| sigma(*activation, at(0, entry))), by_norms)
        }
        Operation::Add => {
            let sum = |entry| add(at(0, entry), at(1, entry));
            NodeBounds::new(of_entries(&sum), product(of[0].norm + of[1].norm, up))
        }
        Operation::Product => {
            let by_norms = product(of[0].largest, of[1].norm).min(product(of[0].norm, of[1].largest));
            NodeBounds::new(of_entries(&|entry| multiply(at(0, entry), at(1, entry))), product(by_norms, up))
        }
        Operation::Mix => mix(of, entries),
        Operation::Concat { axis } => {
            let intervals =
                concatenated(node, *axis, &of.iter().map(|of| &of.intervals[..]).collect::<Vec<_>>());
            let by_norms = of.iter().map(|of| of.norm).fold(0.0, f64::hypot);
            NodeBounds::new(intervals, product(by_norms, rounding_of_sums(2 * of.len())))
        }
        Operation::Reshape => NodeBounds::new(of[0].intervals.clone(), of[0].norm),
        Operation::Select(chosen) => {
            let most = most_copies(chosen) as f64;
            let by_norms = product(product(of[0].norm, most.sqrt()), up);
            NodeBounds::new(of_entries(&|entry| at(0, chosen[entry] as usize)), by_norms)
        }
        Operation::Pool(pooling) => {
            let intervals =
                pooling.groups().map(|(group, divisor)| pooled(pooling, group, divisor, &of[0].intervals));
            NodeBounds::new(intervals.collect(), product(product(pooling.norm_bound(), of[0].norm), up))
        }
        Operation::ScaleShift { scale, shift } => {
            let scaled = |entry: usize| {
                let (scale, shift) = (scale[entry], shift[entry]);
                add(multiply((scale, scale), at(0, entry)), (shift, shift))
            };
            let shifts: Vec<Interval> = shift.iter().map(|&s| (s, s)).collect();
            let shifts = product(norm_of(&shifts), rounding_of_sums(shifts.len()));
            let stretched = product(range::largest(scale.iter().copied()), of[0].norm);
            NodeBounds::new(of_entries(&scaled), product(stretched + shifts, up))
        }
        Operation::Softmax => {
            // Of each row, ‖p‖₂ ≤ ‖p‖₁ = 1.
            let rows = (entries / row_length(node)) as f64;
            NodeBounds::new(vec![(0.0, 1.0); entries], rows.sqrt() * up)
        }
        Operation::LogSoftmax => log_softmax(node, of[0]),
    }
}

/// Entries of a row along the last axis.
pub(super) fn row_length(node: &Node) -> usize {
    node.shape.axes().last().copied().unwrap_or(1)
}

/// Lists of one number for each entry, one behind the other along an axis, as the values of a concatenation are.
pub(super) fn concatenated<T: Copy>(node: &Node, axis: usize, parts: &[&[T]]) -> Vec<T> {
    let rows: usize = node.shape.axes()[..axis].iter().product();
    let of_row = |row: usize| {
        parts.iter().flat_map(move |part| {
            let length = part.len() / rows;
            part[row * length..(row + 1) * length].iter().copied()
        })
    };
    (0..rows).flat_map(of_row).collect()
}

/// The most times that one entry is chosen.
pub(super) fn most_copies(chosen: &[u32]) -> usize {
    let mut sorted = chosen.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0)
}

/// Whether σ picks one of its argument and 0, without rounding.
pub(super) fn compares_only(activation: Activation) -> bool {
    matches!(activation, Activation::Relu | Activation::Identity)
}

/// σ of an interval, with the rounding of σ.
fn sigma(activation: Activation, (low, high): Interval) -> Interval {
    let (low, high) = match activation {
        // Not monotone: it falls to 0, then rises.
        Activation::LeakyRelu(slope) if slope < 0.0 => {
            let (left, right) = (activation.apply(low), activation.apply(high));
            (if low < 0.0 && high > 0.0 { 0.0 } else { left.min(right) }, left.max(right))
        }
        _ => activation.range(low, high),
    };
    if compares_only(activation) {
        return (low, high);
    }
    // The logistic function's exponential may overflow; the smallest normal number covers what is lost.
    let lost = if activation == Activation::Logistic { f64::MIN_POSITIVE } else { 0.0 };
    let below = |v: f64| if v == 0.0 { v - lost } else { (v - OF_SIGMA * v.abs()).next_down() - lost };
    let above = |v: f64| if v == 0.0 { v + lost } else { (v + OF_SIGMA * v.abs()).next_up() + lost };
    let (least, most) = match activation {
        Activation::Tanh => (-1.0, 1.0),
        Activation::Logistic => (0.0, 1.0),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    let least = if activation.is_never_negative() { 0.0 } else { least };
    (f64::max(below(low), least), f64::min(above(high), most))
}

fn add((low, high): Interval, (other_low, other_high): Interval) -> Interval {
    // A sum with 0 is exact.
    let exact = |a: f64, b: f64| a == 0.0 || b == 0.0;
    let (least, most) = (low + other_low, high + other_high);
    let least = if exact(low, other_low) { least } else { least.next_down() };
    let most = if exact(high, other_high) { most } else { most.next_up() };
    // Overflow of a lower end leaves a bound that is finite.
    (least.min(f64::MAX), most.max(f64::MIN))
}

fn multiply((low, high): Interval, (other_low, other_high): Interval) -> Interval {
    // Bounds may be ∞; a factor of 0 makes 0 even then.
    let times = |a: f64, b: f64| {
        if a == 0.0 || b == 0.0 { (0.0, 0.0) } else { ((a * b).next_down(), (a * b).next_up()) }
    };
    let corners =
        [times(low, other_low), times(low, other_high), times(high, other_low), times(high, other_high)];
    let least = corners.iter().map(|corner| corner.0).fold(f64::INFINITY, f64::min);
    let most = corners.iter().map(|corner| corner.1).fold(f64::NEG_INFINITY, f64::max);
    (least.min(f64::MAX), most.max(f64::MIN))
}

/// z ⊙ a + (1 − z) ⊙ b is linear in each of z, a and b: its ends lie at corners.
fn mix(of: &[&NodeBounds], entries: usize) -> NodeBounds {
    let corner = |z: f64, entry: usize| {
        let rest = (1.0 - z, 1.0 - z);
        let rest = if z == 0.0 || z == 1.0 { rest } else { (rest.0.next_down(), rest.1.next_up()) };
        add(multiply((z, z), of[1].intervals[entry]), multiply(rest, of[2].intervals[entry]))
    };
    let mixed = |entry: usize| {
        let (z_low, z_high) = of[0].intervals[entry];
        let (at_low, at_high) = (corner(z_low, entry), corner(z_high, entry));
        (at_low.0.min(at_high.0), at_low.1.max(at_high.1))
    };
    let (z, rest) = largest_shares(of[0]);
    let mut by_norms = product(z, of[1].norm) + product(rest, of[2].norm);
    if z <= 1.0 && rest <= 1.0 {
        // An entry between a and b is no larger than the larger of them.
        by_norms = by_norms.min(of[1].norm.hypot(of[2].norm));
    }
    NodeBounds::new((0..entries).map(mixed).collect(), product(by_norms, rounding_of_sums(4)))
}

/// The largest |z| and |1 − z|.
pub(super) fn largest_shares(z: &NodeBounds) -> (f64, f64) {
    let rest = |&(low, high): &Interval| {
        let rest = (1.0 - low).abs().max((1.0 - high).abs()).next_up();
        if low >= 0.0 && high <= 1.0 { rest.min(1.0) } else { rest }
    };
    (z.largest, z.intervals.iter().map(rest).fold(0.0, f64::max))
}

fn pooled(pooling: &Pooling, group: &[u32], divisor: f64, intervals: &[Interval]) -> Interval {
    let of_group = || group.iter().map(|&entry| intervals[entry as usize]);
    match pooling.kind {
        PoolingKind::Maximum => of_group()
            .fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |(low, high), (l, h)| (low.max(l), high.max(h))),
        PoolingKind::Average => {
            let (low, high) = of_group().fold((0.0, 0.0), add);
            // Outwards: smaller below 0, larger above it.
            let down = |v: f64| if v == 0.0 { v } else { (v / divisor).next_down() };
            let up = |v: f64| if v == 0.0 { v } else { (v / divisor).next_up() };
            (down(low), up(high))
        }
    }
}

impl Pooling {
    /// A bound on its Lipschitz factor in the 2-norm. Averages: √(‖A‖₁‖A‖_∞) of their matrix A. Maxima: the root of the most groups of
    /// an entry.
    pub fn norm_bound(&self) -> f64 {
        match self.kind {
            PoolingKind::Maximum => (self.most_groups_of_an_entry() as f64).sqrt() * rounding_of_sums(1),
            PoolingKind::Average => {
                let (mut one, mut infinity, mut most) = (Vec::new(), 0.0_f64, 1);
                for (group, divisor) in self.groups() {
                    infinity = infinity.max(group.len() as f64 / divisor);
                    most = most.max(group.len());
                    for &entry in group {
                        one.resize(one.len().max(entry as usize + 1), 0.0);
                        one[entry as usize] += 1.0 / divisor;
                    }
                }
                let one = range::largest(one.into_iter());
                (one * infinity).sqrt() * rounding_of_sums(self.groups().len() + most)
            }
        }
    }
}

/// x_j − ln Σ eˣ of each row lies between l_j − max h − ln n and min{0, h_j − max l}.
fn log_softmax(node: &Node, of: &NodeBounds) -> NodeBounds {
    let length = row_length(node);
    let ln = pxfm::f_log(length as f64) * rounding_of_sums(4);
    let intervals = of.intervals.chunks(length).flat_map(|row| {
        let largest_low = row.iter().map(|x| x.0).fold(f64::NEG_INFINITY, f64::max);
        let largest_high = row.iter().map(|x| x.1).fold(f64::NEG_INFINITY, f64::max);
        row.iter().map(move |&(low, high)| {
            let (least, _) = add(add((low, low), (-largest_high, -largest_high)), (-ln, -ln));
            let (_, most) = add((high, high), (-largest_low, -largest_low));
            (least, most.min(0.0))
        })
    });
    let root = (of.intervals.len() as f64).sqrt();
    let by_norms = product(product(or_infinite(2.0 * of.norm + ln), root), rounding_of_sums(4));
    NodeBounds::new(intervals.collect(), by_norms)
}
