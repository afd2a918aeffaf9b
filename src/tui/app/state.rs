//! The explorer's state: the run shown, the screens, the overlays and the question over them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::buffer::Buffer;

use crate::experiment::Experiment;
use crate::session::Snapshot;
use crate::tui::config::{Config, ConfigError};
use crate::tui::export::{Export, Exported, stem};
use crate::tui::keymap::{Binding, FIELD, Keymap, LEARNED, TOGETHER, in_terms_of, with_others};
use crate::tui::lesson::progress::Lesson;
use crate::tui::look::Look;
use crate::tui::look::theme::{Colours, ThemeName};
use crate::tui::overlays::overlay::Overlay;
use crate::tui::overlays::prompt::{Prompt, Saved};
use crate::tui::overlays::{Overlays, refusal};
use crate::tui::request::Request;
use crate::tui::screens::screen::Screen;
use crate::tui::screens::{Screens, compare, every_screen, explore};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::Clickables;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::pictures::Pictures;
use crate::visible::file_name;

/// The explorer's state.
#[derive(Clone, Debug)]
pub struct App {
    /// the shown snapshot
    pub snapshot: Arc<Snapshot>,
    /// the newest snapshot: the shown one unless the view is frozen
    pub latest: Arc<Snapshot>,
    /// whether the view stands still while the engine runs on
    pub frozen: bool,
    /// the screens
    pub screens: Screens,
    /// place of the shown screen in the table
    pub(super) shown: usize,
    /// the overlays
    pub overlays: Overlays,
    /// places of the open overlays in their table, the topmost last
    pub(super) open: Vec<usize>,
    /// a question to the user, over everything
    pub prompt: Option<Prompt>,
    /// the filter of the screen's table
    pub filter: Option<Filter>,
    /// why the last key was refused, in one line
    pub message: Option<String>,
    /// the unseen effect of the last key, in one line
    pub notice: Option<String>,
    /// whether nothing was tried yet, so a hint is welcome
    pub is_new: bool,
    /// arguments of the program that change a preset, for the command that repeats a run
    pub overrides: Vec<String>,
    /// the guided lesson
    pub lesson: Lesson,
    /// the background of the colours, or none
    pub theme: ThemeName,
    /// the terminal's colours
    pub colours: Colours,
    /// whether the screens are those of a lecture
    pub is_large: bool,
    /// the options in force, and whether the cards are to be left out at the start
    pub config: Config,
    /// the clickable areas of the last frame
    pub clickables: Clickables,
    /// whether the terminal shows images
    pub shows_images: bool,
    /// the pictures of the last frame
    pub pictures: Pictures,
    /// whether a command has no answer yet
    pub(super) is_awaiting: bool,
    /// place of the pane that stands in the place of all
    pub(super) zoomed: Option<usize>,
    /// the user's layer; `None` follows the one being built
    pub(super) layer: Option<usize>,
}

impl App {
    /// An explorer on `snapshot`.
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        let mut app = Self {
            latest: Arc::clone(&snapshot),
            snapshot,
            frozen: false,
            screens: Screens::default(),
            shown: 0,
            overlays: Overlays::default(),
            open: Vec::new(),
            prompt: None,
            filter: None,
            message: None,
            notice: None,
            is_new: true,
            overrides: Vec::new(),
            lesson: Lesson::default(),
            theme: ThemeName::Dark,
            colours: Colours::Sixteen,
            is_large: false,
            config: Config::default(),
            clickables: Clickables::default(),
            shows_images: false,
            pictures: Pictures::default(),
            is_awaiting: false,
            zoomed: None,
            layer: None,
        };
        app.show_on_screens(true);
        app.lead_with_compare();
        app.name_targets();
        app
    }

    /// Says that there are other targets for the same task.
    fn name_targets(&mut self) {
        let targets = self.latest.experiment.targets().len();
        if targets > 1 {
            self.notice =
                Some(format!("one of {targets} targets for the same task: F lists them side by side"));
        }
    }

    /// Goes from Explore to Compare for a setup that compares: several constructions, or several learned lanes.
    fn lead_with_compare(&mut self) {
        let compares = self.latest.lanes.len() > 1 || self.latest.learned.len() > 1;
        if self.screen_name() == explore::NAME && compares {
            let compare = self.screens.all().iter().position(|screen| screen.facts().name == compare::NAME);
            self.shown = compare.unwrap_or(self.shown);
        }
    }

    /// The shown screen.
    pub fn screen(&self) -> &dyn Screen {
        self.screens.all()[self.shown]
    }

    /// Name of the shown screen.
    pub fn screen_name(&self) -> &'static str {
        self.screen().facts().name
    }

    /// Whether the screen is that of a lecture. A setup is edited on the full screen.
    pub fn is_lecture(&self) -> bool {
        self.is_large && self.screen().keymap().adds
    }

    /// Name of the topmost overlay.
    pub fn overlay_name(&self) -> Option<&'static str> {
        self.overlay().map(Overlay::name)
    }

    /// Place of the shown screen in the table.
    pub(crate) fn shown(&self) -> usize {
        self.shown
    }

    /// The open overlays, the topmost last.
    pub fn open_overlays(&self) -> impl DoubleEndedIterator<Item = &dyn Overlay> {
        self.open.iter().map(|&overlay| self.overlays.all()[overlay])
    }

    /// The topmost overlay.
    pub fn overlay(&self) -> Option<&dyn Overlay> {
        self.open_overlays().next_back()
    }

    /// The keys valid now.
    pub fn keymap(&self) -> &'static Keymap {
        if let Some(prompt) = &self.prompt {
            return prompt.keymap();
        }
        match (self.overlay(), &self.filter) {
            (Some(overlay), _) => overlay.keymap(),
            (None, Some(Filter { typing: true, .. })) => &FIELD,
            (None, _) => self.screen().keymap(),
        }
    }

    /// The rows of the keys valid now.
    pub fn bindings(&self) -> impl Iterator<Item = &'static Binding> {
        let keymap = self.keymap();
        let others = if keymap.adds { every_screen().bindings } else { &[] };
        let steps = self.step_names();
        with_others(keymap.bindings, others.iter().map(move |binding| in_terms_of(binding, steps)))
    }

    /// The rows of the keys that do something now.
    pub fn offered(&self) -> impl Iterator<Item = &'static Binding> {
        self.bindings().filter(|binding| self.offers(binding.action))
    }

    /// The names of steps, by the lanes that steps move.
    fn step_names(&self) -> &'static [Binding] {
        let constructions = self.snapshot.lanes.len();
        let lanes = self.lanes();
        let learned = lanes.iter().filter(|lane| **lane >= constructions).count();
        if learned == 0 {
            &[]
        } else if learned < lanes.len() {
            TOGETHER
        } else {
            LEARNED.bindings
        }
    }

    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            snapshot: &self.snapshot,
            latest: &self.latest,
            frozen: self.frozen,
            filter: self.filter.as_ref(),
        }
    }

    /// The names of the shown screen's panes that can be zoomed.
    pub(super) fn zoomable(&self) -> Vec<&'static str> {
        self.screen().zoomable(&self.scene())
    }

    /// The context of drawing.
    pub fn view<'a>(&'a self, look: &'a Look) -> ScreenView<'a> {
        ScreenView {
            scene: self.scene(),
            look,
            clickables: &self.clickables,
            // Nothing but the cells can be under an overlay.
            pictures: (self.shows_images && self.open.is_empty() && self.prompt.is_none())
                .then_some(&self.pictures),
            message: self.message.as_deref(),
            notice: self.notice.as_deref(),
            layer_is_chosen: self.layer.is_some(),
            zoomed: self.zoomed,
            is_new: self.is_new,
            screen: self.screen_name(),
            screen_keys: self.screen().keymap(),
        }
    }

    /// Lets the shown screen act.
    pub(super) fn on_screen<T: Default>(&mut self, act: impl FnOnce(&mut dyn Screen, &Scene<'_>) -> T) -> T {
        let scene = Scene {
            snapshot: &self.snapshot,
            latest: &self.latest,
            frozen: self.frozen,
            filter: self.filter.as_ref(),
        };
        let screen = self.screens.all_mut().into_iter().nth(self.shown);
        screen.map(|screen| act(screen, &scene)).unwrap_or_default()
    }

    /// Lets the topmost overlay act.
    pub(super) fn on_overlay<T: Default>(
        &mut self,
        act: impl FnOnce(&mut dyn Overlay, &Scene<'_>) -> T,
    ) -> T {
        let scene = Scene {
            snapshot: &self.snapshot,
            latest: &self.latest,
            frozen: self.frozen,
            filter: self.filter.as_ref(),
        };
        let overlay = self.open.last().and_then(|&place| self.overlays.all_mut().into_iter().nth(place));
        overlay.map(|overlay| act(overlay, &scene)).unwrap_or_default()
    }

    /// Takes a newer snapshot. One of an earlier run comes too late.
    pub fn show(&mut self, snapshot: Arc<Snapshot>) {
        if snapshot.run < self.latest.run {
            return;
        }
        let is_new_setup = !Arc::ptr_eq(&snapshot.experiment, &self.latest.experiment);
        let is_new_preset = snapshot.experiment.preset_name() != self.latest.experiment.preset_name();
        if is_new_setup {
            let overlays = self.overlays.all();
            self.open.retain(|&place| !overlays[place].closes_on_new_setup());
        }
        if snapshot.run != self.latest.run {
            (self.layer, self.frozen) = (None, false);
        }
        self.is_awaiting &= snapshot.obeyed == self.latest.obeyed && snapshot.run == self.latest.run;
        self.latest = snapshot;
        if !self.frozen {
            self.snapshot = Arc::clone(&self.latest);
        }
        self.show_on_screens(is_new_setup);
        if is_new_preset {
            self.lead_with_compare();
            self.name_targets();
        }
        self.look_at_lesson();
    }

    /// Opens the lesson at the step where it was left.
    pub fn open_lesson(&mut self) {
        let (screen, overlay) = (self.screen_name(), self.overlay_name());
        self.lesson.open(&self.snapshot, screen, overlay);
    }

    /// Goes to a step of the lesson.
    pub(super) fn go_to_step(&mut self, step: usize) {
        let (screen, overlay) = (self.screen_name(), self.overlay_name());
        self.lesson.begin(step, &self.snapshot, screen, overlay);
    }

    /// Lets the lesson go on if its step is done.
    pub(super) fn look_at_lesson(&mut self) {
        let (screen, overlay) = (self.screen_name(), self.overlay_name());
        self.lesson.look(&self.snapshot, screen, overlay);
    }

    pub(super) fn show_on_screens(&mut self, is_new_setup: bool) {
        let scene = Scene {
            snapshot: &self.snapshot,
            latest: &self.latest,
            frozen: self.frozen,
            filter: self.filter.as_ref(),
        };
        let screens = self.screens.all_mut().into_iter();
        let requests: Vec<Request> = screens.flat_map(|screen| screen.show(&scene, is_new_setup)).collect();
        for request in requests {
            match request {
                Request::Say(message) => self.message = Some(message),
                Request::Tell(notice) => self.notice = Some(notice),
                _ => {}
            }
        }
    }

    /// Whether the layer looked at is the user's choice.
    pub fn is_layer_chosen(&self) -> bool {
        self.layer.is_some()
    }

    /// The lanes moved by steps and runs.
    pub fn lanes(&self) -> Vec<usize> {
        self.screen().lanes(&self.scene())
    }

    /// Takes how a typed path goes on.
    pub fn path_completed(&mut self, completed: Result<(String, Vec<String>), String>) {
        if let Some(prompt) = &mut self.prompt {
            prompt.completed(completed);
        }
    }

    /// Takes the outcome of saving a file.
    pub fn saved(&mut self, path: PathBuf, experiment: Arc<Experiment>, result: io::Result<()>) {
        match Prompt::saved(path, experiment, result) {
            Saved::Done(notice) => self.notice = Some(notice),
            Saved::Exists(prompt) => self.prompt = Some(prompt),
            Saved::Failed(message) => self.message = Some(message),
        }
    }

    /// Takes the outcome of writing the config file.
    pub fn remembered(&mut self, written: Result<PathBuf, ConfigError>) {
        match written {
            Ok(path) => {
                self.notice = Some(format!("remembered in {}", file_name(&path.display().to_string())));
            }
            Err(error) => self.message = Some(error.to_string()),
        }
    }

    /// Takes why something could not be opened. The run, the list and the typed text stay.
    pub fn failed_to_open(&mut self, error: String) {
        self.notice = None;
        let place = self.overlays.all().iter().position(|overlay| overlay.name() == refusal::NAME);
        self.open.retain(|&open| Some(open) != place);
        self.open.extend(place);
        self.overlays.refusal = refusal::RefusalWindow { error, scroll: 0 };
    }

    /// Writes the shown screen or its numbers to a file in `folder`.
    ///
    /// # Errors
    /// As [`Export::write`].
    pub fn export(
        &self,
        export: Export,
        look: &Look,
        drawn: &Buffer,
        folder: &Path,
    ) -> Result<String, String> {
        let scene = self.scene();
        let stem = stem(&scene.snapshot.experiment, self.screen_name());
        let numbers = self.screen().numbers(&scene);
        export.write(Exported { stem, numbers, drawn, ground: look.theme.ground }, folder)
    }
}
