//! Theory's numbers for an experiment: tolerances, ranges and numbers of neurons.

use super::layer_plan::LayerPlan;
use super::outline::Outline;
use super::resolved::Experiment;
use super::savings::Savings;
use crate::construction::Mode;
use crate::method::{Assumption, Construction};
use crate::theory::Count;

/// The finest ε_w/w_max. Residuals are exact to within 2·10⁻³¹·w_max (see [`exact`](crate::exact)), 1/250 of half this
/// tolerance.
pub(super) const FINEST_TOLERANCE: f64 = 1e-28;

/// Above this many expected neurons a lane skips ahead, unless told otherwise.
const MOST_TO_DRAW: u64 = 1_000_000_000;

/// Theory's numbers for an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    /// ε_w of each layer
    pub weight_tolerance: Vec<f64>,
    /// one lane per applicable construction
    pub lanes: Vec<LanePlan>,
    /// the other constructions, each with the reason
    pub refused: Vec<(Construction, String)>,
}

/// Theory's numbers for one construction.
#[derive(Clone, Debug)]
pub struct LanePlan {
    /// the construction
    pub construction: Construction,
    /// whether every neuron is drawn
    pub mode: Mode,
    /// layers 1…ℓ
    pub layers: Vec<LayerPlan>,
    /// the savings of two options
    pub savings: Savings,
    /// the bound's assumptions about the target
    pub assumptions: Vec<Assumption>,
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

    /// Adds a lane, once; or its refusal. `held`: bytes taken by the lanes before it.
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
    /// Expected draws of a run, roughly: seconds or hours.
    pub fn expected_draws(&self, experiment: &Experiment) -> Count {
        let method = self.construction.method();
        let layers = (1..).zip(&self.layers);
        layers
            .map(|(layer, plan)| method.expected_draws(&plan.task(&experiment.target, layer), self.mode))
            .sum()
    }
}

/// The mode of the setup; by default, skipping ahead instead of drawing too many neurons.
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
