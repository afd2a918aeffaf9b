//! `slth run`: the whole construction without a screen.

use std::time::Instant;

use super::arguments::{Common, RunArguments};
use super::files::Results;
use super::interrupt::Interrupt;
use super::learned::{svg_file, write_curve};
use super::output::{note, page, print, print_json};
use super::presets::load;
use super::progress::ProgressBar;
use super::{CliError, files};
use crate::construction::Mode;
use crate::report::{
    CHECKPOINT, Checkpoint, KeptCurve, OutputFile, RunReport, StateFile, text, write_learned_ticket,
    write_ticket,
};
use crate::session::{Lane, Session};
use crate::visible::shortened;

pub(super) fn run(run: &RunArguments, common: &Common) -> Result<u8, CliError> {
    let interrupt = Interrupt::watch();
    // Before anything is read or computed: nothing is to be done twice.
    let place = run.checkpoint.as_deref().map(|path| StateFile::take(path, CHECKPOINT)).transpose()?;
    let experiment = load(&run.preset, common)?;
    let asked = [
        ("--csv", run.csv.as_deref()),
        ("--ticket", run.ticket.as_deref()),
        ("--learned-csv", run.learned_csv.as_deref()),
        ("--learned-svg", svg_file!(run.learned_svg)),
    ];
    let checkpoint = ("--checkpoint", run.checkpoint.as_deref());
    let lock = ("the checkpoint's lock", place.as_ref().map(StateFile::lock_file));
    files::claim(&[asked[0], asked[1], asked[2], asked[3], checkpoint, lock], &experiment)?;
    // Before the work: no result is lost to an unwritable file.
    let [csv, ticket, learned @ ..] = files::open(asked)?;
    let mut session = Session::new(experiment)?;
    let lane = if ticket.is_some() { lane_of_ticket(run, &session)? } else { 0 };
    let skips = |lane: &Lane| lane.plan().mode == Mode::SkipAhead;
    if ticket.is_some() && session.lanes().get(lane).is_some_and(skips) {
        let message = "--ticket: expected neurons that are drawn, found a lane that skips ahead: its hits have no number \
                       in G (`--set mode=Drawn` draws them all)";
        return Err(CliError::Usage(message.to_owned()));
    }
    let checkpoint = place.map(|place| Checkpoint::new(place, &session));
    let is_interrupted = match &checkpoint {
        Some(checkpoint) => build_with(&mut session, checkpoint, run, &interrupt)?,
        None => {
            build(&mut session);
            false
        }
    };
    if is_interrupted {
        return Ok(interrupt.obey());
    }
    if let (Some(shard), Some(checkpoint)) = (run.shard, &checkpoint) {
        checkpoint.write(&session)?;
        let file = shortened(&checkpoint.file().given().to_string_lossy());
        print(&text::run_share(&session, shard, &file))?;
        return Ok(0);
    }
    let written = write(run, &session, csv, (ticket, lane), learned);
    if let Some(checkpoint) = &checkpoint {
        match written {
            Ok(true) => checkpoint.remove()?,
            // The work is done and shall not be lost with its results.
            Ok(false) | Err(_) => save(checkpoint, &session, &mut false),
        }
    }
    written.map(|_| exit_code(&session))
}

/// The lane whose ticket is written: the only one of the preset, or that of `--lane`.
fn lane_of_ticket(run: &RunArguments, session: &Session) -> Result<usize, CliError> {
    let (constructions, learned) = (session.lanes().len(), session.learned().len());
    let message = match run.lane {
        Some(lane) if lane < constructions + learned => return Ok(lane),
        Some(lane) => {
            format!("--lane: expected a lane from 0 to {}, found {lane}", constructions + learned - 1)
        }
        None if constructions == 1 && learned == 0 => return Ok(0),
        None if learned == 0 => {
            format!(
                "--ticket: expected a preset with one construction, found {constructions} (`--lane` chooses one)"
            )
        }
        None => format!(
            "--ticket: expected `--lane` with the lane of the ticket, found {} lanes: 0 to {} are constructed, {} to {} learned",
            constructions + learned,
            constructions - 1,
            constructions,
            constructions + learned - 1
        ),
    };
    Err(CliError::Usage(message))
}

/// Writes all requested outputs, the text last. Whether someone has the results: files, or all of the text.
fn write(
    run: &RunArguments,
    session: &Session,
    csv: Option<OutputFile>,
    (ticket, lane): (Option<OutputFile>, usize),
    learned: [Option<OutputFile>; 2],
) -> Result<bool, CliError> {
    let report = RunReport::new(session);
    if csv.is_some() {
        // A file of layers has no row for them.
        for (construction, reason) in &session.plan().refused {
            note(&format!(
                "not built, and no row of the CSV: {}: {reason}",
                text::construction_name(*construction)
            ));
        }
    }
    let mut results = Results::default();
    results.file(csv, |out| report.table().write_csv(out));
    results.file(ticket, |out| match lane.checked_sub(session.lanes().len()) {
        None => write_ticket(session, lane, out),
        Some(learned) => match session.learned()[learned].learner().ticket() {
            Some(found) => write_learned_ticket(&session.experiment().title, &found, out),
            None => Err(std::io::Error::other("the learned lane has no ticket")),
        },
    });
    write_curve(&report.title, &KeptCurve::of_session(session), learned, &mut results);
    results.text(if run.json { print_json(&report) } else { print(&text::run(session, page())) })
}

/// As [`build`], from the checkpoint on if there is one, and with a new one after every so much work, but no more than half of
/// the time spent on them. After a signal to end, it is written last. Whether the signal came.
fn build_with(
    session: &mut Session,
    checkpoint: &Checkpoint,
    run: &RunArguments,
    interrupt: &Interrupt,
) -> Result<bool, CliError> {
    note_unlocked(checkpoint.file());
    if checkpoint.read_into(session)? {
        if let Some(shard) = run.shard {
            checkpoint.is_of(session, shard)?;
        }
        let plans = session.lanes().iter().map(|lane| &lane.plan().layers);
        let weights: u64 = plans.flatten().map(|layer| layer.weights).sum();
        let builders = session.lanes().iter().flat_map(Lane::builders);
        let done: u64 = builders.map(|builder| builder.tally().weights_done).sum();
        note(&format!(
            "{}: resumed with {done} of {weights} weights complete",
            shortened(&checkpoint.file().given().to_string_lossy())
        ));
    }
    interrupt.hold();
    let bar = ProgressBar::start();
    let (mut every_or_longer, mut has_failed) = (run.every, false);
    loop {
        let started = Instant::now();
        let pause = || started.elapsed() >= every_or_longer || interrupt.is_asked_for();
        let show = |progress| bar.show(progress);
        let is_done = match run.shard {
            None => session.run_until(&show, &pause),
            Some(shard) => session.run_shard(shard, &show, &pause),
        };
        if is_done {
            bar.end();
            return Ok(false);
        }
        // The last failure is reported even after earlier ones.
        has_failed &= !interrupt.is_asked_for();
        let started = Instant::now();
        save(checkpoint, session, &mut has_failed);
        every_or_longer = run.every.max(started.elapsed());
        if interrupt.is_asked_for() {
            bar.end();
            return Ok(true);
        }
    }
}

/// Says that a file cannot be locked, if so.
pub(super) fn note_unlocked(file: &StateFile) {
    if let Some(error) = file.unlocked() {
        let path = file.given().display();
        note(&format!("{path}: cannot be locked ({error}); see to it that no other run uses it"));
    }
}

/// Writes a checkpoint. A failure is reported once and is no reason to stop: the earlier checkpoint still stands.
fn save(checkpoint: &Checkpoint, session: &Session, has_failed: &mut bool) {
    if let Err(error) = checkpoint.write(session)
        && !std::mem::replace(has_failed, true)
    {
        note(&format!("{error}; the run goes on without it"));
    }
}

/// Builds and checks every lane, with its progress on standard error.
pub(super) fn build(session: &mut Session) {
    let bar = ProgressBar::start();
    session.run(&|progress| bar.show(progress));
    bar.end();
}

/// 0 if every lane's ticket holds, else 1.
pub(super) fn exit_code(session: &Session) -> u8 {
    u8::from(!session.lanes().iter().all(|lane| lane.holds() == Some(true)))
}
