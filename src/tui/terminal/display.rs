//! The terminal: taken over, written to in whole frames, and given back as it was.
//!
//! Three may want it at once: the drawing thread, a signal, a panic. Each writes or changes modes only while it holds
//! [`TERMINAL`].
//!
//! No write waits for a stopped terminal ([`mod@line`]). A frame goes out as the terminal takes it, and the next one is drawn
//! afterwards: frames are left out, never cut. On leaving, output still unread after [`LAST_WORDS`] is discarded, to make
//! room for the restoring sequences.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::style::ResetColor;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{Command, queue};

use crate::tui::terminal::capped::Capped;
use crate::tui::terminal::input::Input;
use crate::tui::terminal::keeper::{self, Keeper};
use crate::tui::terminal::line;
use crate::tui::terminal::signals;

/// Room for a large screen's worth of changes.
const FRAME_BYTES: usize = 64 * 1024;

/// How long the end waits for another thread's write.
const LAST_FRAME: Duration = Duration::from_millis(200);

/// How long the end waits for a stopped terminal.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A terminal without progress for this long has stopped. A slow line takes some of it more often.
const STUCK: Duration = Duration::from_millis(500);

/// Held by whoever writes to the terminal or changes its modes.
static TERMINAL: Mutex<Sent> = Mutex::new(Sent { anything: false, part_of_a_frame: false });

/// Output since the terminal was taken over.
#[derive(Debug)]
pub(crate) struct Sent {
    /// whether there is anything to undo
    anything: bool,
    /// whether the last frame is not out yet: the terminal may be in the middle of a sequence
    part_of_a_frame: bool,
}

/// Cancels a truncated sequence.
const CANCEL: &str = "\x18";

/// Whether the terminal is to report clicks and the wheel.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Buttons and the wheel (1000) with places beyond column 223 (1006). Moves are not asked for: each would be sent over
/// the line, for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";

/// Undoes [`MOUSE_ON`].
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Pasted text comes in brackets (2004), so it is not taken for keys. Terminals without it ignore this.
const PASTE_ON: &str = "\x1b[?2004h";

/// Undoes [`PASTE_ON`].
const PASTE_OFF: &str = "\x1b[?2004l";

/// Counts the times that the terminal was taken over: its earlier contents are gone.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// A terminal taken over, to draw on and to read from. The guard is dropped last.
pub(crate) struct HeldTerminal {
    pub(crate) display: Display,
    pub(crate) input: Input,
    pub(crate) guard: Guard,
}

impl HeldTerminal {
    /// As [`Guard::take`].
    pub(crate) fn new(mouse: bool, keeper: Option<Keeper>) -> io::Result<Self> {
        let guard = Guard::take(mouse, keeper)?;
        Ok(Self { display: Display::new()?, input: Input::new()?, guard })
    }
}

/// A panic hook.
type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// Restores the terminal when dropped, in reverse.
pub(crate) struct Guard {
    /// the earlier panic hook
    before: Arc<Hook>,
    _signals: signals::Watch,
}

impl Guard {
    /// Gives the terminal back. Returns whether it took the restoring sequences, and takes more.
    pub(crate) fn leave(self) -> bool {
        // Dropping finds nothing left to undo.
        give_back().1 && line::has_room()
    }

    /// Takes the terminal over, the mouse only if asked to. A failure half-way is undone.
    pub(crate) fn take(mouse: bool, keeper: Option<Keeper>) -> io::Result<Self> {
        MOUSE.store(mouse, Ordering::Relaxed);
        let before: Arc<Hook> = std::panic::take_hook().into();
        let own = Arc::clone(&before);
        let owner = std::thread::current().id();
        std::panic::set_hook(Box::new(move |panic| {
            // A panic of the worker becomes an error on the screen; only this thread's own ends the screen.
            if std::thread::current().id() == owner {
                drop(give_back());
                own(panic);
            }
        }));
        let guard = Self { before, _signals: signals::Watch::start()? };
        if let Some(keeper) = keeper {
            keeper.start();
        }
        take()?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(give_back());
        keeper::dismiss();
        // The hook of a closed screen must not hide panics.
        if !std::thread::panicking() {
            let before = Arc::clone(&self.before);
            std::panic::set_hook(Box::new(move |panic| before(panic)));
        }
    }
}

/// Raw mode. All other modes are sent with the next frame ([`entering`]).
fn take() -> io::Result<()> {
    let _held = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
    enter()
}

fn enter() -> io::Result<()> {
    keeper::taking(MOUSE.load(Ordering::Relaxed));
    enable_raw_mode()?;
    TAKEN.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// The alternate screen, no cursor, pastes in brackets, the mouse if asked for.
fn entering(sent: &Sent) -> String {
    let mut text = cancelling(sent.part_of_a_frame);
    add(&mut text, EnterAlternateScreen);
    add(&mut text, Hide);
    text.push_str(PASTE_ON);
    if MOUSE.load(Ordering::Relaxed) {
        text.push_str(MOUSE_ON);
    }
    text
}

/// Ends a truncated frame.
fn cancelling(part_of_a_frame: bool) -> String {
    let mut text = String::new();
    if part_of_a_frame {
        text.push_str(CANCEL);
        add(&mut text, EndSynchronizedUpdate);
    }
    text
}

/// Undoes [`entering`], in reverse. The keeper sends it too.
pub(crate) fn leaving(mouse: bool, part_of_a_frame: bool) -> String {
    let mut text = cancelling(part_of_a_frame);
    if mouse {
        text.push_str(MOUSE_OFF);
    }
    text.push_str(PASTE_OFF);
    add(&mut text, ResetColor);
    add(&mut text, Show);
    add(&mut text, LeaveAlternateScreen);
    text
}

fn add(text: &mut String, command: impl Command) {
    // Strings take everything.
    let _ = write!(text, "{}", Ansi(command));
}

/// A command as an escape sequence.
struct Ansi<C>(C);

impl<C: Command> std::fmt::Display for Ansi<C> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.write_ansi(formatter)
    }
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
    let mouse = MOUSE.load(Ordering::Relaxed);
    let text = leaving(mouse, sent.part_of_a_frame);
    let bytes = text.as_bytes();
    let mut written = line::write(bytes, LAST_WORDS)?;
    if written < bytes.len() {
        // Nobody has read for a while. The first attempt may be truncated now: all of it is sent again.
        line::discard_unread();
        sent.part_of_a_frame = true;
        let text = leaving(mouse, true);
        written = line::write(text.as_bytes(), Duration::ZERO)?;
        if written < text.len() {
            return Ok(false);
        }
    }
    *sent = Sent { anything: false, part_of_a_frame: false };
    Ok(true)
}

/// Takes the terminal over again after the program was stopped. The next frame is drawn in full.
pub(crate) fn take_again(held: Option<MutexGuard<'static, Sent>>) -> io::Result<()> {
    let _held = held.unwrap_or_else(|| TERMINAL.lock().unwrap_or_else(PoisonError::into_inner));
    // The shell may have changed the modes meanwhile.
    disable_raw_mode()?;
    enter()
}

/// Collects a frame's bytes; they go out once the frame is whole.
#[derive(Clone, Debug)]
pub(crate) struct FrameBuffer(Rc<RefCell<Vec<u8>>>);

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
pub(crate) struct Display {
    terminal: Terminal<Capped<CrosstermBackend<FrameBuffer>>>,
    /// the last frame; empty once it is sent
    buffer: FrameBuffer,
    /// bytes of `buffer` already sent
    sent: usize,
    /// when the terminal last took some of it, or it was drawn
    progress: Instant,
    /// [`TAKEN`] when the last frame was drawn
    taken: u64,
}

impl Display {
    pub(crate) fn new() -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(FRAME_BYTES);
        let sent = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = TAKEN.load(Ordering::Relaxed);
        bytes.extend_from_slice(entering(&sent).as_bytes());
        drop(sent);
        let buffer = FrameBuffer(Rc::new(RefCell::new(bytes)));
        let terminal = Terminal::new(Capped(CrosstermBackend::new(buffer.clone())))?;
        Ok(Self { terminal, buffer, sent: 0, progress: Instant::now(), taken })
    }

    /// Draws one frame, bracketed to be shown at once, and sends as much of it as fits now.
    pub(crate) fn draw(&mut self, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        if self.is_stale() {
            // Clearing through the terminal would ask it where its cursor is.
            *self = Self::new()?;
        }
        queue!(self.buffer, BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        queue!(self.buffer, EndSynchronizedUpdate)?;
        self.progress = Instant::now();
        self.send()
    }

    /// Whether a part of the last frame is still to be sent.
    pub(crate) fn is_sending(&self) -> bool {
        !self.is_stale() && !self.buffer.0.borrow().is_empty()
    }

    /// Whether the terminal has taken nothing of the last frame for a while ([`STUCK`]).
    pub(crate) fn is_stuck(&self) -> bool {
        self.is_sending() && self.progress.elapsed() >= STUCK
    }

    /// Sends as much as the terminal takes now.
    pub(crate) fn send(&mut self) -> io::Result<()> {
        let mut state = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
        // The terminal was given back meanwhile, or the next frame is drawn in full.
        if self.is_stale() {
            return Ok(());
        }
        let mut bytes = self.buffer.0.borrow_mut();
        let count = line::write(&bytes[self.sent..], Duration::ZERO)?;
        self.sent += count;
        if count > 0 {
            self.progress = Instant::now();
        }
        state.anything |= count > 0;
        state.part_of_a_frame |= count > 0;
        if self.sent == bytes.len() {
            bytes.clear();
            self.sent = 0;
            state.part_of_a_frame = false;
        }
        Ok(())
    }

    /// Whether the terminal was taken over again since the last frame: its contents are gone.
    fn is_stale(&self) -> bool {
        self.taken != TAKEN.load(Ordering::Relaxed)
    }
}
