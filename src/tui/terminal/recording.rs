//! A recording of the session as asciicast, version 2: what the terminal was sent, and when.
//!
//! Its lines are JSON: a header with the size, then `[seconds, "o", text]` for each frame and `[seconds, "r", "COLUMNSxROWS"]` for
//! each new size. A frame is recorded once the terminal has taken all of it. The lines collect in a file without a name
//! and come to their place at the end of the session, complete: a program killed before leaves no file.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use ratatui::layout::Size;
use serde::Serialize;

use super::hold;
use super::sequences::leaving;
use crate::report::OutputFile;

/// The first line.
#[derive(Serialize)]
struct Header<'a> {
    version: u8,
    width: u16,
    height: u16,
    /// seconds since 1970
    timestamp: u64,
    title: &'a str,
    env: Environment,
}

/// The variables by which players and readers know the terminal.
#[derive(Serialize)]
struct Environment {
    #[serde(rename = "TERM")]
    term: String,
}

/// A recording under way. Its copies are one recording.
#[derive(Clone, Debug)]
pub struct Recording(Rc<RefCell<RecordedSession>>);

#[derive(Debug)]
struct RecordedSession {
    file: OutputFile,
    title: String,
    lines: BufWriter<File>,
    /// of the first frame, and the last size recorded
    begun: Option<(Instant, Size)>,
    /// why the recording broke off
    failed: Option<io::Error>,
}

impl Recording {
    /// A recording for a new file at `path`, under this title.
    ///
    /// # Errors
    /// As [`OutputFile::create_new`]: nothing is replaced.
    pub fn create(path: &Path, title: &str) -> io::Result<Self> {
        let file = OutputFile::create_new(path)?;
        let (title, lines) = (title.to_owned(), BufWriter::new(tempfile::tempfile()?));
        Ok(Self(Rc::new(RefCell::new(RecordedSession { file, title, lines, begun: None, failed: None }))))
    }

    /// Takes bytes that the terminal was sent, on a screen of this size.
    pub(super) fn sent(&self, bytes: &[u8], size: Size) {
        let mut session = self.0.borrow_mut();
        if session.failed.is_none()
            && let Err(error) = session.write(&String::from_utf8_lossy(bytes), size)
        {
            session.failed = Some(error);
        }
    }

    /// Ends the recording and puts its file in its place. Without a single frame there is none.
    ///
    /// # Errors
    /// Whatever the file system reports, now or earlier. There is no file then.
    pub fn finish(self) -> io::Result<()> {
        // The explorer's copy is gone by now.
        let Some(session) = Rc::into_inner(self.0) else {
            return Err(io::Error::other("the session goes on"));
        };
        session.into_inner().finish()
    }
}

impl RecordedSession {
    fn write(&mut self, text: &str, size: Size) -> io::Result<()> {
        let now = Instant::now();
        let started = match self.begun {
            Some((started, before)) => {
                if before != size {
                    self.line((seconds(started, now), "r", format!("{}x{}", size.width, size.height)))?;
                }
                started
            }
            None => {
                let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
                let env = Environment { term: std::env::var("TERM").unwrap_or_default() };
                let title = self.title.clone();
                let (width, height) = (size.width, size.height);
                self.line(Header { version: 2, width, height, timestamp, title: &title, env })?;
                now
            }
        };
        self.begun = Some((started, size));
        self.line((seconds(started, now), "o", text))
    }

    fn line(&mut self, value: impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.lines, &value)?;
        self.lines.write_all(b"\n")
    }

    fn finish(mut self) -> io::Result<()> {
        let Some((_, size)) = self.begun else { return Ok(()) };
        if self.failed.is_none() {
            // A player's terminal is given back too.
            self.write(&leaving(hold::extras(), false), size)?;
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut lines = self.lines.into_inner().map_err(|error| error.into_error())?;
        lines.rewind()?;
        self.file.finish(|out| io::copy(&mut lines, out).map(drop))
    }
}

/// Seconds since the first frame, in steps of a microsecond.
fn seconds(started: Instant, now: Instant) -> f64 {
    now.duration_since(started).as_micros() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Size = Size { width: 80, height: 24 };
    const LARGE: Size = Size { width: 120, height: 40 };

    fn lines(path: &Path) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn frames_and_sizes_come_back_as_they_were_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.cast");
        let recording = Recording::create(&path, "slth tiny").unwrap();
        let sent = ["\x1b[?1049h", "\x1b[1;1H\"x→z\"\t\u{7f}\r\n", "ŵ"];
        for (text, size) in sent.iter().zip([SMALL, SMALL, LARGE]) {
            recording.clone().sent(text.as_bytes(), size);
        }
        assert!(!path.exists());
        recording.finish().unwrap();
        let lines = lines(&path);
        let header = &lines[0];
        assert_eq!(
            (&header["version"], &header["width"], &header["height"]),
            (&2.into(), &80.into(), &24.into())
        );
        assert_eq!(header["title"], "slth tiny");
        assert!(header["timestamp"].as_u64().unwrap() > 1_700_000_000);
        let events: Vec<(f64, &str, &str)> = lines[1..]
            .iter()
            .map(|line| (line[0].as_f64().unwrap(), line[1].as_str().unwrap(), line[2].as_str().unwrap()))
            .collect();
        assert_eq!(events.iter().map(|event| event.1).collect::<String>(), "ooroo");
        assert_eq!((events[0].0, events[2].2), (0.0, "120x40"));
        assert!(events.is_sorted_by(|before, after| before.0 <= after.0));
        let output: String = events.iter().filter(|event| event.1 == "o").map(|event| event.2).collect();
        assert_eq!(output, sent.concat() + &leaving(hold::extras(), false));
    }

    #[test]
    fn nothing_is_left_of_a_recording_without_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.cast");
        let recording = Recording::create(&path, "").unwrap();
        recording.sent(b"frame", SMALL);
        drop(recording);
        // Without a frame there is nothing to play.
        Recording::create(&path, "").unwrap().finish().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        // No file is replaced, a weight file least of all.
        std::fs::write(&path, "older").unwrap();
        let refused = Recording::create(&path, "").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
    }
}
