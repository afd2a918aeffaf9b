//! One run of a construction, with a seed of its own.

use std::sync::Arc;

use super::records::{RunEnd, RunRecord};
use crate::construction::{Existence, LayerBuilder};
use crate::experiment::{Experiment, LanePlan};
use crate::network::Stop;
use crate::session::lane::{Lane, Step};
use crate::theory::Count;

/// Neurons between two looks at a request to stop.
const NEURONS_PER_LOOK: u64 = 1 << 16;

/// Makes one run with the experiment's seed; `None` if it had to end early.
pub(super) fn make(
    run: u64,
    experiment: &Arc<Experiment>,
    plan: &LanePlan,
    must_end: Stop<'_>,
) -> Option<RunRecord> {
    let mut lane = Lane::new(experiment, plan);
    let at_once = plan.construction.facts().draws_between_looks(NEURONS_PER_LOOK);
    while lane.certificate().is_none() {
        if must_end() {
            return None;
        }
        lane.advance_until(Step::Layer, at_once, must_end);
    }
    let layers = lane.builders().iter().zip(&plan.layers);
    let needs = layers.map(|(builder, plan)| {
        needed(builder, plan.neurons).map(|neurons| neurons.ratio(plan.weights.into()))
    });
    let needs: Box<[Option<Count>]> = needs.collect();
    let (error, certified) = match lane.certificate() {
        Some(certificate) => (certificate.error(), certificate.total()),
        None => (f64::INFINITY, f64::INFINITY),
    };
    let end = if needs.contains(&None) {
        end_of_incomplete(&lane, plan)
    } else if error > experiment.epsilon || error.is_nan() {
        RunEnd::Uncertified
    } else if lane.exceeds_only_by_rounding() == Some(true) {
        RunEnd::AboveByRounding
    } else {
        RunEnd::Holds
    };
    Some(RunRecord { run, needs, end, error, certified })
}

/// Whether the ticket of a run with a layer incomplete within its limit exists.
fn end_of_incomplete(lane: &Lane, plan: &LanePlan) -> RunEnd {
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
        RunEnd::Missing
    } else if open.iter().all(|existence| *existence == Some(Existence::There)) {
        RunEnd::NotFound
    } else {
        RunEnd::Undecided
    }
}

/// Neurons needed by a layer, if it was complete within its limit. (Subset sums stop at no bound.)
fn needed(builder: &LayerBuilder, limit: Option<Count>) -> Option<Count> {
    builder.neurons_needed().filter(|&neurons| limit.is_none_or(|limit| neurons <= limit))
}
