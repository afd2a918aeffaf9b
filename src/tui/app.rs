//! What the screen knows, and how keys change it. Pure: effects are returned, not done.

use std::path::PathBuf;
use std::sync::Arc;

use super::bounds::Chart;
use super::editing::Editing;
use super::export::Export;
use super::keymap::{Action, Context};
use super::mouse::Areas;
use super::outputs::Chooser;
use super::picker::{Filter, Picker};
use super::prompt::{Prompt, Wish};
use super::slots::Slots;
use super::weight::Choice;
use crate::experiment::{Construction, Experiment, built_in_names};
use crate::session::{Activity, Command, Question, Snapshot, Step};

/// What the event loop is asked to do.
#[derive(Debug)]
pub enum Effect {
    /// tell the worker
    Send(Command),
    /// open the built-in preset of this name
    Load(&'static str),
    /// ask what theory says of something
    Ask(Question),
    /// put this setup in place of what is there
    Start(Arc<Experiment>),
    /// write a setup as a preset file
    Save {
        /// where
        path: PathBuf,
        /// what
        experiment: Arc<Experiment>,
        /// whether a file that stands there may be replaced
        replace: bool,
    },
    /// write this to a file
    Export(Export),
    /// stop until the shell resumes the program
    Suspend,
    /// leave
    Quit,
}

/// The screens, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// one construction in full
    Explore,
    /// two or three side by side
    Compare,
    /// one weight as it is put together
    Weight,
    /// what theory asks of all constructions
    Bounds,
    /// F(x) against Ĝ(x)
    Outputs,
}

impl Screen {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Explore, Self::Compare, Self::Weight, Self::Bounds, Self::Outputs];

    /// The key that shows it.
    pub fn key(self) -> char {
        match self {
            Self::Explore => '1',
            Self::Compare => '2',
            Self::Weight => '3',
            Self::Bounds => '4',
            Self::Outputs => '5',
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Compare => "Compare",
            Self::Weight => "Weight",
            Self::Bounds => "Bounds",
            Self::Outputs => "Outputs",
        }
    }

    fn context(self) -> Context {
        match self {
            Self::Explore => Context::Explore,
            Self::Compare => Context::Compare,
            Self::Weight => Context::Weight,
            Self::Bounds => Context::Bounds,
            Self::Outputs => Context::Outputs,
        }
    }
}

/// What lies over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// all keys, scrolled down by this many lines
    Help(u16),
    /// the built-in presets, this one selected
    Presets(usize),
    /// what can be written to a file, this one selected
    Export(usize),
}

/// The screen's state.
#[derive(Clone, Debug)]
pub struct App {
    /// what is shown
    pub snapshot: Arc<Snapshot>,
    /// the newest there is; what is shown unless the view is frozen
    pub latest: Arc<Snapshot>,
    /// whether the view stands still while the engine runs on
    pub frozen: bool,
    /// which screen it is
    pub screen: Screen,
    /// the constructions side by side on Compare
    pub slots: Slots,
    /// the weight on Weight, and the step of its sum
    pub choice: Choice,
    /// the curves on Bounds, once they were asked for
    pub chart: Option<Chart>,
    /// the input on Outputs
    pub chooser: Chooser,
    /// what lies over it
    pub overlay: Option<Overlay>,
    /// a question to the user, over everything
    pub prompt: Option<Prompt>,
    /// what the list that lies over the screen is narrowed by
    pub filter: Option<Filter>,
    /// the list of presets, once it was opened
    pub picker: Option<Picker>,
    /// the setup under the user's hands
    pub editing: Option<Editing>,
    /// what went wrong with the last wish, in one line
    pub message: Option<String>,
    /// what went well, in one line
    pub notice: Option<String>,
    /// whether nothing was tried yet, so that a hint is welcome
    pub is_new: bool,
    /// what the last frame has where, for the mouse
    pub areas: Areas,
    /// the layer looked at; none follows the one being built
    layer: Option<usize>,
}

impl App {
    /// A screen that shows `snapshot`.
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        let slots = Slots::new(&snapshot.experiment.constructions);
        let screen = Screen::Explore;
        let latest = Arc::clone(&snapshot);
        Self {
            snapshot,
            latest,
            frozen: false,
            screen,
            slots,
            choice: Choice::default(),
            chart: None,
            chooser: Chooser::default(),
            overlay: None,
            prompt: None,
            filter: None,
            picker: None,
            editing: None,
            message: None,
            notice: None,
            is_new: true,
            areas: Areas::default(),
            layer: None,
        }
    }

    /// Where keys have their meaning now.
    pub fn context(&self) -> Context {
        match &self.prompt {
            Some(Prompt { wish: Wish::Replace(..), .. }) => return Context::Confirm,
            Some(_) => return Context::Field,
            None if self.filter.as_ref().is_some_and(|filter| filter.typing) => return Context::Field,
            None => {}
        }
        match self.overlay {
            None if self.editing.is_some() => Context::Editing,
            None => self.screen.context(),
            Some(Overlay::Help(_)) => Context::Help,
            Some(Overlay::Presets(_)) => Context::Picker,
            Some(Overlay::Export(_)) => Context::Export,
        }
    }

    /// Takes a newer snapshot. Those of an earlier run come too late.
    pub fn show(&mut self, snapshot: Arc<Snapshot>) {
        if snapshot.run < self.latest.run {
            return;
        }
        if !Arc::ptr_eq(&snapshot.experiment, &self.latest.experiment) {
            self.chooser = Chooser::default();
        }
        if snapshot.run != self.latest.run {
            (self.layer, self.frozen) = (None, false);
        }
        self.latest = snapshot;
        if !self.frozen {
            self.snapshot = Arc::clone(&self.latest);
        }
        if let Some(chart) = &mut self.chart {
            chart.show(&self.snapshot);
        }
    }

    /// Whether the layer looked at is the user's choice.
    pub fn is_layer_chosen(&self) -> bool {
        self.layer.is_some()
    }

    /// The lanes that steps and runs move: the one looked at; on Compare the chosen one, or all that are shown; on
    /// Bounds all there are.
    pub fn lanes(&self) -> Vec<usize> {
        match self.screen {
            Screen::Explore | Screen::Weight | Screen::Outputs => vec![self.snapshot.shown],
            Screen::Compare => {
                self.slots.moving().filter_map(|construction| self.lane_of(construction)).collect()
            }
            Screen::Bounds => (0..self.snapshot.lanes.len()).collect(),
        }
    }

    /// The lane that builds this construction.
    pub fn lane_of(&self, construction: Construction) -> Option<usize> {
        self.snapshot.lanes.iter().position(|lane| lane.construction == construction)
    }

    /// What an action changes here, and what it asks for.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        (self.message, self.notice) = (None, None);
        if let Some(effects) = self.answer(action) {
            return effects;
        }
        let before = self.screen;
        let mut effects = self.act(action);
        if self.screen != before {
            // What is looked at on one screen costs time on no other.
            match before {
                Screen::Weight => effects.push(Effect::Send(Command::WatchWeight(None))),
                Screen::Outputs => effects.push(Effect::Send(Command::WatchOutput(None))),
                Screen::Explore | Screen::Compare | Screen::Bounds => {}
            }
        }
        effects
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        let send = |command| vec![Effect::Send(command)];
        self.is_new &= !matches!(
            action,
            Action::StepNeuron | Action::StepWeight | Action::StepLayer | Action::StepAll | Action::ToggleRun
        );
        match action {
            Action::Edit => {
                self.screen = Screen::Explore;
                self.editing = Some(Editing::new(&self.latest));
                Vec::new()
            }
            Action::Save => self.ask(Prompt::save(Arc::clone(&self.latest.experiment))),
            Action::JumpToLayer => self.ask(Prompt::layer(self.snapshot.lane().layers.len())),
            Action::Filter => {
                self.filter = Some(Filter { typing: true, ..Filter::default() });
                Vec::new()
            }
            Action::PreviousChoice | Action::NextChoice => Vec::new(),
            Action::StepNeuron => send(Command::Step(Step::Neuron, self.lanes())),
            Action::StepWeight => send(Command::Step(Step::Weight, self.lanes())),
            Action::StepLayer => send(Command::Step(Step::Layer, self.lanes())),
            Action::StepAll => send(Command::Step(Step::All, self.lanes())),
            Action::BackNeuron => send(Command::Back(Step::Neuron, self.lanes())),
            Action::BackWeight => send(Command::Back(Step::Weight, self.lanes())),
            Action::BackLayer => send(Command::Back(Step::Layer, self.lanes())),
            Action::Freeze => {
                self.frozen = !self.frozen;
                if !self.frozen {
                    self.snapshot = Arc::clone(&self.latest);
                }
                Vec::new()
            }
            Action::ToggleRun => match self.latest.activity {
                Activity::Paused => send(Command::Run(self.lanes())),
                Activity::Stepping | Activity::GoingBack | Activity::Running => send(Command::Pause),
                Activity::Failed(_) => Vec::new(),
            },
            Action::Faster => send(Command::ChangeSpeed { faster: true }),
            Action::Slower => send(Command::ChangeSpeed { faster: false }),
            Action::Restart => send(Command::Restart),
            Action::PreviousLayer => self.look_at(self.snapshot.lane().view.layer.saturating_sub(1)),
            Action::NextLayer => self.look_at(self.snapshot.lane().view.layer + 1),
            Action::FollowLayer => {
                self.layer = None;
                self.view(self.snapshot.shown)
            }
            Action::NextLane => {
                self.layer = None;
                self.view((self.snapshot.shown + 1) % self.snapshot.lanes.len())
            }
            Action::ShowExplore => {
                self.screen = Screen::Explore;
                Vec::new()
            }
            Action::ShowCompare => {
                self.screen = Screen::Compare;
                send(Command::Compare(self.slots.shown().to_vec()))
            }
            Action::ShowWeight => {
                self.screen = Screen::Weight;
                send(self.choice.command())
            }
            Action::WeightUp
            | Action::WeightDown
            | Action::WeightLeft
            | Action::WeightRight
            | Action::WeightFarUp
            | Action::WeightFarDown
            | Action::WeightFirst
            | Action::WeightLast
            | Action::WorstWeight
            | Action::LatestWeight
            | Action::ServedWeight
            | Action::NextSumStep
            | Action::PreviousSumStep
            | Action::TakenOnly => {
                let moved = self.choice.update(action, &self.snapshot);
                self.message = moved.err().map(str::to_owned);
                if moved == Ok(true) { send(self.choice.command()) } else { Vec::new() }
            }
            Action::ShowOutputs => {
                self.screen = Screen::Outputs;
                send(self.chooser.watch())
            }
            Action::RowsOn | Action::RowsBack => {
                self.chooser.scroll(action, &self.snapshot);
                Vec::new()
            }
            Action::NextInput
            | Action::PreviousInput
            | Action::InputsOn
            | Action::InputsBack
            | Action::FirstInput
            | Action::LastInput
            | Action::WorstInput
            | Action::NextMistake => {
                if self.frozen {
                    self.message = Some("The view stands still: s lets it go on.".to_owned());
                    return Vec::new();
                }
                self.message = self.chooser.choose(action, &self.snapshot);
                send(self.chooser.watch())
            }
            Action::ShowBounds => {
                self.screen = Screen::Bounds;
                self.chart.get_or_insert_with(|| Chart::new(&self.snapshot));
                Vec::new()
            }
            Action::CursorBack
            | Action::CursorOn
            | Action::CursorFarBack
            | Action::CursorFarOn
            | Action::CursorOwn
            | Action::NextAxis
            | Action::NextCurve
            | Action::PreviousCurve
            | Action::HideCurve => {
                if let Some(chart) = &mut self.chart {
                    chart.update(action);
                }
                Vec::new()
            }
            Action::NextSlot | Action::StepTogether => {
                let moved = self.lanes();
                match action {
                    Action::NextSlot => self.slots.focus_next(),
                    _ => self.slots.together = !self.slots.together,
                }
                // A run goes on with the lanes that are said to run.
                let other = self.latest.activity == Activity::Running && self.lanes() != moved;
                if other { send(Command::Run(self.lanes())) } else { Vec::new() }
            }
            Action::NextConstruction | Action::PreviousConstruction => {
                self.slots.change(action == Action::NextConstruction);
                self.compare()
            }
            Action::ThirdSlot => {
                self.slots.toggle_third();
                self.compare()
            }
            Action::ClimbLadder => {
                self.slots.climb();
                self.compare()
            }
            Action::OpenPresets => {
                let current =
                    built_in_names().position(|name| name == self.snapshot.experiment.preset_name());
                self.overlay = Some(Overlay::Presets(current.unwrap_or(0)));
                if self.picker.is_some() {
                    return Vec::new();
                }
                self.picker = Some(Picker::default());
                built_in_names().map(|name| Effect::Ask(Question::Cost(name))).collect()
            }
            Action::OpenExport => {
                self.overlay = Some(Overlay::Export(0));
                Vec::new()
            }
            Action::OpenHelp => {
                self.overlay = Some(Overlay::Help(0));
                Vec::new()
            }
            Action::Up | Action::Down => {
                self.scroll(action == Action::Down);
                Vec::new()
            }
            Action::Choose => {
                let chosen = match self.overlay.take() {
                    Some(Overlay::Presets(index)) => built_in_names().nth(index).map(Effect::Load),
                    Some(Overlay::Export(index)) => Export::ALL.get(index).copied().map(Effect::Export),
                    _ => None,
                };
                self.filter = None;
                chosen.into_iter().collect()
            }
            Action::Close => {
                // First the filter, then the list.
                if self.filter.take().is_none() {
                    self.overlay = None;
                }
                Vec::new()
            }
            Action::Suspend => vec![Effect::Suspend],
            Action::Quit => vec![Effect::Quit],
        }
    }

    /// Asks for lanes of the constructions shown now. What is busy with others pauses.
    fn compare(&self) -> Vec<Effect> {
        let mut commands = vec![Command::Compare(self.slots.shown().to_vec())];
        if self.latest.activity.is_busy() {
            commands.push(Command::Pause);
        }
        commands.into_iter().map(Effect::Send).collect()
    }

    fn scroll(&mut self, down: bool) {
        let step = if down { 1 } else { -1 };
        match &mut self.overlay {
            Some(Overlay::Presets(index)) => {
                if let Some(picker) = &self.picker {
                    *index = picker.neighbour(self.filter.as_ref(), *index, step);
                }
            }
            Some(Overlay::Export(index)) => {
                *index = index.saturating_add_signed(step).min(Export::ALL.len() - 1);
            }
            Some(Overlay::Help(line)) if down => *line = line.saturating_add(1),
            Some(Overlay::Help(line)) => *line = line.saturating_sub(1),
            None => {}
        }
    }

    pub(super) fn look_at(&mut self, layer: usize) -> Vec<Effect> {
        self.layer = Some(layer.clamp(1, self.snapshot.lane().layers.len()));
        self.view(self.snapshot.shown)
    }

    fn view(&self, lane: usize) -> Vec<Effect> {
        vec![Effect::Send(Command::View { lane, layer: self.layer })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::{Session, Worker};

    fn app() -> App {
        let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        App::new(Worker::spawn(session).latest())
    }

    #[test]
    fn steps_are_sent_to_the_worker() {
        let effects = app().update(Action::StepWeight);
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
        app.update(Action::ShowCompare);
        let mut running = (*app.snapshot).clone();
        running.activity = Activity::Running;
        app.show(Arc::new(running));
        let lanes = |effects: &[Effect]| match effects {
            [Effect::Send(Command::Run(lanes))] => Some(lanes.clone()),
            _ => None,
        };
        assert_eq!(lanes(&app.update(Action::StepTogether)), Some(vec![0]));
        assert_eq!(lanes(&app.update(Action::NextSlot)), Some(vec![1]));
        assert_eq!(lanes(&app.update(Action::StepTogether)), Some(vec![0, 1]));
        // Together, choosing a lane moves no others; another construction is not running yet.
        assert!(app.update(Action::NextSlot).is_empty());
        let effects = app.update(Action::NextConstruction);
        assert!(matches!(effects[..], [Effect::Send(Command::Compare(_)), Effect::Send(Command::Pause)]));
    }

    #[test]
    fn a_preset_is_chosen_from_the_list() {
        let mut app = app();
        app.update(Action::OpenPresets);
        assert_eq!((app.context(), app.overlay), (Context::Picker, Some(Overlay::Presets(1))));
        app.update(Action::Up);
        app.update(Action::Up);
        assert!(matches!(app.update(Action::Choose)[..], [Effect::Load("digits")]));
        assert_eq!(app.context(), Context::Explore);
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
}
