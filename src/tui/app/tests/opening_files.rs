//! The list of presets and files, and paths typed.

use std::path::Path;

use crate::experiment::Experiment;
use crate::session::{Command, Session, Worker};
use crate::tui::app::App;
use crate::tui::effects::{Effect, News};
use crate::tui::keymap::Action;
use crate::tui::overlays;
use crate::tui::overlays::picker::folder;
use crate::tui::overlays::picker::list::PickerRow;

/// A list on a folder with a preset, a weight file and a folder.
fn app(folder: &Path) -> App {
    std::fs::copy("presets/tiny.ron", folder.join("own.ron")).unwrap();
    std::fs::copy("presets/digits-mlp.safetensors", folder.join("net.safetensors")).unwrap();
    std::fs::create_dir(folder.join("inner")).unwrap();
    let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    let mut app = App::new(Worker::spawn(session).latest());
    app.update(Action::Open(overlays::picker::NAME));
    browse(&mut app, folder);
    app
}

fn browse(app: &mut App, folder: &Path) {
    app.learn(News::Listed(folder.to_path_buf(), folder::list(folder)));
}

fn selected(app: &App) -> Option<String> {
    let list = &app.overlays.picker.list;
    Some(match list.rows().get(list.selected)? {
        PickerRow::Preset(name, _) => (*name).to_owned(),
        PickerRow::Above => "..".to_owned(),
        PickerRow::Entry(entry) => entry.name.clone(),
    })
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
    // A folder gone meanwhile leaves the list as it was.
    let before = app.overlays.picker.list.listing.clone();
    browse(&mut app, &folder.path().join("gone"));
    assert_eq!(app.overlays.picker.list.listing, before);
    assert!(app.message.is_some());
}

#[test]
fn a_path_is_typed_completed_and_kept_where_it_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app(folder.path());
    app.update(Action::OpenPath);
    assert_eq!(*app.keymap(), overlays::prompt::PATH);
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
    assert_eq!(app.overlays.refusal.scroll, 1);
    app.update(Action::Close);
    assert_eq!(*app.keymap(), overlays::picker::KEYMAP);
    app.update(Action::OpenPath);
    assert_eq!(app.prompt.as_ref().unwrap().field.text(), path);
    assert!(!matches!(app.update(Action::Close)[..], [Effect::Send(Command::Restart)]));
}
