//! Signals to end, held back until a checkpoint is written.

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    use signal_hook::low_level::emulate_default_handler;

    /// Whether a signal to end has come. The second one ends the program at once.
    #[derive(Debug)]
    pub(in super::super) struct Interrupt(Arc<AtomicUsize>);

    impl Interrupt {
        /// Watches from now on.
        pub(in super::super) fn watch() -> io::Result<Self> {
            let (signal, again) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
            for number in [SIGINT, SIGTERM] {
                flag::register_conditional_default(number, Arc::clone(&again))?;
                flag::register(number, Arc::clone(&again))?;
                flag::register_usize(number, Arc::clone(&signal), number as usize)?;
            }
            Ok(Self(signal))
        }

        pub(in super::super) fn is_asked_for(&self) -> bool {
            self.0.load(Ordering::Relaxed) != 0
        }

        /// Ends the program as the signal would have.
        pub(in super::super) fn obey(&self) {
            // It does not return; where it does, the run goes on.
            let _ = emulate_default_handler(self.0.load(Ordering::Relaxed) as i32);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    /// Where there are no such signals, the program ends at once, with the last checkpoint in its place.
    #[derive(Debug)]
    pub(in super::super) struct Interrupt;

    impl Interrupt {
        pub(in super::super) fn watch() -> std::io::Result<Self> {
            Ok(Self)
        }

        pub(in super::super) fn is_asked_for(&self) -> bool {
            false
        }

        pub(in super::super) fn obey(&self) {}
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::Interrupt;
#[cfg(unix)]
pub(super) use unix::Interrupt;
