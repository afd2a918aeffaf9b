//! A file's bytes, read where they stand.
//!
//! A weight file of many gigabytes may hold the one small layer that is wanted. Readers take its header, and then the parts
//! that the layer needs, each by its place.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that a [`FileCursor`] on disk reads ahead; longer reads go to the file.
const WINDOW: usize = 8 << 10;

/// The bytes of a file, in memory or on disk. A copy shares them.
#[derive(Clone, Debug)]
pub struct FileBytes<'a> {
    store: Store<'a>,
    length: u64,
}

#[derive(Clone, Debug)]
enum Store<'a> {
    Borrowed(&'a [u8]),
    Shared(Arc<[u8]>),
    Disk(Arc<File>),
}

impl<'a, B: AsRef<[u8]> + ?Sized> From<&'a B> for FileBytes<'a> {
    fn from(bytes: &'a B) -> Self {
        let bytes = bytes.as_ref();
        Self { store: Store::Borrowed(bytes), length: bytes.len() as u64 }
    }
}

impl From<Arc<[u8]>> for FileBytes<'_> {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self { length: bytes.len() as u64, store: Store::Shared(bytes) }
    }
}

impl<'a> FileBytes<'a> {
    /// The bytes of a regular file, which stay on disk. Its length is taken now.
    ///
    /// # Errors
    /// Where the system does not tell the length.
    pub fn of_file(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { store: Store::Disk(Arc::new(file)), length })
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// All of them.
    ///
    /// # Errors
    /// Where the file cannot be read, or there is no memory for it.
    pub fn all(&self) -> io::Result<Vec<u8>> {
        self.part(0, self.length)
    }

    /// The first bytes, at most `most`.
    pub(super) fn start(&self, most: usize) -> io::Result<Vec<u8>> {
        self.part(0, self.length.min(most as u64))
    }

    /// The last bytes, at most `most`, and the place of the first of them.
    pub(super) fn end(&self, most: usize) -> io::Result<(u64, Vec<u8>)> {
        let place = self.length.saturating_sub(most as u64);
        Ok((place, self.part(place, self.length - place)?))
    }

    /// The bytes from `place` on. Nothing is allocated for bytes that are not there.
    pub(super) fn part(&self, place: u64, length: u64) -> io::Result<Vec<u8>> {
        let is_there = place.checked_add(length).is_some_and(|end| end <= self.length);
        let length = usize::try_from(length).ok().filter(|_| is_there).ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut part = Vec::new();
        part.try_reserve_exact(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        part.resize(length, 0);
        self.fill(place, &mut part)?;
        Ok(part)
    }

    /// Fills `buffer` with the bytes from `place` on.
    pub(super) fn fill(&self, place: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_at(place.saturating_add(filled as u64), &mut buffer[filled..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A reader of the bytes from `place` on.
    pub(super) fn cursor(&self, place: u64) -> FileCursor<'a> {
        FileCursor { bytes: self.clone(), place, window: Vec::new(), window_place: 0, allowance: None }
    }

    fn read_at(&self, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.length.saturating_sub(place);
        let length = usize::try_from(rest).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = &mut buffer[..length];
        let of_memory = |bytes: &[u8], buffer: &mut [u8]| {
            let start = bytes.len() - usize::try_from(rest).unwrap_or(bytes.len());
            buffer.copy_from_slice(&bytes[start..start + buffer.len()]);
            Ok(buffer.len())
        };
        match &self.store {
            Store::Borrowed(bytes) => of_memory(bytes, buffer),
            Store::Shared(bytes) => of_memory(bytes, buffer),
            Store::Disk(file) => read_file_at(file, place, buffer),
        }
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(windows)]
fn read_file_at(file: &File, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}

#[cfg(not(any(unix, windows)))]
fn read_file_at(mut file: &File, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(place))?;
    file.read(buffer)
}

/// A reader of bytes from one place on. Short jumps stay within what was read ahead.
pub(super) struct FileCursor<'a> {
    bytes: FileBytes<'a>,
    place: u64,
    window: Vec<u8>,
    window_place: u64,
    allowance: Option<Allowance>,
}

/// How many bytes a [`FileCursor`] may still read.
#[derive(Clone)]
pub(super) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Reads are no longer counted.
    pub(super) fn lift(&self) {
        self.0.store(u64::MAX, Ordering::Relaxed);
    }

    fn spend(&self, bytes: u64) -> io::Result<()> {
        let left = self.0.load(Ordering::Relaxed);
        if left == u64::MAX {
            return Ok(());
        }
        let left =
            left.checked_sub(bytes).ok_or_else(|| io::Error::other("the same bytes read over and over"))?;
        self.0.store(left, Ordering::Relaxed);
        Ok(())
    }
}

impl FileCursor<'_> {
    /// Limits the bytes that are read until the allowance is lifted; beyond it reading fails.
    pub(super) fn allow(&mut self, bytes: u64) -> Allowance {
        let allowance = Allowance(Arc::new(AtomicU64::new(bytes)));
        self.allowance = Some(allowance.clone());
        allowance
    }
}

impl Read for FileCursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &self.bytes.store {
            Store::Disk(_) if buffer.len() < WINDOW => {
                let end = self.window_place + self.window.len() as u64;
                if self.place < self.window_place || self.place >= end {
                    let length = self.bytes.length.saturating_sub(self.place).min(WINDOW as u64);
                    self.window = self.bytes.part(self.place.min(self.bytes.length), length)?;
                    self.window_place = self.place;
                }
                let start = usize::try_from(self.place - self.window_place).unwrap_or(usize::MAX);
                let ahead = self.window.get(start..).unwrap_or_default();
                let length = ahead.len().min(buffer.len());
                buffer[..length].copy_from_slice(&ahead[..length]);
                length
            }
            _ => self.bytes.read_at(self.place, buffer)?,
        };
        self.place += read as u64;
        self.allowance.as_ref().map_or(Ok(()), |allowance| allowance.spend(read as u64))?;
        Ok(read)
    }
}

impl Seek for FileCursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.bytes.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
        };
        self.place = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_on_disk_reads_as_one_in_memory() {
        let content: Vec<u8> = (0..100_000_u32).map(|i| (i.wrapping_mul(i) >> 3) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, &content).unwrap();
        let (disk, memory) = (FileBytes::of_file(file).unwrap(), FileBytes::from(&content));
        let shared = FileBytes::from(Arc::<[u8]>::from(content.as_slice()));
        for bytes in [&disk, &memory, &shared] {
            assert_eq!(bytes.len(), 100_000);
            assert_eq!(bytes.start(10).unwrap(), content[..10]);
            assert_eq!(bytes.end(7).unwrap(), (99_993, content[99_993..].to_vec()));
            assert_eq!(bytes.part(50_000, 20_000).unwrap(), content[50_000..70_000]);
            assert!(bytes.part(99_999, 2).is_err() && bytes.part(u64::MAX, 2).is_err());
            let mut cursor = bytes.cursor(5);
            for (to, length) in [(0_i64, 3), (20_000, 40_000), (-30_000, 9), (0, 9), (60_000, 100_000)] {
                let at = cursor.seek(SeekFrom::Current(to)).unwrap() as usize;
                let mut read = Vec::new();
                (&mut cursor).take(length).read_to_end(&mut read).unwrap();
                assert_eq!(read, content[at.min(100_000)..(at + length as usize).min(100_000)]);
            }
            cursor.seek(SeekFrom::Start(1 << 40)).unwrap();
            assert_eq!(cursor.read(&mut [0; 4]).unwrap(), 0);
            cursor.rewind().unwrap();
            let allowance = cursor.allow(99_999);
            assert!(cursor.read_to_end(&mut Vec::new()).is_err());
            allowance.lift();
            cursor.rewind().unwrap();
            assert_eq!(cursor.read_to_end(&mut Vec::new()).unwrap(), 100_000);
        }
    }
}
