//! The results of a run.

use std::sync::Arc;

use serde::Serialize;

use super::bounds::given;
use super::lane::{AccuracyReport, RefusedLane};
use super::learned::{BridgeReport, LearnedReport, LearnedRun, learned_views};
use super::origin::Origin;
use super::size::SizeReport;
use crate::construction::Existence;
use crate::experiment::{Assumption, Experiment, Plan};
use crate::network::Architecture;
use crate::session::{ErrorRow, LaneView, LayerRow, Session, TicketVerdict};
use crate::theory::Count;
use crate::verification::{Certificate, Climber};

/// `slth run`: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct RunReport {
    pub title: String,
    pub seed: u64,
    pub epsilon: f64,
    /// `epsilon` or `weight_tolerance`: the other one follows from it
    pub given: &'static str,
    pub lanes: Vec<LaneReport>,
    /// learned lanes
    pub learned: Vec<LearnedReport>,
    /// learned networks as targets of Theorem 3; null without learned lanes, and where it is not computed
    pub bridge: Option<BridgeReport>,
    /// constructions not built
    pub refused: Vec<RefusedLane>,
    /// of the target
    #[serde(flatten)]
    pub origin: Origin,
}

/// One construction.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct LaneReport {
    pub construction: &'static str,
    /// unique, see [`Construction::id`](crate::method::Construction::id)
    pub method: &'static str,
    /// `drawn`, or `skip-ahead`
    pub mode: &'static str,
    pub layers: Vec<LayerReport>,
    /// of all layers together
    #[serde(flatten)]
    pub size: SizeReport,
    pub error: ErrorReport,
    /// null without labels
    pub accuracy: Option<AccuracyReport>,
    /// null while a layer is not built
    pub certificate: Option<Arc<Certificate>>,
    /// of the construction's bound
    pub assumptions: Vec<Assumption>,
    /// null while something is not known
    pub verdict: Option<TicketVerdict>,
    pub elapsed_seconds: f64,
}

/// One layer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct LayerReport {
    pub layer: usize,
    pub weights: u64,
    pub neurons_bound: Option<Count>,
    pub neurons_sampled: Count,
    pub kept_neurons: u64,
    pub kept_weights: u64,
    pub weight_tolerance: f64,
    /// of both halves the larger
    pub max_error: f64,
    pub norm_target: f64,
    pub norm_pruned: f64,
    pub complete: bool,
    /// `there`, `missing` or `not-decided`: whether its neurons can meet every demand, for any allocation
    pub ticket: Option<&'static str>,
    /// of a missing ticket
    pub shortage: Option<ShortageReport>,
    #[serde(flatten)]
    pub size: SizeReport,
}

/// Demands with too few neurons for all of them.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ShortageReport {
    pub demands: u64,
    pub neurons: u64,
}

/// The network.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ErrorReport {
    pub found: f64,
    pub certified: Option<f64>,
    pub epsilon: f64,
    /// certified ≤ ε in exact arithmetic, and above it with the rounding of an evaluation
    pub exceeds_only_by_rounding: bool,
    pub inputs_tried: usize,
    pub climbed: Option<ClimbedReport>,
}

/// The input reached by climbing, if its error exceeds that of every input tried.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ClimbedReport {
    pub from_input: usize,
    pub from_error: f64,
    pub input: Arc<Vec<f64>>,
}

impl RunReport {
    /// The report of a finished session.
    pub fn new(session: &Session) -> Self {
        let views: Vec<LaneView> = (0..session.lanes().len()).map(|lane| session.view(lane, None)).collect();
        let learned = learned_views(session);
        let learned = LearnedRun::all_of(session, &learned);
        let bridge = BridgeReport::of_session(session, &learned);
        Self { bridge, ..Self::of_lanes(session.experiment(), session.plan(), &views, &learned) }
    }

    /// The report of these lanes; only finished layers have rows.
    pub fn of_lanes<'a>(
        experiment: &Experiment,
        plan: &Plan,
        lanes: impl IntoIterator<Item = &'a LaneView>,
        learned: &[LearnedRun<'_>],
    ) -> Self {
        Self {
            title: experiment.title.clone(),
            origin: Origin::new(experiment),
            seed: experiment.seed,
            epsilon: experiment.epsilon,
            given: given(experiment),
            lanes: lanes
                .into_iter()
                .map(|lane| LaneReport::new(experiment.target.architecture(), lane))
                .collect(),
            learned: learned.iter().map(LearnedReport::new).collect(),
            bridge: None,
            refused: RefusedLane::all_of(&plan.refused),
        }
    }
}

impl LaneReport {
    fn new(architecture: &Architecture, view: &LaneView) -> Self {
        Self {
            construction: view.construction.name(),
            method: view.construction.id(),
            mode: view.mode.name(),
            layers: view.layers.iter().filter_map(|row| LayerReport::new(architecture, row)).collect(),
            size: SizeReport::of_lane(architecture, view),
            error: ErrorReport::new(&view.error),
            accuracy: AccuracyReport::new(&view.error.found),
            certificate: view.error.certificate.clone(),
            assumptions: view.assumptions.clone(),
            verdict: view.verdict(),
            elapsed_seconds: view.elapsed.as_secs_f64(),
        }
    }
}

impl LayerReport {
    /// The report of a finished layer, else `None`.
    pub fn new(architecture: &Architecture, row: &LayerRow) -> Option<Self> {
        let check = row.check.as_ref()?;
        Some(Self {
            layer: row.layer,
            weights: row.weights,
            neurons_bound: row.neurons_bound,
            neurons_sampled: row.neurons_sampled,
            kept_neurons: check.kept_neurons,
            kept_weights: check.kept_weights,
            weight_tolerance: row.weight_tolerance,
            max_error: check.largest_error(),
            norm_target: check.norm_target,
            norm_pruned: check.norm_pruned,
            complete: row.is_complete,
            ticket: row.existence.as_ref().map(|existence| match existence {
                Existence::There => "there",
                Existence::Missing(_) => "missing",
                Existence::NotDecided(_) => "not-decided",
            }),
            shortage: match row.existence {
                Some(Existence::Missing(shortage)) => {
                    Some(ShortageReport { demands: shortage.demands, neurons: shortage.neurons })
                }
                _ => None,
            },
            size: SizeReport::of_layer(architecture, row),
        })
    }
}

impl ErrorReport {
    fn new(row: &ErrorRow) -> Self {
        Self {
            found: row.found.error,
            certified: row.certified,
            epsilon: row.epsilon,
            exceeds_only_by_rounding: row.exceeds_only_by_rounding,
            inputs_tried: row.found.tried,
            climbed: row.found.climbed().map(ClimbedReport::new),
        }
    }
}

impl ClimbedReport {
    fn new(climber: &Climber) -> Self {
        Self { from_input: climber.from, from_error: climber.from_error, input: Arc::clone(&climber.input) }
    }
}
