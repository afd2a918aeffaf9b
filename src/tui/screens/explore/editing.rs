//! The setup under the user's hands on Explore: the chosen field, its text, and the consequences.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::experiment::{Construction, EditedSetup, Experiment, Forecast, Parameter, Problem};
use crate::session::{Question, Snapshot};
use crate::tui::effects::Effect;
use crate::tui::keymap::Action;
use crate::tui::overlays::abandon::Abandon;
use crate::tui::overlays::prompt::Prompt;
use crate::tui::request::Request;
use crate::tui::widgets::field::Field;

/// The intent to carry out once the consequences of the last edit are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intent {
    Start,
    Save,
}

/// A setup being edited.
#[derive(Clone, Debug)]
pub struct Editing {
    setup: EditedSetup,
    chosen: Parameter,
    /// the construction ticked by Space, of [`Construction::all`]
    marked: usize,
    field: Field,
    /// the consequences of the last valid state
    forecast: Forecast,
    problems: Vec<Problem>,
    /// whether the last edit's consequences are still to come
    pending: bool,
    intent: Option<Intent>,
}

impl Editing {
    /// Nothing edited yet.
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let (experiment, plan) = (Arc::clone(&snapshot.experiment), Arc::clone(&snapshot.plan));
        let setup = EditedSetup::new(&experiment);
        Self {
            field: Field::new(setup.text(Parameter::ALL[0])),
            setup,
            chosen: Parameter::ALL[0],
            marked: 0,
            forecast: Forecast { experiment, plan },
            problems: Vec::new(),
            pending: false,
            intent: None,
        }
    }

    /// All fields.
    pub fn setup(&self) -> &EditedSetup {
        &self.setup
    }

    /// The field under the cursor.
    pub fn chosen(&self) -> Parameter {
        self.chosen
    }

    /// The construction ticked by Space.
    pub fn marked(&self) -> Construction {
        Construction::all()[self.marked]
    }

    /// Its text and cursor.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// The consequences of the last valid state.
    pub fn forecast(&self) -> &Forecast {
        &self.forecast
    }

    /// The setup's problems; during a pending edit, of the state before.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether the last edit's consequences are still to come.
    pub fn is_pending(&self) -> bool {
        self.pending
    }

    /// Actions of the editor.
    pub(crate) fn update(&mut self, action: Action) -> Vec<Request> {
        match action {
            Action::Up | Action::Down => {
                let shown = self.setup.shown();
                let step = if action == Action::Down { 1 } else { shown.len() - 1 };
                let here = shown.iter().position(|parameter| *parameter == self.chosen).unwrap_or(0);
                self.choose(shown[(here + step) % shown.len()]);
            }
            Action::PreviousChoice | Action::NextChoice if self.chosen == Parameter::Constructions => {
                let count = Construction::all().len();
                let step = if action == Action::NextChoice { 1 } else { count - 1 };
                self.marked = (self.marked + step) % count;
            }
            Action::PreviousChoice | Action::NextChoice => {
                let forward = action == Action::NextChoice;
                match self.setup.neighbour(self.chosen(), forward) {
                    Some(choice) => {
                        self.field = Field::new(choice);
                        return self.edited();
                    }
                    None => self.field.step(forward),
                }
            }
            Action::Choose => return self.intend(Intent::Start),
            Action::Save => return self.intend(Intent::Save),
            _ => {}
        }
        Vec::new()
    }

    fn choose(&mut self, parameter: Parameter) {
        self.chosen = parameter;
        self.field = Field::new(self.setup.text(parameter));
        let first = self.setup.constructions().first().copied();
        self.marked = Construction::all().iter().position(|each| Some(*each) == first).unwrap_or(0);
    }

    /// Keys of the field.
    pub(crate) fn press(&mut self, key: KeyEvent) -> Vec<Request> {
        if self.chosen == Parameter::Constructions && key.code == KeyCode::Char(' ') {
            if self.intent.is_some() {
                return Vec::new();
            }
            return match self.setup.tick(self.marked()) {
                Ok(()) => self.ask(),
                Err(reason) => vec![Request::Say(reason.to_owned())],
            };
        }
        self.type_with(|field| field.press(key))
    }

    /// Takes pasted text, at the cursor.
    pub(crate) fn paste(&mut self, line: &str) -> Vec<Request> {
        self.type_with(|field| field.insert(line))
    }

    fn type_with(&mut self, change: impl FnOnce(&mut Field) -> bool) -> Vec<Request> {
        // A setup to be started or saved changes no more.
        if self.intent.is_some() {
            return Vec::new();
        }
        if self.chosen == Parameter::Constructions {
            let reason = "Left and Right go through the constructions, Space ticks one";
            return vec![Request::Say(reason.to_owned())];
        }
        if change(&mut self.field) { self.edited() } else { Vec::new() }
    }

    fn edited(&mut self) -> Vec<Request> {
        self.setup.set(self.chosen(), self.field.text().to_owned());
        self.ask()
    }

    /// Asks for the consequences of the fields.
    fn ask(&mut self) -> Vec<Request> {
        (self.pending, self.intent) = (true, None);
        vec![Effect::Ask(Question::Setup(Box::new(self.setup.clone()))).into()]
    }

    /// Takes the consequences of the state after so many edits.
    pub(crate) fn learn(&mut self, edits: u64, result: Result<Forecast, Vec<Problem>>) -> Vec<Request> {
        if edits != self.setup.edits() {
            return Vec::new();
        }
        self.pending = false;
        match result {
            Ok(forecast) => {
                self.setup.learn(&forecast);
                self.problems.clear();
                self.forecast = forecast;
            }
            Err(problems) => self.problems = problems,
        }
        self.intent.take().map_or_else(Vec::new, |intent| self.intend(intent))
    }

    fn intend(&mut self, intent: Intent) -> Vec<Request> {
        if self.pending {
            self.intent = Some(intent);
            return Vec::new();
        }
        if let Some(problem) = self.problems.first() {
            let parameter = problem.parameter;
            self.choose(parameter);
            return vec![Request::Say(format!("{} is marked: mend it first", parameter.key()))];
        }
        let experiment: Arc<Experiment> = Arc::clone(&self.forecast.experiment);
        match intent {
            Intent::Start => vec![Request::Abandon(Abandon::Start(experiment))],
            Intent::Save => vec![Request::Ask(Prompt::save(experiment))],
        }
    }
}
