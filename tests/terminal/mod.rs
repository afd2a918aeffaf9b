//! A program under a pseudo-terminal, with a terminal emulator reading the screen.
#![allow(dead_code)] // not every test uses all of it

pub(crate) mod whole_frames;

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use whole_frames::WholeFrames;

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;

/// Long enough for a busy machine; never reached in a passing test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn parser(rows: u16, columns: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
}

pub(crate) struct Explorer {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) keys: Option<Box<dyn Write + Send>>,
    pub(crate) screen: Arc<Mutex<vt100::Parser>>,
    pub(crate) master: Option<Box<dyn MasterPty + Send>>,
    /// the terminal's modes before the program started
    modes: String,
    /// tells the reading thread to close the terminal
    closing: Arc<AtomicBool>,
    /// tells the reading thread to pause
    stopped: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    /// number of bytes sent by the program
    received: Arc<AtomicUsize>,
    /// the bytes themselves
    sent: Arc<Mutex<Vec<u8>>>,
    /// where the program looks for its config file
    _config: tempfile::TempDir,
}

impl Explorer {
    /// `slth` with these arguments.
    pub(crate) fn open(arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slth"));
        command.args(arguments);
        Self::spawn(command)
    }

    /// Any command, in a terminal like xterm.
    pub(crate) fn spawn(command: CommandBuilder) -> Self {
        Self::spawn_in(command, &[])
    }

    /// `slth` in a terminal other than its controlling one: no signal comes from it.
    pub(crate) fn open_without_control(arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slth"));
        command.args(arguments);
        command.set_controlling_tty(false);
        Self::spawn(command)
    }

    /// `slth` with these variables of the environment set.
    pub(crate) fn open_in(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slth"));
        command.args(arguments);
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let changed: Vec<&str> = variables.iter().map(|(name, _)| *name).collect();
        Self::spawn_in(command, &changed)
    }

    fn spawn_in(mut command: CommandBuilder, changed: &[&str]) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let modes = format!("{:?}", pty.master.get_termios());
        // The cards are left out at the start, and whatever is remembered goes with the folder.
        let config = tempfile::tempdir().unwrap();
        std::fs::create_dir(config.path().join("slth")).unwrap();
        std::fs::write(config.path().join("slth/config.ron"), "(cards_seen: true)").unwrap();
        let seen = config.path().to_str().unwrap();
        for (name, value) in [("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8"), ("XDG_CONFIG_HOME", seen)] {
            if !changed.contains(&name) {
                command.env(name, value);
            }
        }
        for name in ["NO_COLOR", "TERM_PROGRAM", "TMUX", "STY"] {
            if !changed.contains(&name) {
                command.env_remove(name);
            }
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let screen = Arc::new(Mutex::new(parser(ROWS, COLUMNS)));
        let mut output = pty.master.try_clone_reader().unwrap();
        let reading = Arc::clone(&screen);
        let closing = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&closing);
        let stopped = Arc::new(AtomicBool::new(false));
        let pausing = Arc::clone(&stopped);
        let received = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&received);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&sent);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut frames = WholeFrames::default();
            while let Ok(count) = output.read(&mut bytes) {
                if count == 0 || closed.load(Ordering::Relaxed) {
                    break;
                }
                counted.fetch_add(count, Ordering::Relaxed);
                kept.lock().unwrap().extend_from_slice(&bytes[..count]);
                reading.lock().unwrap().process(&frames.add(&bytes[..count]));
                while pausing.load(Ordering::Relaxed) && !closed.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            // A terminal shows an unfinished frame in the end.
            reading.lock().unwrap().process(&frames.rest());
        });
        let keys = Some(pty.master.take_writer().unwrap());
        let (master, reader) = (Some(pty.master), Some(reader));
        Self { child, keys, screen, master, modes, closing, stopped, reader, received, sent, _config: config }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        let writer = self.keys.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Leaves by Ctrl-C twice: on a busy machine a long run may cause a question.
    pub(crate) fn leave(&mut self) {
        self.press("\x03\x03");
    }

    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen shows all of `wanted`, and returns the time taken.
    pub(crate) fn shows(&self, wanted: &[&str]) -> Duration {
        let started = Instant::now();
        while !wanted.iter().all(|text| self.text().contains(text)) {
            assert!(started.elapsed() < PATIENCE, "expected {wanted:?}, found:\n{}", self.text());
            std::thread::sleep(Duration::from_micros(500));
        }
        started.elapsed()
    }

    /// Number of bytes sent by the program so far.
    pub(crate) fn received(&self) -> usize {
        self.received.load(Ordering::Relaxed)
    }

    /// All bytes sent by the program so far.
    pub(crate) fn sent(&self) -> Vec<u8> {
        self.sent.lock().unwrap().clone()
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, size: PtySize) {
        let (rows, columns) = (size.rows.try_into().unwrap(), size.cols.try_into().unwrap());
        self.screen.lock().unwrap().screen_mut().set_size(rows, columns);
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    /// Closes the terminal under the program.
    pub(crate) fn hang_up(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // The reading thread closes the terminal at the next frame; every key causes one.
        self.press("\x1b[A");
        self.reader.take().unwrap().join().unwrap();
        self.keys = None;
        self.master = None;
    }

    /// The terminal no longer takes output: no byte is read, and its buffer is full.
    #[cfg(unix)]
    pub(crate) fn stop_reading(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        let path = self.master.as_ref().unwrap().tty_name().unwrap();
        let line = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        rustix::io::ioctl_fionbio(&line, true).unwrap();
        // Terminals ignore these bytes. The first few are still read, until the reading thread pauses.
        let mut full = 0;
        while full < 10 {
            match rustix::io::write(&line, &[0; 512]) {
                Ok(_) => full = 0,
                Err(error) => {
                    assert_eq!(error, rustix::io::Errno::AGAIN);
                    full += 1;
                    std::thread::sleep(Duration::from_millis(2));
                }
            }
        }
    }

    /// The terminal reads again.
    pub(crate) fn read_on(&mut self) {
        self.stopped.store(false, Ordering::Relaxed);
    }

    /// Waits for the end and returns the exit code.
    pub(crate) fn ends(&mut self) -> u32 {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(started.elapsed() < PATIENCE, "the program does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until the terminal is as it was before: its modes, the main screen, the cursor, no mouse, plain pastes.
    pub(crate) fn assert_restored(&self) {
        assert!(self.is_restored(), "the alternate screen or a hidden cursor is left:\n{}", self.text());
        let mouse = self.screen.lock().unwrap().screen().mouse_protocol_mode();
        assert_eq!(mouse, vt100::MouseProtocolMode::None);
        assert!(!self.brackets_pastes(), "pastes are still bracketed");
        assert_eq!(format!("{:?}", self.master.as_ref().unwrap().get_termios()), self.modes);
    }

    /// Whether the terminal brackets pasted text.
    pub(crate) fn brackets_pastes(&self) -> bool {
        self.screen.lock().unwrap().screen().bracketed_paste()
    }

    /// Pastes a text as a terminal with bracketed paste does.
    pub(crate) fn paste(&mut self, text: &str) {
        assert!(self.brackets_pastes(), "the program does not ask for bracketed pastes");
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Whether the terminal shows its main screen again, and the cursor.
    fn is_restored(&self) -> bool {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let parser = self.screen.lock().unwrap();
            let screen = parser.screen();
            if !screen.alternate_screen() && !screen.hide_cursor() {
                return true;
            }
            drop(parser);
            std::thread::sleep(Duration::from_millis(2));
        }
        false
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
