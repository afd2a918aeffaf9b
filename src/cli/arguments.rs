//! What can be typed.

use std::ops::{Bound, RangeBounds};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::sweep::{FolderArguments, SweepArguments};
use crate::experiment::{FileOptions, Lipschitz, setting_of_target};
use crate::network::files::Order;
use crate::session::Shard;
#[cfg(feature = "tui")]
use crate::tui::{Color, config, look::theme::ThemeChoice, terminal::images::Images};

/// A terminal laboratory for the strong lottery ticket hypothesis.
///
/// Builds the huge random network of a theorem, prunes it down to a given target network before your eyes,
/// and checks that the theorem was right. Without a command it explores PRESET on the screen. Options may stand before
/// or after a command.
#[derive(Debug, Parser)]
#[command(name = "slth", version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    /// A built-in preset's name, a .ron file or a weight file
    #[arg(value_name = "PRESET")]
    pub(super) preset: Option<String>,
    #[cfg(feature = "tui")]
    /// Use the mouse: click tabs and rows, turn the wheel. The terminal then copies only with Shift held
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) mouse: Option<bool>,
    #[cfg(feature = "tui")]
    /// How pictures are drawn: by characters, or by the terminal's own images. Without it, by what the environment says of the
    /// terminal
    #[arg(long, value_enum, value_name = "HOW")]
    pub(super) images: Option<Images>,
    #[cfg(feature = "tui")]
    /// Most frames drawn per second while running; 15 without it
    #[arg(long, value_name = "N", value_parser = frames)]
    pub(super) fps: Option<u16>,
    #[cfg(feature = "tui")]
    /// For a lecture: one sentence, one picture and at most five numbers, in big digits
    #[arg(long)]
    pub(super) large: bool,
    #[command(flatten)]
    pub(super) common: Common,
    #[cfg(feature = "tui")]
    /// Record the session in this new file, as asciicast (version 2): `asciinema play FILE` shows it
    #[arg(long, value_name = "FILE", display_order = 1, help_heading = None)]
    pub(super) record: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
}

/// Options of every command, before or after it.
#[derive(Args, Debug)]
pub(super) struct Common {
    /// Seed of the random network, in place of the preset's
    #[arg(long, value_name = "N", global = true, value_parser = seed)]
    pub(super) seed: Option<u64>,
    /// A value in place of the preset's, as in RON: `--set epsilon=0.05`
    #[arg(long, value_name = "KEY=VALUE", global = true)]
    pub(super) set: Vec<String>,
    /// One of the targets of a preset that lists several, by its name
    #[arg(long, value_name = "NAME", global = true)]
    pub(super) target: Option<String>,
    /// Threads to compute with; all cores without it. Results do not depend on it
    #[arg(long, value_name = "N", global = true, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// Print and draw with ASCII characters only
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        global = true
    )]
    pub(super) ascii: Option<bool>,
    #[cfg(feature = "tui")]
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub(super) color: Color,
    #[cfg(feature = "tui")]
    /// Which colours; dark without it
    #[arg(long, value_enum, global = true)]
    pub(super) theme: Option<ThemeChoice>,
    #[command(flatten)]
    pub(super) weight_file: WeightFileArguments,
}

impl Common {
    /// The values in place of the preset's, as `key=value`, and the target chosen.
    pub(super) fn settings(&self) -> Vec<String> {
        let chosen = self.target.as_deref().map(setting_of_target);
        self.set.iter().cloned().chain(chosen).collect()
    }
}

/// What a weight file does not say of itself, where it stands for a preset.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options for a weight file in the place of a preset")]
pub(super) struct WeightFileArguments {
    /// Its matrices by name, in the order of the layers; found by names and shapes without it
    #[arg(long, value_name = "NAME", value_delimiter = ',', global = true)]
    layers: Option<Vec<String>>,
    /// Its matrices are inputs × outputs (`=false`: outputs × inputs); found by names and shapes without it
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        global = true
    )]
    transposed: Option<bool>,
    /// The order of its layers: by their names, numbers counted, or as in the file; found by names and shapes without it
    #[arg(long, value_enum, conflicts_with = "layers", global = true)]
    order: Option<LayerOrder>,
    /// Activation of its hidden layers by its common name, in any case; relu without it
    #[arg(long, value_name = "NAME", global = true)]
    activation: Option<Lipschitz>,
    /// Activation of its last layer; that of the others without it
    #[arg(long, value_name = "NAME", global = true)]
    output_activation: Option<Lipschitz>,
}

/// `--order`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LayerOrder {
    Names,
    File,
}

impl WeightFileArguments {
    /// As the engine takes them.
    pub(super) fn options(&self) -> FileOptions {
        FileOptions {
            layers: self.layers.clone(),
            transposed: self.transposed,
            order: self.order.map(|order| match order {
                LayerOrder::Names => Order::Names,
                LayerOrder::File => Order::File,
            }),
            activation: self.activation,
            output_activation: self.output_activation,
        }
    }
}

/// The longest time between two checkpoints: 32 years, in seconds.
const LONGEST: f64 = 1e9;

/// The value that a text stands for, if it is in `range`; otherwise a message with the values `expected`.
fn within<T: FromStr + PartialOrd>(
    text: &str,
    range: impl RangeBounds<T>,
    expected: &str,
) -> Result<T, String> {
    let value = text.parse().ok().filter(|value| range.contains(value));
    value.ok_or_else(|| format!("expected {expected}"))
}

fn threads(text: &str) -> Result<usize, String> {
    within(text, 1..=1024, "a number of threads from 1 to 1024")
}

fn seed(text: &str) -> Result<u64, String> {
    within(text, .., &format!("a whole number from 0 to {}", u64::MAX))
}

#[cfg(feature = "tui")]
fn frames(text: &str) -> Result<u16, String> {
    let (first, last) = config::FRAMES.into_inner();
    within(text, config::FRAMES, &format!("a number of frames from {first} to {last}"))
}

fn runs(text: &str) -> Result<u64, String> {
    within(text, 1.., "a number of runs from 1 on")
}

fn confidence(text: &str) -> Result<f64, String> {
    within(text, 0.5..=0.999_999, "a probability from 0.5 to 0.999999")
}

fn neurons_per_weight(text: &str) -> Result<f64, String> {
    within(text, (Bound::Excluded(0.0), Bound::Excluded(f64::INFINITY)), "a number above 0")
}

fn seconds(text: &str) -> Result<Duration, String> {
    let expected = format!("a number of seconds, 0 or more and at most {LONGEST}");
    within(text, 0.0..=LONGEST, &expected).map(Duration::from_secs_f64)
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Build, prune and check without a screen
    Run(RunArguments),
    #[cfg(feature = "tui")]
    /// Open `tiny` with a guided lesson: from w·x to the certificate, in steps that you perform
    Learn,
    /// Run every construction of a preset and print them as one table
    Compare(CompareArguments),
    /// Repeat the constructions over many seeds: how often they fail, and how few neurons would do
    Check(CheckArguments),
    /// Setups × methods × seeds: a run and a row for each
    Sweep(SweepArguments),
    /// Bring the shares of a check or a sweep together: the result of one process that made all its runs
    Merge(MergeArguments),
    /// What theory asks of every construction
    Bounds(BoundsArguments),
    /// What a network is: its layers, norms and bounds, and the size of G it would need
    Inspect(InspectArguments),
    /// How fast the engine is on this machine, in about a minute
    #[command(hide = true)]
    Bench(BenchArguments),
    /// List the built-in presets, or print one
    Presets {
        /// What to do with them
        #[command(subcommand)]
        show: Option<Presets>,
    },
    #[cfg(feature = "tui")]
    /// Print the options that the screens start with, and where they are remembered
    Config,
    /// Print shell completions
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

impl Verb {
    /// Whether it computes nothing.
    pub(super) fn only_prints(&self) -> bool {
        #[cfg(feature = "tui")]
        if matches!(self, Self::Config) {
            return true;
        }
        matches!(self, Self::Presets { .. } | Self::Completions { .. } | Self::Man)
    }

    /// Whether it opens the explorer.
    pub(super) fn has_screen(&self) -> bool {
        #[cfg(feature = "tui")]
        return matches!(self, Self::Learn);
        #[cfg(not(feature = "tui"))]
        false
    }
}

/// `slth run`.
#[derive(Args, Debug)]
pub(super) struct RunArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(super) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Write a row per layer to this file
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// Write the masks to this file, for NumPy
    #[arg(long, value_name = "FILE.npz")]
    pub(super) ticket: Option<PathBuf>,
    /// The lane of the ticket where there are several: constructions from 0 on, then learned methods
    #[arg(long, value_name = "LANE", requires = "ticket")]
    pub(super) lane: Option<usize>,
    /// Write a row per round and network of the learned methods to this file: shares of weights kept, accuracies, intervals
    #[arg(long, value_name = "FILE")]
    pub(super) learned_csv: Option<PathBuf>,
    /// Draw their accuracy against the share of weights kept in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(super) learned_svg: Option<PathBuf>,
    /// Build share i of n of all layers, counted from 1, and leave it in the checkpoint, for `slth merge`: `--shard 1/3`
    #[arg(
        long,
        value_name = "i/n",
        requires = "checkpoint",
        conflicts_with_all = ["json", "csv", "ticket", "learned_csv"]
    )]
    pub(super) shard: Option<Shard>,
    /// Write the run's state to this file now and then, and go on from there if the file exists. It is removed
    /// when the run has ended and its results are written
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
    /// Seconds of work between two checkpoints; more where writing one takes longer, so that 0 is as often as leaves half of
    /// the time for work
    #[arg(long, value_name = "SECONDS", default_value = "30", requires = "checkpoint", value_parser = seconds)]
    pub(super) every: Duration,
}

impl RunArguments {
    /// With no options.
    pub(super) fn plainly(preset: &str) -> Self {
        Self {
            preset: preset.to_owned(),
            json: false,
            csv: None,
            ticket: None,
            lane: None,
            learned_csv: None,
            #[cfg(feature = "plots")]
            learned_svg: None,
            shard: None,
            checkpoint: None,
            every: Duration::MAX,
        }
    }
}

/// `slth bench`.
#[derive(Args, Debug)]
pub(super) struct BenchArguments {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `slth compare`.
#[derive(Args, Debug)]
pub(super) struct CompareArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(super) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Write a row per construction to this file
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// Write a row per round and network of the learned methods to this file: shares of weights kept, accuracies, intervals
    #[arg(long, value_name = "FILE")]
    pub(super) learned_csv: Option<PathBuf>,
    /// Draw their accuracy against the share of weights kept in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(super) learned_svg: Option<PathBuf>,
}

/// `slth check`.
#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(super) preset: String,
    /// Runs of each construction and learned method, with the seeds that follow the preset's; without it 1000 of a construction and
    /// 5 of a learned method
    #[arg(long, value_name = "N", value_parser = runs)]
    pub(super) runs: Option<u64>,
    /// Neurons per weight that each layer may take, in place of its bound
    #[arg(long, value_name = "X", value_parser = neurons_per_weight)]
    pub(super) neurons_per_weight: Option<f64>,
    /// Make share i of n of the runs, counted from 1, for `slth merge`: `--shard 3/64`
    #[arg(long, value_name = "i/n", requires = "save", conflicts_with = "CheckOutputs")]
    pub(super) shard: Option<Shard>,
    /// Write the runs made to this file now and then, and at the end; if it exists, only those missing there are made
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// Seconds of work between two times
    #[arg(long, value_name = "SECONDS", default_value = "30", requires = "save", value_parser = seconds)]
    pub(super) every: Duration,
    #[command(flatten)]
    pub(super) outputs: CheckOutputs,
}

/// `slth merge`.
#[derive(Args, Debug)]
pub(super) struct MergeArguments {
    /// Shares of one check, in any order, as `slth check --save` and `slth merge --save` write them; or checkpoints of `slth run
    /// --shard`; or the folder of a sweep
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Merge what is there, and say what is missing
    #[arg(long)]
    pub(super) partial: bool,
    /// Write the merged runs to this file, as a share; they may then lack some of the check's. Of shares of `slth run`, the
    /// checkpoint for `slth run --checkpoint`
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    #[command(flatten)]
    pub(super) outputs: CheckOutputs,
    #[command(flatten)]
    pub(super) folder: FolderArguments,
}

/// The outputs of `slth check` and `slth merge`.
#[derive(Args, Debug)]
pub(super) struct CheckOutputs {
    /// How sure intervals are, from 0.5 on
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = confidence)]
    pub(super) confidence: f64,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Write the failure rates against neurons per weight to this file
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// Draw them in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(super) svg: Option<PathBuf>,
    /// Write a row per round and network of the learned methods to this file: shares of weights kept, accuracies, intervals
    #[arg(long, value_name = "FILE")]
    pub(super) learned_csv: Option<PathBuf>,
    /// Draw their accuracy against the share of weights kept in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(super) learned_svg: Option<PathBuf>,
}

/// `slth bounds`.
#[derive(Args, Debug)]
pub(super) struct BoundsArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(super) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `slth inspect`.
#[derive(Args, Debug)]
pub(super) struct InspectArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(super) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `slth presets …`.
#[derive(Debug, Subcommand)]
pub(super) enum Presets {
    /// Print the preset that says what was read, with all options, for any folder
    From {
        /// A weight file, a .ron file or a built-in preset's name
        file: String,
    },
    /// Print a built-in preset
    Show {
        /// Its name
        name: String,
    },
}
