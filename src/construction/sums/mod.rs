//! How a weight is summed from the products of neurons.

pub(crate) mod assembly;
pub mod best_subset;
pub mod golden;
pub mod incremental;
