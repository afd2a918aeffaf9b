//! Edge-popup on the handwritten digits' scale: stepping, threads, checkpoints, controls; its ticket and steps in NumPy.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{Array1, Array2};
use slth::learning::edge_popup::EdgePopupLearner;
use slth::learning::training::streams::{normal, stream};
use slth::learning::{Arm, Dataset, EdgePopup, Examples, FrozenWeights, Learner, Ranking, Reach, Schedule};
use slth::sampling::Side;

const CLASSES: usize = 4;
const FEATURES: usize = 12;
const WIDTHS: [usize; 4] = [FEATURES, 40, 30, CLASSES];

/// Clouds around a centre for each class; the last feature is constant.
fn examples(number: usize, place: usize) -> Examples {
    let centres = stream(1, 90, 1, Side::In);
    let noise = stream(1, 90, 1 + place, Side::Out);
    let class = |example: usize| example % CLASSES;
    let inputs = Array2::from_shape_fn((number, FEATURES), |(example, feature)| match feature + 1 {
        FEATURES => 0.3,
        _ => {
            let centre = normal(centres.row(class(example) as u64).word(feature as u64));
            (centre + 0.7 * normal(noise.row(example as u64).word(feature as u64))) as f32
        }
    });
    Examples { inputs, labels: (0..number).map(|example| class(example) as u32).collect() }
}

fn dataset(validation: usize) -> Arc<Dataset> {
    let parts = [(230, 1), (validation, 2), (200, 3)].map(|(number, place)| examples(number, place));
    let [training, validation, test] = parts;
    Arc::new(Dataset { training, validation, test, classes: CLASSES })
}

fn options() -> EdgePopup {
    EdgePopup { epochs: 6, batch: 50, ..EdgePopup::default() }
}

fn learner(options: &EdgePopup) -> EdgePopupLearner {
    EdgePopupLearner::new(options, &WIDTHS, &dataset(60), 11).unwrap()
}

fn never() -> bool {
    false
}

fn run_with(threads: usize) -> EdgePopupLearner {
    let mut learner = learner(&options());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    assert!(pool.install(|| learner.run(&|_| {}, &never)));
    learner
}

#[test]
fn every_number_of_threads_and_every_step_gives_the_same_bits() {
    let whole = run_with(1);
    assert_eq!(whole.rounds()[0].arms.len(), 5);
    for threads in [2, 3] {
        assert_eq!(run_with(threads).save(), whole.save());
    }
    for (until, budget) in [(Reach::Batch, 9), (Reach::Epoch, 3), (Reach::Round, 7), (Reach::End, u64::MAX)] {
        let mut stepped = learner(&options());
        while !stepped.is_done() {
            stepped.advance(until, budget, &never);
        }
        assert_eq!(stepped.save(), whole.save(), "{until:?}");
        assert_eq!(stepped.rounds(), whole.rounds());
        assert_eq!(stepped.ticket(), whole.ticket());
    }
}

#[test]
fn a_step_ends_where_it_says() {
    let mut learner = learner(&options());
    let place = |learner: &EdgePopupLearner| {
        let position = learner.position();
        (position.arm, position.epoch, position.batch, position.steps_done)
    };
    // 230 examples: five batches of 50 for the ticket, four of 60 for the dense network.
    assert_eq!((learner.position().steps, learner.position().batches), (6 * 5 + 6 * 4, 5));
    assert!(learner.advance(Reach::Batch, 10, &never));
    assert_eq!(place(&learner), (Arm::Ticket, 0, 1, 1));
    assert!(!learner.advance(Reach::Epoch, 3, &never));
    assert!(learner.advance(Reach::Epoch, 3, &never));
    assert_eq!(place(&learner), (Arm::Ticket, 1, 0, 5));
    assert!(!learner.advance(Reach::Round, 25, &never));
    assert_eq!(place(&learner), (Arm::Dense, 0, 0, 30));
    assert_eq!(learner.rounds()[0].arms.len(), 4);
    assert!(!learner.advance(Reach::End, u64::MAX, &|| true));
    assert!(learner.advance(Reach::Round, u64::MAX, &never));
    assert_eq!(place(&learner), (Arm::Dense, 5, 3, 54));
    assert!(learner.is_done() && learner.advance(Reach::Batch, 1, &never));
}

/// Paused after each batch, saved, restored into a new learner, and run on.
#[test]
fn a_paused_run_goes_on_from_a_saved_state() {
    let whole = run_with(2);
    let mut learner = learner(&options());
    let mut pauses = 0;
    while !learner.is_done() {
        let start = learner.position().steps_done;
        let computed = AtomicU64::new(start);
        let tell = |done| computed.store(done, Ordering::Relaxed);
        learner.run(&tell, &|| computed.load(Ordering::Relaxed) >= start + 7);
        assert!(learner.position().steps_done > start);
        let mut restored = self::learner(&options());
        assert_eq!(restored.restore(&learner.save()), Some(()));
        assert_eq!(restored.rounds(), learner.rounds());
        assert_eq!(restored.position(), learner.position());
        learner = restored;
        pauses += 1;
    }
    assert!(pauses > 3);
    assert_eq!((learner.save(), learner.rounds()), (whole.save(), whole.rounds()));
    assert_eq!(learner.ticket(), whole.ticket());
}

/// Four networks are evaluated after the ticket's last batch, each on two blocks of examples.
#[test]
fn an_evaluation_can_be_interrupted() {
    let whole = run_with(1);
    let mut learner = learner(&options());
    assert!(!learner.advance(Reach::End, 29, &never));
    let asked = AtomicU64::new(0);
    assert!(!learner.advance(Reach::Batch, 1, &|| asked.fetch_add(1, Ordering::Relaxed) > 0));
    let mut finished = vec![learner.rounds()[0].arms.len()];
    let over = loop {
        assert!(learner.is_evaluating() && !learner.is_done() && learner.position().steps_done == 30);
        let over = learner.advance(Reach::Batch, 1, &|| true);
        finished.push(learner.rounds()[0].arms.len());
        if !learner.is_evaluating() {
            break over;
        }
    };
    assert!(over, "the step ends with the last result");
    assert_eq!(finished, [0, 1, 1, 2, 2, 3, 3, 4]);
    learner.advance(Reach::End, u64::MAX, &never);
    assert_eq!((learner.save(), learner.rounds()), (whole.save(), whole.rounds()));
    assert_eq!(learner.ticket(), whole.ticket());
}

/// The outputs shown are those of the network named.
#[test]
fn outputs_are_those_of_the_network_under_training() {
    let mut learner = learner(&options());
    learner.advance(Reach::End, 30, &never);
    assert_eq!(learner.position().arm, Arm::Dense);
    let ticket = learner.ticket().unwrap();
    let shown = |learner: &EdgePopupLearner| {
        slth::learning::training::predictions(learner.outputs(0..usize::MAX).view())
    };
    assert_ne!(shown(&learner), *ticket.predictions, "the dense network is at its start");
    learner.advance(Reach::End, u64::MAX, &never);
    assert_eq!(shown(&learner), *ticket.predictions, "at the end the ticket");
}

#[test]
fn a_snapshot_goes_back() {
    let mut learner = learner(&options());
    learner.advance(Reach::Epoch, u64::MAX, &never);
    let snapshot = learner.snapshot();
    let (at, bytes) = (learner.position(), learner.save());
    learner.advance(Reach::End, 13, &never);
    let later = learner.save();
    let mut again = snapshot.snapshot();
    assert_eq!((again.position(), again.save()), (at, bytes));
    again.advance(Reach::End, 13, &never);
    assert_eq!(again.save(), later);
}

#[test]
fn damaged_states_are_refused_without_a_change() {
    let mut other = EdgePopupLearner::new(&options(), &[FEATURES, 8, CLASSES], &dataset(0), 11).unwrap();
    let mut learner = learner(&options());
    learner.advance(Reach::Batch, 1, &never);
    let state = learner.save();
    assert_eq!(other.restore(&state), None);
    for length in [0, 1, 100, state.len() - 1] {
        assert_eq!(learner.restore(&state[..length]), None);
    }
    assert_eq!(learner.save(), state);
}

/// The figures of the controls, as in the literature: only the mask learned on these very weights works.
#[test]
fn the_controls_tell_the_mask_from_chance() {
    let options = EdgePopup { epochs: 40, ..options() };
    let mut learner = learner(&options);
    learner.run(&|_| {}, &never);
    let round = &learner.rounds()[0];
    let share = |arm| round.arm(arm).unwrap().test.share();
    assert!(share(Arm::Ticket) > 0.9 && share(Arm::Dense) > 0.9, "{round:?}");
    for control in [Arm::ShuffledMask, Arm::FreshWeights, Arm::WholeNetwork] {
        assert!(share(control) < share(Arm::Ticket) - 0.2, "{control:?}");
    }
    let arms: Vec<Arm> = round.arms.iter().map(|result| result.arm).collect();
    assert_eq!(arms, [Arm::Ticket, Arm::ShuffledMask, Arm::FreshWeights, Arm::WholeNetwork, Arm::Dense]);
    assert!(round.layers.iter().all(|layer| layer.kept * 2 == layer.weights));
    // What the screens show is the ticket.
    let ticket = learner.ticket().unwrap();
    for layer in 1..WIDTHS.len() {
        let shown = learner.layer(layer);
        assert!(shown.mask.iter().eq(&ticket.masks.layers[layer - 1]));
        assert!(shown.mask.iter().zip(&shown.weights).all(|(kept, weight)| *kept == (*weight != 0.0)));
        let lowest = shown.values.iter().zip(&shown.mask).filter(|(_, kept)| **kept).map(|(s, _)| s.abs());
        assert_eq!(lowest.reduce(f32::min), shown.cut);
    }
    let outputs = learner.outputs(3..4).row(0).to_vec();
    let best = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    assert_eq!(outputs[ticket.predictions[3] as usize], best);
}

/// Accuracies of dense networks may agree by chance; losses do not.
#[test]
fn another_seed_starts_and_orders_the_dense_control_anew() {
    let dense = |seed, epochs| {
        let options = EdgePopup { epochs, ..options() };
        let mut learner = EdgePopupLearner::new(&options, &WIDTHS, &dataset(60), seed).unwrap();
        learner.run(&|_| {}, &never);
        let result = learner.rounds()[0].arm(Arm::Dense).unwrap().clone();
        (result.training_loss.unwrap(), result.curve.len())
    };
    let losses: Vec<f64> = (11..16).map(|seed| dense(seed, 3).0).collect();
    for (index, loss) in losses.iter().enumerate() {
        assert!(!losses[..index].contains(loss), "{losses:?}");
    }
    assert_eq!(dense(11, 3), (losses[0], 3));
}

#[test]
fn options_out_of_range_are_refused() {
    let refused = |options: EdgePopup, widths: &[usize]| {
        EdgePopupLearner::new(&options, widths, &dataset(0), 1).unwrap_err().to_string()
    };
    for keep in [0.0, 1.1, f64::NAN] {
        let expected = format!("edge-popup: keep: expected a share above 0 and at most 1, found {keep}");
        assert_eq!(refused(EdgePopup { keep, ..options() }, &WIDTHS), expected);
    }
    let batch = EdgePopup { batch: 0, ..options() };
    assert_eq!(refused(batch, &WIDTHS), "edge-popup: batch: expected a whole number of at least 1, found 0");
    assert_eq!(
        refused(options(), &[12, 0, 4]),
        "edge-popup: widths: expected at least 1 neuron in each layer, found [12, 0, 4]"
    );
    assert_eq!(
        refused(options(), &[13, 4]),
        "edge-popup: widths: expected 12 inputs, as the data have features, found [13, 4]"
    );
    let widths = EdgePopup { widths: Some(vec![FEATURES, 3]), ..options() };
    assert_eq!(
        refused(widths, &WIDTHS),
        "edge-popup: widths: expected 4 outputs, as the data have classes, found [12, 3]"
    );
}

fn numpy_is_here() -> bool {
    let import = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

/// Has the ticket, and the scores after some steps, computed again by `edge_popup_in_numpy.py`.
fn check_in_numpy(options: &EdgePopup, steps: u64) {
    let dataset = dataset(0);
    let mut learner = EdgePopupLearner::new(options, &WIDTHS, &dataset, u64::MAX - 5).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    learner.advance(Reach::End, steps, &never);
    for layer in 1..WIDTHS.len() {
        ndarray_npy::write_npy(path(&format!("scores{layer}.npy")), &learner.scores()[layer - 1]).unwrap();
    }
    learner.run(&|_| {}, &never);
    let ticket = learner.ticket().unwrap();
    for (layer, mask) in ticket.masks.layers.iter().enumerate() {
        ndarray_npy::write_npy(path(&format!("mask{}.npy", layer + 1)), mask).unwrap();
    }
    let predictions = Array1::from(ticket.predictions.to_vec());
    ndarray_npy::write_npy(path("predictions.npy"), &predictions).unwrap();
    for (name, part) in [("train", &dataset.training), ("test", &dataset.test)] {
        ndarray_npy::write_npy(path(&format!("{name}.npy")), &part.inputs).unwrap();
    }
    let labels = Array1::from(dataset.training.labels.clone());
    ndarray_npy::write_npy(path("labels.npy"), &labels).unwrap();
    let EdgePopup { keep, epochs, batch, rate, momentum, decay, .. } = options;
    let arguments = [
        ticket.seed.to_string(),
        format!("{:?}", options.weights),
        if options.scaled { keep.to_string() } else { "1".to_owned() },
        options.standardised.to_string(),
        format!("{:?}", options.ranking),
        format!("{keep} {epochs} {batch} {rate} {momentum} {decay} {steps}"),
    ];
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edge_popup_in_numpy.py");
    // -B: no __pycache__ beside the tests.
    let python =
        Command::new("python3").arg("-B").arg(script).arg(folder.path()).args(arguments).output().unwrap();
    assert!(python.status.success(), "{options:?}: {}", String::from_utf8_lossy(&python.stderr));
}

#[test]
fn numpy_replays_the_ticket_and_the_first_steps() {
    if !numpy_is_here() {
        // Past the capture of the test harness.
        let _ = writeln!(std::io::stderr(), "skipped: python3 with numpy not found (edge_popup)");
        return;
    }
    check_in_numpy(&options(), 1);
    check_in_numpy(&EdgePopup { keep: 0.3, scaled: true, standardised: true, ..options() }, 7);
    let value = EdgePopup { weights: FrozenWeights::Normal, ranking: Ranking::Value, ..options() };
    check_in_numpy(&EdgePopup { keep: 0.7, schedule: Schedule::Cosine, ..value }, 3);
}
