//! Results that can be written: text, JSON ([`serde`] on the report types), CSV, and the ticket as npz.

mod bounds;
mod checkpoint;
mod comparison;
mod csv;
mod curves;
mod evaluated;
mod explored;
mod faithfulness;
mod first_error;
mod inspected;
mod lane;
mod npy;
mod npz;
pub mod numbers;
mod origin;
mod output;
mod page;
pub mod plot;
mod plotted;
mod ron;
mod run;
mod size;
mod summary;
mod table;
pub mod text;
mod weighed;

pub use bounds::{BoundsReport, ConstructionBounds, LayerBounds, TheoryReport};
pub use checkpoint::{CHECKPOINT_FORMAT, Checkpoint, CheckpointError, CheckpointPlace, Unfit, resume_from};
pub use comparison::{ComparedError, ComparedLane, Comparison, Gain, SubsetEstimate};
pub use csv::failure_rates;
pub use curves::{Against, Curve, Curves, Observed, Place, Point, Reading, Silence};
pub use evaluated::EvaluatedReport;
pub use explored::{BucketReport, CountsReport, ExploredReport, ProductsReport, ProgressReport};
#[cfg(feature = "plots")]
pub use faithfulness::svg as faithfulness_svg;
pub use faithfulness::{
    CheckedLane, CheckedLayer, CheckedNetwork, FaithfulnessReport, RateReport, Verdict,
    plot as faithfulness_plot,
};
pub use inspected::{BiasReport, InspectReport, InspectedLayer};
pub use lane::{AccuracyReport, RefusedLane};
pub use npz::write_ticket;
pub use origin::Origin;
#[cfg(test)]
pub(crate) use output::faults;
pub use output::{
    Claims, Collision, Contents, ENDING_SIGNALS, OutputFile, die_of, is_same_file, is_standard_output_closed,
    obey_signals,
};
pub use page::{DEFAULT_WIDTH, Page, in_ascii, shows_only_ascii};
pub use plotted::{PlacePoint, PlottedReport};
pub use ron::{json_text, shown_ron};
pub use run::{ErrorReport, LaneReport, LayerReport, RunReport};
pub use size::{Kept, Share, Size, SizeReport};
pub use summary::summary;
pub use table::{Cell, Column, Rows, Table};
pub use weighed::{StepReport, SumReport, WeighedReport};
