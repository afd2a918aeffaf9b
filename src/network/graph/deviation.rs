//! How far the value of a node is from another one, from the deviations of its inputs.
//!
//! Let x be the value in one graph and x̂ that in another, with the same nodes but other weights. A [`Deviation`] bounds x̂ − x, as a
//! whole in the 2-norm and entry by entry. [`deviation_after`] takes the deviations of a node's inputs to its own. Each is computed
//! both ways, and the smaller counts.
//!
//! # Rules
//! | node | 2-norm | an entry |
//! |---|---|---|
//! | linear | ‖ΔW‖·‖x‖ + √places·‖Δb‖ + ‖Ŵ‖·e | Σ max(\|Δw⁺\|·max(x, 0), \|Δw⁻\|·max(−x, 0)) + \|ŵ\|·δ |
//! | σ | λe | λδ, with λ on the interval of the entry |
//! | a + b | e_a + e_b | δ_a + δ_b |
//! | a ⊙ b | max\|a\|·e_b + max(\|b\| + δ_b)·e_a | \|a\|·δ_b + (\|b\| + δ_b)·δ_a |
//! | z ⊙ a + (1 − z) ⊙ b | as below, with largest entries | \|z\|·δ_a + \|1 − z\|·δ_b + δ_z·(\|a − b\| + δ_a + δ_b) |
//! | concatenation | √Σe² | δ |
//! | selection | √(most copies)·e | δ |
//! | maxima, averages | √(most groups)·e, √(‖A‖₁‖A‖_∞)·e | the largest δ, the average δ |
//! | s ⊙ x + t | max\|s\|·e | \|s\|·δ |
//! | softmax | e/2 | max δ/2 of the row |
//! | log-softmax | (1 + √n)·e | δ + max δ of the row |
//!
//! *Linear.* Ŵ is piecewise linear: the half Ŵ⁺ takes the positive part of an input, Ŵ⁻ the negative one. Ŵ(x̂) − Wx = (Ŵ(x̂) − Ŵ(x)) + (Ŵ(x) − Wx),
//! and ‖Ŵ‖ is its Lipschitz factor.
//!
//! *Softmax.* Its derivative diag(p) − ppᵀ is symmetric and positive semidefinite, so its norm is the largest of
//! vᵀ(diag(p) − ppᵀ)v = Var_p(v) over unit v. A variance is at most a quarter of the squared range, (max v − min v)² ≤ 2‖v‖² = 2: ½. A row of it
//! has the sum of magnitudes 2p_j(1 − p_j) ≤ ½. The derivative of its logarithm is I − 1pᵀ, with a norm of at most 1 + √n·‖p‖ ≤ 1 + √n, and a
//! change of row j of at most δ_j + Σp_kδ_k.

use std::borrow::Borrow;

use ndarray::{ArcArray2, Array2, ArrayView1};

use super::intervals::{concatenated, largest_shares, most_copies, row_length};
use super::{Graph, Node, NodeBounds, Operation, PoolingKind};
use crate::network::Activation;
use crate::network::domain::{norm_of, or_infinite, rounding_of_sums};
use crate::network::range::{self, product};

/// Bounds on the difference of two values.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// ‖x̂ − x‖₂
    pub norm: f64,
    /// |x̂ − x| of each entry
    pub entries: Vec<f64>,
}

impl Deviation {
    /// No difference.
    pub fn zero(entries: usize) -> Self {
        Self { norm: 0.0, entries: vec![0.0; entries] }
    }

    /// Two bounds, each made sharper by the other.
    pub fn new(norm: f64, mut entries: Vec<f64>) -> Self {
        entries.iter_mut().for_each(|entry| *entry = or_infinite(*entry));
        let ends: Vec<(f64, f64)> = entries.iter().map(|&entry| (entry, entry)).collect();
        let norm = or_infinite(norm).min(product(norm_of(&ends), rounding_of_sums(entries.len())));
        entries.iter_mut().for_each(|entry| *entry = entry.min(norm));
        Self { norm, entries }
    }

    /// The largest entry.
    pub fn largest(&self) -> f64 {
        range::largest(self.entries.iter().copied())
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        let up = rounding_of_sums(1);
        let entries = self.entries.iter().zip(&other.entries).map(|(a, b)| product(a + b, up));
        Self::new(product(self.norm + other.norm, up), entries.collect())
    }
}

/// What is known of the matrix Ŵ that takes the place of W in a linear map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapChange {
    /// bounds on |ΔW|, entry by entry: none if Ŵ = W, one for both halves of Ŵ, or one for each
    pub delta: Vec<Array2<f64>>,
    /// bounds on |ŵ| of both halves, shared by copies
    pub magnitudes: ArcArray2<f64>,
    /// bound on ‖ΔW(x)‖₂ / ‖x‖₂ of the map, biases apart
    pub delta_norm: f64,
    /// bound on √places·‖Δb‖₂
    pub bias_norm: f64,
    /// bound on the Lipschitz factor of the map with Ŵ
    pub gain: f64,
}

/// The deviation of node `number` from those of its inputs, in their order. `base`: bounds on the values of all nodes from which
/// they deviate. `maps`: of all layers. Rounding is not counted: see [`local_rounding`](super::local_rounding).
pub fn deviation_after(
    graph: &Graph,
    number: usize,
    base: &[NodeBounds],
    of: &[&Deviation],
    maps: &[impl Borrow<MapChange>],
) -> Deviation {
    let node = &graph.nodes()[number];
    let entries = node.shape.entries();
    let each = |entry: &dyn Fn(usize) -> f64| (0..entries).map(entry).collect::<Vec<f64>>();
    let up = rounding_of_sums(8);
    let from = |input: usize| &base[node.from[input]];
    let size = |input: usize, entry: usize| from(input).magnitude(entry);
    let off = |input: usize, entry: usize| of[input].entries[entry];
    let (norm, entries) = match &node.operation {
        Operation::Input | Operation::Constant(_) => return Deviation::zero(entries),
        Operation::Linear(layer) => {
            let map = maps[layer - 1].borrow();
            let changed = product(map.delta_norm, from(0).norm) + map.bias_norm;
            (changed + product(map.gain, of[0].norm), linear(graph, *layer, from(0), of[0], map))
        }
        Operation::Activation(activation) => {
            let slopes = each(&|entry| slope(*activation, from(0).intervals[entry], off(0, entry)));
            let most = range::largest(slopes.iter().copied());
            let limit = match activation {
                Activation::Tanh => 2.0,
                Activation::Logistic => 1.0,
                _ => f64::INFINITY,
            };
            (product(most, of[0].norm), each(&|entry| product(slopes[entry], off(0, entry)).min(limit)))
        }
        Operation::Add => (of[0].norm + of[1].norm, each(&|entry| off(0, entry) + off(1, entry))),
        Operation::Product => {
            let moved = (0..entries).map(|entry| size(1, entry) + off(1, entry)).fold(0.0, f64::max);
            let norm = product(from(0).largest, of[1].norm) + product(moved, of[0].norm);
            let entry = |entry| {
                let moved = size(1, entry) + off(1, entry);
                product(size(0, entry), off(1, entry)) + product(moved, off(0, entry))
            };
            (norm, each(&entry))
        }
        Operation::Mix => mix(node, base, of),
        Operation::Concat { axis } => {
            let parts: Vec<&[f64]> = of.iter().map(|of| &of.entries[..]).collect();
            let norm = of.iter().map(|of| of.norm).fold(0.0, f64::hypot);
            (product(norm, rounding_of_sums(of.len())), concatenated(node, *axis, &parts))
        }
        Operation::Reshape => (of[0].norm, of[0].entries.clone()),
        Operation::Select(chosen) => {
            let most = most_copies(chosen) as f64;
            (product(of[0].norm, most.sqrt()), each(&|entry| off(0, chosen[entry] as usize)))
        }
        Operation::Pool(pooling) => {
            let groups = pooling.groups().map(|(group, divisor)| {
                let of_group = group.iter().map(|&entry| off(0, entry as usize));
                match pooling.kind {
                    PoolingKind::Maximum => of_group.fold(0.0, f64::max),
                    PoolingKind::Average => {
                        product(product(of_group.sum::<f64>(), 1.0 / divisor), rounding_of_sums(group.len()))
                    }
                }
            });
            (product(pooling.norm_bound(), of[0].norm), groups.collect())
        }
        Operation::ScaleShift { scale, .. } => {
            let most = range::largest(scale.iter().copied());
            (product(most, of[0].norm), each(&|entry| product(scale[entry].abs(), off(0, entry))))
        }
        Operation::Softmax | Operation::LogSoftmax => {
            let length = row_length(node);
            let largest = |row: &[f64]| range::largest(row.iter().copied());
            let rows = of[0].entries.chunks(length);
            if matches!(node.operation, Operation::Softmax) {
                let halves = rows.flat_map(|row| vec![(0.5 * largest(row)).min(1.0); row.len()]);
                (0.5 * of[0].norm, halves.collect())
            } else {
                let sums = rows.flat_map(|row| {
                    let largest = largest(row);
                    row.iter().map(move |entry| entry + largest)
                });
                (product(1.0 + (length as f64).sqrt(), of[0].norm), sums.collect())
            }
        }
    };
    Deviation::new(product(norm, up), entries.into_iter().map(|entry| product(entry, up)).collect())
}

/// Entries of a linear map's deviation.
fn linear(graph: &Graph, layer: usize, base: &NodeBounds, of: &Deviation, change: &MapChange) -> Vec<f64> {
    let map = graph.map(layer);
    let mut entries = vec![0.0; map.output().entries()];
    let up = rounding_of_sums(2 * map.columns());
    for place in 0..map.places() {
        let read = |value: &dyn Fn(usize) -> f64, constant: f64| -> Vec<f64> {
            let patch = map.patch(place).map(|entry| entry.map_or(0.0, value));
            patch.chain(map.has_bias().then_some(constant)).collect()
        };
        let off = read(&|entry| of.entries[entry], 0.0);
        let positive = read(&|entry| base.intervals[entry].1.max(0.0), 1.0);
        let negative = read(&|entry| (-base.intervals[entry].0).max(0.0), 0.0);
        let larger: Vec<f64> = positive.iter().zip(&negative).map(|(p, n)| p.max(*n)).collect();
        for row in 0..map.rows() {
            let changed = match &change.delta[..] {
                [] => 0.0,
                [both] => sum_of_products(both.row(row), &larger),
                halves => {
                    let [first, second] = [halves[0].row(row), halves[1].row(row)];
                    let terms = first.into_iter().zip(second).zip(positive.iter().zip(&negative));
                    terms.map(|((a, b), (p, n))| product(*a, *p).max(product(*b, *n))).sum()
                }
            };
            let moved = sum_of_products(change.magnitudes.row(row), &off);
            entries[map.entry(place, row)] = product(changed + moved, up);
        }
    }
    entries
}

/// Σ a·b of numbers ≥ 0; where a term may underflow, or 0 meet ∞, rounded up.
fn sum_of_products(row: ArrayView1<'_, f64>, by: &[f64]) -> f64 {
    /// Sums from here on hide what underflows in their terms.
    const LEAST: f64 = 1e-280;
    /// Sums side by side.
    const LANES: usize = 8;
    if let Some(row) = row.as_slice() {
        let mut sums = [0.0; LANES];
        let (rows, rest) = row.as_chunks::<LANES>();
        let (bys, rest_by) = by.as_chunks::<LANES>();
        for (row, by) in rows.iter().zip(bys) {
            sums.iter_mut().zip(row.iter().zip(by)).for_each(|(sum, (a, b))| *sum += a * b);
        }
        let rest: f64 = rest.iter().zip(rest_by).map(|(a, b)| a * b).sum();
        let sum = sums.iter().sum::<f64>() + rest;
        if sum >= LEAST {
            return sum;
        }
    }
    row.iter().zip(by).map(|(&a, &b)| product(a, b)).sum()
}

/// The Lipschitz factor of σ between values in an interval and others off by no more than `off`.
fn slope(activation: Activation, (low, high): (f64, f64), off: f64) -> f64 {
    let (low, high) = ((low - off).next_down(), (high + off).next_up());
    let lambda = activation.lipschitz().unwrap_or(f64::INFINITY);
    match activation {
        Activation::Relu if high <= 0.0 => 0.0,
        Activation::LeakyRelu(_) if low >= 0.0 => 1.0,
        Activation::LeakyRelu(slope) if high <= 0.0 => slope.abs(),
        // The derivative falls away from 0; 1e−14 covers its rounding.
        Activation::Tanh | Activation::Logistic => {
            let nearest = low.max(0.0) + high.min(0.0);
            (activation.derivative(nearest) + 1e-14).min(lambda)
        }
        _ => lambda,
    }
}

/// ẑâ + (1 − ẑ)b̂ − (za + (1 − z)b) = z(â − a) + (1 − z)(b̂ − b) + (ẑ − z)(â − b̂).
fn mix(node: &Node, base: &[NodeBounds], of: &[&Deviation]) -> (f64, Vec<f64>) {
    let [z, a, b] = [0, 1, 2].map(|input| &base[node.from[input]]);
    // |â − b̂|
    let apart = |entry: usize| {
        let ((a_low, a_high), (b_low, b_high)) = (a.intervals[entry], b.intervals[entry]);
        (a_high - b_low).max(b_high - a_low) + of[1].entries[entry] + of[2].entries[entry]
    };
    let entry = |entry: usize| {
        let (off_a, off_b) = (of[1].entries[entry], of[2].entries[entry]);
        let at = |z: f64| product(z.abs(), off_a) + product((1.0 - z).abs(), off_b);
        // Convex in z: the largest at an end of its interval.
        let (low, high) = z.intervals[entry];
        at(low).max(at(high)) + product(of[0].entries[entry], apart(entry))
    };
    let (share, rest) = largest_shares(z);
    let mut kept = product(share, of[1].norm) + product(rest, of[2].norm);
    if share <= 1.0 && rest <= 1.0 {
        kept = kept.min(of[1].norm.hypot(of[2].norm));
    }
    let apart_most = (0..z.intervals.len()).map(apart).fold(0.0, f64::max);
    (kept + product(of[0].norm, apart_most), (0..z.intervals.len()).map(entry).collect())
}
