//! A pruned network as the target: its weights of 0 need no neuron, in theory and in every construction.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use ndarray::Array2;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rayon::ThreadPoolBuilder;
use slth::construction::{
    Existence, LayerBuilder, LayerProblem, LayerState, LayerTicket, Tally, Until, WeightState,
};
use slth::experiment::{Construction, Experiment, Outline};
use slth::method::Method;
use slth::network::{Activation, NEVER, Network};
use slth::session::{Session, Step};
use slth::theory::Count;

mod random_networks;
use random_networks::{Case, any_bound, built, cases};

/// Both zeros; a row, a column and other weights of 0 in layer 1, columns of 0 in layer 2.
const PRUNED: &str = "target=Explicit(layers:[[[0.6,0.0,-0.3],[0.0,-0.0,0.0],[-0.0,0.0,0.5],[0.4,0.0,0.0]],\
                      [[0.4,0.0,-0.7,0.0],[0.0,0.0,0.0,0.3]]])";
const EVERY: &str = "constructions=[WholeNeuron,Malach,ProductPair,Corollary10,Hyperbolic(allocation:InOrder),\
                     Hyperbolic(allocation:FirstFit),Hyperbolic(allocation:OnDemand),SharedGolden,UniformSubSums,SubsetSum]";
const TOLERANCE: &str = "tolerance=Weight(0.05)";

fn experiment(settings: &[&str]) -> Experiment {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::load("tiny", None, &settings).unwrap()
}

fn session(settings: &[&str]) -> Session {
    Session::new(experiment(settings)).unwrap()
}

/// Tickets and counts of a lane, and the certified error by its bits.
type Outcome = (Vec<LayerTicket>, Vec<Tally>, u64);

/// The outcomes of all lanes, which hold.
fn outcome(session: &Session) -> Vec<Outcome> {
    let lanes = session.lanes().iter().map(|lane| {
        assert_eq!(lane.holds(), Some(true), "{}", lane.plan().construction.id());
        let tallies = lane.builders().iter().map(|builder| builder.tally().clone());
        (lane.tickets().cloned().collect(), tallies.collect(), lane.certified().unwrap().to_bits())
    });
    lanes.collect()
}

fn run_on(threads: usize, settings: &[&str]) -> Session {
    let mut session = session(settings);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| session.run(&|_| ()));
    session
}

#[test]
fn every_construction_builds_the_others_and_is_certified() {
    for mode in ["mode=Drawn", "mode=SkipAhead"] {
        let session = run_on(1, &[PRUNED, TOLERANCE, EVERY, mode]);
        assert_eq!(session.lanes().len(), Construction::all().len());
        outcome(&session);
        for lane in session.lanes() {
            for (builder, plan) in lane.builders().iter().zip(&lane.plan().layers) {
                let (problem, name) = (builder.problem(), lane.plan().construction.id());
                let weights = problem.target.weights(problem.layer);
                let at_zeros = builder
                    .ticket()
                    .paths()
                    .filter(|p| weights[[p.output as usize, p.input as usize]] == 0.0);
                assert_eq!(at_zeros.count(), 0, "{name}");
                assert!(builder.is_complete() && builder.tally().weights_done == plan.weights, "{name}");
                let sampled = builder.tally().neurons();
                assert!(plan.neurons.is_none_or(|bound| sampled <= bound), "{name}: {sampled}");
                // G has as many neurons as its bound says, and numbers them from 0.
                let most = builder.ticket().neuron.iter().copied().max().unwrap();
                assert!(plan.neurons.is_none_or(|bound| Count::from(most) < bound), "{name}: {most}");
                for ((output, input), &w) in weights.indexed_iter().filter(|(_, w)| **w == 0.0) {
                    let finished = builder.finished(input, output).unwrap();
                    assert_eq!((finished.rows.len(), builder.largest_error(&finished)), (0, 0.0), "{w}");
                }
            }
        }
    }
}

/// 12 inputs, 12 neurons, 4 outputs; if `pruned`, only weights from even places to even places are left, a quarter.
fn wide(pruned: bool) -> String {
    let weight = |a: usize, b: usize| match pruned && (a % 2 == 1 || b % 2 == 1) {
        true => "0.0".to_owned(),
        false => format!(
            "{}0.{}",
            if (a * a + b).is_multiple_of(3) { "-" } else { "" },
            11 + (31 * a + 17 * b) % 80
        ),
    };
    let row = |b: usize| format!("[{}]", (0..12).map(|a| weight(a, b)).collect::<Vec<_>>().join(","));
    let layer = |outputs: usize| format!("[{}]", (0..outputs).map(row).collect::<Vec<_>>().join(","));
    format!("target=Explicit(layers:[{},{}])", layer(12), layer(4))
}

#[test]
fn a_quarter_of_the_weights_needs_less_than_half_of_the_neurons() {
    // Lemma 1 and Malach's bound by the same quantities for both.
    let same = ["tolerance=Weight(0.02)", "w_max=1.0", "norms=Unit", "f_max=1.0", EVERY, "mode=SkipAhead"];
    let [pruned, dense] = [true, false].map(|is_pruned| {
        let target = wide(is_pruned);
        let settings: Vec<&str> = std::iter::once(&*target).chain(same).collect();
        run_on(2, &settings)
    });
    assert_eq!(pruned.lanes().len(), Construction::all().len());
    for (pruned, dense) in pruned.lanes().iter().zip(dense.lanes()) {
        let name = pruned.plan().construction.id();
        let neurons = |lane: &slth::session::Lane| -> Count {
            lane.builders().iter().map(|builder| builder.tally().neurons()).sum()
        };
        let bound = |lane: &slth::session::Lane| -> Option<Count> {
            lane.plan().layers.iter().map(|layer| layer.neurons).sum()
        };
        // The bounds of blocks fall with the inputs, or with the weights; that of a layer has a logarithm beside them.
        assert!(pruned.is_complete() && dense.is_complete(), "{name}");
        let (ours, theirs) = (neurons(pruned), neurons(dense));
        assert!(ours.ratio(theirs).as_f64() < 0.75, "{name}: {ours} of {theirs} drawn");
        if let Some((ours, theirs)) = bound(pruned).zip(bound(dense)) {
            assert!(ours.ratio(theirs).as_f64() < 0.5, "{name}: {ours} of {theirs}");
        }
    }
}

#[test]
fn steps_and_threads_change_nothing() {
    for mode in ["mode=Drawn", "mode=SkipAhead"] {
        let settings = [PRUNED, TOLERANCE, EVERY, mode];
        let expected = outcome(&run_on(1, &settings));
        assert_eq!(outcome(&run_on(4, &settings)), expected);
        let mut stepped = session(&settings);
        for lane in 0..stepped.lanes().len() {
            let lane = stepped.lane_mut(lane);
            // Weights of 0 are done before the first neuron is drawn.
            let done: Vec<u64> = lane.builders().iter().map(|builder| builder.tally().weights_done).collect();
            assert_eq!((done, lane.builders().iter().all(|b| b.draws() == 0)), (vec![8, 5], true));
            for (step, times) in [(Step::Neuron, 40), (Step::Weight, 3), (Step::Layer, 1), (Step::All, 1)] {
                for _ in 0..times {
                    while !lane.advance(step, 7_919) {}
                }
            }
        }
        assert_eq!(outcome(&stepped), expected);
    }
}

/// Cut into parts, each of them written and read back.
#[test]
fn a_layer_goes_on_from_its_saved_state() {
    for mode in ["mode=Drawn", "mode=SkipAhead"] {
        let session = session(&[PRUNED, TOLERANCE, EVERY, mode]);
        for builder in session.lanes().iter().flat_map(|lane| lane.builders()) {
            let problem = builder.problem();
            let whole = built_to_its_end(problem);
            let (mut cut, mut part) = (builder.clone(), 1);
            while !cut.is_done() {
                cut.advance(part, Until::Neurons);
                part += part / 3 + 1;
                let bytes = postcard::to_stdvec(&cut.state()).unwrap();
                let state: LayerState<'_> = postcard::from_bytes(&bytes).unwrap();
                cut = LayerBuilder::resumed(problem.clone(), state).unwrap();
            }
            assert_eq!((cut.ticket(), cut.tally()), (whole.ticket(), whole.tally()));
        }
    }
}

fn built_to_its_end(problem: &LayerProblem) -> LayerBuilder {
    let mut builder = LayerBuilder::new(problem.clone());
    builder.advance(u64::MAX, Until::Neurons);
    builder
}

/// Without a weight other than 0 there is nothing to draw: in the first, a middle and the last layer.
#[test]
fn a_layer_of_zeros_is_done_before_it_begins() {
    let layers = ["[[0.6,-0.3],[0.2,0.5]]", "[[0.5,0.1],[-0.4,0.3]]", "[[0.4,-0.7]]"];
    let zeros = ["[[0.0,0.0],[0.0,-0.0]]", "[[0.0,0.0],[0.0,0.0]]", "[[0.0,-0.0]]"];
    for of_zeros in 0..3 {
        let mut layers = layers;
        layers[of_zeros] = zeros[of_zeros];
        let target = format!("target=Explicit(layers:[{}])", layers.join(","));
        for rule in ["epsilon=0.5", "tolerance=PerLayer", "tolerance=Weight(0.05)"] {
            let session = run_on(1, &[&target, rule, EVERY, "mode=SkipAhead"]);
            outcome(&session);
            for lane in session.lanes() {
                let name = lane.plan().construction.id();
                let builder = &lane.builders()[of_zeros];
                let plan = &lane.plan().layers[of_zeros];
                assert!(plan.neurons.is_none_or(|bound| bound == Count::ZERO), "{name}");
                assert!(builder.is_complete() && builder.ticket().is_empty(), "{name}");
                assert_eq!((builder.draws(), builder.tally().neurons()), (0, Count::ZERO), "{name}");
                assert_eq!(builder.neurons_needed(), Some(Count::ZERO), "{name}");
                let expected = lane.plan().expected_draws(session.experiment()).as_f64();
                assert!(expected.is_finite() && lane.certified().unwrap().is_finite(), "{name}: {expected}");
            }
        }
    }
}

/// 8 inputs, `zeros` of them without a weight other than 0, to 8 outputs, then to one.
fn outline(zeros: usize) -> Outline {
    let row = |b: usize| {
        let weight =
            |a: usize| if a < zeros { "0.0".to_owned() } else { format!("0.{}", 11 + 7 * a + 3 * b) };
        format!("[{}]", (0..8).map(weight).collect::<Vec<_>>().join(","))
    };
    let rows: Vec<String> = (0..8).map(row).collect();
    let target = format!("target=Explicit(layers:[[{}],[{}]])", rows.join(","), row(9).replace("0.0", "0.5"));
    // Lemma 1 by the same quantities, whatever the weights.
    experiment(&[&target, "tolerance=Weight(0.02)", "norms=Unit", "f_max=8.0", "w_max=1.0"]).outline().clone()
}

#[test]
fn every_bound_for_the_target_falls_with_the_share_of_zeros() {
    for construction in Construction::with_bounds() {
        let (method, mut last): (&dyn Method, Option<f64>) = (construction.method(), None);
        for zeros in 0..=8 {
            let outline = outline(zeros);
            let plan = outline.layers(construction)[0];
            let nonzero = 8 * (8 - zeros) as u64;
            assert_eq!((plan.weights, plan.nonzero_weights()), (64, nonzero));
            let task = plan.task(&outline.setup().target, 1);
            let draws = method.expected_draws(&task, slth::construction::Mode::Drawn).as_f64();
            assert!(draws.is_finite() && (draws > 0.0) == (zeros < 8), "{}: {draws}", construction.id());
            assert_eq!(method.expected_rows(&task) > 0.0, zeros < 8);
            // All targets of the class at once still have P_i weights.
            let all = plan.neurons_all_targets.map(Count::as_f64);
            assert_eq!(all, outline_of_dense(construction), "{}", construction.id());
            let Some(neurons) = plan.neurons.map(Count::as_f64) else { continue };
            assert!(last.is_none_or(|last| neurons < last), "{}, {zeros}: {neurons}", construction.id());
            assert_eq!(neurons == 0.0, zeros == 8);
            // Imagined: the same share at twice and at half the width, nothing where there is nothing.
            for n_max in [16, 4, 1] {
                let imagined = outline.with_width(n_max).layers(construction)[0];
                let share = (n_max * n_max * (8 - zeros)) as f64 / 8.0;
                let expected = if zeros == 8 { 0 } else { (share.round() as u64).max(1) };
                assert_eq!(imagined.nonzero_weights(), expected, "{n_max}");
                assert!(imagined.neurons.is_some_and(|bound| (bound > Count::ZERO) == (zeros < 8)));
            }
            let deep = outline.with_depth(3).layers(construction)[2];
            assert_eq!((deep.weights, deep.nonzero_weights()), (8, (8 - zeros) as u64));
            last = Some(neurons);
        }
    }
}

fn outline_of_dense(construction: Construction) -> Option<f64> {
    outline(0).layers(construction)[0].neurons_all_targets.map(Count::as_f64)
}

/// The per-layer rule counts weights other than 0 alone; the certificate, which measures ‖ΔW‖, agrees.
#[test]
fn tolerances_per_layer_widen_and_the_certificate_agrees() {
    let tolerances = |target: &str| {
        let settings = [target, "tolerance=PerLayer", "w_max=1.0", "norms=Unit"];
        experiment(&settings).outline().tolerances()
    };
    let (pruned, dense) = (tolerances(&wide(true)), tolerances(&wide(false)));
    assert!(pruned[0] > 1.9 * dense[0] && pruned[1] > 1.9 * dense[1], "{pruned:?}, {dense:?}");
    outcome(&run_on(2, &[PRUNED, "tolerance=PerLayer", EVERY, "mode=SkipAhead", "epsilon=0.1"]));
}

/// A bias of 0 is a weight of 0 to the constant input, like the row that carries the constant on.
#[test]
fn biases_of_zero_need_nothing() {
    let biased = |bias: &str| {
        let target =
            format!("target=Explicit(layers:[[[0.6,-0.3],[0.2,0.5]],[[0.4,-0.7]]],biases:[[{bias}],[0.25]])");
        let session = run_on(1, &[&target, "epsilon=0.5"]);
        outcome(&session);
        let layer = session.lanes()[0].plan().layers[0];
        (layer.weights, layer.nonzero_weights())
    };
    assert_eq!((biased("0.0,-0.2"), biased("0.0,-0.0"), biased("0.3,-0.2")), ((9, 6), (9, 5), (9, 7)));
}

/// The target with some weights set to 0, by bits.
fn pruned(case: &Case, bits: u64) -> Case {
    let mut bit = 0;
    let layers: Vec<Array2<f64>> = case
        .layers()
        .map(|layer| {
            case.target.weights(layer).mapv(|w| {
                bit += 1;
                let keeps = bits.rotate_left(7 * bit) & 1 == 1;
                if keeps { w } else { 0.0_f64.copysign(w) }
            })
        })
        .collect();
    let target = Network::new(layers, Activation::Relu, Activation::Relu).unwrap();
    Case { target: Arc::new(target), ..case.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() })]

    #[test]
    fn a_weight_of_zero_is_finished_from_the_start_and_demands_nothing(
        case in cases(vec![Activation::Relu], any_bound()),
        bits in prop_oneof![4 => any::<u64>(), 1 => Just(0_u64)],
        skip: bool,
    ) {
        let case = pruned(&case, bits);
        for layer in case.layers() {
            let weights = case.target.weights(layer);
            let zeros = weights.iter().filter(|&&w| w == 0.0).count();
            let mut builder = LayerBuilder::new(case.problem(layer, skip));
            prop_assert!(builder.finished_weights() >= zeros && builder.tally().weights_done >= zeros as u64);
            // One by one, as many at once, and half-way: the finished weights are each listed once.
            let many = built(case.problem(layer, skip));
            let half = many.draws() / 2;
            for until in [half, u64::MAX] {
                while builder.draws() < until && builder.advance(1, Until::Neurons) > 0 {}
                let mut seen = Array2::from_elem(weights.dim(), 0);
                builder.finished_from(0).for_each(|weight| seen[[weight.output, weight.input]] += 1);
                prop_assert_eq!(seen.sum(), builder.finished_weights());
                for ((output, input), &w) in weights.indexed_iter() {
                    let finished = builder.finished(input, output);
                    prop_assert_eq!(seen[[output, input]], usize::from(finished.is_some()));
                    if w == 0.0 {
                        let (state, sums) = builder.sums(input, output, finished.as_ref());
                        prop_assert_eq!(state, WeightState::Finished);
                        prop_assert!(sums.iter().all(|sum| sum.steps.is_empty() && sum.residual == 0.0));
                    }
                }
                let from: Vec<_> = builder.finished_from(1).collect();
                prop_assert_eq!(from.len() + 1, builder.finished_weights().max(1));
            }
            prop_assert_eq!(builder.ticket(), many.ticket());
            prop_assert_eq!(builder.tally(), many.tally());
            for path in builder.ticket().paths() {
                prop_assert!(weights[[path.output as usize, path.input as usize]] != 0.0);
            }
            for demand in builder.open_demands().1 {
                prop_assert!(weights[[demand.output as usize, demand.input as usize]] != 0.0);
            }
            let demands = builder.tally().quota.iter().flatten().copied().max().unwrap_or(0);
            prop_assert!(demands as usize <= weights.len() - zeros);
            if let Some(Existence::Missing(shortage)) = builder.existence().answer(NEVER) {
                let w = weights[[shortage.example.output as usize, shortage.example.input as usize]];
                prop_assert!(w != 0.0 && shortage.neurons < shortage.demands);
            }
        }
    }
}
