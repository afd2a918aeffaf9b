//! The constructions beside Theorem 3's: single neurons, drawn or skipped ahead to, and subset sums.
#![allow(missing_docs, clippy::unwrap_used)]

use slth::construction::Mode;
use slth::experiment::Experiment;
use slth::session::Session;
use slth::theory::Count;

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
        let waits: Count = lane.builders().iter().map(|b| b.tally().waits[half]).sum();
        let hits: u64 = lane.builders().iter().map(|b| b.tally().filled[half][0]).sum();
        assert_eq!(hits, 100_000);
        let ratio = waits.as_f64() / hits as f64 * tolerance * tolerance / 8.0;
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

/// 300 target neurons of two inputs: interior weights are hit with p = ½η³. The mean of 300 geometric waits is off by
/// a relative 1/√300 = 5.8 % in standard deviation; 26 % is 4.5 of them.
#[test]
fn whole_neurons_are_waited_for_as_long_as_the_power_says() {
    let rows = vec!["[0.3,-0.4]"; 300].join(",");
    let target = format!("target=Explicit(layers:[[{rows}]])");
    let session = session("tiny", 5, &[&target, "constructions=[WholeNeuron]", "epsilon=0.1"]);
    let lane = &session.lanes()[0];
    assert_eq!(lane.plan().mode, Mode::SkipAhead);
    let eta = session.plan().weight_tolerance[0] / 2.0;
    let ratio = lane.builders()[0].tally().neurons().as_f64() / 300.0 * eta.powi(3) / 2.0;
    assert!((ratio - 1.0).abs() < 0.26, "{ratio} of 2/η³");
    assert_eq!(lane.holds(), Some(true));
}

/// Example 5 has 100 inputs a neuron: e^1568 neurons each, beyond f64.
#[test]
fn waits_beyond_f64_are_carried_in_logarithms() {
    let session = session("example-5", 42, &["constructions=[WholeNeuron]"]);
    let lane = &session.lanes()[0];
    let eta = session.plan().weight_tolerance[0] / 2.0;
    let ln_mean = 101.0 * -eta.ln() + std::f64::consts::LN_2;
    for builder in lane.builders() {
        let (neurons, bound) = (builder.tally().neurons(), builder.problem().bound.unwrap());
        assert!(neurons.as_f64().is_infinite() && neurons < bound);
        // The sum of 100 waits is their number times the mean, within a factor of 2.
        assert!((neurons.ln() - ln_mean - 100.0_f64.ln()).abs() < std::f64::consts::LN_2);
    }
    assert_eq!(lane.holds(), Some(true));
    assert!(lane.tickets().all(|ticket| ticket.kept_neurons() == 100 && ticket.kept_weights() == 10_100));
}

/// Whole neurons leave no half out: found ≤ certified also where inputs and weights have both signs.
#[test]
fn whole_neurons_are_certified_for_inputs_of_both_signs() {
    let target = "target=Random(widths:[3,4,2],weight_bound:0.9,seed:8)";
    for inputs in ["inputs=Ball(radius:1.0)", "inputs=Signs", "inputs=Box(low:-1.0,high:0.5)"] {
        let session = session("tiny", 2, &[target, inputs, "constructions=[WholeNeuron]"]);
        let lane = &session.lanes()[0];
        assert_eq!(lane.holds(), Some(true), "{inputs}");
        assert!(lane.found().error > 0.0, "{inputs}");
    }
}

/// Neurons and largest errors of whole lanes, 1,500 seeds a side: at significance 10⁻⁴ two samples of n differ by
/// less than 2.225·√(2/n) = 0.081; a mean off by a tenth of a standard deviation twice over would show.
#[test]
fn lanes_that_skip_ahead_are_distributed_as_those_that_draw() {
    const SEEDS: u64 = 1_500;
    let limit = 2.225 * (2.0 / SEEDS as f64).sqrt();
    for construction in ["Malach", "ProductPair", "WholeNeuron"] {
        let lanes = format!("constructions=[{construction}]");
        let sample = |mode: &str, from: u64| {
            let mode = format!("mode={mode}");
            let target = "target=Explicit(layers:[[[0.6,-0.3]]])";
            // A whole neuron has a third weight to hit, so its tolerance is coarser.
            let epsilon = if construction == "WholeNeuron" { "epsilon=1.9" } else { "epsilon=1.0" };
            let settings = [target, epsilon, &lanes, &mode, "inputs=Box(low:0.5,high:0.5)"];
            let lanes = (from..from + SEEDS).map(|seed| {
                let session = session("tiny", seed, &settings);
                let builder = &session.lanes()[0].builders()[0];
                (builder.tally().neurons().as_f64(), builder.tally().max_error[0])
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
    let all = "constructions=[WholeNeuron,Malach,ProductPair,Corollary10,Hyperbolic(),SharedGolden,UniformSubSums,SubsetSum]";
    let session = session("tiny", 7, &[SMALL, "epsilon=0.2", all, "mode=SkipAhead"]);
    assert_eq!(session.lanes().len(), 8);
    for lane in session.lanes() {
        let name = lane.plan().construction.name();
        assert_eq!(lane.holds(), Some(true), "{name}");
        assert!(lane.checks().iter().flatten().all(|check| check.largest_error() > 0.0), "{name}");
    }
    let neurons = |lane: usize| -> Count {
        session.lanes()[lane].builders().iter().map(|builder| builder.tally().neurons()).sum()
    };
    // The gain of each idea: products, sums of pieces, sharing; the same for subset sums.
    assert!((0..4).all(|lane| neurons(lane) > neurons(lane + 1)));
    assert!(neurons(6) > neurons(7));
}

/// Every half is within its tolerance, and at least as many values were available as the sum has pieces.
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
fn a_neuron_that_is_no_relu_has_no_whole_stand_in() {
    let session = session("digits", 1, &["constructions=[WholeNeuron,Hyperbolic()]", "epsilon=0.5"]);
    let (refused, reason) = &session.plan().refused[0];
    assert_eq!(refused.name(), "whole-neuron");
    assert!(
        reason.contains("expected ReLU in every layer") && reason.contains("identity in layer 3"),
        "{reason}"
    );
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
