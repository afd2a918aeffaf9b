//! Targets that are graphs, built and checked: kernels at every place, skip connections, recurrent matrices at every step.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::Write as _;
use std::path::Path;

use rayon::ThreadPoolBuilder;
use safetensors::{Dtype, tensor::TensorView};
use slth::construction::{LayerTicket, Path as KeptPath};
use slth::experiment::{Construction, Experiment, LayerPlan};
use slth::network::graph::{LinearMap, Placement};
use slth::network::{Architecture, Domain};
use slth::sampling::{Side, Stream};
use slth::session::Session;
use slth::verification::{Evaluation, MaskedNetwork, inputs};

fn experiment(name: &str, settings: &[&str]) -> Experiment {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::load(name, None, &settings).unwrap()
}

fn run(name: &str, settings: &[&str]) -> Session {
    let mut session = Session::new(experiment(name, settings)).unwrap();
    session.run(&|_| {});
    session
}

/// One lane, whose ticket holds: found ≤ certified ≤ ε.
fn holds(session: &Session) {
    let lane = &session.lanes()[0];
    let (found, certified) = (lane.found().error, lane.certified().unwrap());
    let epsilon = session.experiment().epsilon;
    assert_eq!(lane.holds(), Some(true), "{found} {certified}");
    assert!(0.0 < found && found <= certified && certified <= epsilon, "{found} {certified} {epsilon}");
    if let Some((f, g)) = lane.found().accuracy() {
        assert_eq!(f, g);
    }
}

const ONE: &str = "constructions=[Hyperbolic(allocation: FirstFit)]";

#[test]
fn the_trained_networks_are_built_and_certified() {
    for preset in ["conv", "conv-batchnorm", "residual", "lstm"] {
        holds(&run(preset, &[ONE]));
        holds(&run(preset, &[ONE, "inputs=Box(low: 0.0, high: 1.0)"]));
    }
}

/// The networks beside the repository: 20 blocks with skips, and LeNet-5 with the accuracy of F on images of MNIST.
#[test]
fn the_networks_beside_the_repository_are_built_and_certified() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let network = |name: &str| data.join("networks").join(name).to_str().unwrap().to_owned();
    if !Path::new(&network("mnist-lenet5.onnx")).exists() {
        let _ = writeln!(std::io::stderr(), "skipped: ../shared/data/networks not found (graphs)");
        return;
    }
    holds(&run(&network("digits-residual-20.onnx"), &[ONE, "inputs=Box(low: 0.0, high: 1.0)"]));
    let mnist = data.join("mnist");
    let of = |name: &str| mnist.join(name).to_str().unwrap().to_owned();
    let inputs = format!(
        "inputs=File(path: {:?}, labels: {:?})",
        of("t10k-images-idx3-ubyte.gz"),
        of("t10k-labels-idx1-ubyte.gz")
    );
    holds(&run(&network("mnist-lenet5.onnx"), &[ONE, "epsilon=0.5", &inputs]));
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let outcome = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let session = pool.install(|| run("conv", &[ONE, "inputs=Ball(radius: 1.0)"]));
        let lane = &session.lanes()[0];
        let tickets: Vec<LayerTicket> = lane.tickets().cloned().collect();
        (tickets, lane.certified().unwrap().to_bits(), lane.found().error.to_bits())
    };
    let one = outcome(1);
    assert!(one == outcome(3));
}

/// Demands of a lane's layers: pieces of both halves of every weight other than 0.
fn demands(experiment: &Experiment) -> Vec<u64> {
    let layers = experiment.outline().layers(Construction::default());
    layers.iter().map(|layer| 2 * layer.nonzero_weights() * layer.ranges.levels as u64).collect()
}

/// The unrolled form demands more neurons by the ratio of the weights other than 0, which its tolerance does not change.
#[test]
fn a_kernel_demands_less_than_its_unrolled_form_by_the_ratio_of_their_weights() {
    let shared = experiment("conv", &[]);
    let unrolled = "target=File(path: \"built-in:digits-conv.onnx\", unrolled: true)";
    let unrolled = experiment("conv", &[unrolled]);
    let nonzero = |experiment: &Experiment| -> Vec<u64> {
        let matrices = experiment.target.matrices().iter();
        matrices.map(|w| w.iter().filter(|&&w| w != 0.0).count() as u64).collect()
    };
    let (few, many) = (nonzero(&shared), nonzero(&unrolled));
    // 72 taps on 8×8 and 1,152 on 4×4, less those in the padding; and a bias for each place.
    assert_eq!(few, [80, 1168, 650]);
    assert_eq!(many, [8 * 22 * 22 + 8 * 64, 16 * 8 * 10 * 10 + 16 * 16, 650]);
    for ((few, many), (shared, unrolled)) in
        few.iter().zip(&many).zip(demands(&shared).iter().zip(demands(&unrolled)))
    {
        assert_eq!(shared * many, unrolled * few);
    }
    let drawn = |settings: &[&str]| -> f64 {
        let session = run("conv", settings);
        holds(&session);
        session.lanes()[0].builders().iter().map(|builder| builder.tally().sampled as f64).sum()
    };
    let target = "target=File(path: \"built-in:digits-conv.onnx\", unrolled: true)";
    let ratio = drawn(&[ONE, target]) / drawn(&[ONE]);
    let of_weights = many.iter().sum::<u64>() as f64 / few.iter().sum::<u64>() as f64;
    assert!((ratio / of_weights - 1.0).abs() < 0.1, "{ratio} neurons, {of_weights} weights");
}

/// A path for each place that a shared path serves: the ticket of the unrolled form.
fn unrolled(map: &LinearMap, ticket: &LayerTicket) -> LayerTicket {
    let inputs = map.input().entries();
    let mut paths: Vec<KeptPath> = Vec::new();
    for place in 0..map.places() {
        let patch: Vec<Option<usize>> = map.patch(place).collect();
        for path in ticket.paths() {
            // The column behind the patch is that of the biases.
            let input = patch.get(path.input as usize).copied().unwrap_or(Some(inputs));
            let output = map.entry(place, path.output as usize) as u32;
            paths.extend(input.map(|input| KeptPath { input: input as u32, output, ..path }));
        }
    }
    paths.sort_by_key(|path| (path.output, path.input, path.z_in < 0.0));
    paths.into_iter().collect()
}

#[test]
fn a_shared_ticket_is_right_at_every_place() {
    let session = run("conv", &[ONE, "inputs=Ball(radius: 1.0)"]);
    let (experiment, lane) = (session.experiment(), &session.lanes()[0]);
    let graph = experiment.target.graph().unwrap();
    let (dense, _) = graph.unrolled(experiment.target.matrices());
    let architecture = Architecture::of_graph(dense).unwrap();
    let tickets: Vec<LayerTicket> =
        lane.tickets().zip(graph.maps()).map(|(ticket, map)| unrolled(map, ticket)).collect();
    let copies = MaskedNetwork::new(&architecture, tickets.iter());
    let shared = MaskedNetwork::new(experiment.target.architecture(), lane.tickets());
    let x = inputs(&Domain::Ball { radius: 1.0 }, 64, 5, 0, 200);
    let [shared, copies] = [shared, copies].map(|masked| masked.forward(Evaluation::Plain, x.view()));
    let rounding = lane.certificate().unwrap().rounding();
    let apart = (&shared - &copies).mapv(|d| d * d).sum_axis(ndarray::Axis(1)).mapv(f64::sqrt);
    let apart = apart.iter().copied().fold(0.0, f64::max);
    assert!(apart <= rounding && rounding < 1e-8, "{apart} {rounding}");
    assert!(shared.iter().any(|y| y.abs() > 0.01));
    assert!(graph.maps().iter().any(|map| matches!(map.placement(), Placement::Convolution { .. })));
}

/// Every construction, on a small graph of all kinds of layers whose weights are within its reach.
#[test]
fn every_construction_builds_a_graph() {
    let folder = tempfile::tempdir().unwrap();
    let number =
        |at: usize| (Stream::new(8, 0, Side::In).row(0).word(at as u64) >> 11) as f64 / 2f64.powi(53) - 0.5;
    let tensor = |shape: &[usize], from: usize| {
        let numbers = (0..shape.iter().product()).flat_map(|at: usize| number(from + at).to_le_bytes());
        (shape.to_vec(), numbers.collect::<Vec<u8>>())
    };
    let tensors = [
        ("conv.weight", tensor(&[2, 1, 2, 2], 0)),
        ("conv.bias", tensor(&[2], 20)),
        ("skip.weight", tensor(&[2, 2], 30)),
        ("fc.weight", tensor(&[2, 2], 40)),
    ];
    let views = tensors
        .iter()
        .map(|(name, (shape, bytes))| (*name, TensorView::new(Dtype::F64, shape.clone(), bytes).unwrap()));
    std::fs::write(folder.path().join("net.safetensors"), safetensors::serialize(views, None).unwrap())
        .unwrap();
    let preset = folder.path().join("net.ron");
    std::fs::write(
        &preset,
        "(target: File(path: \"net.safetensors\", graph: (input: [1, 3, 3], nodes: [
            Conv(module: \"conv\"), Relu, GlobalAveragePool, Flatten(name: \"before\"),
            Dense(weight: \"skip.weight\"), Relu, Add(with: \"before\"), Dense(weight: \"fc.weight\"), Relu])),
         inputs: Ball(radius: 1.0), epsilon: 0.3, delta: 0.01, constructions: [])",
    )
    .unwrap();
    let preset = preset.to_str().unwrap();
    for construction in [
        "WholeNeuron",
        "Malach",
        "ProductPair",
        "Corollary10",
        "Hyperbolic(allocation: InOrder)",
        "Hyperbolic()",
        "Hyperbolic(allocation: OnDemand)",
        "SharedGolden",
        "UniformSubSums",
        "SubsetSum",
    ] {
        let lane = format!("constructions=[{construction}]");
        let session = run(preset, &[&lane, "mode=SkipAhead"]);
        assert_eq!(session.plan().refused, [], "{construction}");
        holds(&session);
    }
    let layers: Vec<LayerPlan> =
        experiment(preset, &["constructions=[Hyperbolic()]"]).outline().layers(Construction::default());
    assert_eq!(layers.iter().map(|layer| layer.weights).collect::<Vec<_>>(), [10, 4, 4]);
}
