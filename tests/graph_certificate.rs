//! The certificate of a graph, on tickets: of chains against the certificate of layers, and of convolutions against what is found.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView2};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use slth::construction::LayerTicket;
use slth::construction::{Allocation, Sharing};
use slth::network::graph::{GraphBounds, GraphBuilder, LinearMap, Shape, Window};
use slth::network::{Activation, ActivationBounds, Domain, NEVER, Network};
use slth::sampling::{Side, Stream};
use slth::theory::section5::Ranges;
use slth::verification::{
    ChainCertificate, Evaluation, GraphCertificate, LayerCheck, MaskedNetwork, Parts, careful::forward_target,
};

#[path = "random_networks/domains.rs"]
mod domains;
mod random_networks;
use domains::domain;
use random_networks::{Case, any_bound, built, cases};

/// The same network as a graph: a linear map and an activation for each layer.
fn as_graph(target: &Network) -> Network {
    let graph = target.architecture().as_graph();
    let weights = target.all_weights().map(|w| w.to_owned()).collect();
    Network::of_graph((*graph).clone(), weights).unwrap()
}

/// The case with a bias at every output.
fn biased(case: &Case) -> Case {
    let target = &case.target;
    let layers = 1..=target.architecture().layers();
    let weights: Vec<Array2<f64>> = layers.clone().map(|layer| target.weights(layer).clone()).collect();
    let biases = weights.iter().map(|w| {
        Some(Array1::from_shape_fn(w.nrows(), |row| case.ranges.w_max * (0.4 - 0.3 * (row % 4) as f64)))
    });
    let activations = target.architecture().activations().to_vec();
    let biases = biases.collect();
    Case { target: Arc::new(Network::with_biases(weights, biases, activations).unwrap()), ..case.clone() }
}

/// Both certificates of the tickets, by layers and by nodes.
fn both(case: &Case, domain: &Domain, skip: bool, epsilon: f64) -> (ChainCertificate, GraphCertificate) {
    let architecture = case.target.architecture();
    let graph_network = as_graph(&case.target);
    let (mut by_layers, mut by_nodes) = (Vec::new(), Vec::new());
    for layer in case.layers() {
        let never_negative = architecture.inputs_never_negative(layer, domain.is_never_negative());
        let skipped = skip && never_negative;
        let builder = built(case.problem(layer, skipped));
        let parts = Parts::Halves { never_negative, skipped };
        let measure =
            |network: &Network| LayerCheck::measure(network, layer, builder.ticket(), parts, NEVER).unwrap();
        by_layers.push(measure(&case.target));
        by_nodes.push(measure(&graph_network));
    }
    let bounds = ActivationBounds::new(&case.target, domain);
    let points = matches!(domain.free(), Domain::Points { .. });
    let told: Vec<(f64, f64)> =
        by_layers.iter().map(|check| (check.norm_target, case.ranges.half_tolerance)).collect();
    let layers =
        ChainCertificate::new(&case.target, &bounds, &by_layers, (bounds.f_max(), &told), points, epsilon);
    let graph = graph_network.graph().unwrap();
    let weights: Vec<Array2<f64>> = case.target.all_weights().map(|w| w.to_owned()).collect();
    let of_nodes = GraphBounds::new(graph, &weights, domain);
    for (layer, norm) in bounds.norm.iter().enumerate() {
        let node = &of_nodes.nodes()[2 * layer];
        assert!(
            node.norm <= norm * (1.0 + 1e-12) || points,
            "norm of layer {layer}: {} of {norm}",
            node.norm
        );
        assert!(node.largest <= bounds.largest[layer] * (1.0 + 1e-12) || points, "layer {layer}");
    }
    (layers, GraphCertificate::new(graph, &of_nodes, &by_nodes, epsilon).unwrap())
}

fn activations() -> Vec<Activation> {
    vec![
        Activation::Relu,
        Activation::LeakyRelu(0.2),
        Activation::Tanh,
        Activation::Logistic,
        Activation::Identity,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..ProptestConfig::default() })]

    /// On chains, with biases folded in or without, over every kind of domain.
    #[test]
    fn the_walk_is_never_worse_than_the_certificate_of_layers(
        case in cases(activations(), any_bound()),
        kind in 0..6_usize,
        scale in 0.01..5.0_f64,
        skip: bool,
        biases: bool,
        careful: bool,
    ) {
        let inputs = case.target.architecture().widths()[0];
        let domain = domain(kind, inputs, scale);
        let (case, domain) =
            if biases { (biased(&case), Domain::WithConstant(Box::new(domain))) } else { (case, domain) };
        let epsilon = if careful { 1e-300 } else { f64::INFINITY };
        let (layers, nodes) = both(&case, &domain, skip, epsilon);
        // Where both evaluations round alike, either is chosen.
        let same = layers.evaluation == nodes.evaluation;
        prop_assert!(nodes.error() <= layers.error() * (1.0 + 1e-12) + 1e-300, "{} {}", nodes.error(), layers.error());
        prop_assert!(nodes.total <= layers.total * (1.0 + 1e-12) + 1e-300, "{} {}", nodes.total, layers.total);
        prop_assert!(!same || nodes.rounding() <= layers.rounding() * 1.001 + 1e-300, "{} {}", nodes.rounding(), layers.rounding());
    }
}

fn number(seed: u64, place: usize) -> f64 {
    (Stream::new(seed, 0, Side::In).row(0).word(place as u64) >> 11) as f64 / 2f64.powi(52) - 1.0
}

/// A convolution with biases, ReLU, a skip, and a dense layer, built at random.
fn residual(seed: u64) -> Network {
    let shape = || Shape::new([2, 4, 4]);
    let mut g = GraphBuilder::new(shape());
    let kernel =
        |from: usize| Array2::from_shape_fn((2, 18), |(row, column)| number(seed, from + 18 * row + column));
    let window = || Window::new([3, 3]).with_padding(1);
    let bias = Some(Array1::from_vec(vec![0.3, -0.2]));
    let map = g.map(LinearMap::convolution("conv", shape(), kernel(0), bias, window(), 1).unwrap());
    let y = g.linear("conv", map, g.input()).unwrap();
    let y = g.activation("relu", Activation::Relu, y).unwrap();
    let map = g.map(LinearMap::convolution("conv2", shape(), kernel(100), None, window(), 1).unwrap());
    let y = g.linear("conv2", map, y).unwrap();
    let y = g.add("skip", y, g.input()).unwrap();
    let w = Array2::from_shape_fn((3, 32), |(row, column)| number(seed, 200 + 32 * row + column));
    let map = g.map(LinearMap::dense("fc", shape(), w, None).unwrap());
    let y = g.linear("fc", map, y).unwrap();
    let (graph, weights) = g.build(y).unwrap();
    Network::of_graph(graph, weights).unwrap()
}

/// Masked networks of graphs, plain and careful, at random inputs and at corners.
#[test]
fn what_is_found_of_a_residual_network_is_certified() {
    for seed in 0..6 {
        let target = Arc::new(residual(seed));
        let complete = seed % 2 == 0;
        let ranges = Ranges::new(0.01, 1.0, 1.5);
        let sharing = Sharing::Layer(Allocation::FirstFit);
        let case =
            Case { target: Arc::clone(&target), ranges, sharing, seed, bound: (!complete).then_some(400) };
        let domain = Domain::Box { low: (-1.0).into(), high: 1.0.into() };
        let graph = target.graph().unwrap();
        let never = graph.never_negative(false);
        let (mut checks, mut tickets) = (Vec::<LayerCheck>::new(), Vec::<LayerTicket>::new());
        for layer in case.layers() {
            let builder = built(case.problem(layer, false));
            let never_negative = graph.uses(layer).all(|node| never[graph.nodes()[node].from[0]]);
            let parts = Parts::Halves { never_negative, skipped: false };
            checks.push(LayerCheck::measure(&target, layer, builder.ticket(), parts, NEVER).unwrap());
            tickets.push(builder.ticket().clone());
        }
        let weights: Vec<Array2<f64>> = target.all_weights().map(|w| w.to_owned()).collect();
        let bounds = GraphBounds::new(graph, &weights, &domain);
        let masked = MaskedNetwork::new(target.architecture(), tickets.iter());
        let x = Array2::from_shape_fn((4000, 32), |(point, at)| {
            let number = number(seed + 50, point * 32 + at);
            if point % 2 == 0 { number } else { number.signum() }
        });
        for (epsilon, evaluation) in [(f64::INFINITY, Evaluation::Plain), (1e-300, Evaluation::Careful)] {
            let certificate = GraphCertificate::new(graph, &bounds, &checks, epsilon).unwrap();
            assert_eq!(certificate.evaluation, evaluation);
            let difference =
                masked.forward(evaluation, x.view()) - forward_target(&target, evaluation, x.view());
            let found = largest_norm(difference.view());
            let total = certificate.total;
            println!(
                "seed {seed}, {evaluation:?}: found {found:.3e}, certified {total:.3e}, rounding {:.1e}",
                certificate.rounding()
            );
            assert!(found <= total && found > 0.02 * total, "seed {seed}: found {found}, certified {total}");
            assert_eq!(certificate.nodes.len(), graph.nodes().len());
            let json = serde_json::to_value(&certificate).unwrap();
            assert_eq!(json["nodes"][1]["kind"], "linear");
            assert_eq!(json["nodes"][1]["from"][0], "input");
            assert!(json["nodes"][1]["delta_norm"].is_number() && json["nodes"][2]["delta_norm"].is_null());
        }
    }
}

fn largest_norm(values: ArrayView2<'_, f64>) -> f64 {
    values.rows().into_iter().map(|row| row.dot(&row).sqrt()).fold(0.0, f64::max)
}
