//! The Explore screen as a picture, at three sizes and three moments, and at every small size.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use slth::experiment::Experiment;
use slth::session::{Command, Phase, Session, Snapshot, Step, Worker};
use slth::tui::app::{App, Overlay};
use slth::tui::glyphs::{ASCII, UNICODE};
use slth::tui::theme::{ANSI, MONO};
use slth::tui::{Look, render};

const PLAIN: Look = Look { theme: MONO, glyphs: UNICODE };

fn session(preset: &str) -> Session {
    Session::new(Experiment::load(preset, None, &[]).unwrap()).unwrap()
}

/// A snapshot once the worker has obeyed and rests. Time spent computing is no part of a picture.
fn after(preset: &str, commands: Vec<Command>) -> Arc<Snapshot> {
    let mut worker = Worker::spawn(session(preset));
    for command in commands {
        worker.send(command);
        let started = Instant::now();
        while !worker.is_at_rest(&worker.latest()) {
            assert!(started.elapsed() < Duration::from_secs(60), "the worker does not come to rest");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let mut snapshot = (*worker.latest()).clone();
    snapshot.lane.elapsed = Duration::from_millis(1230);
    Arc::new(snapshot)
}

fn draw(app: &App, look: Look, width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| render(frame, app, &look)).unwrap();
    terminal
}

fn picture(app: &App, look: Look, width: u16, height: u16) -> String {
    draw(app, look, width, height).backend().to_string()
}

fn pictures(name: &str, snapshot: Arc<Snapshot>) {
    let app = App::new(snapshot);
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&app, PLAIN, width, height));
    }
}

#[test]
fn explore_at_the_start() {
    pictures("start", after("digits", vec![]));
}

#[test]
fn explore_half_way() {
    let mut commands = vec![Command::Step(Step::Layer)];
    commands.extend((0..100).map(|_| Command::Step(Step::Weight)));
    let snapshot = after("digits", commands);
    assert_eq!(snapshot.lane.phase, Phase::Building(2));
    pictures("half_way", snapshot);
}

#[test]
fn explore_done() {
    let snapshot = after("digits", vec![Command::Step(Step::All)]);
    assert_eq!(snapshot.lane.phase, Phase::Done);
    pictures("done", snapshot);
}

#[test]
fn overlays() {
    let mut app = App::new(after("tiny", vec![Command::Step(Step::Neuron)]));
    app.overlay = Some(Overlay::Help(0));
    insta::assert_snapshot!("help_80x24", picture(&app, PLAIN, 80, 24));
    insta::assert_snapshot!("help_200x50", picture(&app, PLAIN, 200, 50));
    app.overlay = Some(Overlay::Presets(2));
    insta::assert_snapshot!("presets_80x24", picture(&app, PLAIN, 80, 24));
}

#[test]
fn ascii_terminals_get_nothing_but_ascii() {
    let mut app = App::new(after("tiny", vec![Command::Step(Step::All)]));
    let look = Look { theme: ANSI, glyphs: ASCII };
    insta::assert_snapshot!("ascii_80x24", picture(&app, look, 80, 24));
    for overlay in [None, Some(Overlay::Help(0)), Some(Overlay::Presets(0))] {
        app.overlay = overlay;
        let text = picture(&app, look, 120, 40);
        assert!(text.is_ascii(), "{text}");
        assert!(
            !text.contains('?') || overlay.is_some() || text.contains(" ? help"),
            "a character was lost:\n{text}"
        );
    }
}

#[test]
fn an_incomplete_ticket_says_so() {
    // One weight, few buckets and δ near 1: about one seed in a thousand leaves a bucket empty, this one does.
    let settings = ["target=Explicit(layers:[[[0.5]]])", "epsilon=0.9", "delta=0.999", "base=1.618"];
    let settings = settings.map(String::from);
    let session = Session::new(Experiment::load("tiny", Some(919), &settings).unwrap()).unwrap();
    let mut worker = Worker::spawn(session);
    worker.send(Command::Step(Step::All));
    while !worker.is_at_rest(&worker.latest()) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let text = picture(&App::new(worker.latest()), PLAIN, 120, 40);
    assert!(text.contains("demands stayed open at the bound"), "{text}");
    assert!(text.contains("the ticket does not hold"), "{text}");
}

#[test]
fn any_size_can_be_drawn() {
    let snapshots =
        [after("digits", vec![]), after("tiny", vec![Command::Step(Step::Weight)]), after("deep", vec![])];
    for snapshot in snapshots {
        let mut app = App::new(snapshot);
        for overlay in [None, Some(Overlay::Help(3)), Some(Overlay::Presets(0))] {
            app.overlay = overlay;
            for height in 0..=30 {
                for width in 0..=60 {
                    let look = if width % 2 == 0 { PLAIN } else { Look { theme: ANSI, glyphs: ASCII } };
                    draw(&app, look, width, height);
                }
            }
        }
    }
}
