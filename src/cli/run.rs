//! `slth run`: the whole construction without a screen.

use std::path::Path;

use super::arguments::{Common, Run};
use super::progress::ProgressBar;
use super::{CliError, load, print, print_json};
use crate::construction::Mode;
use crate::report::{OutputFile, RunReport, text, write_csv, write_ticket};
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
    build(&mut session);
    let report = RunReport::new(&session);
    if run.json {
        print_json(&report)?
    } else {
        print(&text::run(&session))?
    }
    if let Some(file) = csv {
        finish(file, |file| file.finish(|out| write_csv(&report, out)))?;
    }
    if let Some(file) = ticket {
        finish(file, |file| file.finish(|out| write_ticket(&session, 0, out)))?;
    }
    Ok(exit_code(&session))
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
