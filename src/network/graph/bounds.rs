//! Bounds on the values of a graph over a domain, node by node.
//!
//! Each node has an interval for every entry and a bound on its 2-norm, which sharpen each other. Over the points of a list, they
//! are sharpened by the values at these points, with the rounding error of their evaluation.

use ndarray::{Array2, ArrayView2, Axis, CowArray};

use super::intervals::bounds_after;
use super::{
    Deviation, Graph, MapChange, MapNorms, MapRounding, NodeBounds, deviation_after, local_rounding,
};
use crate::network::domain::or_infinite;
use crate::network::range::{self, SMALLEST, product};
use crate::network::{Domain, with_constant};

/// The unit roundoff of f64.
const UNIT: f64 = f64::EPSILON / 2.0;

/// Points evaluated together.
const POINTS: usize = 64;

/// Bounds on the values of all nodes, and the norms of the linear maps.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphBounds {
    nodes: Vec<NodeBounds>,
    norms: Vec<MapNorms>,
}

impl GraphBounds {
    /// Bounds of every node of `graph`, with these weights of its layers, on `domain`.
    pub fn new(graph: &Graph, weights: &[Array2<f64>], domain: &Domain) -> Self {
        let norms: Vec<MapNorms> =
            graph.maps().iter().zip(weights).map(|(map, w)| map.norms(w.view())).collect();
        let inputs = graph.input().entries();
        let points = match domain.free() {
            Domain::Points { points, .. } => {
                Some(Extremes::at_points(graph, weights, points.view(), domain.has_constant()))
            }
            _ => None,
        };
        let changes: Vec<MapChange> =
            weights.iter().zip(&norms).map(|(w, norms)| MapChange::none(w, *norms)).collect();
        let losses: Vec<MapRounding> = weights.iter().map(|w| MapRounding::plain(w.view())).collect();
        let mut nodes: Vec<NodeBounds> = Vec::with_capacity(graph.nodes().len());
        let mut rounded: Vec<Deviation> = Vec::new();
        for (number, node) in graph.nodes().iter().enumerate() {
            let of: Vec<&NodeBounds> = node.from.iter().map(|&from| &nodes[from]).collect();
            let mut bounds = if number == 0 {
                NodeBounds::new(domain.intervals(inputs), domain.norm(inputs))
            } else {
                bounds_after(graph, node, &of, weights, &norms)
            };
            if let Some(extremes) = &points {
                nodes.push(bounds.clone());
                let of: Vec<&Deviation> = node.from.iter().map(|&from| &rounded[from]).collect();
                let own = deviation_after(graph, number, &nodes, &of, &changes);
                let local = local_rounding(graph, number, &nodes, (&of, &own), &losses);
                let own = own.plus(&local);
                nodes.pop();
                let Extremes { intervals, norm } = &extremes[number];
                bounds = bounds.at_points((intervals, *norm), own.norm, &own.entries);
                rounded.push(own);
            }
            nodes.push(bounds);
        }
        Self { nodes, norms }
    }

    /// Bounds of all nodes, by their numbers.
    pub fn nodes(&self) -> &[NodeBounds] {
        &self.nodes
    }

    /// Norms of all layers, layer 1 first.
    pub fn norms(&self) -> &[MapNorms] {
        &self.norms
    }

    /// The bound on every entry of an input of a linear map.
    pub fn f_max(&self, graph: &Graph) -> f64 {
        let inputs = (1..=graph.layers()).flat_map(|layer| graph.uses(layer));
        inputs.map(|number| self.nodes[graph.nodes()[number].from[0]].largest).fold(0.0, f64::max)
    }
}

impl MapChange {
    /// Ŵ = W.
    pub fn none(weights: &Array2<f64>, norms: MapNorms) -> Self {
        let magnitudes = weights.mapv(f64::abs).into_shared();
        Self { delta: Vec::new(), magnitudes, delta_norm: 0.0, bias_norm: 0.0, gain: norms.norm }
    }
}

impl MapRounding {
    /// Of a plain sum of products with the weights of a row, in any order: γ_{n+4}·‖W‖_F.
    pub fn plain(weights: ArrayView2<'_, f64>) -> Self {
        let lost = (weights.ncols() + 4) as f64 * UNIT;
        let frobenius = range::norm(weights.iter().map(|w| w * w).sum(), weights.iter().copied());
        let up = 1.0 + (weights.len() + 16) as f64 * UNIT;
        let relative = product(product(lost / (1.0 - lost), or_infinite(frobenius)), up);
        let nonzero = weights.iter().filter(|&&w| w != 0.0).count();
        Self { relative, underflow: nonzero as f64 * SMALLEST }
    }
}

/// What a node's value was at all points, as computed.
struct Extremes {
    /// the smallest and the largest value of each entry
    intervals: Vec<(f64, f64)>,
    /// the largest 2-norm
    norm: f64,
}

impl Extremes {
    /// Of every node. Each point is followed by a constant 1 where `has_constant`.
    fn at_points(
        graph: &Graph,
        weights: &[Array2<f64>],
        points: ArrayView2<'_, f64>,
        has_constant: bool,
    ) -> Vec<Self> {
        let none = |entries| Self { intervals: vec![(f64::INFINITY, f64::NEG_INFINITY); entries], norm: 0.0 };
        let mut all: Vec<Self> = graph.nodes().iter().map(|node| none(node.shape.entries())).collect();
        for points in points.axis_chunks_iter(Axis(0), POINTS) {
            let x = if has_constant { with_constant(points).into() } else { CowArray::from(points) };
            graph.forward(x.view(), &mut |layer, x| x.dot(&weights[layer - 1].t()), &mut |number, values| {
                for value in values.rows() {
                    all[number].note(value.iter().copied());
                }
            });
        }
        all
    }

    fn note(&mut self, value: impl Iterator<Item = f64> + Clone) {
        for ((low, high), v) in self.intervals.iter_mut().zip(value.clone()) {
            // Nothing is known of a sum that has overflowed, now and later.
            if v.is_finite() {
                (*low, *high) = (low.min(v), high.max(v));
            } else {
                (*low, *high) = (f64::NEG_INFINITY, f64::INFINITY);
            }
        }
        let norm = range::norm(value.clone().map(|x| x * x).sum(), value);
        self.norm = range::largest([self.norm, norm].into_iter());
    }
}
