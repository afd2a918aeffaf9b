//! The measurement of a finished layer: its check, and whether its neurons can meet all demands.

use std::sync::Arc;

use super::background::Background;
use crate::construction::{Existence, LayerBuilder};
use crate::experiment::Experiment;
use crate::method::DemandKind;
use crate::network::{NEVER, Stop};
use crate::verification::{LayerCheck, Parts};

/// What a measurement may cost, as [`cost`], before it gets a thread of its own: a few milliseconds.
const LONG_MEASUREMENT: f64 = 1e6;

/// The check of a finished layer, and whether its neurons can meet all demands.
pub(super) type Measured = (LayerCheck, Existence);

/// Measures a finished layer. Where that is long it goes on as `under_way`, and is waited for until `stop` says so.
pub(super) fn measure(
    experiment: &Experiment,
    demands: DemandKind,
    builder: &LayerBuilder,
    under_way: &mut Option<Background<Measured>>,
    stop: Stop<'_>,
) -> Option<Measured> {
    let work = || work(experiment, demands, builder);
    if under_way.is_none() && cost(builder) < LONG_MEASUREMENT {
        return work()(NEVER);
    }
    let measured = under_way.get_or_insert_with(|| Background::start(work())).wait(stop)?;
    *under_way = None;
    Some(measured)
}

/// Multiplications of the norms of a layer, about, its rows, and the neurons that a search for a matching may go through.
fn cost(builder: &LayerBuilder) -> f64 {
    let (rows, columns) = builder.problem().target.weights(builder.problem().layer).dim();
    let norms = (rows * columns) as f64 * rows.min(columns) as f64;
    let searched = if builder.existence().is_open() { builder.tally().sampled as f64 } else { 0.0 };
    norms + builder.ticket().len() as f64 + searched
}

/// The measurement of a finished layer, for any thread.
fn work(
    experiment: &Experiment,
    demands: DemandKind,
    builder: &LayerBuilder,
) -> impl FnOnce(Stop<'_>) -> Option<Measured> + Send + 'static {
    let layer = builder.problem().layer;
    let parts = match demands {
        DemandKind::Neurons => Parts::Neurons,
        DemandKind::Buckets | DemandKind::Halves => Parts::Halves {
            never_negative: experiment.inputs_never_negative(layer),
            skipped: builder.problem().skip_negative_half,
        },
    };
    let (target, ticket) = (Arc::clone(&experiment.target), builder.shared_ticket());
    let existence = builder.existence();
    move |stop| {
        let check = LayerCheck::measure(&target, layer, &ticket, parts, stop)?;
        Some((check, existence.answer(stop)?))
    }
}
