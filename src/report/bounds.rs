//! What theory asks of every construction.

use serde::Serialize;

use crate::construction::Allocation;
use crate::experiment::{Construction, Experiment, LayerPlan, Plan};
use crate::network::Architecture;
use crate::theory::{corollary7, malach};

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
    pub weight_tolerance: Vec<f64>,
    pub constructions: Vec<ConstructionBounds>,
}

/// One construction; `None` where a key does not apply.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ConstructionBounds {
    pub name: &'static str,
    pub k_prime: Option<f64>,
    pub levels: Option<usize>,
    pub weight_range: Option<(f64, f64)>,
    pub product_range: Option<(f64, f64)>,
    pub weight_ratio: Option<f64>,
    pub layers: Vec<LayerBounds>,
}

/// One layer of one construction. Numbers of neurons may pass 2⁶⁴ and are real.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct LayerBounds {
    pub layer: usize,
    pub weights: u64,
    pub neurons: Neurons,
    pub neurons_all_targets: Option<Neurons>,
    pub neurons_per_weight: f64,
}

/// A number of neurons, written as a whole number where it is one that fits.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Neurons {
    /// exact
    Whole(u64),
    /// beyond 2⁶⁴, or not counted exactly
    Real(f64),
}

impl Neurons {
    /// As a real number.
    pub fn value(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Real(n) => n,
        }
    }
}

impl BoundsReport {
    /// What every construction asks, whichever of them the preset runs: Theorem 3 (`hyperbolic`), Corollary 10 for each
    /// weight alone (`corollary10`), `shared-golden`, and Malach et al. (`malach`).
    pub fn new(experiment: &Experiment, plan: &Plan) -> Self {
        let architecture = experiment.target.architecture();
        let (depth, delta) = (architecture.layers(), experiment.delta);
        let golden = |construction: Construction| {
            let layers = Plan::layers(experiment, construction);
            let ranges = LayerPlan::finest(&layers).ranges;
            let neurons = layers.iter().map(|layer| {
                (
                    layer.weights,
                    Neurons::Whole(layer.neurons),
                    Some(Neurons::Whole(layer.neurons_all_targets)),
                )
            });
            let bounds = ConstructionBounds::new(construction.name(), architecture, neurons);
            ConstructionBounds {
                k_prime: Some(ranges.k_prime),
                levels: Some(ranges.levels),
                weight_range: Some(ranges.weight),
                product_range: Some(ranges.product),
                ..bounds
            }
        };
        let malach = {
            let each = malach::neurons(depth, architecture.n_max(), experiment.epsilon, delta);
            let neurons = (1..=depth).map(|layer| (architecture.weights(layer), Neurons::Real(each), None));
            let bounds = ConstructionBounds::new("malach", architecture, neurons);
            ConstructionBounds { weight_range: Some((-1.0, 1.0)), ..bounds }
        };
        Self {
            title: experiment.title.clone(),
            widths: architecture.widths().to_vec(),
            epsilon: experiment.epsilon,
            delta,
            w_max: experiment.w_max,
            f_max: experiment.f_max,
            norms: experiment.norms.name(),
            weight_tolerance: plan.weight_tolerance.clone(),
            constructions: vec![
                golden(Construction::Hyperbolic { allocation: Allocation::default() }),
                golden(Construction::Corollary10),
                golden(Construction::SharedGolden),
                malach,
            ],
        }
    }
}

impl ConstructionBounds {
    /// The layers' rows, and the ratio that follows from them.
    fn new(
        name: &'static str,
        architecture: &Architecture,
        layers: impl Iterator<Item = (u64, Neurons, Option<Neurons>)>,
    ) -> Self {
        let layers: Vec<LayerBounds> = layers
            .zip(1..)
            .map(|((weights, neurons, neurons_all_targets), layer)| {
                let neurons_per_weight = neurons.value() / weights as f64;
                LayerBounds { layer, weights, neurons, neurons_all_targets, neurons_per_weight }
            })
            .collect();
        let neurons: Vec<f64> = layers.iter().map(|layer| layer.neurons.value()).collect();
        Self {
            name,
            k_prime: None,
            levels: None,
            weight_range: None,
            product_range: None,
            weight_ratio: Some(corollary7::weight_ratio(architecture.widths(), &neurons)),
            layers,
        }
    }
}
