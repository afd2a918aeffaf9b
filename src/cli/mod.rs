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
mod config;
mod error;
#[cfg(feature = "tui")]
mod explore;
mod files;
mod inspect;
mod interrupt;
mod job;
#[cfg(feature = "tui")]
mod learn;
mod learned;
mod limits;
mod merge;
mod output;
mod position;
mod presets;
mod progress;
mod run;
mod sweep;
mod threads;

pub use arguments::Arguments;
pub use error::CliError;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::experiment::{Plan, PresetSource};
use crate::report::{BoundsReport, text};
use crate::visible::file_name;
use arguments::{Presets, Verb};
use output::{page, print, print_json, print_ron, print_script};
use presets::{load, preset_of};

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
    output::open(arguments.common.ascii == Some(true));
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
        && arguments.verb.as_ref().is_none_or(Verb::has_screen)
        && io::stdout().is_terminal()
        && io::stdin().is_terminal();
    // Before any thread: it starts a process. The explorer also runs without it.
    #[cfg(feature = "tui")]
    let keeper = if has_screen { crate::tui::terminal::keeper::Keeper::new().ok() } else { None };
    limits::watch()?;
    if !arguments.verb.as_ref().is_some_and(Verb::only_prints) {
        threads::start(common.threads, if has_screen { threads::OF_SCREEN } else { 0 })?;
    }
    match &arguments.verb {
        #[cfg(feature = "tui")]
        None if has_screen => explore::explore(arguments, preset_of(arguments), false, keeper),
        #[cfg(feature = "tui")]
        Some(Verb::Learn) => learn::learn(arguments, has_screen, keeper),
        None => run::run(&arguments::RunArguments::plainly(preset_of(arguments)), common),
        Some(Verb::Run(run)) => run::run(run, common),
        Some(Verb::Compare(compare)) => compare::compare(compare, common),
        Some(Verb::Check(check)) => check::check(check, common),
        Some(Verb::Sweep(sweep)) => sweep::sweep(sweep, common),
        Some(Verb::Merge(merge)) => merge::merge(merge),
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
        Some(Verb::Presets { show: None }) => presets::list(),
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
        #[cfg(feature = "tui")]
        Some(Verb::Config) => config::show(),
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
