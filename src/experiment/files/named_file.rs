//! Files named by a user: the permitted kinds, and the bytes read of each.
//!
//! A preset names regular files only. A pipe or a device would hang the program or never end, and reading it twice gives other
//! bytes. On the command line they may stand (`/dev/stdin`, `<(…)`): their bytes are read once, up to a limit.

use std::fs::{File, FileType};
use std::io::{self, Read};
use std::path::Path;

use crate::experiment::memory::free as free_memory;

/// The longest text of a preset, in bytes.
const LONGEST_PRESET: u64 = 64 << 20;

/// Limit of bytes read from a pipe or a device; half of the free memory is another.
const LONGEST_STREAM: u64 = 1 << 30;

/// Bytes by which a preset is recognised.
const FIRST_BYTES: u64 = 4096;

/// Kinds of files to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinds {
    /// regular files, as a preset or the screen names them
    Regular,
    /// pipes and devices too, as the command line names them
    Any,
}

/// Opens a regular file.
///
/// # Errors
/// In words, the kind found instead.
pub(super) fn regular(path: &Path) -> Result<File, String> {
    let failed = |error: io::Error| error.to_string();
    // Opening a pipe waits for its other end.
    refuse_others(std::fs::metadata(path).map_err(failed)?.file_type())?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    let file = options.open(path).map_err(failed)?;
    // Another may have taken its place.
    refuse_others(file.metadata().map_err(failed)?.file_type())?;
    Ok(file)
}

fn refuse_others(file_type: FileType) -> Result<(), String> {
    match kind(file_type) {
        None => Ok(()),
        Some(kind) => Err(format!("{kind}, no regular file")),
    }
}

/// The kind of a file, if it is not regular.
fn kind(file_type: FileType) -> Option<&'static str> {
    if file_type.is_file() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return Some("a pipe");
        }
        if file_type.is_socket() {
            return Some("a socket");
        }
        if file_type.is_char_device() || file_type.is_block_device() {
            return Some("a device");
        }
    }
    Some(if file_type.is_dir() { "a folder" } else { "a special file" })
}

/// A file of the command line, its first bytes read.
pub(super) struct Opened {
    file: File,
    pub(super) start: Vec<u8>,
    pub(super) is_stream: bool,
}

impl Opened {
    /// Opens a file and reads its first bytes.
    ///
    /// # Errors
    /// In words, why there are none.
    pub(super) fn new(path: &Path, kinds: Kinds) -> Result<Self, String> {
        let failed = |error: io::Error| error.to_string();
        let file_type = std::fs::metadata(path).map_err(failed)?.file_type();
        let is_stream = kinds == Kinds::Any && !file_type.is_dir() && kind(file_type).is_some();
        let file = if is_stream { File::open(path).map_err(failed)? } else { regular(path)? };
        let mut start = Vec::new();
        (&file).take(FIRST_BYTES).read_to_end(&mut start).map_err(failed)?;
        Ok(Self { file, start, is_stream })
    }

    /// All bytes of a preset.
    ///
    /// # Errors
    /// In words: there are too many, or they cannot be read.
    pub(super) fn preset(self) -> Result<Vec<u8>, String> {
        self.all(LONGEST_PRESET, "a preset")
    }

    /// All bytes of a weight file from a pipe or a device.
    ///
    /// # Errors
    /// In words: there are too many, or they cannot be read.
    pub(super) fn stream(self) -> Result<Vec<u8>, String> {
        self.all(LONGEST_STREAM.min(free_memory::available() / 2), "a pipe or a device")
    }

    fn all(self, most: u64, of: &str) -> Result<Vec<u8>, String> {
        let mut bytes = self.start;
        let left = most.saturating_sub(bytes.len() as u64).saturating_add(1);
        self.file.take(left).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if bytes.len() as u64 <= most {
            return Ok(bytes);
        }
        Err(format!("{of} of more than {} MiB", most >> 20))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_opened_for_a_preset() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), b"abc").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        assert!(regular(&at("file")).is_ok() && regular(&at("link")).is_ok());
        for (name, kind) in [("pipe", "a pipe"), ("socket", "a socket"), (".", "a folder")] {
            assert_eq!(regular(&at(name)).unwrap_err(), format!("{kind}, no regular file"));
            assert_eq!(
                Opened::new(&at(name), Kinds::Regular).err().unwrap(),
                format!("{kind}, no regular file")
            );
        }
        for device in ["/dev/zero", "/dev/null", "/dev/tty"] {
            assert_eq!(regular(Path::new(device)).unwrap_err(), "a device, no regular file");
        }
    }

    #[test]
    fn what_has_no_end_is_read_up_to_a_limit() {
        let zeros = || Opened::new(Path::new("/dev/zero"), Kinds::Any).unwrap();
        assert!(zeros().is_stream && zeros().start == [0; FIRST_BYTES as usize]);
        assert_eq!(zeros().preset().unwrap_err(), "a preset of more than 64 MiB");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.ron");
        File::create(&path).unwrap().set_len(LONGEST_PRESET + 1).unwrap();
        assert_eq!(
            Opened::new(&path, Kinds::Any).unwrap().preset().unwrap_err(),
            "a preset of more than 64 MiB"
        );
        File::create(&path).unwrap().set_len(LONGEST_PRESET).unwrap();
        assert_eq!(Opened::new(&path, Kinds::Any).unwrap().preset().unwrap().len() as u64, LONGEST_PRESET);
    }
}
