//! A worker with lanes of both kinds, and the views of a learned one.

use super::*;
use crate::session::learned::view::ScoreView;
use crate::session::{Activity, Command, LONG_RUN, RunState, Snapshot, Speed, Step, Worker};

/// Sends a command and waits for rest.
fn send(worker: &mut Worker, command: Command) -> Arc<Snapshot> {
    worker.send(command);
    while !worker.is_at_rest(&worker.latest()) {
        std::thread::yield_now();
    }
    let latest = worker.latest();
    assert_eq!(latest.activity, Activity::Paused);
    latest
}

fn places(snapshot: &Snapshot) -> Vec<u64> {
    snapshot.learned.iter().map(|lane| lane.position.steps_done).collect()
}

#[test]
fn commands_reach_lanes_of_both_kinds_by_their_numbers() {
    let mut worker = Worker::spawn(session());
    let first = worker.latest();
    assert_eq!(first.learned.iter().map(|lane| lane.lane).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((first.shown_learned, first.state()), (None, RunState::Paused { done: 0, lanes: 3 }));
    let stepped = send(&mut worker, Command::Step(Step::Weight, vec![0, 2]));
    assert_eq!((stepped.lane().weights_done(), places(&stepped)), (1, vec![0, 3]));
    let stepped = send(&mut worker, Command::Step(Step::Layer, vec![1, 2]));
    assert_eq!(places(&stepped), [16, 16]);
    let stepped = send(&mut worker, Command::Back(Step::Neuron, vec![0, 1]));
    assert_eq!(places(&stepped), [15, 16]);
    let done = send(&mut worker, Command::Step(Step::All, vec![0, 1, 9]));
    assert_eq!((places(&done), done.state()), (vec![48, 16], RunState::Paused { done: 2, lanes: 3 }));
    while worker.latest().speed != Speed::FlatOut {
        worker.send(Command::ChangeSpeed { faster: true });
        std::thread::yield_now();
    }
    let done = send(&mut worker, Command::Run(vec![0, 1, 2]));
    assert_eq!(done.state(), RunState::Done { holding: 1, not_completed: 0, lanes: 1 });
    assert_eq!(done.learned[1].rounds.len(), ROUNDS);
    assert!(done.learned.iter().all(|lane| lane.rounds.iter().all(|round| round.arms.len() == 2)));
    let over = send(&mut worker, Command::Restart);
    assert_eq!((places(&over), over.run), (vec![0, 0], 1));
    send(&mut worker, Command::View { lane: 2, layer: None });
    let loaded = send(
        &mut worker,
        Command::Load(Box::new(Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap())),
    );
    assert_eq!((loaded.learned.len(), loaded.shown_learned), (0, None));
}

/// A run at a speed computes about as many batches as it lasts seconds times the speed.
#[test]
fn a_batch_counts_as_a_neuron_at_a_chosen_speed() {
    let mut worker = Worker::spawn(session());
    while worker.latest().speed != Speed::PerSecond(1) {
        worker.send(Command::ChangeSpeed { faster: false });
        std::thread::yield_now();
    }
    worker.send(Command::ChangeSpeed { faster: true });
    worker.send(Command::ChangeSpeed { faster: true });
    worker.send(Command::ChangeSpeed { faster: true });
    worker.send(Command::Run(vec![1]));
    let started = std::time::Instant::now();
    while places(&worker.latest())[0] < 5 {
        std::thread::yield_now();
    }
    assert!(
        started.elapsed().as_secs_f64() >= 0.4,
        "10 batches a second: the fifth is due after half a second"
    );
    let paused = send(&mut worker, Command::Pause);
    assert!(places(&paused)[0] < 48);
}

#[test]
fn comparing_constructions_leaves_the_learned_lane_on_view() {
    let mut worker = Worker::spawn(session());
    let viewed = send(&mut worker, Command::View { lane: 2, layer: None });
    assert_eq!((viewed.shown_learned, viewed.shown), (Some(1), 0));
    send(&mut worker, Command::Step(Step::Neuron, vec![2]));
    let other = crate::experiment::Construction::SubsetSum;
    assert!(viewed.lanes.iter().all(|lane| lane.construction != other));
    let compared = send(&mut worker, Command::Compare(vec![other]));
    assert_eq!((compared.lanes.len(), compared.shown_learned, places(&compared)), (2, Some(1), vec![0, 1]));
    assert_eq!(compared.learned_lane().unwrap().lane, 3);
    let stepped = send(&mut worker, Command::Step(Step::Neuron, vec![3]));
    assert_eq!(places(&stepped), [0, 2]);
}

#[test]
fn the_watched_weight_has_the_past_of_its_arm() {
    let (states, mut worker) = (run_through(), Worker::spawn(session()));
    send(&mut worker, Command::View { lane: 1, layer: Some(2) });
    send(&mut worker, Command::WatchWeight(Some((99, 1))));
    let shown = send(&mut worker, Command::Step(Step::Layer, vec![1]));
    for _ in 0..4 {
        send(&mut worker, Command::Step(Step::Neuron, vec![1]));
    }
    let latest = worker.latest();
    assert!(latest.weight.is_none(), "of the construction behind the learned lane");
    let weight = latest.learned_weight.as_ref().unwrap();
    assert_eq!((weight.layer, weight.output, weight.input), (2, 2, 1), "the nearest one");
    // Epochs start after 0, 3 and 6 batches of a training; the second training is a control.
    let steps: Vec<u64> = weight.history.iter().map(|(step, ..)| *step).collect();
    assert_eq!(steps, [0, 3, 6, 16, 19, 20]);
    let mut learner = Chaos::new();
    for (step, value, cut) in &weight.history {
        while learner.done < *step {
            learner.batch();
        }
        assert_eq!((*value, *cut), (learner.values[1][9], learner.cuts.map(|cuts| cuts[1])));
    }
    assert_eq!((weight.value, weight.weight), (learner.values[1][9], -learner.values[1][9]));
    assert_eq!(weight.kept, learner.masks[1][9]);
    assert!(shown.learned_lane().unwrap().layer.as_ref().unwrap().layer == 2);
    // Back in the first round, nothing of the second is past.
    let back = send(&mut worker, Command::Back(Step::Layer, vec![1]));
    assert_eq!(places(&back)[0], 16);
    let back = send(&mut worker, Command::Back(Step::Layer, vec![1]));
    assert_eq!(back.learned_weight.as_ref().unwrap().history.len(), 1);
    assert_eq!(states[0].1, back.learned_lane().unwrap().position);
    let gone = send(&mut worker, Command::View { lane: 0, layer: None });
    assert!(gone.learned_weight.is_none() && gone.weight.is_some());
}

#[test]
fn outputs_come_with_the_confusion_matrix_of_the_same_network() {
    let mut worker = Worker::spawn(session());
    send(&mut worker, Command::View { lane: 2, layer: None });
    let mut learner = Chaos::new();
    for example in [0, 4, 99] {
        send(&mut worker, Command::Step(Step::Neuron, vec![2]));
        learner.batch();
        let latest = send(&mut worker, Command::WatchOutput(Some(example)));
        let output = latest.learned_output.as_ref().unwrap();
        let example = example.min(EXAMPLES - 1);
        let (test, predictions) = (dataset().test, predictions(learner.outputs(0..EXAMPLES).view()));
        assert_eq!((output.example, output.examples), (example, EXAMPLES));
        assert_eq!((output.label, output.prediction), (test.labels[example], predictions[example]));
        assert_eq!(
            (&output.outputs, &output.input),
            (&learner.outputs(example..example + 1).row(0).to_vec(), &test.inputs.row(example).to_vec())
        );
        let highest = output.probabilities.iter().copied().fold(0.0, f64::max);
        assert!((output.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(output.probabilities[output.prediction as usize], highest);
        let mut confusion = vec![vec![0; 3]; 3];
        for (label, prediction) in test.labels.iter().zip(&predictions) {
            confusion[*label as usize][*prediction as usize] += 1;
        }
        assert_eq!(output.confusion, confusion);
        assert_eq!(output.accuracy, Accuracy::of(&predictions, &test.labels).share());
    }
    assert!(send(&mut worker, Command::WatchOutput(None)).learned_output.is_none());
}

#[test]
fn a_long_learned_run_is_at_stake() {
    let mut snapshot = (*Worker::spawn(session()).latest()).clone();
    assert_eq!(snapshot.stake(), None);
    snapshot.learned[1].elapsed = LONG_RUN * 2;
    snapshot.learned[1].position.steps_done = 7;
    let stake = snapshot.stake().unwrap();
    assert_eq!((stake.elapsed, stake.batches, stake.done, stake.lanes), (LONG_RUN * 2, 7, 0, 3));
}

#[test]
fn a_histogram_counts_every_finite_value_once_between_fixed_edges() {
    let layer = |quantity, values: Vec<f32>| ScoreLayer {
        layer: 1,
        shape: (1, values.len()),
        quantity,
        weights: values.clone(),
        mask: values.iter().map(|value| *value > 0.25).collect(),
        values,
        cut: Some(0.25),
    };
    let values: Vec<f32> = (-50..=50).map(|i| i as f32 * 0.01).collect();
    let view = ScoreView::new(layer(Quantity::Score, values), 3);
    assert_eq!(view.range, (-0.75, 0.75));
    assert_eq!((view.weights(), view.kept, view.layers), (101, 25, 3));
    let sum = |of: fn(&(u64, u64)) -> u64| view.bins.iter().map(of).sum::<u64>();
    assert_eq!((sum(|bin| bin.0), sum(|bin| bin.1)), (25, 76));
    // Left of the cut nothing is kept, right of it everything.
    let at = |value: f32| ((value + 0.75) / 1.5 * view.bins.len() as f32) as usize;
    assert!(view.bins[..at(0.25)].iter().all(|bin| bin.0 == 0));
    assert!(view.bins[at(0.26)..].iter().all(|bin| bin.1 == 0));
    let odd = vec![f32::NAN, f32::INFINITY, 0.0, f32::MAX, f32::MIN_POSITIVE / 2.0];
    let view = ScoreView::new(layer(Quantity::WeightMagnitude, odd), 1);
    assert_eq!(view.range.0, 0.0);
    assert_eq!(view.bins.iter().map(|bin| bin.0 + bin.1).sum::<u64>(), 3);
    for values in [vec![0.0; 4], Vec::new(), vec![1.0], vec![0.999]] {
        let view = ScoreView::new(layer(Quantity::ScoreMagnitude, values.clone()), 1);
        assert!(view.range.1 > 0.0 && values.iter().all(|value| *value < view.range.1), "{values:?}");
        assert_eq!(view.bins.iter().map(|bin| bin.0 + bin.1).sum::<u64>(), values.len() as u64);
    }
}
