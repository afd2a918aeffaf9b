//! The steps of assembling a weight, against the tickets and their measurements.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use slth::construction::{Fate, Half, LayerBuilder, Sum, SumStep, WeightState, WeightSum, residuals};
use slth::exact::DoubleDouble;
use slth::experiment::Experiment;
use slth::session::{Command, ErrorMap, Phase, Session, Step, WeightView, Worker};

const SMALL: &str = "target=Random(widths:[5,4,3],weight_bound:0.5,spectral_norm:1.0,seed:3)";

const CONSTRUCTIONS: [&str; 10] = [
    "Hyperbolic(allocation:InOrder)",
    "Hyperbolic(allocation:FirstFit)",
    "Hyperbolic(allocation:OnDemand)",
    "SharedGolden",
    "Corollary10",
    "Malach",
    "ProductPair",
    "WholeNeuron",
    "UniformSubSums",
    "SubsetSum",
];

fn session(construction: &str) -> Session {
    let constructions = format!("constructions=[{construction}]");
    let settings = [SMALL, &constructions, "epsilon=0.5", "skip_dead_halves=true"].map(String::from);
    Session::new(Experiment::load("tiny", Some(7), &settings).unwrap()).unwrap()
}

fn weights(builder: &LayerBuilder) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (outputs, inputs) = builder.problem().target.weights(builder.problem().layer).dim();
    (0..outputs).flat_map(move |output| (0..inputs).map(move |input| (input, output)))
}

fn sums(builder: &LayerBuilder, (input, output): (usize, usize)) -> (WeightState, Vec<WeightSum>) {
    builder.sums(input, output, builder.finished(input, output).as_ref())
}

fn target(builder: &LayerBuilder, (input, output): (usize, usize)) -> f64 {
    builder.problem().target.weights(builder.problem().layer)[[output, input]]
}

/// w* − ŵ of a half, straight from the rows of the ticket.
fn measured(builder: &LayerBuilder, (input, output): (usize, usize), half: Half) -> f64 {
    let ends = (input as u32, output as u32);
    let paths = builder.ticket().paths().filter(|path| (path.input, path.output) == ends);
    let whole = builder.problem().sum == Sum::Neuron;
    residuals(target(builder, (input, output)), paths, whole)[half as usize]
}

#[test]
fn a_finished_sum_is_what_was_measured() {
    for construction in CONSTRUCTIONS {
        let mut session = session(construction);
        session.run(&|_| {});
        let lane = &session.lanes()[0];
        for (builder, check) in lane.builders().iter().zip(lane.checks()) {
            let check = check.as_ref().unwrap();
            let mut largest = [None, None];
            for weight in weights(builder) {
                let (state, sums) = sums(builder, weight);
                assert_eq!(state, WeightState::Finished);
                for sum in &sums {
                    assert!(sum.is_complete(), "{construction}: {sum:?}");
                    let halves = sum.half.map_or(Half::BOTH.to_vec(), |half| vec![half]);
                    for half in halves {
                        let error = measured(builder, weight, half).abs();
                        assert_eq!(sum.residual.abs(), error, "{construction} {weight:?} {half:?}");
                        let most = largest[half as usize].unwrap_or(0.0);
                        largest[half as usize] = Some(error.max(most));
                    }
                    follow(builder, weight, sum);
                }
            }
            assert_eq!(largest, check.max_error, "{construction}, layer {}", check.layer);
        }
    }
}

/// The steps follow each other from |w*| to the residual, and add up to ŵ.
fn follow(builder: &LayerBuilder, weight: (usize, usize), sum: &WeightSum) {
    let w = target(builder, weight);
    let mut residual = w.abs();
    let (mut value, mut magnitudes) = (DoubleDouble::ZERO, w.abs());
    for step in &sum.steps {
        assert_eq!(step.before, Some(residual));
        residual = step.after.unwrap();
        if step.fate != Fate::Taken {
            assert_eq!((step.before, step.path), (step.after, None));
        }
        let Some(path) = step.path else { continue };
        assert!(sum.half.is_none_or(|half| Half::of(path.z_in) == half));
        value += path.exact_product();
        magnitudes += path.product().abs();
        if step.bucket.is_some() {
            assert!(path.product().signum() == w.signum());
        }
    }
    let value = value.nearest();
    assert_eq!((residual, value), (sum.residual, sum.value));
    // A rounding of either sum is half an ulp of at most all magnitudes together.
    let rounding = (sum.steps.len() + 1) as f64 * f64::EPSILON * magnitudes;
    assert!(((w - value).abs() - residual.abs()).abs() <= rounding);
    if builder.problem().sum == Sum::Golden {
        lemma_9(builder, &sum.steps);
    }
}

/// A piece is taken exactly if the residual reaches the threshold, it comes from its bucket, and 0 ≤ r ≤ γ^u·w_max holds after
/// bucket u = 1…k.
fn lemma_9(builder: &LayerBuilder, steps: &[SumStep]) {
    let ranges = builder.problem().ranges;
    let slack = 1e-14 * ranges.w_max;
    assert_eq!(steps.len(), ranges.levels);
    for (step, u) in steps.iter().zip(1_i32..) {
        let (bucket, threshold) = step.bucket.unwrap();
        assert_eq!(bucket, u as u32);
        assert!((threshold / (ranges.gamma.powi(u) * ranges.w_max) - 1.0).abs() < 1e-12);
        let (before, after) = (step.before.unwrap(), step.after.unwrap());
        assert_eq!(step.fate == Fate::Taken, before >= threshold);
        assert!(after >= 0.0 && after <= threshold + slack, "{after} after bucket {u}, {threshold}");
        if let Some(path) = step.path {
            let piece = path.product().abs();
            assert!(piece <= threshold && piece > threshold * ranges.gamma * (1.0 - 1e-12));
        }
    }
}

/// Decided steps of an unfinished weight stay until it is finished, and afterwards.
#[test]
fn what_is_known_of_a_weight_stays() {
    for construction in CONSTRUCTIONS {
        let mut whole = session(construction);
        whole.run(&|_| {});
        let ends = whole.lanes()[0].builders();
        let draws: u64 = ends.iter().map(LayerBuilder::draws).sum();
        let mut session = session(construction);
        let (mut known, mut waiting) = (0, 0);
        while matches!(session.lanes()[0].phase(), Phase::Building(_)) {
            session.lane_mut(0).advance(Step::All, (draws / 60).max(1));
            for (builder, end) in session.lanes()[0].builders().iter().zip(ends) {
                for weight in weights(builder) {
                    let (state, now) = sums(builder, weight);
                    let (_, last) = sums(end, weight);
                    match state {
                        WeightState::Finished => assert_eq!(now, last, "{construction} {weight:?}"),
                        WeightState::Waiting => {
                            waiting += 1;
                            assert!(now.iter().all(|sum| sum.steps.iter().all(|step| step.path.is_none())));
                        }
                        WeightState::UnderWay => {
                            known += now.iter().zip(&last).map(|(now, last)| agree(now, last)).sum::<usize>();
                        }
                    }
                }
            }
        }
        assert!(waiting > 0, "{construction}");
        // A whole neuron is found at once, and so is a weight found by skipping ahead.
        let at_once = ["WholeNeuron", "Malach", "ProductPair"].contains(&construction);
        assert!(known > 0 || at_once, "{construction}");
    }
}

/// How many pieces of an unfinished sum are taken; the finished sum takes all of them.
fn agree(now: &WeightSum, end: &WeightSum) -> usize {
    let golden = now.steps.first().is_some_and(|step| step.bucket.is_some());
    let undecided = now.steps.iter().position(|step| matches!(step.fate, Fate::Missing | Fate::Open));
    let decided = &now.steps[..undecided.unwrap_or(now.steps.len())];
    let taken = |steps: &[SumStep]| -> Vec<SumStep> {
        steps.iter().filter(|step| step.fate == Fate::Taken).copied().collect()
    };
    if golden {
        for (now, end) in decided.iter().zip(&end.steps) {
            assert_eq!(
                (now.bucket, now.before, now.fate, now.after),
                (end.bucket, end.before, end.fate, end.after)
            );
        }
        let rest = &now.steps[decided.len()..];
        assert!(rest.iter().skip(1).all(|step| step.fate == Fate::Open && step.before.is_none()));
        assert_eq!(rest.first().map(|step| step.fate), (!rest.is_empty()).then_some(Fate::Missing));
        assert_eq!(taken(decided), taken(&end.steps[..decided.len()]));
    } else if undecided.is_none() {
        assert_eq!(taken(decided), taken(&end.steps));
    }
    taken(decided).len()
}

#[test]
fn a_weight_without_all_its_pieces_says_which_are_missing() {
    // One weight, few buckets and δ near 1: about one seed in a thousand leaves a bucket empty, this one does.
    let settings = ["target=Explicit(layers:[[[0.5]]])", "epsilon=0.9", "delta=0.999", "base=1.618"];
    let settings = settings.map(String::from);
    let mut session = Session::new(Experiment::load("tiny", Some(919), &settings).unwrap()).unwrap();
    session.run(&|_| {});
    let builder = &session.lanes()[0].builders()[0];
    let (state, sums) = sums(builder, (0, 0));
    assert_eq!(state, WeightState::Finished);
    let errors = session.lanes()[0].checks()[0].as_ref().unwrap().max_error;
    assert_eq!([0, 1].map(|half| Some(sums[half].residual)), errors);
    // An open demand without a use in the sum is no loss.
    let open: Vec<_> = builder.open_demands().1.iter().map(|open| (Some(open.half), open.bucket)).collect();
    let missing = sums.iter().flat_map(|sum| {
        let missing = sum.steps.iter().filter(|step| step.fate == Fate::Missing);
        missing.map(|step| (sum.half, step.bucket.unwrap().0))
    });
    let missing: Vec<_> = missing.collect();
    assert!(
        !open.is_empty() && missing.iter().all(|demand| open.contains(demand)),
        "{missing:?} of {open:?}"
    );
    assert_eq!(sums.iter().all(WeightSum::is_complete), missing.is_empty());
}

/// A worker after these commands.
fn watched(construction: &str, commands: Vec<Command>) -> Arc<WeightView> {
    let mut worker = Worker::spawn(session(construction));
    for command in commands {
        worker.send(command);
        let started = Instant::now();
        while !worker.is_at_rest(&worker.latest()) {
            assert!(started.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    worker.latest().weight.clone().unwrap()
}

fn cells(errors: &ErrorMap) -> Vec<Option<f32>> {
    let (outputs, inputs) = errors.dim();
    let cell = |b: usize, a: usize| errors.largest(b..b + 1, a..a + 1);
    (0..outputs).flat_map(|b| (0..inputs).map(move |a| cell(b, a))).collect()
}

/// The error map grown with the layer equals the map made at its end, and holds the errors of the sums.
#[test]
fn the_map_of_errors_does_not_depend_on_when_it_is_looked_at() {
    for construction in CONSTRUCTIONS {
        for steps in [1, 3, 8, 21] {
            let look = || Command::WatchWeight(Some((2, 1)));
            let step = |_| Command::Step(Step::Weight, vec![0]);
            let early = watched(construction, [look()].into_iter().chain((0..steps).map(step)).collect());
            let late = watched(construction, (0..steps).map(step).chain([look()]).collect());
            assert_eq!((early.layer, &early.sums, early.state), (late.layer, &late.sums, late.state));
            let (a, b) = (&early.errors, &late.errors);
            assert_eq!(cells(a), cells(b), "{construction} after {steps}");
            assert_eq!(
                (a.worst(), a.finished_last(), a.finished()),
                (b.worst(), b.finished_last(), b.finished())
            );
        }
        let view = Command::View { lane: 0, layer: Some(1) };
        let all = Command::Step(Step::All, vec![0]);
        let done = watched(construction, vec![Command::WatchWeight(Some((0, 0))), all, view]);
        let mut session = session(construction);
        session.run(&|_| {});
        let (builder, check) = (&session.lanes()[0].builders()[0], session.lanes()[0].checks()[0]);
        let errors: Vec<f64> = weights(builder)
            .map(|weight| sums(builder, weight).1.iter().map(|sum| sum.residual.abs()).fold(0.0, f64::max))
            .map(|error| error / done.tolerance)
            .collect();
        for (cell, error) in cells(&done.errors).into_iter().zip(&errors) {
            let cell = cell.unwrap();
            assert!(f64::from(cell) >= *error && f64::from(cell.next_down()) < *error, "{cell} for {error}");
        }
        let largest = check.unwrap().largest_error() / done.tolerance;
        assert_eq!(done.errors.worst().unwrap().2, largest, "{construction}");
        assert_eq!(done.errors.largest(0..4, 0..5).map(f64::from).map(|cell| cell >= largest), Some(true));
    }
}

/// While weights are completed many times a second, each one that is shown stays long enough to be read.
#[test]
fn the_latest_weight_stays_for_a_while() {
    let mut worker = Worker::spawn(Session::new(Experiment::load("digits", None, &[]).unwrap()).unwrap());
    worker.send(Command::WatchLatestWeight);
    worker.send(Command::Run(vec![0]));
    let (started, mut seen, mut last) = (Instant::now(), Vec::new(), 0);
    while started.elapsed() < Duration::from_millis(1500) {
        let snapshot = worker.latest();
        if let Some(view) = snapshot.weight.as_ref().filter(|_| snapshot.lane().weights_done() > 0) {
            let weight = (view.layer, view.output, view.input);
            if seen.last() != Some(&weight) {
                seen.push(weight);
            }
            last = view.errors.finished();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(last > 5 && seen.len() <= 2 + started.elapsed().as_secs() as usize, "{seen:?} of {last}");
    // At rest it is the latest again.
    worker.send(Command::Pause);
    while !worker.is_at_rest(&worker.latest()) {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(worker.latest().weight.as_ref().unwrap().is_latest());
}
