//! What a run will need.
//!
//! A process is largest in one of its phases. Each is a formula of the weights P, the ticket's rows R and the widths n of layers,
//! in bytes; the peak is the program, the target and the points, what is kept of lanes that are through, and the largest phase.
//!
//! | phase | what is held |
//! |---|---|
//! | loading | points as their file holds them; copies of a layer while its norms are computed, and [`BOUNDED`] for each pair of its shorter side |
//! | building | for each layer under way its open demands, which are many in order or where outputs share |
//! | measuring | for each layer [`MEASURED`]·P, or a copy of its rows |
//! | matching | after an allocation that ran out of neurons: a second ticket, then [`matching`] |
//! | trying | the masked network ([`PATH`]·R + [`PLACE`]·P), and a block of inputs on its way through both networks |
//! | climbing | the masked network, and the values of all layers at a few inputs |
//!
//! Layers are built and measured on as many threads as there are. Reports are smaller than any of these.

#[cfg(target_os = "linux")]
mod control_groups;
pub(super) mod free;

use super::{Construction, Experiment, LanePlan, LayerPlan, Plan};
use crate::construction::best_subset::MOST_VALUES;
use crate::construction::incremental::lower_values;
use crate::construction::{Allocation, MOST_EDGES_KEPT, MOST_VERTICES, Sharing, Sum};
use crate::network::{BLOCK, Domain};
use crate::theory::Count;

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

/// Matrices that a layer is measured with: ΔW of both halves in 106 bits, sums of magnitudes, and what norms are computed from.
const MEASURED: f64 = 10.0 * 8.0;

/// An entry of the Gram matrix of a layer's shorter side, and of what is factorized of it.
const BOUNDED: f64 = 2.0 * 8.0;

/// Vectors of Lanczos' method, at most.
const BASIS: f64 = 300.0 * 8.0;

/// A value of a point as its file holds it, beside which it is turned into an f64: 1 to 8 bytes.
const POINT_READ: f64 = 4.0;

/// A layer of a lane, whatever its size: its builder, its counts and histograms, the race.
const LAYER: f64 = 14.0 * (1 << 10) as f64;

/// Neurons that pass along the pairs together, where a layer shares them.
const QUEUE: f64 = 25.0 * (1 << 10) as f64;

/// A bucket of a layer: its counts and edges.
const BUCKET: f64 = 64.0;

/// A copy of a layer's line and race in a snapshot; there are up to three.
const SHOWN_LAYER: f64 = 3.0 * 4.0 * (1 << 10) as f64;

/// An error of a weight on the screen, in the snapshot, and in the map that goes on.
const SHOWN_WEIGHT: f64 = 8.0;

/// Inputs tried between two reports of a run.
const MOST_TOGETHER: usize = 1024;

/// Inputs that are climbed from, and those that a step looks at.
const CLIMBED: f64 = 8.0 + 32.0;

/// What a lane takes.
#[derive(Clone, Copy, Debug)]
struct LaneMemory {
    /// once it is through
    kept: f64,
    /// at most beside it, while layers are built and measured
    building: f64,
    /// the masked network
    masked: f64,
    /// blocks that the allocator may keep of what was freed
    retained: f64,
}

impl Experiment {
    /// Bytes at the peak of a run, as they are expected: see the module. Lanes come one after another; what they have built stays.
    pub fn peak_memory(&self, plan: &Plan) -> f64 {
        let (mut kept, mut most) = (0.0, self.loading());
        for lane in &plan.lanes {
            let lane = self.lane_memory(lane, rayon::current_num_threads());
            kept += lane.kept;
            most = most.max(kept + lane.building.max(lane.masked + lane.retained + self.trying()));
        }
        self.shared_memory() + most
    }

    /// The same of a session on screens, where all lanes may be under way at once, each layer after the other, and snapshots are
    /// taken of them.
    pub fn screen_memory(&self, plan: &Plan) -> f64 {
        let lanes: Vec<LaneMemory> = plan.lanes.iter().map(|lane| self.lane_memory(lane, 1)).collect();
        let sum = |of: fn(&LaneMemory) -> f64| lanes.iter().map(of).sum::<f64>();
        let building = lanes.iter().map(|lane| lane.building).fold(0.0, f64::max);
        let layers = self.target.architecture().layers() as f64;
        let weights = self.target.architecture().total_weights() as f64;
        let shown = lanes.len() as f64 * (SHOWN_LAYER * layers + SHOWN_WEIGHT * weights);
        let (kept, masked) = (sum(|lane| lane.kept), sum(|lane| lane.masked));
        self.shared_memory() + shown + self.loading().max(kept + building.max(masked + self.trying()))
    }

    /// What a single construction takes beside [`shared_memory`](Self::shared_memory) where it is built without trying inputs, layer
    /// after layer.
    pub(crate) fn memory_of_build(&self, lane: &LanePlan) -> f64 {
        let lane = self.lane_memory(lane, 1);
        lane.kept + lane.building
    }

    /// The program, the target and X.
    pub(crate) fn shared_memory(&self) -> f64 {
        let weights = self.target.architecture().total_weights() as f64;
        let written = self.preset.written_weights() as f64 * 8.0 + self.source.text.len() as f64;
        let points = match self.domain.free() {
            // A label, and the number of a point that is classified otherwise.
            Domain::Points { points, labels } => {
                8.0 * points.len() as f64 + labels.as_ref().map_or(0.0, |labels| 12.0 * labels.len() as f64)
            }
            _ => 0.0,
        };
        PROGRAM + 8.0 * weights + written + points
    }

    /// What is computed of the target and X alone.
    fn loading(&self) -> f64 {
        let layers = 1..=self.target.architecture().layers();
        let of_layer = |layer| {
            let (rows, columns) = self.target.weights(layer).dim();
            let weights = rows as f64 * columns as f64;
            (8.0 * weights + norms(rows, columns)).max(16.0 * weights)
        };
        let read = match self.domain.free() {
            Domain::Points { points, .. } => POINT_READ * points.len() as f64,
            _ => 0.0,
        };
        layers.map(of_layer).fold(read, f64::max)
    }

    /// Inputs on their way through both networks, or climbing.
    fn trying(&self) -> f64 {
        let architecture = self.target.architecture();
        let widths: Vec<f64> = architecture.widths().iter().map(|&width| width as f64).collect();
        let all = match self.domain.free() {
            Domain::Points { points, .. } => points.nrows(),
            _ => usize::MAX,
        };
        let together = architecture.inputs_together().min(MOST_TOGETHER).min(all);
        let (inputs, padded) = (together as f64, together.next_multiple_of(BLOCK) as f64);
        // Both parts of a value by sign stand beside it where any is negative.
        let never_negative = |layer: usize| match layer {
            0 => self.domain.is_never_negative(),
            layer => architecture.activation(layer).is_never_negative(),
        };
        let each = |layer: usize| if never_negative(layer) { 8.0 } else { 24.0 } * widths[layer];
        let layers = 1..=architecture.layers();
        let masked = layers.clone().map(|layer| each(layer - 1) + each(layer)).fold(0.0, f64::max);
        let before = |layer: usize| if layer > 1 { widths[layer - 1] } else { 0.0 };
        let target = layers.map(|layer| 8.0 * (before(layer) + widths[layer])).fold(0.0, f64::max);
        let outputs = 8.0 * widths[widths.len() - 1];
        let tried = inputs * (8.0 * widths[0] + target + outputs) + padded * masked;
        let climbed =
            CLIMBED * (8.0 * widths[0] + 2.0 * outputs) + 4.0 * 8.0 * 8.0 * widths.iter().sum::<f64>();
        tried.max(climbed + padded * masked)
    }

    fn lane_memory(&self, lane: &LanePlan, threads: usize) -> LaneMemory {
        let (mut work, mut retained) = (Vec::new(), Vec::new());
        let mut memory = LaneMemory { kept: 0.0, building: 0.0, masked: 0.0, retained: 0.0 };
        for (number, layer) in (1..).zip(&lane.layers) {
            let (weights, rows) =
                (layer.weights as f64, self.expected_rows(lane.construction, number, layer));
            let ticket = ROW * rows + FINISHED * weights;
            let (_, _, sum, sharing) = lane.construction.choices();
            let buckets = if sum == Sum::Golden { BUCKET * layer.ranges.levels as f64 } else { 0.0 };
            let queue = if matches!(sharing, Sharing::Layer(_)) && sum == Sum::Golden { QUEUE } else { 0.0 };
            memory.kept += ticket + LAYER + buckets + queue;
            memory.masked += PATH * rows + PLACE * weights;
            let (outputs, inputs) = self.target.weights(number).dim();
            let matrices = MEASURED * weights + norms(outputs, inputs);
            let measured = matrices.max(ROW_COUNTED * rows);
            let of_layer = measured.max(under_way(lane, layer, outputs as f64));
            retained.push(if measured > GIVEN_BACK { 0.0 } else { of_layer });
            work.push(of_layer.max(self.existence(lane, number, layer, ticket)));
        }
        memory.building = largest(work, threads);
        memory.retained = largest(retained, threads);
        memory
    }

    /// What it takes to decide whether the ticket of a layer is there, where the allocation may well run out of neurons.
    fn existence(&self, lane: &LanePlan, number: usize, layer: &LayerPlan, ticket: f64) -> f64 {
        let (_, _, sum, sharing) = lane.construction.choices();
        let (Sum::Golden, Sharing::Layer(allocation), Some(bound)) = (sum, sharing, layer.neurons) else {
            return 0.0;
        };
        let expected = lane.expected_draws_of(self, number, layer);
        if expected.times(2.0) < bound {
            return 0.0;
        }
        let weights = layer.weights as f64;
        let demands = weights * demands_of_weight(layer);
        if demands > MOST_VERTICES as f64 {
            return 8.0 * weights;
        }
        let first_fit = if allocation == Allocation::FirstFit { 0.0 } else { ticket };
        let exact = matching(layer, bound, weights);
        let in_order =
            if allocation == Allocation::InOrder || exact > 0.0 { 0.0 } else { ticket + 4.0 * demands };
        8.0 * weights + first_fit.max(exact).max(in_order)
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

/// What the norms of a matrix are computed with, beside itself.
fn norms(rows: usize, columns: usize) -> f64 {
    let shorter = rows.min(columns) as f64;
    BOUNDED * shorter * shorter + BASIS.min(8.0 * shorter) * shorter
}

/// The sum of the `count` largest of these.
fn largest(mut bytes: Vec<f64>, count: usize) -> f64 {
    bytes.sort_by(f64::total_cmp);
    bytes.iter().rev().take(count).sum()
}

/// Demands of a weight of a golden-ratio sum.
fn demands_of_weight(layer: &LayerPlan) -> f64 {
    let halves = if layer.skip_negative_half { 1.0 } else { 2.0 };
    halves * layer.ranges.levels as f64
}

/// What is held of the weights under way.
fn under_way(lane: &LanePlan, layer: &LayerPlan, outputs: f64) -> f64 {
    /// An open pair of a block, and what its vectors take besides.
    const PAIR: f64 = 160.0;
    let (_, _, sum, sharing) = lane.construction.choices();
    let demands = layer.weights as f64 * demands_of_weight(layer);
    match (sum, sharing) {
        // The quickest bucket is twice as far as the slowest.
        (Sum::Golden, Sharing::Layer(Allocation::InOrder)) => demands * 8.0 / 2.0,
        (Sum::Golden, Sharing::Input) => outputs * (2.0 * 8.0 * layer.ranges.levels as f64 + PAIR),
        (Sum::Subset, Sharing::Input) => outputs * 2.0 * (PAIR + open_search(layer.ranges.half_tolerance)),
        (Sum::Subset, Sharing::Nobody) => 2.0 * open_search(layer.ranges.half_tolerance),
        _ => 0.0,
    }
}

/// What one half's search for a subset sum takes on average when all searches together are largest: the sums of its filter, and its
/// values. A search ends after each value with the probability that one of its new sums is within η.
fn open_search(tolerance: f64) -> f64 {
    /// A sum of a filter's lower values, its bits and its chain.
    const FILTERED: f64 = 16.0;
    const VALUE: f64 = 48.0;
    (1..=MOST_VALUES)
        .map(|values| {
            let open = pxfm::f_exp(-(values as f64).exp2() / 2.0 * tolerance);
            open * FILTERED * (lower_values(values) as f64).exp2() + VALUE * (2.0 - tolerance.log2())
        })
        .fold(0.0, f64::max)
}

/// What the exact matching of a layer takes: its vertices, and the edges of pairs that a search has reached, as many as are kept.
/// Nothing where it is known beforehand, or too large.
fn matching(layer: &LayerPlan, bound: Count, weights: f64) -> f64 {
    const NEURON: f64 = 12.0;
    /// Its neuron, and where its edges begin.
    const DEMAND: f64 = 4.0 + 8.0;
    const EDGE: f64 = 4.0;
    let (neurons, demands) = (bound.as_f64(), weights * demands_of_weight(layer));
    if neurons < demands || neurons + demands > MOST_VERTICES as f64 {
        return 0.0;
    }
    // A category has a product with probability 1/8k′.
    let edges = neurons * demands / (8.0 * layer.ranges.k_prime);
    NEURON * neurons + DEMAND * demands + EDGE * edges.min(MOST_EDGES_KEPT as f64)
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
