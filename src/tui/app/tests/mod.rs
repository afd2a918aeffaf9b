//! Tests of the whole explorer, without a terminal.

mod abandoning;
mod commands;
mod copying;
mod opening_files;
mod pasting;

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::session::{Activity, Command, Session, Step, Worker};
use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::keymap::Action;
use crate::tui::look::theme::{Colours, ThemeName};
use crate::tui::overlays;
use crate::tui::screens::compare::LaneMove;
use crate::tui::screens::{compare, explore};

fn app() -> App {
    let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    App::new(Worker::spawn(session).latest())
}

#[test]
fn steps_are_sent_to_the_worker() {
    let effects = app().update(Action::Step(Step::Weight));
    assert!(matches!(effects[..], [Effect::Send(Command::Step(Step::Weight, _))]));
}

#[test]
fn running_is_toggled_by_what_the_worker_does() {
    let mut app = app();
    assert!(matches!(app.update(Action::ToggleRun)[..], [Effect::Send(Command::Run(_))]));
    let mut running = (*app.snapshot).clone();
    running.activity = Activity::Running;
    app.show(Arc::new(running));
    assert!(matches!(app.update(Action::ToggleRun)[..], [Effect::Send(Command::Pause)]));
}

#[test]
fn a_run_moves_the_lanes_that_are_said_to_run() {
    let session = Session::new(Experiment::load("malach-vs-hyperbolic", None, &[]).unwrap()).unwrap();
    let mut app = App::new(Worker::spawn(session).latest());
    app.update(Action::Show(compare::NAME));
    let mut running = (*app.snapshot).clone();
    running.activity = Activity::Running;
    app.show(Arc::new(running));
    let lanes = |effects: &[Effect]| match effects {
        [Effect::Send(Command::Run(lanes))] => Some(lanes.clone()),
        _ => None,
    };
    assert_eq!(lanes(&app.update(LaneMove::Together.action())), Some(vec![0]));
    assert_eq!(lanes(&app.update(LaneMove::NextLane.action())), Some(vec![1]));
    assert_eq!(lanes(&app.update(LaneMove::Together.action())), Some(vec![0, 1]));
    // Together, choosing a lane moves no others; another construction is not running yet.
    assert!(app.update(LaneMove::NextLane.action()).is_empty());
    let effects = app.update(LaneMove::NextConstruction.action());
    assert!(matches!(effects[..], [Effect::Send(Command::Compare(_))]));
}

#[test]
fn a_preset_is_chosen_from_the_list() {
    let mut app = app();
    app.update(Action::Open(overlays::picker::NAME));
    assert_eq!((*app.keymap(), app.overlays.picker.list.selected), (overlays::picker::KEYMAP, 1));
    app.update(Action::Up);
    app.update(Action::Up);
    assert!(matches!(&app.update(Action::Choose)[..], [Effect::Load(name)] if name == "digits"));
    // The list stays until the preset is there, and where it cannot be opened.
    assert_eq!(*app.keymap(), overlays::picker::KEYMAP);
    app.failed_to_open("expected this, found that".to_owned());
    assert_eq!(*app.keymap(), overlays::refusal::KEYMAP);
    app.update(Action::Close);
    assert_eq!(*app.keymap(), overlays::picker::KEYMAP);
    let digits = Session::new(Experiment::load("digits", None, &[]).unwrap()).unwrap();
    app.show(Worker::spawn(digits).latest());
    assert_eq!((app.screen_name(), app.overlay_name()), (explore::NAME, None));
}

#[test]
fn themes_come_in_turn_where_there_are_colours() {
    let mut app = app();
    for expected in [ThemeName::Light, ThemeName::Mono, ThemeName::Dark] {
        assert!(app.update(Action::NextTheme).is_empty());
        assert_eq!((app.theme, app.message.is_none(), app.notice.is_some()), (expected, true, true));
    }
    app.colours = Colours::None;
    app.update(Action::NextTheme);
    assert_eq!((app.theme, app.message.is_some()), (ThemeName::Dark, true));
}

#[test]
fn a_late_snapshot_of_an_earlier_run_is_not_shown() {
    let mut app = app();
    let old = Arc::clone(&app.snapshot);
    let mut new = (*old).clone();
    new.run = 3;
    app.show(Arc::new(new));
    app.show(old);
    assert_eq!(app.snapshot.run, 3);
}

#[test]
fn the_layer_looked_at_stays_within_the_network() {
    let mut app = app();
    let effects = app.update(Action::PreviousLayer);
    assert!(matches!(effects[..], [Effect::Send(Command::View { lane: 0, layer: Some(1) })]));
    assert!(app.is_layer_chosen());
    app.update(Action::FollowLayer);
    assert!(!app.is_layer_chosen());
}
