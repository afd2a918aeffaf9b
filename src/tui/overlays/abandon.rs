//! What throws a run away, and the question that comes first where the run took long.

use std::sync::Arc;
use std::time::Duration;

use crate::experiment::Experiment;
use crate::report::text::number_of_neurons;
use crate::session::{Command, Stake};
use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::overlays::prompt::{Prompt, Wish};

/// What throws the run away.
#[derive(Clone, Debug)]
pub enum Abandon {
    /// leaving the program
    Quit,
    /// starting over
    Restart,
    /// opening a preset or a file
    Load(String),
    /// starting an edited setup
    Start(Arc<Experiment>),
}

impl Abandon {
    /// The title of the question.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Quit => "Leave?",
            Self::Restart => "Start over?",
            Self::Load(_) => "Open another setup?",
            Self::Start(_) => "Start the edited setup?",
        }
    }

    /// What is lost.
    pub fn loss(&self, stake: &Stake) -> String {
        let Stake { elapsed, neurons, done, lanes } = *stake;
        let lanes = match (done, lanes) {
            (0, 1) => "not finished".to_owned(),
            (1, 1) => "finished".to_owned(),
            _ => format!("{done} of {lanes} lanes finished"),
        };
        let neurons = number_of_neurons(neurons);
        format!("The run so far would be lost: {} of computing, {neurons} neurons, {lanes}.", time(elapsed))
    }

    /// Which key does it, and which does not.
    pub fn keys(&self) -> &'static str {
        match self {
            Self::Quit => "y or Ctrl-C again: leave. Any other key: stay.",
            Self::Restart => "y: start over. Any other key: keep the run.",
            Self::Load(_) => "y: open it. Any other key: keep the run.",
            Self::Start(_) => "y: start it. Any other key: keep the run.",
        }
    }

    pub(crate) fn effect(self) -> Effect {
        match self {
            Self::Quit => Effect::Quit,
            Self::Restart => Effect::Send(Command::Restart),
            Self::Load(name) => Effect::Load(name),
            Self::Start(experiment) => Effect::Start(experiment),
        }
    }
}

/// A time in seconds, or in minutes and seconds.
fn time(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..120 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

impl App {
    /// Throws the run away, after a question where it took long (see [`Snapshot::stake`](crate::session::Snapshot::stake)).
    pub(crate) fn abandon(&mut self, what: Abandon) -> Vec<Effect> {
        match self.latest.stake() {
            Some(stake) => self.ask(Prompt::abandon(what, stake)),
            None => vec![what.effect()],
        }
    }

    /// Whether the question is open that comes before leaving.
    pub(crate) fn asks_about_leaving(&self) -> bool {
        matches!(&self.prompt, Some(Prompt { wish: Wish::Abandon(Abandon::Quit, _), .. }))
    }

    /// Leaves: at once where leaving is what was asked about, so that Ctrl-C twice always leaves.
    pub(crate) fn quit(&mut self) -> Vec<Effect> {
        if self.asks_about_leaving() { vec![Effect::Quit] } else { self.abandon(Abandon::Quit) }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::session::{LONG_RUN, Session, Worker};
    use crate::tui::keymap::Context;

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
            matches!(
                effect,
                Effect::Quit | Effect::Send(Command::Restart) | Effect::Load(_) | Effect::Start(_)
            )
        };
        effects.iter().any(lost)
    }

    /// Presses keys; what an edited setup leads to is computed at once.
    fn press_all(app: &mut App, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in keys.chars() {
            effects = press(app, key);
            if let [Effect::Ask(crate::session::Question::Setup(setup))] = &effects[..] {
                let answer = crate::session::Answer::Setup(setup.edits(), setup.forecast());
                app.learn(answer);
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
            assert_eq!(app.context(), Context::Confirm, "{keys:?}");
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
}
