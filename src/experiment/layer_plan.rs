//! Theory's numbers for one layer.

use std::sync::Arc;

use crate::method::LayerTask;
use crate::network::{Network, NonzeroWeights};
use crate::theory::Count;
use crate::theory::section5::Ranges;

/// Theory's numbers for one layer of one construction.
#[derive(Clone, Copy, Debug)]
pub struct LayerPlan {
    /// P_i
    pub weights: u64,
    /// the weights other than 0: the others need no neuron
    pub nonzero: NonzeroWeights,
    /// ranges of weights and products
    pub ranges: Ranges,
    /// the published bound over the weights other than 0, a limit for the construction; all layers together are to succeed
    /// with probability ≥ 1 − δ.
    /// `None` without a published constant, and if no hit is possible.
    ///
    /// For Theorem 3 it is M_i as printed, of these weights. Its proof has a gap for P_i > 1 (see [`theorem3`](crate::theory::theorem3));
    /// `neurons_all_targets` closes it. A bound promises nothing for a target in breach of one of the
    /// [`assumptions`](super::LanePlan::assumptions), and never promises success of a particular allocation
    pub neurons: Option<Count>,
    /// enough neurons for all targets of the class at once, over all P_i weights (Theorem 3: with the proof's gap closed)
    pub neurons_all_targets: Option<Count>,
    /// leave the half for x < 0 unbuilt
    pub skip_negative_half: bool,
}

impl LayerPlan {
    /// The layer as a method is given it; `layer` from 1.
    pub fn task<'a>(&self, target: &'a Arc<Network>, layer: usize) -> LayerTask<'a> {
        let (outputs, inputs) = target.weights(layer).dim();
        let Self { nonzero, ranges, skip_negative_half, .. } = *self;
        LayerTask { target, layer, inputs, outputs, nonzero, ranges, skip_negative_half }
    }

    /// Weights other than 0, at most P_i.
    pub fn nonzero_weights(&self) -> u64 {
        self.nonzero.weights
    }

    /// The layer with the finest tolerance: its ranges, k′ and k represent the construction in one number. All layers agree
    /// unless tolerances are per layer. There is at least one layer.
    pub fn finest(layers: &[Self]) -> &Self {
        layers.iter().fold(&layers[0], |a, b| if b.ranges.k_prime > a.ranges.k_prime { b } else { a })
    }

    /// Neurons of all layers for each weight of the network; `None` without a bound for a layer.
    pub fn neurons_per_weight(layers: &[Self]) -> Option<Count> {
        let neurons: Option<Count> = layers.iter().map(|layer| layer.neurons).sum();
        let weights: u64 = layers.iter().map(|layer| layer.weights).sum();
        neurons.map(|neurons| neurons.ratio(weights.into()))
    }
}
