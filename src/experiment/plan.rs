//! What theory makes of an experiment: tolerances, ranges and numbers of neurons.

use super::{Construction, Experiment, NormSource, ToleranceRule};
use crate::construction::{Allocation, MOST_LEVELS, Sharing};
use crate::network::spectral_norm_bound;
use crate::theory::lemma1::{self, LayerBounds};
use crate::theory::section5::Ranges;
use crate::theory::{corollary10, shared_golden, theorem3};

/// The finest ε_w/w_max for which sums of f64 hold a residual: k·2⁻⁵³ roundings stay far below it.
pub(super) const FINEST_TOLERANCE: f64 = 1e-13;

/// Theory's numbers for an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    /// ε_w of each layer
    pub weight_tolerance: Vec<f64>,
    /// one lane per construction
    pub lanes: Vec<LanePlan>,
    /// widths n₀…n_ℓ
    widths: Vec<usize>,
}

/// Theory's numbers for one construction.
#[derive(Clone, Debug)]
pub struct LanePlan {
    /// which one
    pub construction: Construction,
    /// layers 1…ℓ
    pub layers: Vec<LayerPlan>,
}

/// Theory's numbers for one layer of one construction.
#[derive(Clone, Copy, Debug)]
pub struct LayerPlan {
    /// P_i
    pub weights: u64,
    /// ranges of weights and products
    pub ranges: Ranges,
    /// neurons that are enough for this target with probability ≥ 1 − δ (Theorem 3: M_i as printed); the
    /// construction stops there
    pub neurons: u64,
    /// neurons that are enough for all targets of the class at once (Theorem 3: with the proof's gap closed)
    pub neurons_all_targets: u64,
    /// leave the half unbuilt that passes x < 0
    pub skip_negative_half: bool,
}

impl Plan {
    /// The plan of an experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let lane = |&construction: &Construction| LanePlan {
            construction,
            layers: Self::layers(experiment, construction),
        };
        let lanes = experiment.constructions.iter().map(lane).collect();
        let widths = experiment.target.architecture().widths().to_vec();
        Self { weight_tolerance: tolerances(experiment), lanes, widths }
    }

    /// A construction's numbers for each layer.
    pub fn layers(experiment: &Experiment, construction: Construction) -> Vec<LayerPlan> {
        let architecture = experiment.target.architecture();
        let (depth, delta) = (architecture.layers(), experiment.delta);
        let layer = |(layer, tolerance): (usize, f64)| {
            let ranges = Ranges::new(tolerance / 2.0, experiment.w_max, experiment.base);
            let (weights, k_prime) = (architecture.weights(layer), ranges.k_prime);
            let neurons = |all_targets| {
                let each = corollary10::neurons_per_weight(k_prime, weights, depth, delta, all_targets);
                each.saturating_mul(weights)
            };
            let (neurons, neurons_all_targets) = match construction.sharing() {
                Sharing::Layer(_) => (
                    theorem3::neurons(k_prime, weights, depth, delta),
                    theorem3::neurons_all_targets(k_prime, weights, depth, delta),
                ),
                Sharing::Nobody => (neurons(false), neurons(true)),
                Sharing::Input => {
                    let inputs = architecture.widths()[layer - 1] as u64;
                    let each = shared_golden::neurons_per_input(k_prime, weights, depth, delta);
                    (each.saturating_mul(inputs), each.saturating_mul(inputs))
                }
            };
            let skip_negative_half = experiment.skip_dead_halves && experiment.inputs_never_negative(layer);
            LayerPlan { weights, ranges, neurons, neurons_all_targets, skip_negative_half }
        };
        (1..).zip(tolerances(experiment)).map(layer).collect()
    }

    /// Bytes at the peak of a run, an estimate from above: kept paths, the neurons found for weights under way,
    /// and the copies of a layer that its norms take.
    pub fn peak_memory(&self) -> f64 {
        /// Rows of the ticket, and the copy while a layer's rows are brought into order.
        const BYTES_PER_PATH: f64 = 32.0;
        /// Share of the buckets that a golden-ratio sum takes; 0.33 was seen at Example 5.
        const TAKEN: f64 = 0.4;
        const COPIES_OF_A_LAYER: f64 = 12.0;
        let lane = |lane: &LanePlan| {
            let mut kept = 0.0;
            let mut work = 0.0_f64;
            for layer in &lane.layers {
                let demands = layer.weights as f64 * 2.0 * layer.ranges.levels as f64;
                let paths = demands * TAKEN * BYTES_PER_PATH;
                kept += paths;
                let under_way = match lane.construction.sharing() {
                    Sharing::Layer(Allocation::InOrder) => demands * 8.0,
                    Sharing::Layer(_) | Sharing::Input | Sharing::Nobody => 0.0,
                };
                work = work.max(paths + under_way + layer.weights as f64 * 8.0 * COPIES_OF_A_LAYER);
            }
            let at_once = std::thread::available_parallelism().map_or(1, usize::from).min(lane.layers.len());
            kept + work * at_once as f64
        };
        let weights: f64 = self.widths.windows(2).map(|n| n[0] as f64 * n[1] as f64).sum();
        self.lanes.iter().map(lane).sum::<f64>() + 8.0 * weights
    }
}

impl LayerPlan {
    /// The layer with the finest tolerance: its ranges, k′ and k stand for the construction where one number is
    /// wanted. All layers agree unless tolerances are per layer. There is at least one layer.
    pub fn finest(layers: &[Self]) -> &Self {
        layers.iter().fold(&layers[0], |a, b| if b.ranges.k_prime > a.ranges.k_prime { b } else { a })
    }
}

/// ‖W_i‖₂ as Lemma 1 is given it, per layer.
fn norms(experiment: &Experiment) -> Vec<f64> {
    let architecture = experiment.target.architecture();
    (1..=architecture.layers())
        .map(|layer| match experiment.norms {
            NormSource::Unit => 1.0,
            NormSource::Worst => experiment.w_max * architecture.n_max() as f64,
            NormSource::Target => experiment.target_norms[layer - 1],
        })
        .collect()
}

fn norm_product(experiment: &Experiment) -> f64 {
    let lambdas = experiment.target.architecture().activations().iter().map(|a| a.lipschitz().unwrap_or(1.0));
    lemma1::norm_product(lambdas.zip(norms(experiment)))
}

/// Where norms of the target are used: the largest ε for which they may be.
pub(super) fn largest_epsilon(experiment: &Experiment) -> Option<f64> {
    (experiment.norms == NormSource::Target && experiment.tolerance == ToleranceRule::Uniform).then(|| {
        let n_max = experiment.target.architecture().n_max();
        lemma1::largest_epsilon_for_target_norms(n_max, experiment.f_max, norm_product(experiment))
    })
}

/// Whether G's weights and their products are numbers that f64 holds, and the buckets can be counted. The error
/// names the field to change.
pub(super) fn check_ranges(experiment: &Experiment) -> Result<(), (&'static str, String)> {
    for tolerance in tolerances(experiment) {
        let ranges = Ranges::new(tolerance / 2.0, experiment.w_max, experiment.base);
        // Squares of weights are the ends of the product law.
        let (low, high) = (ranges.weight.0 * ranges.weight.0, ranges.weight.1 * ranges.weight.1);
        if !(low >= f64::MIN_POSITIVE && high <= f64::MAX && tolerance >= f64::MIN_POSITIVE) {
            let (expected, w_max) = ("weights and a tolerance whose products f64 can hold", experiment.w_max);
            return Err((
                "target",
                format!("expected {expected}, found w_max = {w_max:e}, tolerance = {tolerance:e}"),
            ));
        }
        if ranges.k_prime >= MOST_LEVELS as f64 {
            let (k_prime, base) = (ranges.k_prime, experiment.base);
            let expected = format!("a base that makes fewer than {MOST_LEVELS} buckets");
            return Err(("base", format!("expected {expected}, found {base} with {k_prime:.0}")));
        }
    }
    Ok(())
}

/// ε_w of each layer, never above w_max, beyond which it would ask for nothing.
fn tolerances(experiment: &Experiment) -> Vec<f64> {
    let architecture = experiment.target.architecture();
    let layers = architecture.layers();
    let all = match experiment.tolerance {
        ToleranceRule::Uniform => {
            let tolerance = lemma1::weight_tolerance(
                experiment.epsilon,
                layers,
                // Activations without a Lipschitz factor are refused when a preset is read.
                lemma1::lambda_max(architecture).unwrap_or(1.0),
                architecture.n_max(),
                experiment.f_max,
                norm_product(experiment),
            );
            vec![tolerance; layers]
        }
        ToleranceRule::PerLayer => {
            let norms = norms(experiment);
            let bounds: Vec<LayerBounds> = (1..=layers)
                .map(|layer| LayerBounds {
                    lambda: architecture.activation(layer).lipschitz().unwrap_or(1.0),
                    weights: architecture.weights(layer),
                    norm: match experiment.norms {
                        NormSource::Target => spectral_norm_bound(experiment.target.weights(layer).view()),
                        _ => norms[layer - 1],
                    },
                    input_norm: experiment.bounds.norm[layer - 1],
                })
                .collect();
            lemma1::tolerance_per_layer(experiment.epsilon, &bounds)
        }
    };
    all.into_iter().map(|tolerance| tolerance.min(experiment.w_max)).collect()
}
