//! `slth config`: the options of the screens, and where they are remembered.

use super::CliError;
use super::output::print_ron;
use crate::tui::config::{self, Config};
use crate::visible::file_name;

/// Prints the options that the screens start with, as the config file has them, under its path.
pub(super) fn show() -> Result<u8, CliError> {
    let path = config::file()?;
    let config = Config::read(&path)?.in_full();
    let missing = if path.exists() { "" } else { ", not there yet: R on a screen writes it" };
    print_ron(&format!("// {}{missing}\n{}", file_name(&path.display().to_string()), config.text()?))?;
    Ok(0)
}
