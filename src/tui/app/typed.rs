//! Keys that are typed: what questions, filters and fields make of them, and of what comes back.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use crate::experiment::Experiment;
use crate::session::Answer;
use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::keymap::{self, Action, Context};
use crate::tui::overlays::abandon::Abandon;
use crate::tui::overlays::picker::folder;
use crate::tui::overlays::prompt::{Prompt, Wish};
use crate::tui::screen::Overlay;
use crate::tui::screens::explore::editing::Outcome;
use crate::visible::shortened;

impl App {
    /// What a key changes, and what it asks for: the table first, then the field that is open.
    pub fn press(&mut self, key: KeyEvent) -> Vec<Effect> {
        let context = self.context();
        match keymap::action(context, key) {
            Some(action) => self.update(action),
            None if context.takes_text() => self.type_key(key),
            None => {
                // Text that comes as keys must not reach the `y` of a question.
                if context == Context::Confirm {
                    self.prompt = None;
                }
                Vec::new()
            }
        }
    }

    fn type_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        (self.message, self.notice) = (None, None);
        if let Some(prompt) = &mut self.prompt {
            prompt.press(key);
        } else if let Some(filter) = self.filter.as_mut().filter(|filter| filter.typing) {
            filter.field.press(key);
            self.keep_in_list();
        } else if let Some(editing) = &mut self.editing {
            let outcome = editing.press(key);
            return self.carry_out(outcome);
        }
        Vec::new()
    }

    /// The selected row is one that the filter leaves; the help starts from its top.
    pub(crate) fn keep_in_list(&mut self) {
        match (&mut self.overlay, &self.picker) {
            (Some(Overlay::Presets(index)), Some(picker)) => {
                *index = picker.neighbour(self.filter.as_ref(), *index, 0);
            }
            (Some(Overlay::Help(line)), _) => *line = 0,
            _ => {}
        }
    }

    /// What an action means to the question, the filter or the setup that is open; `None` where there is none, or where it
    /// has its ordinary meaning.
    pub(crate) fn answer(&mut self, action: Action) -> Option<Vec<Effect>> {
        if matches!(action, Action::Quit | Action::Suspend) {
            return None;
        }
        match self.context() {
            Context::Confirm | Context::Field | Context::Path if self.prompt.is_some() => {
                Some(match action {
                    Action::Choose => self.answer_prompt(),
                    Action::Complete => self.complete(),
                    _ => {
                        self.prompt = None;
                        Vec::new()
                    }
                })
            }
            Context::Refusal => {
                match (&mut self.refusal, action) {
                    (Some((_, line)), Action::Up | Action::Down) => {
                        let step = if action == Action::Down { 1 } else { -1 };
                        *line = line.saturating_add_signed(step);
                    }
                    (refusal, _) => *refusal = None,
                }
                Some(Vec::new())
            }
            Context::Field => {
                match &mut self.filter {
                    Some(filter) if action == Action::Choose => filter.typing = false,
                    filter => *filter = None,
                }
                self.keep_in_list();
                Some(Vec::new())
            }
            Context::Editing if action == Action::Close => {
                self.editing = None;
                Some(Vec::new())
            }
            Context::Editing => {
                let outcome = self.editing.as_mut()?.update(action);
                Some(self.carry_out(outcome))
            }
            _ => None,
        }
    }

    pub(crate) fn ask(&mut self, prompt: Prompt) -> Vec<Effect> {
        self.prompt = Some(prompt);
        Vec::new()
    }

    pub(crate) fn carry_out(&mut self, outcome: Outcome) -> Vec<Effect> {
        match outcome {
            Outcome::Effects(effects) => effects,
            Outcome::Prompt(prompt) => self.ask(prompt),
            Outcome::Start(experiment) => self.abandon(Abandon::Start(experiment)),
            Outcome::Refused(reason) => {
                self.message = Some(reason);
                Vec::new()
            }
        }
    }

    /// Completes the path that is typed, where one is.
    fn complete(&mut self) -> Vec<Effect> {
        match &self.prompt {
            Some(Prompt { wish: Wish::Open, field, .. }) => vec![Effect::Complete(field.text().to_owned())],
            _ => Vec::new(),
        }
    }

    fn answer_prompt(&mut self) -> Vec<Effect> {
        let Some(mut prompt) = self.prompt.take() else { return Vec::new() };
        match &prompt.wish {
            Wish::Save(experiment) => match prompt.path() {
                Some(path) => {
                    let experiment = Arc::clone(experiment);
                    return vec![Effect::Save { path, experiment, replace: false }];
                }
                None => prompt.problem = Some("expected the name of a file, found nothing".to_owned()),
            },
            Wish::Open => {
                let text = prompt.field.text().trim().to_owned();
                if let Some(picker) = &mut self.picker {
                    picker.typed.clone_from(&text);
                }
                if !text.is_empty() {
                    return self.open_path(folder::expanded(&text));
                }
                prompt.problem = Some("expected the path of a file, found nothing".to_owned());
            }
            Wish::Replace(path, experiment) => {
                let (path, experiment) = (path.clone(), Arc::clone(experiment));
                return vec![Effect::Save { path, experiment, replace: true }];
            }
            Wish::Abandon(what, _) => return vec![what.clone().effect()],
            Wish::Layer(layers) => match prompt.number("a layer", 1, *layers) {
                Ok(layer) => return self.look_at(layer),
                Err(reason) => prompt.problem = Some(reason),
            },
            Wish::Input(inputs) => match prompt.number("an input", 0, inputs.saturating_sub(1)) {
                Ok(input) => return self.go_to_input(input),
                Err(reason) => prompt.problem = Some(reason),
            },
        }
        self.ask(prompt)
    }

    /// Takes what became of a file that was to be written.
    pub fn saved(&mut self, path: PathBuf, experiment: Arc<Experiment>, result: io::Result<()>) {
        let shown = shortened(&path.to_string_lossy());
        match result {
            Ok(()) => self.notice = Some(format!("saved: slth {shown} opens it, slth run {shown} runs it")),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.prompt = Some(Prompt::replace(path, experiment));
            }
            Err(error) => self.message = Some(format!("{shown}: expected a writable file, found: {error}")),
        }
    }

    /// Takes what theory says of something that was asked.
    pub fn learn(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Setup(edits, result) => {
                let outcome = self.editing.as_mut().map(|editing| editing.learn(edits, result));
                outcome.map(|outcome| self.carry_out(outcome)).unwrap_or_default()
            }
            Answer::Cost(name, cost) => {
                if let (Some(picker), Some(cost)) = (&mut self.picker, cost) {
                    picker.costs.insert(name, cost);
                }
                Vec::new()
            }
        }
    }
}
