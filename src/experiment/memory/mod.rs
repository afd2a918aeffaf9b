//! The memory of a run, as expected.
//!
//! A process is largest in one of its phases. Each phase is a formula of the weights P, the ticket's rows R and the widths n of
//! layers, in bytes. The peak is the sum of the program, the target and the points, the finished lanes, and the largest phase.
//!
//! | phase | held in memory |
//! |---|---|
//! | loading | points as their file holds them; copies of a layer while its norms are computed, and [`BOUNDED`] for each pair of its shorter side |
//! | building | for each layer under way its open demands: many with `InOrder`, and with shared outputs |
//! | measuring | for each layer [`MEASURED`]·P, or a copy of its rows |
//! | matching | after an allocation has run out of neurons: a second ticket, then a matching (`construction::existence`) |
//! | trying | the masked network ([`PATH`]·R + [`PLACE`]·P), and a block of inputs on its way through both networks |
//! | climbing | the masked network, and the values of all layers at a few inputs |
//!
//! Layers are built and measured on as many threads as there are. Reports are smaller than any of these.

#[cfg(target_os = "linux")]
mod control_groups;
pub(super) mod free;

use super::{Experiment, LanePlan, Plan};
use crate::learning::training::EVALUATION_BLOCK;
use crate::learning::{Dataset, LearnedMethod};
use crate::network::graph::{Graph, Node, Operation};
use crate::network::{BLOCK, Domain};

/// The program itself, before anything is built.
const PROGRAM: f64 = 10.0 * (1 << 20) as f64;

/// A row of a ticket, with the unused capacity of its allocation.
const ROW: f64 = 32.0 * 1.06;

/// A copy of the (neuron, input) pairs of a ticket, to count the kept weights.
const ROW_COUNTED: f64 = 16.0;

/// A path of the masked network.
const PATH: f64 = 16.0;

/// A weight of the masked network: the start of its paths, by halves.
const PLACE: f64 = 8.0;

/// glibc gives blocks above this size back when they are freed, and may keep smaller ones.
const GIVEN_BACK: f64 = 32.0 * (1 << 20) as f64;

/// A finished weight: the position of its rows, and the number of draws.
const FINISHED: f64 = 32.0;

/// The number of a weight other than 0, listed where others are 0.
const LISTED: f64 = 8.0;

/// Matrices for the error of a layer: ΔW of both halves in 106 bits, sums of magnitudes, and the input of the norms.
const MEASURED: f64 = 10.0 * 8.0;

/// An entry of the Gram matrix of a layer's shorter side, and of its factorization.
const BOUNDED: f64 = 2.0 * 8.0;

/// Vectors of Lanczos' method, at most.
const BASIS: f64 = 300.0 * 8.0;

/// A value of a point in its file, held beside the f64: 1 to 8 bytes.
const POINT_READ: f64 = 4.0;

/// A layer of a lane, whatever its size: its builder, its counts and histograms, the race.
const LAYER: f64 = 14.0 * (1 << 10) as f64;

/// A copy of a layer's line and race in a snapshot; there are up to three.
const SHOWN_LAYER: f64 = 3.0 * 4.0 * (1 << 10) as f64;

/// An error of a weight: on the screen, in the snapshot, and in the map of the next one.
const SHOWN_WEIGHT: f64 = 8.0;

/// A weight of a learned lane: three arms in training (value, gradient, two moments, mask), the networks under evaluation, and its
/// copies as a target of Theorem 3. Measured at 64-3000-3000-10: 105 with `EdgePopup`, 120 with two rounds of `Rewinding`.
const LEARNED_WEIGHT: f64 = 110.0;

/// A weight of a finished round: its trained value and its mask.
const LEARNED_ROUND: f64 = 4.0 + 1.0;

/// A weight of a copy for stepping back: value and moments.
const LEARNED_COPY: f64 = 3.0 * 4.0;

/// Copies for stepping back: at most 32, of which more than two take at most 96 MiB together.
const LEARNED_COPIES: (f64, f64, f64) = (32.0, 2.0, 96.0 * (1 << 20) as f64);

/// Activations and their gradients of a neuron, at the largest block of examples, for three arms at once.
const LEARNED_NEURON: f64 = 3.0 * 2.0 * 4.0 * EVALUATION_BLOCK as f64;

/// Inputs tried between two reports of a run.
const MOST_TOGETHER: usize = 1024;

/// Inputs to climb from, and the candidates of a step.
const CLIMBED: f64 = 8.0 + 32.0;

/// The bytes of a lane.
#[derive(Clone, Copy, Debug)]
struct LaneMemory {
    /// once it is through
    kept: f64,
    /// at most beside it, while layers are built and measured
    building: f64,
    /// the masked network
    masked: f64,
    /// freed blocks that the allocator may keep
    retained: f64,
}

impl Experiment {
    /// Expected bytes at the peak of a run, see the module. Lanes run one after another, and their results stay.
    pub fn peak_memory(&self, plan: &Plan) -> f64 {
        let (mut kept, mut most) = (0.0, self.loading());
        for lane in &plan.lanes {
            let lane = self.lane_memory(lane, rayon::current_num_threads());
            kept += lane.kept;
            most = most.max(kept + lane.building.max(lane.masked + lane.retained + self.trying()));
        }
        self.shared_memory() + self.learned_memory(false) + most
    }

    /// The same of a session on screens: all lanes may be under way at once, each layer after the other, and snapshots are
    /// taken of them.
    pub fn screen_memory(&self, plan: &Plan) -> f64 {
        let lanes: Vec<LaneMemory> = plan.lanes.iter().map(|lane| self.lane_memory(lane, 1)).collect();
        let sum = |of: fn(&LaneMemory) -> f64| lanes.iter().map(of).sum::<f64>();
        let building = lanes.iter().map(|lane| lane.building).fold(0.0, f64::max);
        let layers = self.target.architecture().layers() as f64;
        let weights = self.target.architecture().total_weights() as f64;
        let shown = lanes.len() as f64 * (SHOWN_LAYER * layers + SHOWN_WEIGHT * weights);
        let (kept, masked) = (sum(|lane| lane.kept), sum(|lane| lane.masked));
        self.shared_memory()
            + self.learned_memory(true)
            + shown
            + self.loading().max(kept + building.max(masked + self.trying()))
    }

    /// Bytes of a single construction beside [`shared_memory`](Self::shared_memory), built without trying inputs, layer
    /// after layer.
    pub(crate) fn memory_of_build(&self, lane: &LanePlan) -> f64 {
        let lane = self.lane_memory(lane, 1);
        lane.kept + lane.building
    }

    /// The program, the target and X.
    pub(crate) fn shared_memory(&self) -> f64 {
        let weights = self.target.architecture().total_weights() as f64;
        let written = self.preset.written_numbers() as f64 * 8.0 + self.source.text.len() as f64;
        let points = match self.domain.free() {
            // A label, and the number of a misclassified point.
            Domain::Points { points, labels } => {
                8.0 * points.len() as f64 + labels.as_ref().map_or(0.0, |labels| 12.0 * labels.len() as f64)
            }
            _ => 0.0,
        };
        PROGRAM + 8.0 * weights + written + points + self.examples()
    }

    /// The examples of the data.
    fn examples(&self) -> f64 {
        let Some(dataset) = &self.dataset else { return 0.0 };
        let Dataset { training, validation, test, .. } = dataset.as_ref();
        let parts = [training, validation, test];
        parts.map(|part| 4.0 * (part.inputs.len() + part.len()) as f64).iter().sum()
    }

    /// The learned lanes of a run; of a session on screens with the copies for stepping back.
    pub(crate) fn learned_memory(&self, on_screen: bool) -> f64 {
        let lane = |method: &LearnedMethod| {
            let widths = method.widths().unwrap_or(self.target.given_widths());
            let weights: f64 = widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum();
            let neurons: f64 = widths.iter().map(|&width| width as f64).sum();
            let rounds = match method {
                LearnedMethod::EdgePopup(_) => 1.0,
                LearnedMethod::Rewinding(method) => method.resolved().rounds as f64 + 1.0,
            };
            let (most, least, bytes) = LEARNED_COPIES;
            let copy = LEARNED_COPY * weights;
            let copies = if on_screen { (most * copy).min(bytes).max(least * copy) } else { 0.0 };
            (LEARNED_WEIGHT + rounds * LEARNED_ROUND) * weights + LEARNED_NEURON * neurons + copies
        };
        self.learned.iter().map(lane).sum()
    }

    /// Bytes to load the target and X, and to measure them.
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
        // Of a graph, bounds of every entry and deviations from it.
        let entries = self
            .target
            .graph()
            .map_or(0, |graph| graph.nodes().iter().map(|node| node.shape.entries()).sum::<usize>());
        layers.map(of_layer).fold(read, f64::max) + 64.0 * entries as f64
    }

    /// Inputs on their way through both networks, or climbing.
    fn trying(&self) -> f64 {
        let architecture = self.target.architecture();
        if let Some(graph) = architecture.graph() {
            let together = architecture.inputs_together().min(MOST_TOGETHER).max(CLIMBED as usize);
            return together as f64 * self.of_an_input(graph);
        }
        let widths: Vec<f64> = architecture.widths().iter().map(|&width| width as f64).collect();
        let all = match self.domain.free() {
            Domain::Points { points, .. } => points.nrows(),
            _ => usize::MAX,
        };
        let together = architecture.inputs_together().min(MOST_TOGETHER).min(all);
        let (inputs, padded) = (together as f64, together.next_multiple_of(BLOCK) as f64);
        // A layer with negative values holds their positive and negative parts too.
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

    /// An input on its way through a graph: all values at most. A map's patches and outputs, by F on one thread and by Ĝ on another, as
    /// the allocator keeps freed memory per thread. The same in blocks of Ĝ, with their parts where they may be negative.
    fn of_an_input(&self, graph: &Graph) -> f64 {
        let never_negative = graph.never_negative(self.domain.is_never_negative());
        let of_node = |node: &Node| {
            let Operation::Linear(layer) = node.operation else { return 0.0 };
            let map = graph.map(layer);
            let block = if never_negative[node.from[0]] { 8.0 } else { 24.0 };
            let (rows, columns) = (map.rows() as f64, map.columns() as f64);
            map.places() as f64 * ((16.0 + block) * columns + (16.0 + 24.0) * rows)
        };
        let values: f64 = graph.nodes().iter().map(|node| node.shape.entries() as f64).sum();
        8.0 * values + graph.nodes().iter().map(of_node).fold(0.0, f64::max)
    }

    fn lane_memory(&self, lane: &LanePlan, threads: usize) -> LaneMemory {
        let (mut work, mut retained) = (Vec::new(), Vec::new());
        let method = lane.construction.method();
        let mut memory = LaneMemory { kept: 0.0, building: 0.0, masked: 0.0, retained: 0.0 };
        for (number, layer) in (1..).zip(&lane.layers) {
            let task = layer.task(&self.target, number);
            let (weights, rows) = (layer.weights as f64, method.expected_rows(&task));
            // A weight of 0 is finished without a note of it.
            let nonzero = layer.nonzero_weights() as f64;
            let noted = if nonzero < weights { FINISHED + LISTED } else { FINISHED };
            let change = if self.target.graph().is_some() { CHANGE * weights } else { 0.0 };
            let ticket = ROW * rows + noted * nonzero + change;
            let own = method.memory(&task);
            memory.kept += ticket + LAYER + own.kept;
            memory.masked += PATH * rows + PLACE * weights;
            let matrices = MEASURED * weights + norms(task.outputs, task.inputs);
            let measured = matrices.max(ROW_COUNTED * rows);
            let of_layer = measured.max(own.under_way);
            retained.push(if measured > GIVEN_BACK { 0.0 } else { of_layer });
            work.push(of_layer.max(method.existence_memory(&task, layer.neurons, ticket)));
        }
        memory.building = largest(work, threads);
        memory.retained = largest(retained, threads);
        memory
    }
}

/// Bytes that the check of a layer of a graph keeps for each weight: its error in both halves, and its magnitude.
const CHANGE: f64 = 24.0;

/// Bytes to compute the norms of a matrix, beside itself.
fn norms(rows: usize, columns: usize) -> f64 {
    let shorter = rows.min(columns) as f64;
    BOUNDED * shorter * shorter + BASIS.min(8.0 * shorter) * shorter
}

/// The sum of the `count` largest of these.
fn largest(mut bytes: Vec<f64>, count: usize) -> f64 {
    bytes.sort_by(f64::total_cmp);
    bytes.iter().rev().take(count).sum()
}
