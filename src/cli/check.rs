//! `slth check`: a construction repeated over many seeds.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::arguments::{CheckArguments, CheckOutputs, Common};
use super::files::Results;
#[cfg(unix)]
use super::files::end_by_signals;
use super::interrupt::Interrupt;
use super::job::program;
use super::learned::{svg_file, write_curve};
use super::output::{note, page, print, print_json, print_script};
use super::presets::load;
use super::progress::ProgressBar;
use super::run::note_unlocked;
use super::{CliError, files};
use crate::experiment::Experiment;
use crate::report::numbers::grouped;
use crate::report::{
    CheckShare, CheckedSetup, FaithfulnessReport, JobScript, KeptCurve, OutputFile, SHARE, StateFile,
    failure_rates, quoted, text,
};
use crate::session::{CheckResults, FaithfulnessCheck, LaneRuns, Shard};
use crate::visible::shortened;

/// Runs of a construction without `--runs`.
const RUNS: u64 = 1000;

/// Work for the time asked from SLURM.
const CALIBRATION: Duration = Duration::from_secs(2);

/// Runs of a learned method without `--runs`.
const LEARNED_RUNS: u64 = 5;

pub(super) fn check(check: &CheckArguments, common: &Common) -> Result<u8, CliError> {
    if check.slurm {
        print_script(&job_script(check, common)?.text())?;
        return Ok(0);
    }
    match &check.save {
        None => {
            let (stop, runs) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
            let (repeated, outputs) = prepare(check, common, None, || stop_on_interrupt(&stop, &runs))?;
            runs.store(true, Ordering::Relaxed);
            let bar = ProgressBar::start();
            let results = repeated.run(&stop, &|progress| bar.show_check(progress));
            bar.end();
            let setup = CheckedSetup::new(&repeated);
            print_results(&setup, &results, &check.outputs, outputs, Results::default())
        }
        Some(path) => {
            let interrupt = Interrupt::watch();
            // Before anything is read or computed: nothing is to be done twice.
            let file = StateFile::take(path, SHARE)?;
            let (repeated, outputs) = prepare(check, common, Some(&file), || {})?;
            let shard = check.shard.unwrap_or(Shard::WHOLE);
            let mut share = CheckShare::new(&repeated, shard);
            resume(&mut share, shard, &file)?;
            let saved = save_runs(&repeated, &mut share, (shard, &file), check, &interrupt);
            if interrupt.is_asked_for() {
                saved?;
                return Ok(interrupt.obey());
            }
            if shard == Shard::WHOLE {
                let mut results = Results::default();
                if let Err(error) = saved {
                    results.fail(error);
                }
                return print_results(share.setup(), &share.results(), &check.outputs, outputs, results);
            }
            saved?;
            print(&text::share_made(&share, shard, &shortened(&path.to_string_lossy())))?;
            Ok(0)
        }
    }
}

/// The array of shares, each with a file of its own named after `--save`, and their merge. No lock file left behind by a killed
/// job is taken for a share.
fn job_script(check: &CheckArguments, common: &Common) -> Result<JobScript, CliError> {
    let (shards, cpus) = (check.shards, common.threads.unwrap_or(1));
    let first = Shard::new(1, shards).unwrap_or(Shard::WHOLE);
    let repeated = repeated(load(&check.preset, common)?, check, first)?;
    let file = check.save.as_deref().unwrap_or(Path::new("")).to_string_lossy();
    let program = quoted(&program());
    let mut words = vec![program.clone(), "check".to_owned(), quoted(&check.preset)];
    let given = [
        ("--runs", check.runs.map(|runs| runs.to_string())),
        ("--neurons-per-weight", check.neurons_per_weight.map(|neurons| neurons.to_string())),
    ];
    words.extend(given.into_iter().filter_map(|(option, value)| Some(format!("{option} {}", value?))));
    words.extend(common.words());
    let shared = words.join(" ");
    let confidence = check.outputs.confidence;
    Ok(JobScript {
        name: "slth-check".to_owned(),
        made_by: format!("{shared} --save {} --slurm --shards {shards} --threads {cpus}", quoted(&file)),
        command: format!(
            "{shared} --shard \"{}/{shards}\" --save {}-\"{}\".share --threads \"{}\"",
            JobScript::SHARE,
            quoted(&file),
            JobScript::SHARE,
            JobScript::CPUS
        ),
        merge: format!(
            "{program} merge {}-[0-9]*.share --confidence {confidence} --json > {}",
            quoted(&file),
            quoted(&format!("{file}.json"))
        ),
        shards,
        cpus,
        memory: repeated.peak_memory_on(cpus),
        time: Duration::from_secs_f64(repeated.expected_seconds(first, cpus, CALIBRATION).min(1e9)),
    })
}

/// The check of an experiment, of which one share is made here.
fn repeated(
    experiment: Experiment,
    check: &CheckArguments,
    shard: Shard,
) -> Result<FaithfulnessCheck, CliError> {
    let runs = check.runs.unwrap_or(RUNS);
    let repeated = FaithfulnessCheck::to_share(experiment, runs, check.neurons_per_weight, shard)?;
    Ok(repeated.with_learned(check.runs.unwrap_or(LEARNED_RUNS))?)
}

/// The files of the results, for failure rates and then for the curves of learned methods.
pub(super) type OutputFiles = [Option<OutputFile>; 4];

/// The check, and its files for results; `watch` is called before they are opened.
fn prepare(
    check: &CheckArguments,
    common: &Common,
    saved: Option<&StateFile>,
    watch: impl FnOnce(),
) -> Result<(FaithfulnessCheck, OutputFiles), CliError> {
    let experiment = load(&check.preset, common)?;
    let asked = asked(&check.outputs);
    let save = ("--save", check.save.as_deref());
    let lock = ("the share's lock", saved.map(StateFile::lock_file));
    files::claim(&[asked[0], asked[1], asked[2], asked[3], save, lock], &experiment)?;
    watch();
    let outputs = files::open(asked)?;
    Ok((repeated(experiment, check, check.shard.unwrap_or(Shard::WHOLE))?, outputs))
}

/// The options for files of results.
pub(super) fn asked(outputs: &CheckOutputs) -> [files::FileOption<'_>; 4] {
    [
        ("--csv", outputs.csv.as_deref()),
        ("--svg", svg_file!(outputs.svg)),
        ("--learned-csv", outputs.learned_csv.as_deref()),
        ("--learned-svg", svg_file!(outputs.learned_svg)),
    ]
}

/// Takes the runs made before from the share's file, if there is one.
fn resume(share: &mut CheckShare, shard: Shard, file: &StateFile) -> Result<(), CliError> {
    note_unlocked(file);
    if share.resume(file, shard)? {
        let made: u64 = share.made().lanes().iter().map(|lane| lane.records().len() as u64).sum();
        note(&format!(
            "{}: resumed with {} runs made",
            shortened(&file.given().to_string_lossy()),
            grouped(made)
        ));
    }
    Ok(())
}

/// Makes the runs of a share that its file lacks, and writes it there now and then, after a signal to end, and at the end.
fn save_runs(
    repeated: &FaithfulnessCheck,
    share: &mut CheckShare,
    (shard, file): (Shard, &StateFile),
    check: &CheckArguments,
    interrupt: &Interrupt,
) -> Result<(), CliError> {
    interrupt.hold();
    let bar = ProgressBar::start();
    let (mut every_or_longer, mut has_failed) = (check.every, false);
    loop {
        let started = Instant::now();
        let pause = || started.elapsed() >= every_or_longer;
        let stop = || interrupt.is_asked_for();
        let show = |progress| bar.show_check(progress);
        let is_whole = repeated.go_on(share.made_mut(), shard, &stop, &pause, &show);
        let started = Instant::now();
        let saved = share.save(file);
        // No more than half of the time goes into writing.
        every_or_longer = check.every.max(started.elapsed());
        if is_whole || interrupt.is_asked_for() {
            bar.end();
            return Ok(saved?);
        }
        if let Err(error) = saved
            && !std::mem::replace(&mut has_failed, true)
        {
            note(&format!("{error}; the runs go on without it"));
        }
    }
}

/// Writes and prints the results of a check. The exit code.
pub(super) fn print_results(
    setup: &CheckedSetup,
    found: &CheckResults,
    asked: &CheckOutputs,
    [csv, svg, learned_files @ ..]: OutputFiles,
    mut results: Results,
) -> Result<u8, CliError> {
    let report = FaithfulnessReport::new(setup, found, asked.confidence);
    results.file(csv, |out| failure_rates(&found.lanes, asked.confidence).write_csv(out));
    draw(&report, &found.lanes, svg, &mut results);
    let curve = KeptCurve::of_runs(&found.learned, asked.confidence);
    write_curve(&report.title, &curve, learned_files, &mut results);
    results.text(if asked.json {
        print_json(&report)
    } else {
        print(&text::faithfulness(setup, &found.lanes, &report, page()))
    })?;
    // A stopped check has no result.
    Ok(u8::from(report.stopped || report.has_failed()))
}

/// Draws the failure curves, if a file was named for them.
#[cfg(feature = "plots")]
fn draw(report: &FaithfulnessReport, lanes: &[LaneRuns], svg: Option<OutputFile>, results: &mut Results) {
    results.picture(svg, || crate::report::faithfulness_svg(report, lanes));
}

#[cfg(not(feature = "plots"))]
fn draw(_: &FaithfulnessReport, _: &[LaneRuns], _: Option<OutputFile>, _: &mut Results) {}

/// Once `runs` is set, the first Ctrl-C sets `stop`; any other signal ends the program.
#[cfg(unix)]
fn stop_on_interrupt(stop: &Arc<AtomicBool>, runs: &Arc<AtomicBool>) {
    let (stop, runs) = (Arc::clone(stop), Arc::clone(runs));
    end_by_signals(move |signal| {
        let is_first = || !stop.swap(true, Ordering::Relaxed);
        signal == signal_hook::consts::SIGINT && runs.load(Ordering::Relaxed) && is_first()
    });
}

/// Ctrl-C ends the program.
#[cfg(not(unix))]
fn stop_on_interrupt(_: &Arc<AtomicBool>, _: &Arc<AtomicBool>) {}
