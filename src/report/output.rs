//! Files that appear whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file under way beside the place where it will stand. Opened before a run starts, so that an unwritable
/// place is known before hours are spent; dropped without [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct OutputFile {
    place: PathBuf,
    file: NamedTempFile,
    /// a device or a pipe, which is written to, never replaced
    special: Option<File>,
    /// whether a file that stands there may be replaced
    replaces: bool,
}

impl OutputFile {
    /// Opens a file that will become `path` unless something stands there by then.
    ///
    /// # Errors
    /// As [`create`](Self::create), and `AlreadyExists` where there is something already;
    /// [`finish`](Self::finish) looks again.
    pub fn create_new(path: &Path) -> io::Result<Self> {
        if std::fs::symlink_metadata(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        Ok(Self { replaces: false, ..Self::create(path)? })
    }

    /// Opens a file that will become the first of STEM.EXTENSION, STEM-2.EXTENSION, STEM-3.EXTENSION … that there is not
    /// yet in `folder`, the working directory if that is empty.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`finish`](Self::finish) fails where the name was taken meanwhile.
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

    /// Opens a file that will become `path`. A link is followed; a device or a pipe is opened for writing.
    ///
    /// # Errors
    /// Where `path` is a folder, or its folder does not exist or cannot be written to.
    pub fn create(path: &Path) -> io::Result<Self> {
        let place = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (mut folder, mut special) = (place.parent().map(Path::to_owned).unwrap_or_default(), None);
        match std::fs::metadata(&place) {
            Ok(found) if found.is_dir() => {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
            }
            Ok(found) if !found.is_file() => {
                special = Some(File::options().write(true).open(&place)?);
                folder = std::env::temp_dir();
            }
            Ok(_) | Err(_) if folder.as_os_str().is_empty() => folder = PathBuf::from("."),
            Ok(_) | Err(_) => {}
        }
        if !folder.is_dir() {
            let message = format!("there is no folder {}", folder.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".slth-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What an ordinary new file has, the user's umask applied.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        Ok(Self { place, file: builder.tempfile_in(folder)?, special, replaces: true })
    }

    /// Writes the contents and puts the file in its place.
    ///
    /// # Errors
    /// Whatever `write` or the file system reports; then nothing is left and an older file still stands.
    pub fn finish<F>(mut self, write: F) -> io::Result<()>
    where
        F: FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    {
        let mut buffer = BufWriter::new(self.file.as_file());
        write(&mut buffer)?;
        buffer.flush()?;
        drop(buffer);
        if let Some(mut special) = self.special {
            self.file.rewind()?;
            io::copy(&mut self.file, &mut special)?;
        } else if self.replaces {
            self.file.persist(&self.place).map_err(|error| error.error)?;
        } else {
            self.file.persist_noclobber(&self.place).map_err(|error| error.error)?;
        }
        Ok(())
    }

    /// Where it will stand.
    pub fn path(&self) -> &Path {
        &self.place
    }
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
}
