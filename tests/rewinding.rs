//! Rewinding: threads, steps and checkpoints give the same bits; what is pruned is 0, what is rewound is as it was; the
//! protocols in NumPy.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{Array1, Array2};
use slth::learning::rewinding::{RewindingLearner, TrainingLength};
use slth::learning::training::streams::{ORDER, normal, stream};
use slth::learning::training::{Parameters, order};
use slth::learning::{
    Arm, BiasRewind, Dataset, Examples, Learner, Optimiser, Protocol, Reach, Rewind, Rewinding, TicketWeights,
};
use slth::sampling::Side;

const CLASSES: usize = 4;
const FEATURES: usize = 12;
const WIDTHS: [usize; 4] = [FEATURES, 20, 10, CLASSES];
const SEED: u64 = 5;

/// Clouds around a centre for each class.
fn examples(number: usize, part: usize) -> Examples {
    let (centres, noise) = (stream(1, 90, 1, Side::In), stream(1, 90, 1 + part, Side::Out));
    let inputs = Array2::from_shape_fn((number, FEATURES), |(example, feature)| {
        let centre = normal(centres.row((example % CLASSES) as u64).word(feature as u64));
        (centre + 0.7 * normal(noise.row(example as u64).word(feature as u64))) as f32
    });
    Examples { inputs, labels: (0..number).map(|example| (example % CLASSES) as u32).collect() }
}

fn dataset() -> Arc<Dataset> {
    let [training, validation, test] =
        [(150, 1), (40, 2), (80, 3)].map(|(number, part)| examples(number, part));
    Arc::new(Dataset { training, validation, test, classes: CLASSES })
}

fn options() -> Rewinding {
    Rewinding { rounds: Some(4), steps: Some(20), batch: Some(30), ..Rewinding::default() }
}

fn learner(options: &Rewinding) -> RewindingLearner {
    RewindingLearner::new(options, &WIDTHS, SEED, &dataset()).unwrap()
}

fn finished(options: &Rewinding, threads: usize) -> RewindingLearner {
    let mut learner = learner(options);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    assert!(pool.install(|| learner.run(&|_| {}, &|| false)));
    learner
}

#[test]
fn widths_of_the_method_come_before_those_of_the_target() {
    let own = Rewinding { widths: Some(vec![FEATURES, 7, CLASSES]), ..options() };
    let learner = learner(&own);
    assert_eq!(learner.layer(1).shape, (7, FEATURES));
    assert_eq!(learner.rounds().len(), 0);
    let ticket = finished(&own, 1).ticket().unwrap();
    assert_eq!(ticket.widths, [FEATURES, 7, CLASSES]);
    assert_eq!(ticket.masks.layers[1].dim(), (CLASSES, 7));
}

fn networks(learner: &RewindingLearner, round: usize) -> (Parameters, Parameters) {
    match learner.ticket_of(round).unwrap().weights {
        TicketWeights::Trained { initial, trained } => (initial, trained),
        TicketWeights::Frozen { .. } => unreachable!(),
    }
}

#[test]
fn every_number_of_threads_and_every_step_gives_the_same_bits() {
    let whole = finished(&options(), 1);
    for threads in [2, 3] {
        assert_eq!(finished(&options(), threads).save(), whole.save());
    }
    for until in [Reach::Batch, Reach::Epoch, Reach::Round] {
        let mut stepped = learner(&options());
        while !stepped.is_done() {
            stepped.advance(until, u64::MAX, &|| false);
        }
        assert_eq!(stepped.save(), whole.save(), "{until:?}");
        assert_eq!(stepped.rounds(), whole.rounds(), "{until:?}");
    }
    let position = whole.position();
    assert_eq!((position.steps_done, position.steps), (260, 260));
    assert_eq!(
        whole.rounds()[0].arms.iter().map(|arm| arm.arm).collect::<Vec<_>>(),
        [Arm::Ticket, Arm::Dense]
    );
}

/// Every training is evaluated on a block of test examples, then on one of validation examples.
#[test]
fn evaluations_can_be_interrupted() {
    let whole = finished(&options(), 1);
    let mut learner = learner(&options());
    let mut interrupted = 0;
    while !learner.is_done() {
        let before = learner.position().steps_done;
        let reached = learner.advance(Reach::Batch, 1, &|| true);
        assert_eq!(reached, !learner.is_evaluating());
        interrupted += u32::from(!reached);
        let restored = {
            let mut restored = self::learner(&options());
            restored.restore(&learner.save()).unwrap();
            restored
        };
        assert_eq!((restored.position(), restored.rounds()), (learner.position(), learner.rounds()));
        assert!(reached || learner.position().steps_done == before + 1);
    }
    // One training in round 0, three in each of four others.
    assert_eq!(interrupted, 1 + 3 * 4);
    assert_eq!((learner.save(), learner.rounds()), (whole.save(), whole.rounds()));
}

#[test]
fn a_paused_run_goes_on_from_its_saved_state() {
    let whole = finished(&options(), 2).save();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    for pause in [3, 19, 77, 130, 201] {
        let mut paused = learner(&options());
        let steps = AtomicU64::new(0);
        let progress = |_| {
            steps.fetch_add(1, Ordering::Relaxed);
        };
        assert!(!pool.install(|| paused.run(&progress, &|| steps.load(Ordering::Relaxed) >= pause)));
        let mut restored = learner(&options());
        restored.restore(&paused.save()).unwrap();
        assert_eq!(restored.save(), paused.save());
        assert_eq!(restored.position(), paused.position());
        restored.advance(Reach::Round, u64::MAX, &|| false);
        restored.run(&|_| {}, &|| false);
        assert_eq!(restored.save(), whole, "paused at {pause}");
    }
}

#[test]
fn states_of_other_options_and_damaged_ones_are_refused_without_a_change() {
    let state = finished(&options(), 1).save();
    let mut other = learner(&Rewinding { rounds: Some(2), ..options() });
    let before = other.save();
    assert!(other.restore(&state).is_none());
    assert!(other.restore(&state[..state.len() - 1]).is_none());
    assert!(other.restore(&[]).is_none());
    assert_eq!(other.save(), before);
}

#[test]
fn pruned_weights_are_0_and_the_rest_returns_bit_for_bit() {
    let bits = |values: &Parameters| -> Vec<u32> {
        values.biases.iter().flatten().flatten().map(|bias| bias.to_bits()).collect()
    };
    for rewind in [Rewind::Init, Rewind::Step(7)] {
        let options = Rewinding { rewind: Some(rewind), protocol: Protocol::OpenLth, ..options() };
        let run = finished(&options, 2);
        let mut reference = learner(&options);
        let step = if let Rewind::Step(step) = rewind { step } else { 0 };
        reference.advance(Reach::End, step, &|| false);
        for round in 1..=4 {
            let ticket = run.ticket_of(round).unwrap();
            let (initial, trained) = networks(&run, round);
            for (layer, mask) in ticket.masks.layers.iter().enumerate() {
                let start = reference.layer(layer + 1).weights;
                for (((kept, start), initial), trained) in
                    mask.iter().zip(start).zip(&initial.weights[layer]).zip(&trained.weights[layer])
                {
                    let expected = if *kept { start.to_bits() } else { 0 };
                    assert_eq!(initial.to_bits(), expected);
                    assert!(*kept || trained.to_bits() == 0);
                }
            }
            assert_eq!(bits(&initial), bits(&networks(&run, 1).0), "round {round}");
        }
        let first = networks(&run, 0);
        assert_eq!(bits(&first.0) == bits(&networks(&run, 1).0), step == 0);
    }
    let once = finished(&Rewinding { protocol: Protocol::InPytorch, ..options() }, 1);
    assert_eq!(bits(&networks(&once, 1).0), bits(&networks(&once, 0).0));
    assert_eq!(bits(&networks(&once, 3).0), bits(&networks(&once, 2).1));
    let never = Rewinding { bias_rewind: Some(BiasRewind::Never), ..options() };
    let never = finished(&never, 1);
    assert_eq!(bits(&networks(&never, 1).0), bits(&networks(&never, 0).1));
}

#[test]
fn controls_have_the_tickets_numbers_of_weights() {
    let mut run = learner(&options());
    let mut seen = Vec::new();
    while !run.is_done() {
        let position = run.position();
        let ticket = run.ticket_of(position.round);
        if let Some(ticket) = ticket.filter(|_| position.round > 0 && position.arm != Arm::Ticket) {
            for (layer, mask) in ticket.masks.layers.iter().enumerate() {
                let found = run.layer(layer + 1);
                let same = found.mask.iter().eq(mask);
                assert_eq!(
                    found.mask.iter().filter(|kept| **kept).count(),
                    mask.iter().filter(|kept| **kept).count()
                );
                assert_eq!(same, position.arm == Arm::FreshWeights, "{position:?}, layer {layer}");
            }
            seen.push(position.arm);
        }
        run.advance(Reach::Epoch, u64::MAX, &|| false);
    }
    assert!(seen.contains(&Arm::FreshWeights) && seen.contains(&Arm::RandomMask));
}

#[test]
fn protocols_are_defaults_under_the_options_given() {
    let given = Rewinding { protocol: Protocol::OpenLth, batch: Some(7), ..Rewinding::default() }.resolved();
    assert_eq!((given.batch, given.length), (7, TrainingLength::Epochs(40)));
    assert_eq!(given.optimiser, Optimiser::Sgd { rate: 0.1, momentum: 0.0 });
    let adam = Rewinding {
        optimiser: Some(Optimiser::Adam(0.5)),
        protocol: Protocol::InPytorch,
        ..Rewinding::default()
    };
    assert_eq!(adam.resolved().dense_optimiser, Optimiser::Adam(0.5));
    let resolved = given.written(&Rewinding::default()).resolved();
    assert_eq!(resolved, given);
}

fn numpy_is_here() -> bool {
    let import = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

#[test]
fn every_protocol_takes_the_steps_of_its_numpy_reference() {
    if !numpy_is_here() {
        // Past the capture of the test harness.
        let _ = writeln!(std::io::stderr(), "skipped: python3 with numpy not found (rewinding)");
        return;
    }
    let dataset = dataset();
    for protocol in Protocol::ALL {
        let options = Rewinding {
            protocol,
            rounds: Some(3),
            steps: Some(3),
            batch: Some(30),
            controls: Some(Vec::new()),
            ..Rewinding::default()
        };
        let run = finished(&options, 1);
        let folder = tempfile::tempdir().unwrap();
        let path = |name: String| folder.path().join(format!("{name}.npy"));
        ndarray_npy::write_npy(path("train".into()), &dataset.training.inputs).unwrap();
        ndarray_npy::write_npy(path("labels".into()), &Array1::from(dataset.training.labels.clone()))
            .unwrap();
        for round in 0..=3 {
            let (initial, trained) = networks(&run, round);
            for (kind, network) in [("initial", initial), ("trained", trained)] {
                for (layer, (w, b)) in (1..).zip(network.weights.iter().zip(network.biases.iter().flatten()))
                {
                    ndarray_npy::write_npy(path(format!("{kind}{round}.w{layer}")), w).unwrap();
                    ndarray_npy::write_npy(path(format!("{kind}{round}.b{layer}")), b).unwrap();
                }
            }
            for (layer, mask) in (1..).zip(&run.ticket_of(round).unwrap().masks.layers) {
                ndarray_npy::write_npy(path(format!("mask{round}.{layer}")), mask).unwrap();
            }
            let seed = match round {
                0 => SEED,
                round => stream(SEED, ORDER, 1, Side::In).row(round as u64).word(0),
            };
            let order = Array1::from(order(seed, 0, dataset.training.len()));
            ndarray_npy::write_npy(path(format!("order{round}")), &order).unwrap();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rewinding_in_numpy.py");
        let options = serde_json::to_string(run.options()).unwrap();
        // -B: no __pycache__ beside the tests.
        let python =
            Command::new("python3").arg("-B").arg(script).arg(folder.path()).arg(options).output().unwrap();
        assert!(python.status.success(), "{protocol:?}: {}", String::from_utf8_lossy(&python.stderr));
    }
}
