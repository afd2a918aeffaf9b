//! The native part of the Python package `slth`: the engine's calls, with arrays in and JSON and arrays out.
//!
//! | file | holds |
//! |---|---|
//! | [`work`] | work on the engine's threads: the GIL released, signals obeyed, progress told |
//! | [`setup`] | a setup, from arrays or a file |
//! | [`run`] | bounds, runs and comparisons |
//! | [`check`] | failure rates over many seeds |
//! | [`learn`] | learned tickets |
//! | [`ticket`] | the columns of a ticket, and its network |
//! | [`errors`] | the engine's messages as Python's exceptions |
//!
//! Everything a caller sees is written in Python, in `slth/`.

mod check;
mod errors;
mod learn;
mod run;
mod setup;
mod ticket;
mod work;

use pyo3::prelude::*;

/// The native part of `slth`.
#[pymodule]
mod _slth {
    #[pymodule_export]
    use crate::check::{CheckShare, check};
    #[pymodule_export]
    use crate::learn::{Dataset, learn};
    #[pymodule_export]
    use crate::run::{bounds, compare, merge_runs, run, run_share};
    #[pymodule_export]
    use crate::setup::{Setup, methods, preset_names};
    #[pymodule_export]
    use crate::ticket::{PrunedNetwork, check_columns, weights_of_g, write_file, write_ticket};
}
