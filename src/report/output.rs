//! Files that appear whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file under way beside the place where it will stand. Opened before a run starts, so that an unwritable
/// place is known before hours are spent; dropped without [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl OutputFile {
    /// Opens a file that will become `path`.
    ///
    /// # Errors
    /// Where `path` is a folder, or its folder does not exist or cannot be written to.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".slth-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What an ordinary new file has, the user's umask applied.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        Ok(Self { path: path.to_owned(), file: builder.tempfile_in(folder)? })
    }

    /// Writes the contents and puts the file in its place.
    ///
    /// # Errors
    /// Whatever `write` or the file system reports; then nothing is left and an older file still stands.
    pub fn finish<F>(self, write: F) -> io::Result<()>
    where
        F: FnOnce(&mut BufWriter<&std::fs::File>) -> io::Result<()>,
    {
        let mut buffer = BufWriter::new(self.file.as_file());
        write(&mut buffer)?;
        buffer.flush()?;
        drop(buffer);
        self.file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Where it will stand.
    pub fn path(&self) -> &Path {
        &self.path
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
}
