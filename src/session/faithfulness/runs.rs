//! The runs of one construction, with one seed each.

use std::sync::Arc;

use crate::construction::{Existence, LayerBuilder};
use crate::experiment::{Experiment, LanePlan};
use crate::network::Stop;
use crate::session::lane::{Lane, Step};
use crate::theory::Count;

/// Neurons between two looks at a request to stop.
const NEURONS_PER_LOOK: u64 = 1 << 16;

/// The most seeds kept of failing runs.
const SEEDS_KEPT: usize = 8;

/// The results of one thread's runs.
pub(super) struct Runs {
    pub(super) runs: u64,
    /// neurons per weight needed by complete layers
    pub(super) layers: Vec<Vec<Count>>,
    /// the largest of each run without a failure
    pub(super) network: Vec<Count>,
    pub(super) incomplete: u64,
    pub(super) not_found: u64,
    pub(super) missing: u64,
    pub(super) uncertified: u64,
    pub(super) above_by_rounding: u64,
    pub(super) largest_certified: f64,
    pub(super) largest_error: f64,
    /// the first failed runs, rising
    pub(super) failed: Vec<u64>,
    /// the first runs with a missing ticket
    pub(super) missed: Vec<u64>,
    /// dropped runs
    pub(super) unfinished: Vec<u64>,
}

impl Runs {
    pub(super) fn new(layers: usize) -> Self {
        Self {
            runs: 0,
            layers: vec![Vec::new(); layers],
            network: Vec::new(),
            incomplete: 0,
            not_found: 0,
            missing: 0,
            uncertified: 0,
            above_by_rounding: 0,
            largest_certified: 0.0,
            largest_error: 0.0,
            failed: Vec::new(),
            missed: Vec::new(),
            unfinished: Vec::new(),
        }
    }

    /// Makes one run with the experiment's seed. Whether it failed; `None` if it had to end early.
    pub(super) fn add(
        &mut self,
        run: u64,
        experiment: &Arc<Experiment>,
        plan: &LanePlan,
        must_end: Stop<'_>,
    ) -> Option<bool> {
        let mut lane = Lane::new(experiment, plan);
        let at_once = plan.construction.facts().draws_between_looks(NEURONS_PER_LOOK);
        while lane.certificate().is_none() {
            if must_end() {
                return None;
            }
            lane.advance_until(Step::Layer, at_once, must_end);
        }
        self.runs += 1;
        let mut largest = Some(Count::ZERO);
        for ((builder, plan), needs) in lane.builders().iter().zip(&plan.layers).zip(&mut self.layers) {
            let need = needed(builder, plan.neurons).map(|neurons| neurons.ratio(plan.weights.into()));
            needs.extend(need);
            largest = largest.zip(need).map(|(a, b)| if b > a { b } else { a });
        }
        let (error, certified) = match lane.certificate() {
            Some(certificate) => (certificate.error(), certificate.total()),
            None => (f64::INFINITY, f64::INFINITY),
        };
        let holds = error <= experiment.epsilon;
        match largest {
            None => self.add_incomplete(run, &lane, plan),
            Some(need) => {
                self.largest_certified = self.largest_certified.max(certified);
                self.largest_error = self.largest_error.max(error);
                self.uncertified += u64::from(!holds);
                self.above_by_rounding += u64::from(lane.exceeds_only_by_rounding() == Some(true));
                self.network.extend(holds.then_some(need));
            }
        }
        let failed = largest.is_none() || !holds;
        if failed && self.failed.len() < SEEDS_KEPT {
            self.failed.push(run);
        }
        Some(failed)
    }

    /// Notes a run with a layer incomplete within its limit, and whether its ticket exists.
    fn add_incomplete(&mut self, run: u64, lane: &Lane, plan: &LanePlan) {
        self.incomplete += 1;
        let layers = lane.builders().iter().zip(&plan.layers).zip(lane.existence());
        let open: Vec<Option<Existence>> = layers
            .filter(|((builder, plan), _)| needed(builder, plan.neurons).is_none())
            .map(|(_, existence)| existence)
            .collect();
        // Without a bound nothing stops a run. The search is exact, so a sum found past the limit is missing within it.
        let past_limit = |existence: &Option<Existence>| *existence == Some(Existence::There);
        let is_unbounded = !plan.construction.facts().has_constant;
        let is_missing = |existence: &Option<Existence>| {
            matches!(existence, Some(Existence::Missing(_))) || is_unbounded && past_limit(existence)
        };
        if open.iter().any(is_missing) {
            self.missing += 1;
            if self.missed.len() < SEEDS_KEPT {
                self.missed.push(run);
            }
        } else if open.iter().all(|existence| *existence == Some(Existence::There)) {
            self.not_found += 1;
        }
    }

    /// The results of both threads.
    pub(super) fn with(mut self, other: Self) -> Self {
        for (needs, others) in self.layers.iter_mut().zip(other.layers) {
            needs.extend(others);
        }
        self.network.extend(other.network);
        self.failed.extend(other.failed);
        self.missed.extend(other.missed);
        self.unfinished.extend(other.unfinished);
        self.unfinished.sort_unstable();
        for runs in [&mut self.failed, &mut self.missed] {
            runs.sort_unstable();
            runs.truncate(SEEDS_KEPT);
        }
        Self {
            runs: self.runs + other.runs,
            incomplete: self.incomplete + other.incomplete,
            not_found: self.not_found + other.not_found,
            missing: self.missing + other.missing,
            uncertified: self.uncertified + other.uncertified,
            above_by_rounding: self.above_by_rounding + other.above_by_rounding,
            largest_certified: self.largest_certified.max(other.largest_certified),
            largest_error: self.largest_error.max(other.largest_error),
            ..self
        }
    }
}

/// Neurons needed by a layer, if it was complete within its limit. (Subset sums stop at no bound.)
fn needed(builder: &LayerBuilder, limit: Option<Count>) -> Option<Count> {
    builder.neurons_needed().filter(|&neurons| limit.is_none_or(|limit| neurons <= limit))
}
