//! The setup: a preset or arrays, read, checked and resolved into an [`Experiment`], and the [`Plan`] of theory for it.
//!
//! ```text
//! preset (RON) ─► files ─► Preset ─┐                       ┌─► Outline ─► Plan
//!                 --set ───► ┘     ├─ target, domain ─► Setup, resolved once
//! arrays ───► Builder ─► Preset ───┘                       └─► Experiment
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `preset` | the fields as they are written: **the table of all fields**, their types and ranges |
//! | `files` | presets, weight files and data files on their way in |
//! | `settings` | `--set key=value` |
//! | `builder` | an experiment from arrays |
//! | `data` | examples to learn from: training, validation and test part |
//! | `target` | the target network from its field |
//! | `described` | a target of a file's tensors, connected by the graph of a preset |
//! | `trained` | a target trained on the data |
//! | `ticket_file` | a learned ticket's file as a target |
//! | `inputs` | the inputs from their field |
//! | `resolved` | the experiment: every field in force, checked against the others |
//! | `retargeted` | the experiment with a learned network as its target |
//! | `loading` | from a name to an experiment, and the setting to blame for a failure |
//! | `outline` | the network as theory sees it: its own, or one imagined from it |
//! | `plan`, `layer_plan`, `savings`, `assumptions` | theory's numbers for every construction, and their assumptions |
//! | `limits`, `memory` | limits of a run, and its needs |
//! | `edited` | a setup while its fields are edited |
//! | `swept` | the setups of a sweep |
//! | `digest`, `saved` | a setup's digest, and its preset |

mod assumptions;
mod builder;
mod data;
mod described;
mod digest;
mod edited;
mod error;
mod files;
mod found_target;
mod graph_file;
mod inputs;
mod layer_plan;
mod limits;
mod loading;
mod memory;
mod outline;
mod plan;
mod preset;
mod resolved;
mod retargeted;
mod saved;
mod savings;
mod settings;
mod swept;
mod target;
mod target_bounds;
mod targets;
mod ticket_file;
mod trained;
mod walked;

pub use crate::method::{Assumption, Construction, LawChoice};
pub use builder::{Builder, Inputs};
pub use edited::{EditedSetup, Forecast, Problem};
pub use error::{ExperimentError, Place};
pub use files::source::{PresetSource, built_in_names, parse_override};
pub use files::weight_file::FileOptions;
pub use layer_plan::LayerPlan;
pub(crate) use memory::free::require as require_memory;
pub use memory::free::{available as available_memory, is_known as is_memory_known};
pub use outline::Outline;
pub use plan::{LanePlan, Plan};
pub(crate) use preset::parse as parse_ron;
#[cfg(feature = "tui")]
pub(crate) use preset::written as written_ron;
pub use preset::{
    AveragePoolFields, BatchNormFields, ConcatFields, ConvFields, DenseFields, GraphNode, GraphSource,
    LeakyReluFields, MaxPoolFields, PlainFields, RecurrentFields, ReshapeFields, RnnFields, SequenceOutput,
    Sizes, TwoFields,
};
pub use preset::{
    Base, BoxEnds, DataSource, ExampleSource, Grid, InputSource, Lipschitz, NamedTarget, NormSource,
    Parameter, Positive, Preset, Probability, Setup, TargetKind, TargetSource, ToleranceRule, Weight, Width,
};
pub use resolved::Experiment;
pub use savings::Savings;
pub use swept::SetupGrid;
pub use target_bounds::{TargetBounds, ValueBounds};
pub use targets::setting_of as setting_of_target;
