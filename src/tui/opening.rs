//! Sessions opened beside the screen: the norms of wide layers take a while, and keys are answered meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use super::OpenSession;
use crate::experiment::ExperimentError;
use crate::session::Session;

/// A session on its way. What is opened later takes its place.
#[derive(Debug, Default)]
pub(super) struct Opening(Option<Receiver<Result<Session, ExperimentError>>>);

impl Opening {
    /// Opens a session on a thread of its own, or on this one where the system allows no other.
    pub(super) fn start(&mut self, open: OpenSession) {
        let (sender, receiver) = channel();
        let open = move || {
            // A panic drops the sender, which tells as much; nobody may wait for this session any more.
            if let Ok(opened) = catch_unwind(AssertUnwindSafe(open)) {
                let _ = sender.send(opened);
            }
        };
        // A thread that does not start would drop what it was given: it is handed over afterwards.
        let (hand_over, handed) = channel::<Box<dyn FnOnce() + Send>>();
        let thread = std::thread::Builder::new().name("opening".to_owned());
        let started = thread.spawn(move || {
            if let Ok(open) = handed.recv() {
                open();
            }
        });
        match started {
            Ok(_) => drop(hand_over.send(Box::new(open))),
            // The system allows no thread: keys wait.
            Err(_) => open(),
        }
        self.0 = Some(receiver);
    }

    /// Whether one is on its way.
    pub(super) fn is_under_way(&self) -> bool {
        self.0.is_some()
    }

    /// The session once it is there, or why there is none.
    pub(super) fn take(&mut self) -> Option<Result<Session, String>> {
        let opened = match self.0.as_ref()?.try_recv() {
            Ok(opened) => opened.map_err(|error| error.to_string()),
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => {
                Err("internal error: the setup could not be opened".to_owned())
            }
        };
        self.0 = None;
        Some(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    fn wait(opening: &mut Opening) -> Result<Session, String> {
        loop {
            if let Some(opened) = opening.take() {
                return opened;
            }
            std::thread::yield_now();
        }
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
