//! The arguments of `slth check` and `slth merge`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{confidence, neurons_per_weight, runs, seconds};
use crate::cli::job::shares;
use crate::cli::sweep::FolderArguments;
use crate::session::Shard;

/// `slth check`.
#[derive(Args, Debug)]
pub(in crate::cli) struct CheckArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(in crate::cli) preset: String,
    /// Runs of each construction and learned method, with the seeds that follow the preset's; without it 1000 of a construction and
    /// 5 of a learned method
    #[arg(long, value_name = "N", value_parser = runs)]
    pub(in crate::cli) runs: Option<u64>,
    /// Neurons per weight that each layer may take, in place of its bound
    #[arg(long, value_name = "X", value_parser = neurons_per_weight)]
    pub(in crate::cli) neurons_per_weight: Option<f64>,
    /// Make share i of n of the runs, counted from 1, for `slth merge`: `--shard 3/64`
    #[arg(long, value_name = "i/n", requires = "save", conflicts_with = "CheckOutputs")]
    pub(in crate::cli) shard: Option<Shard>,
    /// Write the runs made to this file now and then, and at the end; if it exists, only those missing there are made
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) save: Option<PathBuf>,
    /// Seconds of work between two times
    #[arg(long, value_name = "SECONDS", default_value = "30", requires = "save", value_parser = seconds)]
    pub(in crate::cli) every: Duration,
    /// Print a job script for SLURM: an array with a job for each share, `FILE-1.share` and on, then the merge, `FILE.json`. `--threads` are the processors of a job, 1 without it
    #[arg(long, requires = "save", conflicts_with_all = ["shard", "json", "csv", "learned_csv"])]
    pub(in crate::cli) slurm: bool,
    /// Shares of the job script
    #[arg(long, value_name = "N", default_value_t = 16, requires = "slurm", value_parser = shares)]
    pub(in crate::cli) shards: u64,
    #[command(flatten)]
    pub(in crate::cli) outputs: CheckOutputs,
}

/// `slth merge`.
#[derive(Args, Debug)]
pub(in crate::cli) struct MergeArguments {
    /// Shares of one check, in any order, as `slth check --save` and `slth merge --save` write them; or checkpoints of `slth run
    /// --shard`; or the folder of a sweep
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Merge what is there, and say what is missing
    #[arg(long)]
    pub(in crate::cli) partial: bool,
    /// Write the merged runs to this file, as a share; they may then lack some of the check's. Of shares of `slth run`, the
    /// checkpoint for `slth run --checkpoint`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) save: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) outputs: CheckOutputs,
    #[command(flatten)]
    pub(in crate::cli) folder: FolderArguments,
}

/// The outputs of `slth check` and `slth merge`.
#[derive(Args, Debug)]
pub(in crate::cli) struct CheckOutputs {
    /// How sure intervals are, from 0.5 on
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = confidence)]
    pub(in crate::cli) confidence: f64,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Write the failure rates against neurons per weight to this file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) csv: Option<PathBuf>,
    /// Draw them in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) svg: Option<PathBuf>,
    /// Write a row per round and network of the learned methods to this file: shares of weights kept, accuracies, intervals
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) learned_csv: Option<PathBuf>,
    /// Draw their accuracy against the share of weights kept in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) learned_svg: Option<PathBuf>,
}
