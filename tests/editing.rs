//! Editing a setup, questions, filters and the list of presets, as pictures and at every small size.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod screens;

use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use screens::{PLAIN, draw, session};
use slth::experiment::Parameter;
use slth::session::{Command, Forecaster, Step, Worker};
use slth::tui::Look;
use slth::tui::app::App;
use slth::tui::effects::{Effect, News};
use slth::tui::keymap::FIELD;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::ANSI;
use slth::tui::overlays;
use slth::tui::screens::explore;

const PLAIN_ASCII: Look = Look { theme: ANSI, glyphs: ASCII };

/// A screen on `preset`, some neurons drawn, and the thread with its answers.
struct Explorer {
    app: App,
    forecaster: Forecaster,
}

impl Explorer {
    fn open(preset: &str) -> Self {
        let mut worker = Worker::spawn(session(preset, &[]));
        worker.send(Command::Step(Step::Weight, vec![0]));
        let started = Instant::now();
        while !worker.is_at_rest(&worker.latest()) {
            assert!(started.elapsed() < Duration::from_secs(60), "the worker does not come to rest");
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { app: App::new(worker.latest()), forecaster: Forecaster::default() }
    }

    /// Presses a key and waits for the theory's answers; other effects are returned.
    fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.press_with(code, KeyModifiers::NONE)
    }

    fn press_with(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
        let effects = self.app.press(KeyEvent::new(code, modifiers));
        self.settle(effects)
    }

    fn settle(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut others = Vec::new();
        for effect in effects {
            match effect {
                Effect::Ask(question) => self.forecaster.ask(question),
                // Listings of files are no part of these pictures.
                Effect::Browse(_) => {}
                other => others.push(other),
            }
        }
        while !self.forecaster.is_at_rest() {
            if let Some(answer) = self.forecaster.answer() {
                others.extend(self.app.learn(News::Theory(answer)));
            }
            std::thread::yield_now();
        }
        others
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            assert!(self.press(KeyCode::Char(c)).is_empty());
        }
    }

    /// Goes to a field and types another text there.
    fn edit(&mut self, parameter: Parameter, text: &str) {
        while self.app.screens.explore.editing.as_ref().unwrap().chosen() != parameter {
            self.press(KeyCode::Down);
        }
        self.press_with(KeyCode::Char('u'), KeyModifiers::CONTROL);
        self.type_text(text);
    }

    fn picture(&self, look: Look, width: u16, height: u16) -> String {
        draw(&self.app, look, width, height).backend().to_string()
    }

    fn pictures(&self, name: &str) {
        for (width, height) in [(40, 20), (80, 24), (120, 40), (200, 50)] {
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), self.picture(PLAIN, width, height));
        }
        let ascii = self.picture(PLAIN_ASCII, 80, 24);
        assert!(ascii.is_ascii(), "{ascii}");
        insta::assert_snapshot!(format!("{name}_ascii_80x24"), ascii);
    }
}

#[test]
fn a_valid_edit() {
    let mut explorer = Explorer::open("tiny");
    explorer.press(KeyCode::Char('e'));
    let before = explorer.picture(PLAIN, 120, 40);
    explorer.edit(Parameter::Epsilon, "0.001");
    assert_ne!(explorer.picture(PLAIN, 120, 40), before);
    explorer.pictures("editing_valid");
}

#[test]
fn an_invalid_edit() {
    let mut explorer = Explorer::open("digits");
    explorer.press(KeyCode::Char('e'));
    explorer.edit(Parameter::Delta, "0.001");
    explorer.edit(Parameter::Epsilon, "1e9");
    explorer.pictures("editing_invalid");
    assert!(explorer.press(KeyCode::Enter).is_empty(), "an invalid setup was started");
    assert!(explorer.picture(PLAIN, 80, 24).contains("epsilon is marked: mend it first"));
}

#[test]
fn a_choice_is_cycled_and_constructions_are_ticked() {
    let mut explorer = Explorer::open("digits");
    explorer.press(KeyCode::Char('e'));
    while explorer.app.screens.explore.editing.as_ref().unwrap().chosen() != Parameter::Tolerance {
        explorer.press(KeyCode::Down);
    }
    explorer.press(KeyCode::Right);
    assert_eq!(
        explorer.app.screens.explore.editing.as_ref().unwrap().setup().text(Parameter::Tolerance),
        "PerLayer"
    );
    explorer.press(KeyCode::Left);
    assert_eq!(
        explorer.app.screens.explore.editing.as_ref().unwrap().setup().text(Parameter::Tolerance),
        "Uniform"
    );
    let go_to = |explorer: &mut Explorer, parameter| {
        while explorer.app.screens.explore.editing.as_ref().unwrap().chosen() != parameter {
            explorer.press(KeyCode::Down);
        }
    };
    go_to(&mut explorer, Parameter::Constructions);
    let text = explorer.picture(PLAIN, 120, 40);
    assert!(text.contains("1 ticked; Left Right go, Space ticks"), "{text}");
    assert!(text.contains("▶ [x] hyperbolic, first-fit") && text.contains("[ ] malach"), "{text}");
    // The last tick stays.
    explorer.press(KeyCode::Char(' '));
    assert!(explorer.picture(PLAIN, 120, 40).contains("at least one construction stays ticked"));
    (0..3).for_each(|_| drop(explorer.press(KeyCode::Left)));
    explorer.press(KeyCode::Char(' '));
    for (width, height) in [(40, 20), (80, 24), (200, 50)] {
        let text = explorer.picture(PLAIN, width, height);
        assert!(text.contains("▶ [x] malach"), "{text}");
    }
    assert!(explorer.press(KeyCode::Char('m')).is_empty());
    assert!(explorer.picture(PLAIN, 120, 40).contains("Space ticks one"));
    go_to(&mut explorer, Parameter::Mode);
    assert!(explorer.picture(PLAIN, 200, 50).contains("hyperbolic, first-fit; malach"));
    let effects = explorer.press(KeyCode::Enter);
    let [Effect::Start(experiment)] = &effects[..] else { panic!("expected a start, found {effects:?}") };
    assert_eq!(experiment.constructions.len(), 2);
}

/// From a preset with a file to random widths and back to another file, as typed.
#[test]
fn a_target_is_edited() {
    let mut explorer = Explorer::open("digits");
    explorer.press(KeyCode::Char('e'));
    explorer.edit(Parameter::Inputs, "Ball(radius: 1.0)");
    while explorer.app.screens.explore.editing.as_ref().unwrap().chosen() != Parameter::Target {
        explorer.press(KeyCode::Down);
    }
    let text = explorer.picture(PLAIN, 200, 50);
    assert!(
        text.contains("path              built-in:digits-mlp.safetensors") && !text.contains("weight_bound"),
        "{text}"
    );
    explorer.press(KeyCode::Right);
    let text = explorer.picture(PLAIN, 200, 50);
    assert!(text.contains("widths            [64, 32, 16, 10]") && !text.contains("path  "), "{text}");
    explorer.edit(Parameter::Widths, "[3, 5, 2]");
    explorer.edit(Parameter::WeightBound, "0.5");
    assert!(explorer.picture(PLAIN, 120, 40).contains("what follows"));
    let editing = explorer.app.screens.explore.editing.as_ref().unwrap();
    assert_eq!(editing.problems(), []);
    assert_eq!(editing.forecast().experiment.target.given_widths(), [3, 5, 2]);
    while explorer.app.screens.explore.editing.as_ref().unwrap().chosen() != Parameter::Target {
        explorer.press(KeyCode::Up);
    }
    explorer.press(KeyCode::Left);
    explorer.edit(Parameter::Path, "no such file.npz");
    let text = explorer.picture(PLAIN, 120, 40);
    assert!(text.contains("what followed when all was valid"), "{text}");
    let problems = explorer.app.screens.explore.editing.as_ref().unwrap().problems();
    assert_eq!(problems[0].parameter, Parameter::Path);
    assert!(problems[0].message.contains("no such file.npz: expected a readable file"), "{problems:?}");
}

#[test]
fn enter_starts_the_edited_setup_and_escape_drops_it() {
    let mut explorer = Explorer::open("tiny");
    explorer.press(KeyCode::Char('e'));
    explorer.edit(Parameter::Epsilon, "0.05");
    let effects = explorer.press(KeyCode::Enter);
    let [Effect::Start(experiment)] = &effects[..] else { panic!("expected a start, found {effects:?}") };
    assert_eq!((experiment.epsilon, experiment.name.as_str()), (0.05, "tiny, edited"));
    explorer.press(KeyCode::Esc);
    assert!(explorer.app.screens.explore.editing.is_none() && explorer.app.screen_name() == explore::NAME);
    assert_eq!(explorer.app.snapshot.experiment.epsilon, 0.1);
}

/// Text typed during a computation of theory is the setup that starts.
#[test]
fn a_start_waits_for_the_answer() {
    let mut explorer = Explorer::open("tiny");
    explorer.press(KeyCode::Char('e'));
    let mut effects = Vec::new();
    for code in [KeyCode::Backspace, KeyCode::Char('3'), KeyCode::Enter, KeyCode::Char('9')] {
        effects.extend(explorer.app.press(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    let effects = explorer.settle(effects);
    let [Effect::Start(experiment)] = &effects[..] else { panic!("expected a start, found {effects:?}") };
    assert_eq!(experiment.epsilon, 0.3);
}

#[test]
fn a_name_is_asked_for_before_a_file_is_written() {
    let mut explorer = Explorer::open("tiny");
    explorer.press(KeyCode::Char('S'));
    assert_eq!(explorer.app.keymap(), &FIELD);
    insta::assert_snapshot!("save_80x24", explorer.picture(PLAIN, 80, 24));
    explorer.press_with(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert!(explorer.press(KeyCode::Enter).is_empty());
    assert!(explorer.picture(PLAIN, 80, 24).contains("expected the name of a file, found nothing"));
    explorer.type_text("own q");
    let effects = explorer.press(KeyCode::Enter);
    let [Effect::Save { path, experiment, replace: false }] = &effects[..] else {
        panic!("expected a file, found {effects:?}")
    };
    assert_eq!(path.to_str(), Some("own q.ron"));
    let exists = || Err(std::io::ErrorKind::AlreadyExists.into());
    explorer.app.saved(path.clone(), experiment.clone(), exists());
    assert_eq!(explorer.app.keymap(), &overlays::prompt::CONFIRM);
    insta::assert_snapshot!("replace_80x24", explorer.picture(PLAIN, 80, 24));
    assert!(explorer.press(KeyCode::Char('n')).is_empty() && explorer.app.prompt.is_none());
    explorer.app.saved(path.clone(), experiment.clone(), exists());
    assert!(matches!(explorer.press(KeyCode::Char('y'))[..], [Effect::Save { replace: true, .. }]));
}

#[test]
fn a_layer_is_looked_at_by_its_number() {
    let mut explorer = Explorer::open("digits");
    explorer.press(KeyCode::Char('v'));
    explorer.type_text("x9");
    insta::assert_snapshot!("jump_40x20", explorer.picture(PLAIN, 40, 20));
    assert!(explorer.press(KeyCode::Enter).is_empty());
    assert!(explorer.picture(PLAIN, 80, 24).contains("expected a layer from 1 to 3, found 9"));
    explorer.press(KeyCode::Backspace);
    explorer.type_text("2");
    let effects = explorer.press(KeyCode::Enter);
    assert!(matches!(effects[..], [Effect::Send(Command::View { lane: 0, layer: Some(2) })]), "{effects:?}");
}

#[test]
fn presets_are_listed_with_what_they_cost_and_filtered() {
    let mut explorer = Explorer::open("tiny");
    let effects = explorer.app.press(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::NONE));
    assert!(explorer.picture(PLAIN, 80, 24).contains('…'), "costs are not known at once");
    explorer.settle(effects);
    insta::assert_snapshot!("presets_80x24", explorer.picture(PLAIN, 80, 24));
    insta::assert_snapshot!("presets_120x40", explorer.picture(PLAIN, 120, 40));
    assert!(explorer.picture(PLAIN_ASCII, 120, 40).is_ascii());
    explorer.press(KeyCode::Char('/'));
    explorer.type_text("PAPER");
    insta::assert_snapshot!("presets_filtered_80x24", explorer.picture(PLAIN, 80, 24));
    explorer.press(KeyCode::Enter);
    explorer.press(KeyCode::Down);
    explorer.press(KeyCode::Down);
    let last = explorer.press(KeyCode::Enter);
    let opens = |name: &str| ["example-6", "further-questions"].contains(&name);
    assert!(matches!(&last[..], [Effect::Load(name)] if opens(name)), "{last:?}");
    // The list stays until the preset is there.
    assert_eq!(explorer.app.keymap(), &overlays::picker::KEYMAP);
}

#[test]
fn escape_clears_the_filter_before_it_closes_the_list() {
    let mut explorer = Explorer::open("tiny");
    explorer.press(KeyCode::Char('?'));
    explorer.press(KeyCode::Char('/'));
    explorer.type_text("epsilon");
    insta::assert_snapshot!("help_filtered_80x24", explorer.picture(PLAIN, 80, 24));
    explorer.press(KeyCode::Enter);
    explorer.press(KeyCode::Esc);
    assert!(explorer.app.overlays.help.filter.is_none() && explorer.app.overlays.help.scroll == 0);
    assert_eq!(explorer.app.overlay_name(), Some(overlays::help::NAME));
    explorer.press(KeyCode::Esc);
    assert!(explorer.app.overlay_name().is_none());
}

#[test]
fn the_hint_goes_away_with_the_first_step() {
    let app = App::new(Worker::spawn(session("tiny", &[])).latest());
    let mut explorer = Explorer { app, forecaster: Forecaster::default() };
    assert!(explorer.picture(PLAIN, 80, 24).contains("Press n to draw a neuron"));
    explorer.press(KeyCode::Char(']'));
    assert!(explorer.picture(PLAIN, 80, 24).contains("Press n to draw a neuron"));
    explorer.press(KeyCode::Char('n'));
    assert!(!explorer.picture(PLAIN, 80, 24).contains("Press n"));
}

#[test]
fn any_size_can_be_drawn() {
    let open = |keys: &[KeyCode]| {
        let mut explorer = Explorer::open("digits");
        for &key in keys {
            explorer.press(key);
        }
        explorer
    };
    use KeyCode::{Backspace, Char, Down, Enter, Up};
    let mut replacing = open(&[]);
    let experiment = replacing.app.snapshot.experiment.clone();
    replacing.app.saved("own.ron".into(), experiment, Err(std::io::ErrorKind::AlreadyExists.into()));
    let explorers = [
        open(&[Char('e')]),
        open(&[Char('e'), Char('x')]),
        open(&[Char('e'), Up, Up, Char('x')]),
        open(&[Char('e'), Down, Backspace, Char('x'), Down, Char('0')]),
        open(&[Char('S')]),
        open(&[Char('v'), Char('9'), Enter]),
        open(&[Char('p')]),
        open(&[Char('p'), Char('/'), Char('q')]),
        open(&[Char('?'), Char('/'), Char('q')]),
        replacing,
    ];
    for explorer in &explorers {
        for height in 0..=30 {
            for width in 0..=60 {
                let look = if width % 2 == 0 { PLAIN } else { PLAIN_ASCII };
                draw(&explorer.app, look, width, height);
            }
        }
    }
}
