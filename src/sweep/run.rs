//! The runs of a share, side by side.
//!
//! Small runs are shared out to the threads of the current rayon pool, one a thread. Runs too large for so many together
//! come one after another, each on all threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::folder::{self, ShareOfFolder};
use super::rows::{RowsFile, SweptRow};
use super::{Sweep, SweepError, figures};
use crate::experiment::{ExperimentError, available_memory};
use crate::session::Shard;

/// Between two waits for the disk.
const BETWEEN_SYNCS: Duration = Duration::from_secs(5);

/// Memory set aside for a run, as a multiple of its expected peak: a growing vector exists twice for a moment.
const SET_ASIDE: f64 = 2.0;

/// How far a share is.
#[derive(Clone, Copy, Debug)]
pub struct SweepProgress {
    /// runs with a row, those of earlier processes included
    pub done: u64,
    /// runs of the share
    pub runs: u64,
}

/// A finished share; its keys as JSON are stable.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FinishedShare {
    /// runs of the share
    pub runs: u64,
    /// of these, runs that had a row before
    pub known: u64,
    /// time of the runs of this process, added up
    pub seconds_of_runs: f64,
    /// time from the first to the last of them
    pub seconds: f64,
}

/// What the threads of a share have in common.
struct Runs<'a> {
    sweep: &'a Sweep,
    file: Mutex<KeptRows>,
    done: AtomicU64,
    runs: u64,
    has_failed: AtomicBool,
    progress: &'a (dyn Fn(SweepProgress) + Sync),
}

/// The rows kept so far.
struct KeptRows {
    file: RowsFile,
    seconds: f64,
    synced: Instant,
    failed: Option<SweepError>,
}

impl Sweep {
    /// Runs a share, and keeps a row for each of its runs in `folder`; runs with a row there are left out. `progress` is
    /// called after each run, from any thread. `note` gets the reason if the file system has no locks.
    ///
    /// # Errors
    /// [`SweepError`] for the folder of another sweep, a share in use, a row that cannot be written, or a run with too little
    /// memory. All rows before stay, and a second call goes on there.
    pub fn run(
        &self,
        shard: Shard,
        folder: &Path,
        progress: &(dyn Fn(SweepProgress) + Sync),
        note: &dyn Fn(&str),
    ) -> Result<FinishedShare, SweepError> {
        let ShareOfFolder { file, done } = folder::open(folder, self, shard)?;
        if let Some(error) = file.unlocked() {
            let folder = crate::visible::shortened(&folder.to_string_lossy());
            note(&format!(
                "{folder}: cannot be locked ({error}); see to it that no other process runs this share"
            ));
        }
        let own = self.runs_of(shard);
        let left: Vec<u64> = own.iter().copied().filter(|run| !done.contains(run)).collect();
        let started = Instant::now();
        let kept = KeptRows { file, seconds: 0.0, synced: started, failed: None };
        let known = (own.len() - left.len()) as u64;
        let runs = Runs {
            sweep: self,
            file: Mutex::new(kept),
            done: AtomicU64::new(known),
            runs: own.len() as u64,
            has_failed: AtomicBool::new(false),
            progress,
        };
        let (small, large) = self.by_memory(left);
        for run in large {
            runs.one(run);
        }
        let next = AtomicUsize::new(0);
        rayon::broadcast(|_| {
            while let Some(&run) = small.get(next.fetch_add(1, Ordering::Relaxed)) {
                runs.one(run);
            }
        });
        let kept = runs.file.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = kept.failed {
            return Err(error);
        }
        kept.file.sync()?;
        Ok(FinishedShare {
            runs: own.len() as u64,
            known,
            seconds_of_runs: kept.seconds,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// The runs that a thread each has memory for, and the others.
    fn by_memory(&self, runs: Vec<u64>) -> (Vec<u64>, Vec<u64>) {
        let each = available_memory() as f64 / rayon::current_num_threads() as f64;
        runs.into_iter().partition(|&run| SET_ASIDE * self.job_of(run).memory <= each)
    }

    /// The row of one run, and its time.
    pub(super) fn row(&self, run: u64) -> Result<SweptRow, ExperimentError> {
        let started = Instant::now();
        let job = self.job_of(run);
        let cells = match &job.refused {
            Some(reason) => figures::refused(reason),
            None => {
                let mut session = job.session(self.seeds.at(run % self.seeds.count()))?;
                session.run(&|_| {});
                figures::finished(&session)
            }
        };
        Ok(SweptRow::new(run, started.elapsed().as_secs_f64(), &cells))
    }
}

impl Runs<'_> {
    /// Runs one run and keeps its row, unless another has failed.
    fn one(&self, run: u64) {
        if self.has_failed.load(Ordering::Relaxed) {
            return;
        }
        // A panic of one run must not cost the rows of others: it is reported, and ends the share.
        let row = catch_unwind(AssertUnwindSafe(|| self.sweep.row(run)));
        let mut kept = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match row {
            Ok(Ok(row)) => kept.add(&row),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(SweepError::Internal(run)),
        };
        if let Err(error) = result {
            self.has_failed.store(true, Ordering::Relaxed);
            kept.failed.get_or_insert(error);
            return;
        }
        drop(kept);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.progress)(SweepProgress { done, runs: self.runs });
    }
}

impl KeptRows {
    fn add(&mut self, row: &SweptRow) -> Result<(), SweepError> {
        self.file.append(row)?;
        self.seconds += row.seconds.parse::<f64>().unwrap_or_default();
        if self.synced.elapsed() >= BETWEEN_SYNCS {
            self.file.sync()?;
            self.synced = Instant::now();
        }
        Ok(())
    }
}
