//! Pasted text goes into the open field, or nowhere.

use crate::experiment::{Experiment, Parameter};
use crate::session::{Session, Worker};
use crate::tui::app::{App, paste};
use crate::tui::effects::Effect;
use crate::tui::keymap::Action;
use crate::tui::overlays;
use crate::tui::screens::{all_facts, listed_keymaps};

fn app() -> App {
    let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    App::new(Worker::spawn(session).latest())
}

#[test]
fn a_paste_is_one_line_without_control_characters() {
    assert_eq!(paste::one_line(" a\r\nb\tc\x1b[31m\x07 \n").unwrap(), "a b c[31m");
    assert_eq!(paste::one_line("\n\r\t").unwrap(), "");
    assert!(paste::one_line(&"ä".repeat(paste::LONGEST)).is_some());
    assert!(paste::one_line(&"a".repeat(paste::LONGEST + 1)).is_none());
    assert!(paste::one_line(&"a".repeat(1 << 24)).is_none());
}

/// All keys in one paste, on every screen and over every list.
#[test]
fn where_no_field_is_open_nothing_is_done_and_that_is_said() {
    let bindings = listed_keymaps().into_iter().flat_map(|keymap| keymap.bindings);
    let keys: String = bindings.flat_map(|binding| binding.keys).map(|key| key.name()).collect();
    let mut opened: Vec<Action> = all_facts().map(|facts| Action::Show(facts.name)).to_vec();
    opened.extend([
        Action::Open(overlays::picker::NAME),
        Action::Open(overlays::help::NAME),
        Action::Open(overlays::export::NAME),
        Action::Open(overlays::certificate::NAME),
    ]);
    for action in opened {
        let mut app = app();
        app.update(action);
        let before = (app.screen_name(), app.overlay_name(), *app.keymap());
        assert!(app.paste(&keys).is_empty());
        assert_eq!((app.screen_name(), app.overlay_name(), *app.keymap()), before);
        assert!(app.message.as_ref().unwrap().contains("no text field is open"));
    }
}

#[test]
fn a_question_takes_pasted_text() {
    let mut app = app();
    app.update(Action::Save);
    app.paste(" at /tmp/x q\ny.ron\x03\r\n");
    assert_eq!(app.prompt.as_ref().unwrap().field.text(), "tiny.ronat /tmp/x q y.ron");
    app.update(Action::Close);
    app.update(Action::JumpToLayer);
    assert!(app.paste("2\n").is_empty());
    assert_eq!(app.prompt.as_ref().unwrap().field.text(), "2");
    app.paste("q\u{7}2");
    let prompt = app.prompt.as_ref().unwrap();
    assert_eq!(prompt.field.text(), "2");
    assert_eq!(prompt.problem.as_deref(), Some("expected digits, found pasted text `q2`"));
}

#[test]
fn a_filter_takes_pasted_text() {
    let mut app = app();
    app.update(Action::Open(overlays::help::NAME));
    app.update(Action::Filter);
    app.paste("epsilon\n");
    assert_eq!(app.overlays.help.filter.as_ref().unwrap().field.text(), "epsilon");
    // Once the text is taken, no field is open.
    app.update(Action::Choose);
    app.paste("q");
    assert_eq!(app.overlays.help.filter.as_ref().unwrap().field.text(), "epsilon");
    assert!(app.message.is_some());
}

#[test]
fn a_field_of_the_setup_takes_pasted_text() {
    let mut app = app();
    app.update(Action::Edit);
    let effects = app.paste("25\r\n");
    assert!(matches!(effects[..], [Effect::Ask(_)]));
    assert_eq!(app.screens.explore.editing.as_ref().unwrap().setup().text(Parameter::Epsilon), "0.125");
    // The cursor stays behind the text.
    app.paste("6");
    assert_eq!(app.screens.explore.editing.as_ref().unwrap().setup().text(Parameter::Epsilon), "0.1256");
    while app.screens.explore.editing.as_ref().unwrap().chosen() != Parameter::Constructions {
        app.update(Action::Down);
    }
    assert!(app.paste("[Malach]").is_empty());
    assert!(app.message.as_ref().unwrap().contains("Space ticks one"));
}
