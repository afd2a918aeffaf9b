//! Several constructions of the same target, a row each.

use serde::Serialize;

use super::compared_ticket::ComparedTicket;
use super::lane::{AccuracyReport, RefusedLane, by_name};
use super::learned::{BridgeReport, LearnedReport, LearnedRun, learned_views};
use super::origin::Origin;
use super::size::SizeReport;
use crate::experiment::{Assumption, Construction, Experiment, Plan};
use crate::session::{LaneView, Phase, Session, TicketVerdict};
use crate::theory::{Count, pensia};
use crate::verification::LayerCheck;

/// `slth compare`: the keys are stable. `None` means unknown so far, or not applicable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct Comparison {
    pub title: String,
    pub seed: u64,
    /// target weights of all layers
    pub weights: u64,
    pub lanes: Vec<ComparedLane>,
    /// constructed and learned tickets side by side
    pub tickets: Vec<ComparedTicket>,
    pub learned: Vec<LearnedReport>,
    /// learned networks as targets of Theorem 3; null without learned lanes, and where it is not computed
    pub bridge: Option<BridgeReport>,
    pub refused: Vec<RefusedLane>,
    /// empty unless Malach's construction was requested
    pub malach_assumptions: Vec<Assumption>,
    /// of the target
    #[serde(flatten)]
    pub origin: Origin,
}

/// One construction. Neurons and weights of G are per target weight; numbers of neurons are real.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ComparedLane {
    #[serde(rename = "construction", serialize_with = "by_name")]
    pub which: Construction,
    /// unique, see [`Construction::id`]
    pub method: &'static str,
    /// of neurons shared by a layer
    pub allocation: Option<&'static str>,
    /// `drawn`, or `skip-ahead`
    pub mode: &'static str,
    /// `None` if no constant is published
    pub neurons_per_weight_bound: Option<Count>,
    /// of the bound: it promises nothing if one is broken
    pub assumptions: Vec<Assumption>,
    pub neurons_per_weight: Option<Count>,
    pub kept_neurons_per_weight: Option<f64>,
    pub kept_weights_per_weight: Option<f64>,
    /// in all, see [`Tally::searched`](crate::construction::Tally::searched)
    pub search_operations: Option<f64>,
    /// of all layers together
    #[serde(flatten)]
    pub size: SizeReport,
    pub error: ComparedError,
    /// null without labels
    pub accuracy: Option<AccuracyReport>,
    pub holds: Option<bool>,
    /// once all is known
    pub verdict: Option<TicketVerdict>,
    /// so far
    pub elapsed_seconds: f64,
    /// neurons per weight relative to the first lane
    pub ratio_to_first: Option<Count>,
    /// of subset sums
    pub estimate: Option<SubsetEstimate>,
}

/// The network's error.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ComparedError {
    /// over the inputs tried so far
    pub found: Option<f64>,
    pub certified: Option<f64>,
    pub epsilon: f64,
}

/// Cost of the subset sums of a run. This is an estimate from one run, since no constant is published.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SubsetEstimate {
    /// values available to a half when its sum was found, on average
    pub values_per_half: f64,
    /// C of Pensia et al.'s bound, at least: neurons of the largest block over [`pensia::log_term`], the largest of all
    /// layers
    pub pensia_constant: f64,
}

impl Comparison {
    /// These lanes at this moment, constructions compared with the first one.
    pub fn new(
        experiment: &Experiment,
        plan: &Plan,
        lanes: &[&LaneView],
        learned: &[LearnedRun<'_>],
    ) -> Self {
        let tickets = ComparedTicket::all_of(experiment, lanes, learned);
        let learned = learned.iter().map(LearnedReport::new).collect();
        let mut lanes: Vec<ComparedLane> =
            lanes.iter().map(|lane| ComparedLane::new(experiment, lane)).collect();
        // A target of zeros takes no neuron: no multiple of it either.
        let first = lanes.first().and_then(|lane| lane.neurons_per_weight).filter(|n| *n > Count::ZERO);
        for lane in &mut lanes {
            lane.ratio_to_first =
                lane.neurons_per_weight.zip(first).map(|(neurons, first)| neurons.ratio(first));
        }
        let refused = RefusedLane::all_of(&plan.refused);
        let asked_for = lanes.iter().map(|lane| lane.which).chain(refused.iter().map(|lane| lane.which));
        let malach = asked_for.into_iter().any(|which| which == Construction::Malach);
        Self {
            title: experiment.title.clone(),
            origin: Origin::new(experiment),
            seed: experiment.seed,
            weights: experiment.target.architecture().total_weights(),
            malach_assumptions: if malach {
                experiment.method_assumptions(Construction::Malach)
            } else {
                Vec::new()
            },
            lanes,
            tickets,
            learned,
            bridge: None,
            refused,
        }
    }

    /// All lanes of a session.
    pub fn of_session(session: &Session) -> Self {
        let views: Vec<LaneView> = (0..session.lanes().len()).map(|lane| session.view(lane, None)).collect();
        let learned = learned_views(session);
        let learned = LearnedRun::all_of(session, &learned);
        let bridge = BridgeReport::of_session(session, &learned);
        let views: Vec<&LaneView> = views.iter().collect();
        Self { bridge, ..Self::new(session.experiment(), session.plan(), &views, &learned) }
    }
}

impl ComparedLane {
    fn new(experiment: &Experiment, lane: &LaneView) -> Self {
        let weights = lane.weights();
        // A mean over all weights needs the last layer.
        let built = !matches!(lane.phase, Phase::Building(_));
        let kept = |count: fn(&LayerCheck) -> u64| -> Option<f64> {
            let kept: Option<u64> = lane.layers.iter().map(|row| row.check.as_ref().map(count)).sum();
            kept.map(|kept| kept as f64 / weights as f64)
        };
        let each = |neurons: Count| neurons.ratio(weights.into());
        Self {
            which: lane.construction,
            method: lane.construction.id(),
            allocation: lane.construction.facts().allocation,
            mode: lane.mode.name(),
            neurons_per_weight_bound: lane.neurons_bound().map(each),
            assumptions: lane.assumptions.clone(),
            neurons_per_weight: built.then(|| each(lane.neurons_sampled())),
            kept_neurons_per_weight: kept(|check| check.kept_neurons),
            kept_weights_per_weight: kept(|check| check.kept_weights),
            search_operations: built.then(|| lane.layers.iter().map(|row| row.searched).sum()),
            size: SizeReport::of_lane(experiment.target.architecture(), lane),
            accuracy: AccuracyReport::new(&lane.error.found),
            error: ComparedError {
                found: (lane.error.found.tried > 0).then_some(lane.error.found.error),
                certified: lane.error.certified,
                epsilon: lane.error.epsilon,
            },
            holds: lane.error.holds,
            verdict: lane.verdict(),
            elapsed_seconds: lane.elapsed.as_secs_f64(),
            ratio_to_first: None,
            estimate: SubsetEstimate::new(experiment, lane).filter(|_| built),
        }
    }

    /// Its full name.
    pub fn name(&self) -> String {
        self.which.facts().title()
    }

    /// Search operations for each of `weights` target weights.
    pub fn searched_per_weight(&self, weights: u64) -> Option<f64> {
        self.search_operations.map(|operations| operations / weights as f64)
    }

    /// Whether the target keeps all assumptions of the bound.
    pub fn bound_applies(&self) -> bool {
        Assumption::all_kept(&self.assumptions)
    }
}

impl SubsetEstimate {
    /// From the finished layers; `None` for methods without subset sums, or before the first sum.
    pub fn new(experiment: &Experiment, lane: &LaneView) -> Option<Self> {
        let layers = experiment.target.architecture().layers();
        let (mut values, mut halves, mut constant) = (0, 0, 0.0_f64);
        for row in lane.layers.iter().filter(|row| row.is_done) {
            let count = row.subset?;
            values += count.values;
            // A half without a sum is an open demand; it had its values too.
            halves += count.sums + row.open_demands;
            let logarithm = pensia::log_term(row.weights, layers, experiment.epsilon, experiment.delta);
            constant = constant.max(count.largest_block as f64 / logarithm);
        }
        (halves > 0)
            .then(|| Self { values_per_half: values as f64 / halves as f64, pensia_constant: constant })
    }
}
