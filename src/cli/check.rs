//! `slth check`: a construction repeated over many seeds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arguments::{CheckArguments, Common};
use super::files::Results;
#[cfg(unix)]
use super::files::end_by_signals;
use super::learned::{svg_file, write_curve};
use super::output::{page, print, print_json};
use super::presets::load;
use super::progress::ProgressBar;
use super::{CliError, files};
use crate::experiment::Plan;
use crate::report::{FaithfulnessReport, KeptCurve, OutputFile, failure_rates, text};
use crate::session::{FaithfulnessCheck, LaneRuns, LearnedCheck};

/// Runs of a construction without `--runs`.
const RUNS: u64 = 1000;

/// Runs of a learned method without `--runs`.
const LEARNED_RUNS: u64 = 5;

pub(super) fn check(check: &CheckArguments, common: &Common) -> Result<u8, CliError> {
    let experiment = load(&check.preset, common)?;
    let asked = [
        ("--csv", check.csv.as_deref()),
        ("--svg", svg_file!(check.svg)),
        ("--learned-csv", check.learned_csv.as_deref()),
        ("--learned-svg", svg_file!(check.learned_svg)),
    ];
    files::claim(&asked, &experiment)?;
    let (stop, runs) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    stop_on_interrupt(&stop, &runs);
    let [csv, svg, learned_files @ ..] = files::open(asked)?;
    let learned = LearnedCheck::new(
        &experiment,
        Plan::new(&experiment).lanes.len(),
        check.runs.unwrap_or(LEARNED_RUNS),
    )?;
    let repeated = FaithfulnessCheck::new(experiment, check.runs.unwrap_or(RUNS), check.neurons_per_weight)?;
    runs.store(true, Ordering::Relaxed);
    let bar = ProgressBar::start();
    let lanes = repeated.run(&stop, &|progress| bar.show_runs(progress));
    let learned = learned.run(&stop, &|progress| bar.show_learned_runs(progress));
    bar.end();
    let report = FaithfulnessReport::new(&repeated, &lanes, check.confidence).with_learned(&learned);
    let mut results = Results::default();
    results.file(csv, |out| failure_rates(&lanes, check.confidence).write_csv(out));
    draw(&report, &lanes, svg, &mut results);
    let curve = KeptCurve::of_runs(&learned, check.confidence);
    write_curve(&report.title, &curve, learned_files, &mut results);
    results.text(if check.json {
        print_json(&report)
    } else {
        print(&text::faithfulness(&repeated, &lanes, &report, page()))
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
