//! Temporary files that have a name, and signals that end the program: the files go first.
//!
//! | signal | does |
//! |---|---|
//! | TERM, INT, HUP, QUIT | unfinished files are removed, and the program dies of the signal |
//! | KILL | cannot be caught; only a file without a name (Linux) leaves nothing |
//!
//! A signal that was ignored when the program started (`nohup`, a job in the background of a script) stays ignored.

use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

use super::disk;

/// The names of all unfinished files. A file gets its name, and loses it, only while this is locked.
static NAMES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn names() -> MutexGuard<'static, Vec<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of a temporary file. Dropped, it is removed with its file.
#[derive(Debug)]
pub(super) struct Name {
    path: Option<TempPath>,
}

impl Name {
    /// Finds a name in `folder` that nobody can predict, and creates a file with it. `create` fails with `AlreadyExists` where
    /// the name is taken.
    pub(super) fn new<R>(folder: &Path, create: impl FnMut(&Path) -> io::Result<R>) -> io::Result<(R, Self)> {
        let mut names = names();
        let made = tempfile::Builder::new().prefix(".slth-").rand_bytes(12).make_in(folder, create)?;
        let (made, path) = made.into_parts();
        names.push(path.to_path_buf());
        Ok((made, Self { path: Some(path) }))
    }

    /// Whether the file is found by another spelling of its name.
    pub(super) fn is_found_in_upper_case(&self) -> bool {
        let Some(path) = &self.path else { return false };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        std::fs::symlink_metadata(path.with_file_name(name)).is_ok()
    }

    /// Gives the file the name `place` instead, with `replaces` even where a file is there.
    pub(super) fn rename(mut self, place: &Path, replaces: bool) -> io::Result<()> {
        let mut names = names();
        let Some(path) = self.path.take() else { return Ok(()) };
        names.retain(|name| **name != *path);
        disk::rename(path, place, replaces)
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut names = names();
            names.retain(|name| **name != *path.deref());
            drop(path);
        }
    }
}

#[cfg(unix)]
mod signals {
    use std::sync::mpsc::sync_channel;
    use std::sync::{MutexGuard, PoisonError, TryLockError};
    use std::time::{Duration, Instant};
    use std::{fs, io};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::NAMES;

    /// The signals that end the program.
    pub const ENDING_SIGNALS: [i32; 4] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];

    /// How long a dying program waits for a file that is being named.
    const LAST_NAME: Duration = Duration::from_secs(1);

    /// Removes unfinished files and ends the program, as the signal would have.
    pub fn die_of(signal: i32) {
        // Held to the end: no file may get a name any more.
        let names = lock();
        for name in names.iter().flat_map(|names| names.iter()) {
            // It may be in its place already.
            let _ = fs::remove_file(name);
        }
        // Does not return for these signals.
        let _ = emulate_default_handler(signal);
    }

    fn lock() -> Option<MutexGuard<'static, Vec<std::path::PathBuf>>> {
        let started = Instant::now();
        loop {
            match NAMES.try_lock() {
                Ok(names) => return Some(names),
                Err(TryLockError::Poisoned(names)) => return Some(PoisonError::into_inner(names)),
                // A file server that has gone may hold a thread for ever.
                Err(TryLockError::WouldBlock) if started.elapsed() > LAST_NAME => return None,
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Starts a thread that obeys the signals to end with [`die_of`], unless `hold` keeps the signal for itself.
    ///
    /// # Errors
    /// Where no thread can be had; then the signals do what they did before.
    pub fn obey_signals(mut hold: impl FnMut(i32) -> bool + Send + 'static) -> io::Result<()> {
        let (sender, ready) = sync_channel(1);
        // The thread comes first: handlers without it would only swallow the signals.
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let watched = ENDING_SIGNALS.iter().filter(|&&signal| !is_ignored(signal));
            let signals = Signals::new(watched);
            let (mut signals, started) = match signals {
                Ok(signals) => (Some(signals), Ok(())),
                Err(error) => (None, Err(error)),
            };
            let _ = sender.send(started);
            for signal in signals.iter_mut().flat_map(Signals::forever) {
                if !hold(signal) {
                    die_of(signal);
                }
            }
        })?;
        ready.recv().unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
    }

    /// Whether a signal was ignored when the program started. Ask before handling it.
    pub fn is_ignored(signal: i32) -> bool {
        use std::io::IsTerminal;
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        match mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()) {
            Some(mask) => mask >> (signal - 1) & 1 == 1,
            // Elsewhere only a signal handler of one's own could ask. `nohup` leaves no terminal to write to.
            None => signal == SIGHUP && !io::stdout().is_terminal(),
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    /// There are none.
    pub const ENDING_SIGNALS: [i32; 0] = [];

    /// There are no such signals.
    pub fn die_of(_: i32) {}

    /// There are no such signals.
    ///
    /// # Errors
    /// None.
    pub fn obey_signals(_: impl FnMut(i32) -> bool + Send + 'static) -> io::Result<()> {
        Ok(())
    }

    /// There are no such signals.
    pub fn is_ignored(_: i32) -> bool {
        false
    }
}

pub use signals::{ENDING_SIGNALS, die_of, is_ignored, obey_signals};
