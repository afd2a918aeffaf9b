//! A writer that fails once.

use std::io::{self, Seek, SeekFrom, Write};

/// Passes everything on until something fails. That error is returned, and kept for [`finish`](Self::finish); from then on
/// everything seems to succeed and nothing is written. A library that ends its file when it is dropped, as zip does, then
/// has nothing to complain of, and the error is the system's own, not wrapped in the library's.
#[derive(Debug)]
pub(super) struct FirstError<W> {
    out: W,
    failed: Option<io::Error>,
    /// where the next byte stands, or would stand once something has failed
    place: u64,
}

impl<W: Write + Seek> FirstError<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, failed: None, place: 0 }
    }

    /// The first error, if there was one, else what the library says.
    pub(super) fn finish(self, said: io::Result<()>) -> io::Result<()> {
        self.failed.map_or(said, Err)
    }

    /// Keeps an error, and returns one like it.
    fn fail(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.failed = Some(error);
        kind.into()
    }
}

impl<W: Write + Seek> Write for FirstError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed.is_some() {
            self.place += bytes.len() as u64;
            return Ok(bytes.len());
        }
        match self.out.write(bytes) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(self.fail(error)),
            Ok(0) if !bytes.is_empty() => Err(self.fail(io::ErrorKind::WriteZero.into())),
            written => {
                self.place += *written.as_ref().unwrap_or(&0) as u64;
                written
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed.is_some() {
            return Ok(());
        }
        self.out.flush().map_err(|error| self.fail(error))
    }
}

impl<W: Write + Seek> Seek for FirstError<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if self.failed.is_none() {
            match self.out.seek(to) {
                Ok(place) => self.place = place,
                Err(error) => return Err(self.fail(error)),
            }
            return Ok(self.place);
        }
        self.place = match to {
            SeekFrom::Start(place) => place,
            SeekFrom::Current(by) | SeekFrom::End(by) => self.place.saturating_add_signed(by),
        };
        Ok(self.place)
    }
}
