//! One run per file.
//!
//! A run holds an advisory lock on FILE.slth-lock while it uses FILE, since every new state replaces FILE itself. The system
//! releases the lock at the end of the process, even on a crash: the leftover lock file of a killed run locks nothing, and the
//! next run takes it over. A run removes its lock file at the end.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::report::output::{keep, remove_on_signal};

/// The first bytes of a lock file; the process id follows.
const MARK: &str = "slth ";

/// Attempts to lock a file being removed by others.
const TRIES: usize = 1000;

/// Why a lock is not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    /// held by another process; its id if the file has one
    Held(Option<u32>),
    /// another kind of file has its name
    Foreign(PathBuf),
    Io(io::Error),
}

impl From<io::Error> for LockError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A lock, held until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    file: File,
    /// why the file system has no locks; then nothing is locked
    pub(crate) unsupported: Option<io::Error>,
}

impl Lock {
    /// Locks the file at `path`, its links resolved.
    pub(crate) fn take(path: &Path) -> Result<Self, LockError> {
        let mut name: OsString = path.to_owned().into();
        name.push(".slth-lock");
        let path = PathBuf::from(name);
        for _ in 0..TRIES {
            if std::fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(LockError::Foreign(path));
            }
            let mut file = open(&path)?;
            let unsupported = match file.try_lock() {
                Ok(()) => None,
                Err(TryLockError::WouldBlock) => return Err(LockError::Held(holder(&mut file))),
                Err(TryLockError::Error(error)) => Some(error),
            };
            // Its last holder may have removed it since it was opened.
            if !is_at(&file, &path) {
                continue;
            }
            let text = read(&mut file)?;
            if !text.is_empty() && !text.starts_with(MARK.as_bytes()) {
                return Err(LockError::Foreign(path));
            }
            if unsupported.is_none() {
                remove_on_signal(&path);
            }
            // Dropped if its file is not writable.
            let mut lock = Self { path, file, unsupported };
            lock.file.set_len(0)?;
            lock.file.seek(SeekFrom::Start(0))?;
            writeln!(lock.file, "{MARK}{}", std::process::id())?;
            return Ok(lock);
        }
        Err(LockError::Held(None))
    }
}

impl Lock {
    /// The lock file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A signal must not remove the file once another run may have it.
        keep(&self.path);
        // Still locked: nobody else can hold the removed file.
        if self.unsupported.is_none() && is_at(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Opens a lock file as it is, or a new one. No link is followed, no device waited for.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits() as i32);
    }
    options.open(path)
}

/// The beginning of a lock file.
fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(64).read_to_end(&mut text)?;
    Ok(text)
}

/// The id of the process in a lock file.
fn holder(file: &mut File) -> Option<u32> {
    let text = String::from_utf8(read(file).ok()?).ok()?;
    text.strip_prefix(MARK)?.trim_end().parse().ok()
}

/// Whether the open file is still the one at the path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (open, there) = (file.metadata(), std::fs::symlink_metadata(path));
    open.is_ok_and(|open| there.is_ok_and(|there| (open.dev(), open.ino()) == (there.dev(), there.ino())))
}

/// Whether there is a file at the path: here an open file cannot be replaced, so it is the same one.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("c");
        let lock = Lock::take(&place).unwrap();
        assert!(matches!(Lock::take(&place), Err(LockError::Held(Some(pid))) if pid == std::process::id()));
        drop(lock);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        // The leftover of a killed run.
        std::fs::write(folder.path().join("c.slth-lock"), "slth 1\n").unwrap();
        drop(Lock::take(&place).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn no_file_of_another_kind_is_taken_for_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (place, lock) = (folder.path().join("c"), folder.path().join("c.slth-lock"));
        std::fs::write(&lock, "mine").unwrap();
        assert!(matches!(Lock::take(&place), Err(LockError::Foreign(path)) if path == lock));
        assert_eq!(std::fs::read(&lock).unwrap(), b"mine");
        std::fs::remove_file(&lock).unwrap();
        std::fs::create_dir(&lock).unwrap();
        assert!(matches!(Lock::take(&place), Err(LockError::Foreign(_))));
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (place, aim) = (folder.path().join("c"), folder.path().join("aim"));
        std::os::unix::fs::symlink(&aim, folder.path().join("c.slth-lock")).unwrap();
        assert!(matches!(Lock::take(&place), Err(LockError::Foreign(_))));
        assert!(!aim.exists());
    }

    /// Many threads lock, look whether they are alone, and unlock.
    #[test]
    fn nobody_shares_a_lock_while_lock_files_come_and_go() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("c");
        let (holders, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..300 {
                        let Ok(lock) = Lock::take(&place) else { continue };
                        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                        taken.fetch_add(1, Ordering::SeqCst);
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(taken.into_inner() > 100);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
