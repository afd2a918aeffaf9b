//! `slth check`: a construction repeated over many seeds.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::arguments::{Check, Common};
use super::output::{page, print, print_json};
use super::progress::ProgressBar;
use super::run::{finish, open};
use super::{CliError, load};
use crate::report::{FaithfulnessReport, faithfulness_svg, text, write_faithfulness_csv};
use crate::session::FaithfulnessCheck;

pub(super) fn check(check: &Check, common: &Common) -> Result<u8, CliError> {
    let experiment = load(&check.preset, common)?;
    let csv = check.csv.as_deref().map(open).transpose()?;
    let svg = check.svg.as_deref().map(open).transpose()?;
    let repeated = FaithfulnessCheck::new(experiment, check.runs, check.neurons_per_weight)?;
    let stop = Arc::new(AtomicBool::new(false));
    stop_on_interrupt(&stop)?;
    let bar = ProgressBar::start();
    let lanes = repeated.run(&stop, &|progress| bar.show_runs(progress));
    bar.end();
    let report = FaithfulnessReport::new(&repeated, &lanes, check.confidence);
    if check.json {
        print_json(&report)?
    } else {
        print(&text::faithfulness(&repeated, &lanes, &report, page()))?
    }
    if let Some(file) = csv {
        finish(file, |file| file.finish(|out| write_faithfulness_csv(&lanes, check.confidence, out)))?;
    }
    if let Some(file) = svg {
        let picture = faithfulness_svg(&report, &lanes).map_err(CliError::Internal)?;
        finish(file, |file| file.finish(|out| out.write_all(picture.as_bytes())))?;
    }
    // Stopped, it has not shown what was asked for.
    Ok(u8::from(report.stopped || report.has_failed()))
}

/// The first Ctrl-C sets the flag, the second one ends the program.
#[cfg(unix)]
fn stop_on_interrupt(stop: &Arc<AtomicBool>) -> io::Result<()> {
    use signal_hook::consts::SIGINT;
    use signal_hook::flag;
    flag::register_conditional_default(SIGINT, Arc::clone(stop))?;
    flag::register(SIGINT, Arc::clone(stop))?;
    Ok(())
}

/// Ctrl-C ends the program.
#[cfg(not(unix))]
fn stop_on_interrupt(_: &Arc<AtomicBool>) -> io::Result<()> {
    Ok(())
}
