//! The learners of the product in a session: edge-popup and rewinding on the digits, small networks, few batches.

use super::*;
use crate::network::NEVER;
use crate::session::Step;

/// 24 batches of 60 an epoch, the last one smaller; 12 of 128.
fn session() -> Session {
    let learned = "learned=[EdgePopup(keep: 0.5, widths: [64, 12, 10], epochs: 3), \
                   Rewinding(widths: [64, 12, 10], rounds: 2, steps: 40)]";
    Session::new(Experiment::load("digits-learned", None, &[learned.to_owned()]).unwrap()).unwrap()
}

fn step(lane: &mut LearnedLane, step: Step, budget: u64) {
    while !lane.advance_until(step, budget, NEVER) {}
}

/// All of a learner, and what screens see of it.
fn state_of(lane: &LearnedLane) -> (Vec<u8>, Position, Vec<Round>, Vec<f32>) {
    let learner = lane.learner();
    (learner.save(), learner.position(), learner.rounds().to_vec(), learner.layer(1).values)
}

#[test]
fn runs_on_any_number_of_threads_and_steps_of_any_kind_give_the_same_bits() {
    let new = session();
    for number in 0..2 {
        let mut run = new.learned()[number].clone();
        assert!(run.run(&|_| {}, NEVER));
        let end = state_of(&run);
        for (kind, budget) in [(Step::Neuron, 1), (Step::Weight, 5), (Step::Layer, 1000), (Step::All, 7)] {
            let mut stepped = new.learned()[number].clone();
            while !stepped.is_done() {
                step(&mut stepped, kind, budget);
            }
            assert!(state_of(&stepped) == end, "{} {kind:?}", stepped.method().name());
        }
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut other = new.learned()[number].clone();
            // With a pause at every look.
            while !pool.install(|| other.run(&|_| {}, &|| true)) {}
            assert!(state_of(&other) == end, "{} {threads} threads", other.method().name());
        }
    }
}

#[test]
fn a_step_back_and_forward_over_borders_gives_the_same_bits() {
    let new = session();
    for number in 0..2 {
        let mut lane = new.learned()[number].clone();
        // Before, at and after each border of epochs, arms and rounds.
        while !lane.is_done() {
            let here = state_of(&lane);
            for kind in [Step::Neuron, Step::Weight, Step::Layer, Step::All] {
                let mut away = lane.clone();
                step(&mut away, kind, 9);
                let there = state_of(&away);
                away.take_back(Step::Neuron);
                while !away.replay(5, NEVER) {}
                assert_eq!(away.learner().position().steps_done + 1, there.1.steps_done);
                step(&mut away, Step::Neuron, 1);
                assert!(state_of(&away) == there, "{kind:?} from {:?}, a batch back and forth", here.1);
                let starts = match kind {
                    Step::Neuron => true,
                    Step::Weight => here.1.batch == 0,
                    Step::Layer => (here.1.arm, here.1.epoch, here.1.batch) == (Arm::Ticket, 0, 0),
                    Step::All => here.1.steps_done == 0,
                };
                if !starts {
                    continue;
                }
                away.take_back(kind);
                while !away.replay(11, NEVER) {}
                assert!(state_of(&away) == here, "{kind:?} forth and back from {:?}", here.1);
            }
            let position = lane.learner().position();
            // To the next border, the batch before it and the batch after it.
            match position.batch {
                0 => step(&mut lane, Step::Neuron, 1),
                _ if position.batch + 1 < position.batches => {
                    let left = position.batches - position.batch - 1;
                    (0..left).for_each(|_| step(&mut lane, Step::Neuron, 1));
                }
                _ => step(&mut lane, Step::Weight, 1),
            }
        }
    }
}

#[test]
fn a_resumed_session_ends_with_the_bits_of_an_uninterrupted_one() {
    let new = session();
    for number in 0..2 {
        let mut whole = new.learned()[number].clone();
        step(&mut whole, Step::All, 1 << 20);
        // While arms run side by side, and while they run one after the other.
        for looks in [1, 10, 50] {
            let mut killed = new.learned()[number].clone();
            let count = std::sync::atomic::AtomicU64::new(0);
            let pause = || count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= looks;
            killed.run(&|_| {}, &pause);
            let bytes = postcard::to_stdvec(&killed.state()).unwrap();
            let state = postcard::from_bytes(&bytes).unwrap();
            let mut resumed = new.learned()[number].resumed(state).unwrap();
            assert!(state_of(&resumed) == state_of(&killed));
            step(&mut resumed, Step::All, 1 << 20);
            assert!(state_of(&resumed) == state_of(&whole), "{} {looks}", whole.method().name());
        }
        let odd = whole.learner().save()[1..].to_vec();
        let state = super::super::LearnedState { state: odd.into(), elapsed: std::time::Duration::ZERO };
        assert!(new.learned()[number].resumed(state).is_none());
    }
}
