//! A sweep: setups × methods × seeds, a run and a row of one table for each.
//!
//! ```text
//! SWEEP.ron ─► Sweep ─► share of the runs ─► a file of rows in a folder ─┐
//!              every setup resolved        (each share may be a process) ├─► SweptTable ─► CSV, JSON, figures
//!                                                                        ┘
//! ```
//!
//! A run builds and checks one construction, or one learned method, as `slth run` does with this setup and seed. Rows are
//! kept as soon as they are known, so a killed share goes on where it was; the table depends neither on the shares nor on
//! the threads.
//!
//! | file | holds |
//! |---|---|
//! | `file` | a sweep as it is written |
//! | `job` | one setup with one method: its runs differ in their seeds |
//! | `shares` | shares of equal expected cost |
//! | `forecast` | runs, time and memory before a sweep starts |
//! | `run` | the runs of a share, side by side |
//! | `figures` | the columns with the results of a run |
//! | `folder` | a sweep's folder: what it is of, and the files of rows |
//! | `rows` | one file of rows |
//! | `merged` | the rows of all shares as one table |
//! | `plot` | figures of the table: curves and heat maps |

mod error;
mod figures;
mod file;
mod folder;
mod forecast;
mod job;
mod merged;
mod plot;
mod rows;
mod run;
mod shares;

pub use error::SweepError;
pub use file::Seeds;
pub use folder::{Missing, MissingShare};
pub use forecast::{Calibration, ForecastReport, RefusedJob, SweepForecast};
pub use job::SweptMethod;
pub use merged::{SweptColumn, SweptTable};
#[cfg(feature = "plots")]
pub use plot::svg as sweep_svg;
pub use plot::{PlotChoice, SweepPlot, SweptAxis, SweptPoint, SweptSeries};
pub use run::{FinishedShare, SweepProgress};

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::experiment::{Experiment, ExperimentError, FileOptions, Plan, PresetSource};
use crate::session::Shard;
use file::ReadSweep;
use job::Job;

/// The most setups of a sweep: each is resolved before the first run.
const MOST_SETUPS: usize = 100_000;

/// The most runs of a sweep.
const MOST_RUNS: u64 = 20_000_000;

/// A sweep with all its setups, ready to run.
#[derive(Debug)]
pub struct Sweep {
    title: String,
    base: String,
    /// the fields of each list, or of several taken together
    axes: Vec<Vec<&'static str>>,
    /// the values of each setup, as texts, one for each of `axes`
    labels: Vec<Vec<String>>,
    setups: Vec<Arc<Experiment>>,
    methods: Vec<SweptMethod>,
    seeds: Seeds,
    /// setup by setup, each method
    jobs: Vec<Job>,
    digest: String,
}

impl Sweep {
    /// Reads the file of a sweep and resolves every setup; `settings` are `key=value`s in place of its base's, and `options`
    /// are for a weight file as its base.
    ///
    /// # Errors
    /// [`SweepError`] at the place of the first mistake. A method that does not apply to a setup is none.
    pub fn load(name: &str, options: &FileOptions, settings: &[String]) -> Result<Self, SweepError> {
        Self::of_source(&PresetSource::of_sweep(name)?, options, settings)
    }

    /// As [`load`](Self::load), of a text already read.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn of_source(
        source: &PresetSource,
        options: &FileOptions,
        settings: &[String],
    ) -> Result<Self, SweepError> {
        let read = ReadSweep::new(source, options, settings)?;
        let count = count_of(&read, source)?;
        let mut setups: Vec<Arc<Experiment>> = Vec::new();
        for index in 0..count {
            let last = setups.last().map(Arc::as_ref);
            setups.push(Arc::new(read.grid.setup(index, last.as_slice())?));
        }
        let methods = SweptMethod::all_of(&read, &setups[0]);
        let runs = (count as u64).saturating_mul(methods.len() as u64).saturating_mul(read.seeds.count());
        if runs > MOST_RUNS {
            let (setups, methods, seeds) = (count, methods.len(), read.seeds.count());
            let message = format!(
                "expected at most {MOST_RUNS} runs, found {runs}: {setups} setups × {methods} methods × {seeds} seeds"
            );
            return Err(ExperimentError::new(source.place_of("seeds"), message).into());
        }
        let jobs = setups
            .iter()
            .flat_map(|setup| methods.iter().map(move |method| Job::new(setup, method)))
            .collect::<Result<Vec<Job>, ExperimentError>>()?;
        let digest = digest(&setups, &methods, &read.seeds);
        let axes = read.grid.axes().map(<[_]>::to_vec).collect();
        let labels = (0..count).map(|index| read.grid.labels(index)).collect();
        let ReadSweep { title, base, seeds, .. } = read;
        Ok(Self { title, base, axes, labels, setups, methods, seeds, jobs, digest })
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its base, as written.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its setups.
    pub fn setups(&self) -> &[Arc<Experiment>] {
        &self.setups
    }

    /// Its methods: constructions, then learned ones.
    pub fn methods(&self) -> &[SweptMethod] {
        &self.methods
    }

    /// Its seeds.
    pub fn seeds(&self) -> &Seeds {
        &self.seeds
    }

    /// The number of runs.
    pub fn runs(&self) -> u64 {
        self.jobs.len() as u64 * self.seeds.count()
    }

    /// SHA-256 of everything that its rows depend on, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The runs of a share, in the order in which they begin: those expected to take longest first. Run r is the seed
    /// r mod s of the job ⌊r/s⌋, for s seeds; jobs go setup by setup, method by method.
    pub fn runs_of(&self, shard: Shard) -> Vec<u64> {
        shares::runs_of(shard, &self.costs(), self.seeds.count())
    }

    fn costs(&self) -> Vec<f64> {
        self.jobs.iter().map(|job| job.cost).collect()
    }

    /// The job of a run.
    fn job_of(&self, run: u64) -> &Job {
        &self.jobs[(run / self.seeds.count()) as usize]
    }
}

/// The number of setups, if it is small enough.
fn count_of(read: &ReadSweep, source: &PresetSource) -> Result<usize, ExperimentError> {
    let count = read.grid.count();
    count.filter(|&count| count <= MOST_SETUPS).ok_or_else(|| {
        let found = count.map_or("more than 10^19".to_owned(), |count| count.to_string());
        let message =
            format!("expected at most {MOST_SETUPS} setups, found {found}: {}", read.grid.lengths());
        ExperimentError::new(source.place_of("grid"), message)
    })
}

/// SHA-256 of the setups, the methods and the seeds. Target, inputs and data are hashed once for all setups with the same.
fn digest(setups: &[Arc<Experiment>], methods: &[SweptMethod], seeds: &Seeds) -> String {
    let mut hash = Sha256::new();
    hash.update(concat!("slth sweep ", env!("CARGO_PKG_VERSION"), "\n"));
    let mut known = BTreeMap::new();
    for setup in setups {
        let data = setup.dataset.as_ref().map(Arc::as_ptr);
        let arrays = (Arc::as_ptr(&setup.target), Arc::as_ptr(&setup.domain), data);
        let of_arrays = *known.entry(arrays).or_insert_with(|| setup.digest(&Plan::new(setup)));
        hash.update(of_arrays);
        // A setup can always be written.
        hash.update(serde_json::to_vec(&***setup).unwrap_or_default());
    }
    for method in methods {
        hash.update(format!("{method:?}\n"));
    }
    for place in 0..seeds.count() {
        hash.update(seeds.at(place).to_le_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
