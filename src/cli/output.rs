//! All printing: in ASCII if the terminal has no more, in the terminal's width.

use std::error::Error as _;
use std::io::{self, Write};
use std::sync::OnceLock;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::CliError;
use crate::report::{
    DEFAULT_WIDTH, Page, in_ascii, is_standard_output_closed, json_text, shown_ron, shows_only_ascii,
};
use crate::visible::{LONGEST, json_in_ascii, message, shortened, shortened_to};

/// Layout of standard output, from [`open`] on.
static PAGE: OnceLock<Page> = OnceLock::new();

/// Looks at the terminal once, before anything is printed: ASCII on request or if the locale is not UTF-8; as wide as
/// the terminal, else `COLUMNS`, else 80.
pub(super) fn open(ascii: bool) {
    let variable = |name: &str| std::env::var(name).ok();
    let is_ascii = ascii || shows_only_ascii(variable);
    let terminal = terminal_size::terminal_size_of(io::stdout()).map(|(columns, _)| usize::from(columns.0));
    let terminal = terminal.filter(|&columns| columns > 0);
    let given =
        || variable("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    let width = terminal.or_else(given).unwrap_or(DEFAULT_WIDTH);
    // A second call changes nothing.
    let _ = PAGE.set(Page::new(width, is_ascii));
}

/// The layout of reports.
pub(super) fn page() -> Page {
    *PAGE.get_or_init(|| Page::new(DEFAULT_WIDTH, true))
}

/// The outcome of printing a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Printed {
    Whole,
    /// its reader has gone, having seen enough (`slth run … | head`), or there never was one (`>&-`)
    Unread,
}

/// Prints a text, as the page can show it. A closed pipe is no error.
///
/// # Errors
/// [`CliError::Output`] of standard output.
pub(super) fn print(text: &str) -> Result<Printed, CliError> {
    write(&page().write(text))
}

/// Prints a script of the program's own as it is, in ASCII if the terminal has no more.
///
/// # Errors
/// As [`print()`].
pub(super) fn print_script(text: &str) -> Result<Printed, CliError> {
    if page().is_ascii() { write(&in_ascii(text)) } else { write(text) }
}

/// Prints a preset. It reads back as the same.
///
/// # Errors
/// As [`print()`].
pub(super) fn print_ron(text: &str) -> Result<Printed, CliError> {
    write(&shown_ron(text, page().is_ascii()))
}

/// Prints a value as JSON; on ASCII terminals all other characters as `\uXXXX`.
///
/// # Errors
/// As [`print()`].
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<Printed, CliError> {
    let text = json_text(value)?;
    if page().is_ascii() { write(&json_in_ascii(&text)) } else { write(&text) }
}

fn write(text: &str) -> Result<Printed, CliError> {
    if is_standard_output_closed() {
        return Ok(Printed::Unread);
    }
    let mut out = io::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn printed(written: io::Result<()>) -> Result<Printed, CliError> {
    match written {
        Ok(()) => Ok(Printed::Whole),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Printed::Unread),
        Err(error) => Err(CliError::Output { path: "standard output".to_owned(), error }),
    }
}

/// A line on standard error, whatever characters a path or a title holds.
pub(super) fn note(line: &str) {
    // Nothing is left to do if even this fails.
    let _ = writeln!(io::stderr(), "slth: {}", page().write(&message(line)));
}

/// From now on a panic is one line, like any other error; with a backtrace requested, Rust's own text follows.
pub(super) fn note_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let says = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(|place| format!(", in {}:{}", place.file(), place.line()));
        note(&format!("internal error: {says}{}", place.unwrap_or_default()));
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|asked| asked != "0") {
            default(panic);
        }
    }));
}

/// Prints clap's answer to the arguments: an error, the help, or the version. A wrong value of an option is one
/// line, as a preset's would be. Returns the exit code.
///
/// # Errors
/// [`CliError::Output`] if the help or the version cannot be written.
pub(super) fn print_usage(mut error: clap::Error) -> Result<u8, CliError> {
    show_values(&mut error);
    if let Some(line) = of_a_value(&error) {
        note(&line);
        return Ok(2);
    }
    if error.use_stderr() {
        // Nothing is left to do if even this fails.
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

/// Replaces typed text by its visible form.
fn show_values(error: &mut clap::Error) {
    let typed: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(shortened(text)))),
            ContextValue::Strings(texts) => {
                Some((kind, ContextValue::Strings(texts.iter().map(|text| shortened(text)).collect())))
            }
            // Suggestions repeat typed text.
            ContextValue::StyledStrs(texts) => {
                let shown = texts.iter().map(|text| shortened_to(&text.to_string(), 2 * LONGEST).into());
                Some((kind, ContextValue::StyledStrs(shown.collect())))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in typed {
        error.insert(kind, value);
    }
}
