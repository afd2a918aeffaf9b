//! The terminal: taken over, written to in whole frames, and given back as it was.
//!
//! Three may want it at once: the drawing thread, a signal, a panic. Each writes or changes modes only while it holds
//! [`TERMINAL`].
//!
//! No write waits for a stopped terminal ([`mod@line`]). A frame goes out as the terminal takes it, and the next one is drawn
//! afterwards: frames are left out, never cut. On leaving, output still unread after a moment is discarded, to make
//! room for the restoring sequences.

use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::cursor::{RestorePosition, SavePosition};
use ratatui::crossterm::queue;
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, window_size};
use ratatui::layout::Size;

use super::capped::Capped;
use super::hold::{self, TERMINAL, give_back};
use super::images::{Images, ShownImages};
use super::input::Input;
use super::keeper::{self, Keeper};
use super::recording::Recording;
use super::{Extras, line, signals};
use crate::tui::widgets::pictures::GreyPicture;

/// Room for a large screen's worth of changes.
const FRAME_BYTES: usize = 64 * 1024;

/// A terminal without progress for this long has stopped. A slow line takes some of it more often.
const STUCK: Duration = Duration::from_millis(500);

/// A terminal taken over, to draw on and to read from. The guard is dropped last.
pub(crate) struct HeldTerminal {
    pub(crate) display: Display,
    pub(crate) input: Input,
    pub(crate) guard: Guard,
}

impl HeldTerminal {
    /// As [`Guard::take`].
    pub(crate) fn new(
        extras: Extras,
        images: Images,
        keeper: Option<Keeper>,
        recording: Option<Recording>,
    ) -> io::Result<Self> {
        let guard = Guard::take(extras, keeper)?;
        Ok(Self { display: Display::new(images, recording)?, input: Input::new()?, guard })
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

    /// Takes the terminal over. A failure half-way is undone.
    pub(crate) fn take(extras: Extras, keeper: Option<Keeper>) -> io::Result<Self> {
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
        hold::take(extras)?;
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
    /// [`times_taken`](hold::times_taken) when the last frame was drawn
    taken: u64,
    /// the images over its cells
    images: ShownImages,
    /// takes what is sent, if the session is recorded
    recording: Option<Recording>,
}

impl Display {
    pub(crate) fn new(images: Images, recording: Option<Recording>) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(FRAME_BYTES);
        let (entering, taken) = hold::opening();
        bytes.extend_from_slice(entering.as_bytes());
        let buffer = FrameBuffer(Rc::new(RefCell::new(bytes)));
        let terminal = Terminal::new(Capped(CrosstermBackend::new(buffer.clone())))?;
        let images = ShownImages::new(images);
        Ok(Self { terminal, buffer, sent: 0, progress: Instant::now(), taken, images, recording })
    }

    /// Starts afresh if the terminal was taken over again.
    fn renew(&mut self) -> io::Result<()> {
        if self.is_stale() {
            // Clearing through the terminal would ask it where its cursor is.
            *self = Self::new(self.images.protocol, self.recording.take())?;
        }
        Ok(())
    }

    /// Draws one frame, bracketed to be shown at once, and sends as much of it as fits now. `render` returns the pictures in
    /// it, for images over their cells.
    pub(crate) fn draw(
        &mut self,
        render: impl FnOnce(&mut ratatui::Frame<'_>) -> Vec<GreyPicture>,
    ) -> io::Result<()> {
        self.renew()?;
        queue!(self.buffer, BeginSynchronizedUpdate)?;
        let mut pictures = Vec::new();
        let frame = self.terminal.draw(|frame| pictures = render(frame))?;
        let change = self.images.change(pictures, frame.buffer, size_in_pixels)?;
        if let Some(change) = change {
            // A cursor in a text field stays where it is.
            queue!(self.buffer, SavePosition)?;
            let cells = change.cells.iter().map(|(x, y, cell)| (*x, *y, cell));
            self.terminal.backend_mut().draw(cells)?;
            self.buffer.write_all(&change.sequences)?;
            queue!(self.buffer, RestorePosition)?;
        }
        queue!(self.buffer, EndSynchronizedUpdate)?;
        self.progress = Instant::now();
        self.send()
    }

    /// Puts a text on the clipboard of the terminal (OSC 52), behind what is still to be sent. Terminals without it ignore
    /// the sequence.
    pub(crate) fn copy(&mut self, text: &str) -> io::Result<()> {
        self.renew()?;
        queue!(self.buffer, CopyToClipboard::to_clipboard_from(text))?;
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
            if let Some(recording) = self.recording.as_ref().filter(|_| !bytes.is_empty()) {
                recording.sent(&bytes, self.terminal.current_buffer_mut().area.as_size());
            }
            bytes.clear();
            self.sent = 0;
            state.part_of_a_frame = false;
        }
        Ok(())
    }

    /// Whether the terminal was taken over again since the last frame: its contents are gone.
    fn is_stale(&self) -> bool {
        self.taken != hold::times_taken()
    }
}

/// The size of the screen in pixels, from the system; 0 if it does not know. The terminal is not asked.
pub(crate) fn size_in_pixels() -> Size {
    window_size().map_or(Size::ZERO, |size| Size::new(size.width, size.height))
}
