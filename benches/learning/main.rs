//! Learned tickets: accuracies over seeds with their controls, and the time of an epoch against PyTorch.
//!
//! | command, behind `cargo bench --bench learning --` | prints |
//! |---|---|
//! | `rewinding PRESET [FOLDER]` | accuracy by share of weights left: ticket and controls, three seeds |
//! | `keep PRESET [FOLDER]` | edge-popup by share kept, five seeds |
//! | `options PRESET [FOLDER]` | edge-popup by its options, three seeds |
//! | `epochs FOLDER [PYTHON]` | seconds of an epoch of MNIST; with a Python that has PyTorch, the ratio to it |
//! | nothing | `rewinding digits-rewinding` and `keep digits-learned` |
//!
//! Data and all other options are those of the preset, read in FOLDER if it is given.
#![allow(missing_docs, clippy::unwrap_used)]

mod epochs;
#[path = "../goals/mod.rs"]
mod goals;
mod rewinding;
mod variants;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slth::experiment::Experiment;
use slth::learning::Dataset;

/// What went wrong, for the user to read.
type Refusal = Box<dyn Error>;

fn main() -> Result<(), Refusal> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    println!("{} threads", rayon::current_num_threads());
    match arguments[..] {
        [] => {
            rewinding::print(&loaded("digits-rewinding")?)?;
            variants::print_keeps(&loaded("digits-learned")?)
        }
        ["rewinding", preset] => rewinding::print(&loaded(preset)?),
        ["keep", preset] => variants::print_keeps(&loaded(preset)?),
        ["options", preset] => variants::print_options(&loaded(preset)?),
        ["rewinding", preset, folder] => rewinding::print(&loaded_in(preset, folder)?),
        ["keep", preset, folder] => variants::print_keeps(&loaded_in(preset, folder)?),
        ["options", preset, folder] => variants::print_options(&loaded_in(preset, folder)?),
        ["epochs", folder] => epochs::print(Path::new(folder), None),
        ["epochs", folder, python] => epochs::print(Path::new(folder), Some(Path::new(python))),
        _ => Err(format!("expected a command of the table in benches/learning/main.rs, found {arguments:?}")
            .into()),
    }
}

fn loaded(preset: &str) -> Result<Experiment, Refusal> {
    Ok(Experiment::load(preset, None, &[])?)
}

/// A preset with the files of a folder.
fn loaded_in(preset: &str, folder: &str) -> Result<Experiment, Refusal> {
    let before: PathBuf = std::env::current_dir()?;
    std::env::set_current_dir(folder)?;
    let experiment = loaded(preset);
    std::env::set_current_dir(before)?;
    experiment
}

fn dataset(experiment: &Experiment) -> Result<&Arc<Dataset>, Refusal> {
    experiment.dataset.as_ref().ok_or_else(|| "the preset has no data".into())
}

/// A mean in percent.
fn percent(shares: &[f64]) -> f64 {
    100.0 * shares.iter().sum::<f64>() / shares.len() as f64
}
