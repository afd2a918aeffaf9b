//! The terminal: taken over, written to in whole frames, and given back as it was.
//!
//! Three may want it at once: the thread that draws, a signal, a panic. Each writes or changes modes only while it holds
//! [`TERMINAL`]; one that dies does not wait long for another that is stuck on a line that no one reads.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::style::{Print, ResetColor};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode, size,
};
use ratatui::crossterm::{execute, queue};

use super::capped::Capped;
use super::signals;

/// Room for a large screen's worth of changes, so that a frame is one write.
const FRAME_BYTES: usize = 64 * 1024;

/// How long a dying program waits for a frame that is on its way out.
const LAST_FRAME: Duration = Duration::from_millis(200);

/// Held by whoever writes to the terminal or changes its modes.
static TERMINAL: Mutex<()> = Mutex::new(());

/// Whether the terminal is to report clicks and the wheel.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Buttons and the wheel (1000) with places beyond column 223 (1006). Moves are not asked for: each would be sent over
/// the line, for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";

/// Undoes [`MOUSE_ON`].
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Pasted text comes in brackets (2004), so that it is not taken for keys. Terminals without it ignore this.
const PASTE_ON: &str = "\x1b[?2004h";

/// Undoes [`PASTE_ON`].
const PASTE_OFF: &str = "\x1b[?2004l";

/// Counts the times that the terminal was taken over: what was on it before is gone.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// Columns of the terminal, if there is one that tells.
pub fn columns() -> Option<usize> {
    size().ok().map(|(columns, _)| usize::from(columns)).filter(|&columns| columns > 0)
}

/// Undoes what was done to the terminal, in reverse, when dropped.
#[derive(Debug)]
pub(super) struct Guard {
    _signals: signals::Watch,
}

impl Guard {
    /// Takes the terminal over, the mouse only if asked to. What fails half-way is undone.
    pub(super) fn take(mouse: bool) -> io::Result<Self> {
        MOUSE.store(mouse, Ordering::Relaxed);
        let before = std::panic::take_hook();
        let owner = std::thread::current().id();
        std::panic::set_hook(Box::new(move |panic| {
            // A panic of the worker becomes an error on the screen; only this thread's own ends the screen.
            if std::thread::current().id() == owner {
                drop(give_back());
                before(panic);
            }
        }));
        let guard = Self { _signals: signals::Watch::start()? };
        take()?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(give_back());
        // The hook of a screen that is gone must not hide panics. The default one is what was there before.
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
    }
}

/// Raw mode, the alternate screen, no cursor, pastes in brackets, the mouse if asked for.
fn take() -> io::Result<()> {
    let _held = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
    enter()
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.fetch_add(1, Ordering::Relaxed);
    execute!(io::stdout(), EnterAlternateScreen, Hide, Print(PASTE_ON))?;
    if MOUSE.load(Ordering::Relaxed) {
        execute!(io::stdout(), Print(MOUSE_ON))?;
    }
    Ok(())
}

/// Undoes [`take`]. What is returned keeps others from writing to the terminal until it is dropped; there is none where
/// another writer is stuck.
pub(super) fn give_back() -> Option<MutexGuard<'static, ()>> {
    let started = Instant::now();
    let held = loop {
        match TERMINAL.try_lock() {
            Ok(held) => break Some(held),
            Err(TryLockError::Poisoned(held)) => break Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if started.elapsed() > LAST_FRAME => break None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    // Where the terminal is gone, or nobody reads what it is sent, there is nothing to restore and nobody to tell.
    if held.is_some() && signals::terminal_listens() {
        if MOUSE.load(Ordering::Relaxed) {
            let _ = queue!(io::stdout(), Print(MOUSE_OFF));
        }
        let _ = execute!(io::stdout(), Print(PASTE_OFF), ResetColor, Show, LeaveAlternateScreen);
    }
    let _ = disable_raw_mode();
    held
}

/// Takes the terminal over again after the program was stopped. The next frame is drawn in full.
pub(super) fn take_again(held: Option<MutexGuard<'static, ()>>) -> io::Result<()> {
    let _held = held.unwrap_or_else(|| TERMINAL.lock().unwrap_or_else(PoisonError::into_inner));
    // The shell may have changed the modes meanwhile.
    disable_raw_mode()?;
    enter()
}

/// Collects a frame's bytes; they go out when the frame is whole.
#[derive(Clone, Debug)]
pub(super) struct FrameBuffer(Rc<RefCell<Vec<u8>>>);

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The screen to draw on.
pub(super) struct Screen {
    terminal: Terminal<Capped<CrosstermBackend<FrameBuffer>>>,
    buffer: FrameBuffer,
    /// [`TAKEN`] when the last frame was drawn
    taken: u64,
}

impl Screen {
    pub(super) fn new() -> io::Result<Self> {
        let buffer = FrameBuffer(Rc::new(RefCell::new(Vec::with_capacity(FRAME_BYTES))));
        let taken = TAKEN.load(Ordering::Relaxed);
        Ok(Self { terminal: Terminal::new(Capped(CrosstermBackend::new(buffer.clone())))?, buffer, taken })
    }

    /// Draws one frame and sends it in one write, bracketed so that terminals show it at once.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        if self.taken != TAKEN.load(Ordering::Relaxed) {
            // What was drawn is gone. Clearing through the terminal would ask it where its cursor is.
            *self = Self::new()?;
        }
        queue!(self.buffer, BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        queue!(self.buffer, EndSynchronizedUpdate)?;
        let _held = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = self.buffer.0.borrow_mut();
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()?;
        bytes.clear();
        Ok(())
    }
}
