//! Pasted text: what terminals with bracketed paste send in one piece, and never as keys.

use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::keymap::Context;

/// The longest text that a field takes, in characters.
const LONGEST: usize = 4096;

impl App {
    /// Puts pasted text into the field that is open, in one line and without control characters. Where no field is open
    /// nothing happens, and the message line says so.
    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        (self.message, self.notice) = (None, None);
        if !self.context().takes_text() {
            self.message = Some("Pasted text is not read as keys, and no text field is open.".to_owned());
            return Vec::new();
        }
        let Some(line) = one_line(text) else {
            self.message =
                Some(format!("Pasted text is too long for a field: at most {LONGEST} characters."));
            return Vec::new();
        };
        if line.is_empty() {
            self.message = Some("The pasted text holds no characters for a field.".to_owned());
            return Vec::new();
        }
        match self.context() {
            Context::Editing => {
                let outcome = self.editing.as_mut().map(|editing| editing.paste(&line));
                outcome.map(|outcome| self.carry_out(outcome)).unwrap_or_default()
            }
            _ => {
                if let Some(prompt) = &mut self.prompt {
                    prompt.paste(&line);
                } else if let Some(filter) = &mut self.filter {
                    filter.field.insert(&line);
                    self.keep_in_list();
                }
                Vec::new()
            }
        }
    }
}

/// A text in one line: line breaks and tabs are spaces, other control characters are dropped. `None` where it is too
/// long.
fn one_line(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 4 * LONGEST {
        return None;
    }
    let text = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    (line.chars().count() <= LONGEST).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, Parameter};
    use crate::session::{Session, Worker};
    use crate::tui::keymap::{Action, KEYMAP};
    use crate::tui::screen::Screen;

    fn app() -> App {
        let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        App::new(Worker::spawn(session).latest())
    }

    #[test]
    fn a_paste_is_one_line_without_control_characters() {
        assert_eq!(one_line(" a\r\nb\tc\x1b[31m\x07 \n").unwrap(), "a b c[31m");
        assert_eq!(one_line("\n\r\t").unwrap(), "");
        assert!(one_line(&"ä".repeat(LONGEST)).is_some());
        assert!(one_line(&"a".repeat(LONGEST + 1)).is_none());
        assert!(one_line(&"a".repeat(1 << 24)).is_none());
    }

    /// All keys in one paste, on every screen and over every list.
    #[test]
    fn where_no_field_is_open_nothing_is_done_and_that_is_said() {
        let keys: String =
            KEYMAP.iter().flat_map(|binding| binding.keys).map(|key| key.name()).collect::<Vec<_>>().concat();
        let mut opened = Screen::ALL.map(Action::Show).to_vec();
        opened.extend([Action::OpenPresets, Action::OpenHelp, Action::OpenExport, Action::OpenCertificate]);
        for action in opened {
            let mut app = app();
            app.update(action);
            let before = (app.screen, app.overlay, app.context());
            assert!(app.paste(&keys).is_empty());
            assert_eq!((app.screen, app.overlay, app.context()), before);
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
        app.update(Action::OpenHelp);
        app.update(Action::Filter);
        app.paste("epsilon\n");
        assert_eq!(app.filter.as_ref().unwrap().field.text(), "epsilon");
        // Once the text is taken, no field is open.
        app.update(Action::Choose);
        app.paste("q");
        assert_eq!(app.filter.as_ref().unwrap().field.text(), "epsilon");
        assert!(app.message.is_some());
    }

    #[test]
    fn a_field_of_the_setup_takes_pasted_text() {
        let mut app = app();
        app.update(Action::Edit);
        let effects = app.paste("25\r\n");
        assert!(matches!(effects[..], [Effect::Ask(_)]));
        assert_eq!(app.editing.as_ref().unwrap().setup().text(Parameter::Epsilon), "0.125");
        // The cursor stays behind the text.
        app.paste("6");
        assert_eq!(app.editing.as_ref().unwrap().setup().text(Parameter::Epsilon), "0.1256");
        while app.editing.as_ref().unwrap().chosen() != Parameter::Constructions {
            app.update(Action::Down);
        }
        assert!(app.paste("[Malach]").is_empty());
        assert!(app.message.as_ref().unwrap().contains("Space ticks one"));
    }
}
