//! The threads of the engine: as many as requested, or fewer under the system's limits.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::{JoinHandle, available_parallelism, sleep};
use std::time::{Duration, Instant};

use rayon::{ThreadBuilder, ThreadPoolBuilder};

use super::CliError;
use super::output::note;
use crate::experiment::available_memory;

/// The explorer's threads beside the engine's: signals, commands, theory, opening; and its keeper, a process.
pub(super) const OF_SCREEN: usize = 5;

/// The explorer's required threads beside one of the engine: signals and commands, and a place for its opening or its keeper.
const LEAST_OF_SCREEN: usize = 3;

/// Memory for a thread at least, in bytes: its stack and the allocator's arena for it, and as much again for work.
const OF_THREAD: u64 = 16 << 20;

/// Longest wait for the system to count an ended thread no more.
const LONGEST_END: Duration = Duration::from_secs(1);

/// Starts the engine's threads: `wanted`, else one per processor. `others` are started later and find room.
///
/// If fewer are allowed (`ulimit -u`, `pids.max`, no memory for their stacks), a line says so. Results are the same
/// for any number.
///
/// # Errors
/// [`CliError::Threads`] if a screen has no room for its threads.
pub(super) fn start(wanted: Option<usize>, others: usize) -> Result<(), CliError> {
    let wanted = wanted.or_else(from_environment);
    let wanted = wanted.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    // Stacks filling the memory limit would leave nothing for the work.
    let room = usize::try_from(available_memory() / OF_THREAD).unwrap_or(usize::MAX).max(others + 1);
    let before = counted_threads();
    let (mut started, mut error) = (Vec::new(), None);
    while started.len() < wanted + others && error.is_none() {
        if started.len() == room {
            error = Some(io::Error::from(io::ErrorKind::OutOfMemory));
            break;
        }
        match wait_for_work() {
            Ok(thread) => started.push(thread),
            Err(refused) => error = Some(refused),
        }
    }
    let threads = started.len().saturating_sub(others);
    if let Some(error) = error {
        if others > 0 && started.len() <= LEAST_OF_SCREEN {
            return Err(CliError::Threads { expected: LEAST_OF_SCREEN + 1, found: started.len(), error });
        }
        if threads < wanted {
            let room = threads.max(1);
            note(&format!("expected {wanted} threads, found room for {room} ({error}): fewer do the work"));
        }
    }
    let built = if started.is_empty() {
        ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global()
    } else {
        // The screen's own threads take the places of the rest.
        let kept = threads.max(1);
        end(started.split_off(kept), before.map(|count| count + kept));
        ThreadPoolBuilder::new()
            .num_threads(started.len())
            .spawn_handler(move |thread| {
                let waiting = started.get(thread.index()).ok_or(io::ErrorKind::NotFound)?;
                waiting.work.send(thread).map_err(|_| io::ErrorKind::BrokenPipe.into())
            })
            .build_global()
    };
    built.map_err(|error| CliError::Internal(error.to_string()))
}

/// The value of rayon's own variable.
fn from_environment() -> Option<usize> {
    std::env::var("RAYON_NUM_THREADS").ok()?.parse().ok().filter(|&threads| threads > 0)
}

/// A started thread without work yet. Dropping `work` ends it.
struct Waiting {
    work: Sender<ThreadBuilder>,
    thread: JoinHandle<()>,
}

/// Starts a thread before rayon needs it: rayon's global pool cannot be made a second time with fewer.
fn wait_for_work() -> io::Result<Waiting> {
    let (work, receiver) = channel::<ThreadBuilder>();
    let thread = std::thread::Builder::new().spawn(move || {
        if let Ok(thread) = receiver.recv() {
            thread.run();
        }
    })?;
    Ok(Waiting { work, thread })
}

/// Ends threads, and waits until the system has room for others: a joined thread still counts against `ulimit -u` for a moment.
/// `left` is the number of threads of the process afterwards.
fn end(spare: Vec<Waiting>, left: Option<usize>) {
    for Waiting { work, thread } in spare {
        drop(work);
        // A thread without work has no panic to report.
        let _ = thread.join();
    }
    let started = Instant::now();
    let is_counted = || left.zip(counted_threads()).is_some_and(|(left, counted)| counted > left);
    while is_counted() && started.elapsed() < LONGEST_END {
        sleep(Duration::from_millis(1));
    }
}

/// Threads of this process, as Linux counts them.
fn counted_threads() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/task").ok()?.count())
}
