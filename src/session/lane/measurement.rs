//! The measurement of a finished layer: its check, and whether its neurons can meet all demands.

use std::sync::Arc;

use crate::construction::{Existence, LayerBuilder};
use crate::experiment::Experiment;
use crate::method::DemandKind;
use crate::network::{NEVER, Stop};
use crate::session::background::Background;
use crate::verification::{LayerCheck, Parts};

/// From this [`cost`] on, a measurement gets a thread of its own: a few milliseconds.
const LONG_MEASUREMENT: f64 = 1e6;

/// The check of a finished layer, and whether its neurons can meet all demands.
type Measured = (LayerCheck, Existence);

/// How far the measurement of a layer is.
#[derive(Clone, Debug, Default)]
pub(super) enum Measurement {
    /// not begun
    #[default]
    Open,
    /// on a thread of its own
    UnderWay(Background<Measured>),
    /// through
    Done(Box<Measured>),
}

impl Measurement {
    /// Measures a finished layer. A long measurement runs on a thread of its own and is waited for until `stop` says so.
    /// Whether it is through.
    pub(super) fn advance(
        &mut self,
        experiment: &Experiment,
        demands: DemandKind,
        builder: &LayerBuilder,
        stop: Stop<'_>,
    ) -> bool {
        let measured = match self {
            Self::Done(_) => return true,
            Self::Open if cost(builder) < LONG_MEASUREMENT => work(experiment, demands, builder)(NEVER),
            Self::Open => {
                let started = Background::start(work(experiment, demands, builder));
                let measured = started.wait(stop);
                *self = Self::UnderWay(started);
                measured
            }
            Self::UnderWay(background) => background.wait(stop),
        };
        if let Some(measured) = measured {
            *self = Self::Done(Box::new(measured));
        }
        matches!(self, Self::Done(_))
    }

    /// The result, once it is there.
    pub(super) fn done(&self) -> Option<&Measured> {
        if let Self::Done(measured) = self { Some(measured) } else { None }
    }

    /// Whether it runs on a thread of its own.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::UnderWay(_))
    }
}

/// Operations of a measurement, roughly: the norms, the ticket's rows, and the neurons of a search for a matching.
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
