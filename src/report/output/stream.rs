//! The standard streams of the program under their path names.

use std::fs::File;
use std::io;
use std::path::Path;

/// The program's own stream, if `path` names it. Opened by this name, a redirected file would be written from its start again,
/// and a socket not at all.
///
/// # Errors
/// If the program was started without this stream.
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
/// Rust's runtime opens the null device in place of a closed standard stream, for reading and writing; a shell's `> /dev/null`
/// opens it for writing only. A parent process with a null device opened for both (a daemon, Python's `DEVNULL`) is mistaken
/// for a closed stream: nobody reads there either.
#[cfg(unix)]
fn was_closed(stream: &File) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    use rustix::fs::{OFlags, fcntl_getfl};

    let is_null = || {
        let (stream, null) = (stream.metadata().ok()?, std::fs::metadata("/dev/null").ok()?);
        Some(stream.file_type().is_char_device() && stream.rdev() == null.rdev())
    };
    // The access mode is a two-bit number, not a set of flags: O_RDWR is not a union.
    let is_both = fcntl_getfl(stream).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    is_both && is_null().unwrap_or(false)
}
