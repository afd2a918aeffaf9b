//! What theory asks of every construction.

use serde::Serialize;

use crate::experiment::{Experiment, LayerPlan, Plan};
use crate::theory::{corollary7, corollary10, malach};

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
    /// Theorem 3 (`hyperbolic`), Corollary 10 with no neuron shared (`corollary10`), and Malach et al. (`malach`),
    /// whatever constructions the preset runs.
    pub fn new(experiment: &Experiment, plan: &Plan) -> Self {
        let architecture = experiment.target.architecture();
        let (depth, delta) = (architecture.layers(), experiment.delta);
        let layers = Plan::layers(experiment);
        let hyperbolic = |layer: &LayerPlan| {
            (Neurons::Whole(layer.neurons), Some(Neurons::Whole(layer.neurons_all_targets)))
        };
        let single = |layer: &LayerPlan| {
            let neurons = |all| {
                let each =
                    corollary10::neurons_per_weight(layer.ranges.k_prime, layer.weights, depth, delta, all);
                Neurons::Whole(each.saturating_mul(layer.weights))
            };
            (neurons(false), Some(neurons(true)))
        };
        let malach = |_: &LayerPlan| {
            (Neurons::Real(malach::neurons(depth, architecture.n_max(), experiment.epsilon, delta)), None)
        };
        let finest = LayerPlan::finest(&layers);
        let bounds = |name, ranged: bool, count: &dyn Fn(&LayerPlan) -> (Neurons, Option<Neurons>)| {
            let layers: Vec<LayerBounds> = layers
                .iter()
                .zip(1..)
                .map(|(plan, layer)| {
                    let (neurons, neurons_all_targets) = count(plan);
                    let neurons_per_weight = neurons.value() / plan.weights as f64;
                    LayerBounds {
                        layer,
                        weights: plan.weights,
                        neurons,
                        neurons_all_targets,
                        neurons_per_weight,
                    }
                })
                .collect();
            let neurons: Vec<f64> = layers.iter().map(|layer| layer.neurons.value()).collect();
            let ranges = ranged.then_some(finest.ranges);
            ConstructionBounds {
                name,
                k_prime: ranges.map(|r| r.k_prime),
                levels: ranges.map(|r| r.levels),
                weight_range: Some(ranges.map_or((-1.0, 1.0), |r| r.weight)),
                product_range: ranges.map(|r| r.product),
                weight_ratio: Some(corollary7::weight_ratio(architecture.widths(), &neurons)),
                layers,
            }
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
                bounds("hyperbolic", true, &hyperbolic),
                bounds("corollary10", true, &single),
                bounds("malach", false, &malach),
            ],
        }
    }
}
