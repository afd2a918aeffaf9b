//! Failure rates of constructions, compared with the promises of their theorems.

#[cfg(feature = "text")]
mod plot;
#[cfg(feature = "text")]
mod samples;
mod setup;
#[cfg(feature = "plots")]
mod svg;

#[cfg(feature = "text")]
pub use plot::plot;
pub use setup::CheckedSetup;
#[cfg(feature = "plots")]
pub use svg::svg;

use serde::Serialize;

use super::lane::{RefusedLane, by_name};
use super::learned::CheckedLearned;
use super::origin::Origin;
use super::size::Size;
use crate::experiment::{Assumption, Construction};
use crate::session::{CheckResults, FailureRate, LaneRuns, RepeatedLayer, Survival, Threshold};
use crate::theory::Count;

/// `slth check`: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct FaithfulnessReport {
    pub title: String,
    /// of the first run; the next ones count up
    pub seed: u64,
    /// asked for, of each construction
    pub runs: u64,
    /// whether it was stopped before all of them were made
    pub stopped: bool,
    /// of all intervals
    pub confidence: f64,
    pub epsilon: f64,
    pub delta: f64,
    /// the budget in place of the bounds, if given
    pub neurons_per_weight: Option<f64>,
    pub lanes: Vec<CheckedLane>,
    /// learned methods, each tested against its controls; no part of the exit code
    pub learned: Vec<CheckedLearned>,
    /// constructions not repeated
    pub refused: Vec<RefusedLane>,
    /// of the target
    #[serde(flatten)]
    pub origin: Origin,
}

/// One construction.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct CheckedLane {
    #[serde(rename = "construction", serialize_with = "by_name")]
    pub which: Construction,
    /// unique, see [`Construction::id`]
    pub method: &'static str,
    /// of neurons shared by a layer
    pub allocation: Option<&'static str>,
    /// `drawn`, or `skip-ahead`
    pub mode: &'static str,
    /// made
    pub runs: u64,
    /// of unfinished runs abandoned when it was stopped
    pub unfinished_seeds: Vec<u64>,
    /// the smallest upper limit possible with so many runs
    pub least_claim: f64,
    pub layers: Vec<CheckedLayer>,
    pub network: CheckedNetwork,
    /// of its bound
    pub assumptions: Vec<Assumption>,
    pub verdict: Verdict,
    pub elapsed_seconds: f64,
}

/// One layer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct CheckedLayer {
    pub layer: usize,
    pub weights: u64,
    pub neurons_bound: Count,
    pub neurons_per_weight_bound: Count,
    /// weights of G, see [`Size`]
    pub g_weights: Count,
    /// at the bound
    pub failures: RateReport,
    /// with failure rate δ
    pub threshold: Threshold,
    /// with failure rate δ/ℓ, the layer's share of δ in the theorem's union bound
    pub threshold_of_share: Threshold,
}

/// The network.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct CheckedNetwork {
    pub weights: u64,
    /// neurons and weights of G, all layers
    pub g_neurons: Count,
    pub g_weights: Count,
    /// of all layers the smallest
    pub neurons_per_weight_bound: Count,
    /// each layer at its own bound
    pub failures: RateReport,
    pub incomplete: u64,
    /// incomplete runs with neurons for every demand
    pub not_found: u64,
    /// runs with too few neurons for some demands; `high` includes undecided and uncertified runs
    pub missing: RateReport,
    /// complete, and above ε in exact arithmetic
    pub uncertified: u64,
    /// complete, and above ε only with the rounding of an evaluation
    pub exceeds_only_by_rounding: u64,
    /// of the complete runs, rounding included; `None` without any
    pub largest_certified: Option<f64>,
    /// of the complete runs, in exact arithmetic; `None` without any
    pub largest_error: Option<f64>,
    pub failing_seeds: Vec<u64>,
    pub missing_seeds: Vec<u64>,
    /// with the same number of neurons per weight in every layer
    pub threshold: Threshold,
}

/// A failure rate and its interval.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs)]
pub struct RateReport {
    pub count: u64,
    pub rate: f64,
    pub low: f64,
    pub high: f64,
}

/// The conclusion from the intervals of two failure rates: of the construction with its allocation, and of missing tickets.
/// Only the latter counts against the theorem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// the construction fails in at most δ of the runs
    Kept,
    /// too few runs, or graphs too large for matching
    Undecided,
    /// the construction fails in more than δ of the runs, though a ticket is missing in at most δ of them
    NotFound,
    /// a ticket is missing in more than δ of the runs
    Broken,
    /// the construction fails in more than δ of the runs, and the target breaks an assumption of its bound
    OutsideAssumptions,
}

impl Verdict {
    fn new(construction: &RateReport, missing: &RateReport, bound_applies: bool, delta: f64) -> Self {
        if construction.high <= delta {
            Self::Kept
        } else if construction.low <= delta {
            Self::Undecided
        } else if missing.high <= delta {
            Self::NotFound
        } else if !bound_applies {
            Self::OutsideAssumptions
        } else if missing.low > delta {
            Self::Broken
        } else {
            Self::Undecided
        }
    }
}

impl FaithfulnessReport {
    /// The report of a check, with intervals at `confidence` in (0, 1).
    pub fn new(setup: &CheckedSetup, results: &CheckResults, confidence: f64) -> Self {
        let (outline, lanes) = (&setup.outline, &results.lanes);
        let not_begun = outline.lanes.iter().skip(lanes.len());
        let not_begun =
            not_begun.map(|plan| RefusedLane::new(plan.construction, "stopped before its first run"));
        let stopped = lanes.len() < outline.lanes.len()
            || lanes.iter().any(|lane| lane.network.runs() < outline.runs)
            || results.learned.iter().any(|lane| (lane.runs.len() as u64) < lane.asked);
        let learned = results.learned.iter().map(|lane| CheckedLearned::new(lane, confidence));
        Self {
            title: setup.title.clone(),
            origin: setup.origin.clone(),
            seed: outline.seed,
            runs: outline.runs,
            stopped,
            confidence,
            epsilon: setup.epsilon,
            delta: setup.delta,
            neurons_per_weight: outline.budget,
            lanes: lanes.iter().map(|lane| CheckedLane::new(lane, setup.delta, confidence)).collect(),
            learned: learned.collect(),
            refused: RefusedLane::all_of(&outline.refused).into_iter().chain(not_begun).collect(),
        }
    }

    /// The header for the neurons of a layer: the theorem's bound, or the number allowed in its place.
    pub fn limit(&self) -> &'static str {
        if self.neurons_per_weight.is_some() { "allowed" } else { "bound" }
    }

    /// Whether a construction, with its allocation, fails in more than δ of the runs at this confidence, for any reason.
    pub fn has_failed(&self) -> bool {
        self.lanes.iter().any(|lane| lane.network.failures.low > self.delta)
    }
}

impl CheckedLane {
    fn new(lane: &LaneRuns, delta: f64, confidence: f64) -> Self {
        let size = |plan: &RepeatedLayer| Size::new(plan.ends, Some(plan.limit), plan.limit);
        let all = Size::sum(lane.plan.layers.iter().map(size));
        let share = delta / lane.layers.len() as f64;
        let threshold = |curve: &Survival, allowed: f64| curve.threshold(allowed, confidence);
        let layers =
            (1..).zip(lane.plan.layers.iter().zip(&lane.layers)).map(|(layer, (plan, curve))| CheckedLayer {
                layer,
                weights: plan.weights,
                neurons_bound: plan.limit,
                neurons_per_weight_bound: curve.limit(),
                g_weights: size(plan).weights,
                failures: RateReport::new(curve.rate_at_limit(), confidence),
                threshold: threshold(curve, delta),
                threshold_of_share: threshold(curve, share),
            });
        let failures = RateReport::new(lane.rate(), confidence);
        let perhaps = RateReport::new(lane.perhaps_missing_rate(), confidence);
        let missing = RateReport { high: perhaps.high, ..RateReport::new(lane.missing_rate(), confidence) };
        let assumptions = lane.plan.assumptions.clone();
        let any_complete = lane.incomplete < lane.network.runs();
        Self {
            which: lane.plan.construction,
            method: lane.plan.construction.id(),
            allocation: lane.plan.construction.facts().allocation,
            mode: lane.plan.mode.name(),
            runs: lane.network.runs(),
            unfinished_seeds: lane.unfinished_seeds.clone(),
            least_claim: FailureRate::least_claim(lane.network.runs(), confidence),
            layers: layers.collect(),
            network: CheckedNetwork {
                weights: lane.plan.layers.iter().map(|layer| layer.weights).sum(),
                g_neurons: all.neurons,
                g_weights: all.weights,
                neurons_per_weight_bound: lane.network.limit(),
                failures,
                incomplete: lane.incomplete,
                not_found: lane.not_found,
                missing,
                uncertified: lane.uncertified,
                exceeds_only_by_rounding: lane.above_by_rounding,
                largest_certified: any_complete.then_some(lane.largest_certified),
                largest_error: any_complete.then_some(lane.largest_error),
                failing_seeds: lane.failing_seeds.clone(),
                missing_seeds: lane.missing_seeds.clone(),
                threshold: threshold(&lane.network, delta),
            },
            verdict: Verdict::new(&failures, &missing, Assumption::all_kept(&assumptions), delta),
            assumptions,
            elapsed_seconds: lane.elapsed.as_secs_f64(),
        }
    }
}

impl RateReport {
    pub(super) fn new(rate: FailureRate, confidence: f64) -> Self {
        let (low, high) = rate.interval(confidence);
        Self { count: rate.failures, rate: rate.share(), low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_blame_what_has_failed() {
        let rate = |count, runs| RateReport::new(FailureRate { failures: count, runs }, 0.95);
        let cases = [
            // failures, missing for sure, perhaps missing, assumptions kept
            (0, 0, 0, true, Verdict::Kept),
            (0, 0, 0, false, Verdict::Kept),
            (10, 0, 0, true, Verdict::Undecided),
            (10, 10, 10, true, Verdict::Undecided),
            (22, 0, 0, true, Verdict::NotFound),
            (22, 0, 0, false, Verdict::NotFound),
            (22, 1, 1, true, Verdict::NotFound),
            // The graph was too large to be matched, or too few tickets are missing for sure.
            (22, 0, 22, true, Verdict::Undecided),
            (40, 12, 12, true, Verdict::Undecided),
            (40, 40, 40, true, Verdict::Broken),
            (40, 40, 40, false, Verdict::OutsideAssumptions),
            (40, 0, 40, false, Verdict::OutsideAssumptions),
        ];
        for (failures, missing, perhaps, kept, expected) in cases {
            let missing = RateReport { high: rate(perhaps, 1000).high, ..rate(missing, 1000) };
            let verdict = Verdict::new(&rate(failures, 1000), &missing, kept, 0.01);
            assert_eq!(verdict, expected, "{failures}, {missing:?}, {kept}");
        }
    }
}
