//! The file-system calls of an output file, one function each. In tests, any one of them can be made to fail.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// A kind of file-system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    /// metadata of a path
    Look,
    /// a file opened for writing, the contents left alone
    OpenForWriting,
    /// a temporary file without a name
    CreateUnnamed,
    /// a temporary file with a name
    CreateNamed,
    /// the mode of a file
    SetPermissions,
    /// bytes
    Write,
    /// a position in a file
    Seek,
    /// contents to the disk
    Sync,
    /// a name for a file without one
    Link,
    /// a name in the place of another
    Rename,
    /// names to the disk
    SyncFolder,
}

impl Call {
    /// The error planned by a test, if any.
    #[cfg(test)]
    fn may(self) -> io::Result<()> {
        super::faults::next(self)
    }

    /// Always.
    #[cfg(not(test))]
    #[inline(always)]
    fn may(self) -> io::Result<()> {
        Ok(())
    }
}

/// The metadata of a path, links followed; `None` if nothing is there.
pub(super) fn look(path: &Path) -> io::Result<Option<Metadata>> {
    Call::Look.may()?;
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a file or a device for writing, as it is.
pub(super) fn open_for_writing(path: &Path) -> io::Result<File> {
    Call::OpenForWriting.may()?;
    File::options().write(true).open(path)
}

/// Creates a file without a name in `folder`. It vanishes with the process.
#[cfg(target_os = "linux")]
pub(super) fn create_unnamed(folder: &Path, mode: u32) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    Call::CreateUnnamed.may()?;
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = File::from(open(folder, flags, Mode::from_raw_mode(mode))?);
    // Linking it needs /proc.
    fs::metadata(descriptor(&file))?;
    Ok(file)
}

/// The name of an open file in /proc.
#[cfg(target_os = "linux")]
fn descriptor(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Names a file without a name. An existing file or link of this name is an error.
#[cfg(target_os = "linux")]
pub(super) fn link(file: &File, name: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    Call::Link.may()?;
    Ok(linkat(CWD, descriptor(file), CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

/// Creates a new file. An existing file or link of this name is an error.
pub(super) fn create_named(path: &Path, mode: u32) -> io::Result<File> {
    Call::CreateNamed.may()?;
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

/// Changes the mode of a file.
pub(super) fn set_permissions(file: &File, permissions: Permissions) -> io::Result<()> {
    Call::SetPermissions.may()?;
    file.set_permissions(permissions)
}

/// Waits until the contents of a file are on disk; does nothing on file systems without sync.
pub(super) fn sync(file: &File) -> io::Result<()> {
    Call::Sync.may()?;
    unless_unsupported(file.sync_all())
}

/// Waits until the names of a folder are on disk; does nothing for an unreadable folder or without sync.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    Call::SyncFolder.may()?;
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder) {
        Ok(folder) => unless_unsupported(folder.sync_all()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

fn unless_unsupported(synced: io::Result<()>) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, Unsupported};
    match synced {
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported) => Ok(()),
        synced => synced,
    }
}

/// Renames a temporary file to `place`; an existing file there is replaced if `replaces`, else an error.
pub(super) fn rename(from: TempPath, place: &Path, replaces: bool) -> io::Result<()> {
    Call::Rename.may()?;
    let renamed = if replaces { from.persist(place) } else { from.persist_noclobber(place) };
    renamed.map_err(|error| error.error)
}

/// The contents of a file under way.
#[derive(Debug)]
pub struct Contents<'a>(pub(super) &'a File);

impl Write for Contents<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Call::Write.may()?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Seek for Contents<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        Call::Seek.may()?;
        self.0.seek(to)
    }
}
