//! What the screen knows, and how keys change it. Pure: effects are returned, not done.

pub mod mouse;
mod paste;
mod typed;

use std::sync::Arc;

use crate::experiment::Construction;
use crate::session::{Activity, Command, Snapshot};
use crate::tui::app::mouse::Areas;
use crate::tui::effects::Effect;
use crate::tui::export::Export;
use crate::tui::keymap::{Action, ChartMove, Context, InputMove, WeightMove};
use crate::tui::look::theme::{Colours, ThemeName};
use crate::tui::overlays::abandon::Abandon;
use crate::tui::overlays::picker::Picker;
use crate::tui::overlays::prompt::{Prompt, Wish};
use crate::tui::screen::{Overlay, Screen};
use crate::tui::screens::bounds::Chart;
use crate::tui::screens::compare::lanes::slots_of;
use crate::tui::screens::compare::slots::Slots;
use crate::tui::screens::explore::editing::Editing;
use crate::tui::screens::outputs::Chooser;
use crate::tui::screens::weight::Choice;
use crate::tui::widgets::filter::Filter;

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
    /// what the list that lies over the screen, or else the screen's own table, is narrowed by
    pub filter: Option<Filter>,
    /// the list of presets, once it was opened
    pub picker: Option<Picker>,
    /// the setup under the user's hands
    pub editing: Option<Editing>,
    /// why something could not be opened, scrolled down by so many lines
    pub refusal: Option<(String, u16)>,
    /// what went wrong with the last wish, in one line
    pub message: Option<String>,
    /// what went well, in one line
    pub notice: Option<String>,
    /// whether nothing was tried yet, so that a hint is welcome
    pub is_new: bool,
    /// the background that colours are chosen for, or none
    pub theme: ThemeName,
    /// the colours that the terminal has
    pub colours: Colours,
    /// what the last frame has where, for the mouse
    pub areas: Areas,
    /// the layer looked at; none follows the one being built
    layer: Option<usize>,
    /// the lanes of the run before others were asked for on Compare
    pub(crate) lanes_before: Option<Vec<Construction>>,
}

impl App {
    /// A screen that shows `snapshot`.
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        let slots = slots_of(&snapshot);
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
            refusal: None,
            message: None,
            notice: None,
            is_new: true,
            theme: ThemeName::Dark,
            colours: Colours::Sixteen,
            areas: Areas::default(),
            layer: None,
            lanes_before: None,
        }
    }

    /// Where keys have their meaning now.
    pub fn context(&self) -> Context {
        match &self.prompt {
            Some(prompt) if prompt.is_yes_or_no() => return Context::Confirm,
            Some(Prompt { wish: Wish::Open, .. }) => return Context::Path,
            Some(_) => return Context::Field,
            None if self.filter.as_ref().is_some_and(|filter| filter.typing) => return Context::Field,
            None if self.refusal.is_some() => return Context::Refusal,
            None => {}
        }
        match self.overlay {
            None if self.editing.is_some() => Context::Editing,
            None => self.screen.context(),
            Some(Overlay::Help(_)) => Context::Help,
            Some(Overlay::Certificate(_)) => Context::Certificate,
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
            self.slots = slots_of(&snapshot);
            self.lanes_before = None;
            // What was to be opened is there.
            if matches!(self.overlay, Some(Overlay::Presets(_))) {
                (self.overlay, self.filter) = (None, None);
            }
        }
        if snapshot.run != self.latest.run {
            (self.layer, self.frozen) = (None, false);
        }
        self.latest = snapshot;
        self.say_what_was_added();
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
        (self.message, self.notice, self.lanes_before) = (None, None, None);
        if let Some(effects) = self.answer(action) {
            return effects;
        }
        self.act(action)
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        let send = |command| vec![Effect::Send(command)];
        self.is_new &= !matches!(action, Action::Step(_) | Action::ToggleRun);
        match action {
            Action::Step(step) => send(Command::Step(step, self.lanes())),
            Action::Back(step) => send(Command::Back(step, self.lanes())),
            Action::ToggleRun => match self.latest.activity {
                Activity::Paused => send(Command::Run(self.lanes())),
                Activity::Stepping | Activity::GoingBack | Activity::Running => send(Command::Pause),
                Activity::Failed(_) => Vec::new(),
            },
            Action::Faster => send(Command::ChangeSpeed { faster: true }),
            Action::Slower => send(Command::ChangeSpeed { faster: false }),
            Action::Restart => self.abandon(Abandon::Restart),
            Action::Freeze => {
                self.frozen = !self.frozen;
                if !self.frozen {
                    self.snapshot = Arc::clone(&self.latest);
                }
                Vec::new()
            }
            Action::PreviousLayer => self.look_at(self.snapshot.lane().view.layer.saturating_sub(1)),
            Action::NextLayer => self.look_at(self.snapshot.lane().view.layer + 1),
            Action::FollowLayer => {
                self.layer = None;
                self.view(self.snapshot.shown)
            }
            Action::JumpToLayer => self.ask(Prompt::layer(self.snapshot.lane().layers.len())),
            Action::NextLane => {
                self.layer = None;
                self.view((self.snapshot.shown + 1) % self.snapshot.lanes.len())
            }
            Action::Show(screen) => self.turn_to(screen),
            Action::Lanes(change) => self.change_lanes(change),
            Action::Weight(to) => self.move_weight(to),
            Action::Chart(change) => self.change_chart(change),
            Action::Inputs(to) => self.move_input(to),
            Action::JumpToInput => self.ask(Prompt::input(self.snapshot.lane().error.inputs_shown())),
            Action::Edit => {
                self.screen = Screen::Explore;
                self.editing = Some(Editing::new(&self.latest));
                Vec::new()
            }
            Action::Save => self.ask(Prompt::save(Arc::clone(&self.latest.experiment))),
            Action::Filter if self.overlay.is_none() && self.screen == Screen::Compare => {
                self.message =
                    Some("Every row here is a lane: j and k change it, t shows a third.".to_owned());
                Vec::new()
            }
            Action::Filter => {
                self.filter = Some(Filter { typing: true, ..Filter::default() });
                Vec::new()
            }
            Action::AllRows => {
                self.filter = None;
                Vec::new()
            }
            Action::OpenPresets => self.open_picker(),
            Action::OpenPath => self.ask_for_path(),
            Action::OpenExport => self.lay_over(Overlay::Export(0)),
            Action::OpenHelp => self.lay_over(Overlay::Help(0)),
            Action::OpenCertificate => self.lay_over(Overlay::Certificate(0)),
            Action::Up | Action::Down => {
                self.scroll(action == Action::Down);
                Vec::new()
            }
            // Only what is edited or typed has these.
            Action::PreviousChoice | Action::NextChoice | Action::Complete => Vec::new(),
            Action::Choose => {
                if let Some(Overlay::Presets(index)) = self.overlay {
                    return self.pick(index);
                }
                let chosen = match self.overlay.take() {
                    Some(Overlay::Export(index)) => Export::ALL.get(index).copied(),
                    _ => None,
                };
                self.filter = None;
                chosen.map(Effect::Export).into_iter().collect()
            }
            Action::Close => {
                // First the filter, then the list.
                if self.filter.take().is_none() {
                    self.overlay = None;
                }
                Vec::new()
            }
            Action::NextTheme => {
                self.change_theme();
                Vec::new()
            }
            Action::Suspend => vec![Effect::Suspend],
            Action::Quit => self.quit(),
        }
    }

    /// Shows a screen. What is looked at on one screen costs time on no other.
    fn turn_to(&mut self, screen: Screen) -> Vec<Effect> {
        let mut commands = match screen {
            Screen::Explore | Screen::Compare => Vec::new(),
            Screen::Weight => vec![self.choice.command()],
            Screen::Bounds => {
                self.chart.get_or_insert_with(|| Chart::new(&self.snapshot));
                Vec::new()
            }
            Screen::Outputs => vec![self.chooser.watch()],
        };
        if screen != self.screen {
            self.filter = None;
            match self.screen {
                Screen::Weight => commands.push(Command::WatchWeight(None)),
                Screen::Outputs => commands.push(Command::WatchOutput(None)),
                Screen::Explore | Screen::Compare | Screen::Bounds => {}
            }
        }
        self.screen = screen;
        commands.into_iter().map(Effect::Send).collect()
    }

    fn move_weight(&mut self, to: WeightMove) -> Vec<Effect> {
        let moved = self.choice.update(to, &self.snapshot, self.filter.as_ref());
        self.message = moved.err().map(str::to_owned);
        if moved == Ok(true) { vec![Effect::Send(self.choice.command())] } else { Vec::new() }
    }

    fn change_chart(&mut self, change: ChartMove) -> Vec<Effect> {
        if let Some(chart) = &mut self.chart {
            chart.update(change, self.filter.as_ref());
        }
        Vec::new()
    }

    fn move_input(&mut self, to: InputMove) -> Vec<Effect> {
        let before = self.chooser.input;
        if !matches!(to, InputMove::RowsOn | InputMove::RowsBack) && self.stands_still() {
            return Vec::new();
        }
        self.message = self.chooser.update(to, &self.snapshot);
        if self.chooser.input == before { Vec::new() } else { vec![Effect::Send(self.chooser.watch())] }
    }

    pub(crate) fn go_to_input(&mut self, input: usize) -> Vec<Effect> {
        if self.stands_still() {
            return Vec::new();
        }
        self.chooser.input = input;
        vec![Effect::Send(self.chooser.watch())]
    }

    /// Whether nothing else can be looked at, which is then said.
    fn stands_still(&mut self) -> bool {
        if self.frozen {
            self.message = Some("The view stands still: s lets it go on.".to_owned());
        }
        self.frozen
    }

    fn change_theme(&mut self) {
        if self.colours == Colours::None {
            self.message = Some("There are no colours: NO_COLOR is set, or --color never given.".to_owned());
        } else {
            self.theme = self.theme.next();
            self.notice = Some(format!("theme {}: T for the next", self.theme.name()));
        }
    }

    fn lay_over(&mut self, overlay: Overlay) -> Vec<Effect> {
        (self.overlay, self.filter) = (Some(overlay), None);
        Vec::new()
    }

    /// The filter of the screen's own table.
    pub fn table_filter(&self) -> Option<&Filter> {
        self.filter.as_ref().filter(|_| self.overlay.is_none())
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
            Some(Overlay::Help(line) | Overlay::Certificate(line)) => {
                *line = line.saturating_add_signed(step as i16);
            }
            None => {}
        }
    }

    pub(crate) fn look_at(&mut self, layer: usize) -> Vec<Effect> {
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
    use crate::session::{Session, Step, Worker};
    use crate::tui::keymap::LaneMove;

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
        app.update(Action::Show(Screen::Compare));
        let mut running = (*app.snapshot).clone();
        running.activity = Activity::Running;
        app.show(Arc::new(running));
        let lanes = |effects: &[Effect]| match effects {
            [Effect::Send(Command::Run(lanes))] => Some(lanes.clone()),
            _ => None,
        };
        assert_eq!(lanes(&app.update(Action::Lanes(LaneMove::Together))), Some(vec![0]));
        assert_eq!(lanes(&app.update(Action::Lanes(LaneMove::NextLane))), Some(vec![1]));
        assert_eq!(lanes(&app.update(Action::Lanes(LaneMove::Together))), Some(vec![0, 1]));
        // Together, choosing a lane moves no others; another construction is not running yet.
        assert!(app.update(Action::Lanes(LaneMove::NextLane)).is_empty());
        let effects = app.update(Action::Lanes(LaneMove::NextConstruction));
        assert!(matches!(effects[..], [Effect::Send(Command::Compare(_))]));
    }

    #[test]
    fn a_preset_is_chosen_from_the_list() {
        let mut app = app();
        app.update(Action::OpenPresets);
        assert_eq!((app.context(), app.overlay), (Context::Picker, Some(Overlay::Presets(1))));
        app.update(Action::Up);
        app.update(Action::Up);
        assert!(matches!(&app.update(Action::Choose)[..], [Effect::Load(name)] if name == "digits"));
        // The list stays until the preset is there, and where it cannot be opened.
        assert_eq!(app.context(), Context::Picker);
        app.failed_to_open("expected this, found that".to_owned());
        assert_eq!(app.context(), Context::Refusal);
        app.update(Action::Close);
        assert_eq!(app.context(), Context::Picker);
        let digits = Session::new(Experiment::load("digits", None, &[]).unwrap()).unwrap();
        app.show(Worker::spawn(digits).latest());
        assert_eq!(app.context(), Context::Explore);
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
}
