//! What can be typed.

mod checks;
mod values;

pub(in crate::cli) use checks::{CheckArguments, CheckOutputs, MergeArguments};

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::sweep::SweepArguments;
use crate::experiment::{FileOptions, Lipschitz, setting_of_target};
use crate::network::Activation;
use crate::network::files::Order;
use crate::report::quoted;
use crate::session::Shard;
#[cfg(feature = "tui")]
use crate::tui::{Color, look::theme::ThemeChoice, terminal::images::Images};
#[cfg(feature = "tui")]
use values::frames;
use values::{seconds, seed, threads};

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
    pub(in crate::cli) preset: Option<String>,
    #[cfg(feature = "tui")]
    /// Use the mouse: click tabs and rows, turn the wheel. The terminal then copies only with Shift held
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) mouse: Option<bool>,
    #[cfg(feature = "tui")]
    /// How pictures are drawn: by characters, or by the terminal's own images. Without it, by what the environment says of the
    /// terminal
    #[arg(long, value_enum, value_name = "HOW")]
    pub(in crate::cli) images: Option<Images>,
    #[cfg(feature = "tui")]
    /// Most frames drawn per second while running; 15 without it
    #[arg(long, value_name = "N", value_parser = frames)]
    pub(in crate::cli) fps: Option<u16>,
    #[cfg(feature = "tui")]
    /// For a lecture: one sentence, one picture and at most five numbers, in big digits
    #[arg(long)]
    pub(in crate::cli) large: bool,
    #[command(flatten)]
    pub(in crate::cli) common: Common,
    #[cfg(feature = "tui")]
    /// Record the session in this new file, as asciicast (version 2): `asciinema play FILE` shows it
    #[arg(long, value_name = "FILE", display_order = 1, help_heading = None)]
    pub(in crate::cli) record: Option<PathBuf>,
    #[command(subcommand)]
    pub(in crate::cli) verb: Option<Verb>,
}

/// Options of every command, before or after it.
#[derive(Args, Debug)]
pub(in crate::cli) struct Common {
    /// Seed of the random network, in place of the preset's
    #[arg(long, value_name = "N", global = true, value_parser = seed)]
    pub(in crate::cli) seed: Option<u64>,
    /// A value in place of the preset's, as in RON: `--set epsilon=0.05`
    #[arg(long, value_name = "KEY=VALUE", global = true)]
    pub(in crate::cli) set: Vec<String>,
    /// One of the targets of a preset that lists several, by its name
    #[arg(long, value_name = "NAME", global = true)]
    pub(in crate::cli) target: Option<String>,
    /// Threads to compute with; all cores without it. Results do not depend on it
    #[arg(long, value_name = "N", global = true, value_parser = threads)]
    pub(in crate::cli) threads: Option<usize>,
    /// Print and draw with ASCII characters only
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        global = true
    )]
    pub(in crate::cli) ascii: Option<bool>,
    #[cfg(feature = "tui")]
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub(in crate::cli) color: Color,
    #[cfg(feature = "tui")]
    /// Which colours; dark without it
    #[arg(long, value_enum, global = true)]
    pub(in crate::cli) theme: Option<ThemeChoice>,
    #[command(flatten)]
    pub(in crate::cli) weight_file: WeightFileArguments,
}

impl Common {
    /// The values in place of the preset's, as `key=value`, and the target chosen.
    pub(in crate::cli) fn settings(&self) -> Vec<String> {
        let chosen = self.target.as_deref().map(setting_of_target);
        self.set.iter().cloned().chain(chosen).collect()
    }
}

impl Common {
    /// The options that change a setup, as a shell reads them.
    pub(in crate::cli) fn words(&self) -> Vec<String> {
        let option = |(name, value): (&str, Option<String>)| Some(format!("{name} {}", quoted(&value?)));
        let sets = self.set.iter().map(|setting| ("--set", Some(setting.clone())));
        let others = [("--target", self.target.clone()), ("--seed", self.seed.map(|seed| seed.to_string()))];
        sets.chain(others).chain(self.weight_file.given()).filter_map(option).collect()
    }
}

/// What a weight file does not say of itself, where it stands for a preset.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options for a weight file in the place of a preset")]
pub(in crate::cli) struct WeightFileArguments {
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
    /// The options and their values, as they are typed.
    fn given(&self) -> [(&'static str, Option<String>); 5] {
        let name = |activation: Option<Lipschitz>| {
            activation.map(|Lipschitz(activation)| match activation {
                Activation::LeakyRelu(slope) => format!("{}({slope})", activation.name()),
                _ => activation.name().to_owned(),
            })
        };
        let order = self.order.and_then(|order| Some(order.to_possible_value()?.get_name().to_owned()));
        [
            ("--layers", self.layers.as_ref().map(|layers| layers.join(","))),
            ("--transposed", self.transposed.map(|transposed| transposed.to_string())),
            ("--order", order),
            ("--activation", name(self.activation)),
            ("--output-activation", name(self.output_activation)),
        ]
    }

    /// As the engine takes them.
    pub(in crate::cli) fn options(&self) -> FileOptions {
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

/// The commands.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
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
    pub(in crate::cli) fn only_prints(&self) -> bool {
        #[cfg(feature = "tui")]
        if matches!(self, Self::Config) {
            return true;
        }
        matches!(self, Self::Presets { .. } | Self::Completions { .. } | Self::Man)
    }

    /// Whether it opens the explorer.
    pub(in crate::cli) fn has_screen(&self) -> bool {
        #[cfg(feature = "tui")]
        return matches!(self, Self::Learn);
        #[cfg(not(feature = "tui"))]
        false
    }
}

/// `slth run`.
#[derive(Args, Debug)]
pub(in crate::cli) struct RunArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(in crate::cli) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Write a row per layer to this file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) csv: Option<PathBuf>,
    /// Write the masks to this file, for NumPy
    #[arg(long, value_name = "FILE.npz")]
    pub(in crate::cli) ticket: Option<PathBuf>,
    /// The lane of the ticket where there are several: constructions from 0 on, then learned methods
    #[arg(long, value_name = "LANE", requires = "ticket")]
    pub(in crate::cli) lane: Option<usize>,
    /// Write a row per round and network of the learned methods to this file: shares of weights kept, accuracies, intervals
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) learned_csv: Option<PathBuf>,
    /// Draw their accuracy against the share of weights kept in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) learned_svg: Option<PathBuf>,
    /// Build share i of n of all layers, counted from 1, and leave it in the checkpoint, for `slth merge`: `--shard 1/3`
    #[arg(
        long,
        value_name = "i/n",
        requires = "checkpoint",
        conflicts_with_all = ["json", "csv", "ticket", "learned_csv"]
    )]
    pub(in crate::cli) shard: Option<Shard>,
    /// Write the run's state to this file now and then, and go on from there if the file exists. It is removed
    /// when the run has ended and its results are written
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) checkpoint: Option<PathBuf>,
    /// Seconds of work between two checkpoints; more where writing one takes longer, so that 0 is as often as leaves half of
    /// the time for work
    #[arg(long, value_name = "SECONDS", default_value = "30", requires = "checkpoint", value_parser = seconds)]
    pub(in crate::cli) every: Duration,
}

impl RunArguments {
    /// With no options.
    pub(in crate::cli) fn plainly(preset: &str) -> Self {
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
pub(in crate::cli) struct BenchArguments {
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `slth compare`.
#[derive(Args, Debug)]
pub(in crate::cli) struct CompareArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(in crate::cli) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Write a row per construction to this file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) csv: Option<PathBuf>,
    /// Write a row per round and network of the learned methods to this file: shares of weights kept, accuracies, intervals
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) learned_csv: Option<PathBuf>,
    /// Draw their accuracy against the share of weights kept in this file
    #[cfg(feature = "plots")]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) learned_svg: Option<PathBuf>,
}

/// `slth bounds`.
#[derive(Args, Debug)]
pub(in crate::cli) struct BoundsArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(in crate::cli) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `slth inspect`.
#[derive(Args, Debug)]
pub(in crate::cli) struct InspectArguments {
    /// A built-in preset's name, a .ron file or a weight file
    pub(in crate::cli) preset: String,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `slth presets …`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Presets {
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
