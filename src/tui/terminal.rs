//! The terminal: taken over, written to in whole frames, and given back as it was.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::style::ResetColor;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue};

/// Room for a large screen's worth of changes, so that a frame is one write.
const FRAME_BYTES: usize = 64 * 1024;

/// Undoes what was done to the terminal, in reverse, when dropped.
#[derive(Debug)]
pub(super) struct Guard {
    _private: (),
}

impl Guard {
    /// Takes the terminal over. What fails half-way is undone.
    pub(super) fn take() -> io::Result<Self> {
        let guard = Self { _private: () };
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A panic of the worker becomes an error on the screen; only this thread's own ends the screen.
            if std::thread::current().name() == Some("main") {
                restore();
                before(panic);
            }
        }));
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
        // The hook of a screen that is gone must not hide panics. The default one is what was there before.
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
    }
}

fn restore() {
    // Where the terminal is gone there is nothing to restore and nobody to tell.
    let _ = execute!(io::stdout(), ResetColor, Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
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
    terminal: Terminal<CrosstermBackend<FrameBuffer>>,
    buffer: FrameBuffer,
}

impl Screen {
    pub(super) fn new() -> io::Result<Self> {
        let buffer = FrameBuffer(Rc::new(RefCell::new(Vec::with_capacity(FRAME_BYTES))));
        Ok(Self { terminal: Terminal::new(CrosstermBackend::new(buffer.clone()))?, buffer })
    }

    /// Draws one frame and sends it in one write, bracketed so that terminals show it at once.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        queue!(self.buffer, BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        queue!(self.buffer, EndSynchronizedUpdate)?;
        let mut bytes = self.buffer.0.borrow_mut();
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()?;
        bytes.clear();
        Ok(())
    }
}
