//! Work on the engine's threads, while Python's own thread waits without the GIL: it looks for signals and reports progress
//! several times a second. After a signal it leaves at once; the work ends by itself at its next look at `stop`.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use slth::session::{LearnedProgress, Progress, RunsProgress};

/// Between two looks for signals: well below the 100 ms in which Ctrl-C is obeyed.
const LOOK: Duration = Duration::from_millis(20);

/// The most threads of a call.
const MOST_THREADS: usize = 1024;

/// How far some work is: what it is about, the unit, done, in all, failures.
type Step = (&'static str, &'static str, u64, u64, u64);

/// Shared by the work and the thread that waits for it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    stop: AtomicBool,
    step: Mutex<Option<Step>>,
}

impl Watch {
    /// Whether the work shall stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Notes how far the work is. The waiting thread looks now and then; only the last note counts.
    pub(crate) fn note(&self, step: Step) {
        *lock(&self.step) = Some(step);
    }

    /// Notes the progress of a run.
    pub(crate) fn note_run(&self, progress: Progress) {
        self.note(match progress {
            Progress::Construction(lane) => {
                let name = lane.construction.id();
                if lane.weights_done < lane.weights || lane.inputs_tried == 0 {
                    (name, "weights", lane.weights_done, lane.weights, 0)
                } else {
                    (name, "inputs", lane.inputs_tried as u64, lane.inputs as u64, 0)
                }
            }
            Progress::Learned(LearnedProgress { method, steps_done, steps }) => {
                (method, "batches", steps_done, steps, 0)
            }
        });
    }

    /// Notes the progress of many runs.
    pub(crate) fn note_runs(&self, progress: RunsProgress) {
        self.note((progress.construction.id(), "runs", progress.done, progress.runs, progress.failures));
    }

    /// Tells `progress` about the last note, if there is a new one.
    fn tell(&self, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let step = lock(&self.step).take();
        match (progress, step) {
            (Some(progress), Some(step)) => progress.call1(step).map(drop),
            _ => Ok(()),
        }
    }
}

/// Locks a mutex, poisoned or not.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `task` on the engine's threads, `threads` of its own if given. `progress` is called with the numbers of a [`Step`].
///
/// # Errors
/// Whatever a signal's handler or `progress` raises; `ValueError` for a bad number of threads.
pub(crate) fn work<T: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
    task: impl FnOnce(&Watch) -> T + Send + 'static,
) -> PyResult<T> {
    let pool = pool(threads)?;
    let watch = Arc::new(Watch::default());
    let (sender, receiver) = mpsc::channel();
    // Only this thread receives; the lock is for the compiler, which does not know it.
    let receiver = Mutex::new(receiver);
    let watched = Arc::clone(&watch);
    pool.spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(|| task(&watched)));
        // After a signal nobody waits for it.
        let _ = sender.send(result);
    });
    loop {
        match py.detach(|| lock(&receiver).recv_timeout(LOOK)) {
            Ok(Ok(result)) => {
                watch.tell(progress)?;
                return Ok(result);
            }
            Ok(Err(panic)) => return Err(internal(message_of(&*panic))),
            Err(RecvTimeoutError::Disconnected) => return Err(internal("the work ended without a result")),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(error) = py.check_signals().and_then(|()| watch.tell(progress)) {
            watch.stop.store(true, Ordering::Relaxed);
            return Err(error);
        }
    }
}

fn internal(message: &str) -> PyErr {
    PyRuntimeError::new_err(format!("internal error: {message}"))
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Threads shared by all calls of a process. A fork has none of its parent's threads, and makes its own.
static SHARED: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// The threads for a call.
fn pool(threads: Option<usize>) -> PyResult<Arc<ThreadPool>> {
    let built = |builder: ThreadPoolBuilder| {
        let pool = builder.thread_name(|number| format!("slth {number}")).build();
        pool.map(Arc::new).map_err(|error| PyRuntimeError::new_err(error.to_string()))
    };
    match threads {
        Some(threads) if (1..=MOST_THREADS).contains(&threads) => {
            built(ThreadPoolBuilder::new().num_threads(threads))
        }
        Some(threads) => {
            let message = format!("threads: expected a number from 1 to {MOST_THREADS}, found {threads}");
            Err(PyValueError::new_err(message))
        }
        None => {
            let mut shared = lock(&SHARED);
            let process = std::process::id();
            if let Some((of, pool)) = &*shared
                && *of == process
            {
                return Ok(Arc::clone(pool));
            }
            let pool = built(ThreadPoolBuilder::new())?;
            // To drop the parent's pool would be to wait for threads that are not here.
            std::mem::forget(shared.replace((process, Arc::clone(&pool))));
            Ok(pool)
        }
    }
}
