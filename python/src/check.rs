//! Failure rates over many seeds, whole or in shares.

use std::path::Path;
use std::sync::Arc;

use numpy::{IntoPyArray, PyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use slth::experiment::{Experiment, ExperimentError};
use slth::report::{OutputFile, Part, json_text};
use slth::session::{CheckProgress, FaithfulnessCheck, LaneRuns};

use crate::errors::{of_experiment, of_output, of_share};
use crate::setup::{Setup, shard_of};
use crate::work::{Watch, work};

/// The failure curve of each lane.
type Curves<'py> = Vec<Bound<'py, PyArray2<f64>>>;

/// Some runs of a check.
#[pyclass(frozen, module = "slth._slth")]
pub(crate) struct CheckShare {
    share: Arc<slth::report::CheckShare>,
}

#[pymethods]
impl CheckShare {
    /// `slth check --json`, and for each lane neurons per weight of every layer with the failures at so many: steps × 2.
    fn report<'py>(&self, py: Python<'py>, confidence: f64) -> PyResult<(String, Curves<'py>)> {
        let share = Arc::clone(&self.share);
        let (json, curves) = work(py, None, None, move |_| {
            let curves: Vec<ndarray::Array2<f64>> = share.results().lanes.iter().map(curve).collect();
            (json_text(&share.report(confidence)), curves)
        })?;
        Ok((json?, curves.into_iter().map(|curve| curve.into_pyarray(py)).collect()))
    }

    /// What is missing, in words; `None` for all runs of a check.
    fn missing(&self) -> Option<String> {
        self.share.missing_parts().map(|missing| missing.to_string())
    }

    /// The preset's title.
    #[getter]
    fn title(&self) -> &str {
        &self.share.setup().title
    }

    /// Runs of a construction that were made.
    #[getter]
    fn made(&self) -> u64 {
        self.share.made().lanes().iter().map(|lane| lane.records().len() as u64).max().unwrap_or(0)
    }

    /// The bytes of its file.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let share = Arc::clone(&self.share);
        let bytes = work(py, None, None, move |_| {
            let mut bytes = Vec::new();
            share.write(&mut bytes).map(|()| bytes)
        })??;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The share of a file's bytes.
    #[staticmethod]
    fn of_bytes(bytes: &[u8]) -> PyResult<Self> {
        let share = slth::report::CheckShare::of_bytes(bytes);
        Ok(Self::of(share.map_err(|unfit| PyValueError::new_err(unfit.to_string()))?))
    }

    /// Writes its file, whole or not at all.
    fn save(&self, py: Python<'_>, path: &str) -> PyResult<()> {
        let saved = py.detach(|| OutputFile::create(Path::new(path))?.finish(|out| self.share.write(out)));
        saved.map_err(|error| of_output(path, &error))
    }

    /// Reads a file.
    #[staticmethod]
    fn open(py: Python<'_>, path: String) -> PyResult<Self> {
        let read = work(py, None, None, move |_| slth::report::CheckShare::open(Path::new(&path)))?;
        Ok(Self::of(read.map_err(of_share)?))
    }

    /// All runs of shares of one check, each with its name for messages.
    #[staticmethod]
    fn merged(py: Python<'_>, shares: Vec<(String, PyRef<'_, Self>)>) -> PyResult<Self> {
        let shares: Vec<(String, Arc<slth::report::CheckShare>)> =
            shares.into_iter().map(|(name, share)| (name, Arc::clone(&share.share))).collect();
        let merged = work(py, None, None, move |_| {
            let part = |(name, share): (String, Arc<slth::report::CheckShare>)| Part {
                name,
                share: Arc::unwrap_or_clone(share),
            };
            slth::report::CheckShare::merged(shares.into_iter().map(part).collect())
        })?;
        match merged.map_err(of_share)? {
            Some(share) => Ok(Self::of(share)),
            None => Err(PyValueError::new_err("shares: expected at least one, found none")),
        }
    }
}

impl CheckShare {
    fn of(share: slth::report::CheckShare) -> Self {
        Self { share: Arc::new(share) }
    }
}

/// The runs of share `shard` = (i, n) of a check.
#[pyfunction]
#[pyo3(signature = (setup, runs, learned_runs, neurons_per_weight, shard, threads, progress))]
#[allow(clippy::too_many_arguments)] // those of the command
pub(crate) fn check(
    py: Python<'_>,
    setup: &Setup,
    runs: u64,
    learned_runs: u64,
    neurons_per_weight: Option<f64>,
    shard: (u64, u64),
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<CheckShare> {
    let shard = shard_of(shard)?;
    let experiment = Arc::clone(&setup.experiment);
    let share = work(py, threads, progress, move |watch| {
        let check = FaithfulnessCheck::new(Experiment::clone(&experiment), runs, neurons_per_weight)?;
        let check = check.with_learned(learned_runs)?;
        let mut share = slth::report::CheckShare::new(&check, shard);
        let stop = || watch.is_stopped();
        check.go_on(share.made_mut(), shard, &stop, &|| false, &|progress| note(watch, progress));
        Ok::<_, ExperimentError>(share)
    })?;
    Ok(CheckShare::of(share.map_err(|error| of_experiment(&error))?))
}

fn note(watch: &Watch, progress: CheckProgress) {
    match progress {
        CheckProgress::Construction(runs) => watch.note_runs(runs),
        CheckProgress::Learned(runs) => watch.note(("learned methods", "runs", runs.done, runs.runs, 0)),
    }
}

/// The failure curve of a lane: neurons per weight, and failures with so many.
fn curve(lane: &LaneRuns) -> ndarray::Array2<f64> {
    let steps: Vec<[f64; 2]> =
        lane.network.steps().map(|(neurons, rate)| [neurons.as_f64(), rate.failures as f64]).collect();
    ndarray::arr2(&steps)
}
