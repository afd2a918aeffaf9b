//! Sessions opened beside the screen: the norms of wide layers take a while, and keys are answered meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use ratatui::Frame;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::keymap::every_screen::{LOOKING, RUNNING};
use super::keymap::{Action, action_of};
use super::look::Look;
use super::terminal::display::{Display, HeldTerminal};
use super::terminal::input::Arrival;
use super::terminal::signals;
use super::widgets::frame_lines::draw_line;
use super::widgets::unshowable::replace_unshowable;
use crate::experiment::ExperimentError;
use crate::session::{Session, on_own_thread};
use crate::visible::shortened;

/// Opens a session, on whatever thread.
pub type OpenSession = Box<dyn FnOnce() -> Result<Session, ExperimentError> + Send>;

/// Opens a session of another preset.
pub type LoadSession = Box<dyn Fn(&str) -> OpenSession>;

/// How often the session on its way is looked for.
const ANSWER: Duration = Duration::from_millis(2);

/// Why a session could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// the experiment cannot be used
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// its thread has panicked
    #[error("internal error: the setup could not be opened")]
    Lost,
}

/// A session on its way. A later one takes its place.
#[derive(Debug, Default)]
pub(crate) struct Opening(Option<Receiver<Result<Session, ExperimentError>>>);

impl Opening {
    /// Opens a session on a thread of its own, or on this one if the system allows no other.
    pub(crate) fn start(&mut self, open: OpenSession) {
        let (sender, receiver) = channel();
        let open = move || {
            // A panic drops the sender, and so reports it; nobody may wait for this session any more.
            if let Ok(opened) = catch_unwind(AssertUnwindSafe(open)) {
                let _ = sender.send(opened);
            }
        };
        on_own_thread("opening", open);
        self.0 = Some(receiver);
    }

    /// Whether one is on its way.
    pub(crate) fn is_under_way(&self) -> bool {
        self.0.is_some()
    }

    /// The session once it is there, or why there is none.
    pub(crate) fn take(&mut self) -> Option<Result<Session, NotOpened>> {
        self.wait(Duration::ZERO)
    }

    /// As [`take`](Self::take), after waiting for it.
    pub(crate) fn wait(&mut self, at_most: Duration) -> Option<Result<Session, NotOpened>> {
        let opened = match self.0.as_ref()?.recv_timeout(at_most) {
            Ok(opened) => opened.map_err(NotOpened::Experiment),
            Err(RecvTimeoutError::Timeout) => return None,
            Err(RecvTimeoutError::Disconnected) => Err(NotOpened::Lost),
        };
        self.0 = None;
        Some(opened)
    }

    /// Shows "opening" and `name`, until the session is there or the user leaves (`None`). Keys other than those to leave
    /// and to suspend are dropped.
    ///
    /// # Errors
    /// Whatever the terminal reports.
    pub(crate) fn watch(
        &mut self,
        taken: &mut HeldTerminal,
        name: &str,
        look: &Look,
    ) -> std::io::Result<Option<Result<Session, NotOpened>>> {
        let HeldTerminal { display, input, .. } = taken;
        let mut stale = true;
        loop {
            if display.is_sending() {
                display.send()?;
            }
            if stale && !display.is_sending() {
                draw(display, name, look)?;
                stale = false;
            }
            input.wait(ANSWER, display.is_sending())?;
            while let Some(arrival) = input.next()? {
                match arrival {
                    Arrival::Key(key) if key.code == KeyCode::Esc => return Ok(None),
                    Arrival::Key(key) => match action_of(RUNNING.iter().chain(LOOKING), key) {
                        Some(Action::Quit) => return Ok(None),
                        Some(Action::Suspend) => signals::suspend(),
                        _ => {}
                    },
                    Arrival::Resized => stale = true,
                    Arrival::Mouse(_) | Arrival::Paste(_) => {}
                }
            }
            if let Some(opened) = self.take() {
                return Ok(Some(opened));
            }
        }
    }
}

fn draw(display: &mut Display, name: &str, look: &Look) -> std::io::Result<()> {
    display.draw(|frame| {
        render(frame, name, look);
        replace_unshowable(frame.buffer_mut(), look);
        Vec::new()
    })
}

/// The line on top, as it is once the session is there, and the valid keys.
fn render(frame: &mut Frame<'_>, name: &str, look: &Look) {
    let area = frame.area();
    let top = Line::from(vec![
        Span::styled("slth ", look.theme.title),
        Span::styled(format!("opening{}", look.glyphs.pending), look.theme.key),
        Span::styled(format!("{}{}", look.glyphs.separator, shortened(name)), look.theme.text),
    ]);
    let keys = Line::styled("q quit", look.theme.faint);
    for (line, y) in [(top, area.y), (keys, area.bottom().saturating_sub(1))] {
        draw_line(&line, look, Rect { y, height: area.height.min(1), ..area }, frame.buffer_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    fn wait(opening: &mut Opening) -> Result<Session, String> {
        let opened = opening.wait(Duration::from_secs(60)).unwrap();
        opened.map_err(|error| error.to_string())
    }

    #[test]
    fn the_latest_is_opened_and_failures_are_told() {
        let mut opening = Opening::default();
        assert!(!opening.is_under_way() && opening.take().is_none());
        opening.start(Box::new(|| Session::new(Experiment::load("digits", None, &[])?)));
        opening.start(Box::new(|| Session::new(Experiment::load("tiny", None, &[])?)));
        assert!(opening.is_under_way());
        assert_eq!(wait(&mut opening).unwrap().experiment().preset_name(), "tiny");
        assert!(!opening.is_under_way());
        opening.start(Box::new(|| Session::new(Experiment::load("no such preset", None, &[])?)));
        assert!(wait(&mut opening).unwrap_err().contains("no such preset"));
        opening.start(Box::new(|| std::panic::resume_unwind(Box::new("lost"))));
        assert!(wait(&mut opening).unwrap_err().contains("internal error"));
    }
}
