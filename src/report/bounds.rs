//! What theory asks of every construction.

use serde::{Serialize, Serializer};

use super::assumptions::AssumptionReport;
use super::origin::Origin;
use crate::experiment::{Construction, Experiment, LawChoice, LayerPlan, Outline, Plan, ToleranceRule};
use crate::network::Architecture;
use crate::theory::{Count, corollary7};

/// `slth bounds`: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of the README
pub struct BoundsReport {
    pub title: String,
    pub widths: Vec<usize>,
    pub epsilon: f64,
    pub delta: f64,
    pub w_max: f64,
    pub f_max: f64,
    pub norms: &'static str,
    /// `epsilon` or `weight_tolerance`: the other one follows from it
    pub given: &'static str,
    /// `uniform`, `per-layer` or `weight`
    #[serde(serialize_with = "by_rule")]
    pub tolerance: ToleranceRule,
    pub weight_tolerance: Vec<f64>,
    pub constructions: Vec<ConstructionBounds>,
    /// of `hyperbolic`
    pub savings: SavingsReport,
    /// of the target
    #[serde(flatten)]
    pub origin: Origin,
    #[serde(skip)]
    pub(super) skip_dead_halves: bool,
}

/// What was given of ε and ε_w; the other one follows.
pub(super) fn given(experiment: &Experiment) -> &'static str {
    if experiment.tolerance.given().is_some() { "weight_tolerance" } else { "epsilon" }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
pub(super) fn by_rule<S: Serializer>(rule: &ToleranceRule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.name())
}

/// What two options save of Theorem 3's neurons: shares, see [`Savings`](crate::experiment::Savings).
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of the README
pub struct SavingsReport {
    pub tolerance_per_layer: Option<f64>,
    pub skip_dead_halves: Option<f64>,
    pub skip_dead_halves_demands: f64,
}

impl SavingsReport {
    /// Of Theorem 3's construction.
    pub fn new(outline: &Outline) -> Self {
        let saved = outline.savings(Construction::default());
        Self {
            tolerance_per_layer: saved.per_layer,
            skip_dead_halves: saved.dead_halves,
            skip_dead_halves_demands: saved.dead_demands,
        }
    }
}

/// One construction; `None` where a key does not apply.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ConstructionBounds {
    pub name: &'static str,
    /// neurons and weights of G, all layers
    pub g_neurons: Option<Neurons>,
    pub g_weights: Option<Neurons>,
    pub k_prime: Option<f64>,
    pub levels: Option<usize>,
    pub weight_range: Option<(f64, f64)>,
    pub product_range: Option<(f64, f64)>,
    pub weight_ratio: Option<Neurons>,
    pub layers: Vec<LayerBounds>,
    /// where one is broken, the bound promises nothing for this target
    pub assumptions: Vec<AssumptionReport>,
}

/// One layer of one construction. Numbers of neurons may pass 2⁶⁴ and are real.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct LayerBounds {
    pub layer: usize,
    pub weights: u64,
    pub neurons: Option<Neurons>,
    pub neurons_all_targets: Option<Neurons>,
    pub neurons_per_weight: Option<Neurons>,
}

/// A number of neurons. In JSON it is a whole number where it is exact, below 2⁵³; else a real one; and a text
/// (`"1.5000e681"`) beyond f64, which many readers of JSON refuse as a number.
#[derive(Clone, Copy, Debug)]
pub struct Neurons(pub Count);

impl Neurons {
    /// The same as text.
    pub fn written(self) -> String {
        let number = self.0.as_f64();
        match self.0.whole() {
            Some(whole) => whole.to_string(),
            None if number.is_finite() => number.to_string(),
            None => self.0.to_string(),
        }
    }
}

impl Serialize for Neurons {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.whole() {
            Some(whole) => whole.serialize(serializer),
            None if self.0.as_f64().is_finite() => self.0.as_f64().serialize(serializer),
            None => serializer.collect_str(&self.0),
        }
    }
}

impl BoundsReport {
    /// What every construction asks, whichever of them the preset runs. The constant of Pensia et al.'s bound is not
    /// published, so that subset sums have no numbers here.
    pub fn new(experiment: &Experiment, plan: &Plan) -> Self {
        let architecture = experiment.target.architecture();
        let outline = Outline::of(experiment);
        let bounds_of = |construction: Construction| {
            let layers = outline.layers(construction);
            let ranges = LayerPlan::finest(&layers).ranges;
            let neurons =
                layers.iter().map(|layer| (layer.weights, layer.neurons, layer.neurons_all_targets));
            let bounds = ConstructionBounds {
                assumptions: AssumptionReport::all_of(&experiment.assumptions(construction)),
                ..ConstructionBounds::new(construction.name(), architecture, neurons)
            };
            match construction.facts().law {
                LawChoice::Uniform => ConstructionBounds { weight_range: Some((-1.0, 1.0)), ..bounds },
                LawChoice::Hyperbolic => ConstructionBounds {
                    k_prime: Some(ranges.k_prime),
                    levels: Some(ranges.levels),
                    weight_range: Some(ranges.weight),
                    product_range: Some(ranges.product),
                    ..bounds
                },
            }
        };
        Self {
            title: experiment.title.clone(),
            origin: Origin::new(experiment),
            widths: architecture.widths().to_vec(),
            epsilon: experiment.epsilon,
            delta: experiment.delta,
            w_max: experiment.w_max,
            f_max: experiment.f_max,
            norms: experiment.norms.name(),
            given: given(experiment),
            weight_tolerance: plan.weight_tolerance.clone(),
            constructions: Construction::with_bounds().into_iter().map(bounds_of).collect(),
            savings: SavingsReport::new(&outline),
            tolerance: experiment.tolerance,
            skip_dead_halves: experiment.skip_dead_halves,
        }
    }
}

impl ConstructionBounds {
    /// Whether the target keeps all that the bound assumes.
    pub fn bound_applies(&self) -> bool {
        AssumptionReport::all_kept(&self.assumptions)
    }

    /// The layers' rows, and the ratio that follows from them.
    fn new(
        name: &'static str,
        architecture: &Architecture,
        layers: impl Iterator<Item = (u64, Option<Count>, Option<Count>)>,
    ) -> Self {
        let layers: Vec<LayerBounds> = layers
            .zip(1..)
            .map(|((weights, neurons, all_targets), layer)| LayerBounds {
                layer,
                weights,
                neurons: neurons.map(Neurons),
                neurons_all_targets: all_targets.map(Neurons),
                neurons_per_weight: neurons.map(|neurons| Neurons(neurons.ratio(weights.into()))),
            })
            .collect();
        let neurons: Option<Vec<Count>> =
            layers.iter().map(|layer| layer.neurons.map(|Neurons(count)| count)).collect();
        Self {
            name,
            k_prime: None,
            levels: None,
            weight_range: None,
            product_range: None,
            g_neurons: neurons.as_ref().map(|neurons| Neurons(neurons.iter().copied().sum())),
            g_weights: neurons
                .as_ref()
                .map(|neurons| Neurons(corollary7::total_weights(architecture.widths(), neurons))),
            weight_ratio: neurons
                .map(|neurons| Neurons(corollary7::weight_ratio(architecture.widths(), &neurons))),
            layers,
            assumptions: Vec::new(),
        }
    }
}
