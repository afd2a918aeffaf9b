//! The hold on the terminal: taken, given back and taken again, by one thread at a time.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::sequences::{Extras, entering, leaving};
use super::{keeper, line};

/// How long the end waits for another thread's write.
const LAST_FRAME: Duration = Duration::from_millis(200);

/// How long the end waits for a stopped terminal.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Held by whoever writes to the terminal or changes its modes.
pub(super) static TERMINAL: Mutex<Sent> = Mutex::new(Sent {
    anything: false,
    part_of_a_frame: false,
    extras: Extras { mouse: false, kitty_images: false },
});

/// Output since the terminal was taken over.
#[derive(Debug)]
pub(crate) struct Sent {
    /// whether there is anything to undo
    pub(super) anything: bool,
    /// whether the last frame is not out yet: the terminal may be in the middle of a sequence
    pub(super) part_of_a_frame: bool,
    /// what the terminal was taken over with
    extras: Extras,
}

/// Counts the times that the terminal was taken over: its earlier contents are gone.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// Raw mode. All other modes are sent with the next frame ([`entering`]).
pub(super) fn take(extras: Extras) -> io::Result<()> {
    let mut held = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
    held.extras = extras;
    enter(extras)
}

fn enter(extras: Extras) -> io::Result<()> {
    keeper::taking(extras);
    enable_raw_mode()?;
    TAKEN.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// The sequences before the next frame, and the number of times that the terminal was taken over so far.
pub(super) fn opening() -> (String, u64) {
    let sent = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
    (entering(sent.extras, sent.part_of_a_frame), times_taken())
}

/// What the terminal was taken over with, the last time.
pub(super) fn extras() -> Extras {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner).extras
}

/// How often the terminal was taken over so far.
pub(super) fn times_taken() -> u64 {
    TAKEN.load(Ordering::Relaxed)
}

/// Undoes [`take`] and [`entering`]. The first keeps others from writing to the terminal until it is dropped, and is missing
/// if another writer is stuck; the second is whether the terminal took the restoring sequences.
pub(crate) fn give_back() -> (Option<MutexGuard<'static, Sent>>, bool) {
    let started = Instant::now();
    let mut held = loop {
        match TERMINAL.try_lock() {
            Ok(held) => break Some(held),
            Err(TryLockError::Poisoned(held)) => break Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if started.elapsed() > LAST_FRAME => break None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let restored = held.as_deref_mut().is_some_and(|sent| restore(sent).unwrap_or(false));
    let _ = disable_raw_mode();
    if restored {
        keeper::given_back();
    }
    (held, restored)
}

/// Sends the restoring sequences. Returns whether the terminal took them.
fn restore(sent: &mut Sent) -> io::Result<bool> {
    if !sent.anything {
        return Ok(true);
    }
    let text = leaving(sent.extras, sent.part_of_a_frame);
    let bytes = text.as_bytes();
    let mut written = line::write(bytes, LAST_WORDS)?;
    if written < bytes.len() {
        // Nobody has read for a while. The first attempt may be truncated now: all of it is sent again.
        line::discard_unread();
        sent.part_of_a_frame = true;
        let text = leaving(sent.extras, true);
        written = line::write(text.as_bytes(), Duration::ZERO)?;
        if written < text.len() {
            return Ok(false);
        }
    }
    (sent.anything, sent.part_of_a_frame) = (false, false);
    Ok(true)
}

/// Takes the terminal over again after the program was stopped. The next frame is drawn in full.
pub(crate) fn take_again(held: Option<MutexGuard<'static, Sent>>) -> io::Result<()> {
    let held = held.unwrap_or_else(|| TERMINAL.lock().unwrap_or_else(PoisonError::into_inner));
    // The shell may have changed the modes meanwhile.
    disable_raw_mode()?;
    enter(held.extras)
}
