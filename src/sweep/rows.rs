//! One file of rows: those of a share, a line each with a check of its own.
//!
//! ```text
//! CHECK slth-sweep FORMAT DIGEST SHARD
//! CHECK RUN SECONDS ["figure", …]
//! ```
//!
//! CHECK is the first 8 bytes of the SHA-256 of the rest of the line, in hexadecimal. A line is written in one call. What a
//! killed process, a full disk or a lost supply leaves at the end of the file is no whole line: it is cut off when the
//! share goes on.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::SweepError;
use crate::report::{AppendedFile, Lock, LockError};
use crate::session::Shard;

/// Version of the lines.
const FORMAT: u32 = 1;

/// The first word of a file.
const MARK: &str = "slth-sweep";

/// The ending of the files.
const ENDING: &str = ".rows";

/// The most shares of a file's name.
const MOST_SHARES: u64 = 1_000_000;

/// A kept row: what is known of a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SweptRow {
    /// number of the run
    pub(super) run: u64,
    /// time of the run, as written
    pub(super) seconds: Box<str>,
    /// the figures, a JSON list of texts
    pub(super) figures: Box<str>,
}

impl SweptRow {
    pub(super) fn new(run: u64, seconds: f64, figures: &[String]) -> Self {
        // A list of texts can always be written.
        let figures = serde_json::to_string(figures).unwrap_or_default();
        Self { run, seconds: format!("{seconds:?}").into(), figures: figures.into() }
    }

    fn line(&self) -> String {
        checked(&format!("{} {} {}", self.run, self.seconds, self.figures))
    }

    fn of_line(rest: &str) -> Option<Self> {
        let mut words = rest.splitn(3, ' ');
        let run = words.next()?.parse().ok()?;
        let seconds: &str = words.next()?;
        seconds.parse::<f64>().ok()?;
        Some(Self { run, seconds: seconds.into(), figures: words.next()?.into() })
    }
}

/// A line: the text with its check.
fn checked(text: &str) -> String {
    let mut line = check_of(text);
    line.push(' ');
    line.push_str(text);
    line.push('\n');
    line
}

fn check_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut check, byte| {
        let _ = write!(check, "{byte:02x}");
        check
    })
}

/// The text of a line, if its check is right.
fn text_of(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let (check, text) = line.split_once(' ')?;
    (check == check_of(text)).then_some(text)
}

/// The file of a share in a folder.
pub(super) fn path_of(folder: &Path, shard: Shard) -> PathBuf {
    folder.join(format!("share-{}-of-{}{ENDING}", shard.index(), shard.count()))
}

/// The share of a file in the folder of a sweep; `None` for other files.
pub(super) fn shard_of(name: &str) -> Option<Shard> {
    let (index, count) = name.strip_prefix("share-")?.strip_suffix(ENDING)?.split_once("-of-")?;
    Shard::new(index.parse().ok()?, count.parse().ok()?).filter(|shard| shard.count() <= MOST_SHARES)
}

/// The whole lines of a file.
#[derive(Debug, Default)]
pub(super) struct ReadRows {
    pub(super) rows: Vec<SweptRow>,
    /// bytes of its whole lines
    pub(super) length: u64,
}

/// Reads a file of rows of the sweep with this digest. The part behind the last whole line is passed over.
pub(super) fn read(path: &Path, digest: &str) -> Result<ReadRows, SweepError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ReadRows::default()),
        Err(error) => return Err(SweepError::read(path, error)),
    };
    let (mut read, mut at, mut number) = (ReadRows::default(), 0, 0);
    let mut damaged = None;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        number += 1;
        let text = line.strip_suffix(b"\n").and_then(text_of);
        match text {
            None => damaged = damaged.or(Some(number)),
            Some(text) => {
                if let Some(line) = damaged {
                    let message = format!(
                        "expected whole lines up to the end, found line {line} damaged before others: remove the file, and its \
                         runs are built anew"
                    );
                    return Err(SweepError::refused(path, message));
                }
                if number == 1 {
                    check_header(text, digest).map_err(|message| SweepError::refused(path, message))?;
                } else {
                    let unreadable =
                        || SweepError::refused(path, format!("expected a row in line {number}, found none"));
                    read.rows.push(SweptRow::of_line(text).ok_or_else(unreadable)?);
                }
                read.length = at as u64;
            }
        }
    }
    Ok(read)
}

fn header(digest: &str, shard: Shard) -> String {
    format!("{MARK} {FORMAT} {digest} {shard}")
}

/// Refuses the file of another format or sweep.
fn check_header(text: &str, digest: &str) -> Result<(), String> {
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        [MARK, format, found, _] if *format == FORMAT.to_string() => match *found == digest {
            true => Ok(()),
            false => Err(format!("expected rows of the sweep {digest:.16}…, found those of {found:.16}…")),
        },
        [MARK, format, ..] => Err(format!("expected rows of format {FORMAT}, found format {format}")),
        _ => Err("expected rows of a sweep, found another file".to_owned()),
    }
}

/// The file of a share, locked against other processes until dropped.
#[derive(Debug)]
pub(super) struct RowsFile {
    path: PathBuf,
    file: AppendedFile,
    lock: Lock,
}

impl RowsFile {
    /// Locks the file of a share, and returns it with the rows in it. A new file has its header.
    pub(super) fn open(
        folder: &Path,
        digest: &str,
        shard: Shard,
    ) -> Result<(Self, Vec<SweptRow>), SweepError> {
        let path = path_of(folder, shard);
        let lock = Lock::take(&path).map_err(|error| match error {
            LockError::Held(pid) => {
                let number = pid.map_or_else(String::new, |pid| format!(", number {pid}"));
                let message = format!(
                    "expected a share that no other process runs, found it in use by another slth process{number}"
                );
                SweepError::refused(&path, message)
            }
            LockError::Foreign(lock) => {
                let message = format!("expected no file {}, found one that is no lock of slth's", lock.display());
                SweepError::refused(&path, message)
            }
            LockError::Io(error) => SweepError::write(&path, error),
        })?;
        let read = read(&path, digest)?;
        let failed = |error| SweepError::write(&path, error);
        let mut file = AppendedFile::open(&path, read.length).map_err(failed)?;
        if read.length == 0 {
            file.append(&checked(&header(digest, shard))).map_err(failed)?;
        }
        Ok((Self { path, file, lock }, read.rows))
    }

    /// Appends a row.
    pub(super) fn append(&mut self, row: &SweptRow) -> Result<(), SweepError> {
        self.file.append(&row.line()).map_err(|error| SweepError::write(&self.path, error))
    }

    /// Waits until all rows are on the disk.
    pub(super) fn sync(&self) -> Result<(), SweepError> {
        self.file.sync().map_err(|error| SweepError::write(&self.path, error))
    }

    /// Why there is no lock, on a file system without locks.
    pub(super) fn unlocked(&self) -> Option<&io::Error> {
        self.lock.unsupported.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::faults::each_call_fails;

    const DIGEST: &str = "0123456789abcdef0123456789abcdef";

    fn rows() -> Vec<SweptRow> {
        (0..5).map(|run| SweptRow::new(run, 0.25, &["built".to_owned(), format!("{run}")])).collect()
    }

    #[test]
    fn a_failing_disk_leaves_whole_rows_and_the_share_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_of(folder.path(), Shard::WHOLE);
        let keep = || -> Result<(), SweepError> {
            let (mut file, known) = RowsFile::open(folder.path(), DIGEST, Shard::WHOLE)?;
            rows()[known.len()..].iter().try_for_each(|row| file.append(row))?;
            file.sync()
        };
        each_call_fails(
            || drop(std::fs::remove_file(&path)),
            keep,
            |kept, failed| {
                assert_eq!(kept.is_ok(), failed.is_none(), "{failed:?}");
                if let Err(error) = kept {
                    let message = error.to_string();
                    assert!(
                        message.contains("share-1-of-1.rows: expected a writable file, found: "),
                        "{message}"
                    );
                }
                let found = read(&path, DIGEST).unwrap().rows;
                assert_eq!(found, rows()[..found.len()], "{failed:?}");
                keep().unwrap();
                assert_eq!(read(&path, DIGEST).unwrap().rows, rows());
                assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
            },
        );
    }

    /// Cut anywhere, a file has its whole rows and goes on.
    #[test]
    fn a_file_cut_anywhere_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_of(folder.path(), Shard::WHOLE);
        let keep = || {
            let (mut file, known) = RowsFile::open(folder.path(), DIGEST, Shard::WHOLE).unwrap();
            rows()[known.len()..].iter().for_each(|row| file.append(row).unwrap());
        };
        keep();
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            for tail in [&b""[..], &[0; 40]] {
                std::fs::write(&path, [&whole[..length], tail].concat()).unwrap();
                keep();
                assert!(std::fs::read(&path).unwrap() == whole, "{length}");
            }
        }
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_of(folder.path(), Shard::WHOLE);
        let refusal = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path, DIGEST).unwrap_err().to_string()
        };
        let other = checked(&header("fedc", Shard::WHOLE));
        assert!(
            refusal(&other).contains("expected rows of the sweep 0123456789abcdef…, found those of fedc…")
        );
        assert!(refusal(&checked(&format!("{MARK} 9 {DIGEST} 1/1"))).contains("found format 9"));
        assert!(refusal(&checked("hello")).contains("found another file"));
        let row = checked("not a row");
        assert!(
            refusal(&format!("{}{row}", checked(&header(DIGEST, Shard::WHOLE)))).contains("row in line 2")
        );
        assert_eq!(shard_of("share-3-of-16.rows"), Shard::new(3, 16));
        for name in
            ["share-0-of-16.rows", "share-3-of-16.rows.slth-lock", "sweep.json", "share-1-of-2000000.rows"]
        {
            assert_eq!(shard_of(name), None, "{name}");
        }
    }
}
