//! Failure rates over many seeds.

use std::io;
use std::sync::Arc;

use numpy::{IntoPyArray, PyArray2};
use pyo3::prelude::*;
use slth::experiment::{Experiment, ExperimentError};
use slth::report::{CheckedSetup, FaithfulnessReport, json_text};
use slth::session::{CheckProgress, FaithfulnessCheck, LaneRuns};

use crate::errors::of_experiment;
use crate::setup::Setup;
use crate::work::work;

/// What a check has found: its JSON, whether a construction fails too often, and a curve per lane.
type Found = (String, bool, Vec<ndarray::Array2<f64>>);

/// The failure curve of each lane.
type Curves<'py> = Vec<Bound<'py, PyArray2<f64>>>;

/// `slth check --json`; whether a construction fails in more than δ of the runs; and for each lane neurons per weight of
/// every layer with the failures at so many: steps × 2.
#[pyfunction]
#[pyo3(signature = (setup, runs, learned_runs, neurons_per_weight, confidence, threads, progress))]
#[allow(clippy::too_many_arguments)] // those of the command
pub(crate) fn check<'py>(
    py: Python<'py>,
    setup: &Setup,
    runs: u64,
    learned_runs: u64,
    neurons_per_weight: Option<f64>,
    confidence: f64,
    threads: Option<usize>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(String, bool, Curves<'py>)> {
    let experiment = Arc::clone(&setup.experiment);
    let found = work(py, threads, progress, move |watch| {
        let check = FaithfulnessCheck::new(Experiment::clone(&experiment), runs, neurons_per_weight)?;
        let check = check.with_learned(learned_runs)?;
        let results = check.run(watch.stop(), &|progress| match progress {
            CheckProgress::Construction(progress) => watch.note_runs(progress),
            CheckProgress::Learned(progress) => {
                watch.note(("learned methods", "runs", progress.done, progress.runs, 0));
            }
        });
        let report = FaithfulnessReport::new(&CheckedSetup::new(&check), &results, confidence);
        let curves = results.lanes.iter().map(curve).collect();
        let found = json_text(&report).map(|json| (json, report.has_failed(), curves));
        Ok::<io::Result<Found>, ExperimentError>(found)
    })?;
    let (json, has_failed, curves) = found.map_err(|error| of_experiment(&error))??;
    Ok((json, has_failed, curves.into_iter().map(|curve| curve.into_pyarray(py)).collect()))
}

/// The failure curve of a lane: neurons per weight, and failures with so many.
pub(crate) fn curve(lane: &LaneRuns) -> ndarray::Array2<f64> {
    let steps: Vec<[f64; 2]> =
        lane.network.steps().map(|(neurons, rate)| [neurons.as_f64(), rate.failures as f64]).collect();
    ndarray::arr2(&steps)
}
