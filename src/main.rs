//! `slth`: see the library's tour, `slth::`.

use std::process::ExitCode;

fn main() -> ExitCode {
    slth::cli::main()
}
