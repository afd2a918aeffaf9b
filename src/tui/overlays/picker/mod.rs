//! The list of what can be opened: the built-in presets, and the folders, presets and weight files of a folder.

pub mod folder;
pub(crate) mod window;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use crate::experiment::{PresetSource, built_in_names};
use crate::session::{Cost, Question};
use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::overlays::abandon::Abandon;
use crate::tui::overlays::picker::folder::{Entry, Kind, Listing};
use crate::tui::overlays::prompt::Prompt;
use crate::tui::screen::Overlay;
use crate::tui::widgets::filter::Filter;
use crate::visible::shortened;

/// The built-in presets and what is known of them, and the folder looked into.
#[derive(Clone, Debug)]
pub struct Picker {
    /// name and title
    pub presets: Vec<(&'static str, String)>,
    /// what each costs, as soon as that is known
    pub costs: HashMap<&'static str, Cost>,
    /// the folder looked into, or why it cannot be
    pub listing: Option<Result<Listing, String>>,
    /// the path typed last
    pub typed: String,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// a built-in preset: name and title
    Preset(&'static str, &'a str),
    /// the folder above
    Above,
    /// a folder or a file
    Entry(&'a Entry),
}

impl Default for Picker {
    fn default() -> Self {
        let title = |name: &'static str| {
            let preset = PresetSource::find(name).and_then(|source| source.parse());
            (name, preset.ok().and_then(|preset| preset.title).unwrap_or_default())
        };
        Self {
            presets: built_in_names().map(title).collect(),
            costs: HashMap::new(),
            listing: None,
            typed: String::new(),
        }
    }
}

impl Picker {
    /// All rows: the presets, then the folder's.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> =
            self.presets.iter().map(|(name, title)| Row::Preset(name, title)).collect();
        if let Some(Ok(listing)) = &self.listing {
            rows.extend(folder::above(&listing.folder).map(|_| Row::Above));
            rows.extend(listing.entries.iter().map(Row::Entry));
        }
        rows
    }

    /// The places in the list that a filter leaves.
    pub fn shown(&self, filter: Option<&Filter>) -> Vec<usize> {
        let stays = |row: &Row<'_>| {
            filter.is_none_or(|filter| match row {
                Row::Preset(name, title) => filter.lets_through(&[name, title]),
                Row::Above => false,
                Row::Entry(entry) => filter.lets_through(&[&entry.name, entry.kind.name()]),
            })
        };
        let rows = self.rows();
        (0..rows.len()).filter(|&index| stays(&rows[index])).collect()
    }

    /// The row below or above `index`, of those that the filter leaves; the nearest where `index` itself is left out.
    pub(crate) fn neighbour(&self, filter: Option<&Filter>, index: usize, step: isize) -> usize {
        let shown = self.shown(filter);
        let here = shown.partition_point(|&other| other < index);
        let wanted = here.saturating_add_signed(step).min(shown.len().saturating_sub(1));
        shown.get(wanted).copied().unwrap_or(index)
    }
}

impl App {
    /// Opens the list on the preset of this run, and asks for what it does not know yet.
    pub(crate) fn open_picker(&mut self) -> Vec<Effect> {
        let current = built_in_names().position(|name| name == self.snapshot.experiment.preset_name());
        (self.overlay, self.filter) = (Some(Overlay::Presets(current.unwrap_or(0))), None);
        let mut effects = Vec::new();
        if self.picker.is_none() {
            effects.extend(built_in_names().map(|name| Effect::Ask(Question::Cost(name))));
        }
        // Files come and go.
        let folder = match self.picker.get_or_insert_with(Picker::default).listing.as_ref() {
            Some(Ok(listing)) => listing.folder.clone(),
            _ => PathBuf::new(),
        };
        effects.push(Effect::Browse(folder));
        effects
    }

    /// Opens the chosen row. The list stays until what is opened is there.
    pub(crate) fn pick(&mut self, index: usize) -> Vec<Effect> {
        let Some(picker) = &self.picker else { return Vec::new() };
        let shown = picker.shown(self.filter.as_ref());
        let rows = picker.rows();
        let Some(row) = rows.get(index).filter(|_| shown.contains(&index)) else { return Vec::new() };
        let folder = match (row, &picker.listing) {
            (Row::Preset(name, _), _) => return self.abandon(Abandon::Load((*name).to_owned())),
            (Row::Entry(entry), _) if entry.kind != Kind::Folder => {
                let path = entry.path.clone();
                return self.open_path(path);
            }
            (Row::Entry(entry), _) => Some(entry.path.clone()),
            (Row::Above, Some(Ok(listing))) => folder::above(&listing.folder),
            (Row::Above, _) => None,
        };
        self.filter = None;
        folder.map(Effect::Browse).into_iter().collect()
    }

    pub(crate) fn open_path(&mut self, path: PathBuf) -> Vec<Effect> {
        match path.to_str() {
            Some(text) => self.abandon(Abandon::Load(text.to_owned())),
            None => {
                let shown = shortened(&path.to_string_lossy());
                self.message = Some(format!("{shown}: expected a path in UTF-8, as presets are"));
                Vec::new()
            }
        }
    }

    /// Asks for a path to open.
    pub(crate) fn ask_for_path(&mut self) -> Vec<Effect> {
        let typed = self.picker.as_ref().map_or("", |picker| &picker.typed).to_owned();
        self.ask(Prompt::open(&typed))
    }

    /// Takes what a folder holds.
    pub fn listed(&mut self, folder: PathBuf, found: io::Result<Listing>) {
        let Some(picker) = &mut self.picker else { return };
        let was = match &picker.listing {
            Some(Ok(listing)) => Some(listing.folder.clone()),
            _ => None,
        };
        match found {
            Ok(listing) => picker.listing = Some(Ok(listing)),
            // One that cannot be looked into leaves the one before.
            Err(error) if was.is_some() => {
                self.message = Some(format!("{}: {error}", shortened(&folder.to_string_lossy())));
                return;
            }
            Err(error) => picker.listing = Some(Err(error.to_string())),
        }
        if let (Some(Overlay::Presets(index)), Some(was)) = (&mut self.overlay, was) {
            let rows = picker.presets.len();
            // Into a folder: its first row. Elsewhere the choice stays where it can.
            *index = if was == folder { picker.neighbour(None, *index, 0) } else { rows };
        }
    }

    /// Takes how a typed path goes on.
    pub fn path_completed(&mut self, completed: Result<(String, Vec<String>), String>) {
        /// Names that are shown of many.
        const SHOWN: usize = 8;
        let Some(prompt) = &mut self.prompt else { return };
        match completed {
            Ok((text, several)) => {
                prompt.field = crate::tui::widgets::field::Field::new(&text);
                let names = several.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("  ");
                let more = several.len().saturating_sub(SHOWN);
                prompt.problem = match (several.len(), more) {
                    (0, _) => None,
                    (_, 0) => Some(names),
                    _ => Some(format!("{names}  and {more} more")),
                };
            }
            Err(reason) => prompt.problem = Some(reason),
        }
    }

    /// Takes why something could not be opened. The run, the list and what was typed stay.
    pub fn failed_to_open(&mut self, error: String) {
        self.notice = None;
        self.refusal = Some((error, 0));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::experiment::Experiment;
    use crate::session::{Command, Session, Worker};
    use crate::tui::keymap::{Action, Context};

    /// A list on a folder with a preset, a weight file and a folder.
    fn app(folder: &Path) -> App {
        std::fs::copy("presets/tiny.ron", folder.join("own.ron")).unwrap();
        std::fs::copy("presets/digits-mlp.safetensors", folder.join("net.safetensors")).unwrap();
        std::fs::create_dir(folder.join("inner")).unwrap();
        let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        let mut app = App::new(Worker::spawn(session).latest());
        app.update(Action::OpenPresets);
        browse(&mut app, folder);
        app
    }

    fn browse(app: &mut App, folder: &Path) {
        app.listed(folder.to_path_buf(), folder::list(folder));
    }

    fn selected(app: &App) -> Option<String> {
        let Some(Overlay::Presets(index)) = app.overlay else { return None };
        match app.picker.as_ref()?.rows().get(index)? {
            Row::Preset(name, _) => Some((*name).to_owned()),
            Row::Above => Some("..".to_owned()),
            Row::Entry(entry) => Some(entry.name.clone()),
        }
    }

    #[test]
    fn a_folder_is_walked_through_and_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = app(folder.path());
        assert_eq!(selected(&app).as_deref(), Some("tiny"));
        while selected(&app).as_deref() != Some("..") {
            app.update(Action::Down);
        }
        let effects = app.update(Action::Choose);
        assert!(matches!(&effects[..], [Effect::Browse(up)] if Some(&**up) == folder.path().parent()));
        app.update(Action::Down);
        assert_eq!(selected(&app).as_deref(), Some("inner"));
        let effects = app.update(Action::Choose);
        let [Effect::Browse(inner)] = &effects[..] else { panic!("expected a folder, found {effects:?}") };
        browse(&mut app, inner);
        assert_eq!(selected(&app).as_deref(), Some(".."));
        browse(&mut app, folder.path());
        for name in ["own.ron", "net.safetensors"] {
            while selected(&app).as_deref() != Some(name) {
                app.update(Action::Down);
            }
            let effects = app.update(Action::Choose);
            let path = folder.path().join(name);
            assert!(matches!(&effects[..], [Effect::Load(name)] if Path::new(name) == path), "{effects:?}");
        }
        // A folder that has gone leaves the list as it was.
        let before = app.picker.as_ref().unwrap().listing.clone();
        browse(&mut app, &folder.path().join("gone"));
        assert_eq!(app.picker.as_ref().unwrap().listing, before);
        assert!(app.message.is_some());
    }

    #[test]
    fn a_path_is_typed_completed_and_kept_where_it_cannot_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = app(folder.path());
        app.update(Action::OpenPath);
        assert_eq!(app.context(), Context::Path);
        app.paste(&folder.path().join("n").display().to_string());
        let effects = app.update(Action::Complete);
        let [Effect::Complete(text)] = &effects[..] else { panic!("expected a path, found {effects:?}") };
        app.path_completed(folder::completed(text));
        let path = folder.path().join("net.safetensors").display().to_string();
        assert_eq!(app.prompt.as_ref().unwrap().field.text(), path);
        let effects = app.update(Action::Choose);
        assert!(matches!(&effects[..], [Effect::Load(name)] if *name == path));
        app.failed_to_open("expected one network, found two".to_owned());
        app.update(Action::Down);
        assert_eq!(app.refusal.as_ref().unwrap().1, 1);
        app.update(Action::Close);
        assert_eq!((app.context(), app.refusal.is_none()), (Context::Picker, true));
        app.update(Action::OpenPath);
        assert_eq!(app.prompt.as_ref().unwrap().field.text(), path);
        assert!(!matches!(app.update(Action::Close)[..], [Effect::Send(Command::Restart)]));
    }
}
