//! Bounds, runs and comparisons: the program's JSON, and the tickets.

use std::io;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use slth::construction::{LayerBuilder, LayerTicket, Mode};
use slth::experiment::{Experiment, ExperimentError, Plan};
use slth::report::{
    BoundsReport, Comparison, RunReport, ShareError, TargetsReport, json_text, merge_checkpoints,
    resume_from, ticket_meta, write_checkpoint, write_learned_ticket,
};
use slth::session::{Session, StatePart, TargetFigures};

use crate::errors::{of_experiment, of_share};
use crate::setup::{Setup, shard_of};
use crate::ticket::{Columns, columns};
use crate::work::{Watch, work};

/// The ticket of a lane, on its way to Python.
enum LaneTicket {
    /// the settings, and the kept paths of each layer
    Built(String, Vec<Arc<LayerTicket>>),
    /// the bytes of its file
    Learned(Vec<u8>),
    /// there is none, for this reason
    None(&'static str),
}

/// What a run has found: its JSON, whether all tickets hold, the tickets.
struct Found {
    json: String,
    holds: bool,
    tickets: Vec<LaneTicket>,
}

/// A lane's ticket in Python: settings and columns, the bytes of a learned one, or the reason why there is none.
#[derive(IntoPyObject)]
pub(crate) enum PyTicket<'py> {
    Built((String, Vec<Columns<'py>>)),
    Learned(LearnedBytes),
    None(&'static str),
}

/// The bytes of a file.
pub(crate) type LearnedBytes = std::borrow::Cow<'static, [u8]>;

/// `slth bounds --json`.
#[pyfunction]
pub(crate) fn bounds(py: Python<'_>, setup: &Setup) -> PyResult<String> {
    let experiment = Arc::clone(&setup.experiment);
    let text =
        work(py, None, None, move |_| json_text(&BoundsReport::new(&experiment, &Plan::new(&experiment))))?;
    Ok(text?)
}

/// `slth run --json`; whether all tickets hold; and a ticket for each lane.
#[pyfunction]
#[pyo3(signature = (setup, checkpoint, threads, progress))]
pub(crate) fn run<'py>(
    py: Python<'py>,
    setup: &Setup,
    checkpoint: Option<Vec<u8>>,
    threads: Option<usize>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(String, bool, Vec<PyTicket<'py>>)> {
    session(py, setup, checkpoint, (threads, progress), |session| json_text(&RunReport::new(session)))
}

/// The checkpoint of a run with the layers of share `shard` = (i, n) built.
#[pyfunction]
#[pyo3(signature = (setup, shard, threads, progress))]
pub(crate) fn run_share<'py>(
    py: Python<'py>,
    setup: &Setup,
    shard: (u64, u64),
    threads: Option<usize>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let shard = shard_of(shard)?;
    let experiment = Arc::clone(&setup.experiment);
    let made = work(py, threads, progress, move |watch| {
        let mut session = Session::new(Experiment::clone(&experiment))?;
        session.run_shard(shard, &|progress| watch.note_run(progress), &|| watch.is_stopped());
        let mut bytes = Vec::new();
        Ok::<_, ExperimentError>(write_checkpoint(&session, &mut bytes).map(|()| bytes))
    })?;
    Ok(PyBytes::new(py, &made.map_err(|error| of_experiment(&error))??))
}

/// The checkpoint of shares of one run, each with its name for messages; and the parts that are not built, in words.
#[pyfunction]
pub(crate) fn merge_runs<'py>(
    py: Python<'py>,
    shares: Vec<(String, Vec<u8>)>,
) -> PyResult<(Bound<'py, PyBytes>, Vec<String>)> {
    let merged = work(py, None, None, move |_| {
        let mut bytes = Vec::new();
        let open = merge_checkpoints(&shares, &mut bytes)?;
        Ok::<_, ShareError>(open.map(|open| (bytes, open)))
    })?;
    let (bytes, open) = merged.map_err(of_share)??;
    Ok((PyBytes::new(py, &bytes), open.iter().map(StatePart::to_string).collect()))
}

/// `slth compare --json` of a preset's constructions, or of its targets if it lists some; and the rest as [`run`].
#[pyfunction]
#[pyo3(signature = (setup, threads, progress))]
pub(crate) fn compare<'py>(
    py: Python<'py>,
    setup: &Setup,
    threads: Option<usize>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(String, bool, Vec<PyTicket<'py>>)> {
    if setup.experiment.targets().is_empty() {
        let report = |session: &Session| json_text(&Comparison::of_session(session));
        return session(py, setup, None, (threads, progress), report);
    }
    let experiment = Arc::clone(&setup.experiment);
    let found = work(py, threads, progress, move |watch| targets(&experiment, watch))?;
    let (json, holds) = found?;
    Ok((json, holds, Vec::new()))
}

/// Builds every target of the list, one after the other.
fn targets(experiment: &Experiment, watch: &Watch) -> io::Result<(String, bool)> {
    let stop = || watch.is_stopped();
    let built = |place| TargetFigures::built(experiment, place, &|progress| watch.note_run(progress), &stop);
    let figures: Vec<TargetFigures> = (0..experiment.targets().len()).map_while(built).collect();
    let holds = figures.iter().all(|figures| figures.refused.is_some() || figures.holds());
    Ok((json_text(&TargetsReport::new(experiment, &figures))?, holds))
}

/// Runs all lanes of a session.
fn session<'py>(
    py: Python<'py>,
    setup: &Setup,
    checkpoint: Option<Vec<u8>>,
    (threads, progress): (Option<usize>, Option<&Bound<'py, PyAny>>),
    report: fn(&Session) -> io::Result<String>,
) -> PyResult<(String, bool, Vec<PyTicket<'py>>)> {
    let experiment = Arc::clone(&setup.experiment);
    let found = work(py, threads, progress, move |watch| {
        let session = Session::new(Experiment::clone(&experiment));
        let mut session = session.map_err(|error| of_experiment(&error))?;
        if let Some(bytes) = &checkpoint {
            resume_from(bytes, &mut session)
                .map_err(|unfit| PyValueError::new_err(format!("share: {unfit}")))?;
        }
        session.run_until(&|progress| watch.note_run(progress), &|| watch.is_stopped());
        Ok::<Found, PyErr>(finished(session, report)?)
    })?;
    let Found { json, holds, tickets } = found?;
    let target = &setup.experiment.target;
    let tickets = tickets.into_iter().map(|ticket| match ticket {
        LaneTicket::Built(meta, layers) => {
            let layers = layers.into_iter().zip(target.matrices());
            // The session is gone: nobody else holds the columns, and they move to Python as they are.
            let layers =
                layers.map(|(layer, target)| columns(py, Arc::unwrap_or_clone(layer), target.view()));
            Ok(PyTicket::Built((meta, layers.collect::<PyResult<_>>()?)))
        }
        LaneTicket::Learned(bytes) => Ok(PyTicket::Learned(bytes.into())),
        LaneTicket::None(reason) => Ok(PyTicket::None(reason)),
    });
    Ok((json, holds, tickets.collect::<PyResult<_>>()?))
}

/// The results of a finished session.
fn finished(session: Session, report: fn(&Session) -> io::Result<String>) -> io::Result<Found> {
    let json = report(&session)?;
    let holds = session.lanes().iter().all(|lane| lane.holds() == Some(true));
    let built = session.lanes().iter().enumerate().map(|(number, lane)| {
        if lane.plan().mode == Mode::SkipAhead {
            let reason = "expected neurons that are drawn, found a lane that skips ahead: its hits have no number in G \
                          (mode=\"Drawn\" draws them all)";
            return Ok(LaneTicket::None(reason));
        }
        let layers = lane.builders().iter().map(LayerBuilder::shared_ticket).collect();
        Ok(LaneTicket::Built(ticket_meta(&session, number)?, layers))
    });
    let learned = session.learned().iter().map(|lane| match lane.learner().ticket() {
        Some(ticket) => {
            let mut file = io::Cursor::new(Vec::new());
            write_learned_ticket(&session.experiment().title, &ticket, &mut file)?;
            Ok(LaneTicket::Learned(file.into_inner()))
        }
        None => Ok(LaneTicket::None("the learned lane has no ticket")),
    });
    let tickets = built.chain(learned).collect::<io::Result<_>>()?;
    Ok(Found { json, holds, tickets })
}
