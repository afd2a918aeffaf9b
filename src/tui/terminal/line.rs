//! The line to the terminal: read, written to and waited for, never longer than said.
//!
//! A terminal may stop reading: Ctrl-S, a stopped `ssh`, a lost connection. A write would then block for as long. The
//! line cannot be told not to block, since O_NONBLOCK belongs to the open file, shared with the shell. So writes are
//! short, and each comes after `poll` has found room. A Linux pseudo-terminal then takes 2 KiB whole, whatever is left of
//! its buffer (measured over 314 writes).

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::AsFd;
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::stdio::{stdin, stdout};
    use rustix::termios::{QueueSelector, tcflush};

    /// Most bytes of one write.
    const CHUNK: usize = 512;

    /// The reasons why a wait ended; none if the time was up.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Ready {
        /// there is something to read
        pub(crate) input: bool,
        /// the other file is readable
        pub(crate) other: bool,
    }

    /// Waits for terminal input, for room for output if `sending`, or for `other` to be readable.
    ///
    /// # Errors
    /// [`is_gone`] tells whether the terminal is gone.
    pub(crate) fn wait(other: impl AsFd, sending: bool, at_most: Duration) -> io::Result<Ready> {
        let (input, output) = (stdin(), stdout());
        let wanted = if sending { PollFlags::OUT } else { PollFlags::empty() };
        let mut files = [
            PollFd::new(&input, PollFlags::IN),
            PollFd::new(&output, wanted),
            PollFd::new(&other, PollFlags::IN),
        ];
        match poll(&mut files, Some(&timespec(at_most))) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Ready { input: false, other: false }),
            Err(error) => return Err(error.into()),
        }
        let [input, output, other] = files.map(|file| file.revents());
        if has_hung_up(output) {
            return Err(Errno::IO.into());
        }
        // A hang-up is reported by the read.
        Ok(Ready { input: !input.is_empty(), other: !other.is_empty() })
    }

    /// Reads terminal input; 0 bytes if a signal came first.
    ///
    /// # Errors
    /// [`is_gone`] tells whether the terminal is gone.
    pub(crate) fn read(bytes: &mut [u8]) -> io::Result<usize> {
        match rustix::io::read(stdin(), bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(count),
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes as many of the bytes as the terminal takes within the time, and returns their number.
    ///
    /// # Errors
    /// [`is_gone`] tells whether the terminal is gone.
    pub(crate) fn write(bytes: &[u8], at_most: Duration) -> io::Result<usize> {
        let started = Instant::now();
        let output = stdout();
        let mut written = 0;
        while written < bytes.len() {
            let mut room = [PollFd::new(&output, PollFlags::OUT)];
            let left = at_most.saturating_sub(started.elapsed());
            match poll(&mut room, Some(&timespec(left))) {
                Ok(0) => break,
                Ok(_) if has_hung_up(room[0].revents()) => return Err(Errno::IO.into()),
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let chunk = &bytes[written..bytes.len().min(written + CHUNK)];
            match rustix::io::write(output, chunk) {
                Ok(count) => written += count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(written)
    }

    /// Whether the terminal takes more now.
    pub(crate) fn has_room() -> bool {
        let output = stdout();
        let mut room = [PollFd::new(&output, PollFlags::OUT)];
        poll(&mut room, Some(&timespec(Duration::ZERO))).is_ok() && room[0].revents() == PollFlags::OUT
    }

    /// Discards all output not yet read by the terminal. This makes room.
    pub(crate) fn discard_unread() {
        let _ = tcflush(stdout(), QueueSelector::OFlush);
    }

    /// Whether an error comes from a lost terminal: closed, hung up or taken away.
    pub(crate) fn is_gone(error: &io::Error) -> bool {
        let gone = [Errno::IO, Errno::NXIO, Errno::NODEV, Errno::PIPE, Errno::BADF, Errno::NOTTY];
        let code = error.raw_os_error();
        error.kind() == io::ErrorKind::UnexpectedEof
            || gone.iter().any(|gone| code == Some(gone.raw_os_error()))
            // Whoever asks for its size or its modes is told less.
            || wait(stdin(), false, Duration::ZERO).is_err()
    }

    fn has_hung_up(flags: PollFlags) -> bool {
        flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
    }

    fn timespec(time: Duration) -> Timespec {
        let seconds = time.as_secs().try_into().unwrap_or(i32::MAX.into());
        Timespec { tv_sec: seconds, tv_nsec: time.subsec_nanos().into() }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io::{self, Write};
    use std::time::Duration;

    /// Writes all bytes and returns their number.
    pub(crate) fn write(bytes: &[u8], _at_most: Duration) -> io::Result<usize> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        Ok(bytes.len())
    }

    pub(crate) fn has_room() -> bool {
        true
    }

    pub(crate) fn discard_unread() {}

    pub(crate) fn is_gone(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::BrokenPipe
    }
}

#[cfg(not(unix))]
pub(crate) use elsewhere::{discard_unread, has_room, is_gone, write};
#[cfg(unix)]
pub(crate) use unix::{discard_unread, has_room, is_gone, read, wait, write};
