//! Reports as text for people: a file per command, and a file per shared part.

mod assumptions;
mod bounds;
mod bridge;
mod certificate;
mod comparison;
mod faithfulness;
mod graph;
mod graph_drawing;
mod inspected;
mod learned;
mod origin;
mod race;
mod run;
mod setup;
#[cfg(feature = "cli")]
mod speed;
mod story;
mod targets;
mod verdict;

pub use super::numbers::{
    asked, count, grouped, number, number_of_neurons, per_weight, power_of_ten, saved_share, share, widths,
};
pub use assumptions::{MARK, NO_PROMISE, assumed, broken, marked};
pub use bounds::bounds;
pub use bridge::bridge_sentences;
pub use certificate::{certificate_notes, certificate_table};
pub use comparison::{comparison, subset_estimate};
pub use faithfulness::{faithfulness, merged_share, share_made};
pub use graph::{graph_in_words, graph_table, layer_in_words, layer_kind, weight_place};
pub use graph_drawing::{GraphLine, graph_drawing};
pub use inspected::inspected;
pub use learned::{percent, ticket_name};
pub use origin::{origin, unused, unused_names};
pub use race::race_sentences;
pub use run::{demand, merged_run, run, run_share};
pub use setup::{construction_name, mode, not_built, not_built_names};
#[cfg(feature = "cli")]
pub use speed::speed;
pub use story::{neuron_in_short, neuron_outcome, neuron_story, neuron_title, weight_of_g};
pub use targets::{targets, targets_table};
