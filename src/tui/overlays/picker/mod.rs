//! The list of presets and files to open: the built-in presets, and the folders, presets and weight files of a folder.

pub mod folder;
pub mod list;
mod window;

use std::path::{Path, PathBuf};

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;

use super::abandon::Abandon;
use super::overlay::Overlay;
use super::prompt::Prompt;
use crate::experiment::{PresetSource, built_in_names};
use crate::session::{Answer, Question};
use crate::tui::effects::{Effect, News};
use crate::tui::keymap::Key::{Char, Control, Down, Enter, Escape, Up};
use crate::tui::keymap::{Action, FIELD, Keymap, bind};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::filter::Filter;
use folder::FileKind;
use list::{PickerList, PickerRow};

/// Its name in key tables.
pub const NAME: &str = "presets";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "In the list of presets and files",
    &[
        bind(&[Char('k'), Up], Action::Up, "up", "the row above"),
        bind(&[Char('j'), Down], Action::Down, "down", "the row below"),
        bind(&[Enter], Action::Choose, "open", "open the preset, the file or the folder"),
        bind(&[Char('o')], Action::OpenPath, "type a path", "open a file by its path"),
        bind(&[Char('/')], Action::Filter, "filter", "only rows that hold a text; Esc shows all again"),
        bind(&[Escape, Char('p'), Char('q')], Action::Close, "close", "close the list"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// The list, and the path typed last.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    /// the list
    pub list: PickerList,
    /// the path typed last
    pub typed: String,
}

/// The built-in presets' names and titles.
fn presets() -> Vec<(&'static str, String)> {
    let title = |name: &'static str| {
        let preset = PresetSource::find(name).and_then(|source| source.parse());
        (name, preset.ok().and_then(|preset| preset.title).unwrap_or_default())
    };
    built_in_names().map(title).collect()
}

impl Picker {
    /// Opens the selected row. The list stays until the session is there.
    fn choose(&mut self) -> Vec<Request> {
        let rows = self.list.rows();
        let Some(row) =
            rows.get(self.list.selected).filter(|_| self.list.filtered().contains(&self.list.selected))
        else {
            return Vec::new();
        };
        let folder = match (row, &self.list.listing) {
            (PickerRow::Preset(name, _), _) => {
                return vec![Request::Abandon(Abandon::Load((*name).to_owned()))];
            }
            (PickerRow::Entry(entry), _) if entry.kind != FileKind::Folder => return vec![open(&entry.path)],
            (PickerRow::Entry(entry), _) => Some(entry.path.clone()),
            (PickerRow::Above, Some(Ok(listing))) => folder::above(&listing.folder),
            (PickerRow::Above, _) => None,
        };
        self.list.filter = None;
        folder.map(|folder| Effect::Browse(folder).into()).into_iter().collect()
    }
}

/// Opens the file at a path, or says why not.
pub(crate) fn open(path: &Path) -> Request {
    Abandon::load(path).map_or_else(Request::Say, Request::Abandon)
}

impl Overlay for Picker {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        if self.list.filter.as_ref().is_some_and(|filter| filter.typing) { &FIELD } else { &KEYMAP }
    }

    /// Selects the preset of this run, and asks for unknown costs.
    fn open(&mut self, scene: &Scene<'_>) -> Vec<Request> {
        self.list.filter = None;
        let current = built_in_names().position(|name| name == scene.snapshot.experiment.preset_name());
        self.list.selected = current.unwrap_or(0);
        let mut requests: Vec<Request> = Vec::new();
        if self.list.presets.is_empty() {
            self.list.presets = presets();
            requests.extend(built_in_names().map(|name| Effect::Ask(Question::Cost(name)).into()));
        }
        // Files come and go.
        let folder = match &self.list.listing {
            Some(Ok(listing)) => listing.folder.clone(),
            _ => PathBuf::new(),
        };
        requests.push(Effect::Browse(folder).into());
        requests
    }

    fn closes_on_new_setup(&self) -> bool {
        true
    }

    fn update(&mut self, action: Action, _scene: &Scene<'_>) -> Option<Vec<Request>> {
        if Filter::update(&mut self.list.filter, action) {
            self.list.select(0);
            return Some(Vec::new());
        }
        match action {
            Action::Up => self.list.select(-1),
            Action::Down => self.list.select(1),
            Action::Choose => return Some(self.choose()),
            Action::OpenPath => return Some(vec![Request::Ask(Prompt::open(&self.typed))]),
            Action::Close => return Some(vec![Request::Close]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn type_key(&mut self, key: KeyEvent) {
        if let Some(filter) = &mut self.list.filter {
            filter.field.press(key);
        }
        self.list.select(0);
    }

    fn paste(&mut self, line: &str) {
        if let Some(filter) = &mut self.list.filter {
            filter.field.insert(line);
        }
        self.list.select(0);
    }

    fn click(&mut self, row: usize, _scene: &Scene<'_>) -> Vec<Request> {
        if self.list.selected == row {
            return vec![Request::Act(Action::Choose)];
        }
        self.list.selected = row;
        Vec::new()
    }

    fn learn(&mut self, news: &News) -> Vec<Request> {
        match news {
            News::Theory(Answer::Cost(name, Some(cost))) => {
                self.list.costs.insert(name, cost.clone());
            }
            News::Listed(folder, found) => {
                let refused = self.list.listed(folder, found).err();
                return refused.map(Request::Say).into_iter().collect();
            }
            News::Typed(path) => self.typed.clone_from(path),
            News::Theory(_) | News::Target(_) | News::Opened => {}
        }
        Vec::new()
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        window::render(frame, &self.list, &KEYMAP, view);
    }
}
