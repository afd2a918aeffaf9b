//! What theory makes of an experiment: tolerances, ranges and numbers of neurons.

use std::sync::Arc;

use super::{Assumption, Construction, Experiment, Outline, Savings};
use crate::construction::Mode;
use crate::method::LayerTask;
use crate::network::Network;
use crate::theory::Count;
use crate::theory::section5::Ranges;

/// The finest ε_w/w_max for which residuals hold: they are carried to within 2·10⁻³¹·w_max (see [`exact`](crate::exact)), of
/// which half a tolerance is 250 times as much.
pub(super) const FINEST_TOLERANCE: f64 = 1e-28;

/// Above this many expected neurons a lane skips ahead, unless told otherwise.
const MOST_TO_DRAW: u64 = 1_000_000_000;

/// Theory's numbers for an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    /// ε_w of each layer
    pub weight_tolerance: Vec<f64>,
    /// one lane per construction that applies
    pub lanes: Vec<LanePlan>,
    /// the constructions that do not, and why
    pub refused: Vec<(Construction, String)>,
}

/// Theory's numbers for one construction.
#[derive(Clone, Debug)]
pub struct LanePlan {
    /// which one
    pub construction: Construction,
    /// whether every neuron is drawn
    pub mode: Mode,
    /// layers 1…ℓ
    pub layers: Vec<LayerPlan>,
    /// what two options save of it
    pub savings: Savings,
    /// what the bound assumes of the target
    pub assumptions: Vec<Assumption>,
}

/// Theory's numbers for one layer of one construction.
#[derive(Clone, Copy, Debug)]
pub struct LayerPlan {
    /// P_i
    pub weights: u64,
    /// ranges of weights and products
    pub ranges: Ranges,
    /// the bound as it is published, at which the construction stops; all layers together are to succeed with probability
    /// ≥ 1 − δ. `None` where no constant is published, or where a hit is not possible.
    ///
    /// For Theorem 3 it is M_i as printed, whose proof has a gap where P_i > 1 (see [`theorem3`](crate::theory::theorem3)): proven enough,
    /// for this target and all others, is `neurons_all_targets`. It promises nothing where the target breaks one of the
    /// [`assumptions`](LanePlan::assumptions), and never that a given allocation finds the ticket
    pub neurons: Option<Count>,
    /// neurons that are enough for all targets of the class at once (Theorem 3: with the proof's gap closed)
    pub neurons_all_targets: Option<Count>,
    /// leave the half unbuilt that passes x < 0
    pub skip_negative_half: bool,
}

impl Plan {
    /// The plan of an experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let outline = experiment.outline();
        let mut plan =
            Self { weight_tolerance: outline.tolerances(), lanes: Vec::new(), refused: Vec::new() };
        for &construction in &experiment.constructions {
            match plan.lane(experiment, outline, construction) {
                Ok(lane) => plan.lanes.push(lane),
                Err(reason) => plan.refused.push((construction, reason)),
            }
        }
        plan
    }

    /// Adds a lane, once; or the reason why there can be none. `held`: bytes that the lanes before it have taken.
    pub(crate) fn add(&mut self, experiment: &Experiment, construction: Construction, held: f64) {
        if self.lanes.iter().any(|lane| lane.construction == construction)
            || self.refused.iter().any(|(refused, _)| *refused == construction)
        {
            return;
        }
        match self.lane(experiment, experiment.outline(), construction) {
            Ok(lane) => self.lanes.push(lane),
            Err(reason) => return self.refused.push((construction, reason)),
        }
        if let Err(reason) = experiment.check_screen_memory(self, held) {
            self.lanes.pop();
            self.refused.push((construction, reason.to_string()));
        }
    }

    /// A construction's lane, or why it cannot be built for this target.
    fn lane(
        &self,
        experiment: &Experiment,
        outline: &Outline,
        construction: Construction,
    ) -> Result<LanePlan, String> {
        let finest = || self.weight_tolerance.iter().copied().fold(f64::INFINITY, f64::min);
        if let Some(reason) = construction.method().refusal(&experiment.premises(&finest)) {
            return Err(reason);
        }
        let layers = outline.layers(construction);
        let lane = LanePlan {
            construction,
            mode: mode(experiment, construction, &layers),
            layers,
            savings: outline.savings(construction),
            assumptions: experiment.assumptions(construction),
        };
        let bounds = lane.layers.iter().filter_map(|layer| layer.neurons);
        let largest = bounds.fold(Count::ZERO, |a, b| if b > a { b } else { a });
        if lane.mode == Mode::Drawn && largest > Count::from(u64::MAX) {
            return Err(format!(
                "expected at most 2^64 neurons a layer to draw and number, found {largest:.1}; it could skip ahead"
            ));
        }
        Ok(lane)
    }
}

impl LanePlan {
    /// Neurons that a run is expected to draw, roughly: to tell seconds from hours.
    pub fn expected_draws(&self, experiment: &Experiment) -> Count {
        let method = self.construction.method();
        let layers = (1..).zip(&self.layers);
        layers
            .map(|(layer, plan)| method.expected_draws(&plan.task(&experiment.target, layer), self.mode))
            .sum()
    }
}

impl LayerPlan {
    /// The layer as a method is given it; `layer` from 1.
    pub fn task<'a>(&self, target: &'a Arc<Network>, layer: usize) -> LayerTask<'a> {
        let (outputs, inputs) = target.weights(layer).dim();
        let Self { ranges, skip_negative_half, .. } = *self;
        LayerTask { target, layer, inputs, outputs, ranges, skip_negative_half }
    }

    /// The layer with the finest tolerance: its ranges, k′ and k stand for the construction where one number is
    /// wanted. All layers agree unless tolerances are per layer. There is at least one layer.
    pub fn finest(layers: &[Self]) -> &Self {
        layers.iter().fold(&layers[0], |a, b| if b.ranges.k_prime > a.ranges.k_prime { b } else { a })
    }

    /// Neurons of all layers for each weight of the network; `None` where theory has no number for a layer.
    pub fn neurons_per_weight(layers: &[Self]) -> Option<Count> {
        let neurons: Option<Count> = layers.iter().map(|layer| layer.neurons).sum();
        let weights: u64 = layers.iter().map(|layer| layer.weights).sum();
        neurons.map(|neurons| neurons.ratio(weights.into()))
    }
}

/// As asked for; else skip ahead where too many neurons would have to be drawn.
fn mode(experiment: &Experiment, construction: Construction, layers: &[LayerPlan]) -> Mode {
    let method = construction.method();
    if !method.facts().can_skip_ahead {
        return Mode::Drawn;
    }
    experiment.mode.unwrap_or_else(|| {
        let drawn = |(layer, plan): (usize, &LayerPlan)| {
            method.expected_draws(&plan.task(&experiment.target, layer), Mode::Drawn)
        };
        let expected: Count = (1..).zip(layers).map(drawn).sum();
        if expected > MOST_TO_DRAW.into() { Mode::SkipAhead } else { Mode::Drawn }
    })
}
