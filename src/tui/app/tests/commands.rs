//! The list of commands: all that keys do, each once, and done as by its key.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::experiment::Experiment;
use crate::session::{Command, Session, Worker};
use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::keymap::{Action, Binding, Key};
use crate::tui::overlays::{certificate, export, help, palette, picker};
use crate::tui::screens::all_facts;

fn app(preset: &str) -> App {
    let session = Session::to_watch(Experiment::load(preset, None, &[]).unwrap()).unwrap();
    App::new(Worker::spawn(session).latest())
}

fn press(app: &mut App, code: KeyCode) -> Vec<Effect> {
    app.press(KeyEvent::new(code, KeyModifiers::NONE))
}

fn typed(app: &mut App, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|letter| press(app, KeyCode::Char(letter))).collect()
}

/// The commands offered with their screen shown.
fn offered(app: &App) -> Vec<&'static Binding> {
    app.offered().filter(|binding| binding.action != Action::Open(palette::NAME)).collect()
}

fn event(key: Key) -> KeyEvent {
    let code = match key {
        Key::Char(letter) => KeyCode::Char(letter),
        Key::Control(letter) => {
            return KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        }
        Key::Space => KeyCode::Char(' '),
        Key::Tab => KeyCode::Tab,
        Key::Enter => KeyCode::Enter,
        Key::Escape => KeyCode::Esc,
        Key::Up => KeyCode::Up,
        Key::Down => KeyCode::Down,
        Key::Left => KeyCode::Left,
        Key::Right => KeyCode::Right,
        Key::PageUp => KeyCode::PageUp,
        Key::PageDown => KeyCode::PageDown,
        Key::Home => KeyCode::Home,
        Key::End => KeyCode::End,
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// What a key has done: the effects, and what is open afterwards.
fn done(app: &App, effects: &[Effect]) -> String {
    let message = (&app.message, &app.notice);
    let open = (app.screen_name(), app.overlay_name(), *app.keymap());
    // Whole experiments stand in some effects.
    let effects: Vec<String> =
        effects.iter().map(|effect| format!("{effect:?}").chars().take(60).collect()).collect();
    format!("{effects:?} {open:?} {:?} {message:?} {:?}", app.filter, app.theme)
}

#[test]
fn every_command_is_listed_once_and_does_what_its_key_does() {
    let mut compared = 0;
    for preset in ["tiny", "further-questions", "digits-rewinding"] {
        let opened = app(preset);
        for facts in all_facts() {
            let shown = || {
                let mut app = opened.clone();
                app.update(Action::Show(facts.name));
                app
            };
            let commands = offered(&shown());
            let mut actions: Vec<Action> = Vec::new();
            for binding in commands {
                if actions.contains(&binding.action) {
                    continue;
                }
                let [mut by_key, mut by_list] = [shown(), shown()];
                let effects = by_key.press(event(binding.keys[0]));
                let expected = done(&by_key, &effects);
                press(&mut by_list, KeyCode::Char(':'));
                assert_eq!(by_list.overlay_name(), Some(palette::NAME));
                for _ in 0..actions.len() {
                    press(&mut by_list, KeyCode::Down);
                }
                let effects = press(&mut by_list, KeyCode::Enter);
                assert_eq!(done(&by_list, &effects), expected, "{preset}, {}: {binding:?}", facts.name);
                actions.push(binding.action);
                compared += 1;
            }
            // The last row is the last command.
            let mut list = shown();
            press(&mut list, KeyCode::Char(':'));
            assert_eq!(list.overlays.palette.texts().len(), actions.len());
        }
    }
    assert!(compared > 450, "only {compared} commands");
}

#[test]
fn what_does_nothing_here_is_not_listed() {
    let listed = |preset: &str, action: Action| offered(&app(preset)).iter().any(|row| row.action == action);
    assert!(listed("tiny", Action::Open(certificate::NAME)));
    // The layer being built is followed until another one is chosen.
    assert!(!listed("tiny", Action::FollowLayer));
    let mut chosen = app("tiny");
    chosen.update(Action::NextLayer);
    assert!(offered(&chosen).iter().any(|row| row.action == Action::FollowLayer));
    assert!(!listed("digits-rewinding", Action::Open(certificate::NAME)));
    assert!(!listed("tiny", Action::Open("targets")) && listed("further-questions", Action::Open("targets")));
}

#[test]
fn a_few_letters_find_a_command() {
    for (text, opened) in [
        ("export", Some(export::NAME)),
        ("wrtfile", Some(export::NAME)),
        ("anoth pres", Some(picker::NAME)),
        ("CERTIF", Some(certificate::NAME)),
        // A key by its name comes before all descriptions.
        ("?", Some(help::NAME)),
        ("E", Some(export::NAME)),
        ("C", Some(certificate::NAME)),
        ("xqzxqz", Some(palette::NAME)),
    ] {
        let mut app = app("tiny");
        press(&mut app, KeyCode::Char(':'));
        assert!(typed(&mut app, text).is_empty());
        press(&mut app, KeyCode::Enter);
        assert_eq!(app.overlay_name(), opened, "{text}");
    }
    let mut app = app("tiny");
    press(&mut app, KeyCode::Char(':'));
    typed(&mut app, "drwneur");
    assert!(matches!(press(&mut app, KeyCode::Enter)[..], [Effect::Send(Command::Step(..))]));
}

#[test]
fn a_number_goes_to_that_layer() {
    let mut app = app("digits");
    typed(&mut app, ":3");
    let effects = press(&mut app, KeyCode::Enter);
    assert!(matches!(effects[..], [Effect::Send(Command::View { layer: Some(3), .. })]), "{effects:?}");
    assert_eq!(app.overlay_name(), None);
    // The network has no such layer; the list stays.
    typed(&mut app, ":44");
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    assert_eq!(app.overlay_name(), Some(palette::NAME));
    typed(&mut app, "99999999999999999999999999");
    assert!(press(&mut app, KeyCode::Enter).is_empty());
}

#[test]
fn the_list_is_closed_without_a_trace() {
    let mut app = app("tiny");
    typed(&mut app, "/2");
    press(&mut app, KeyCode::Enter);
    let before = done(&app, &[]);
    typed(&mut app, ":qs");
    app.paste("ave\n");
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    assert_eq!(done(&app, &[]), before);
    // In a line of text the key is text.
    typed(&mut app, "/a:b");
    assert_eq!(app.filter.as_ref().unwrap().field.text(), "a:b");
    press(&mut app, KeyCode::Esc);
    app.update(Action::Edit);
    typed(&mut app, ":");
    assert_eq!(app.overlay_name(), None);
}
