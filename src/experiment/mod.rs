//! What is asked: a preset or arrays, read, checked and resolved into an [`Experiment`], and the [`Plan`] that theory makes
//! of it.
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
//! | `target` | the target network and the inputs that the fields describe |
//! | `resolved` | the experiment: every field in force, checked against the others |
//! | `loading` | from a name to an experiment, and the setting to blame where that fails |
//! | `outline` | the network as theory sees it: its own, or one imagined from it |
//! | `plan`, `assumptions` | theory's numbers for every construction, and what they assume |
//! | `limits`, `memory` | what a run may not exceed, and what it needs |
//! | `edited` | a setup while its fields are edited |
//! | `digest`, `saved` | a setup's digest, and its preset |

mod assumptions;
mod builder;
mod digest;
mod edited;
mod error;
mod files;
mod limits;
mod loading;
mod memory;
mod outline;
mod plan;
mod preset;
mod resolved;
mod saved;
mod settings;
mod target;

pub use crate::method::{Assumption, Construction, LawChoice};
pub use builder::{Builder, Inputs};
pub use edited::{EditedSetup, Forecast, Problem};
pub use error::{ExperimentError, Place};
pub use files::source::{PresetSource, built_in_names, parse_override};
pub use files::weight_file::FileOptions;
pub(crate) use memory::free::require as require_memory;
pub use memory::free::{available as available_memory, is_known as is_memory_known};
pub use outline::{Outline, Savings};
pub use plan::{LanePlan, LayerPlan, Plan};
pub use preset::{
    Base, BoxEnds, InputSource, Lipschitz, NormSource, Parameter, Positive, Preset, Probability, Setup,
    TargetKind, TargetSource, ToleranceRule, Weight, Width,
};
pub use resolved::Experiment;
