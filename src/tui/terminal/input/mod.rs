//! Terminal input: keys, mouse reports, pastes, a new size.
//!
//! On Unix the bytes are read and parsed here. crossterm keeps an incomplete sequence for ever: one unfinished paste makes it
//! deaf to all keys. It also reads on for ever from a closed terminal. Windows delivers events, not bytes; crossterm's are
//! taken there.

mod arrival;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod parser;

#[cfg(unix)]
mod unix {
    use std::io::{self, Read};
    use std::os::unix::net::UnixStream;
    use std::time::{Duration, Instant};

    use signal_hook::SigId;
    use signal_hook::consts::SIGWINCH;
    use signal_hook::low_level::{pipe, unregister};

    use super::arrival::Arrival;
    use super::parser::Parser;
    use crate::tui::terminal::line;

    /// More than a terminal line holds at once.
    const READ: usize = 4096;

    /// The terminal's input.
    #[derive(Debug)]
    pub(crate) struct Input {
        parser: Parser,
        resized: bool,
        /// readable once SIGWINCH came
        window_changes: UnixStream,
        handler: SigId,
    }

    impl Input {
        pub(crate) fn new() -> io::Result<Self> {
            let (window_changes, sender) = UnixStream::pair()?;
            window_changes.set_nonblocking(true)?;
            let handler = pipe::register(SIGWINCH, sender)?;
            Ok(Self { parser: Parser::default(), resized: false, window_changes, handler })
        }

        /// Waits for input, for room for more output if `sending`, or until the time is up; it may return earlier.
        ///
        /// # Errors
        /// [`line::is_gone`] tells whether the terminal is gone.
        pub(crate) fn wait(&mut self, at_most: Duration, sending: bool) -> io::Result<()> {
            if self.resized || !self.parser.is_empty() {
                return Ok(());
            }
            let started = Instant::now();
            let left = self.parser.deadline().map(|deadline| deadline.saturating_duration_since(started));
            let wait = left.map_or(at_most, |left| left.min(at_most));
            let ready = line::wait(&self.window_changes, sending, wait)?;
            if ready.other {
                let mut signals = [0; 64];
                while matches!(self.window_changes.read(&mut signals), Ok(1..)) {}
                self.resized = true;
            }
            if ready.input {
                let mut bytes = [0; READ];
                let count = line::read(&mut bytes)?;
                self.parser.feed(&bytes[..count], Instant::now());
            } else if left.is_some_and(|left| started.elapsed() >= left) {
                // Only now: bytes may have come in time and waited for this thread.
                self.parser.expire(Instant::now());
            }
            Ok(())
        }

        /// The next piece of input, without waiting.
        pub(crate) fn next(&mut self) -> io::Result<Option<Arrival>> {
            if std::mem::take(&mut self.resized) {
                return Ok(Some(Arrival::Resized));
            }
            Ok(self.parser.next())
        }
    }

    impl Drop for Input {
        fn drop(&mut self) {
            unregister(self.handler);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;
    use std::time::Duration;

    use ratatui::crossterm::event::{self, Event};

    use super::arrival::Arrival;

    /// The terminal's input.
    #[derive(Debug)]
    pub(crate) struct Input;

    impl Input {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) fn wait(&mut self, at_most: Duration, _sending: bool) -> io::Result<()> {
            event::poll(at_most).map(drop)
        }

        pub(crate) fn next(&mut self) -> io::Result<Option<Arrival>> {
            while event::poll(Duration::ZERO)? {
                match event::read()? {
                    Event::Key(key) if key.kind != event::KeyEventKind::Release => {
                        return Ok(Some(Arrival::Key(key)));
                    }
                    Event::Mouse(event) => return Ok(Some(Arrival::Mouse(event))),
                    Event::Paste(text) => return Ok(Some(Arrival::Paste(text))),
                    Event::Resize(..) => return Ok(Some(Arrival::Resized)),
                    _ => {}
                }
            }
            Ok(None)
        }
    }
}

pub(crate) use arrival::Arrival;
#[cfg(not(unix))]
pub(crate) use elsewhere::Input;
#[cfg(unix)]
pub(crate) use unix::Input;
