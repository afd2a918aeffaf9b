//! Properties of every ticket, for all targets, accuracies, sharings and allocations.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use slth::construction::{
    Allocation, CutReason, Demand, Half, LayerBuilder, NeuronFate, NeuronStory, Path, Sharing, Until,
};
use slth::exact::DoubleDouble;
use slth::experiment::Experiment;
use slth::network::{Activation, NonzeroWeights};
use slth::sampling::RandomLayer;
use slth::session::Session;

mod random_networks;
use random_networks::{any_bound, built, cases};

/// The paths of one half of one weight.
fn half_of(builder: &LayerBuilder, output: usize, input: usize, half: Half) -> Vec<Path> {
    let serves = |path: &Path| (path.output as usize, path.input as usize) == (output, input);
    builder.ticket().paths().filter(|path| serves(path) && Half::of(path.z_in) == half).collect()
}

/// The bucket of a path's product.
fn bucket_of(builder: &LayerBuilder, path: &Path) -> Option<usize> {
    let product = (path.z_in * path.z_out).abs();
    (1..=builder.buckets().levels()).find(|&bucket| builder.buckets().contains(bucket, product))
}

fn relu() -> Vec<Activation> {
    vec![Activation::Relu]
}

proptest! {
    // A failure prints its case; there is no file to keep it in beside an integration test.
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn a_kept_path_has_the_signs_and_the_bucket_of_its_half(
        case in cases(relu(), any_bound()),
        skip: bool,
    ) {
        for layer in case.layers() {
            let builder = built(case.problem(layer, skip));
            for path in builder.ticket().paths() {
                let w = case.target.weights(layer)[[path.output as usize, path.input as usize]];
                prop_assert!(w != 0.0, "a path kept for a weight of 0");
                let expected = if path.z_in > 0.0 { w.signum() } else { -w.signum() };
                prop_assert_eq!(path.z_out.signum(), expected);
                prop_assert!(bucket_of(&builder, &path).is_some(), "product outside the buckets");
                prop_assert!(!(skip && path.z_in < 0.0), "a path in the half that was skipped");
            }
        }
    }

    #[test]
    fn a_path_is_a_path_of_g_and_no_neuron_serves_twice(
        case in cases(relu(), any_bound()),
        skip: bool,
    ) {
        for layer in case.layers() {
            let builder = built(case.problem(layer, skip));
            let (tally, bound) = (builder.tally(), builder.problem().bound.unwrap().saturated());
            let g = RandomLayer::new(case.seed, layer, builder.problem().law);
            let by_layer = matches!(case.sharing, Sharing::Layer(_));
            // Outputs of one input may share a neuron, but none has it twice.
            let (mut served, mut inputs) = (HashSet::new(), HashMap::new());
            for path in builder.ticket().paths() {
                let shared = if case.sharing == Sharing::Input { path.output } else { 0 };
                prop_assert!(served.insert((path.neuron, shared)), "neuron {} serves twice", path.neuron);
                prop_assert_eq!(*inputs.entry(path.neuron).or_insert(path.input), path.input);
                let neurons = if by_layer { tally.sampled } else { bound };
                prop_assert!(path.neuron < neurons);
                let (z_in, z_out) =
                    (g.z_in(path.neuron, path.input as usize), g.z_out(path.neuron, path.output as usize));
                prop_assert_eq!((path.z_in.to_bits(), path.z_out.to_bits()), (z_in.to_bits(), z_out.to_bits()));
            }
            prop_assert!(tally.sampled <= bound);
            let filled: u64 = tally.filled.iter().flatten().sum();
            prop_assert!(builder.ticket().len() as u64 <= filled);
            prop_assert!(filled <= tally.sampled || case.sharing == Sharing::Input);
            prop_assert_eq!(builder.ticket().kept_neurons(), inputs.len() as u64);
            let kept_weights = inputs.len() + served.len();
            prop_assert_eq!(builder.ticket().kept_weights(), kept_weights as u64);
        }
    }

    #[test]
    fn rows_are_in_the_order_of_pairs_halves_and_buckets(
        case in cases(relu(), any_bound()),
        skip: bool,
    ) {
        for layer in case.layers() {
            let builder = built(case.problem(layer, skip));
            let key = |path: Path| {
                (path.output, path.input, Half::of(path.z_in) as usize, bucket_of(&builder, &path))
            };
            let keys: Vec<_> = builder.ticket().paths().map(key).collect();
            // Strictly: no bucket gives two pieces to one half.
            prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    /// |w*| − |ŵ| is computed as the construction does, exactly, largest piece first; the products' places in the buckets
    /// are not, so that the last residual may exceed the tolerance by their rounding. It is never negative.
    #[test]
    fn a_complete_half_misses_its_weight_by_no_more_than_the_tolerance(
        case in cases(relu(), any_bound()),
        skip: bool,
    ) {
        for layer in case.layers() {
            let builder = built(case.problem(layer, skip));
            let unmet: HashSet<(u32, u32, usize)> =
                builder.open_demands().1.iter().map(|d| (d.output, d.input, d.half as usize)).collect();
            let levels = builder.buckets().levels() as f64;
            let mut largest = [0.0_f64; 2];
            for ((output, input), w) in case.target.weights(layer).indexed_iter() {
                for half in Half::BOTH.into_iter().take(if skip { 1 } else { 2 }) {
                    let pieces = half_of(&builder, output, input, half);
                    let product = |path: &Path| DoubleDouble::product(path.z_in.abs(), path.z_out.abs());
                    let residual = pieces.iter().fold(DoubleDouble::from(w.abs()), |r, path| r - product(path));
                    let residual = residual.nearest();
                    largest[half as usize] = largest[half as usize].max(residual);
                    prop_assert!(residual >= 0.0);
                    if !unmet.contains(&(output as u32, input as u32, half as usize)) {
                        let rounding = (levels + 4.0) * f64::EPSILON * case.ranges.w_max;
                        prop_assert!(residual <= case.ranges.half_tolerance + rounding, "{}", residual);
                    }
                }
            }
            prop_assert_eq!(builder.tally().max_error, largest);
        }
    }

    #[test]
    fn cutting_a_layer_into_steps_changes_nothing(
        case in cases(relu(), any_bound()),
        skip: bool,
        steps in prop::collection::vec((1..200_u64, any::<bool>()), 1..8),
    ) {
        for layer in case.layers() {
            let whole = built(case.problem(layer, skip));
            let mut stepped = LayerBuilder::new(case.problem(layer, skip));
            for &(budget, by_weight) in steps.iter().cycle() {
                if stepped.is_done() {
                    break;
                }
                let before = (stepped.tally().sampled, stepped.tally().weights_done);
                let until = if by_weight { Until::WeightDone } else { Until::Neurons };
                let drawn = stepped.advance(budget, until);
                prop_assert_eq!(stepped.tally().sampled, before.0 + drawn);
                let weight_done = stepped.tally().weights_done > before.1;
                prop_assert!(drawn == budget || stepped.is_done() || (by_weight && weight_done));
            }
            prop_assert_eq!(stepped.ticket(), whole.ticket());
            prop_assert_eq!(stepped.tally(), whole.tally());
            prop_assert_eq!(stepped.open_demands(), whole.open_demands());
            prop_assert_eq!(stepped.advance(1_000, Until::Neurons), 0, "a done layer draws no more");
        }
    }

    /// What is told of each neuron agrees with G, with the demands met before it, and with the ticket in the end.
    #[test]
    fn the_story_of_a_neuron_is_what_the_allocation_decided(
        case in cases(relu(), any_bound()),
        skip: bool,
    ) {
        for layer in case.layers() {
            let mut builder = LayerBuilder::new(case.problem(layer, skip));
            let g = RandomLayer::new(case.seed, layer, builder.problem().law);
            let (mut met, mut stories) = (HashSet::new(), Vec::new());
            prop_assert!(builder.last_neuron().is_none() || builder.is_done());
            while builder.advance(1, Until::Neurons) > 0 && stories.len() < 400 {
                let (draw, story) = (builder.tally().last.unwrap(), builder.last_neuron().unwrap());
                let Path { neuron, input, output, z_in, z_out } = story.path;
                prop_assert_eq!((neuron, layer), (draw.neuron, story.layer));
                prop_assert_eq!((z_in, z_out), (g.z_in(neuron, input as usize), g.z_out(neuron, output as usize)));
                let w = case.target.weights(layer)[[output as usize, input as usize]];
                let (product, half, (low, high)) = (z_in * z_out, story.half(), story.range.unwrap());
                prop_assert_eq!((story.target, half), (w, Half::of(z_in)));
                prop_assert_eq!(story.bucket.map(|bucket| bucket as usize), bucket_of(&builder, &story.path));
                let key = (output, input, half as usize, story.bucket);
                match story.fate {
                    NeuronFate::Cut(reason) => {
                        prop_assert_eq!(draw.served, None);
                        prop_assert!(match reason {
                            CutReason::TooSmall => product.abs() <= low,
                            CutReason::TooLarge => product.abs() > high,
                            CutReason::WrongSign => product * w < 0.0,
                            CutReason::HalfNotBuilt => skip && z_in < 0.0,
                            CutReason::AlreadyMet => {
                                // Outputs of one input may have been served by the same neuron.
                                let by_shared = stories.iter().any(|before: &NeuronStory| {
                                    let neuron = before.path.neuron;
                                    let (z_in, z_out) = (g.z_in(neuron, input as usize), g.z_out(neuron, output as usize));
                                    let path = Path { neuron, input, output, z_in, z_out };
                                    (before.path.input, Half::of(z_in)) == (input, half)
                                        && bucket_of(&builder, &path).is_some_and(|u| Some(u as u32) == story.bucket)
                                });
                                let is_shared = case.sharing == Sharing::Input;
                                product * w > 0.0 && (met.contains(&key) || is_shared && by_shared)
                            }
                            CutReason::OtherBucketNext => {
                                case.sharing == Sharing::Layer(Allocation::OnDemand) && !met.contains(&key)
                            }
                            CutReason::EarlierWeightFirst => {
                                case.sharing == Sharing::Layer(Allocation::InOrder) && !met.contains(&key)
                            }
                            CutReason::NearAnEdge | CutReason::NoMatch => false,
                        }, "{:?} of {:?}", reason, story);
                    }
                    _ => {
                        let served = draw.served.unwrap();
                        let demand = (served.output, served.input, served.half as usize, Some(served.bucket));
                        prop_assert_eq!(key, demand);
                        prop_assert!(product * w > 0.0 && met.insert(key));
                    }
                }
                stories.push(story);
            }
            // Drawn many at a time, the last neuron has the same story.
            let mut many = LayerBuilder::new(case.problem(layer, skip));
            let (mut at, mut part) = (0, 37);
            while at + part < stories.len() {
                at += many.advance(part as u64, Until::Neurons) as usize;
                prop_assert_eq!(many.last_neuron(), Some(stories[at - 1]));
                part = part * 5 % 211;
            }
            builder.advance(u64::MAX, Until::Neurons);
            let ticket: HashSet<_> =
                builder.ticket().paths().map(|path| (path.neuron, path.input, path.output)).collect();
            for story in stories {
                let is_kept = ticket.contains(&(story.path.neuron, story.path.input, story.path.output));
                prop_assert!(match story.fate {
                    NeuronFate::Kept => is_kept,
                    NeuronFate::Spare | NeuronFate::Cut(_) => !is_kept,
                    NeuronFate::SetAside => true,
                }, "{:?}", story);
            }
        }
    }

    #[test]
    fn a_layer_short_of_neurons_names_the_demands_that_it_did_not_meet(
        case in cases(relu(), Just(Some(20))),
        skip: bool,
    ) {
        for layer in case.layers() {
            let builder = built(case.problem(layer, skip));
            let tally = builder.tally();
            let (count, demands) = builder.open_demands();
            prop_assert_eq!(count, demands.len() as u64);
            let mut unmet = tally.quota.clone();
            for (unmet, filled) in unmet.iter_mut().flatten().zip(tally.filled.iter().flatten()) {
                *unmet -= filled;
            }
            let mut seen = HashSet::new();
            for &Demand { output, input, half, bucket } in demands {
                prop_assert!(seen.insert((output, input, half as usize, bucket)), "listed twice");
                unmet[half as usize][bucket as usize - 1] -= 1;
            }
            prop_assert!(unmet.iter().flatten().all(|&n| n == 0));
            prop_assert_eq!(builder.is_complete(), count == 0);
            let weights = case.target.architecture().weights(layer);
            let nonzero = NonzeroWeights::of(case.target.weights(layer)).weights;
            if case.sharing != Sharing::Layer(Allocation::OnDemand) {
                // Every weight other than 0 demands every bucket of every built half.
                let halves = if skip { 1 } else { 2 };
                let demanded = nonzero * halves * builder.buckets().levels() as u64;
                prop_assert_eq!(tally.quota.iter().flatten().sum::<u64>(), demanded);
                let shared = case.sharing == Sharing::Input;
                prop_assert!(demanded <= 20 || shared || !builder.is_complete());
            }
            let waiting: HashSet<(u32, u32)> = demands.iter().map(|d| (d.output, d.input)).collect();
            prop_assert_eq!(tally.weights_done + waiting.len() as u64, weights);
            for demand in demands {
                let pieces = half_of(&builder, demand.output as usize, demand.input as usize, demand.half);
                let served = pieces.iter().any(|path| bucket_of(&builder, path) == Some(demand.bucket as usize));
                prop_assert!(!served, "an open demand that was served: {:?}", demand);
            }
        }
    }
}

/// M_i leaves much room: all demands of first-fit together are an eighth of it.
#[test]
fn first_fit_and_on_demand_complete_within_the_bound() {
    for allocation in ["FirstFit", "OnDemand"] {
        for seed in 0..5 {
            let settings = [
                "target=Random(widths:[20,20,20],weight_bound:1.0,spectral_norm:1.0,seed:3)".to_owned(),
                format!("constructions=[Hyperbolic(allocation:{allocation})]"),
            ];
            let mut session = Session::new(Experiment::load("tiny", Some(seed), &settings).unwrap()).unwrap();
            session.run(&|_| ());
            let lane = &session.lanes()[0];
            for (builder, plan) in lane.builders().iter().zip(&lane.plan().layers) {
                assert!(builder.is_complete(), "{allocation}, seed {seed}");
                assert!(builder.tally().neurons() < plan.neurons.unwrap().times(0.25));
                assert_eq!(builder.tally().weights_done, plan.weights);
            }
            assert_eq!(lane.holds(), Some(true), "{allocation}, seed {seed}");
        }
    }
}

/// With one weight and δ near 1 the bound fails now and then; in-order wastes most neurons.
#[test]
fn a_session_short_of_neurons_does_not_hold() {
    let settings = [
        "target=Explicit(layers:[[[0.7]]],activation:Identity)",
        "epsilon=0.027",
        "delta=0.99",
        "constructions=[Hyperbolic(allocation:InOrder)]",
        "inputs=Box(low:-0.01,high:0.01)",
    ]
    .map(str::to_owned);
    let mut short = 0;
    let seeds = 1_500;
    for seed in 0..seeds {
        let experiment = Experiment::load("tiny", Some(seed), &settings).unwrap();
        let mut session = Session::new(experiment).unwrap();
        let lane = session.lane_mut(0);
        lane.advance(slth::session::Step::Layer, u64::MAX);
        if lane.is_complete() {
            continue;
        }
        short += 1;
        assert_eq!(lane.holds(), None, "a verdict before the inputs are tried");
        while !lane.advance(slth::session::Step::All, u64::MAX) {}
        let builder = &lane.builders()[0];
        assert_eq!(Some(builder.tally().neurons()), builder.problem().bound);
        assert!(builder.open_demands().0 > 0);
        assert_eq!(lane.holds(), Some(false));
    }
    println!("{short} of {seeds} sessions ran short");
    assert!(short > 0, "no session ran short: nothing was tested");
    assert!(short < seeds / 2);
}
