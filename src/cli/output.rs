//! All that is printed goes through here: in ASCII where the terminal has no more, as wide as it is.

use std::error::Error as _;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use clap::error::{ContextKind, ErrorKind};

use super::CliError;
use crate::report::{DEFAULT_WIDTH, Page, in_ascii};
use crate::tui::{self, glyphs::Glyphs};

/// What standard output is laid out for, from [`open`] on.
static PAGE: OnceLock<Page> = OnceLock::new();

/// Looks at the terminal once, before anything is printed: ASCII if asked for or where the locale is no UTF-8; as wide as
/// the terminal, else `COLUMNS`, else 80.
pub(super) fn open(ascii: bool) {
    let variable = |name: &str| std::env::var(name).ok();
    let is_ascii = Glyphs::choose(ascii, variable).ascii_only;
    let terminal = io::stdout().is_terminal().then(tui::columns).flatten();
    let given =
        || variable("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    let width = terminal.or_else(given).unwrap_or(DEFAULT_WIDTH);
    // A second call changes nothing.
    let _ = PAGE.set(Page::new(width, is_ascii));
}

/// What reports are laid out for.
pub(super) fn page() -> Page {
    *PAGE.get_or_init(|| Page::new(DEFAULT_WIDTH, true))
}

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Printed {
    Whole,
    /// its reader has gone, having seen enough (`slth run … | head`)
    Unread,
}

/// Prints a text as it is, in ASCII where nothing else can be shown. A reader that has gone is no error.
///
/// # Errors
/// [`CliError::Output`] of standard output.
pub(super) fn print(text: &str) -> Result<Printed, CliError> {
    let mut out = io::stdout().lock();
    printed(out.write_all(page().write(text).as_bytes()).and_then(|()| out.flush()))
}

fn printed(written: io::Result<()>) -> Result<Printed, CliError> {
    match written {
        Ok(()) => Ok(Printed::Whole),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Printed::Unread),
        Err(error) => Err(CliError::Output { path: "standard output".to_owned(), error }),
    }
}

/// Prints a value as JSON; where only ASCII can be shown, all else as `\uXXXX`.
///
/// # Errors
/// As [`print`].
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<Printed, CliError> {
    let mut text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
    text.push('\n');
    print(&if page().is_ascii() { json_in_ascii(&text) } else { text })
}

/// A line on standard error, whatever characters a path or a title holds.
pub(super) fn note(line: &str) {
    let line = page().write(line).replace(char::is_control, "?");
    // Nothing is left to do where even this cannot be printed.
    let _ = writeln!(io::stderr(), "slth: {line}");
}

/// What clap has to say of the arguments: an error, the help, or the version. A value that an option does not take is one
/// line, as a preset's would be. Returns the exit code.
///
/// # Errors
/// [`CliError::Output`] where the help or the version cannot be written.
pub(super) fn print_usage(error: &clap::Error) -> Result<u8, CliError> {
    if let Some(line) = of_a_value(error) {
        note(&line);
        return Ok(2);
    }
    if error.use_stderr() {
        // Nothing is left to do where even this cannot be printed.
        let _ = match page().is_ascii() {
            false => error.print(),
            true => write!(io::stderr(), "{}", in_ascii(&error.render().to_string())),
        };
        return Ok(2);
    }
    if page().is_ascii() {
        print(&error.render().to_string())?;
    } else {
        printed(error.print().and_then(|()| io::stdout().flush()))?;
    }
    Ok(0)
}

/// `--threads 0: expected a number of threads from 1 to 1024`.
fn of_a_value(error: &clap::Error) -> Option<String> {
    let why = error.source().filter(|_| error.kind() == ErrorKind::ValueValidation)?;
    let option = error.get(ContextKind::InvalidArg)?.to_string();
    let value = error.get(ContextKind::InvalidValue)?;
    Some(format!("{} {value}: {why}", option.split(' ').next().unwrap_or_default()))
}

/// JSON has only strings that are not ASCII.
fn json_in_ascii(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            plain.push(c);
        } else {
            let mut units = [0; 2];
            plain.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_ascii_reads_back_as_it_was() {
        let value = serde_json::json!({"‖x‖₂ ≤ 1": "größe 🎲 \u{7f}"});
        let text = json_in_ascii(&value.to_string());
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
