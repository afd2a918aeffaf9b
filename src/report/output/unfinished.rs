//! Temporary files with a name, and their removal on signals.
//!
//! | signal | does |
//! |---|---|
//! | TERM, INT, HUP, QUIT | unfinished files are removed, and the program dies of the signal |
//! | KILL | cannot be caught; only a file without a name (Linux) leaves nothing |
//!
//! Signals ignored at the start of the program (`nohup`, a background job of a script) stay ignored.

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

/// Registers a file for removal if a signal ends the program, until [`keep`].
pub(in super::super) fn remove_on_signal(path: &Path) {
    names().push(path.to_owned());
}

/// Undoes [`remove_on_signal`].
pub(in super::super) fn keep(path: &Path) {
    names().retain(|name| name != path);
}

/// The name of a temporary file. Dropped, it is removed with its file.
#[derive(Debug)]
pub(super) struct TemporaryName {
    path: Option<TempPath>,
}

impl TemporaryName {
    /// Creates a file with an unpredictable name in `folder`. `create` must fail with `AlreadyExists` if the name is taken.
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

    /// Renames the file to `place`; an existing file there is replaced if `replaces`, else an error.
    pub(super) fn rename(mut self, place: &Path, replaces: bool) -> io::Result<()> {
        let mut names = names();
        let Some(path) = self.path.take() else { return Ok(()) };
        names.retain(|name| **name != *path);
        disk::rename(path, place, replaces)
    }
}

impl Drop for TemporaryName {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut names = names();
            names.retain(|name| **name != *path.deref());
            drop(path);
        }
    }
}

#[cfg(all(unix, any(feature = "cli", feature = "tui")))]
mod signals {
    use std::sync::mpsc::sync_channel;
    use std::sync::{MutexGuard, PoisonError, TryLockError};
    use std::time::{Duration, Instant};
    use std::{fs, io};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::NAMES;

    /// The signals handled here.
    pub const ENDING_SIGNALS: [i32; 4] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];

    /// Longest wait for a file being renamed before the program dies.
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
                // A thread may hang forever on a lost file server.
                Err(TryLockError::WouldBlock) if started.elapsed() > LAST_NAME => return None,
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Starts a thread for the ending signals: [`die_of`], unless `hold` takes the signal.
    ///
    /// # Errors
    /// If no thread can be started; the signals then keep their default action.
    pub fn obey_signals(mut hold: impl FnMut(i32) -> bool + Send + 'static) -> io::Result<()> {
        let (sender, ready) = sync_channel(1);
        // The thread comes first: handlers without it would only swallow the signals.
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let ignored = ignored_signals();
            let signals = Signals::new(ENDING_SIGNALS.iter().filter(|&signal| !ignored.contains(signal)));
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

    /// The ending signals ignored at the start of the program, as HUP is by `nohup`; none if unknown. Call it before installing
    /// handlers.
    pub(super) fn ignored_signals() -> Vec<i32> {
        let mask = if cfg!(any(target_os = "linux", target_os = "android")) {
            let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
            status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::to_owned)
        } else {
            let mut ps = std::process::Command::new("ps");
            let output = ps.args(["-o", "sigignore=", "-p", &std::process::id().to_string()]).output();
            output.ok().and_then(|output| String::from_utf8(output.stdout).ok())
        };
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
        ENDING_SIGNALS.into_iter().filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
    }
}

#[cfg(all(not(unix), any(feature = "cli", feature = "tui")))]
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
}

#[cfg(any(feature = "cli", feature = "tui"))]
pub use signals::{ENDING_SIGNALS, die_of, obey_signals};

#[cfg(all(test, target_os = "linux", any(feature = "cli", feature = "tui")))]
mod tests {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;
    use crate::report::OutputFile;
    use crate::report::faults::{Call, failing_kinds};

    /// The folder for [`a_program_with_a_named_file`].
    const FOLDER: &str = "SLTH_TEST_FOLDER";

    #[test]
    #[ignore = "started by the test below"]
    fn a_program_with_a_named_file() {
        let Some(folder) = std::env::var_os(FOLDER) else { return };
        obey_signals(|_| false).unwrap();
        let path = Path::new(&folder).join("file");
        let file = failing_kinds(&[Call::CreateUnnamed], || OutputFile::create(&path).unwrap());
        let _ = file.finish(|out| {
            out.write_all(&[b'x'; 1 << 20])?;
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        });
    }

    #[test]
    fn a_named_file_goes_before_the_program_dies() {
        // The child inherits ignored signals, as a background job of a script does.
        let ignored = signals::ignored_signals();
        for signal in ENDING_SIGNALS.into_iter().filter(|signal| !ignored.contains(signal)) {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("file"), "older").unwrap();
            let names = || std::fs::read_dir(folder.path()).unwrap().count();
            let child = "report::output::unfinished::tests::a_program_with_a_named_file";
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", child, "--ignored"])
                .env(FOLDER, folder.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let started = Instant::now();
            while names() < 2 {
                assert!(started.elapsed() < Duration::from_secs(30), "nothing is written");
                std::thread::sleep(Duration::from_millis(5));
            }
            kill_process(Pid::from_child(&child), Signal::from_named_raw(signal).unwrap()).unwrap();
            assert_eq!(child.wait().unwrap().signal(), Some(signal));
            assert_eq!(std::fs::read(folder.path().join("file")).unwrap(), b"older");
            assert_eq!(names(), 1, "{signal}");
        }
    }
}
