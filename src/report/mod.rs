//! Results that can be written: text, JSON ([`serde`] on the report types), CSV, and the ticket as npz.

mod bounds;
mod npz;
mod output;
mod run;
mod table;
pub mod text;

pub use bounds::{BoundsReport, ConstructionBounds, LayerBounds, Neurons};
pub use npz::write_ticket;
pub use output::OutputFile;
pub use run::{ErrorReport, LaneReport, LayerReport, RunReport};
pub use table::write_csv;
