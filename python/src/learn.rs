//! Learned tickets, of data alone.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use ndarray::Array2;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use slth::experiment::{Experiment, parse_override};
use slth::learning::{LearningError, start};
use slth::report::{LearnedReport, LearnedRun, json_text, write_learned_ticket};

use crate::errors::of_experiment;
use crate::run::LearnedBytes;
use crate::setup::{Parts, Setup, with_data};
use crate::work::work;

/// Examples to learn from: training, validation and test part.
#[pyclass(frozen, module = "slth._slth")]
pub(crate) struct Dataset {
    data: Arc<slth::learning::Dataset>,
}

#[pymethods]
impl Dataset {
    /// Of arrays.
    #[staticmethod]
    fn of_arrays(py: Python<'_>, parts: Parts<'_>) -> PyResult<Self> {
        let builder = with_data(Experiment::builder(Vec::<Array2<f64>>::new()), &parts);
        let read = work(py, None, None, move |_| builder.dataset())?;
        Ok(Self { data: Arc::new(read.map_err(|error| of_experiment(&error))?) })
    }

    /// Of a preset; `None` if it has none.
    #[staticmethod]
    fn of_setup(setup: &Setup) -> Option<Self> {
        Some(Self { data: Arc::clone(setup.experiment.dataset.as_ref()?) })
    }

    /// Training, validation and test examples.
    #[getter]
    fn sizes(&self) -> [usize; 3] {
        [&self.data.training, &self.data.validation, &self.data.test].map(slth::learning::Examples::len)
    }

    /// Features of an example.
    #[getter]
    fn features(&self) -> usize {
        self.data.training.inputs.ncols()
    }

    /// Number of classes.
    #[getter]
    fn classes(&self) -> usize {
        self.data.classes
    }
}

/// What a method has found: its JSON, and the bytes of its ticket.
type Found = (String, Option<Vec<u8>>);

/// Runs one learned method, written as in a preset. The JSON is an entry of `learned` in `slth run --json`.
#[pyfunction]
#[pyo3(signature = (data, method, widths, seed, title, threads, progress))]
#[allow(clippy::too_many_arguments)] // those of a preset
pub(crate) fn learn(
    py: Python<'_>,
    data: &Dataset,
    method: &str,
    widths: Vec<usize>,
    seed: u64,
    title: String,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<(String, Option<LearnedBytes>)> {
    let (_, preset) =
        parse_override(&format!("learned=[{method}]")).map_err(|error| of_experiment(&error))?;
    let Some(method) = preset.learned.and_then(|methods| methods.into_iter().next()) else {
        return Err(PyValueError::new_err("expected a learned method, found none"));
    };
    let data = Arc::clone(&data.data);
    let found = work(py, threads, progress, move |watch| {
        let started = Instant::now();
        let mut learner = start(&method, &widths, &data, seed)?;
        let steps = learner.position().steps;
        let note = |done| watch.note((method.name(), "batches", done, steps, 0));
        learner.run(&note, &|| watch.is_stopped());
        let run = LearnedRun {
            lane: 0,
            method: &method,
            labels: &data.test.labels,
            rounds: learner.rounds(),
            steps: learner.position().steps_done,
            is_done: learner.is_done(),
            elapsed: started.elapsed(),
        };
        let json = json_text(&LearnedReport::new(&run));
        let ticket = learner.ticket().map(|ticket| {
            let mut file = io::Cursor::new(Vec::new());
            write_learned_ticket(&title, &ticket, &mut file).map(|()| file.into_inner())
        });
        Ok::<io::Result<Found>, LearningError>(json.and_then(|json| Ok((json, ticket.transpose()?))))
    })?;
    let refused = |error: LearningError| PyValueError::new_err(error.to_string());
    let (json, ticket) = found.map_err(refused)??;
    Ok((json, ticket.map(Into::into)))
}
