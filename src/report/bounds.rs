//! The bounds of every construction.

use serde::{Serialize, Serializer};

use super::origin::Origin;
use crate::experiment::{
    Assumption, Construction, Experiment, LawChoice, LayerPlan, Outline, Plan, Savings, ToleranceRule,
};
use crate::theory::{Count, corollary7};

/// `slth bounds`: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct BoundsReport {
    pub title: String,
    pub widths: Vec<usize>,
    pub epsilon: f64,
    pub delta: f64,
    pub w_max: f64,
    pub f_max: f64,
    pub norms: &'static str,
    #[serde(flatten)]
    pub theory: TheoryReport,
}

/// The bounds of all constructions, with the same keys in `slth bounds` and `slth inspect`.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct TheoryReport {
    /// `epsilon` or `weight_tolerance`: the other one follows from it
    pub given: &'static str,
    /// `uniform`, `per-layer` or `weight`
    #[serde(serialize_with = "by_rule")]
    pub tolerance: ToleranceRule,
    /// ε_w of each layer
    pub weight_tolerance: Vec<f64>,
    pub constructions: Vec<ConstructionBounds>,
    /// of `hyperbolic`
    pub savings: Savings,
    /// of the target
    #[serde(flatten)]
    pub origin: Origin,
    #[serde(skip)]
    #[cfg_attr(not(feature = "text"), allow(dead_code))] // only texts say it
    pub(super) skip_dead_halves: bool,
    #[serde(skip)]
    #[cfg_attr(not(feature = "text"), allow(dead_code))]
    pub(super) is_chain: bool,
}

/// The given one of ε and ε_w; the other one follows.
pub(super) fn given(experiment: &Experiment) -> &'static str {
    if experiment.tolerance.given().is_some() { "weight_tolerance" } else { "epsilon" }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn by_rule<S: Serializer>(rule: &ToleranceRule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.name())
}

/// One construction; `None` if a key does not apply.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ConstructionBounds {
    pub name: &'static str,
    /// the ids of the methods with this bound, see [`Construction::id`]
    pub methods: Vec<&'static str>,
    /// neurons and weights of G, all layers
    pub g_neurons: Option<Count>,
    pub g_weights: Option<Count>,
    pub k_prime: Option<f64>,
    pub levels: Option<usize>,
    pub weight_range: Option<(f64, f64)>,
    pub product_range: Option<(f64, f64)>,
    pub weight_ratio: Option<Count>,
    pub layers: Vec<LayerNeurons>,
    /// if one is broken, the bound promises nothing for this target
    pub assumptions: Vec<Assumption>,
}

/// One layer of one construction. Numbers of neurons may exceed 2⁶⁴ and are real.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct LayerNeurons {
    pub layer: usize,
    pub weights: u64,
    pub neurons: Option<Count>,
    pub neurons_all_targets: Option<Count>,
    pub neurons_per_weight: Option<Count>,
}

impl BoundsReport {
    /// The bounds of every construction, built by the preset or not.
    pub fn new(experiment: &Experiment, plan: &Plan) -> Self {
        Self {
            title: experiment.title.clone(),
            widths: experiment.target.architecture().widths().to_vec(),
            epsilon: experiment.epsilon,
            delta: experiment.delta,
            w_max: experiment.w_max,
            f_max: experiment.f_max,
            norms: experiment.norms.name(),
            theory: TheoryReport::new(experiment, plan),
        }
    }
}

impl TheoryReport {
    /// The bounds of every construction. Subset sums have none: the constant of Pensia et al.'s bound is not published.
    pub fn new(experiment: &Experiment, plan: &Plan) -> Self {
        let outline = experiment.outline();
        Self {
            origin: Origin::new(experiment),
            given: given(experiment),
            weight_tolerance: plan.weight_tolerance.clone(),
            constructions: Construction::with_bounds()
                .into_iter()
                .map(|construction| ConstructionBounds::new(construction, experiment, outline))
                .collect(),
            savings: outline.savings(Construction::default()),
            tolerance: experiment.tolerance,
            skip_dead_halves: experiment.skip_dead_halves,
            is_chain: outline.is_chain(),
        }
    }
}

impl ConstructionBounds {
    /// Whether the target keeps all assumptions of the bound.
    pub fn bound_applies(&self) -> bool {
        Assumption::all_kept(&self.assumptions)
    }

    /// Target weights of all layers.
    pub fn weights(&self) -> u64 {
        self.layers.iter().map(|layer| layer.weights).sum()
    }

    fn new(construction: Construction, experiment: &Experiment, outline: &Outline) -> Self {
        let layers = outline.layers(construction);
        let ranges = LayerPlan::finest(&layers).ranges;
        let is_hyperbolic = construction.facts().law == LawChoice::Hyperbolic;
        let hyperbolic = is_hyperbolic.then_some(ranges);
        let shapes = experiment.target.architecture().shapes();
        let neurons: Option<Vec<Count>> = layers.iter().map(|layer| layer.neurons).collect();
        Self {
            name: construction.name(),
            methods: construction.with_this_bound().map(Construction::id).collect(),
            g_neurons: neurons.as_ref().map(|neurons| neurons.iter().copied().sum()),
            g_weights: neurons.as_ref().map(|neurons| corollary7::total_weights(&shapes, neurons)),
            k_prime: hyperbolic.map(|ranges| ranges.k_prime),
            levels: hyperbolic.map(|ranges| ranges.levels),
            weight_range: Some(hyperbolic.map_or((-1.0, 1.0), |ranges| ranges.weight)),
            product_range: hyperbolic.map(|ranges| ranges.product),
            weight_ratio: neurons.map(|neurons| corollary7::weight_ratio(&shapes, &neurons)),
            layers: (1..).zip(&layers).map(|(layer, plan)| LayerNeurons::new(layer, plan)).collect(),
            assumptions: experiment.assumptions(construction),
        }
    }
}

impl LayerNeurons {
    fn new(layer: usize, plan: &LayerPlan) -> Self {
        Self {
            layer,
            weights: plan.weights,
            neurons: plan.neurons,
            neurons_all_targets: plan.neurons_all_targets,
            neurons_per_weight: plan.neurons.map(|neurons| neurons.ratio(plan.weights.into())),
        }
    }
}
