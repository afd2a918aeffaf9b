//! `slth check` as an engine: repeated constructions, their failure rates, the thresholds.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::ThreadPoolBuilder;
use slth::construction::{LayerBuilder, Until};
use slth::experiment::Experiment;
use slth::session::{CheckProgress, FaithfulnessCheck, LaneRuns, Session};
use slth::theory::Count;

fn experiment(preset: &str, seed: u64, settings: &[&str]) -> Experiment {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::load(preset, Some(seed), &settings).unwrap()
}

fn check(seed: u64, settings: &[&str], runs: u64, budget: Option<f64>) -> FaithfulnessCheck {
    FaithfulnessCheck::new(experiment("tiny", seed, settings), runs, budget).unwrap()
}

fn all_runs(check: &FaithfulnessCheck) -> Vec<LaneRuns> {
    check.run(&AtomicBool::new(false), &|_| ()).lanes
}

const SHARED: &str = "constructions=[Hyperbolic(allocation:InOrder),Hyperbolic(allocation:FirstFit),Hyperbolic(allocation:OnDemand)]";
const BLOCKS: &str = "constructions=[Corollary10,SharedGolden,Malach,ProductPair]";

#[test]
fn the_numbers_do_not_depend_on_the_threads() {
    let check = check(5, &[SHARED, "epsilon=0.5"], 60, Some(80.0));
    let on = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| all_runs(&check))
    };
    let first = on(1);
    assert_eq!(first.len(), 3);
    assert!(first.iter().any(|lane| lane.incomplete > 0) && first.iter().any(|lane| lane.incomplete < 60));
    for threads in [2, 8] {
        for (a, b) in first.iter().zip(on(threads)) {
            assert_eq!((&a.layers, &a.network), (&b.layers, &b.network));
            assert_eq!(
                (a.incomplete, a.uncertified, &a.failing_seeds),
                (b.incomplete, b.uncertified, &b.failing_seeds)
            );
            assert_eq!(a.largest_certified.to_bits(), b.largest_certified.to_bits());
        }
    }
}

/// Run r is `slth run` with seed + r.
#[test]
fn a_run_is_the_session_of_its_seed() {
    let lanes = all_runs(&check(u64::MAX - 1, &[SHARED, "epsilon=0.5"], 4, None));
    for (index, lane) in lanes.iter().enumerate() {
        let mut needs = vec![Vec::new(); 2];
        let mut largest = 0.0_f64;
        for seed in [u64::MAX - 1, u64::MAX, 0, 1] {
            let mut session = Session::new(experiment("tiny", seed, &[SHARED, "epsilon=0.5"])).unwrap();
            session.run(&|_| ());
            let lane = &session.lanes()[index];
            assert!(lane.is_complete());
            largest = largest.max(lane.certified().unwrap());
            for (builder, needs) in lane.builders().iter().zip(&mut needs) {
                needs.push(builder.tally().sampled);
            }
        }
        assert_eq!(lane.largest_certified, largest);
        for (curve, needs) in lane.layers.iter().zip(needs) {
            for x in &needs {
                let failing = needs.iter().filter(|&need| need > x).count() as u64;
                assert_eq!(curve.rate_at(Count::from(*x).ratio(Count::from(6))).failures, failing);
            }
        }
    }
}

/// The curve of one batch of full runs predicts the failure rate with fewer neurons. A second batch, built with fewer
/// neurons, confirms it. Blocks number their neurons by their bound and draw others, so only rates agree. Each rate of 400
/// runs is within ±0.08 (four standard errors) of the true one, so equal rates are further than 0.16 apart with probability
/// below 1e−5.
#[test]
fn the_curve_is_the_failure_rate_with_fewer_neurons() {
    for (settings, exact) in [(SHARED, true), (BLOCKS, false)] {
        let settings = [settings, "epsilon=2.0", "norms=Unit"];
        let full = all_runs(&check(100, &settings, 400, None));
        for (index, lane) in full.iter().enumerate() {
            let median = lane.network.threshold(0.5, 0.95).estimate.unwrap();
            let tighter =
                &all_runs(&check(if exact { 100 } else { 9_000 }, &settings, 400, Some(median.as_f64())))
                    [index];
            // Each layer rounds the number down to whole neurons of each block.
            let limit = tighter.network.limit();
            let (read_off, built) = (lane.network.rate_at(limit), tighter.rate());
            assert!((0.2..0.8).contains(&built.share()), "{built:?}");
            if exact {
                let recount = lane.network.rate_at(limit);
                assert_eq!(built, recount, "{:?}", lane.plan.construction);
            } else {
                assert!((read_off.share() - built.share()).abs() < 0.16, "{read_off:?} {built:?}");
            }
        }
    }
}

/// The threshold of one batch against a second one: with the upper limit of the neurons at most δ fail, with fewer than the
/// lower limit more do. With 4,000 runs a rate of δ = 0.1 itself passes each half with probability 1 − 3e−5 (four standard
/// errors, 0.019), one of 0.14 or of 0.06 with probability below 1e−5.
#[test]
fn a_second_batch_confirms_the_threshold() {
    let first = &all_runs(&check(1, &["delta=0.1"], 4_000, None))[0];
    let found = first.network.threshold(0.1, 0.999);
    let (low, high) = (found.low.unwrap(), found.high.unwrap());
    assert!(low < high && high < first.network.limit());
    let second =
        |neurons: f64| all_runs(&check(1_000_000, &["delta=0.1"], 4_000, Some(neurons)))[0].rate().share();
    let (at_high, below_low) = (second(high.as_f64()), second(0.9 * low.as_f64()));
    assert!(at_high < 0.119, "{at_high}");
    assert!(below_low > 0.1, "{below_low}");
}

#[test]
fn too_few_neurons_fail_and_their_seeds_are_named() {
    let lane = &all_runs(&check(7, &[], 40, Some(20.0)))[0];
    assert_eq!((lane.rate().failures, lane.rate().runs), (40, 40));
    assert_eq!(lane.failing_seeds, (7..15).collect::<Vec<_>>());
    assert_eq!(lane.network.threshold(0.01, 0.95).low, None);
}

/// A complete run with a certificate above ε has failed, too: the norms are far above the assumed 1.
#[test]
fn a_certificate_above_epsilon_is_a_failure() {
    let target = "target=Explicit(layers: [[[6.0, -4.0]], [[7.0]]], activation: Relu)";
    let lane = &all_runs(&check(1, &[target, "norms=Unit", "f_max=0.01"], 20, None))[0];
    assert_eq!((lane.incomplete, lane.uncertified), (0, 20));
    assert!(lane.largest_certified > 0.1);
    assert_eq!(lane.layers[0].rate_at_limit().failures, 0);
    assert_eq!(lane.network.rate_at_limit().failures, 20);
}

/// A block construction completes with exactly the neurons it needed as its bound.
#[test]
fn a_layer_needs_its_largest_block_times_its_blocks() {
    let session = Session::new(experiment("tiny", 3, &[BLOCKS, "epsilon=2.0", "norms=Unit"])).unwrap();
    for lane in session.lanes() {
        for builder in lane.builders() {
            let mut builder = builder.clone();
            builder.advance(u64::MAX, Until::Neurons);
            let (needed, blocks) = (builder.neurons_needed().unwrap(), builder.problem().blocks());
            let largest = builder.tally().largest_block;
            assert!(largest > Count::ZERO && needed == largest.times(blocks.as_f64()));
            assert!(builder.tally().neurons() <= needed && needed <= builder.problem().bound.unwrap());
        }
    }
    // A single block: with exactly that bound it is complete, with one neuron less it is not.
    let target = "target=Explicit(layers: [[[0.6]]], activation: Relu)";
    for construction in ["Corollary10", "SharedGolden", "Malach", "ProductPair", "WholeNeuron"] {
        let construction = format!("constructions=[{construction}]");
        let session = Session::new(experiment("tiny", 3, &[target, &construction, "epsilon=0.5"])).unwrap();
        let mut builder = session.lanes()[0].builders()[0].clone();
        builder.advance(u64::MAX, Until::Neurons);
        let needed = builder.neurons_needed().unwrap();
        let with = |bound: u64| {
            let mut problem = builder.problem().clone();
            problem.bound = Some(bound.into());
            let mut builder = LayerBuilder::new(problem);
            builder.advance(u64::MAX, Until::Neurons);
            builder.neurons_needed()
        };
        let needed_whole = needed.whole().unwrap();
        // A layer of one block has the same neurons whatever its bound.
        assert_eq!(with(needed_whole), Some(needed), "{construction}");
        assert_eq!(with(needed_whole - 1), None, "{construction}");
    }
}

#[test]
fn skipping_ahead_needs_what_its_waits_say() {
    let settings = ["constructions=[Malach,WholeNeuron]", "mode=SkipAhead"];
    for lane in all_runs(&check(1, &settings, 200, None)) {
        assert!(lane.rate().failures <= 10, "{:?}", lane.rate());
        let found = lane.network.threshold(0.1, 0.95);
        assert!(found.low.unwrap() > Count::from(1_000) && found.high.unwrap() < lane.network.limit());
    }
}

/// A stopped check counts the first runs, at any state of the threads.
#[test]
fn what_was_found_before_a_stop_is_that_of_the_first_runs() {
    let check_of = |runs| check(1, &[SHARED], runs, None);
    let (stop, seen) = (AtomicBool::new(false), AtomicU64::new(0));
    let found = check_of(100_000).run(&stop, &|progress| {
        let CheckProgress::Construction(progress) = progress else { return };
        assert!(progress.done <= progress.runs && progress.failures == 0);
        if seen.fetch_add(1, Ordering::Relaxed) == 20 {
            stop.store(true, Ordering::Relaxed);
        }
    });
    let lanes = found.lanes;
    assert_eq!(lanes.len(), 1, "constructions that were not begun are left out");
    let made = lanes[0].network.runs();
    assert!((21..100_000).contains(&made));
    let again = all_runs(&check_of(made));
    assert_eq!((&lanes[0].layers, &lanes[0].network), (&again[0].layers, &again[0].network));
}
