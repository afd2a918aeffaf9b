//! Signals: the program ends by itself and leaves the terminal as it was, stops and comes back.
//!
//! A thread waits for them. It acts at once and alone, even if other threads are stuck: a flag for the
//! drawing thread is no use if it is busy.
//!
//! | signal | does |
//! |---|---|
//! | TERM, INT, QUIT, HUP | the terminal is given back as far as it still listens, files under way are removed, and the program dies of the signal |
//! | TSTP | the terminal is given back and the program stops, if a shell can resume it |
//! | CONT | the terminal is taken again, and the screen drawn anew |

#[cfg(unix)]
mod unix {
    use std::io;
    use std::thread::JoinHandle;

    use rustix::process::{getpgid, getppid, getsid};
    use signal_hook::consts::{SIGCONT, SIGSTOP, SIGTSTP, SIGWINCH};
    use signal_hook::iterator::{Handle, Signals};
    use signal_hook::low_level::raise;

    use crate::report::{ENDING_SIGNALS, die_of};
    use crate::tui::terminal::hold::{Sent, give_back, take_again};

    /// The thread waiting for signals; dropped, it ends.
    #[derive(Debug)]
    pub(crate) struct Watch {
        handle: Handle,
        thread: Option<JoinHandle<()>>,
    }

    impl Watch {
        pub(crate) fn start() -> io::Result<Self> {
            let mut signals = Signals::new(ENDING_SIGNALS.into_iter().chain([SIGTSTP, SIGCONT]))?;
            let handle = signals.handle();
            let thread = std::thread::Builder::new().name("signals".to_owned());
            let thread = thread.spawn(move || signals.forever().for_each(obey)).map_err(|error| {
                let says = format!("expected room for one more thread (ulimit -u), found: {error}");
                io::Error::new(error.kind(), says)
            })?;
            Ok(Self { handle, thread: Some(thread) })
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            self.handle.close();
            if let Some(thread) = self.thread.take() {
                // After its panic nothing is left to do.
                let _ = thread.join();
            }
        }
    }

    fn obey(signal: i32) {
        match signal {
            SIGTSTP if can_be_resumed() => {
                let (held, _) = give_back();
                // Returns when the program goes on.
                let _ = raise(SIGSTOP);
                come_back(held);
            }
            SIGTSTP => {}
            SIGCONT => come_back(None),
            _ => {
                // Nothing may be written any more.
                let _held = give_back();
                die_of(signal);
            }
        }
    }

    fn come_back(held: Option<std::sync::MutexGuard<'static, Sent>>) {
        if take_again(held).is_ok() {
            // Wakes the thread waiting for keys; it redraws everything.
            let _ = raise(SIGWINCH);
        }
    }

    /// Whether someone is there to resume a stopped program: a parent in the same session and another group. The kernel
    /// asks the same before it lets Ctrl-Z stop a program.
    fn can_be_resumed() -> bool {
        let parent = getppid();
        let same_session = getsid(parent).ok().is_some_and(|session| getsid(None) == Ok(session));
        same_session && getpgid(parent).ok() != getpgid(None).ok()
    }

    /// Stops the program, as Ctrl-Z does.
    pub(crate) fn suspend() {
        let _ = raise(SIGTSTP);
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    #[derive(Debug)]
    pub(crate) struct Watch;

    impl Watch {
        pub(crate) fn start() -> io::Result<Self> {
            Ok(Self)
        }
    }

    pub(crate) fn suspend() {}
}

#[cfg(not(unix))]
pub(crate) use elsewhere::{Watch, suspend};
#[cfg(unix)]
pub(crate) use unix::{Watch, suspend};
