//! One weight as it is put together, and how far all weights of its layer are off.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{ErrorMap, Session};
use crate::construction::{FinishedWeight, WeightState, WeightSum};
use crate::method::DemandKind;
use crate::network::graph::KernelShape;

/// The time for which a weight completed last is shown while others are being completed: a sum takes a second to be read.
const SHOWN_FOR: Duration = Duration::from_secs(1);

/// A weight of the layer on view.
#[derive(Clone, Debug)]
pub struct WeightView {
    /// lane, from 0
    pub lane: usize,
    /// layer, from 1
    pub layer: usize,
    /// row of the weight, from 0
    pub output: usize,
    /// column of the weight, from 0
    pub input: usize,
    /// w*
    pub target: f64,
    /// ε_w
    pub tolerance: f64,
    /// the tolerance of |w* − ŵ| for one sum: ε_w/2, or ε_w for a neuron in place of a whole one
    pub allowed: f64,
    /// bound on |w*|
    pub w_max: f64,
    /// how far it is
    pub state: WeightState,
    /// its built halves, or the one neuron for both
    pub sums: Vec<WeightSum>,
    /// errors of all weights of the layer
    pub errors: ErrorMap,
    /// of a convolution, how columns are taps
    pub kernel: Option<KernelShape>,
    /// of a layer of a graph: whether the weight is a bias
    pub is_bias: bool,
    /// of a recurrent layer: the gate of its row, and the unit
    pub gate: Option<(&'static str, usize)>,
}

impl WeightView {
    /// Whether this sum is as near to w* as the construction asks.
    pub fn is_near(&self, sum: &WeightSum) -> bool {
        sum.residual.abs() <= self.allowed
    }

    /// The tolerance of one sum in units of ε_w: 1/2, or 1.
    pub fn allowed_share(&self) -> f32 {
        if self.allowed < self.tolerance { 0.5 } else { 1.0 }
    }

    /// Whether this is the weight of the layer that was completed last.
    pub fn is_latest(&self) -> bool {
        self.state == WeightState::Finished && self.errors.finished_last() == Some((self.output, self.input))
    }
}

/// Which weight is watched.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Watched {
    /// (output, input)
    At(usize, usize),
    /// the one completed last
    Latest,
}

/// The watched weight, and the errors known from earlier looks.
#[derive(Debug, Default)]
pub(super) struct WeightWatch {
    watched: Option<Watched>,
    /// the weight shown as the latest: lane, layer, (output, input), and since when
    latest: Option<(usize, usize, (usize, usize), Instant)>,
    run: u64,
    /// per lane and layer, the errors so far
    errors: BTreeMap<(usize, usize), ErrorMap>,
    /// the finished weight of the last look: lane, layer, whether the layer was done
    finished: Option<(usize, usize, bool, FinishedWeight)>,
    view: Option<Arc<WeightView>>,
    /// whether errors of finished weights are still to be computed
    is_behind: bool,
}

impl WeightWatch {
    /// Watches the weight (output, input), or none. Beyond the layer's ends the nearest weight takes its place.
    pub(super) fn turn_to(&mut self, weight: Option<(usize, usize)>) {
        self.watched = weight.map(|(output, input)| Watched::At(output, input));
    }

    /// Watches the weight completed last.
    pub(super) fn turn_to_latest(&mut self) {
        (self.watched, self.latest) = (Some(Watched::Latest), None);
    }

    /// Looks at the weight as it is now, while the lane moves or rests. Free while none is watched. The error of each finished
    /// weight is computed once, a limited number at each look.
    pub(super) fn look(
        &mut self,
        session: &Session,
        run: u64,
        lane: usize,
        layer: Option<usize>,
        moves: bool,
    ) {
        if self.run != run {
            *self = Self { watched: self.watched, run, ..Self::default() };
        }
        self.is_behind = false;
        self.view = self.watched.map(|watched| {
            let layer = session.lanes()[lane].layer_on_view(layer);
            let (output, input) = match watched {
                Watched::At(output, input) => (output, input),
                Watched::Latest => self.latest(session, lane, layer, moves),
            };
            Arc::new(self.view_of(session, lane, layer, output, input))
        });
    }

    /// The weight shown as the latest; before the first neuron serves one, the first that is not 0.
    fn latest(&mut self, session: &Session, lane: usize, layer: usize, moves: bool) -> (usize, usize) {
        if let Some((of_lane, of_layer, weight, since)) = self.latest
            && moves
            && (of_lane, of_layer) == (lane, layer)
            && since.elapsed() < SHOWN_FOR
        {
            return weight;
        }
        let builder = &session.lanes()[lane].builders()[layer - 1];
        let completed = builder.finished_last().map(|(input, output)| (output, input));
        let served = builder.tally().last.and_then(|draw| draw.served);
        let served = served.map(|demand| (demand.output as usize, demand.input as usize));
        let weight = completed.or(served).unwrap_or_else(|| {
            let weights = builder.problem().target.weights(layer);
            weights.indexed_iter().find(|(_, w)| **w != 0.0).map_or((0, 0), |(place, _)| place)
        });
        if self
            .latest
            .is_none_or(|(of_lane, of_layer, shown, _)| (of_lane, of_layer, shown) != (lane, layer, weight))
        {
            self.latest = Some((lane, layer, weight, Instant::now()));
        }
        weight
    }

    fn view_of(
        &mut self,
        session: &Session,
        lane: usize,
        layer: usize,
        output: usize,
        input: usize,
    ) -> WeightView {
        let builder = &session.lanes()[lane].builders()[layer - 1];
        let tolerance = session.plan().weight_tolerance[layer - 1];
        let errors = self.errors.entry((lane, layer)).or_insert_with(|| ErrorMap::new(builder, tolerance));
        self.is_behind = !errors.follow(builder);
        let (outputs, inputs) = errors.dim();
        let (output, input) = (output.min(outputs - 1), input.min(inputs - 1));
        let same = |(at_lane, at_layer, done, weight): &(usize, usize, bool, FinishedWeight)| {
            (*at_lane, *at_layer, *done) == (lane, layer, builder.is_done())
                && (weight.output, weight.input) == (output, input)
        };
        if !builder.is_done() && errors.largest(output..output + 1, input..input + 1).is_none() {
            self.finished = None;
        } else if !self.finished.as_ref().is_some_and(same) {
            let weight = builder.finished(input, output);
            self.finished = weight.map(|weight| (lane, layer, builder.is_done(), weight));
        }
        let finished = self.finished.as_ref().map(|(.., weight)| weight);
        let (state, sums) = builder.sums(input, output, finished);
        let ranges = builder.problem().ranges;
        let whole = session.lanes()[lane].plan().construction.facts().demands == DemandKind::Neurons;
        let graph = session.experiment().target.graph();
        let map = graph.map(|graph| graph.map(layer));
        WeightView {
            lane,
            layer,
            output,
            input,
            target: builder.problem().target.weights(layer)[[output, input]],
            tolerance,
            allowed: if whole { tolerance } else { ranges.half_tolerance },
            w_max: ranges.w_max,
            state,
            sums,
            errors: errors.clone(),
            kernel: map.and_then(KernelShape::of),
            gate: map.and_then(|map| map.gate(output)),
            is_bias: map.is_some_and(|map| map.has_bias() && input + 1 == map.columns()),
        }
    }

    /// Whether the next look will see more, without another command.
    pub(super) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// The view of the last look.
    pub(super) fn view(&self) -> Option<Arc<WeightView>> {
        self.view.clone()
    }
}
