//! The tolerance of a graph by the walk of its certificate, computed once for each accuracy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ndarray::Array2;

use crate::network::graph::{Graph, GraphBounds};
use crate::theory::walk::WeightWalk;

/// A walk, and its answers so far.
#[derive(Debug)]
pub(super) struct WalkedTolerance {
    walk: WeightWalk,
    /// ε_w by the bits of ε and w_max
    known: Mutex<HashMap<(u64, u64), f64>>,
}

impl WalkedTolerance {
    /// The walk of a graph with these bounds on its values and these weights of its layers.
    pub(super) fn new(graph: Arc<Graph>, bounds: Arc<GraphBounds>, weights: &[Array2<f64>]) -> Self {
        Self { walk: WeightWalk::new(graph, bounds, weights), known: Mutex::default() }
    }

    /// ε_w for an accuracy ε of the network, at most `w_max`.
    pub(super) fn tolerance(&self, epsilon: f64, w_max: f64) -> f64 {
        let key = (epsilon.to_bits(), w_max.to_bits());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&tolerance) = known().get(&key) {
            return tolerance;
        }
        let tolerance = self.walk.tolerance(epsilon, w_max);
        known().insert(key, tolerance);
        tolerance
    }

    /// ε of the network for an accuracy ε_w of its weights.
    pub(super) fn accuracy(&self, tolerance: f64) -> f64 {
        self.walk.accuracy(tolerance)
    }
}
