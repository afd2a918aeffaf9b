//! The screens without a terminal: keys go to the worker as they do in the program, frames are taken as text.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use slth::experiment::Experiment;
use slth::session::{Command, KnownTarget, Session, Snapshot, TargetDepth, TargetFigures, Worker};
use slth::tui::app::App;
use slth::tui::effects::{Effect, News};
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::UNICODE;
use slth::tui::look::theme::MONO;
use slth::tui::{Look, render};

pub(crate) const PLAIN: Look = Look { theme: MONO, glyphs: UNICODE };

/// The sizes of screen snapshots.
pub(crate) const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

pub(crate) fn session(preset: &str, settings: &[&str]) -> Session {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Session::new(Experiment::load(preset, None, &settings).unwrap()).unwrap()
}

/// An explorer with an idle worker, all commands done.
pub(crate) struct Opened {
    pub(crate) app: App,
    worker: Worker,
}

impl Opened {
    pub(crate) fn open(preset: &str, settings: &[&str]) -> Self {
        let worker = Worker::spawn(session(preset, settings));
        Self { app: App::new(worker.latest()), worker }
    }

    /// The preset opened, and these commands obeyed.
    pub(crate) fn after(preset: &str, commands: Vec<Command>) -> Self {
        let mut screen = Self::open(preset, &[]);
        screen.send(commands);
        screen
    }

    /// Sends the worker a command, waits and shows the result.
    pub(crate) fn send(&mut self, commands: Vec<Command>) {
        for command in commands {
            self.worker.send(command);
            let started = Instant::now();
            while !self.worker.is_at_rest(&self.worker.latest()) {
                assert!(started.elapsed() < Duration::from_secs(60), "the worker does not come to rest");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        self.app.show(pinned(&self.worker.latest()));
    }

    /// As if the key of this action were pressed.
    pub(crate) fn press(&mut self, action: Action) {
        let effects = self.app.update(action);
        self.obey(effects);
    }

    /// As if this key were pressed.
    pub(crate) fn key(&mut self, key: KeyEvent) {
        let effects = self.app.press(key);
        self.obey(effects);
    }

    /// As if this letter were pressed.
    pub(crate) fn letter(&mut self, letter: char) {
        self.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
    }

    fn obey(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(command) => self.send(vec![command]),
                Effect::Load(name) => self.send(vec![Command::Load(Box::new(session(&name, &[])))]),
                Effect::OpenTarget(experiment, name) => {
                    let target = experiment.with_target(&name).unwrap();
                    self.send(vec![Command::Load(Box::new(Session::to_watch(target).unwrap()))]);
                }
                Effect::AskTarget { experiment, place, depth } => {
                    let figures = match depth {
                        TargetDepth::Planned => TargetFigures::planned(&experiment, place).0,
                        TargetDepth::Built => {
                            TargetFigures::built(&experiment, place, &|_| {}, &|| false).unwrap()
                        }
                    };
                    let known = KnownTarget { experiment, place, depth, figures };
                    let effects = self.app.learn(News::Target(Box::new(known)));
                    self.obey(effects);
                }
                Effect::StopTargets | Effect::Copy(_) => {}
                // Theory's answers to the editor are no part of these pictures.
                Effect::Ask(_) | Effect::Browse(_) | Effect::Complete(_) => {}
                Effect::Start(_) | Effect::Save { .. } => panic!("a setup was started or saved"),
                Effect::Remember(_) | Effect::NeverAgain => panic!("the config file is to be written"),
                Effect::Export(_) => panic!("a file is to be written"),
                Effect::Suspend => panic!("the explorer was suspended"),
                Effect::Quit => panic!("the explorer was left"),
            }
        }
    }

    pub(crate) fn picture(&self, look: Look, width: u16, height: u16) -> String {
        draw(&self.app, look, width, height).backend().to_string()
    }

    /// The screen at all sizes, each under a name beginning with `name`.
    pub(crate) fn pictures(&self, name: &str) -> Vec<(String, String)> {
        SIZES
            .into_iter()
            .map(|(width, height)| (format!("{name}_{width}x{height}"), self.picture(PLAIN, width, height)))
            .collect()
    }

    /// Draws every size up to 60×30, in colour and ASCII at every second one.
    pub(crate) fn draw_every_small_size(&self, other: Look) {
        for height in 0..=30 {
            for width in 0..=60 {
                draw(&self.app, if width % 2 == 0 { PLAIN } else { other }, width, height);
            }
        }
    }
}

/// Time spent computing is no part of a picture.
fn pinned(snapshot: &Snapshot) -> Arc<Snapshot> {
    let mut snapshot = snapshot.clone();
    for lane in &mut snapshot.lanes {
        lane.elapsed = Duration::from_millis(1230);
    }
    for lane in &mut snapshot.learned {
        lane.elapsed = Duration::from_millis(1230);
    }
    Arc::new(snapshot)
}

pub(crate) fn draw(app: &App, look: Look, width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| render(frame, app, &look)).unwrap();
    terminal
}
