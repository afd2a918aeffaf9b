//! The system's limits on a process: a file too large and the end of memory become errors with an exit code.

use std::sync::Once;

use super::output::note;
use crate::experiment::is_memory_known;

/// Reports once that memory is not checked, if the system does not report its amount.
pub(super) fn note_unknown_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if !is_memory_known() {
            note("this system does not tell how much memory is free: a run is not checked against it");
        }
    });
}

/// Turns signals of limits into errors, from now on.
///
/// A write beyond the largest file allowed (`ulimit -f`) fails instead of ending the program. An abort, as Rust does when
/// memory ends, becomes exit code 3; Rust prints its line before.
#[cfg(unix)]
pub(super) fn watch() -> std::io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGABRT, SIGXFSZ};
    use signal_hook::flag;

    // A signal with a handler ends nobody; the write then returns EFBIG.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    flag::register_conditional_shutdown(SIGABRT, 3, Arc::new(AtomicBool::new(true)))?;
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn watch() -> std::io::Result<()> {
    Ok(())
}
