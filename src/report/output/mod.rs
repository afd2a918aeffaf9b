//! Atomic output files.
//!
//! The contents go to a temporary file in the same folder. On Linux it has no name, so not even `kill -9` leaves it behind;
//! elsewhere, and on file systems without unnamed files, it has an unpredictable one. Once everything is on disk, the file is
//! renamed, and the folder is synced too. Until then the older file stays. A link cannot replace a file: to replace one, an
//! unnamed file gets a name of its own, `.slth-` and twelve letters, just before it is renamed. `kill -9` between these two
//! calls leaves the complete new file under that name.
//!
//! | at the path | result |
//! |---|---|
//! | nothing | a file of the user's default mode |
//! | a file | replaced; the new one gets its mode and, if the system allows it, its owner |
//! | a write-protected file | refused when opened |
//! | a link | it stays; its target is replaced or created |
//! | a device or a pipe | it is written to, once the contents are complete |
//! | `/dev/stdout`, `/dev/stderr` | the program's own stream is written to |
//! | a folder | refused when opened |

mod appended;
mod disk;
#[cfg(test)]
pub(crate) mod faults;
mod identity;
mod stream;
mod unfinished;

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

pub use appended::AppendedFile;
pub use disk::Contents;
pub use identity::{Claims, Collision, is_same_file};
pub use stream::is_standard_output_closed;
#[cfg(any(feature = "cli", feature = "tui"))]
pub use unfinished::{ENDING_SIGNALS, die_of, obey_signals};
pub(super) use unfinished::{keep, remove_on_signal};

use stream::standard_stream;
use unfinished::TemporaryName;

/// Most links from a path to its file, as Linux has it.
const MOST_LINKS: usize = 40;

/// The mode of a new file, less the user's umask.
const NEW_FILE: u32 = 0o666;

/// The mode of a file before it gets the mode of the older one.
const PRIVATE: u32 = 0o600;

/// A temporary file beside its destination. Open it before a run, so that an unwritable destination is reported before hours
/// are spent. Dropped without [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct OutputFile {
    /// as it was given
    path: PathBuf,
    contents: File,
    destination: Destination,
}

/// The destination of the contents.
#[derive(Debug)]
enum Destination {
    /// a stream, a device or a pipe: written to, never replaced
    Stream(File),
    File(FinalPath),
}

/// The final path of a file.
#[derive(Debug)]
struct FinalPath {
    /// links resolved
    path: PathBuf,
    folder: PathBuf,
    /// the name of the temporary file, if it has one
    name: Option<TemporaryName>,
    /// whether an existing file may be replaced
    replaces: bool,
}

impl OutputFile {
    /// Opens a new file for `path`.
    ///
    /// # Errors
    /// As [`create`](Self::create), and `AlreadyExists` if anything has this path, a dangling link included;
    /// [`finish`](Self::finish) checks again.
    pub fn create_new(path: &Path) -> io::Result<Self> {
        if std::fs::symlink_metadata(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mut file = Self::create(path)?;
        if let Destination::File(place) = &mut file.destination {
            place.replaces = false;
        }
        Ok(file)
    }

    /// Opens a new file in `folder` (the working directory if empty), the first of STEM.EXTENSION, STEM-2.EXTENSION,
    /// STEM-3.EXTENSION … not taken yet.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`finish`](Self::finish) fails if the name was taken meanwhile.
    pub fn create_numbered(folder: &Path, stem: &str, extension: &str) -> io::Result<Self> {
        let mut name = format!("{stem}.{extension}");
        let mut number = 2;
        loop {
            match Self::create_new(&folder.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    name = format!("{stem}-{number}.{extension}");
                    number += 1;
                }
                opened => return opened,
            }
        }
    }

    /// Opens a file for `path`. A link is followed; a device or a pipe is opened for writing.
    ///
    /// # Errors
    /// If `path` is a folder or a write-protected file, or its folder does not exist or is not writable.
    pub fn create(path: &Path) -> io::Result<Self> {
        let (contents, destination) = match standard_stream(path) {
            Some(stream) => (tempfile::tempfile()?, Destination::Stream(stream?)),
            None => match disk::look(path)? {
                Some(found) if found.is_dir() => {
                    return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
                }
                Some(found) if !found.is_file() => {
                    (tempfile::tempfile()?, Destination::Stream(disk::open_for_writing(path)?))
                }
                found => Self::beside(path, found)?,
            },
        };
        Ok(Self { path: path.to_owned(), contents, destination })
    }

    /// Creates a temporary file for `path`, an older file or nothing yet.
    fn beside(path: &Path, found: Option<Metadata>) -> io::Result<(File, Destination)> {
        if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
        }
        let place = follow_links(path)?;
        if found.is_some() {
            // A write-protected file must not be replaced either.
            disk::open_for_writing(&place)?;
        }
        let folder = match place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        if !folder.is_dir() {
            let message =
                format!("there is no folder {}", crate::visible::shortened(&folder.to_string_lossy()));
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        let (contents, name) = temporary(&folder, if found.is_some() { PRIVATE } else { NEW_FILE })?;
        if let Some(older) = &found {
            take_over(&contents, older)?;
        }
        Ok((contents, Destination::File(FinalPath { path: place, folder, name, replaces: true })))
    }

    /// Writes the contents and puts the file in its place. When it returns, both are on the disk.
    ///
    /// # Errors
    /// Whatever `write` or the file system reports. The older file stays then, and nothing else is left; if only the sync of
    /// the folder failed, the new file is complete.
    pub fn finish<F>(mut self, write: F) -> io::Result<()>
    where
        F: FnOnce(&mut BufWriter<Contents<'_>>) -> io::Result<()>,
    {
        let mut buffer = BufWriter::new(Contents(&self.contents));
        let written = write(&mut buffer).and_then(|()| buffer.flush());
        // The rest of the buffer is discarded with the file.
        drop(buffer.into_parts());
        written?;
        match self.destination {
            Destination::Stream(mut stream) => {
                self.contents.rewind()?;
                io::copy(&mut self.contents, &mut Contents(&stream))?;
                stream.flush()
            }
            Destination::File(place) => {
                disk::sync(&self.contents)?;
                place.take(&mut self.contents)
            }
        }
    }

    /// Its path, as given.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl FinalPath {
    /// Gives the temporary file its name.
    fn take(self, contents: &mut File) -> io::Result<()> {
        match self.name {
            Some(name) => name.rename(&self.path, self.replaces)?,
            None => name_the_unnamed(contents, &self.folder, &self.path, self.replaces)?,
        }
        disk::sync_folder(&self.folder)
    }
}

#[cfg(target_os = "linux")]
fn name_the_unnamed(contents: &mut File, folder: &Path, place: &Path, replaces: bool) -> io::Result<()> {
    match disk::link(contents, place) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && replaces => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) => return Ok(()),
        Err(_) => return copy_with_a_name(contents, folder, place, replaces),
    }
    // A link cannot replace a file; a rename can.
    match TemporaryName::new(folder, |name| disk::link(contents, name)) {
        Ok(((), name)) => name.rename(place, replaces),
        Err(_) => copy_with_a_name(contents, folder, place, replaces),
    }
}

/// For file systems with unnamed files but no way to name them.
#[cfg(target_os = "linux")]
fn copy_with_a_name(contents: &mut File, folder: &Path, place: &Path, replaces: bool) -> io::Result<()> {
    let (copy, name) = TemporaryName::new(folder, |name| disk::create_named(name, PRIVATE))?;
    take_over(&copy, &contents.metadata()?)?;
    contents.rewind()?;
    io::copy(contents, &mut Contents(&copy))?;
    disk::sync(&copy)?;
    name.rename(place, replaces)
}

/// Elsewhere every temporary file has a name.
#[cfg(not(target_os = "linux"))]
fn name_the_unnamed(_: &mut File, _: &Path, _: &Path, _: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Creates a temporary file in `folder`, without a name if possible.
fn temporary(folder: &Path, mode: u32) -> io::Result<(File, Option<TemporaryName>)> {
    #[cfg(target_os = "linux")]
    if let Ok(file) = disk::create_unnamed(folder, mode) {
        return Ok((file, None));
    }
    let (file, name) = TemporaryName::new(folder, |name| disk::create_named(name, mode))?;
    Ok((file, Some(name)))
}

/// Gives a new file the mode of an older one, and its owner as far as the system lets.
#[cfg(unix)]
fn take_over(file: &File, older: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mut mode = older.mode() & 0o777;
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (older.uid(), older.gid())
        && fchown(file, Some(older.uid()), Some(older.gid())).is_err()
        && fchown(file, None, Some(older.gid())).is_err()
    {
        // Another group gets no more than everybody has.
        mode = mode & !0o070 | (mode & 0o007) << 3;
    }
    if new.mode() & 0o777 != mode {
        disk::set_permissions(file, std::fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn take_over(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// The final path behind all links; a file need not exist there.
///
/// # Errors
/// If a link is unreadable, or links form a circle.
pub(super) fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::canonicalize(&place) {
            Ok(found) => return Ok(found),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
        match std::fs::read_link(&place) {
            Ok(target) => place = place.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(place),
        }
    }
    Err(io::Error::other("its links go round in a circle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.csv");
        OutputFile::create(&path).unwrap().finish(|w| w.write_all(b"old")).unwrap();
        drop(OutputFile::create(&path).unwrap());
        let failed = OutputFile::create(&path).unwrap().finish(|w| {
            w.write_all(b"half")?;
            Err(io::Error::other("stopped"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(OutputFile::create(folder.path()).is_err());
        assert!(OutputFile::create(&folder.path().join("no/such/folder")).is_err());
    }

    #[test]
    fn a_new_file_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("saved.ron");
        let late = OutputFile::create_new(&path).unwrap();
        OutputFile::create_new(&path).unwrap().finish(|w| w.write_all(b"first")).unwrap();
        let refused = late.finish(|w| w.write_all(b"second")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(OutputFile::create_new(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_numbered_file_stands_beside_those_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        for number in 1..=3 {
            let file = OutputFile::create_numbered(folder.path(), "slth-tiny", "csv").unwrap();
            file.finish(|w| write!(w, "{number}")).unwrap();
        }
        let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(["slth-tiny.csv", "slth-tiny-2.csv", "slth-tiny-3.csv"].map(read), ["1", "2", "3"]);
        assert!(OutputFile::create_numbered(&folder.path().join("none"), "slth-tiny", "csv").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_links_are_written_to_not_replaced() {
        use std::os::unix::fs::FileTypeExt;
        OutputFile::create(Path::new("/dev/null")).unwrap().finish(|w| w.write_all(b"gone")).unwrap();
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, b"old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        OutputFile::create(&link).unwrap().finish(|w| w.write_all(b"new")).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for mode in [0o600, 0o640, 0o644, 0o666, 0o755] {
            std::fs::write(at("file"), b"old").unwrap();
            std::fs::set_permissions(at("file"), std::fs::Permissions::from_mode(mode)).unwrap();
            OutputFile::create(&at("file")).unwrap().finish(|w| w.write_all(b"new")).unwrap();
            assert_eq!(std::fs::metadata(at("file")).unwrap().permissions().mode() & 0o777, mode);
        }
        // A dangling link leads to the new file.
        std::fs::create_dir(at("sub")).unwrap();
        symlink("sub/other", at("to-other")).unwrap();
        symlink("to-other", at("dangling")).unwrap();
        OutputFile::create(&at("dangling")).unwrap().finish(|w| w.write_all(b"new")).unwrap();
        assert!(std::fs::symlink_metadata(at("dangling")).unwrap().is_symlink());
        assert_eq!(std::fs::read(at("sub/other")).unwrap(), b"new");
        // A new file is put in the place of no link.
        symlink("nowhere", at("nowhere-yet")).unwrap();
        let refused = OutputFile::create_new(&at("nowhere-yet")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        symlink("circle", at("circle")).unwrap();
        for bad in ["circle", "sub/", "no/such", "file/under", "sub/..", &"n".repeat(300)] {
            assert!(OutputFile::create(&at(bad)).is_err(), "{bad}");
        }
        assert!(OutputFile::create(Path::new("")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 6);
        assert_eq!(std::fs::read_dir(at("sub")).unwrap().count(), 1);
    }

    /// File systems without unnamed files, or without a way to name them.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_is_written_whole_whatever_the_file_system_lacks() {
        use faults::{Call, failing_kinds};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for lacking in [&[Call::CreateUnnamed][..], &[Call::Link], &[Call::CreateUnnamed, Call::Link]] {
            for older in [None, Some("older")] {
                let _ = std::fs::remove_file(&path);
                if let Some(older) = older {
                    std::fs::write(&path, older).unwrap();
                }
                let write = |w: &mut BufWriter<Contents<'_>>| w.write_all(b"new");
                failing_kinds(lacking, || OutputFile::create(&path).unwrap().finish(write).unwrap());
                assert_eq!(std::fs::read(&path).unwrap(), b"new");
                assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
            }
        }
    }
}
