//! Small target networks for properties: every shape up to 5 wide and 3 deep, with the weights that are special
//! (0, −0, ±w_max) far more often than chance has them.

use std::sync::Arc;

use ndarray::Array2;
use proptest::prelude::*;
use slth::construction::{Allocation, LayerBuilder, LayerProblem, Match, Mode, Sharing, Sum, Until};
use slth::network::{Activation, Network, NonzeroWeights};
use slth::sampling::{Hyperbolic, Law};
use slth::theory::{Count, section5::Ranges, theorem3};

/// A network and the inputs of its construction.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) target: Arc<Network>,
    pub(crate) ranges: Ranges,
    pub(crate) sharing: Sharing,
    pub(crate) seed: u64,
    /// neurons per layer; `None` for Theorem 3's M_i, for each block where neurons come in blocks
    pub(crate) bound: Option<u64>,
}

impl Case {
    pub(crate) fn layers(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.target.architecture().layers()
    }

    pub(crate) fn problem(&self, layer: usize, skip_negative_half: bool) -> LayerProblem {
        let architecture = self.target.architecture();
        let (alpha, beta) = self.ranges.weight;
        LayerProblem {
            target: Arc::clone(&self.target),
            layer,
            ranges: self.ranges,
            law: Law::Hyperbolic(Hyperbolic::new(alpha, beta).unwrap()),
            seed: self.seed,
            bound: Some(Count::from(self.bound.unwrap_or_else(|| {
                let nonzero = NonzeroWeights::of(self.target.weights(layer));
                let (k_prime, layers) = (self.ranges.k_prime, architecture.layers());
                self.sharing.blocks(nonzero) * theorem3::neurons(k_prime, nonzero.weights, layers, 0.01)
            }))),
            skip_negative_half,
            matching: Match::Product,
            sum: Sum::Golden,
            sharing: self.sharing,
            mode: Mode::Drawn,
        }
    }
}

/// The layer, built to its end.
pub(crate) fn built(problem: LayerProblem) -> LayerBuilder {
    let mut builder = LayerBuilder::new(problem);
    builder.advance(u64::MAX, Until::Neurons);
    assert!(builder.is_done());
    builder
}

fn weight() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -1.0..1.0_f64,
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0]),
        1 => -1e-3..1e-3_f64,
    ]
}

/// Networks with weights in ±w_max.
fn network(w_max: f64, activations: Vec<Activation>) -> impl Strategy<Value = Network> {
    let activation = prop::sample::select(activations);
    (prop::collection::vec(1..=5_usize, 2..=4), activation.clone(), activation)
        .prop_flat_map(|(widths, hidden, output)| {
            let total: usize = widths.windows(2).map(|n| n[0] * n[1]).sum();
            (Just(widths), prop::collection::vec(weight(), total), Just((hidden, output)))
        })
        .prop_map(move |(widths, weights, (hidden, output))| {
            let mut weights = weights.into_iter().map(|w| w * w_max);
            let layers = widths
                .windows(2)
                .map(|n| Array2::from_shape_simple_fn((n[1], n[0]), || weights.next().unwrap()));
            Network::new(layers.collect(), hidden, output).unwrap()
        })
}

/// Cases with bases 1.1…1.618 (7 to 80 buckets a half and more) and accuracies 0.001…0.3 of w_max.
pub(crate) fn cases(
    activations: Vec<Activation>,
    bound: impl Strategy<Value = Option<u64>> + Clone,
) -> impl Strategy<Value = Case> {
    let allocations = [Allocation::InOrder, Allocation::FirstFit, Allocation::OnDemand];
    let mut sharing: Vec<Sharing> = allocations.map(Sharing::Layer).to_vec();
    sharing.extend([Sharing::Input, Sharing::Nobody]);
    let sharing = prop::sample::select(sharing);
    let accuracy = (-3.0..-0.52_f64).prop_map(|exponent| 10_f64.powf(exponent));
    (0.1..10.0_f64, 1.1..=1.618_f64, accuracy).prop_flat_map(move |(w_max, base, accuracy)| {
        let ranges = Ranges::new(accuracy * w_max / 2.0, w_max, base);
        (network(w_max, activations.clone()), sharing.clone(), any::<u64>(), bound.clone()).prop_map(
            move |(target, sharing, seed, bound)| Case {
                target: Arc::new(target),
                ranges,
                sharing,
                seed,
                bound,
            },
        )
    })
}

/// Mostly M_i, else too few.
pub(crate) fn any_bound() -> impl Strategy<Value = Option<u64>> + Clone {
    prop_oneof![2 => Just(None), 1 => (0..300_u64).prop_map(Some)]
}
