//! Graphs: `cargo bench --bench graphs` prints ratios of two measurements that take turns in one run.
//!
//! - a convolution against the dense layer with the same matrix and tolerance, each built in full;
//! - the forward pass of Ĝ against that of F, and against that of the unrolled form, for the network of `conv`;
//! - the bisection for a tolerance against one walk, for the networks of the presets.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use safetensors::{Dtype, tensor::TensorView};
use slth::construction::{LayerBuilder, Until};
use slth::experiment::Experiment;
use slth::network::Domain;
use slth::network::graph::GraphBounds;
use slth::sampling::{Side, Stream};
use slth::session::Session;
use slth::theory::walk::WeightWalk;
use slth::verification::{Evaluation, MaskedNetwork, inputs};

/// Rounds of two measurements in turn; the median of their ratios counts.
const ROUNDS: usize = 9;

/// Inputs of a forward pass.
const INPUTS: usize = 256;

/// Outputs, channels and the kernel's size of the convolution; it reads 16×16 places.
const KERNEL: [usize; 4] = [32, 16, 3, 3];

const UNIT_BALL: Domain = Domain::Ball { radius: 1.0 };

fn main() {
    println!("{} threads", rayon::current_num_threads());
    construction();
    forward_passes();
    for preset in ["conv", "residual", "lstm"] {
        bisection(preset);
    }
}

fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let started = Instant::now();
    black_box(work());
    started.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Median seconds of both, and of their ratio round by round.
fn in_turn(mut a: impl FnMut() -> f64, mut b: impl FnMut() -> f64) -> [f64; 3] {
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (a(), b())).collect();
    let of = |value: fn(&(f64, f64)) -> f64| median(rounds.iter().map(value).collect());
    [of(|both| both.0), of(|both| both.1), of(|both| both.0 / both.1)]
}

fn session(preset: &str, settings: &[&str]) -> Session {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Session::new(Experiment::load(preset, None, &settings).unwrap()).unwrap()
}

/// Weights uniform in [−0.1, 0.1) as a kernel and as a matrix, with a preset for each.
fn write_layers(folder: &Path) -> [String; 2] {
    let [outputs, channels, height, width] = KERNEL;
    let columns = channels * height * width;
    let row = Stream::new(1, 0, Side::In).row(0);
    let weight = |at: usize| ((row.word(at as u64) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0) / 10.0;
    let bytes: Vec<u8> = (0..outputs * columns).flat_map(|at| weight(at).to_le_bytes()).collect();
    let view = |shape: Vec<usize>| TensorView::new(Dtype::F64, shape, &bytes).unwrap();
    let views = [("kernel", view(KERNEL.to_vec())), ("matrix", view(vec![outputs, columns]))];
    std::fs::write(folder.join("layers.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
    let layers = [
        ("convolution", format!("[{channels}, 16, 16]"), "Conv(weight: \"kernel\", padding: 1)"),
        ("dense", format!("[{columns}]"), "Dense(weight: \"matrix\")"),
    ];
    layers.map(|(name, input, node)| {
        let target = format!("File(path: \"layers.safetensors\", graph: (input: {input}, nodes: [{node}]))");
        let path = folder.join(format!("{name}.ron"));
        let text = format!(
            "(target: {target}, inputs: Ball(radius: 1.0), epsilon: 0.01, delta: 0.01,
              constructions: [Hyperbolic(allocation: FirstFit)])"
        );
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

fn build(layer: &LayerBuilder) -> LayerBuilder {
    let mut layer = layer.restarted();
    layer.advance(u64::MAX, Until::Neurons);
    assert!(layer.is_complete());
    layer
}

fn construction() {
    let folder = tempfile::tempdir().unwrap();
    let [kernel, matrix] = write_layers(folder.path());
    let kernel = session(&kernel, &[]);
    let tolerance = |session: &Session| session.plan().weight_tolerance[0];
    // The error of one layer is proportional to ε_w.
    let epsilon = 0.01 * tolerance(&kernel) / tolerance(&session(&matrix, &[]));
    let matrix = session(&matrix, &[&format!("epsilon={epsilon:?}")]);
    let [kernel_layer, matrix_layer] = [&kernel, &matrix].map(|session| &session.lanes()[0].builders()[0]);
    let [of_kernel, of_matrix, ratio] =
        in_turn(|| seconds(|| build(kernel_layer)), || seconds(|| build(matrix_layer)));
    let [drawn_kernel, drawn_matrix] = [kernel_layer, matrix_layer].map(|layer| build(layer).tally().sampled);
    println!(
        "convolution of {KERNEL:?} at 256 places, built, against the dense layer with its matrix: {ratio:.2}x ({:.1} ms and {:.1} ms; \
         {drawn_kernel} and {drawn_matrix} neurons)",
        of_kernel * 1e3,
        of_matrix * 1e3
    );
}

fn forward_passes() {
    let one = "constructions=[Hyperbolic(allocation: FirstFit)]";
    let unrolled = "target=File(path: \"built-in:digits-conv.onnx\", unrolled: true)";
    let [shared, unrolled] = [vec![one], vec![one, unrolled]].map(|settings| {
        let session = session("conv", &settings);
        let tickets: Vec<_> = session.lanes()[0].builders().iter().map(build).collect();
        let target = Arc::clone(&session.experiment().target);
        let tickets_of = tickets.iter().map(|layer| layer.ticket());
        (MaskedNetwork::new(target.architecture(), tickets_of), target)
    });
    let x = inputs(&UNIT_BALL, 64, 1, 0, INPUTS);
    let pass = |masked: &MaskedNetwork| seconds(|| masked.forward(Evaluation::Plain, x.view()));
    let [of_g, of_f, ratio] = in_turn(|| pass(&shared.0), || seconds(|| shared.1.forward(x.view())));
    println!(
        "forward pass of `conv`, {INPUTS} inputs, Ĝ against F: {ratio:.1}x ({:.1} ms and {:.2} ms)",
        of_g * 1e3,
        of_f * 1e3
    );
    let [of_shared, of_unrolled, ratio] = in_turn(|| pass(&shared.0), || pass(&unrolled.0));
    println!(
        "the same, Ĝ against Ĝ of the unrolled form: {ratio:.2}x ({:.1} ms and {:.1} ms)",
        of_shared * 1e3,
        of_unrolled * 1e3
    );
}

fn bisection(preset: &str) {
    let experiment = Experiment::load(preset, None, &[]).unwrap();
    let (graph, weights) = (Arc::clone(experiment.target.graph().unwrap()), experiment.target.matrices());
    let bounds = Arc::new(GraphBounds::new(&graph, weights, &UNIT_BALL));
    let walk = WeightWalk::new(graph, bounds, weights);
    let (epsilon, largest) = (experiment.epsilon, experiment.target.largest_weight().0);
    let tolerance = walk.tolerance(epsilon, largest);
    let [of_all, of_one, ratio] =
        in_turn(|| seconds(|| walk.tolerance(epsilon, largest)), || seconds(|| walk.accuracy(tolerance)));
    println!(
        "tolerance of `{preset}` for epsilon {epsilon} on the unit ball, by bisection against one walk: {ratio:.1}x ({:.1} ms and {:.2} ms)",
        of_all * 1e3,
        of_one * 1e3
    );
}
