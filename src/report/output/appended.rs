//! A file of lines that grows.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use super::disk::{self, Contents};

/// A file that lines are appended to, each whole or not at all: after a failure, the file is cut back to its last whole line.
#[derive(Debug)]
pub struct AppendedFile {
    file: File,
    /// of its whole lines
    length: u64,
}

impl AppendedFile {
    /// Opens a file, a new one if there is none. Its first `length` bytes stay, the rest is cut off.
    ///
    /// # Errors
    /// Whatever the file system reports.
    pub fn open(path: &Path, length: u64) -> io::Result<Self> {
        if disk::look(path)?.is_none() {
            disk::create_named(path, super::NEW_FILE)?;
        }
        let file = disk::open_for_writing(path)?;
        file.set_len(length)?;
        let mut appended = Self { file, length };
        appended.seek_end()?;
        Ok(appended)
    }

    /// Appends a text of whole lines.
    ///
    /// # Errors
    /// Whatever the file system reports; the file is as before then, as far as the file system lets.
    pub fn append(&mut self, lines: &str) -> io::Result<()> {
        let written = Contents(&self.file).write_all(lines.as_bytes());
        match written {
            Ok(()) => self.length += lines.len() as u64,
            // Whoever reads the file passes over half a line at its end.
            Err(_) => drop(self.file.set_len(self.length).and_then(|()| self.seek_end())),
        }
        written
    }

    /// Waits until all lines are on the disk.
    ///
    /// # Errors
    /// Whatever the file system reports.
    pub fn sync(&self) -> io::Result<()> {
        disk::sync(&self.file)
    }

    fn seek_end(&mut self) -> io::Result<()> {
        Contents(&self.file).seek(SeekFrom::Start(self.length)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::faults::each_call_fails;
    use super::*;

    #[test]
    fn a_failing_disk_leaves_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let lines = ["one\n", "two\n", "three\n"];
        let write = || {
            let mut file = AppendedFile::open(&path, 0)?;
            for line in lines {
                file.append(line)?;
            }
            file.sync()
        };
        let wholes: Vec<String> = (0..=3).map(|count| lines[..count].concat()).collect();
        each_call_fails(
            || drop(std::fs::remove_file(&path)),
            write,
            |written, failed| {
                let found = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(wholes.contains(&found), "{failed:?}: {found:?}");
                assert_eq!(written.is_ok(), failed.is_none(), "{failed:?}");
                assert!(failed.is_some() || found == wholes[3]);
            },
        );
        // Half a line of a killed process is cut off.
        std::fs::write(&path, "one\ntw").unwrap();
        AppendedFile::open(&path, 4).unwrap().append("two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }
}
