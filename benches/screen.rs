//! The cost of the screen: a frame's time and bytes at 200×50, the first frame, and the answer to a key.
//!
//! `cargo bench --bench screen`. Goals: a frame within 1 ms; 1.2 kB a frame of Explore and Weight, running at 15 frames a second in
//! 16 colours; the first frame of `digits` within 50 ms of the start.
#![allow(missing_docs, clippy::unwrap_used)]

use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use slth::experiment::Experiment;
use slth::session::{Command, Session, Step, Worker};
use slth::speed::Work;
use slth::tui::app::App;
use slth::tui::effects::Effect;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::UNICODE;
use slth::tui::look::theme::ANSI;
use slth::tui::overlays;
use slth::tui::screens::all_facts;
use slth::tui::screens::weight;
use slth::tui::{Look, keymap, render};
use slth::verification::Certificate;

mod goals;

const SIZE: Rect = Rect { x: 0, y: 0, width: 200, height: 50 };
const LOOK: Look = Look { theme: ANSI, glyphs: UNICODE };
const BETWEEN_FRAMES: Duration = Duration::from_millis(67);
const FRAMES: u32 = 60;

fn main() {
    for (screen, number) in all_facts().into_iter().zip('1'..) {
        let (time, bytes) = running(number);
        println!(
            "{:<8} running at 200x50: {:>6.0} µs and {:>5} bytes a frame (asked: 1000 µs, 1200 bytes)",
            screen.name,
            time.as_secs_f64() * 1e6,
            bytes
        );
    }
    let (looks, frame) = million();
    println!(
        "Weight   of a layer of 1000x1000: {frame:?} a frame; {looks:?} from key to snapshot (asked: 1 ms, 50 ms)"
    );
    let (nodes, frame) = certificate();
    println!("Certificate of {nodes} nodes at 200x50: {frame:?} a frame (asked: 1 ms)");
    goals::print(Work::Screen, env!("CARGO_BIN_EXE_slth"));
}

/// Counts bytes.
#[derive(Clone, Default)]
struct Sent(Rc<Cell<usize>>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Mean time and bytes of a frame while `digits` runs at the speed to watch it at.
fn running(number: char) -> (Duration, usize) {
    let mut worker = Worker::spawn(Session::new(Experiment::load("digits", None, &[]).unwrap()).unwrap());
    let mut app = App::new(worker.latest());
    let key = KeyEvent::new(KeyCode::Char(number), KeyModifiers::NONE);
    for effect in app.update(keymap::action_of(app.bindings(), key).unwrap()) {
        if let Effect::Send(command) = effect {
            worker.send(command);
        }
    }
    let options = TerminalOptions { viewport: Viewport::Fixed(SIZE) };
    let sent = Sent::default();
    let mut terminal = Terminal::with_options(CrosstermBackend::new(sent.clone()), options).unwrap();
    std::thread::sleep(BETWEEN_FRAMES);
    app.show(worker.latest());
    worker.send(Command::Run(app.lanes()));
    let mut time = Duration::ZERO;
    for frame in 0..=FRAMES {
        std::thread::sleep(BETWEEN_FRAMES);
        app.show(worker.latest());
        let started = Instant::now();
        terminal.draw(|frame| render(frame, &app, &LOOK)).unwrap();
        if frame == 0 {
            // The first frame draws all.
            sent.0.set(0);
        } else {
            time += started.elapsed();
        }
    }
    (time / FRAMES, sent.0.get() / FRAMES as usize)
}

/// The certificate's window over a built LSTM: its nodes, and the mean time of a frame.
fn certificate() -> (usize, Duration) {
    let mut worker = Worker::spawn(Session::new(Experiment::load("lstm", None, &[]).unwrap()).unwrap());
    worker.send(Command::Step(Step::All, vec![0]));
    while !worker.is_at_rest(&worker.latest()) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut app = App::new(worker.latest());
    app.update(Action::Open(overlays::certificate::NAME));
    let nodes = match app.snapshot.lane().error.certificate.as_deref() {
        Some(Certificate::Graph(certificate)) => certificate.nodes.len(),
        _ => 0,
    };
    let options = TerminalOptions { viewport: Viewport::Fixed(SIZE) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(Sent::default()), options).unwrap();
    let started = Instant::now();
    for _ in 0..FRAMES {
        terminal.draw(|frame| render(frame, &app, &LOOK)).unwrap();
    }
    (nodes, started.elapsed() / FRAMES)
}

/// The Weight screen on a finished layer of a million weights: from a key to its snapshot, the first time and later, and
/// the mean time of a frame.
fn million() -> ([Duration; 2], Duration) {
    let target = "target=Random(widths:[1000,1000],weight_bound:1.0,spectral_norm:1.0,seed:1)";
    let settings = [target, "constructions=[ProductPair]", "mode=SkipAhead"].map(String::from);
    let mut worker = Worker::spawn(Session::new(Experiment::load("tiny", None, &settings).unwrap()).unwrap());
    let answered = |worker: &mut Worker, command| {
        let started = Instant::now();
        worker.send(command);
        while !worker.is_at_rest(&worker.latest()) {
            std::thread::sleep(Duration::from_micros(100));
        }
        started.elapsed()
    };
    answered(&mut worker, Command::Step(Step::Layer, vec![0]));
    let looks = [(0, 0), (999, 500)].map(|weight| answered(&mut worker, Command::WatchWeight(Some(weight))));
    let mut app = App::new(worker.latest());
    app.update(Action::Show(weight::NAME));
    let options = TerminalOptions { viewport: Viewport::Fixed(SIZE) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(Sent::default()), options).unwrap();
    let started = Instant::now();
    for _ in 0..FRAMES {
        terminal.draw(|frame| render(frame, &app, &LOOK)).unwrap();
    }
    (looks, started.elapsed() / FRAMES)
}
