//! The worker: a handle to a thread with a session. Commands go in through a channel; the latest snapshot comes out of
//! a slot for one. No lock is held while computing or drawing.
//!
//! No command waits for a long computation: the thread computes in slices of milliseconds, and an uninterruptible
//! computation, a norm for example, runs beside it, see [`background`](super::background). Nobody waits for a dropped worker
//! either.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Session;
use super::background::{lock, on_new_thread};
use super::command::Command;
use super::engine::Engine;
use super::snapshot::{Activity, Snapshot};

/// The longest refusal of a thread by the system.
const LONGEST_REFUSAL: Duration = Duration::from_secs(1);

/// A handle to the thread. Its drop ends the thread, at the next look at the commands; nobody waits for it.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<Command>,
    slot: Arc<Mutex<Arc<Snapshot>>>,
    sent: u64,
}

impl Worker {
    /// Starts a thread for `session`, waiting for commands. Without room for a thread, the only snapshot says so
    /// ([`Activity::Failed`]).
    pub fn spawn(session: Session) -> Self {
        let (commands, receiver) = channel();
        let engine = Engine::new(session);
        let slot = Arc::new(Mutex::new(Arc::new(engine.snapshot())));
        let published = Arc::clone(&slot);
        let serve = move || engine.serve(&receiver, &published);
        if let Err(error) = on_new_thread("engine", LONGEST_REFUSAL, serve) {
            let mut slot = lock(&slot);
            let failed = format!("expected room for a thread, found: {error}");
            Arc::make_mut(&mut slot).activity = Activity::Failed(failed);
        }
        Self { commands, slot, sent: 0 }
    }

    /// Sends a command, without waiting. It is obeyed within milliseconds; for the largest networks, tenths of a second.
    pub fn send(&mut self, command: Command) {
        // A failed worker no longer listens; its last snapshot says so.
        if self.commands.send(command).is_ok() {
            self.sent += 1;
        }
    }

    /// The latest snapshot.
    pub fn latest(&self) -> Arc<Snapshot> {
        Arc::clone(&lock(&self.slot))
    }

    /// Whether all commands sent so far were obeyed at this snapshot.
    pub fn has_obeyed(&self, snapshot: &Snapshot) -> bool {
        snapshot.obeyed == self.sent || matches!(snapshot.activity, Activity::Failed(_))
    }

    /// Whether the worker waits, all commands obeyed.
    pub fn is_at_rest(&self, snapshot: &Snapshot) -> bool {
        !snapshot.activity.is_busy() && !snapshot.is_behind && self.has_obeyed(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::{Speed, Step};

    /// A worker during the measurement of its first layer, tenths of a second long.
    fn measuring() -> Worker {
        let settings = ["target=Random(widths:[200,200,2],weight_bound:0.05,seed:7)", "epsilon=1.0"];
        let experiment = Experiment::load("tiny", None, &settings.map(str::to_owned)).unwrap();
        let mut worker = Worker::spawn(Session::new(experiment).unwrap());
        worker.send(Command::Run(vec![0]));
        while worker.latest().speed != Speed::FlatOut {
            worker.send(Command::ChangeSpeed { faster: true });
            std::thread::yield_now();
        }
        while !worker.latest().lane().is_measuring {
            assert!(worker.latest().activity.is_busy(), "{:?}", worker.latest().activity);
            std::thread::yield_now();
        }
        worker
    }

    fn obeyed(worker: &mut Worker, command: Command) -> Arc<Snapshot> {
        worker.send(command);
        while !worker.has_obeyed(&worker.latest()) {
            std::thread::yield_now();
        }
        worker.latest()
    }

    #[test]
    fn a_measurement_keeps_no_command_waiting() {
        let mut worker = measuring();
        let viewed = obeyed(&mut worker, Command::View { lane: 0, layer: Some(2) });
        assert!(viewed.lane().is_measuring && viewed.lane().view.layer == 2);
        let watched = obeyed(&mut worker, Command::WatchWeight(Some((3, 5))));
        assert!(watched.weight.is_some());
        let paused = obeyed(&mut worker, Command::Pause);
        assert_eq!(paused.activity, Activity::Paused);
        // The run picks up the measurement, and goes on.
        worker.send(Command::Step(Step::Layer, vec![0]));
        while !worker.is_at_rest(&worker.latest()) {
            std::thread::yield_now();
        }
        let measured = worker.latest();
        assert!(measured.lane().layers.iter().all(|row| row.check.is_some()));
        let restarted = obeyed(&mut worker, Command::Restart);
        assert_eq!(restarted.lane().neurons_sampled(), crate::theory::Count::ZERO);
    }

    /// The thread is left to itself, and frees its session when nobody listens.
    #[test]
    fn a_worker_that_is_dropped_is_not_waited_for() {
        let worker = measuring();
        let experiment = Arc::downgrade(&worker.latest().experiment);
        let slot = Arc::downgrade(&worker.slot);
        drop(worker);
        while slot.strong_count() > 0 || experiment.strong_count() > 0 {
            std::thread::yield_now();
        }
    }
}
