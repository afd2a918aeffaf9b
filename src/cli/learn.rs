//! `slth learn`: the explorer on `tiny`, with the guided lesson.

use super::CliError;
use super::arguments::Arguments;
use super::explore;
use crate::tui::terminal::keeper::Keeper;

/// Small enough to follow by eye.
const PRESET: &str = "tiny";

/// Opens the lesson, if there is a terminal.
pub(super) fn learn(arguments: &Arguments, has_screen: bool, keeper: Option<Keeper>) -> Result<u8, CliError> {
    if has_screen {
        return explore::explore(arguments, PRESET, true, keeper);
    }
    let message = format!("expected a terminal for the lesson; `slth run {PRESET}` runs without one");
    Err(CliError::Usage(message))
}
