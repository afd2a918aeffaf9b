//! The numbers depend on the preset and the seed only: not on the threads, not on how a run is cut into steps.
#![allow(missing_docs, clippy::unwrap_used)]

use rayon::ThreadPoolBuilder;
use slth::construction::{Demand, LayerTicket, Tally};
use slth::experiment::Experiment;
use slth::session::{Lane, Phase, Session, Step};
use slth::verification::{Found, LayerCheck};

/// The results of a lane, its clock apart.
#[derive(Debug, PartialEq)]
struct Outcome {
    tickets: Vec<LayerTicket>,
    tallies: Vec<Tally>,
    open_demands: Vec<(u64, Vec<Demand>)>,
    checks: Vec<Option<LayerCheck>>,
    found: Found,
    /// found and certified, by their bits
    bits: (u64, u64),
    holds: Option<bool>,
}

impl Outcome {
    fn of(lane: &Lane) -> Self {
        assert_eq!(lane.phase(), Phase::Done);
        let open = lane.builders().iter().map(|builder| builder.open_demands());
        Self {
            tickets: lane.tickets().cloned().collect(),
            tallies: lane.builders().iter().map(|builder| builder.tally().clone()).collect(),
            open_demands: open.map(|(count, listed)| (count, listed.to_vec())).collect(),
            checks: lane.checks().into_iter().map(|check| check.cloned()).collect(),
            found: lane.found().clone(),
            bits: (lane.found().error.to_bits(), lane.certified().unwrap().to_bits()),
            holds: lane.holds(),
        }
    }
}

const LANES: &str = "constructions=[Hyperbolic(allocation:InOrder),Hyperbolic(allocation:FirstFit),Hyperbolic(allocation:OnDemand),Corollary10,SharedGolden]";

fn session(preset: &str, settings: &[&str]) -> Session {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Session::new(Experiment::load(preset, None, &settings).unwrap()).unwrap()
}

fn run_on(threads: usize, preset: &str, settings: &[&str]) -> Vec<Outcome> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut session = session(preset, settings);
    pool.install(|| session.run(&|_| ()));
    session.lanes().iter().map(Outcome::of).collect()
}

/// A person's way through: some neurons, some weights, a layer, then all, with budgets that divide nothing.
fn stepped(preset: &str, settings: &[&str]) -> Vec<Outcome> {
    let mut session = session(preset, settings);
    let lanes = session.lanes().len();
    // Lanes take turns, so none can depend on another's state.
    let steps = [(Step::Neuron, 501), (Step::Weight, 37), (Step::Layer, 1_013), (Step::All, 7_919)];
    for (step, budget) in steps {
        for lane in (0..lanes).rev() {
            let lane = session.lane_mut(lane);
            let times = match step {
                Step::Neuron => 501,
                Step::Weight => 5,
                Step::Layer | Step::All => 1,
            };
            for _ in 0..times {
                while !lane.advance(step, budget) {}
            }
        }
    }
    session.lanes().iter().map(Outcome::of).collect()
}

fn assert_the_same_everywhere(preset: &str, settings: &[&str]) {
    let expected = run_on(1, preset, settings);
    assert!(expected.iter().all(|outcome| outcome.holds == Some(true)), "{preset} does not hold");
    assert!(expected.iter().all(|outcome| outcome.found.error > 0.0));
    for threads in [2, 8] {
        assert!(run_on(threads, preset, settings) == expected, "{preset}: {threads} threads differ from one");
    }
    assert!(stepped(preset, settings) == expected, "{preset}: stepping differs from running");
}

#[test]
fn tiny_is_the_same_on_any_number_of_threads_and_in_steps() {
    assert_the_same_everywhere("tiny", &[LANES]);
}

#[test]
fn a_random_network_is_the_same_on_any_number_of_threads_and_in_steps() {
    let target = "target=Random(widths:[20,20,20],weight_bound:1.0,spectral_norm:1.0,seed:3)";
    assert_the_same_everywhere("tiny", &[target, LANES]);
    assert_the_same_everywhere("tiny", &[target, LANES, "inputs=Signs", "skip_dead_halves=true", "base=1.2"]);
}

#[test]
fn digits_is_the_same_on_any_number_of_threads_and_in_steps() {
    assert_the_same_everywhere("digits", &[]);
}

/// Every step back leads to a state that stepping forward passes through, and from there on all is as if it had never been
/// taken.
#[test]
fn steps_back_lead_where_steps_forward_came_from() {
    let all = "constructions=[Hyperbolic(allocation:OnDemand),SharedGolden,Corollary10,Malach,SubsetSum]";
    let target = "target=Random(widths:[3,3,2],weight_bound:0.5,spectral_norm:1.0,seed:3)";
    let settings = [target, all, "epsilon=0.5"];
    let expected = run_on(1, "tiny", &settings);
    for (index, expected) in expected.into_iter().enumerate() {
        let mut session = session("tiny", &settings);
        let lane = session.lane_mut(index);
        let tallies =
            |lane: &Lane| -> Vec<Tally> { lane.builders().iter().map(|b| b.tally().clone()).collect() };
        for step in [Step::Neuron, Step::Weight, Step::Layer] {
            // Three steps into layer 2, or through layer 1; then as many steps back.
            if step != Step::Layer {
                while !lane.advance(Step::Layer, 1_000) {}
            }
            let mut passed = vec![tallies(lane)];
            for _ in 0..if step == Step::Layer { 1 } else { 3 } {
                while !lane.advance(step, 1_000) {}
                passed.push(tallies(lane));
            }
            while let Some(now) = passed.pop() {
                assert!(
                    tallies(lane) == now,
                    "lane {index}, {step:?}, {} steps from the start",
                    passed.len()
                );
                if !passed.is_empty() {
                    lane.take_back(step);
                    while !lane.replay(7) {}
                }
            }
            lane.take_back(Step::All);
        }
        // Back from the end, too: the error found is forgotten and found again.
        while !lane.advance(Step::All, 1_000) {}
        lane.take_back(Step::Neuron);
        assert!(matches!(lane.phase(), Phase::Building(2)) && lane.found().tried == 0);
        while !lane.advance(Step::All, 1_000) {}
        assert!(Outcome::of(lane) == expected, "lane {index}");
    }
}

/// Large enough for a layer to be measured on a thread of its own.
const MEASURED_ASIDE: [&str; 2] =
    ["target=Random(widths:[110,110,4],weight_bound:1.0,spectral_norm:1.0,seed:7)", "epsilon=0.5"];

/// Whoever never waits for a measurement comes to the same results, step by step and headless, and through a step back in its middle.
#[test]
fn waiting_for_no_measurement_changes_nothing() {
    let expected = run_on(2, "tiny", &MEASURED_ASIDE).remove(0);
    let mut stepped = session("tiny", &MEASURED_ASIDE);
    let lane = stepped.lane_mut(0);
    let measured_in = |lane: &mut Lane, step: Step| {
        let mut calls = 0;
        while !lane.advance_until(step, 5_000, &|| true) {
            calls += usize::from(lane.is_measuring());
        }
        calls
    };
    assert!(measured_in(lane, Step::Layer) > 0, "the measurement is not waited for");
    assert!(lane.checks()[0].is_some() && lane.builders()[1].draws() == 0, "it is part of the step");
    lane.take_back(Step::Neuron);
    assert!(lane.checks()[0].is_none() && !lane.replay(1_000));
    while !lane.replay(5_000) {}
    while !lane.is_measuring() {
        lane.advance_until(Step::Layer, 5_000, &|| true);
    }
    assert_eq!(lane.phase(), Phase::Building(1));
    lane.take_back(Step::Layer);
    assert!(!lane.is_measuring() && lane.is_untouched());
    measured_in(lane, Step::All);
    assert!(Outcome::of(lane) == expected);

    let mut headless = session("tiny", &MEASURED_ASIDE);
    let mut pauses = 0;
    while !headless.run_until(&|_| (), &|| true) {
        pauses += usize::from(headless.lanes()[0].is_measuring());
    }
    assert!(pauses > 0, "a pause is not kept waiting by a measurement");
    assert!(Outcome::of(&headless.lanes()[0]) == expected);
}
