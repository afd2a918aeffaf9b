//! What theory makes of an experiment: tolerances, ranges and numbers of neurons.

use super::{Construction, Experiment, LawChoice, NormSource, ToleranceRule};
use crate::construction::subset_sum::MOST_VALUES;
use crate::construction::{Allocation, MOST_LEVELS, Match, Mode, Sharing, Sum, ln_hit_probability};
use crate::network::spectral_norm_bound;
use crate::sampling::hits::LEAST_TOLERANCE;
use crate::theory::lemma1::{self, LayerBounds};
use crate::theory::section5::Ranges;
use crate::theory::{corollary10, malach, shared_golden, theorem3};

/// The finest ε_w/w_max for which sums of f64 hold a residual: k·2⁻⁵³ roundings stay far below it.
pub(super) const FINEST_TOLERANCE: f64 = 1e-13;

/// Above this many expected neurons a lane skips ahead, unless told otherwise.
const MOST_TO_DRAW: f64 = 1e9;

/// Theory's numbers for an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    /// ε_w of each layer
    pub weight_tolerance: Vec<f64>,
    /// one lane per construction that applies
    pub lanes: Vec<LanePlan>,
    /// the constructions that do not, and why
    pub refused: Vec<(Construction, String)>,
    /// widths n₀…n_ℓ
    widths: Vec<usize>,
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
}

/// Theory's numbers for one layer of one construction.
#[derive(Clone, Copy, Debug)]
pub struct LayerPlan {
    /// P_i
    pub weights: u64,
    /// ranges of weights and products
    pub ranges: Ranges,
    /// neurons that are enough for this target with probability ≥ 1 − δ (Theorem 3: M_i as printed); the
    /// construction stops there. `None` where no constant is published
    pub neurons: Option<f64>,
    /// neurons that are enough for all targets of the class at once (Theorem 3: with the proof's gap closed)
    pub neurons_all_targets: Option<f64>,
    /// leave the half unbuilt that passes x < 0
    pub skip_negative_half: bool,
}

impl Plan {
    /// The plan of an experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let (mut lanes, mut refused) = (Vec::new(), Vec::new());
        for &construction in &experiment.constructions {
            match refusal(experiment, construction) {
                Some(reason) => refused.push((construction, reason)),
                None => lanes.push(LanePlan {
                    construction,
                    mode: mode(experiment, construction),
                    layers: Self::layers(experiment, construction),
                }),
            }
        }
        let widths = experiment.target.architecture().widths().to_vec();
        Self { weight_tolerance: tolerances(experiment), lanes, refused, widths }
    }

    /// A construction's numbers for each layer.
    pub fn layers(experiment: &Experiment, construction: Construction) -> Vec<LayerPlan> {
        let architecture = experiment.target.architecture();
        let (depth, delta) = (architecture.layers(), experiment.delta);
        let (_, matching, sum, sharing) = construction.choices();
        let layer = |(layer, tolerance): (usize, f64)| {
            let ranges = Ranges::new(tolerance / 2.0, experiment.w_max, experiment.base);
            let (weights, k_prime) = (architecture.weights(layer), ranges.k_prime);
            let (neurons, neurons_all_targets) = match (sum, sharing, matching) {
                (Sum::Golden, Sharing::Layer(_), _) => (
                    Some(theorem3::neurons(k_prime, weights, depth, delta) as f64),
                    Some(theorem3::neurons_all_targets(k_prime, weights, depth, delta) as f64),
                ),
                (Sum::Golden, Sharing::Nobody, _) => {
                    let each =
                        |all| corollary10::neurons_per_weight(k_prime, weights, depth, delta, all) as f64;
                    (Some(each(false) * weights as f64), Some(each(true) * weights as f64))
                }
                (Sum::Golden, Sharing::Input, _) => {
                    let inputs = architecture.widths()[layer - 1] as f64;
                    let each = shared_golden::neurons_per_input(k_prime, weights, depth, delta) as f64;
                    (Some(each * inputs), Some(each * inputs))
                }
                (Sum::Single, _, Match::EachWeight) => {
                    (Some(malach::neurons(depth, architecture.n_max(), experiment.epsilon, delta)), None)
                }
                (Sum::Single, _, Match::Product) => {
                    (Some(product_pair_neurons(experiment, layer, ranges.half_tolerance)), None)
                }
                (Sum::Subset, _, _) => (None, None),
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
                let under_way = match lane.construction.choices().3 {
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

/// Neurons for a layer in which each half waits for a product within ε_h of its weight, nobody sharing: the rarest
/// weight's ⌈ln(2P_iℓ/δ)/p⌉ for every weight. A half stays without a hit with probability (1 − p)^m ≤ e^{−pm}; union
/// bound over 2P_i halves and ℓ layers. p is exact, for this target.
fn product_pair_neurons(experiment: &Experiment, layer: usize, eta: f64) -> f64 {
    let architecture = experiment.target.architecture();
    let (weights, depth) = (architecture.weights(layer) as f64, architecture.layers() as f64);
    let ln_p = experiment
        .target
        .weights(layer)
        .iter()
        .filter(|&&w| w != 0.0)
        .filter_map(|&w| ln_hit_probability(Match::Product, w, eta))
        .fold(0.0, f64::min);
    weights * (crate::theory::ln(2.0 * weights * depth / experiment.delta) / pxfm::f_exp(ln_p)).ceil()
}

/// Why a construction cannot be built for this target.
fn refusal(experiment: &Experiment, construction: Construction) -> Option<String> {
    let (law, _, sum, _) = construction.choices();
    if law != LawChoice::Uniform {
        return None;
    }
    let (largest, layer, output, input) = experiment.target.largest_weight();
    if sum == Sum::Single && largest > 1.0 {
        let place = format!("layer {layer}, output {output}, input {input}");
        return Some(format!("expected weights in [-1, 1], as G's are; found |w*| = {largest} in {place}"));
    }
    let finest = tolerances(experiment).into_iter().fold(f64::INFINITY, f64::min) / 2.0;
    if finest < LEAST_TOLERANCE {
        let least = "128 steps of G's uniform weights";
        return Some(format!(
            "expected a tolerance of at least {LEAST_TOLERANCE:.1e}, {least}; found {finest:.1e}"
        ));
    }
    let values = (-finest.log2()).ceil() + 4.0;
    (sum == Sum::Subset && values > MOST_VALUES as f64).then(|| {
        let cost = "whose search holds 2^22 sums a half";
        format!(
            "a sum within {finest:.1e} takes about {values} values; expected at most {MOST_VALUES}, {cost}"
        )
    })
}

/// As asked for; else skip ahead where too many neurons would have to be drawn. Only single neurons are that rare.
fn mode(experiment: &Experiment, construction: Construction) -> Mode {
    let (_, matching, sum, _) = construction.choices();
    if sum != Sum::Single {
        return Mode::Drawn;
    }
    experiment.mode.unwrap_or_else(|| {
        let expected: f64 = (1..)
            .zip(tolerances(experiment))
            .flat_map(|(layer, tolerance)| {
                // Two halves: the first of either after 1/2p, the other 1/p later.
                let wait = move |&w: &f64| {
                    ln_hit_probability(matching, w, tolerance / 2.0)
                        .map_or(0.0, |ln_p| 1.5 * pxfm::f_exp(-ln_p))
                };
                experiment.target.weights(layer).iter().map(wait)
            })
            .sum();
        if expected > MOST_TO_DRAW { Mode::SkipAhead } else { Mode::Drawn }
    })
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
