//! Steps, the way back, runs and checkpoints.

use super::*;
use crate::network::NEVER;
use crate::session::{Progress, SessionState, Step};

const STEP_KINDS: [Step; 4] = [Step::Neuron, Step::Weight, Step::Layer, Step::All];

/// Takes a whole step, so many batches at a time.
fn step(lane: &mut LearnedLane, step: Step, budget: u64) {
    while !lane.advance_until(step, budget, &|| true) {}
}

fn back(lane: &mut LearnedLane, step: Step, budget: u64) {
    lane.take_back(step);
    while !lane.replay(budget, &|| true) {}
}

/// The place after a step from each place, in batches, as its definition says.
fn after(states: &[(String, Position)], at: usize, step: Step) -> usize {
    let end = states.len() - 1;
    let starts = |place: usize| match step {
        Step::Neuron => true,
        Step::Weight => states[place].1.batch == 0,
        Step::Layer => states[place].1.round != states[place - 1].1.round,
        Step::All => false,
    };
    (at + 1..end).find(|&place| starts(place)).unwrap_or(end)
}

/// The place before a step back.
fn before(states: &[(String, Position)], at: usize, step: Step) -> usize {
    let starts = |place: usize| match step {
        Step::Neuron => true,
        Step::Weight => states[place].1.batch == 0,
        Step::Layer => place == 0 || states[place].1.round != states[place - 1].1.round,
        Step::All => place == 0,
    };
    (0..at).rfind(|&place| starts(place)).unwrap_or(0)
}

#[test]
fn steps_end_where_batches_epochs_and_rounds_do() {
    let states = run_through();
    for kind in STEP_KINDS {
        for budget in [1, 2, 1000] {
            let (mut lane, mut at) = (lane(), 0);
            while !lane.is_done() {
                step(&mut lane, kind, budget);
                at = after(&states, at, kind);
                assert_eq!(state_of(&lane), states[at].0, "{kind:?} {budget}");
                assert_eq!(lane.rounds()[..], *lane.learner().rounds(), "{kind:?} {budget}");
            }
            assert_eq!(at + 1, states.len());
        }
    }
}

#[test]
fn a_step_back_and_forward_gives_the_same_bits_from_every_place() {
    let states = run_through();
    // Of 1,000 bytes each: only the start and the last, a few, all.
    for bytes in [0, 5_000, usize::MAX] {
        for at in 0..states.len() {
            for kind in STEP_KINDS {
                let mut lane = lane();
                lane.copies.keep_bytes(bytes);
                (0..at).for_each(|_| step(&mut lane, Step::Neuron, 1));
                back(&mut lane, kind, 2);
                let place = before(&states, at, kind);
                assert_eq!(state_of(&lane), states[place].0, "{kind:?} back from {at}");
                assert_eq!(lane.rounds()[..], *lane.learner().rounds());
                // Again, from a place that was reached by going back.
                back(&mut lane, Step::Weight, 1);
                let place = before(&states, place, Step::Weight);
                assert_eq!(state_of(&lane), states[place].0, "{kind:?} back from {at}, and an epoch");
                step(&mut lane, kind, 3);
                assert_eq!(state_of(&lane), states[after(&states, place, kind)].0);
            }
        }
    }
}

/// A run observes no epoch starts: the way back finds them.
#[test]
fn a_run_is_taken_back_like_steps() {
    let states = run_through();
    for (stepped, run) in [(0, 5), (0, 31), (4, 20), (0, 48), (20, 28)] {
        for kind in STEP_KINDS {
            let mut lane = lane();
            (0..stepped).for_each(|_| step(&mut lane, Step::Neuron, 1));
            let count = std::sync::atomic::AtomicU64::new(0);
            let pause = || count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1 >= run;
            lane.run(&|_| {}, &pause);
            let at = (stepped + run) as usize;
            assert_eq!(state_of(&lane), states[at].0);
            back(&mut lane, kind, 1);
            assert_eq!(state_of(&lane), states[before(&states, at, kind)].0, "{kind:?} back from {at}");
            step(&mut lane, Step::All, 7);
            assert_eq!(state_of(&lane), states[48].0);
        }
    }
}

#[test]
fn copies_are_few_and_lie_closer_near_the_end() {
    let mut lane = lane();
    lane.copies.keep_bytes(6_000);
    step(&mut lane, Step::All, 1000);
    let places: Vec<u64> = lane.copies.copies().iter().map(|copy| copy.position.steps_done).collect();
    assert!(places.len() <= 6 && places[0] == 0, "{places:?}");
    assert_eq!(places.last(), Some(&46), "the last epoch's start");
    let gaps: Vec<u64> = places.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(gaps.first() > gaps.last(), "{places:?}");
}

#[test]
fn a_session_runs_its_learned_lanes_and_tells_how_far_they_are() {
    let states = run_through();
    let (mut session, told) = (session(), std::sync::Mutex::new(Vec::new()));
    session.run(&|progress| {
        if let Progress::Learned(progress) = progress {
            told.lock().unwrap().push((progress.method, progress.steps_done, progress.steps));
        }
    });
    let told = told.into_inner().unwrap();
    assert_eq!(told.len(), 96);
    assert_eq!((told[0], told[95]), (("edge-popup", 1, 48), ("edge-popup", 48, 48)));
    for lane in session.learned() {
        assert_eq!(state_of(lane), states[48].0);
    }
    let (_, old) = session.restart();
    assert!(old.iter().all(LearnedLane::is_done) && session.learned().iter().all(LearnedLane::is_untouched));
    assert_eq!(state_of(&session.learned()[1]), states[0].0);
}

#[test]
fn a_session_goes_on_from_a_saved_state() {
    let mut whole = session();
    whole.run(&|_| {});
    for at in [0, 1, 8, 17, 48] {
        let mut half_way = session();
        half_way.lane_mut(0).advance(Step::All, 20);
        (0..at).for_each(|_| step(half_way.learned_mut(1), Step::Neuron, 1));
        let bytes = postcard::to_stdvec(&half_way.state()).unwrap();
        let mut resumed = session();
        resumed.resume(postcard::from_bytes(&bytes).unwrap()).unwrap();
        for lane in 0..2 {
            let (old, new) = (&half_way.learned()[lane], &resumed.learned()[lane]);
            assert_eq!(state_of(new), state_of(old));
            assert_eq!((new.rounds(), new.elapsed()), (old.rounds(), old.elapsed()));
        }
        assert!(resumed.run_until(&|_| {}, NEVER));
        let json = |session: &Session| {
            session.learned().iter().map(|lane| format!("{:?}", lane.rounds())).collect::<Vec<_>>()
        };
        assert_eq!(json(&resumed), json(&whole));
    }
}

#[test]
fn a_state_that_no_run_reaches_is_refused_whole() {
    let mut half_way = session();
    half_way.lane_mut(0).advance(Step::All, 20);
    step(half_way.learned_mut(0), Step::Weight, 9);
    let at = |session: &Session| session.learned()[0].learner().position().steps_done;
    let tests: [fn(&mut Session); 2] = [
        |other| other.learned.truncate(1),
        |other| {
            let Some(lane) = other.learned.last_mut() else { return };
            lane.elapsed = super::super::LONGEST * 2;
        },
    ];
    for change in tests {
        let mut other = half_way.clone();
        change(&mut other);
        let mut resumed = session();
        assert_eq!(resumed.resume(other.state()), None);
        assert_eq!((at(&resumed), resumed.lanes()[0].is_untouched()), (0, true));
    }
    // The last byte of the last learner's own state.
    let bytes = postcard::to_stdvec(&half_way.state()).unwrap();
    let state = postcard::from_bytes::<SessionState<'_>>(&bytes).unwrap();
    let forged = |mut state: SessionState<'_>| {
        state.learned[1].state = 49_u64.to_le_bytes().to_vec().into();
        session().resume(state)
    };
    assert_eq!(forged(state), None);
}
