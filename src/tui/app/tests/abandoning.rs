//! What throws a run away asks first where the run took long.

use std::sync::Arc;
use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::experiment::Experiment;
use crate::session::{Answer, Command, LONG_RUN, Question, Session, Worker};
use crate::tui::app::App;
use crate::tui::effects::{Effect, News};
use crate::tui::overlays;
use crate::tui::overlays::abandon::Abandon;

/// An explorer whose run took `elapsed`.
fn app(elapsed: Duration) -> App {
    let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    let mut snapshot = (*Worker::spawn(session).latest()).clone();
    snapshot.lanes[0].elapsed = elapsed;
    App::new(Arc::new(snapshot))
}

fn press(app: &mut App, key: char) -> Vec<Effect> {
    let (code, modifiers) = match key {
        '\x03' => (KeyCode::Char('c'), KeyModifiers::CONTROL),
        '\r' => (KeyCode::Enter, KeyModifiers::NONE),
        '\x1b' => (KeyCode::Esc, KeyModifiers::NONE),
        key => (KeyCode::Char(key), KeyModifiers::NONE),
    };
    app.press(KeyEvent::new(code, modifiers))
}

/// The keys that lead to what throws a run away.
const WAYS: [&str; 7] = ["q", "\x03", "r", "pj\r", "e5\r", "?\x03", "S\x03"];

fn throws_away(effects: &[Effect]) -> bool {
    let lost = |effect: &Effect| {
        matches!(effect, Effect::Quit | Effect::Send(Command::Restart) | Effect::Load(_) | Effect::Start(_))
    };
    effects.iter().any(lost)
}

/// Presses keys; what an edited setup leads to is computed at once.
fn press_all(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.chars() {
        effects = press(app, key);
        if let [Effect::Ask(Question::Setup(setup))] = &effects[..] {
            let answer = Answer::Setup(setup.edits(), setup.forecast());
            app.learn(News::Theory(answer));
        }
    }
    effects
}

#[test]
fn a_short_run_is_not_asked_about() {
    for keys in WAYS {
        let mut app = app(LONG_RUN);
        assert!(throws_away(&press_all(&mut app, keys)), "{keys:?}");
    }
}

#[test]
fn a_long_run_is_kept_until_y() {
    for keys in WAYS {
        let mut app = app(LONG_RUN + Duration::from_millis(1));
        assert!(!throws_away(&press_all(&mut app, keys)), "{keys:?}");
        assert_eq!(*app.keymap(), overlays::prompt::CONFIRM, "{keys:?}");
        assert!(throws_away(&press(&mut app, 'y')), "{keys:?}");
    }
}

#[test]
fn any_other_key_keeps_it() {
    for keys in WAYS {
        for key in ['n', 'q', 'r', 'a', '\r', ' ', '\x1b', 'Y', 'x'] {
            let mut app = app(LONG_RUN * 2);
            press_all(&mut app, keys);
            assert!(!throws_away(&press(&mut app, key)), "{keys:?} {key:?}");
            assert!(app.prompt.is_none(), "{keys:?} {key:?}");
        }
    }
}

#[test]
fn control_c_twice_always_leaves() {
    for keys in ["", "r", "p", "p/a", "e", "e5\r", "S", "v", "?", "E", "C", "2", "3", "4", "5", "q"] {
        let mut app = app(LONG_RUN * 2);
        press_all(&mut app, keys);
        press(&mut app, '\x03');
        // Where leaving was asked about already, the first one has left.
        if keys != "q" {
            assert!(matches!(press(&mut app, '\x03')[..], [Effect::Quit]), "{keys:?}");
        }
    }
}

#[test]
fn text_that_comes_as_keys_does_not_end_a_long_run() {
    for text in ["squid game", "quarterly rerun, please quit\nq\n", "request\trequired: y/n"] {
        let mut app = app(LONG_RUN * 2);
        for c in text.chars() {
            assert!(!throws_away(&press(&mut app, if c == '\n' { '\r' } else { c })), "{text}");
        }
    }
}

#[test]
fn the_question_says_what_is_lost() {
    let app = app(Duration::from_secs(185));
    let stake = app.latest.stake().unwrap();
    let loss = Abandon::Quit.loss(&stake);
    assert_eq!(loss, "The run so far would be lost: 3 min 5 s of computing, 0 neurons, not finished.");
}
