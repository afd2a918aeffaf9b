//! The program's own standard streams, where a path is a name of one.

use std::fs::File;
use std::io;
use std::path::Path;

/// The program's own output, where a path is a name of it. Opened by that name, a file would be written from its start once
/// more, and a socket not at all.
///
/// # Errors
/// Where the program was started without that stream.
pub(super) fn standard_stream(path: &Path) -> Option<io::Result<File>> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let names = |number: &str, name: &str| {
            let numbered = ["/dev/fd/", "/proc/self/fd/"].map(|folder| format!("{folder}{number}"));
            path == Path::new(name) || numbered.iter().any(|numbered| path == Path::new(numbered))
        };
        let owned = if names("1", "/dev/stdout") {
            io::stdout().as_fd().try_clone_to_owned()
        } else if names("2", "/dev/stderr") {
            io::stderr().as_fd().try_clone_to_owned()
        } else {
            return None;
        };
        Some(owned.map(File::from).and_then(|stream| {
            if was_closed(&stream) { Err(io::Error::other("it is closed")) } else { Ok(stream) }
        }))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Whether the program was started without a standard output (`>&-`): a text is then read by nobody.
pub fn is_standard_output_closed() -> bool {
    matches!(standard_stream(Path::new("/dev/stdout")), Some(Err(_)))
}

/// Whether a stream was closed when the program started.
///
/// Rust's runtime opens the null device in the place of a closed standard stream, and everything written to it counts as
/// written. It opens the device for reading and writing, a shell's `> /dev/null` for writing alone. A parent that opens it for
/// both (a daemon, Python's `DEVNULL`) is taken for one that has closed the stream: nobody reads there either.
#[cfg(unix)]
fn was_closed(stream: &File) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    use rustix::fs::{OFlags, fcntl_getfl};

    let is_null = || {
        let (stream, null) = (stream.metadata().ok()?, std::fs::metadata("/dev/null").ok()?);
        Some(stream.file_type().is_char_device() && stream.rdev() == null.rdev())
    };
    // The access mode is a number of two bits, in which O_RDWR is no union of the others.
    let is_both = fcntl_getfl(stream).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    is_both && is_null().unwrap_or(false)
}
