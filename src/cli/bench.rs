//! `slth bench`: how fast the engine is on this machine.

use std::io::{self, IsTerminal};

use super::CliError;
use super::arguments::BenchArguments;
use super::output::{note, page, print, print_json};
use crate::report::text;
use crate::speed::Work;

/// Always exit code 0: figures are shown beside those of a named processor, without a verdict.
pub(super) fn bench(bench: &BenchArguments) -> Result<u8, CliError> {
    let slth = std::env::current_exe()?;
    let mut figures = Vec::new();
    for (number, work) in (1..).zip(Work::ALL) {
        if io::stderr().is_terminal() {
            note(&format!("bench {number} of {}, a minute in all", Work::ALL.len()));
        }
        figures.extend(work.measure(&slth)?);
    }
    if bench.json {
        print_json(&figures)?;
    } else {
        print(&text::speed(&figures, page()))?;
    }
    Ok(0)
}
