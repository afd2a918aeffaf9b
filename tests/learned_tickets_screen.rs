//! Compare and Outputs with learned lanes: pictures, every small size, lanes moved by steps, numbers for files.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use std::time::Duration;

use screens::{Opened, PLAIN, draw, session};
use serde_json::Value;
use slth::learning::Arm;
use slth::session::{Command, Session, Step};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::{ANSI, MONO};
use slth::tui::screens::compare::learned::TicketMove;
use slth::tui::screens::outputs::InputMove;
use slth::tui::screens::screen::Screen;
use slth::tui::screens::{compare, explore, outputs};
use slth::tui::view::Scene;

/// Two learned methods, small enough for a test.
const SMALL: &[&str] = &[
    "learned=[EdgePopup(keep:0.5,widths:[64,40,10],epochs:4),Rewinding(widths:[64,30,10],rounds:2,steps:120)]",
];

fn open(screen: &'static str) -> Opened {
    let mut opened = Opened::open("digits-learned", SMALL);
    opened.press(Action::Show(screen));
    opened
}

/// Times are no part of a picture.
fn pinned(opened: &mut Opened) {
    let mut snapshot = (*opened.app.snapshot).clone();
    for lane in &mut snapshot.learned {
        lane.elapsed = Duration::from_millis(2340);
    }
    for lane in &mut snapshot.lanes {
        lane.elapsed = Duration::from_millis(1230);
    }
    opened.app.show(std::sync::Arc::new(snapshot));
}

/// Everything run to the end.
fn done() -> Opened {
    let mut opened = open(compare::NAME);
    opened.press(Action::Step(Step::All));
    assert!(opened.app.snapshot.learned.iter().all(|lane| lane.is_done));
    pinned(&mut opened);
    opened
}

fn pictures(name: &str, opened: &Opened) {
    for (name, picture) in opened.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
}

/// Several learned methods lead to Compare, one construction or one learned method to Explore with its lane on view.
#[test]
fn presets_open_where_their_tickets_are() {
    const ONE: &[&str] = &["learned=[Rewinding(widths:[64,30,10],rounds:2,steps:120)]"];
    let several = Opened::open("digits-learned", SMALL);
    assert_eq!(several.app.screen_name(), compare::NAME);
    let on_view = |opened: &Opened| {
        let lane = opened.app.snapshot.learned_lane();
        (opened.app.screen_name(), lane.is_some_and(|lane| lane.layer.is_some()))
    };
    assert_eq!(on_view(&Opened::open("digits-rewinding", ONE)), (explore::NAME, true));
    let mut opened = Opened::open("tiny", &[]);
    let load = |session: Session| vec![Command::Load(Box::new(session))];
    opened.send(load(session("digits-rewinding", ONE)));
    assert_eq!(on_view(&opened), (explore::NAME, true));
    opened.send(load(session("digits-learned", SMALL)));
    assert_eq!(opened.app.screen_name(), compare::NAME);
    opened.send(load(session("tiny", &[])));
    assert!(opened.app.snapshot.learned_lane().is_none());
}

/// Steps interrupted at every chance, evaluations included, and taken back.
#[test]
fn interrupted_lanes_go_back_as_far_and_forward_to_the_same_results() {
    let results = |session: &Session, lane: usize| (**session.learned()[lane].rounds()).clone();
    for lane in [0, 1] {
        let mut whole = session("digits-learned", SMALL);
        while !whole.learned_mut(lane).advance_until(Step::All, u64::MAX, &|| false) {}
        let mut cut = session("digits-learned", SMALL);
        let asked = std::cell::Cell::new(0_u32);
        let often = std::sync::atomic::AtomicU32::new(0);
        let stop = || often.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 2 == 1;
        let forward = |session: &mut Session| {
            while !session.learned_mut(lane).advance_until(Step::All, u64::MAX, &stop) {
                asked.set(asked.get() + 1);
            }
        };
        forward(&mut cut);
        assert!(asked.get() > 50, "{}", asked.get());
        assert_eq!(results(&cut, lane), results(&whole, lane));
        let steps = cut.learned()[lane].learner().position().steps_done;
        let mut places = Vec::new();
        for _ in 0..4 {
            let lane = cut.learned_mut(lane);
            lane.take_back(Step::Weight);
            while !lane.replay(u64::MAX, &stop) {}
            assert!(!lane.learner().is_evaluating());
            places.push(lane.learner().position().steps_done);
        }
        assert!(places.windows(2).all(|pair| pair[0] > pair[1]) && places[0] < steps, "{places:?}");
        forward(&mut cut);
        assert_eq!(results(&cut, lane), results(&whole, lane));
    }
}

#[test]
fn compare_sets_constructed_and_learned_tickets_side_by_side() {
    let start = open(compare::NAME);
    let text = start.picture(PLAIN, 80, 24);
    for column in ["1 constructed", "2 learned", "3 rewound"] {
        assert!(text.contains(column), "{text}");
    }
    pictures("compare_learned_start", &start);
    let mut opened = done();
    pictures("compare_learned_done", &opened);
    let text = opened.picture(PLAIN, 80, 24);
    for row in
        ["weights kept", "bits of mask", "accuracy", "guarantee", "neurons drawn", "training steps", "time"]
    {
        assert!(text.contains(row), "{text}");
    }
    for control in ["- fresh weights", "- random mask", "- shuffled mask", "- whole network"] {
        assert!(text.contains(control), "{text}");
    }
    opened.press(TicketMove::Curve.action());
    pictures("compare_learned_curve", &opened);
    opened.press(TicketMove::Back.action());
    let read = opened.picture(PLAIN, 80, 24);
    assert!(read.contains(" At "), "{read}");
    insta::assert_snapshot!(
        "compare_learned_ascii_80x24",
        opened.picture(Look { theme: MONO, glyphs: ASCII }, 80, 24)
    );
    assert!(opened.picture(Look { theme: MONO, glyphs: ASCII }, 80, 24).is_ascii());
    insta::assert_snapshot!("compare_learned_curve_40x15", opened.picture(PLAIN, 40, 15));
    opened.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
    opened.press(TicketMove::Curve.action());
    insta::assert_snapshot!("compare_learned_40x15", opened.picture(PLAIN, 40, 15));
    opened.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
    // No row and no lane lies beyond reach.
    (0..40).for_each(|_| opened.press(TicketMove::On.action()));
    let last = opened.picture(PLAIN, 40, 15);
    assert!(last.contains("- whole network") || last.contains("- trained dense"), "{last}");
}

#[test]
fn steps_move_constructed_and_learned_lanes_together_or_alone() {
    let mut opened = open(compare::NAME);
    assert_eq!(opened.app.lanes(), [0, 1, 2]);
    opened.press(TicketMove::Together.action());
    assert_eq!(opened.app.lanes(), [0]);
    opened.press(TicketMove::NextLane.action());
    assert_eq!(opened.app.lanes(), [1]);
    opened.press(Action::Step(Step::Weight));
    let learned = &opened.app.snapshot.learned;
    assert_eq!((learned[0].position.epoch, learned[1].position.steps_done), (1, 0));
    assert_eq!(opened.app.snapshot.lanes[0].weights_done(), 0);
    pinned(&mut opened);
    insta::assert_snapshot!("compare_learned_epoch_80x24", opened.picture(PLAIN, 80, 24));
    opened.press(TicketMove::NextLane.action());
    opened.press(TicketMove::NextLane.action());
    opened.press(TicketMove::Together.action());
    assert_eq!(opened.app.lanes(), [0, 1, 2]);
}

#[test]
fn the_numbers_of_compare_are_those_of_the_view() {
    let mut opened = done();
    let numbers = |opened: &Opened| {
        let app = &opened.app;
        let scene = Scene { snapshot: &app.snapshot, latest: &app.latest, frozen: false, filter: None };
        app.screens.compare.numbers(&scene).unwrap()
    };
    let table = numbers(&opened);
    let json: serde_json::Value = serde_json::from_str(&table.json.unwrap()).unwrap();
    assert_eq!(json["learned"].as_array().unwrap().len(), 2);
    opened.press(TicketMove::Curve.action());
    let curve = numbers(&opened);
    let json: serde_json::Value = serde_json::from_str(&curve.json.unwrap()).unwrap();
    assert!(json["series"].as_array().unwrap().len() >= 4, "{json}");
    assert!(curve.table.rows() >= 9);
}

#[test]
fn outputs_show_the_prediction_and_the_confusion_of_a_learned_lane() {
    let mut opened = done();
    opened.press(Action::Show(outputs::NAME));
    opened.send(vec![Command::View { lane: 1, layer: None }]);
    let output = opened.app.snapshot.learned_output.clone().unwrap();
    let counted: u64 = output.confusion.iter().flatten().sum();
    assert_eq!((counted, output.confusion.len()), (360, 10));
    pictures("outputs_learned", &opened);
    insta::assert_snapshot!(
        "outputs_learned_ascii_80x24",
        opened.picture(Look { theme: MONO, glyphs: ASCII }, 80, 24)
    );
    insta::assert_snapshot!("outputs_learned_40x15", opened.picture(PLAIN, 40, 15));
    opened.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
    // The next mistake is one.
    opened.press(InputMove::NextMistake.action());
    let wrong = opened.app.snapshot.learned_output.clone().unwrap();
    assert!(wrong.example > 0 && wrong.label != wrong.prediction, "{wrong:?}");
    insta::assert_snapshot!("outputs_learned_mistake_80x24", opened.picture(PLAIN, 80, 24));
    opened.press(InputMove::Last.action());
    assert_eq!(opened.app.snapshot.learned_output.as_ref().unwrap().example, 359);
    let app = &opened.app;
    let scene = Scene { snapshot: &app.snapshot, latest: &app.latest, frozen: false, filter: None };
    let numbers = app.screens.outputs.numbers(&scene).unwrap();
    assert_eq!(numbers.table.rows(), 10);
    let _ = draw(app, PLAIN, 1, 1);
}

/// u goes from the network under training over the finished ones; the mistakes are those of the network on view.
#[test]
fn any_finished_network_can_be_looked_at() {
    let mut opened = done();
    opened.press(Action::Show(outputs::NAME));
    opened.send(vec![Command::View { lane: 1, layer: None }]);
    let lane = opened.app.snapshot.learned[0].clone();
    let labels = opened.app.snapshot.experiment.dataset.as_ref().unwrap().test.labels.clone();
    let shown = |opened: &Opened| -> Value {
        let app = &opened.app;
        let scene = Scene { snapshot: &app.snapshot, latest: &app.latest, frozen: false, filter: None };
        serde_json::from_str(&app.screens.outputs.numbers(&scene).unwrap().json.unwrap()).unwrap()
    };
    let arms: Vec<Arm> = lane.finished().map(|(_, result)| result.arm).collect();
    let newest = [Arm::Dense, Arm::WholeNetwork, Arm::FreshWeights, Arm::ShuffledMask, Arm::Ticket];
    assert_eq!(arms, newest);
    assert!(opened.picture(PLAIN, 80, 24).contains("The ticket at the end"));
    for (_, result) in lane.finished() {
        opened.letter('u');
        let picture = opened.picture(PLAIN, 80, 24);
        assert!(picture.contains("A finished network"), "{picture}");
        opened.press(InputMove::First.action());
        opened.press(InputMove::NextMistake.action());
        let next = (1..).find(|&example| result.predictions[example] != labels[example]).unwrap();
        let found = shown(&opened);
        assert_eq!(found["arm"], serde_json::to_value(result.arm).unwrap());
        assert_eq!(
            (&found["example"], &found["prediction"]),
            (&next.into(), &result.predictions[next].into())
        );
        assert!((found["accuracy"].as_f64().unwrap() - result.test.share()).abs() < 1e-12, "{found}");
        assert_eq!(
            (&found["outputs"], &found["probabilities"]),
            (&Value::from([0; 0]), &Value::from([0; 0]))
        );
    }
    pictures("outputs_learned_finished", &opened);
    opened.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
    opened.letter('u');
    assert_eq!(shown(&opened)["probabilities"].as_array().unwrap().len(), 10);
    opened.letter('U');
    assert_eq!(
        (&shown(&opened)["arm"], &shown(&opened)["outputs"]),
        (&"ticket".into(), &Value::from([0; 0]))
    );
}
