//! A setup as it is written: the fields of a preset, their types and ranges, and their text in RON.
//!
//! Each value checks its own range while it is read, so an error carries line and column.
//!
//! | file | holds |
//! |---|---|
//! | `schema` | **the table of all fields**; the preset, the resolved setup, `--set`, the edit pane and the digest follow from it |
//! | `sources` | the files and numbers named in a preset |
//! | `target` | the source of the target network |
//! | `graph` | how the tensors of a file connect |
//! | `inputs` | the source of the inputs |
//! | `data` | the source of the examples |
//! | `rules` | norms and tolerances |
//! | `numbers` | numbers with a range |
//! | `activation` | activations by their common names |
//! | `reading` | a preset from its text, and one of its fields |
//! | `text` | values to and from RON |
//! | `ron_error` | messages of the RON reader, reworded |

mod activation;
mod data;
mod graph;
mod inputs;
mod numbers;
mod reading;
mod ron_error;
mod rules;
mod schema;
mod sources;
mod target;
mod text;

pub use activation::Lipschitz;
pub use data::{DataSource, ExampleSource};
pub use graph::{
    AveragePoolFields, BatchNormFields, ConcatFields, ConvFields, DenseFields, GraphNode, GraphSource,
    LeakyReluFields, MaxPoolFields, PlainFields, RecurrentFields, ReshapeFields, RnnFields, SequenceOutput,
    Sizes, TwoFields,
};
pub use inputs::{BoxEnds, InputSource};
pub use numbers::{Base, Positive, Probability, Weight, Width};
pub(crate) use reading::parse;
pub(super) use reading::parse_value;
pub use rules::{NormSource, ToleranceRule};
pub(super) use schema::{Derived, outer_key};
pub use schema::{Grid, Parameter, Preset, Setup};
pub use target::{NamedTarget, TargetKind, TargetSource};
pub(super) use text::value;
pub(crate) use text::written;
