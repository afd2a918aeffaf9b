//! Lemma 1, approximation propagation: how accurate must a weight be?

use std::f64::consts::E;

use super::ln;
use crate::network::Architecture;

/// ε_w of Lemma 1: if every weight is within it, the network is within `epsilon` on all inputs,
/// ε_w = ε / (e·ℓ·λ_max·n_max^{3/2}·F_max·∏ max{1, λ_i‖Ŵ_i‖₂}).
///
/// * `layers` ℓ ≥ 1, `n_max` ≥ 1, `lambda_max` > 0
/// * `f_max` > 0: bound on every activation, inputs included, outputs not
/// * `norm_product` ≥ 1, from [`norm_product`]
pub fn weight_tolerance(
    epsilon: f64,
    layers: usize,
    lambda_max: f64,
    n_max: usize,
    f_max: f64,
    norm_product: f64,
) -> f64 {
    let n = n_max as f64;
    epsilon / (E * layers as f64 * lambda_max * (n * n.sqrt()) * f_max * norm_product)
}

/// Lemma 1 turned round: the accuracy ε of a network whose weights are all within `tolerance` ε_w,
/// ε = ε_w·e·ℓ·λ_max·n_max^{3/2}·F_max·∏ max{1, λ_i‖Ŵ_i‖₂}. Arguments as for [`weight_tolerance`].
pub fn network_accuracy(
    tolerance: f64,
    layers: usize,
    lambda_max: f64,
    n_max: usize,
    f_max: f64,
    norm_product: f64,
) -> f64 {
    let n = n_max as f64;
    tolerance * (E * layers as f64 * lambda_max * (n * n.sqrt()) * f_max * norm_product)
}

/// ∏ max{1, λ_i‖W_i‖₂} over the layers (Lemma 1).
pub fn norm_product(lambdas_and_norms: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    lambdas_and_norms.into_iter().map(|(lambda, norm)| (lambda * norm).max(1.0)).product()
}

/// The errors behind layers 1…ℓ promised by Lemma 1 for weights within their tolerances: with ‖ΔW_j‖₂ ≤ n_max·ε_{w,j} and
/// ‖F_{j−1}‖₂ ≤ √n_max·F_max its proof's recursion gives
/// e_i ≤ λ_max·n_max^{3/2}·F_max·Σ_{j≤i} ε_{w,j}·∏_{j≤i} max{1, λ_j‖Ŵ_j‖₂}. With ‖W_j‖₂ in place of ‖Ŵ_j‖₂ ≤ ‖W_j‖₂ + n_max·ε_{w,j},
/// the product grows by ∏_{j≤i} (1 + λ_j·n_max·ε_{w,j}) at most. Lemma 1 has a factor e for it, which is enough for the ε_w of
/// [`weight_tolerance`]; behind layer ℓ the promise then is ε. Tolerances of each layer ([`tolerance_per_layer`]) may be wider: if the
/// growth is above e, it takes the place of e. `layers`: λ_i, ‖W_i‖₂ and ε_{w,i} of each.
pub fn promised_errors(
    n_max: usize,
    f_max: f64,
    layers: impl IntoIterator<Item = (f64, f64, f64)> + Clone,
) -> Vec<f64> {
    let n = n_max as f64;
    let lambda_max = layers.clone().into_iter().fold(0.0_f64, |max, (lambda, ..)| max.max(lambda));
    let (mut tolerances, mut norms, mut growth) = (0.0, 1.0, 1.0_f64);
    let promised = |(lambda, norm, tolerance): (f64, f64, f64)| {
        tolerances += tolerance;
        norms *= (lambda * norm).max(1.0);
        growth *= 1.0 + lambda * n * tolerance;
        growth.max(E) * lambda_max * n * n.sqrt() * f_max * tolerances * norms
    };
    layers.into_iter().map(promised).collect()
}

/// The largest ε for which the norms of the target may stand in for those of the pruned network:
/// e·√n_max·F_max·∏max{1, λ‖W*‖}.
///
/// The error recursion of Lemma 1 does without the factor e; the spare e pays for
/// ∏max{1, λ‖Ŵ‖} ≤ (1 + λ_max·n_max·ε_w)^ℓ ∏max{1, λ‖W*‖} as long as λ_max·n_max·ε_w·ℓ ≤ 1, which is this
/// condition.
pub fn largest_epsilon_for_target_norms(n_max: usize, f_max: f64, norm_product: f64) -> f64 {
    E * (n_max as f64).sqrt() * f_max * norm_product
}

/// One layer's contribution to [`tolerance_per_layer`].
#[derive(Clone, Copy, Debug)]
pub struct LayerBounds {
    /// λ_i > 0
    pub lambda: f64,
    /// Q_i, weights of the layer other than 0
    pub nonzero_weights: u64,
    /// ‖W*_i‖₂ or a bound on it
    pub norm: f64,
    /// sup ‖F_{i−1}‖₂ over the inputs, or a bound on it; 0 behind a layer dead on all inputs
    pub input_norm: f64,
}

/// The sharper tolerance of each layer, never above `w_max`. It splits ε evenly over the layers, from the last one back:
/// ε_{w,i} = ε / (ℓ·λ_i·√Q_i·sup‖F_{i−1}‖₂·∏_{j>i} λ_j‖Ŵ_j‖₂), with ‖Ŵ_j‖₂ ≤ ‖W*_j‖₂ + ε_{w,j}√Q_j. A weight of 0 is met
/// exactly, by an all-zero mask; Q_i of the P_i weights are other than 0.
///
/// # Soundness
/// The recursion e_i ≤ λ_i(‖ΔW_i‖₂·sup‖F_{i−1}‖₂ + ‖Ŵ_i‖₂·e_{i−1}) of Lemma 1's proof, with ‖ΔW_i‖₂ ≤ ‖ΔW_i‖_F ≤ ε_{w,i}√Q_i (at
/// most Q_i entries of ΔW_i are not 0), ends at
/// e_ℓ ≤ Σ_i λ_i·ε_{w,i}√Q_i·sup‖F_{i−1}‖₂·∏_{j>i} λ_j(‖W*_j‖₂ + ε_{w,j}√Q_j) ≤ ε. A tolerance may be cut to any cap c_j
/// inside the recursion: the layers before it then follow from the cut value, and each summand stays at most ε/ℓ. A layer
/// with sup‖F_{i−1}‖₂ = 0 (dead inputs) or Q_i = 0 has no limit of its own, so the cap is its tolerance.
///
/// # Never finer than Lemma 1's
/// Two caps are tried. With c_j = w_max alone, a layer with small inputs gets a tolerance so wide that ‖Ŵ_j‖₂ may grow far
/// above ‖W*_j‖₂, at the cost of all layers before it. With c_j = max(ε_w, ‖W*_j‖₂/(ℓ√Q_j)), at most w_max, where ε_w
/// is `uniform`, Lemma 1's own tolerance, no layer is finer than ε_w: as long as ε_w·λ_max·n_max·ℓ ≤ 1 (see
/// [`largest_epsilon_for_target_norms`]),
/// λ_j(‖W*_j‖₂ + c_j√Q_j) ≤ (1 + 1/ℓ)·max{1, λ_j‖W*_j‖₂}, and (1 + 1/ℓ)^ℓ < e, sup‖F_{i−1}‖₂ ≤ √n_max·F_max and √Q_i ≤ n_max
/// make ε_{w,i} at least the ε_w of [`weight_tolerance`]. The result is the vector with the smaller Σ Q_i·ln(w_max/ε_{w,i}), the
/// number of buckets demanded up to a factor, among the vectors nowhere finer than ε_w. If neither is (F_max
/// was set below the activations, or ε is so large that Lemma 1 itself fails), it is the smaller one of the two.
///
/// A tolerance is 0 only if no positive f64 is small enough.
pub fn tolerance_per_layer(epsilon: f64, w_max: f64, uniform: f64, layers: &[LayerBounds]) -> Vec<f64> {
    let depth = layers.len() as f64;
    let wide = capped_tolerances(epsilon, layers, |_| w_max);
    let narrow = capped_tolerances(epsilon, layers, |layer| {
        let cap = layer.norm / (depth * (layer.nonzero_weights as f64).sqrt());
        if cap > uniform { cap.min(w_max) } else { uniform.min(w_max) }
    });
    let buckets = |tolerances: &[f64]| -> f64 {
        layers
            .iter()
            .zip(tolerances)
            .map(|(layer, t)| layer.nonzero_weights as f64 * (ln(w_max) - ln(*t)))
            .sum()
    };
    let is_finer = |tolerances: &[f64]| tolerances.iter().any(|&t| t < uniform.min(w_max));
    match (is_finer(&wide), is_finer(&narrow)) {
        (true, false) => narrow,
        (false, true) => wide,
        _ if buckets(&narrow) < buckets(&wide) => narrow,
        _ => wide,
    }
}

/// The recursion of [`tolerance_per_layer`] with these caps, each > 0.
fn capped_tolerances(epsilon: f64, layers: &[LayerBounds], cap: impl Fn(&LayerBounds) -> f64) -> Vec<f64> {
    let mut behind = 1.0;
    let mut tolerances: Vec<f64> = layers
        .iter()
        .rev()
        .map(|layer| {
            let root = (layer.nonzero_weights as f64).sqrt();
            let share = epsilon / (layers.len() as f64 * layer.lambda * root * layer.input_norm);
            let mut tolerance = share / behind;
            if tolerance.is_nan() {
                // ∞/∞ or 0/0, since overflow meets underflow: divide the other way round.
                tolerance =
                    epsilon / (layers.len() as f64 * layer.lambda * root) / (layer.input_norm * behind);
            }
            let cap = cap(layer);
            // With no input but 0, or no weight but 0, there is no limit; 0·∞ is NaN.
            let is_free = layer.input_norm == 0.0 || root == 0.0;
            let tolerance = if is_free || tolerance > cap { cap } else { tolerance };
            // No error passes a layer of zeros, whatever comes behind it.
            let passed = layer.lambda * (layer.norm + tolerance * root);
            behind = if passed == 0.0 { 0.0 } else { behind * passed };
            tolerance
        })
        .collect();
    tolerances.reverse();
    tolerances
}

/// λ_max of an architecture; `None` if an activation has no Lipschitz factor.
pub fn lambda_max(architecture: &Architecture) -> Option<f64> {
    architecture.activations().iter().try_fold(0.0_f64, |max, a| Some(max.max(a.lipschitz()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::assert_digits;
    use proptest::prelude::*;

    #[test]
    fn example_2_worst_norms() {
        let product = norm_product((0..10).map(|_| (1.0, 100.0)));
        assert_digits(weight_tolerance(0.01, 10, 1.0, 100, 1.0, product), 3.678794411714423e-27);
    }

    #[test]
    fn example_2_and_5_unit_norms() {
        let product = norm_product((0..10).map(|_| (1.0, 1.0)));
        let tolerance = weight_tolerance(0.01, 10, 1.0, 100, 1.0, product);
        assert_digits(tolerance, 3.678794411714423e-7);
        assert_eq!(format!("{tolerance:.11e}"), "3.67879441171e-7");
    }

    #[test]
    fn what_is_promised_behind_the_last_layer_is_epsilon() {
        let norms = [(1.0, 2.0), (0.25, 2.0), (1.0, 3.0)];
        let tolerance = weight_tolerance(0.01, 3, 1.0, 7, 1.5, norm_product(norms));
        let layers = norms.map(|(lambda, norm)| (lambda, norm, tolerance));
        let promised = promised_errors(7, 1.5, layers);
        assert_digits(promised[2], 0.01);
        assert_digits(promised[1], 0.01 * 2.0 / 3.0 / 3.0);
        assert!(promised.is_sorted());
    }

    /// With tolerances wide enough for norms to grow by more than e: against the recursion itself, every norm at its largest.
    #[test]
    fn what_is_promised_is_a_bound_for_any_tolerances() {
        let (n_max, f_max) = (5, 2.0);
        let n = n_max as f64;
        for tolerances in [[0.5, 0.9, 0.8], [1e-3, 2.0, 1e-3], [1e-9, 1e-9, 1e-9], [0.0, 1.0, 0.0]] {
            let layers = [(1.0, 0.5), (0.25, 3.0), (1.0, 2.0)];
            let all = [0, 1, 2].map(|i| (layers[i].0, layers[i].1, tolerances[i]));
            let promised = promised_errors(n_max, f_max, all);
            let mut error = 0.0;
            for ((lambda, norm, tolerance), promised) in all.into_iter().zip(promised) {
                error = lambda * (n * tolerance * n.sqrt() * f_max + (norm + n * tolerance) * error);
                assert!(error <= promised, "{tolerances:?}: {error} > {promised}");
            }
        }
    }

    #[test]
    fn the_accuracy_that_follows_asks_for_the_tolerance_given() {
        for (tolerance, product) in [(0.01, 1.0), (3e-27, 1e20), (1e-7, 3.25)] {
            let epsilon = network_accuracy(tolerance, 10, 1.0, 100, 1.5, product);
            assert_digits(weight_tolerance(epsilon, 10, 1.0, 100, 1.5, product), tolerance);
        }
        let paper = network_accuracy(3.678794411714423e-7, 10, 1.0, 100, 1.0, 1.0);
        assert_digits(paper, 0.01);
    }

    #[test]
    fn small_norms_do_not_loosen_the_tolerance() {
        assert_eq!(norm_product([(1.0, 0.1), (0.25, 2.0), (1.0, 3.0)]), 3.0);
    }

    #[test]
    fn per_layer_tolerances_add_up_to_epsilon() {
        let layers = [
            LayerBounds { lambda: 1.0, nonzero_weights: 12, norm: 2.5, input_norm: 1.0 },
            LayerBounds { lambda: 0.25, nonzero_weights: 9, norm: 4.0, input_norm: 2.5 },
            LayerBounds { lambda: 1.0, nonzero_weights: 6, norm: 0.5, input_norm: 3.0 },
        ];
        let tolerances = tolerance_per_layer(0.01, 1.0, 1e-5, &layers);
        let error = layers.iter().zip(&tolerances).fold(0.0, |e, (layer, t)| {
            let delta = t * (layer.nonzero_weights as f64).sqrt();
            layer.lambda * (delta * layer.input_norm + (layer.norm + delta) * e)
        });
        assert_digits(error, 0.01);
    }

    #[test]
    fn a_dead_layer_takes_what_it_may_and_spoils_no_other() {
        let layer =
            |norm: f64, input_norm: f64| LayerBounds { lambda: 1.0, nonzero_weights: 4, norm, input_norm };
        // 1e-300 makes shares beyond f64, 1e300 makes products beyond it.
        let dead =
            [layer(0.9, 1.0), layer(0.0, 0.0), layer(0.9, 1e-300), layer(1e300, 1e-320), layer(1e300, 1.0)];
        for layers in [&dead[..3], &dead[..2], &dead[2..4], &dead[3..]] {
            let norms = layers.iter().map(|layer| (1.0, layer.norm));
            let uniform = weight_tolerance(0.01, layers.len(), 1.0, 2, 1.0, norm_product(norms));
            let tolerances = tolerance_per_layer(0.01, 1.0, uniform, layers);
            assert!(tolerances.iter().all(|t| *t >= uniform && *t <= 1.0), "{uniform} {tolerances:?}");
            let error = layers
                .iter()
                .zip(&tolerances)
                .fold(0.0, |e, (layer, t)| 2.0 * t * layer.input_norm + (layer.norm + 2.0 * t) * e);
            assert!(error <= 0.01 * (1.0 + 1e-12), "{error}");
        }
    }

    proptest! {
        /// Layers as they come: widths up to 30, norms and inputs over many decades, dead ones among them.
        #[test]
        fn no_layer_is_finer_than_lemma_1s_and_the_recursion_ends_below_epsilon(
            layers in prop::collection::vec((1..30_u32, 1..30_u32, -4.0..3.0_f64, 0.0..30.0_f64, 0..8_u32, any::<bool>()), 1..9),
            exponent in -9.0..-1.0_f64,
        ) {
            let (n_max, f_max) = (30, 1.0);
            let of = |&(rows, columns, norm, small, special, logistic): &(u32, u32, f64, f64, u32, bool)| LayerBounds {
                lambda: if logistic { 0.25 } else { 1.0 },
                nonzero_weights: u64::from(rows * columns),
                norm: if special == 1 { 0.0 } else { 10_f64.powf(norm) },
                // At most √n_{i−1}·F_max.
                input_norm: match special {
                    2 => 0.0,
                    3 => f64::from(columns).sqrt(),
                    _ => f64::from(columns).sqrt() * 10_f64.powf(-small),
                },
            };
            let layers: Vec<LayerBounds> = layers.iter().map(of).collect();
            let (depth, epsilon) = (layers.len(), 10_f64.powf(exponent));
            let lambda_max = layers.iter().fold(0.0_f64, |max, layer| max.max(layer.lambda));
            let product = norm_product(layers.iter().map(|layer| (layer.lambda, layer.norm)));
            let uniform = weight_tolerance(epsilon, depth, lambda_max, n_max, f_max, product);
            prop_assume!(uniform * lambda_max * n_max as f64 * depth as f64 <= 1.0);
            let tolerances = tolerance_per_layer(epsilon, 1.0, uniform, &layers);
            let error = layers.iter().zip(&tolerances).fold(0.0, |e, (layer, t)| {
                let delta = t * (layer.nonzero_weights as f64).sqrt();
                layer.lambda * (delta * layer.input_norm + (layer.norm + delta) * e)
            });
            prop_assert!(error <= epsilon * (1.0 + 1e-12), "{error} above {epsilon}: {tolerances:?}");
            prop_assert!(tolerances.iter().all(|t| *t >= uniform && *t <= 1.0), "{uniform}: {tolerances:?}");
        }
    }

    /// Its error is 0, and so is the error of all layers before it. Infinite norms before it make NaN of careless code.
    #[test]
    fn a_layer_of_zeros_has_no_limit_and_hides_the_layers_before_it() {
        let layer = |norm: f64, nonzero_weights: u64| LayerBounds {
            lambda: 1.0,
            nonzero_weights,
            norm,
            input_norm: 1.0,
        };
        let (zeros, others) = (layer(0.0, 0), layer(2.0, 9));
        let uniform = weight_tolerance(0.01, 3, 1.0, 3, 1.0, 4.0);
        let tolerances = tolerance_per_layer(0.01, 1.0, uniform, &[others, zeros, others]);
        assert_eq!(tolerances[..2], [1.0, 1.0]);
        assert_digits(tolerances[2], 0.01 / 9.0);
        for layers in [&[zeros][..], &[layer(1e300, 9), zeros, layer(1e300, 9), layer(1e300, 9)]] {
            let tolerances = tolerance_per_layer(0.01, 1.0, 1e-200, layers);
            assert!(tolerances.iter().all(|t| *t > 0.0 && *t <= 1.0), "{tolerances:?}");
        }
    }

    /// A quarter of the weights: twice the tolerance.
    #[test]
    fn weights_of_zero_widen_the_tolerance_of_their_layer() {
        let layer =
            |nonzero_weights| LayerBounds { lambda: 1.0, nonzero_weights, norm: 1.0, input_norm: 1.0 };
        let of = |nonzero_weights| tolerance_per_layer(0.01, 1.0, 1e-6, &[layer(nonzero_weights)])[0];
        assert_digits(of(100), 2.0 * of(400));
    }

    /// Small inputs behind the first layer: a tolerance cut to w_max after the recursion, or a cut to it alone within,
    /// costs the first layer more than it saves.
    #[test]
    fn a_wide_tolerance_does_not_make_the_layers_before_it_finer_than_lemma_1s() {
        let layer =
            |input_norm: f64| LayerBounds { lambda: 1.0, nonzero_weights: 10_000, norm: 1.0, input_norm };
        let layers = [layer(1.0), layer(1e-9), layer(1e-9), layer(1e-9)];
        let uniform = weight_tolerance(0.01, 4, 1.0, 100, 1.0, 1.0);
        let tolerances = tolerance_per_layer(0.01, 1.0, uniform, &layers);
        assert!(tolerances.iter().all(|t| *t >= uniform), "{tolerances:?}");
        assert!(capped_tolerances(0.01, &layers, |_| 1.0)[0] < uniform / 10.0);
    }
}
