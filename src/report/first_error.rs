//! A writer for libraries without error handling.

use std::io::{self, Seek, SeekFrom, Write};

/// Passes everything on until the first error, kept for [`finish`](Self::finish); then it writes nothing and reports success. A
/// library unable to handle errors, such as zip when dropped, sees none, and the error is the system's own, not wrapped by the
/// library.
#[derive(Debug)]
pub(super) struct FirstError<W> {
    out: W,
    failed: Option<io::Error>,
    /// position of the next byte
    position: u64,
    /// position behind the last byte
    end: u64,
}

impl<W: Write> FirstError<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, failed: None, position: 0, end: 0 }
    }

    /// The first error, if any, else the result of the library.
    pub(super) fn finish(self, said: io::Result<()>) -> io::Result<()> {
        self.failed.map_or(said, Err)
    }

    fn moved_to(&mut self, position: u64) -> u64 {
        self.position = position;
        self.end = self.end.max(position);
        position
    }
}

impl<W: Write> Write for FirstError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = bytes.len();
        if self.failed.is_none() {
            match self.out.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => self.failed = Some(error),
                Ok(0) if !bytes.is_empty() => self.failed = Some(io::ErrorKind::WriteZero.into()),
                Ok(some) => written = some,
            }
        }
        self.moved_to(self.position + written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed.is_none() {
            self.failed = self.out.flush().err();
        }
        Ok(())
    }
}

impl<W: Write + Seek> Seek for FirstError<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if self.failed.is_none() {
            match self.out.seek(to) {
                Ok(position) => return Ok(self.moved_to(position)),
                Err(error) => self.failed = Some(error),
            }
        }
        Ok(self.moved_to(match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(by) => self.position.saturating_add_signed(by),
            SeekFrom::End(by) => self.end.saturating_add_signed(by),
        }))
    }
}
