//! A network as theory sees it: a shape, Lemma 1's quantities of each layer, and the fields of the setup. It is the target's
//! own outline, or one imagined from it.

use std::collections::HashMap;
use std::sync::Arc;

use super::layer_plan::LayerPlan;
use super::preset::{NormSource, Setup, ToleranceRule};
use super::target_bounds::{TargetBounds, ValueBounds};
use super::walked::WalkedTolerance;
use crate::construction::MOST_LEVELS;
use crate::method::{BoundParameters, Construction, LayerBound, LayerTask};
use crate::network::NonzeroWeights;
use crate::theory::lemma1::{self, LayerBounds};
use crate::theory::section5::Ranges;
use crate::visible::number;

/// The arguments of the closed forms. An outline is cheap to copy and to change: another ε, another width, another depth.
#[derive(Clone, Debug)]
pub struct Outline {
    /// n₀…n_ℓ
    widths: Vec<usize>,
    /// layers 1…ℓ
    layers: Vec<LayerOutline>,
    /// the walk through a graph
    walk: Option<Arc<WalkedTolerance>>,
    /// F and the fields in force
    setup: Setup,
}

/// The quantities of one layer, its shape aside.
#[derive(Clone, Copy, Debug)]
struct LayerOutline {
    /// the layer of the target, or the one this layer is imagined from
    of: usize,
    /// λ_i > 0
    lambda: f64,
    /// ‖W*_i‖₂, or a bound on it with tolerances per layer
    norm: f64,
    /// sup ‖F_{i−1}‖₂
    input_norm: f64,
    /// weights other than 0 of the target's layer
    nonzero: NonzeroWeights,
    /// the smallest and the largest non-zero |w*|
    extremes: Option<(f64, f64)>,
    /// no input of the layer is negative: the half for x < 0 is dead
    never_negative: bool,
}

impl Outline {
    /// The outline of a resolved setup. `norms`: ‖W*_i‖₂ of each layer, or proven bounds with tolerances per layer.
    /// With a given ε_w, the ε of Lemma 1 is filled in, of a graph that of the walk.
    pub(super) fn new(setup: Setup, norms: &[f64], bounds: &TargetBounds) -> Self {
        let target = &setup.target;
        let architecture = target.architecture();
        let layer = |layer: usize| LayerOutline {
            of: layer,
            // Activations without a Lipschitz factor are refused when a preset is read.
            lambda: architecture.activation(layer).lipschitz().unwrap_or(1.0),
            norm: norms[layer - 1],
            input_norm: bounds.input_norm(layer),
            nonzero: NonzeroWeights::of(target.weights(layer)),
            extremes: target.weights(layer).iter().map(|w| w.abs()).filter(|&w| w != 0.0).fold(
                None,
                |extremes, w| {
                    let (least, most) = extremes.unwrap_or((w, w));
                    Some((w.min(least), w.max(most)))
                },
            ),
            never_negative: setup.inputs_never_negative(layer),
        };
        let layers = (1..=architecture.layers()).map(layer).collect();
        let walk = match &bounds.values {
            ValueBounds::Chain(_) => None,
            ValueBounds::Graph(graph, bounds) => {
                let (graph, bounds) = (Arc::clone(graph), Arc::clone(bounds));
                Some(Arc::new(WalkedTolerance::new(graph, bounds, target.matrices())))
            }
        };
        let mut outline = Self { widths: architecture.widths().to_vec(), layers, walk, setup };
        outline.setup.epsilon = outline.epsilon();
        outline
    }

    /// The fields in force. ε belongs to the network's own width and depth, see [`epsilon`](Self::epsilon).
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The same network, another accuracy > 0. A given ε_w is replaced by Lemma 1's, of a graph by the walk's.
    pub fn with_epsilon(&self, epsilon: f64) -> Self {
        let is_own = epsilon == self.epsilon();
        let rule = if self.walk.is_some() { ToleranceRule::Walk } else { ToleranceRule::Uniform };
        let tolerance = if self.given().is_some() && !is_own { rule } else { self.setup.tolerance };
        self.with(|setup| (setup.epsilon, setup.tolerance) = (epsilon, tolerance))
    }

    pub(super) fn setup_mut(&mut self) -> &mut Setup {
        &mut self.setup
    }

    /// The same network, other fields.
    pub(super) fn with(&self, change: impl FnOnce(&mut Setup)) -> Self {
        let mut other = self.clone();
        change(&mut other.setup);
        other
    }

    /// Whether no input of layer i = 1…ℓ can be negative: the half for x < 0 is dead.
    pub(super) fn is_half_dead(&self, layer: usize) -> bool {
        self.layers[layer - 1].never_negative
    }

    /// Whether other widths and depths can be imagined: layers that take one another can be wider or more, a graph has one shape.
    pub fn is_chain(&self) -> bool {
        self.walk.is_none()
    }

    /// All widths in proportion, the largest of them `n_max` ≥ 1, none below 1. The quantities of each layer
    /// (a measured ‖W_i‖₂, sup ‖F_{i−1}‖₂, the extremes of |w|, the share of weights other than 0) and F_max stay.
    pub fn with_width(&self, n_max: usize) -> Self {
        let own = self.n_max() as f64;
        // The widest comes out exact: a product of whole numbers is divided by one of its factors.
        let scaled = |&n: &usize| ((n as f64 * n_max as f64 / own).round() as usize).max(1);
        Self { widths: self.widths.iter().map(scaled).collect(), ..self.clone() }
    }

    /// `depth` ≥ 1 layers: the network's own in turn, again from layer 1 behind layer ℓ, each with the width behind it
    /// and with its quantities. F_max stays.
    pub fn with_depth(&self, depth: usize) -> Self {
        let in_turn = (0..depth).map(|index| index % self.depth());
        Self {
            widths: std::iter::once(self.widths[0])
                .chain(in_turn.clone().map(|i| self.widths[i + 1]))
                .collect(),
            layers: in_turn.map(|i| self.layers[i]).collect(),
            ..self.clone()
        }
    }

    /// n₀…n_ℓ
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// ℓ
    pub fn depth(&self) -> usize {
        self.layers.len()
    }

    /// The largest width, the input's included; of a graph, the most inputs or outputs of a layer.
    pub fn n_max(&self) -> usize {
        match self.walk {
            Some(_) => self.setup.target.architecture().n_max(),
            None => self.widths.iter().copied().max().unwrap_or(1),
        }
    }

    /// Inputs and outputs of layer i = 1…ℓ.
    fn shape(&self, layer: usize) -> (usize, usize) {
        match self.walk {
            Some(_) => {
                let (outputs, inputs) = self.setup.target.architecture().shape(layer);
                (inputs, outputs)
            }
            None => (self.widths[layer - 1], self.widths[layer]),
        }
    }

    /// ε; with a given ε_w, its consequence by Lemma 1, of a graph by the walk.
    pub fn epsilon(&self) -> f64 {
        match (self.given(), &self.walk) {
            (Some(tolerance), Some(walk)) => walk.accuracy(tolerance),
            (Some(tolerance), None) => lemma1::network_accuracy(
                tolerance,
                self.depth(),
                self.lambda_max(),
                self.n_max(),
                self.setup.f_max,
                self.norm_product(),
            ),
            (None, _) => self.setup.epsilon,
        }
    }

    /// ε_w, if it is given.
    fn given(&self) -> Option<f64> {
        self.setup.tolerance.given()
    }

    fn lambda_max(&self) -> f64 {
        self.layers.iter().fold(0.0_f64, |max, layer| max.max(layer.lambda))
    }

    /// ‖W_i‖₂ as Lemma 1 is given it.
    fn norm(&self, layer: &LayerOutline) -> f64 {
        match self.setup.norms {
            NormSource::Unit => 1.0,
            NormSource::Worst => self.setup.w_max * self.n_max() as f64,
            NormSource::Target => layer.norm,
        }
    }

    /// ‖W_i‖₂ as Lemma 1 is given it and ε_{w,i}, of each layer.
    pub fn norms_and_tolerances(&self) -> Vec<(f64, f64)> {
        self.layers.iter().map(|layer| self.norm(layer)).zip(self.tolerances()).collect()
    }

    fn norm_product(&self) -> f64 {
        lemma1::norm_product(self.layers.iter().map(|layer| (layer.lambda, self.norm(layer))))
    }

    /// The weights other than 0 of layer i = 1…ℓ; of an imagined layer, the share that its model has.
    pub fn nonzero(&self, layer: usize) -> NonzeroWeights {
        let LayerOutline { of, nonzero, .. } = self.layers[layer - 1];
        let (outputs, inputs) = self.setup.target.weights(of).dim();
        nonzero.scaled((inputs, outputs), self.shape(layer))
    }

    /// The largest ε for norms of the target, if Lemma 1 uses these.
    pub fn largest_epsilon(&self) -> Option<f64> {
        let uses_them = self.walk.is_none()
            && self.setup.norms == NormSource::Target
            && self.setup.tolerance != ToleranceRule::PerLayer;
        uses_them.then(|| {
            lemma1::largest_epsilon_for_target_norms(self.n_max(), self.setup.f_max, self.norm_product())
        })
    }

    /// ε_w of each layer, never above w_max.
    pub fn tolerances(&self) -> Vec<f64> {
        if let (Some(walk), None) = (&self.walk, self.given()) {
            return vec![walk.tolerance(self.setup.epsilon, self.setup.w_max); self.depth()];
        }
        let uniform = self.uniform_tolerance();
        let capped = |tolerance: f64| if tolerance > self.setup.w_max { self.setup.w_max } else { tolerance };
        match self.setup.tolerance {
            ToleranceRule::Uniform | ToleranceRule::Walk => vec![capped(uniform); self.depth()],
            ToleranceRule::Weight(tolerance) => vec![capped(tolerance.0); self.depth()],
            ToleranceRule::PerLayer => {
                let bounds: Vec<LayerBounds> = (1..)
                    .zip(&self.layers)
                    .map(|(number, layer)| LayerBounds {
                        lambda: layer.lambda,
                        nonzero_weights: self.nonzero(number).weights,
                        norm: self.norm(layer),
                        input_norm: layer.input_norm,
                    })
                    .collect();
                lemma1::tolerance_per_layer(self.epsilon(), self.setup.w_max, uniform, &bounds)
            }
        }
    }

    /// ε_w of Lemma 1, as it is printed.
    fn uniform_tolerance(&self) -> f64 {
        lemma1::weight_tolerance(
            self.epsilon(),
            self.depth(),
            self.lambda_max(),
            self.n_max(),
            self.setup.f_max,
            self.norm_product(),
        )
    }

    /// Checks G's weights and their products against the range of f64, and the number of buckets against its limit.
    ///
    /// # Errors
    /// The preset's field to change; expected and found values.
    pub fn check_ranges(&self) -> Result<(), (&'static str, String)> {
        for tolerance in self.tolerances() {
            let ranges = Ranges::new(tolerance / 2.0, self.setup.w_max, self.setup.base);
            // Squares of weights are the ends of the product law.
            let (low, high) = (ranges.weight.0 * ranges.weight.0, ranges.weight.1 * ranges.weight.1);
            if !(low >= f64::MIN_POSITIVE && high <= f64::MAX && tolerance >= f64::MIN_POSITIVE) {
                let (expected, w_max) = (
                    "weights and a tolerance whose products are ordinary numbers, from 2.3e-308 to 1.7e308",
                    self.setup.w_max,
                );
                return Err((
                    "target",
                    format!(
                        "expected {expected}, found w_max = {}, tolerance = {}",
                        number(w_max),
                        number(tolerance)
                    ),
                ));
            }
            if ranges.k_prime >= MOST_LEVELS as f64 {
                let (k_prime, base) = (ranges.k_prime, self.setup.base);
                let expected = format!("a base that makes fewer than {MOST_LEVELS} buckets");
                return Err((
                    "base",
                    format!("expected {expected}, found {base} with {}", number(k_prime.round())),
                ));
            }
        }
        Ok(())
    }

    /// Theory's numbers for each layer of a construction.
    pub fn layers(&self, construction: Construction) -> Vec<LayerPlan> {
        // Repeated layers have the same numbers.
        let mut known: HashMap<(usize, usize, usize, u64), LayerPlan> = HashMap::new();
        let n_max = self.n_max();
        let plan = |(number, tolerance): (usize, f64)| {
            let (inputs, outputs) = self.shape(number);
            let key = (self.layers[number - 1].of, inputs, outputs, tolerance.to_bits());
            *known.entry(key).or_insert_with(|| self.layer(construction, number, tolerance, n_max))
        };
        (1..).zip(self.tolerances()).map(plan).collect()
    }

    fn layer(&self, construction: Construction, number: usize, tolerance: f64, n_max: usize) -> LayerPlan {
        let outline = &self.layers[number - 1];
        let (inputs, outputs) = self.shape(number);
        let task = LayerTask {
            target: &self.setup.target,
            layer: outline.of,
            inputs,
            outputs,
            nonzero: self.nonzero(number),
            ranges: Ranges::new(tolerance / 2.0, self.setup.w_max, self.setup.base),
            skip_negative_half: self.setup.skip_dead_halves && outline.never_negative,
        };
        let parameters = BoundParameters {
            depth: self.depth(),
            n_max,
            epsilon: self.epsilon(),
            delta: self.setup.delta,
            extremes: outline.extremes,
        };
        let LayerBound { neurons, neurons_all_targets } = construction.method().bound(&task, &parameters);
        let LayerTask { nonzero, ranges, skip_negative_half, .. } = task;
        let weights = task.weights();
        LayerPlan { weights, nonzero, ranges, neurons, neurons_all_targets, skip_negative_half }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Experiment;
    use super::*;
    use crate::construction::{Match, ln_hit_probability};

    fn outline(preset: &str) -> Outline {
        Experiment::load(preset, None, &[]).unwrap().outline().clone()
    }

    #[test]
    fn own_width_and_depth_change_nothing() {
        for preset in ["digits", "wide", "example-5", "deep", "tiny"] {
            let own = outline(preset);
            for bent in [own.with_width(own.n_max()), own.with_depth(own.depth())] {
                assert_eq!(bent.widths(), own.widths());
                assert_eq!(bent.tolerances(), own.tolerances());
            }
        }
    }

    #[test]
    fn widths_keep_their_proportions_and_layers_come_in_turn() {
        let digits = outline("digits");
        assert_eq!(digits.with_width(128).widths(), [128, 64, 32, 20]);
        assert_eq!(digits.with_width(1).widths(), [1, 1, 1, 1]);
        assert_eq!(digits.with_depth(1).widths(), [64, 32]);
        assert_eq!(digits.with_depth(5).widths(), [64, 32, 16, 10, 32, 16]);
        assert_eq!(digits.with_depth(5).tolerances().len(), 5);
    }

    /// The rarest weight is an extreme one: against the minimum over all weights.
    #[test]
    fn the_rarest_product_is_that_of_an_extreme_weight() {
        // In the second, a tolerance as wide as w_max: there the smallest weight is the rarest.
        for (preset, settings) in [("digits", &[][..]), ("tiny", &["norms=Unit", "epsilon=10.0"][..])] {
            let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
            let experiment = Experiment::load(preset, None, &settings).unwrap();
            let outline = experiment.outline();
            for (layer, tolerance) in (1..).zip(outline.tolerances()) {
                let ln_p = |w: f64| ln_hit_probability(Match::Product, w, tolerance / 2.0).unwrap();
                let all = experiment.target.weights(layer).iter().filter(|&&w| w != 0.0).map(|&w| ln_p(w));
                let (least, most) = outline.layers[layer - 1].extremes.unwrap();
                let expected = all.fold(0.0, f64::min);
                assert!((ln_p(least).min(ln_p(most)) - expected).abs() < 1e-12 * expected.abs());
            }
        }
    }

    #[test]
    fn a_tolerance_finer_than_uniform_weights_has_no_product_pair() {
        let layers = outline("example-6").layers(Construction::ProductPair);
        assert!(layers.iter().all(|layer| layer.neurons.is_none()));
    }
}
