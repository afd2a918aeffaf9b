//! The keeper: a small process to restore the terminal after the program's death.
//!
//! A killed program, or one aborted at the end of memory, leaves the terminal in raw mode, on the alternate screen and
//! without a cursor. The keeper is this program started once more, with [`ARGUMENT`]. It reads from a pipe; only the program holds
//! its other end. The program reports on it when it takes the terminal and when it gives it back. If the pipe ends
//! while the terminal is taken, the program is dead: the keeper restores the terminal, prints a line and ends. In all other
//! cases it ends without a word, with the program.
//!
//! The keeper is in the program's process group. A shell starts it with the signals of terminals and shells
//! to the whole group ignored, since Rust cannot ignore a signal without `unsafe`. Without a keeper the explorer still runs.

/// The argument to start the program as a keeper.
pub const ARGUMENT: &str = "--keep-terminal";

#[cfg(unix)]
mod unix {
    use std::io::{self, PipeReader, PipeWriter, Write};
    use std::path::PathBuf;
    use std::process::{Child, Command, Stdio};
    use std::sync::{Mutex, PoisonError};
    use std::time::{Duration, Instant};

    use rustix::termios::{
        ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios,
        tcgetattr, tcsetattr,
    };
    use serde::{Deserialize, Serialize};
    use signal_hook::consts::SIGABRT;
    use signal_hook::low_level::pipe;

    use super::ARGUMENT;
    use crate::tui::terminal::line;
    use crate::tui::terminal::sequences::{Extras, leaving};

    /// Starts the keeper deaf to signals to its whole group.
    const START: &str = "trap '' HUP INT QUIT TERM TSTP TTIN TTOU; exec \"$0\" \"$1\"";

    /// The keeper's longest wait for a stopped terminal.
    const LAST_WORDS: Duration = Duration::from_millis(200);

    /// How long the program waits for the keeper's end. It ends within a few milliseconds; the program need not.
    const LAST_WAIT: Duration = Duration::from_millis(50);

    /// The running keeper, if any.
    static RUNNING: Mutex<Option<(PipeWriter, Child)>> = Mutex::new(None);

    /// The program's reports, a line each. An abort is one byte, different from all of these.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Report {
        /// the terminal is about to be taken
        Taken(Taken),
        /// it is as it was
        GivenBack,
        /// the keeper is not needed any more
        Left,
    }

    /// How the terminal was taken.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Taken {
        extras: Extras,
        modes: Modes,
    }

    /// The modes changed by raw mode, as bits.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Modes {
        input: u64,
        output: u64,
        control: u64,
        local: u64,
        least: u8,
        wait: u8,
    }

    impl Modes {
        #[allow(clippy::unnecessary_cast, reason = "bits are 32 or 64 by system")]
        fn of(modes: &Termios) -> Self {
            Self {
                input: modes.input_modes.bits() as u64,
                output: modes.output_modes.bits() as u64,
                control: modes.control_modes.bits() as u64,
                local: modes.local_modes.bits() as u64,
                least: modes.special_codes[SpecialCodeIndex::VMIN],
                wait: modes.special_codes[SpecialCodeIndex::VTIME],
            }
        }

        fn put_into(&self, modes: &mut Termios) {
            modes.input_modes = InputModes::from_bits_retain(self.input as _);
            modes.output_modes = OutputModes::from_bits_retain(self.output as _);
            modes.control_modes = ControlModes::from_bits_retain(self.control as _);
            modes.local_modes = LocalModes::from_bits_retain(self.local as _);
            modes.special_codes[SpecialCodeIndex::VMIN] = self.least;
            modes.special_codes[SpecialCodeIndex::VTIME] = self.wait;
        }
    }

    /// A keeper, ready to start.
    #[derive(Debug)]
    pub struct Keeper {
        program: PathBuf,
        reports: PipeReader,
        pipe: PipeWriter,
    }

    impl Keeper {
        /// Prepares a keeper. From now on an abort is reported first; its other handlers must be registered later.
        ///
        /// # Errors
        /// If the program has no path (Linux without /proc), or no pipe can be made.
        pub fn new() -> io::Result<Self> {
            let program = std::env::current_exe()?;
            let (reports, pipe) = io::pipe()?;
            pipe::register(SIGABRT, pipe.try_clone()?)?;
            Ok(Self { program, reports, pipe })
        }

        /// Starts it. A failure leaves the program without one.
        pub(crate) fn start(self) {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", START]).arg(self.program).arg(ARGUMENT);
            // Whoever reads the program's messages shall not wait for the keeper, nor shall whoever unmounts a folder.
            shell.stdin(self.reports).stderr(Stdio::null()).current_dir("/");
            if let Ok(process) = shell.spawn() {
                *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some((self.pipe, process));
            }
        }
    }

    /// Reports that the terminal is about to be taken, and what for.
    pub(crate) fn taking(extras: Extras) {
        if let Ok(modes) = tcgetattr(rustix::stdio::stdin()) {
            report(&Report::Taken(Taken { extras, modes: Modes::of(&modes) }));
        }
    }

    /// Reports that the terminal is as it was.
    pub(crate) fn given_back() {
        report(&Report::GivenBack);
    }

    fn report(report: &Report) {
        if let Some((pipe, _)) = &mut *RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
            && let Ok(mut line) = serde_json::to_vec(report)
        {
            line.push(b'\n');
            // A dead keeper cannot help.
            let _ = pipe.write_all(&line);
        }
    }

    /// Lets the keeper go, and waits until it is gone.
    pub(crate) fn dismiss() {
        report(&Report::Left);
        let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((_, mut process)) = running else { return };
        let started = Instant::now();
        while matches!(process.try_wait(), Ok(None)) && started.elapsed() < LAST_WAIT {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// A keeper's work: waits for the program's end, and restores the terminal if the program did not.
    pub fn keep() {
        let (mut taken, mut aborted) = (None, false);
        for line in io::stdin().lines().map_while(Result::ok) {
            match serde_json::from_str(&line) {
                Ok(Report::Taken(how)) => taken = Some(how),
                Ok(Report::GivenBack) => taken = None,
                Ok(Report::Left) => return,
                Err(_) => aborted = true,
            }
        }
        if let Some(taken) = taken {
            restore(&taken, aborted);
        }
    }

    fn restore(taken: &Taken, aborted: bool) {
        if let Ok(mut modes) = tcgetattr(rustix::stdio::stdout()) {
            let now = Modes::of(&modes);
            taken.modes.put_into(&mut modes);
            let mut raw = modes.clone();
            raw.make_raw();
            // A shell, if back already, has set modes of its own.
            if now == Modes::of(&raw) {
                let _ = tcsetattr(rustix::stdio::stdout(), OptionalActions::Now, &modes);
            }
        }
        let why =
            if aborted { "aborted, most likely as memory has ended" } else { "killed, or memory has ended" };
        let text = format!("{}slth: {why}; the terminal is restored\r\n", leaving(taken.extras, true));
        let bytes = text.as_bytes();
        if line::write(bytes, LAST_WORDS).is_ok_and(|written| written < bytes.len()) {
            line::discard_unread();
            let _ = line::write(bytes, Duration::ZERO);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn reports_are_lines_and_an_abort_is_none() {
            let modes = Modes { input: 1, output: 2, control: 3, local: u64::MAX, least: 1, wait: 0 };
            let extras = Extras { mouse: true, kitty_images: true };
            for sent in [Report::Taken(Taken { extras, modes }), Report::GivenBack, Report::Left] {
                let line = serde_json::to_string(&sent).unwrap();
                assert!(!line.contains('\n'));
                assert_eq!(serde_json::from_str::<Report>(&line).unwrap(), sent);
            }
            assert!(serde_json::from_str::<Report>("X").is_err());
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    /// There is none: a killed program's console is its own.
    #[derive(Debug)]
    pub struct Keeper;

    impl Keeper {
        /// # Errors
        /// Always.
        pub fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) fn start(self) {}
    }

    pub(crate) fn taking(_extras: super::Extras) {}

    pub(crate) fn given_back() {}

    pub(crate) fn dismiss() {}

    /// Does nothing.
    pub fn keep() {}
}

#[cfg(not(unix))]
pub use elsewhere::{Keeper, keep};
#[cfg(not(unix))]
pub(crate) use elsewhere::{dismiss, given_back, taking};
#[cfg(unix)]
pub use unix::{Keeper, keep};
#[cfg(unix)]
pub(crate) use unix::{dismiss, given_back, taking};
