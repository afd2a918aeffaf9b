//! The command line: arguments in, exit code out.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | the ticket holds, or what was asked for is printed |
//! | 1 | it was built and does not hold, or could not be completed within the bound |
//! | 2 | bad arguments or input, or a result that cannot be written |
//! | 3 | internal error |
//! | 129 | the terminal is gone |

mod arguments;
mod bench;
mod check;
mod compare;
#[cfg(feature = "tui")]
mod explore;
mod files;
mod inspect;
mod interrupt;
mod limits;
mod output;
mod position;
mod progress;
mod run;
mod threads;

pub use arguments::Arguments;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::experiment::{Experiment, ExperimentError, Plan, PresetSource, built_in_names};
use crate::report::{BoundsReport, CheckpointError, Collision, text};
use crate::visible::file_name;
use arguments::{Common, Presets, Verb};
use output::{page, print, print_json, print_ron, print_script};

/// The preset without a name on the command line.
const DEFAULT_PRESET: &str = "digits";

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// an unusable preset
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// an unwritable file
    #[error("{}: expected a writable file, found: {error}", file_name(path))]
    Output {
        /// the file
        path: String,
        /// why
        error: io::Error,
    },
    /// one file for two purposes
    #[error(transparent)]
    Collision(#[from] Collision),
    /// an unusable checkpoint
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// arguments in conflict with each other or this terminal
    #[error("{0}")]
    Usage(String),
    /// fewer threads are allowed than a screen needs
    #[error("expected room for {expected} threads beside the first, found room for {found}: {error}")]
    Threads {
        /// how many are needed
        expected: usize,
        /// how many could be started
        found: usize,
        /// why no more
        error: io::Error,
    },
    /// the terminal failed
    #[error("the terminal: expected one that can be read and drawn on, found: {0}")]
    Terminal(io::Error),
    /// standard output or the system failed
    #[error("{0}")]
    Io(#[from] io::Error),
    /// the engine failed while a screen was open
    #[error("internal error: {0}")]
    Internal(String),
}

impl CliError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Experiment(_)
            | Self::Output { .. }
            | Self::Collision(_)
            | Self::Checkpoint(_)
            | Self::Usage(_)
            | Self::Threads { .. } => 2,
            Self::Terminal(_) | Self::Io(_) | Self::Internal(_) => 3,
        }
    }
}

/// Runs the program. Errors are one line on standard error.
pub fn main() -> ExitCode {
    #[cfg(feature = "tui")]
    if explore::keeps_the_terminal() {
        return ExitCode::SUCCESS;
    }
    let words = position::behind_the_command(&Arguments::command(), std::env::args_os().collect());
    let arguments = match Arguments::try_parse_from(words.clone()) {
        Ok(arguments) => arguments,
        Err(error) => {
            output::open(words.iter().any(|word| word == "--ascii"));
            return ended(match no_text(&error, words) {
                Some(argument) => Err(CliError::Usage(format!(
                    "{}: expected text in UTF-8, found other bytes",
                    file_name(&argument)
                ))),
                None => output::print_usage(error),
            });
        }
    };
    output::open(arguments.common.ascii);
    output::note_panics();
    match catch_unwind(AssertUnwindSafe(|| dispatch(&arguments))) {
        Ok(result) => ended(result),
        // The panic hook has printed it.
        Err(_) => ExitCode::from(3),
    }
}

/// The argument with bytes other than UTF-8 in place of text, those bytes replaced. Paths of options may hold any bytes.
fn no_text(error: &clap::Error, mut words: Vec<OsString>) -> Option<String> {
    if error.kind() != ErrorKind::InvalidUtf8 {
        return None;
    }
    // clap does not name it: it is the last one to be cut off before clap accepts the rest.
    for at in 1..words.len() {
        if words[at].to_str().is_none() {
            let text = words[at].to_string_lossy().into_owned();
            words[at] = text.clone().into();
            let refused =
                Arguments::try_parse_from(&words).is_err_and(|e| e.kind() == ErrorKind::InvalidUtf8);
            if !refused {
                return Some(text);
            }
        }
    }
    None
}

fn ended(result: Result<u8, CliError>) -> ExitCode {
    ExitCode::from(result.unwrap_or_else(|error| {
        output::note(&error.to_string());
        error.exit_code()
    }))
}

fn dispatch(arguments: &Arguments) -> Result<u8, CliError> {
    let common = &arguments.common;
    let has_screen = cfg!(feature = "tui")
        && arguments.verb.is_none()
        && io::stdout().is_terminal()
        && io::stdin().is_terminal();
    // Before any thread: it starts a process. The explorer also runs without it.
    #[cfg(feature = "tui")]
    let keeper = if has_screen { crate::tui::terminal::keeper::Keeper::new().ok() } else { None };
    limits::watch()?;
    if !matches!(arguments.verb, Some(Verb::Presets { .. } | Verb::Completions { .. } | Verb::Man)) {
        threads::start(common.threads, if has_screen { threads::OF_SCREEN } else { 0 })?;
    }
    match &arguments.verb {
        #[cfg(feature = "tui")]
        None if has_screen => explore::explore(arguments, keeper),
        None => run::run(&arguments::Run::plainly(preset_of(arguments)), common),
        Some(Verb::Run(run)) => run::run(run, common),
        Some(Verb::Compare(compare)) => compare::compare(compare, common),
        Some(Verb::Check(check)) => check::check(check, common),
        Some(Verb::Bounds(bounds)) => {
            let experiment = load(&bounds.preset, common)?;
            files::claim(&[], &experiment)?;
            let report = BoundsReport::new(&experiment, &Plan::new(&experiment));
            if bounds.json {
                print_json(&report)?;
            } else {
                print(&text::bounds(&report, page()))?;
            }
            Ok(0)
        }
        Some(Verb::Inspect(inspect)) => inspect::inspect(inspect, common),
        Some(Verb::Bench(bench)) => bench::bench(bench),
        Some(Verb::Presets { show: None }) => presets(),
        Some(Verb::Presets { show: Some(Presets::From { file }) }) => {
            let experiment = load(file, common)?;
            files::claim(&[], &experiment)?;
            print_ron(&experiment.to_ron().map_err(CliError::Usage)?)?;
            Ok(0)
        }
        Some(Verb::Presets { show: Some(Presets::Show { name }) }) => {
            let source = PresetSource::find(name)?;
            files::claim_text_of(&source)?;
            print_ron(&source.text)?;
            Ok(0)
        }
        Some(Verb::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "slth", &mut script);
            print_script(&String::from_utf8_lossy(&script))?;
            Ok(0)
        }
        Some(Verb::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
            print_script(&String::from_utf8_lossy(&page))?;
            Ok(0)
        }
    }
}

fn load(preset: &str, common: &Common) -> Result<Experiment, ExperimentError> {
    limits::note_unknown_memory();
    Experiment::open(preset, &common.weight_file.options(), common.seed, &common.set)
}

/// The preset to open.
fn preset_of(arguments: &Arguments) -> &str {
    arguments.preset.as_deref().unwrap_or(DEFAULT_PRESET)
}

fn presets() -> Result<u8, CliError> {
    let mut list = String::new();
    for name in built_in_names() {
        let preset = PresetSource::find(name)?.parse()?;
        let mark = if name == DEFAULT_PRESET { " (default)" } else { "" };
        list.push_str(&format!("{name:<22}{}{mark}\n", preset.title.unwrap_or_default()));
    }
    print(&page().fit(&list))?;
    Ok(0)
}
