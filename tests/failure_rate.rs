//! The theorems' promise itself: at the bound, a construction stays incomplete with probability at most δ.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use ndarray::array;
use slth::construction::{Allocation, LayerBuilder, LayerProblem, Match, Mode, Sharing, Sum, Until};
use slth::network::{Activation, Network};
use slth::sampling::{Hyperbolic, Law};
use slth::session::FailureRate;
use slth::theory::section5::Ranges;
use slth::theory::{Count, shared_golden, theorem3};

const RUNS: u64 = 2_000;
const DELTA: f64 = 0.1;

/// Upper end of the Clopper–Pearson interval: a true rate above it would show `failures` or fewer with
/// probability at most 10⁻⁴.
fn upper_bound(failures: u64) -> f64 {
    FailureRate { failures, runs: RUNS }.upper_limit(1e-4)
}

/// Lower end: a true rate below it would show `failures` or more with probability at most 10⁻⁴.
fn lower_bound(failures: u64) -> f64 {
    FailureRate { failures, runs: RUNS }.lower_limit(1e-4)
}

/// One layer of nine weights, both signs, at both ends of the range and between.
fn target() -> Arc<Network> {
    let weights = array![[1.0, -0.9, 0.5], [-0.3, 0.2, -0.1], [0.05, 0.7, -1.0]];
    Arc::new(Network::new(vec![weights], Activation::Identity, Activation::Identity).unwrap())
}

/// Four buckets a half: few enough that a construction stays incomplete now and then.
fn ranges() -> Ranges {
    Ranges::new(0.25, 1.0, 1.5)
}

/// Runs that stay incomplete with this many neurons, seeds 0…1,999.
fn failures(sharing: Sharing, neurons: u64) -> u64 {
    let target = target();
    let (alpha, beta) = ranges().weight;
    let fails = |&seed: &u64| {
        let mut builder = LayerBuilder::new(LayerProblem {
            target: Arc::clone(&target),
            layer: 1,
            ranges: ranges(),
            law: Law::Hyperbolic(Hyperbolic::new(alpha, beta).unwrap()),
            seed,
            bound: Some(Count::from(neurons)),
            skip_negative_half: false,
            matching: Match::Product,
            sum: Sum::Golden,
            sharing,
            mode: Mode::Drawn,
        });
        builder.advance(u64::MAX, Until::Neurons);
        assert!(builder.is_done() && builder.tally().sampled <= neurons);
        !builder.is_complete()
    };
    (0..RUNS).filter(fails).count() as u64
}

/// With a failure rate of δ itself, 2,000 runs show fewer than 152 failures (what lets the test pass) with probability
/// 10⁻⁴. The second half of the test: with a share of the neurons the rate is above δ, at the same confidence,
/// so that the first half could have failed.
fn assert_rate_at_most_delta(sharing: Sharing, bound: u64, too_few: u64) {
    let at_bound = failures(sharing, bound);
    assert!(upper_bound(at_bound) <= DELTA, "{sharing:?}: {at_bound} of {RUNS} fail at {bound} neurons");
    let below = failures(sharing, too_few);
    assert!(lower_bound(below) > DELTA, "{sharing:?}: only {below} of {RUNS} fail at {too_few} neurons");
}

#[test]
fn shared_golden_fails_at_most_as_often_as_its_bound_says() {
    let inputs = 3;
    let each = shared_golden::neurons_per_input(ranges().k_prime, 9, 1, DELTA);
    assert_rate_at_most_delta(Sharing::Input, inputs * each, inputs * (each / 3));
}

#[test]
fn hyperbolic_fails_at_most_as_often_as_theorem_3_says() {
    let neurons = theorem3::neurons(ranges().k_prime, 9, 1, DELTA);
    for allocation in [Allocation::InOrder, Allocation::FirstFit, Allocation::OnDemand] {
        assert_rate_at_most_delta(Sharing::Layer(allocation), neurons, neurons / 12);
    }
}
