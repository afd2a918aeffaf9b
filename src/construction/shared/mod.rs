//! Allocators whose weights all share the neurons of a layer.

mod in_order;
pub(crate) mod in_order_groups;
pub(crate) mod open_pairs;
mod passing;
mod queue;
pub(crate) mod vectors;
mod visit;
mod word_cache;
