//! Results in files: text, JSON ([`serde`] on the report types), CSV, and the ticket as npz.

mod ascii;
mod bounds;
mod checkpoint;
mod compared_ticket;
mod comparison;
mod csv;
mod curves;
mod evaluated;
mod evaluated_learned;
mod explored;
mod explored_learned;
mod faithfulness;
mod first_error;
mod graph;
mod inspected;
#[cfg(feature = "text")]
mod job_script;
mod lane;
mod learned;
mod learned_npz;
mod npy;
mod npz;
pub mod numbers;
mod origin;
mod output;
#[cfg(feature = "text")]
mod page;
pub mod plot;
mod plotted;
mod race;
mod ron;
mod run;
mod share;
#[cfg(feature = "text")]
mod shell;
mod size;
mod state_file;
#[cfg(feature = "text")]
mod summary;
mod table;
mod targets;
#[cfg(feature = "text")]
pub mod text;
mod weighed;
mod weighed_learned;

pub use ascii::{in_ascii, shows_only_ascii};
pub use bounds::{BoundsReport, ConstructionBounds, LayerNeurons, TheoryReport};
pub use checkpoint::{
    CHECKPOINT, CHECKPOINT_FORMAT, Checkpoint, is_checkpoint, merge_checkpoints, resume_from,
    write_checkpoint,
};
pub use compared_ticket::ComparedTicket;
pub use comparison::{ComparedError, ComparedLane, Comparison, SubsetEstimate};
pub use csv::failure_rates;
pub use curves::{Against, AxisPlace, Curve, CurveReading, Curves, Observed, Point, Silence};
pub use evaluated::{EvaluatedReport, GraphShapes};
pub use evaluated_learned::LearnedOutputReport;
pub use explored::{BucketReport, CountsReport, ExploredReport, ProductsReport, ProgressReport};
pub use explored_learned::{ExploredLearnedReport, LayerValuesReport};
#[cfg(feature = "text")]
pub use faithfulness::plot as faithfulness_plot;
#[cfg(feature = "plots")]
pub use faithfulness::svg as faithfulness_svg;
pub use faithfulness::{
    CheckedLane, CheckedLayer, CheckedNetwork, CheckedSetup, FaithfulnessReport, RateReport, Verdict,
};
pub use graph::{GraphLayer, GraphNode, GraphReport};
pub use inspected::{BiasReport, InspectReport, InspectedLayer};
#[cfg(feature = "text")]
pub use job_script::JobScript;
pub use lane::{AccuracyReport, RefusedLane};
#[cfg(feature = "plots")]
pub use learned::kept_curve_svg;
pub use learned::{
    ArmReport, ArmVerdict, BridgeReport, BridgedReport, CheckedArm, CheckedLearned, CheckedRound, KeptCurve,
    KeptPoint, KeptSeries, LearnedReport, LearnedRun, MaskReport, NeedOfLayer, NeedReport, PopupGraph,
    RoundReport, ShareReport, TimesPopup, arm_name, bits_of_mask, bits_of_round, chosen_round, learned_names,
    options_of as learned_options,
};
pub use learned_npz::write_learned_ticket;
pub use npz::{WrittenLayer, ticket_meta, write_ticket, write_ticket_layers};
pub use origin::Origin;
#[cfg(test)]
pub(crate) use output::faults;
pub use output::{
    AppendedFile, Claims, Collision, Contents, OutputFile, is_same_file, is_standard_output_closed,
};
#[cfg(any(feature = "cli", feature = "tui"))]
pub use output::{ENDING_SIGNALS, die_of, obey_signals};
#[cfg(feature = "text")]
pub use page::{DEFAULT_WIDTH, Page};
pub use plotted::{PlacePoint, PlottedReport};
pub use race::{Race, RaceGap, RaceSource, Rung};
pub use ron::{json_text, shown_ron};
pub use run::{ErrorReport, LaneReport, LayerReport, RunReport};
pub use share::{CheckShare, MissingParts, Part, SHARE, ShareError, named_parts};
#[cfg(feature = "text")]
pub use shell::quoted;
pub use size::{Kept, Share, Size, SizeReport};
pub use state_file::seal::Unfit;
pub(crate) use state_file::{Lock, LockError};
pub use state_file::{StateFile, StateFileError};
#[cfg(feature = "text")]
pub use summary::{repeated, summary};
pub use table::{Cell, Column, Rows, Table};
pub use targets::{TargetErrorReport, TargetLaneReport, TargetReport, TargetsReport};
pub use weighed::{StepReport, SumReport, WeighedReport, WeightPlaceReport};
pub use weighed_learned::{PastValueReport, WeighedLearnedReport};
