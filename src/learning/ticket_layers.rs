//! The layers of a learned ticket's network, from the features to the outputs before the softmax.

use super::edge_popup::frozen::FrozenLaw;
use super::training::streams;
use super::{LearnedTicket, TicketLayers, TicketWeights, target_layers};

impl LearnedTicket {
    /// The layers in f64, pruned weights 0; frozen weights are made again from the seed. A standardisation of the inputs is
    /// part of layer 1. Inputs of norm 1 ([`InputScaling::UnitNorm`](super::InputScaling)) are left to the caller: that map is
    /// no layer.
    pub fn layers(&self) -> TicketLayers {
        let frozen;
        let parameters = match &self.weights {
            TicketWeights::Trained { trained, .. } => trained,
            TicketWeights::Frozen { law, scaled_by } => {
                let law = FrozenLaw { weights: *law, scaled_by: *scaled_by };
                let mut network = law.network(self.seed, streams::FROZEN, &self.widths);
                network.prune(&self.masks);
                frozen = network;
                &frozen
            }
        };
        target_layers(parameters, self.standardisation.as_ref())
    }
}
