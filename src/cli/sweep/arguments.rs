//! The arguments of `slth sweep`, and those of `slth merge` for its folder.

use std::path::PathBuf;

use clap::Args;

use crate::cli::job::shares;
use crate::session::Shard;

/// `slth sweep`.
#[derive(Args, Debug)]
pub(in crate::cli) struct SweepArguments {
    /// A sweep's file: a base preset, lists of values for its fields, methods, seeds
    #[arg(value_name = "SWEEP.ron")]
    pub(super) sweep: String,
    /// Run one share of it, counted from 1: `3/16` is the third of 16. Shares are of equal expected cost
    #[arg(long, value_name = "I/N", value_parser = share, conflicts_with = "slurm")]
    pub(super) shard: Option<Shard>,
    /// Keep a row for each run in this folder; runs with a row are left out, so a killed sweep goes on. `slth merge DIR` makes
    /// the table
    #[arg(long, value_name = "DIR", required_unless_present = "plan")]
    pub(super) save: Option<PathBuf>,
    /// Print how many runs there are, and how long and how much memory they are expected to take; run nothing
    #[arg(long)]
    pub(super) plan: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Print a job script for SLURM: an array with a job for each share, then the merge. `--threads` are the processors of a
    /// job, 1 without it
    #[arg(long, conflicts_with_all = ["plan", "json"])]
    pub(super) slurm: bool,
    /// Shares of the job script
    #[arg(long, value_name = "N", default_value_t = 16, requires = "slurm", value_parser = shares)]
    pub(super) shards: u64,
}

/// Options of `slth merge` for the folder of a sweep.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options for the folder of a sweep")]
pub(in crate::cli) struct FolderArguments {
    /// Write the rows to this file as JSON Lines, an object a line
    #[arg(long, value_name = "FILE")]
    pub(super) jsonl: Option<PathBuf>,
    /// Leave out the column of times, the only one that differs from one run of a sweep to another
    #[arg(long)]
    pub(super) no_times: bool,
    /// The field along the x axis of the picture; the first with several numbers without it
    #[arg(long, value_name = "FIELD")]
    pub(super) x: Option<String>,
    /// What is along its y axis: a figure, for curves with an interval over the seeds, or a second field, for a heat map
    #[arg(long, value_name = "FIELD|FIGURE")]
    pub(super) y: Option<String>,
    /// The figure of the picture; neurons per weight, or the accuracy of learned tickets, without it
    #[arg(long, value_name = "FIGURE")]
    pub(super) figure: Option<String>,
}

impl FolderArguments {
    /// The first of these options that is given.
    pub(in crate::cli) fn given(&self) -> Option<&'static str> {
        let given = [
            ("--jsonl", self.jsonl.is_some()),
            ("--no-times", self.no_times),
            ("--x", self.x.is_some()),
            ("--y", self.y.is_some()),
            ("--figure", self.figure.is_some()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
}

fn share(text: &str) -> Result<Shard, String> {
    let shard: Shard = text.parse()?;
    shares(&shard.count().to_string()).map(|_| shard)
}
