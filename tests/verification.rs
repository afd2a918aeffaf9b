//! The two bounds on the error, compared with each other and with independent computations.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ndarray::{Array2, array};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use slth::construction::{Allocation, Half, LayerTicket, Sharing};
use slth::network::{Activation, ActivationBounds, Domain, NEVER, Network};
use slth::sampling::{Side, Stream};
use slth::theory::section5::Ranges;
use slth::verification::{ChainCertificate, LayerCheck, MaskedLayer, Parts, Search};

#[path = "random_networks/domains.rs"]
mod domains;
mod random_networks;
use domains::domain;
use random_networks::{Case, any_bound, built, cases};

fn activations() -> Vec<Activation> {
    vec![
        Activation::Relu,
        Activation::LeakyRelu(0.2),
        Activation::Tanh,
        Activation::Logistic,
        Activation::Identity,
    ]
}

/// A target and its pruned network.
struct Pruned {
    target: Arc<Network>,
    tickets: Vec<LayerTicket>,
    checks: Vec<LayerCheck>,
    certified: f64,
}

/// Builds every layer. With `skip`, dead halves are skipped.
fn prune(case: &Case, domain: &Domain, skip: bool) -> Pruned {
    let architecture = case.target.architecture();
    let (mut tickets, mut checks) = (Vec::new(), Vec::new());
    for layer in case.layers() {
        let never_negative = architecture.inputs_never_negative(layer, domain.is_never_negative());
        let skipped = skip && never_negative;
        let builder = built(case.problem(layer, skipped));
        let parts = Parts::Halves { never_negative, skipped };
        checks.push(LayerCheck::measure(&case.target, layer, builder.ticket(), parts, NEVER).unwrap());
        tickets.push(builder.ticket().clone());
    }
    let bounds = ActivationBounds::new(&case.target, domain);
    let points = matches!(domain, Domain::Points { .. });
    let told: Vec<(f64, f64)> =
        checks.iter().map(|check| (check.norm_target, case.ranges.half_tolerance)).collect();
    let lemma_1 = (bounds.f_max(), &told[..]);
    let certified =
        ChainCertificate::new(&case.target, &bounds, &checks, lemma_1, points, f64::INFINITY).total;
    Pruned { target: Arc::clone(&case.target), tickets, checks, certified }
}

impl Pruned {
    /// Ĝ as the masked network: each kept neuron sums over its kept inputs, fires, and feeds its kept outputs.
    /// It uses nothing of a path but its two weights. Each addition to a sum is rounded once.
    fn masked_network(&self, x: &[f64]) -> Vec<f64> {
        let architecture = self.target.architecture();
        let mut values = x.to_vec();
        for (ticket, layer) in self.tickets.iter().zip(1..) {
            // Several paths through one synapse count once.
            let (mut sums, mut synapses) = (HashMap::<u64, f64>::new(), HashSet::new());
            for path in ticket.paths().filter(|path| synapses.insert((path.neuron, path.input))) {
                let sum = sums.entry(path.neuron).or_default();
                *sum = path.z_in.mul_add(values[path.input as usize], *sum);
            }
            let mut outputs = vec![0.0; architecture.widths()[layer]];
            for path in ticket.paths() {
                let sum: &mut f64 = &mut outputs[path.output as usize];
                *sum = path.z_out.mul_add(sums[&path.neuron].max(0.0), *sum);
            }
            values = outputs.into_iter().map(|v| architecture.activation(layer).apply(v)).collect();
        }
        values
    }

    fn error_at(&self, x: &[f64]) -> f64 {
        let row = Array2::from_shape_vec((1, x.len()), x.to_vec()).unwrap();
        let expected = self.target.forward(row.view());
        let pruned = self.masked_network(x);
        expected.iter().zip(pruned).map(|(f, g)| (f - g) * (f - g)).sum::<f64>().sqrt()
    }

    /// Largest error over the inputs tried by a session.
    fn found(&self, domain: Domain, seed: u64) -> f64 {
        let mut search = Search::new(Arc::clone(&self.target), Arc::new(domain), seed);
        while !search.is_done() {
            search.advance(self.tickets.iter(), 1_000);
        }
        search.found().error
    }
}

proptest! {
    // A failure prints its case; there is no file to keep it in beside an integration test.
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// Incomplete tickets (a bound of a few neurons) err much, and are certified all the same.
    #[test]
    fn what_is_found_never_exceeds_what_is_certified(
        case in cases(activations(), any_bound()),
        kind in 0..6_usize,
        scale in 0.01..5.0_f64,
        skip: bool,
    ) {
        let domain = domain(kind, case.target.architecture().widths()[0], scale);
        let pruned = prune(&case, &domain, skip);
        let found = pruned.found(domain, case.seed);
        prop_assert!(found <= pruned.certified, "found {} > certified {}", found, pruned.certified);
    }

    #[test]
    fn masked_layers_compute_the_masked_network(
        case in cases(activations(), any_bound()),
        x in prop::collection::vec(-3.0..3.0_f64, 5),
    ) {
        let inputs = case.target.architecture().widths()[0];
        let pruned = prune(&case, &Domain::Ball { radius: 7.0 }, false);
        let start = Array2::from_shape_vec((1, inputs), x[..inputs].to_vec()).unwrap();
        let by_layers = pruned.tickets.iter().zip(1..).fold(start, |x, (ticket, layer)| {
            let architecture = pruned.target.architecture();
            let [inputs, outputs] = [layer - 1, layer].map(|at| architecture.widths()[at]);
            MaskedLayer::new(ticket, inputs, outputs, architecture.activation(layer)).forward(x.view())
        });
        // The same sums in the same order, so the same bits.
        prop_assert_eq!(by_layers.into_raw_vec_and_offset().0, pruned.masked_network(&x[..inputs]));
    }

    #[test]
    fn the_measured_error_of_a_half_is_the_distance_of_its_weights(
        case in cases(activations(), any_bound()),
        skip: bool,
    ) {
        let pruned = prune(&case, &Domain::Box { low: 0.0.into(), high: 1.0.into() }, skip);
        for check in &pruned.checks {
            let (w, ticket) = (case.target.weights(check.layer), &pruned.tickets[check.layer - 1]);
            for half in Half::BOTH {
                let mut sums = Array2::<f64>::zeros(w.dim());
                for path in ticket.paths().filter(|path| Half::of(path.z_in) == half) {
                    sums[[path.output as usize, path.input as usize]] += path.z_in * path.z_out;
                }
                let largest = (w - &sums).iter().fold(0.0_f64, |max, d| max.max(d.abs()));
                match check.max_error[half as usize] {
                    // Sums instead of differences: their rounding is of the size of the weights.
                    Some(error) => prop_assert!((error - largest).abs() <= 1e-13 * case.ranges.w_max),
                    None => prop_assert!(skip && half == Half::Negative),
                }
            }
            // Every neuron keeps one input weight, and an output weight for each of its paths.
            let neurons: HashSet<u64> = ticket.neuron.iter().copied().collect();
            prop_assert_eq!(check.kept_neurons, neurons.len() as u64);
            prop_assert_eq!(check.kept_weights, (neurons.len() + ticket.len()) as u64);
        }
    }

    #[test]
    fn the_certificate_of_a_small_network_covers_a_dense_grid(
        weights in prop::array::uniform6(-1.0..1.0_f64),
        hidden in prop::sample::select(activations()),
        sharing in prop::sample::select(vec![
            Sharing::Layer(Allocation::FirstFit), Sharing::Layer(Allocation::OnDemand), Sharing::Input,
        ]),
        bound in any_bound(),
        seed: u64,
        ball: bool,
    ) {
        let case = two_two_one(weights, hidden, sharing, seed, bound);
        let (worst, certified) = grid_and_certificate(&case, ball);
        prop_assert!(worst <= certified, "{} on the grid > {}", worst, certified);
    }
}

/// A 2-2-1 network with weights in ±1, accurate to 0.005 per half.
fn two_two_one(
    weights: [f64; 6],
    hidden: Activation,
    sharing: Sharing,
    seed: u64,
    bound: Option<u64>,
) -> Case {
    let [a, b, c, d, e, f] = weights;
    let layers = vec![array![[a, b], [c, d]], array![[e, f]]];
    let target = Arc::new(Network::new(layers, hidden, Activation::Identity).unwrap());
    Case { target, ranges: Ranges::new(0.005, 1.0, 1.5), sharing, seed, bound }
}

/// The largest error on 61 × 61 points of the ball or the box of size 1, and the error certified there.
fn grid_and_certificate(case: &Case, ball: bool) -> (f64, f64) {
    let domain = if ball {
        Domain::Ball { radius: 1.0 }
    } else {
        Domain::Box { low: (-1.0).into(), high: 1.0.into() }
    };
    let pruned = prune(case, &domain, false);
    let side = || (-30..=30).map(|step| f64::from(step) / 30.0);
    let grid = side().flat_map(|a| side().map(move |b| [a, b]));
    let inside = grid.filter(|[a, b]| !ball || a.hypot(*b) <= 1.0);
    (inside.map(|x| pruned.error_at(&x)).fold(0.0, f64::max), pruned.certified)
}

/// A bound that is always true could be a useless one. Seen: half of the networks between 1.5 and 2.7.
#[test]
fn the_certificate_is_most_often_within_three_times_what_a_dense_grid_finds() {
    let mut ratios: Vec<f64> = (0..41)
        .map(|seed| {
            let row = Stream::new(seed, 0, Side::Out).row(0);
            let weights = [0, 1, 2, 3, 4, 5].map(|i| (row.word(i) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0);
            let case =
                two_two_one(weights, Activation::Relu, Sharing::Layer(Allocation::FirstFit), seed, None);
            let (worst, certified) = grid_and_certificate(&case, seed % 2 == 0);
            certified / worst
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "certified / worst on the grid: {:.2} to {:.2}, median {:.2}",
        ratios[0], ratios[40], ratios[20]
    );
    assert!(ratios[0] >= 1.0 && ratios[20] < 3.0, "{ratios:?}");
}

/// One weight, one layer: sup |F − Ĝ| is the larger error of the two halves times the radius, nothing is lost.
#[test]
fn the_certificate_of_a_single_weight_is_its_error() {
    for seed in 0..20 {
        let layers = vec![array![[0.61 - 0.1 * f64::from(seed)]]];
        let target = Arc::new(Network::new(layers, Activation::Identity, Activation::Identity).unwrap());
        let ranges = Ranges::new(0.01, 1.5, 1.5);
        let sharing = Sharing::Layer(Allocation::FirstFit);
        let case = Case { target, ranges, sharing, seed: seed as u64, bound: None };
        let pruned = prune(&case, &Domain::Ball { radius: 3.0 }, false);
        let exact = pruned.error_at(&[3.0]).max(pruned.error_at(&[-3.0]));
        assert!(exact <= pruned.certified && pruned.certified <= exact * (1.0 + 1e-9) + 1e-14);
        assert!(pruned.found(Domain::Ball { radius: 3.0 }, 1) >= exact * (1.0 - 1e-9));
    }
}
