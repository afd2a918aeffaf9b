//! What theory asks of every construction.

use serde::Serialize;

use crate::construction::Allocation;
use crate::experiment::{Construction, Experiment, LawChoice, LayerPlan, Plan};
use crate::network::Architecture;
use crate::theory::corollary7;

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
    pub neurons: Option<Neurons>,
    pub neurons_all_targets: Option<Neurons>,
    pub neurons_per_weight: Option<f64>,
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
    /// A whole number where f64 holds it exactly.
    pub fn new(neurons: f64) -> Self {
        if neurons.fract() == 0.0 && neurons < (1_u64 << 53) as f64 {
            Self::Whole(neurons as u64)
        } else {
            Self::Real(neurons)
        }
    }

    /// As a real number.
    pub fn value(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Real(n) => n,
        }
    }
}

impl BoundsReport {
    /// What every construction asks, whichever of them the preset runs. The constant of Pensia et al.'s bound is not
    /// published, so that subset sums have no numbers here.
    pub fn new(experiment: &Experiment, plan: &Plan) -> Self {
        let architecture = experiment.target.architecture();
        let bounds_of = |construction: Construction| {
            let layers = Plan::layers(experiment, construction);
            let ranges = LayerPlan::finest(&layers).ranges;
            let (law, ..) = construction.choices();
            let neurons =
                layers.iter().map(|layer| (layer.weights, layer.neurons, layer.neurons_all_targets));
            let bounds = ConstructionBounds::new(construction.name(), architecture, neurons);
            match law {
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
            widths: architecture.widths().to_vec(),
            epsilon: experiment.epsilon,
            delta: experiment.delta,
            w_max: experiment.w_max,
            f_max: experiment.f_max,
            norms: experiment.norms.name(),
            weight_tolerance: plan.weight_tolerance.clone(),
            constructions: [
                Construction::Hyperbolic { allocation: Allocation::default() },
                Construction::Corollary10,
                Construction::SharedGolden,
                Construction::SubsetSum,
                Construction::UniformSubSums,
                Construction::ProductPair,
                Construction::Malach,
            ]
            .map(bounds_of)
            .to_vec(),
        }
    }
}

impl ConstructionBounds {
    /// The layers' rows, and the ratio that follows from them.
    fn new(
        name: &'static str,
        architecture: &Architecture,
        layers: impl Iterator<Item = (u64, Option<f64>, Option<f64>)>,
    ) -> Self {
        let layers: Vec<LayerBounds> = layers
            .zip(1..)
            .map(|((weights, neurons, all_targets), layer)| LayerBounds {
                layer,
                weights,
                neurons: neurons.map(Neurons::new),
                neurons_all_targets: all_targets.map(Neurons::new),
                neurons_per_weight: neurons.map(|neurons| neurons / weights as f64),
            })
            .collect();
        let neurons: Option<Vec<f64>> =
            layers.iter().map(|layer| layer.neurons.map(Neurons::value)).collect();
        Self {
            name,
            k_prime: None,
            levels: None,
            weight_range: None,
            product_range: None,
            weight_ratio: neurons.map(|neurons| corollary7::weight_ratio(architecture.widths(), &neurons)),
            layers,
        }
    }
}
