//! What a run will need.

use super::{Construction, Experiment, LanePlan, LayerPlan, Plan};
use crate::construction::{Allocation, Sharing, Sum};

/// What the program takes before anything is built.
const PROGRAM: f64 = 10.0 * (1 << 20) as f64;

/// A row of a ticket, and what the allocator leaves unused.
const ROW: f64 = 32.0 * 1.06;

/// A copy of the (neuron, input) pairs of a ticket, by which its kept weights are counted.
const ROW_COUNTED: f64 = 16.0;

/// A path of the masked network that inputs are tried on.
const PATH: f64 = 16.0;

/// A weight in that network: where its paths begin, by halves.
const PLACE: f64 = 8.0;

/// glibc gives blocks above this size back when they are freed, and may keep smaller ones.
const GIVEN_BACK: f64 = 32.0 * (1 << 20) as f64;

/// A finished weight: where its rows are, and with how many draws it was completed.
const FINISHED: f64 = 32.0;

/// Matrices that a layer is measured with, ΔW in 106 bits and what its norms are computed from.
const MEASURED: f64 = 17.0 * 8.0;

impl Experiment {
    /// Bytes at the peak of a run, as they are expected. Tickets of all lanes stay; while the last layers of a lane are
    /// built and measured, their copies come on top, and after that the masked network that inputs are tried on, beside what
    /// the allocator has kept of the copies.
    pub fn peak_memory(&self, plan: &Plan) -> f64 {
        let threads = rayon::current_num_threads();
        let weights: f64 =
            plan.lanes.first().map_or(0.0, |lane| lane.layers.iter().map(|l| l.weights as f64).sum());
        let (mut tickets, mut most) = (0.0, 0.0_f64);
        for lane in &plan.lanes {
            let (mut work, mut kept, mut masked) = (Vec::new(), Vec::new(), 0.0);
            for (number, layer) in (1..).zip(&lane.layers) {
                let (weights, rows) =
                    (layer.weights as f64, self.expected_rows(lane.construction, number, layer));
                tickets += ROW * rows + FINISHED * weights;
                masked += PATH * rows + PLACE * weights;
                let of_layer = (ROW_COUNTED * rows + MEASURED * weights).max(under_way(lane, layer));
                work.push(of_layer);
                kept.push(if ROW_COUNTED * rows > GIVEN_BACK { 0.0 } else { of_layer });
            }
            most = most.max(largest(work, threads)).max(masked + largest(kept, threads));
        }
        // F, its matrix of magnitudes while its bounds are computed, and itself as it came.
        PROGRAM + 3.0 * 8.0 * weights + tickets + most
    }

    /// Rows of a layer's ticket. A golden-ratio sum passes by the buckets above |w|, and takes every second or third
    /// of the others; a subset sum takes every second of as many values as tell ±1 to within η.
    fn expected_rows(&self, construction: Construction, number: usize, layer: &LayerPlan) -> f64 {
        let halves = if layer.skip_negative_half { 1.0 } else { 2.0 };
        let weights = self.target.weights(number);
        let tolerance = layer.ranges.half_tolerance;
        let large = || weights.iter().map(|w| w.abs()).filter(|&w| w > tolerance);
        match construction.choices().2 {
            Sum::Neuron => layer.weights as f64,
            Sum::Single => halves * weights.iter().filter(|&&w| w != 0.0).count() as f64,
            Sum::Subset => halves * large().count() as f64 * (2.0 - tolerance.log2()) / 2.0,
            Sum::Golden => {
                let ln_base = -layer.ranges.gamma.ln();
                let above = |w: f64| ((self.w_max / w).ln() / ln_base).max(0.0);
                let levels: f64 = large().map(|w| (layer.ranges.levels as f64 - above(w)).max(0.0)).sum();
                halves * levels * share_taken(layer.ranges.gamma)
            }
        }
    }
}

/// The sum of the `count` largest of these.
fn largest(mut bytes: Vec<f64>, count: usize) -> f64 {
    bytes.sort_by(f64::total_cmp);
    bytes.iter().rev().take(count).sum()
}

/// What is held of the weights under way.
fn under_way(lane: &LanePlan, layer: &LayerPlan) -> f64 {
    let demands = layer.weights as f64 * 2.0 * layer.ranges.levels as f64;
    match lane.construction.choices().3 {
        // The quickest bucket is twice as far as the slowest.
        Sharing::Layer(Allocation::InOrder) => demands * 8.0 / 2.0,
        Sharing::Layer(_) | Sharing::Input | Sharing::Nobody => 0.0,
    }
}

/// The share of the buckets below |w| from which a golden-ratio sum takes a piece, in the long run: the sum of Lemma 9 walked
/// with pieces that are spread evenly over their buckets, on a logarithmic scale.
fn share_taken(gamma: f64) -> f64 {
    const STEPS: u32 = 2_000;
    /// Its multiples modulo 1 are spread evenly.
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let (mut residual, mut taken) = (0.5, 0);
    for step in 0..STEPS {
        // In units of the bucket above.
        if residual >= gamma {
            residual -= gamma.powf(1.0 + (f64::from(step) * GOLDEN).fract());
            taken += 1;
        }
        residual /= gamma;
    }
    f64::from(taken) / f64::from(STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_taken_is_what_was_seen() {
        // Example 5 with weights uniform in ±w_max: 12.8 of 39 − 2.47 buckets.
        assert!((share_taken(2.0 / 3.0) - 12.8 / (39.0 - 2.47)).abs() < 0.02, "{}", share_taken(2.0 / 3.0));
        assert!(share_taken(0.99) < 0.02 && share_taken(0.62) > 0.38);
    }
}
