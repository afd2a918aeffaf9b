//! A computation on a thread of its own: neither a command nor a request to leave waits for its end.
//!
//! A singular value decomposition of a million weights takes seconds and cannot be interrupted. It continues while
//! commands are obeyed, a pause included, and the run picks up its result later. Nothing is computed twice. Once the
//! last handle is dropped, the computation ends at its next look.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::network::Stop;

/// Between two looks at a request to stop waiting.
const LOOK: Duration = Duration::from_millis(5);

/// A computation under way, or its result. Clones share it.
#[derive(Debug)]
pub(super) struct Background<T>(Arc<Handle<T>>);

impl<T> Clone for Background<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Shared by all handles. Its drop requests the computation to end.
#[derive(Debug)]
struct Handle<T>(Arc<Task<T>>);

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        self.0.is_abandoned.store(true, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Task<T> {
    outcome: Mutex<Outcome<T>>,
    has_ended: Condvar,
    is_abandoned: AtomicBool,
}

#[derive(Debug)]
enum Outcome<T> {
    UnderWay,
    Found(T),
    /// with this message
    Panicked(String),
}

impl<T: Clone + Send + 'static> Background<T> {
    /// Starts `work`, at once if the system allows no thread. It may return `None` only after a request to stop.
    pub(super) fn start(work: impl FnOnce(Stop<'_>) -> Option<T> + Send + 'static) -> Self {
        let task = Arc::new(Task {
            outcome: Mutex::new(Outcome::UnderWay),
            has_ended: Condvar::new(),
            is_abandoned: AtomicBool::new(false),
        });
        let carrying = Arc::clone(&task);
        on_own_thread("background", move || carrying.carry_out(work));
        Self(Arc::new(Handle(task)))
    }

    /// The result, waited for until `stop` says so. A panic of the computation is raised here.
    pub(super) fn wait(&self, stop: Stop<'_>) -> Option<T> {
        let Handle(task) = &*self.0;
        let mut outcome = lock(&task.outcome);
        loop {
            match &*outcome {
                Outcome::Found(found) => return Some(found.clone()),
                Outcome::Panicked(message) => resume_unwind(Box::new(message.clone())),
                Outcome::UnderWay if stop() => return None,
                Outcome::UnderWay => {}
            }
            let waited = task.has_ended.wait_timeout(outcome, LOOK);
            outcome = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl<T: Send> Task<T> {
    fn carry_out(&self, work: impl FnOnce(Stop<'_>) -> Option<T>) {
        let stop = || self.is_abandoned.load(Ordering::Relaxed);
        let outcome = match catch_unwind(AssertUnwindSafe(|| work(&stop))) {
            Ok(Some(found)) => Outcome::Found(found),
            Ok(None) => Outcome::UnderWay,
            Err(panic) => Outcome::Panicked(panic_message(&*panic)),
        };
        *lock(&self.outcome) = outcome;
        self.has_ended.notify_all();
    }
}

/// The message of a panic.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown panic").to_owned()
}

/// Locks a mutex, poisoned or not.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` on a new thread, or on this one if the system allows no other.
pub fn on_own_thread(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err((_, work)) = try_on_new_thread(name, work) {
        work();
    }
}

/// Runs `work` on a new thread. A refusal of the system is tried again for `patience`: an ended thread still counts for
/// a moment.
///
/// # Errors
/// The system's last refusal.
pub(super) fn on_new_thread(
    name: &str,
    patience: Duration,
    mut work: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let started = Instant::now();
    loop {
        match try_on_new_thread(name, work) {
            Ok(()) => return Ok(()),
            Err((error, _)) if started.elapsed() >= patience => return Err(error),
            Err((_, refused)) => work = refused,
        }
        thread::sleep(LOOK);
    }
}

/// Runs `work` on a new thread, or gives it back with the system's refusal.
fn try_on_new_thread<W: FnOnce() + Send + 'static>(name: &str, work: W) -> Result<(), (io::Error, W)> {
    // A refused thread drops its closure, so both sides share the work.
    let shared = Arc::new(Mutex::new(Some(work)));
    let taken = Arc::clone(&shared);
    let run = move || {
        let work = lock(&taken).take();
        if let Some(work) = work {
            work();
        }
    };
    match thread::Builder::new().name(name.to_owned()).spawn(run) {
        Ok(_) => Ok(()),
        Err(error) => match lock(&shared).take() {
            Some(work) => Err((error, work)),
            None => Ok(()),
        },
    }
}

/// Drops something large on a thread of its own: freeing gigabytes takes as long as a frame or many.
pub(super) fn drop_aside(what: impl Send + 'static) {
    on_own_thread("dropping", move || drop(what));
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::network::NEVER;

    #[test]
    fn a_result_is_waited_for_as_long_as_one_likes() {
        let (go, wait) = channel();
        let slow = Background::start(move |_| wait.recv().ok().map(|()| 7));
        assert_eq!(slow.wait(&|| true), None);
        let shared = slow.clone();
        go.send(()).unwrap();
        assert_eq!([slow.wait(NEVER), shared.wait(NEVER)], [Some(7); 2]);
        assert_eq!(slow.wait(&|| true), Some(7), "once it is there, nobody waits");
    }

    #[test]
    fn what_nobody_can_ask_for_ends() {
        let (ended, end) = channel();
        let endless = Background::start(move |stop| {
            while !stop() {
                thread::yield_now();
            }
            ended.send(()).unwrap();
            None::<()>
        });
        let shared = endless.clone();
        drop(endless);
        assert!(end.recv_timeout(Duration::from_millis(50)).is_err(), "a clone can still ask");
        drop(shared);
        end.recv().unwrap();
    }

    #[test]
    fn a_panic_is_raised_where_the_result_is_waited_for() {
        let lost = Background::<()>::start(|_| resume_unwind(Box::new("lost")));
        let raised = catch_unwind(AssertUnwindSafe(|| lost.wait(NEVER))).unwrap_err();
        assert_eq!(raised.downcast_ref::<String>().unwrap(), "lost");
    }
}
