//! `slth PRESET`: the explorer.

use std::path::Path;

use super::arguments::{Arguments, Common};
use super::output::{page, print};
use super::presets::load;
use super::{CliError, limits};
use crate::experiment::{Experiment, FileOptions};
use crate::report::summary;
use crate::session::Session;
use crate::tui::config::{self, Config};
use crate::tui::terminal::keeper::{self, Keeper};
use crate::tui::terminal::recording::Recording;
use crate::tui::{self, OpenSession};
use crate::visible::shortened;

/// The exit code after the loss of the terminal: shells report the same for a program ended by SIGHUP.
const TERMINAL_GONE: u8 = 129;

/// Whether this process was started to give the terminal back after a kill. It then does so before it returns.
pub(super) fn keeps_the_terminal() -> bool {
    let is_keeper = std::env::args_os().nth(1).is_some_and(|argument| argument == keeper::ARGUMENT);
    if is_keeper {
        keeper::keep();
    }
    is_keeper
}

/// Arguments to change a preset.
fn overrides(common: &Common) -> Vec<String> {
    let seed = common.seed.map(|seed| ["--seed".to_owned(), seed.to_string()]);
    let set = common.set.iter().flat_map(|setting| ["--set".to_owned(), setting.clone()]);
    seed.into_iter().flatten().chain(set).chain(common.weight_file.options().as_arguments()).collect()
}

/// The options of the screens: of the command line, then of the config file.
fn config_in_force(arguments: &Arguments) -> Result<Config, CliError> {
    let (theme, ascii) = (arguments.common.theme, arguments.common.ascii);
    let asked = Config { theme, fps: arguments.fps, mouse: arguments.mouse, ascii, cards_seen: false };
    // Without a folder there is nothing to read.
    let remembered = config::file().map_or_else(|_| Ok(Config::default()), |path| Config::read(&path))?;
    Ok(asked.or(remembered))
}

/// Opens the explorer, with the guided lesson or without.
pub(super) fn explore(
    arguments: &Arguments,
    preset: &str,
    lesson: bool,
    keeper: Option<Keeper>,
) -> Result<u8, CliError> {
    let common = &arguments.common;
    if std::env::var_os("TERM").is_none_or(|term| term == "dumb") {
        let message = format!(
            "expected a terminal that can move its cursor, found TERM unset or dumb; try `slth run {preset}`"
        );
        return Err(CliError::Usage(message));
    }
    let config = config_in_force(arguments)?;
    let failed = |path: &Path, error| CliError::Output { path: path.display().to_string(), error };
    let record = arguments.record.as_deref();
    let title = format!("slth {}", shortened(preset));
    let begin = |path: &Path| Recording::create(path, &title).map_err(|error| failed(path, error));
    let recording = record.map(begin).transpose()?;
    let options = tui::Options {
        color: common.color,
        images: arguments.images,
        config,
        overrides: overrides(common),
        recording: recording.clone(),
        keeper,
        lesson,
        large: arguments.large,
        load: Box::new({
            let (seed, set, first_set) = (common.seed, common.set.clone(), common.settings());
            // Its options are those of one file, and so is a target of its list.
            let (first, options) = (preset.to_owned(), common.weight_file.options());
            move |name: &str| {
                let name = name.to_owned();
                let (options, set) = if name == first {
                    (options.clone(), first_set.clone())
                } else {
                    (FileOptions::default(), set.clone())
                };
                Box::new(move || Session::to_watch(Experiment::open_regular(&name, &options, seed, &set)?))
            }
        }),
    };
    let ended = tui::run(preset, first_session(preset, common)?, options);
    // However the session has ended, its recording is complete.
    if let Some((recording, path)) = recording.zip(record) {
        recording.finish().map_err(|error| failed(path, error))?;
    }
    let ended = match ended {
        Ok(Some(ended)) => ended,
        // There is nothing to sum up.
        Ok(None) => return Ok(0),
        // Nobody is there to be told.
        Err(tui::Failure::Gone) => return Ok(TERMINAL_GONE),
        // The program's own message about a limit is complete.
        Err(tui::Failure::Terminal(error)) if error.raw_os_error().is_none() => return Err(error.into()),
        Err(tui::Failure::Terminal(error)) => return Err(CliError::Terminal(error)),
        Err(tui::Failure::NotOpened(tui::NotOpened::Experiment(error))) => return Err(error.into()),
        Err(tui::Failure::NotOpened(tui::NotOpened::Lost)) => {
            return Err(CliError::Internal("the setup could not be opened".to_owned()));
        }
    };
    if let Some(failure) = ended.failure {
        return Err(CliError::Internal(failure));
    }
    if ended.reads {
        let text = summary(&ended.last, &overrides(common));
        // The last line may be a command, to be copied as it is.
        let (lanes, command) = text.split_at(text.trim_end().rfind('\n').map_or(0, |end| end + 1));
        print(&page().fit(lanes))?;
        print(command)?;
    }
    Ok(0)
}

/// Opens the explorer's first session.
fn first_session(preset: &str, common: &Common) -> Result<OpenSession, CliError> {
    if std::fs::metadata(preset).is_ok_and(|file| !file.is_file()) {
        // A pipe, or the terminal itself: it is read before the explorer reads keys.
        let experiment = load(preset, common)?;
        return Ok(Box::new(move || Session::to_watch(experiment)));
    }
    // Before the terminal is taken.
    limits::note_unknown_memory();
    let (preset, options) = (preset.to_owned(), common.weight_file.options());
    let (seed, set) = (common.seed, common.settings());
    Ok(Box::new(move || Session::to_watch(Experiment::open(&preset, &options, seed, &set)?)))
}
