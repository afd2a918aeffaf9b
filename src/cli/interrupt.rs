//! Signals to end, held back until a checkpoint is written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use super::files::end_by_signals;
use crate::report::die_of;

/// Whether a signal to end has come: TERM, INT, HUP or QUIT. The second one ends the program at once. On systems without these
/// signals, the program is ended with the last checkpoint in its place.
#[derive(Debug)]
pub(super) struct Interrupt {
    signal: Arc<AtomicI32>,
    holds: Arc<AtomicBool>,
}

impl Interrupt {
    /// Watches from now on. Until [`hold`](Self::hold), a signal ends the program at once.
    pub(super) fn watch() -> Self {
        let interrupt = Self { signal: Arc::default(), holds: Arc::default() };
        let (signal, holds) = (Arc::clone(&interrupt.signal), Arc::clone(&interrupt.holds));
        end_by_signals(move |number| {
            let is_first = || signal.compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst).is_ok();
            holds.load(Ordering::SeqCst) && is_first()
        });
        interrupt
    }

    /// Holds the first signal back, for [`obey`](Self::obey).
    pub(super) fn hold(&self) {
        self.holds.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_asked_for(&self) -> bool {
        self.signal.load(Ordering::SeqCst) != 0
    }

    /// Ends the program as the signal would have; on failure, returns the shells' exit code for it.
    pub(super) fn obey(&self) -> u8 {
        let signal = self.signal.load(Ordering::SeqCst);
        die_of(signal);
        128 + signal as u8
    }
}
