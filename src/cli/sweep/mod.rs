//! `slth sweep`: setups × methods × seeds.

mod arguments;
mod merge;

pub(super) use arguments::{FolderArguments, SweepArguments};
pub(super) use merge::merge_folder;

use std::path::Path;
use std::time::Duration;

use super::arguments::Common;
use super::files::end_by_signals;
use super::job::program;
use super::output::{note, page, print, print_json, print_script};
use super::progress::ProgressBar;
use super::{CliError, limits};
use crate::report::{JobScript, quoted};
use crate::session::Shard;
use crate::sweep::{Sweep, SweepForecast};
use crate::visible::shortened;

pub(super) fn sweep(arguments: &SweepArguments, common: &Common) -> Result<u8, CliError> {
    if common.seed.is_some() {
        return Err(CliError::Usage(
            "--seed: expected the seeds in the sweep's file, found an option".to_owned(),
        ));
    }
    limits::note_unknown_memory();
    let sweep = Sweep::load(&arguments.sweep, &common.weight_file.options(), &common.settings())?;
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    if arguments.slurm {
        let script = job_script(&sweep, arguments, common);
        print_script(&script.text())?;
        return Ok(0);
    }
    let forecast = sweep.forecast(shard, rayon::current_num_threads(), &sweep.calibrate());
    let Some(folder) = arguments.save.as_deref().filter(|_| !arguments.plan) else {
        if arguments.json {
            print_json(&sweep.forecast_report(&forecast))?;
        } else {
            print(&page().fit(&plan(&sweep, &forecast)))?;
        }
        return Ok(0);
    };
    sweep.require_memory(shard)?;
    for line in plan(&sweep, &forecast).lines() {
        note(line);
    }
    end_by_signals(|_| false);
    run(&sweep, shard, folder, arguments.json)
}

fn run(sweep: &Sweep, shard: Shard, folder: &Path, json: bool) -> Result<u8, CliError> {
    let bar = ProgressBar::start();
    let finished = sweep.run(shard, folder, &|progress| bar.show_sweep(progress), &note);
    bar.end();
    let finished = finished?;
    if json {
        print_json(&finished)?;
        return Ok(0);
    }
    let named = shortened(&folder.to_string_lossy());
    let known = match finished.known {
        0 => String::new(),
        known => format!(", {known} of them known before"),
    };
    let whole = match shard {
        Shard::WHOLE => String::new(),
        shard => format!(" of share {shard}"),
    };
    let text = format!(
        "{} runs{whole} done{known}: rows in {named}\n`slth merge {}` makes the table\n",
        finished.runs,
        quoted(&folder.to_string_lossy())
    );
    print(&page().fit(&text))?;
    Ok(0)
}

/// How many runs, how long and how much memory, in words.
fn plan(sweep: &Sweep, forecast: &SweepForecast) -> String {
    let SweepForecast { shard, runs, refused, seconds, threads, memory, calibrated, .. } = *forecast;
    let seeds = sweep.seeds().count();
    let mut text = format!(
        "{}: {} runs: {} setups × {} methods × {seeds} seeds\n",
        shortened(sweep.title()),
        sweep.runs(),
        sweep.setups().len(),
        sweep.methods().len(),
    );
    if shard != Shard::WHOLE {
        text.push_str(&format!("share {shard}: {runs} runs\n"));
    }
    if refused > 0 {
        text.push_str(&format!("{refused} of them are rows with the reason why they cannot be built\n"));
    }
    text.push_str(&format!(
        "about {} on {threads} {}, by {:.1} s of short runs here; at most {:.0} MiB\n",
        in_words(seconds),
        if threads == 1 { "thread" } else { "threads" },
        calibrated.as_secs_f64(),
        memory / f64::from(1 << 20),
    ));
    text
}

/// A time in the unit that suits it.
fn in_words(seconds: f64) -> String {
    match seconds {
        ..1.0 => "a second".to_owned(),
        ..120.0 => format!("{seconds:.0} s"),
        ..7_200.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3_600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

/// The array of shares: as much memory and time as the dearest of them.
fn job_script(sweep: &Sweep, arguments: &SweepArguments, common: &Common) -> JobScript {
    let (shards, cpus) = (arguments.shards, common.threads.unwrap_or(1));
    let calibration = sweep.calibrate();
    // Shares differ by a run at most, and the first one gets the dearest.
    let first = Shard::new(1, shards).unwrap_or(Shard::WHOLE);
    let forecast = sweep.forecast(first, cpus, &calibration);
    let folder = arguments.save.as_deref().unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let program = quoted(&program());
    let mut words = vec![program.clone(), "sweep".to_owned(), quoted(&arguments.sweep)];
    words.extend(["--save".to_owned(), quoted(&folder)]);
    words.extend(common.words());
    let shared = words.join(" ");
    let table = Path::new(&folder).join("table.csv");
    JobScript {
        name: "slth-sweep".to_owned(),
        made_by: format!("{shared} --slurm --shards {shards} --threads {cpus}"),
        command: format!(
            "{shared} --shard \"{}/{shards}\" --threads \"{}\"",
            JobScript::SHARE,
            JobScript::CPUS
        ),
        merge: format!("{program} merge {} --csv {}", quoted(&folder), quoted(&table.to_string_lossy())),
        shards,
        cpus,
        memory: forecast.memory,
        time: Duration::try_from_secs_f64(forecast.seconds).unwrap_or(Duration::MAX),
    }
}
