//! The walk through a graph: how far its output is from the target's when the weights are not quite the target's, and how accurate a
//! weight must be.
//!
//! Lemma 1 carries the error from layer to layer. The walk does so from node to node of a graph, as a whole and entry by entry, and keeps
//! the smaller bound of both ways. [`deviation_after`] has the rule of each kind of node.
//! Not from the paper: it ends with these networks as open questions.

use std::borrow::Borrow;
use std::sync::Arc;

use ndarray::Array2;

use super::ln;
use crate::network::graph::{
    Deviation, Graph, GraphBounds, LinearMap, MapChange, MapNorms, MapRounding, NodeBounds, deviation_after,
    local_rounding,
};
use crate::network::range::product;

/// The walk for [`WeightWalk::tolerance`] ends between this share of ε and ε.
const LEAST_SHARE: f64 = 0.9995;

/// Share of ε for which a step aims.
const AIM: f64 = 0.99975;

/// Steps of the bisection, at most: of 708 nats, 10⁻¹³ are left after half of them.
const MOST_STEPS: usize = 106;

/// The deviations of all nodes, by their numbers, where the matrices of `maps` take the place of the target's. `base`: bounds on the
/// values from which they deviate. With `rounding`, of all layers, the rounding errors of an evaluation are counted
/// too: with no change of the weights they alone are, for values within `base`.
pub fn deviations(
    graph: &Graph,
    base: &[NodeBounds],
    maps: &[impl Borrow<MapChange>],
    rounding: Option<&[MapRounding]>,
) -> Vec<Deviation> {
    let mut all: Vec<Deviation> = Vec::with_capacity(graph.nodes().len());
    for (number, node) in graph.nodes().iter().enumerate() {
        let of: Vec<&Deviation> = node.from.iter().map(|&from| &all[from]).collect();
        let mut own = deviation_after(graph, number, base, &of, maps);
        if let Some(rounding) = rounding {
            let added = local_rounding(graph, number, base, (&of, &own), rounding);
            own = own.plus(&added);
        }
        all.push(own);
    }
    all
}

/// The walk through a graph whose weights are all within ε_w of the target's: how accurate the network then is, and how accurate its
/// weights must be. Every weight of 0 is met exactly.
///
/// |ΔW| ≤ ε_w·P, the pattern P being 1 where a weight is not 0; hence ‖ΔW‖₂ ≤ ε_w·‖P‖₂ for every choice of the two halves, and
/// ‖P‖₂ is at most the root of the number of weights, which Lemma 1's proof takes. Rounding is not counted: it does not depend
/// on ε_w.
#[derive(Clone, Debug)]
pub struct WeightWalk {
    graph: Arc<Graph>,
    bounds: Arc<GraphBounds>,
    layers: Vec<Pattern>,
}

impl WeightWalk {
    /// The walk of a graph with these bounds on its values and these weights of its layers.
    pub fn new(graph: Arc<Graph>, bounds: Arc<GraphBounds>, weights: &[Array2<f64>]) -> Self {
        let layers = graph.maps().iter().zip(weights).zip(bounds.norms());
        let layers = layers.map(|((map, w), norms)| Pattern::new(map, w, *norms)).collect();
        Self { graph, bounds, layers }
    }

    /// ε: the bound on ‖F − Ĝ‖₂ at the end of the walk for weights within `tolerance` ε_w ≥ 0.
    pub fn accuracy(&self, tolerance: f64) -> f64 {
        let maps: Vec<MapChange> = self.layers.iter().map(|layer| layer.within(tolerance)).collect();
        let output = deviations(&self.graph, self.bounds.nodes(), &maps, None).pop();
        output.map_or(0.0, |output| output.norm)
    }

    /// ε_w, at most `w_max` > 0: the walk for weights within it ends at `epsilon` at most. 0 if no tolerance in the normal range of
    /// f64 is small enough.
    ///
    /// It is the largest one, up to a relative 10⁻³ of `epsilon`. Every rule of the walk grows with the deviations of the inputs
    /// and with ε_w, so bisection finds it.
    pub fn tolerance(&self, epsilon: f64, w_max: f64) -> f64 {
        if self.accuracy(w_max) <= epsilon {
            return w_max;
        }
        let (mut low, mut high) = (f64::MIN_POSITIVE, w_max);
        let mut at_low = self.accuracy(low);
        if at_low > epsilon {
            return 0.0;
        }
        let mut bisects = true;
        for _ in 0..MOST_STEPS {
            // Errors are proportional to a small ε_w, unless saturated; where they are not, bisection.
            let proportional = low * (epsilon / at_low) * AIM;
            let middle = if !bisects && proportional > low && proportional < high {
                proportional
            } else {
                pxfm::f_exp(0.5 * (ln(low) + ln(high)))
            };
            if middle <= low || middle >= high {
                break;
            }
            let found = self.accuracy(middle);
            bisects = found > epsilon;
            if found > epsilon {
                high = middle;
                continue;
            }
            (low, at_low) = (middle, found);
            if found >= LEAST_SHARE * epsilon {
                break;
            }
        }
        low
    }
}

/// A layer for [`WeightWalk`].
#[derive(Clone, Debug)]
struct Pattern {
    /// 1 where a weight is not 0
    nonzero: Array2<f64>,
    magnitudes: Array2<f64>,
    /// of the layer, and of its pattern
    norms: [MapNorms; 2],
}

impl Pattern {
    fn new(map: &LinearMap, weights: &Array2<f64>, norms: MapNorms) -> Self {
        let nonzero = weights.mapv(|w| f64::from(u8::from(w != 0.0)));
        let norms = [norms, map.norms(nonzero.view())];
        Self { nonzero, magnitudes: weights.mapv(f64::abs), norms }
    }

    /// What is known of Ŵ within a tolerance.
    fn within(&self, tolerance: f64) -> MapChange {
        let delta = &self.nonzero * tolerance;
        let [target, pattern] = self.norms;
        let delta_norm = product(tolerance, pattern.norm).next_up();
        MapChange {
            magnitudes: (&self.magnitudes + &delta).mapv(f64::next_up).into_shared(),
            delta: vec![delta],
            delta_norm,
            bias_norm: product(tolerance, pattern.bias_norm).next_up(),
            gain: (target.norm + delta_norm).next_up(),
        }
    }
}
