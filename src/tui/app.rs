//! What the screen knows, and how keys change it. Pure: effects are returned, not done.

use std::sync::Arc;

use super::keymap::{Action, Context};
use crate::experiment::built_in_names;
use crate::session::{Activity, Command, Snapshot, Step};

/// What the event loop is asked to do.
#[derive(Debug)]
pub enum Effect {
    /// tell the worker
    Send(Command),
    /// open the built-in preset of this name
    Load(&'static str),
    /// leave
    Quit,
}

/// What lies over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// all keys, scrolled down by this many lines
    Help(u16),
    /// the built-in presets, this one selected
    Presets(usize),
}

/// The screen's state.
#[derive(Clone, Debug)]
pub struct App {
    /// what is shown
    pub snapshot: Arc<Snapshot>,
    /// what lies over it
    pub overlay: Option<Overlay>,
    /// what went wrong with the last wish, in one line
    pub message: Option<String>,
    /// the layer looked at; none follows the one being built
    layer: Option<usize>,
}

impl App {
    /// A screen that shows `snapshot`.
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, overlay: None, message: None, layer: None }
    }

    /// Where keys have their meaning now.
    pub fn context(&self) -> Context {
        match self.overlay {
            None => Context::Explore,
            Some(Overlay::Help(_)) => Context::Help,
            Some(Overlay::Presets(_)) => Context::Picker,
        }
    }

    /// Takes a newer snapshot. Those of an earlier run come too late.
    pub fn show(&mut self, snapshot: Arc<Snapshot>) {
        if snapshot.run != self.snapshot.run {
            self.layer = None;
        }
        if snapshot.run >= self.snapshot.run {
            self.snapshot = snapshot;
        }
    }

    /// Whether the layer looked at is the user's choice.
    pub fn is_layer_chosen(&self) -> bool {
        self.layer.is_some()
    }

    /// What an action changes here, and what it asks for.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        self.message = None;
        let send = |command| vec![Effect::Send(command)];
        match action {
            Action::StepNeuron => send(Command::Step(Step::Neuron)),
            Action::StepWeight => send(Command::Step(Step::Weight)),
            Action::StepLayer => send(Command::Step(Step::Layer)),
            Action::StepAll => send(Command::Step(Step::All)),
            Action::ToggleRun => match self.snapshot.activity {
                Activity::Paused => send(Command::Run),
                Activity::Stepping | Activity::Running => send(Command::Pause),
                Activity::Failed(_) => Vec::new(),
            },
            Action::Faster => send(Command::Speed(self.snapshot.speed.changed(true))),
            Action::Slower => send(Command::Speed(self.snapshot.speed.changed(false))),
            Action::Restart => send(Command::Restart),
            Action::PreviousLayer => self.look_at(self.snapshot.lane.view.layer.saturating_sub(1)),
            Action::NextLayer => self.look_at(self.snapshot.lane.view.layer + 1),
            Action::FollowLayer => {
                self.layer = None;
                self.view(self.snapshot.lane.index)
            }
            Action::NextLane => {
                self.layer = None;
                self.view((self.snapshot.lane.index + 1) % self.snapshot.lanes)
            }
            Action::OpenPresets => {
                let current = built_in_names().position(|name| name == self.snapshot.experiment.name);
                self.overlay = Some(Overlay::Presets(current.unwrap_or(0)));
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
                    Some(Overlay::Presets(index)) => built_in_names().nth(index),
                    _ => None,
                };
                chosen.map(Effect::Load).into_iter().collect()
            }
            Action::Close => {
                self.overlay = None;
                Vec::new()
            }
            Action::Quit => vec![Effect::Quit],
        }
    }

    fn scroll(&mut self, down: bool) {
        let last = built_in_names().count() - 1;
        match &mut self.overlay {
            Some(Overlay::Presets(index)) if down => *index = (*index + 1).min(last),
            Some(Overlay::Presets(index)) => *index = index.saturating_sub(1),
            Some(Overlay::Help(line)) if down => *line = line.saturating_add(1),
            Some(Overlay::Help(line)) => *line = line.saturating_sub(1),
            None => {}
        }
    }

    fn look_at(&mut self, layer: usize) -> Vec<Effect> {
        self.layer = Some(layer.clamp(1, self.snapshot.lane.layers.len()));
        self.view(self.snapshot.lane.index)
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
        assert!(matches!(effects[..], [Effect::Send(Command::Step(Step::Weight))]));
    }

    #[test]
    fn running_is_toggled_by_what_the_worker_does() {
        let mut app = app();
        assert!(matches!(app.update(Action::ToggleRun)[..], [Effect::Send(Command::Run)]));
        let mut running = (*app.snapshot).clone();
        running.activity = Activity::Running;
        app.show(Arc::new(running));
        assert!(matches!(app.update(Action::ToggleRun)[..], [Effect::Send(Command::Pause)]));
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
