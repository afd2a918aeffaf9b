//! The constructions beside Theorem 3's: single neurons, drawn or skipped ahead to, and subset sums.
#![allow(missing_docs, clippy::unwrap_used)]

use slth::construction::Mode;
use slth::experiment::Experiment;
use slth::session::Session;

const SMALL: &str = "target=Random(widths:[5,4,3],weight_bound:0.5,spectral_norm:1.0,seed:3)";

fn session(preset: &str, seed: u64, settings: &[&str]) -> Session {
    let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
    let mut session = Session::new(Experiment::load(preset, Some(seed), &settings).unwrap()).unwrap();
    session.run(&|_| {});
    session
}

/// Example 5, 200,000 halves of interior weights: the mean of as many geometric waits is off by a relative
/// 1/√200,000 = 0.22 % in standard deviation, so 1 % is 4.5 of them.
#[test]
fn malach_waits_8_over_the_square_of_the_tolerance() {
    let session = session("example-5", 42, &["constructions=[Malach]"]);
    let lane = &session.lanes()[0];
    assert_eq!(lane.plan().mode, Mode::SkipAhead);
    let tolerance = session.plan().weight_tolerance[0];
    for half in 0..2 {
        let waits: f64 = lane.builders().iter().map(|b| b.tally().waits[half]).sum();
        let hits: u64 = lane.builders().iter().map(|b| b.tally().filled[half][0]).sum();
        assert_eq!(hits, 100_000);
        let ratio = waits / hits as f64 * tolerance * tolerance / 8.0;
        assert!((ratio - 1.0).abs() < 0.01, "half {half}: {ratio} of 8/tolerance²");
    }
    assert_eq!(lane.holds(), Some(true));
}

/// Two-sample Kolmogorov–Smirnov distance.
fn distance(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let share = |sorted: &[f64], x: f64| sorted.partition_point(|&v| v <= x) as f64 / sorted.len() as f64;
    a.iter().chain(&b).map(|&x| (share(&a, x) - share(&b, x)).abs()).fold(0.0, f64::max)
}

/// Neurons and largest errors of whole lanes, 1,500 seeds a side: at significance 10⁻⁴ two samples of n differ by
/// less than 2.225·√(2/n) = 0.081; a mean off by a tenth of a standard deviation twice over would show.
#[test]
fn lanes_that_skip_ahead_are_distributed_as_those_that_draw() {
    const SEEDS: u64 = 1_500;
    let limit = 2.225 * (2.0 / SEEDS as f64).sqrt();
    for construction in ["Malach", "ProductPair"] {
        let lanes = format!("constructions=[{construction}]");
        let sample = |mode: &str, from: u64| {
            let mode = format!("mode={mode}");
            let target = "target=Explicit(layers:[[[0.6,-0.3]]])";
            let settings = [target, "epsilon=1.0", &lanes, &mode, "inputs=Box(low:0.5,high:0.5)"];
            let lanes = (from..from + SEEDS).map(|seed| {
                let session = session("tiny", seed, &settings);
                let builder = &session.lanes()[0].builders()[0];
                (builder.tally().neurons(), builder.tally().max_error[0])
            });
            lanes.unzip::<f64, f64, Vec<_>, Vec<_>>()
        };
        let (drawn, skipped) = (sample("Drawn", 0), sample("SkipAhead", SEEDS));
        let (neurons, errors) = (distance(drawn.0, skipped.0), distance(drawn.1, skipped.1));
        assert!(neurons < limit, "{construction}: neurons differ by {neurons} of {limit}");
        assert!(errors < limit, "{construction}: errors differ by {errors} of {limit}");
    }
}

#[test]
fn every_construction_makes_a_ticket_that_holds() {
    let all =
        "constructions=[Malach,ProductPair,Corollary10,Hyperbolic(),SharedGolden,UniformSubSums,SubsetSum]";
    let session = session("tiny", 7, &[SMALL, "epsilon=0.2", all, "mode=SkipAhead"]);
    assert_eq!(session.lanes().len(), 7);
    for lane in session.lanes() {
        let name = lane.plan().construction.name();
        assert_eq!(lane.holds(), Some(true), "{name}");
        assert!(lane.checks().iter().flatten().all(|check| check.largest_error() > 0.0), "{name}");
    }
    let neurons = |lane: usize| -> f64 {
        session.lanes()[lane].builders().iter().map(|builder| builder.tally().neurons()).sum()
    };
    // What each idea buys: products, sums of pieces, sharing; the same for subset sums.
    assert!(neurons(0) > neurons(1) && neurons(1) > neurons(2) && neurons(2) > neurons(3));
    assert!(neurons(5) > neurons(6));
}

/// Every half is within its tolerance, and no fewer values were at hand than the sum has pieces.
#[test]
fn subset_sums_are_within_tolerance() {
    let session = session("tiny", 3, &[SMALL, "epsilon=0.01", "constructions=[SubsetSum,UniformSubSums]"]);
    for lane in session.lanes() {
        for (builder, check) in lane.builders().iter().zip(lane.checks().iter().flatten()) {
            let tolerance = builder.problem().ranges.half_tolerance;
            assert!(builder.is_complete() && check.largest_error() <= tolerance * (1.0 + 1e-9));
            assert!(builder.tally().values >= builder.ticket().len() as u64);
        }
    }
}

#[test]
fn a_lane_that_cannot_apply_is_refused_while_the_others_run() {
    let target = "target=Explicit(layers:[[[1.5,-0.3]]])";
    let session = session("tiny", 1, &[target, "constructions=[Malach,Hyperbolic()]"]);
    assert_eq!(session.lanes().len(), 1);
    let (refused, reason) = &session.plan().refused[0];
    assert_eq!(refused.name(), "malach");
    assert!(reason.contains("expected weights in [-1, 1]") && reason.contains("1.5"), "{reason}");
    let alone = [target.to_owned(), "constructions=[Malach]".to_owned()];
    let error = Session::new(Experiment::load("tiny", None, &alone).unwrap()).unwrap_err().to_string();
    assert!(error.contains("malach: expected weights in [-1, 1]"), "{error}");
}
