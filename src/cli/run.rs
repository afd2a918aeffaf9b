//! `slth run`: the whole construction without a screen.

use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::{Common, Run};
use super::interrupt::Interrupt;
use super::output::{note, page, print, print_json};
use super::progress::ProgressBar;
use super::{CliError, load};
use crate::construction::Mode;
use crate::report::{Checkpoint, OutputFile, RunReport, text, write_csv, write_ticket};
use crate::session::{Lane, Session};

pub(super) fn run(run: &Run, common: &Common) -> Result<u8, CliError> {
    let experiment = load(&run.preset, common)?;
    // Before the work, so that none of it is lost to a file that cannot be written.
    let csv = run.csv.as_deref().map(open).transpose()?;
    let ticket = run.ticket.as_deref().map(open).transpose()?;
    if ticket.is_some() && experiment.constructions.len() > 1 {
        let message = format!(
            "--ticket: expected a preset with one construction, found {}",
            experiment.constructions.len()
        );
        return Err(CliError::Usage(message));
    }
    let mut session = Session::new(experiment)?;
    let skips = |lane: &Lane| lane.plan().mode == Mode::SkipAhead;
    if ticket.is_some() && session.lanes().iter().any(skips) {
        let message = "--ticket: expected neurons that are drawn, found a lane that skips ahead: its hits have no number \
                       in G (`--set mode=Drawn` draws them all)";
        return Err(CliError::Usage(message.to_owned()));
    }
    let checkpoint = run.checkpoint.as_deref().map(|path| Checkpoint::at(path, &session)).transpose()?;
    match &checkpoint {
        Some(checkpoint) => build_with(&mut session, checkpoint, run.every)?,
        None => build(&mut session),
    }
    let written = write(run, &session, csv, ticket);
    if let Some(checkpoint) = &checkpoint {
        match written {
            Ok(()) => checkpoint.remove()?,
            // The work is done and shall not be lost with its results.
            Err(_) => save(checkpoint, &session),
        }
    }
    written.map(|()| exit_code(&session))
}

/// Writes all that was asked for.
fn write(
    run: &Run,
    session: &Session,
    csv: Option<OutputFile>,
    ticket: Option<OutputFile>,
) -> Result<(), CliError> {
    let report = RunReport::new(session);
    if run.json {
        print_json(&report)?
    } else {
        print(&text::run(session, page()))?
    }
    if let Some(file) = csv {
        // A file of layers has no row for them.
        for (construction, reason) in &session.plan().refused {
            note(&format!(
                "not built, and no row of the CSV: {}: {reason}",
                text::construction_name(*construction)
            ));
        }
        finish(file, |file| file.finish(|out| write_csv(&report, out)))?;
    }
    if let Some(file) = ticket {
        finish(file, |file| file.finish(|out| write_ticket(session, 0, out)))?;
    }
    Ok(())
}

/// As [`build`], from the checkpoint on if there is one, and with a new one after every so much work. A signal to end
/// makes it the last thing that is done.
fn build_with(session: &mut Session, checkpoint: &Checkpoint, every: Duration) -> Result<(), CliError> {
    if checkpoint.read_into(session)? {
        let plans = session.lanes().iter().map(|lane| &lane.plan().layers);
        let weights: u64 = plans.flatten().map(|layer| layer.weights).sum();
        let builders = session.lanes().iter().flat_map(Lane::builders);
        let done: u64 = builders.map(|builder| builder.tally().weights_done).sum();
        note(&format!("{}: resumed with {done} of {weights} weights complete", checkpoint.path().display()));
    }
    let interrupt = Interrupt::watch()?;
    let bar = ProgressBar::start();
    loop {
        let started = Instant::now();
        let pause = || started.elapsed() >= every || interrupt.is_asked_for();
        if session.run_until(&|progress| bar.show(progress), &pause) {
            break;
        }
        save(checkpoint, session);
        if interrupt.is_asked_for() {
            bar.end();
            interrupt.obey();
        }
    }
    bar.end();
    Ok(())
}

/// Writes a checkpoint. One that cannot be written is no reason to stop.
fn save(checkpoint: &Checkpoint, session: &Session) {
    if let Err(error) = checkpoint.write(session) {
        note(&format!("{error}; the run goes on without it"));
    }
}

/// Builds and checks every lane, with its progress on standard error.
pub(super) fn build(session: &mut Session) {
    let bar = ProgressBar::start();
    session.run(&|progress| bar.show(progress));
    bar.end();
}

/// 0 where every lane's ticket holds, else 1.
pub(super) fn exit_code(session: &Session) -> u8 {
    u8::from(!session.lanes().iter().all(|lane| lane.holds() == Some(true)))
}

/// Opens a file to be written when all is done.
pub(super) fn open(path: &Path) -> Result<OutputFile, CliError> {
    OutputFile::create(path).map_err(|error| CliError::Output { path: path.display().to_string(), error })
}

/// Writes a file that was opened before.
pub(super) fn finish(
    file: OutputFile,
    write: impl FnOnce(OutputFile) -> std::io::Result<()>,
) -> Result<(), CliError> {
    let path = file.path().display().to_string();
    write(file).map_err(|error| CliError::Output { path, error })
}
