//! The rounding error that a node adds in an evaluation in f64.
//!
//! u = 2⁻⁵³. A node takes inputs as they were computed, and its own operations round. That is a deviation of its value, on top of
//! the deviations of its inputs:
//! - *Linear*: each place loses no more than [`MapRounding::relative`] of the norm of its patch, and [`MapRounding::underflow`]. With m the
//!   most places that read an entry, Σ‖patch‖² ≤ m·‖x‖² + places, the last for the constant of the biases.
//! - *σ*: 8u of its value, and what underflows: the smallest normal number for an exponential that overflows; 0 if it only compares.
//! - *Sums, products and averages* of n terms: (n + 2)u of the sum of magnitudes, and an underflow for each term.
//! - *Softmax* of n entries: an exponential is off by 8u and by u times the distance R to the largest entry, and e⁻ᴿ·R ≤ 1/e. So are all
//!   terms of the sum, and p_j by at most (4n + 64)u. *Its logarithm*: x − max by uR, the rest by the relative error of the sum and u
//!   times values of at most R + ln n: together (4R + 4n + 64)u.

use super::intervals::{compares_only, row_length};
use super::{Deviation, Graph, NodeBounds, Operation, PoolingKind};
use crate::network::Activation;
use crate::network::domain::rounding_of_sums;
use crate::network::range::{SMALLEST, product};

/// The unit roundoff of f64.
const UNIT: f64 = f64::EPSILON / 2.0;

/// The rounding error of one evaluation of a linear map at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapRounding {
    /// relative to the norm of the patch
    pub relative: f64,
    /// by products that underflow
    pub underflow: f64,
}

/// The rounding error that node `number` adds. `base`: bounds on the exact values of all nodes; `of`: the deviations of the inputs as they were
/// computed; `own`: that of its own value without what is added here.
pub fn local_rounding(
    graph: &Graph,
    number: usize,
    base: &[NodeBounds],
    (of, own): (&[&Deviation], &Deviation),
    maps: &[MapRounding],
) -> Deviation {
    let node = &graph.nodes()[number];
    let entries = node.shape.entries();
    // The largest |x| of an entry as it was computed.
    let size =
        |input: usize, entry: usize| base[node.from[input]].magnitude(entry) + of[input].entries[entry];
    let each = |entry: &dyn Fn(usize) -> f64| {
        Deviation::new(
            f64::INFINITY,
            (0..entries).map(|at| product(entry(at), rounding_of_sums(4))).collect(),
        )
    };
    match &node.operation {
        Operation::Linear(layer) => linear(graph, *layer, &base[node.from[0]], of[0], maps[layer - 1]),
        Operation::Activation(activation) if !compares_only(*activation) => {
            let value = |entry: usize| base[number].magnitude(entry) + own.entries[entry];
            let lost = if *activation == Activation::Logistic { f64::MIN_POSITIVE } else { SMALLEST };
            let entries = each(&|entry| product(8.0 * UNIT, value(entry)) + lost);
            let underflow = (entries.entries.len() as f64).sqrt() * lost;
            let norm = product(8.0 * UNIT, base[number].norm + own.norm) + underflow;
            Deviation::new(product(norm, rounding_of_sums(4)), entries.entries)
        }
        Operation::Add => each(&|entry| product(3.0 * UNIT, size(0, entry) + size(1, entry))),
        Operation::Product => {
            each(&|entry| product(3.0 * UNIT, product(size(0, entry), size(1, entry))) + SMALLEST)
        }
        Operation::Mix => each(&|entry| {
            let (z, rest) = (size(0, entry), 1.0 + size(0, entry));
            let terms = product(z, size(1, entry)) + product(rest, size(2, entry));
            product(5.0 * UNIT, terms) + 2.0 * SMALLEST
        }),
        Operation::Pool(pooling) if pooling.kind == PoolingKind::Average => {
            let sums = pooling.groups().map(|(group, divisor)| {
                let sum: f64 = group.iter().map(|&entry| size(0, entry as usize)).sum();
                let lost = (group.len() + 4) as f64 * UNIT;
                product(product(product(lost, sum), 1.0 / divisor), rounding_of_sums(group.len())) + SMALLEST
            });
            Deviation::new(f64::INFINITY, sums.collect())
        }
        Operation::ScaleShift { scale, shift } => each(&|entry| {
            let terms = product(scale[entry].abs(), size(0, entry)) + shift[entry].abs();
            product(4.0 * UNIT, terms) + SMALLEST
        }),
        Operation::Softmax => {
            let lost = (4 * row_length(node) + 64) as f64 * UNIT + f64::MIN_POSITIVE;
            each(&|_| lost)
        }
        Operation::LogSoftmax => {
            let length = row_length(node);
            let rows: Vec<f64> = (0..entries / length)
                .map(|row| (row * length..(row + 1) * length).map(|entry| size(0, entry)).fold(0.0, f64::max))
                .collect();
            each(&|entry| {
                let distance = 2.0 * rows[entry / length];
                product(4.0 * distance + (4 * length + 64) as f64, UNIT)
            })
        }
        // Nothing is computed, or chosen values are copied.
        _ => Deviation::zero(entries),
    }
}

fn linear(
    graph: &Graph,
    layer: usize,
    base: &NodeBounds,
    of: &Deviation,
    rounding: MapRounding,
) -> Deviation {
    let map = graph.map(layer);
    let up = rounding_of_sums(map.columns());
    let constant = f64::from(u8::from(map.has_bias()));
    let mut entries = vec![0.0; map.output().entries()];
    for place in 0..map.places() {
        let read = |entry: usize| base.magnitude(entry) + of.entries[entry];
        let squares: f64 = map.patch(place).flatten().map(read).map(|x| x * x).sum();
        // Squares that underflow are below 10⁻¹⁵⁴ each.
        let patch = (squares + constant).sqrt() + 1e-150;
        let lost = product(product(rounding.relative, patch), up) + rounding.underflow;
        (0..map.rows()).for_each(|row| entries[map.entry(place, row)] = lost);
    }
    let places = (map.places() as f64).sqrt();
    let patches = product(base.norm + of.norm, (map.most_reads() as f64).sqrt());
    let patches = if map.has_bias() { patches.hypot(places) } else { patches };
    let norm = product(rounding.relative, patches) + product(rounding.underflow, places);
    Deviation::new(product(norm, rounding_of_sums(8)), entries)
}
