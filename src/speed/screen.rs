//! The screen of the whole program, under a pseudo-terminal of 200×50.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use super::figure::{Figure, median};

const SIZE: PtySize = PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 };

/// The end of a frame.
const END_OF_FRAME: &[u8] = b"\x1b[?2026l";

/// Only the cards of help say so. (A word: blanks that were blank before are not sent.)
const HELP: &[u8] = b"this?";

/// Longer than a frame takes to come.
const FRAMES: Duration = Duration::from_millis(200);

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

const STARTS: usize = 10;

const KEYS: usize = 10;

pub(super) fn figures(slth: &Path) -> Vec<Figure> {
    let first = "digits: from the start to the first frame at 200x50";
    let key = "example-6 under full load: from a key to the frame that answers it, the slowest of ten";
    let figure = |name, work, times: Result<Vec<f64>, String>, value: fn(&[f64]) -> f64| match times {
        Ok(times) => {
            let most = times.iter().copied().fold(0.0, f64::max);
            let note = format!("{:.1} ms in the middle, {most:.1} ms at most", median(times.iter().copied()));
            Figure::new(name, work, value(&times), "ms").noted(note)
        }
        Err(why) => Figure::unknown(name, work, "ms", why),
    };
    let starts = (0..STARTS).map(|_| first_frame(slth)).collect();
    vec![
        figure("first-frame", first, starts, |times| median(times.iter().copied())),
        figure("key-to-screen", key, answers(slth), |times| times.iter().copied().fold(0.0, f64::max)),
    ]
}

/// Milliseconds from the start of the program to the end of its first frame.
fn first_frame(slth: &Path) -> Result<f64, String> {
    let started = Instant::now();
    let mut program = Program::start(slth, "digits")?;
    program.wait_for(END_OF_FRAME)?;
    let elapsed = started.elapsed();
    program.leave()?;
    Ok(1e3 * elapsed.as_secs_f64())
}

/// Milliseconds from the key for the overlay of keys to the frame with it, while the engine runs flat out.
fn answers(slth: &Path) -> Result<Vec<f64>, String> {
    let mut program = Program::start(slth, "example-6")?;
    program.wait_for(END_OF_FRAME)?;
    program.press("a")?;
    program.wait_for(b"stepping")?;
    let mut times = Vec::new();
    for _ in 0..KEYS {
        let started = Instant::now();
        program.press("?")?;
        program.wait_for(HELP)?;
        times.push(1e3 * started.elapsed().as_secs_f64());
        program.press("q")?;
        std::thread::sleep(FRAMES);
    }
    program.leave()?;
    Ok(times)
}

/// A program under a pseudo-terminal.
struct Program {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// bytes received and not waited for yet
    received: Vec<u8>,
    _terminal: Box<dyn MasterPty + Send>,
    _config: TempDir,
}

/// A folder whose config file leaves the cards out at the start: the screen is timed, not its introduction.
fn seen() -> std::io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("slth"))?;
    std::fs::write(folder.path().join("slth/config.ron"), "(cards_seen: true)")?;
    Ok(folder)
}

impl Program {
    fn start(slth: &Path, preset: &str) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("no pseudo-terminal: {error}");
        let pty = native_pty_system().openpty(SIZE).map_err(|error| failed(&error))?;
        let mut command = CommandBuilder::new(slth);
        command.arg(preset);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        // No images: the name of another terminal.
        command.env_remove("TERM_PROGRAM");
        let config = seen().map_err(|error| format!("no config file: {error}"))?;
        command.env("XDG_CONFIG_HOME", config.path());
        let mut reader = pty.master.try_clone_reader().map_err(|error| failed(&error))?;
        let keys = pty.master.take_writer().map_err(|error| failed(&error))?;
        let child = pty.slave.spawn_command(command).map_err(|error| failed(&error))?;
        let (sender, output) = channel();
        let thread = std::thread::Builder::new().name("terminal".to_owned());
        let read = move || {
            let mut bytes = [0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        };
        thread.spawn(read).map_err(|error| failed(&error))?;
        Ok(Self { child, keys, output, received: Vec::new(), _terminal: pty.master, _config: config })
    }

    fn press(&mut self, keys: &str) -> Result<(), String> {
        self.received.clear();
        self.keys.write_all(keys.as_bytes()).map_err(|error| format!("no keys can be sent: {error}"))
    }

    /// Reads on until these bytes have come.
    fn wait_for(&mut self, bytes: &[u8]) -> Result<(), String> {
        let until = Instant::now() + PATIENCE;
        while !self.received.windows(bytes.len()).any(|window| window == bytes) {
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(more) => self.received.extend(more),
                Err(RecvTimeoutError::Timeout) => return Err("the screen did not answer".to_owned()),
                Err(RecvTimeoutError::Disconnected) => return Err("the screen has closed".to_owned()),
            }
        }
        self.received.clear();
        Ok(())
    }

    fn leave(mut self) -> Result<(), String> {
        self.press("q")?;
        // To the end, or the program would wait for its last words to be taken.
        while self.output.recv_timeout(PATIENCE).is_ok() {}
        self.child.wait().map(|_| ()).map_err(|error| error.to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended, unless something went wrong.
        let _ = self.child.kill();
    }
}
