//! The trained network of a learned ticket as a target of the constructions.

use ndarray::Array1;

use super::super::training::Parameters;
use super::super::{LearnedTicket, TicketWeights};
use crate::network::{Activation, Network, NetworkError};

/// The trained network of a ticket, pruned weights 0, from the features to the outputs before the softmax; `None` for a
/// ticket of frozen weights. A standardisation of the inputs is part of layer 1. Inputs of norm 1
/// ([`InputScaling::UnitNorm`](super::super::InputScaling)) are left to the caller: that map is no layer.
///
/// # Errors
/// [`NetworkError`] for weights that are not finite.
pub fn trained_network(ticket: &LearnedTicket) -> Option<Result<Network, NetworkError>> {
    let TicketWeights::Trained { trained, .. } = &ticket.weights else { return None };
    let Parameters { weights, biases } = trained;
    let mut weights: Vec<_> = weights.iter().map(|layer| layer.mapv(f64::from)).collect();
    let mut biases: Vec<Option<Array1<f64>>> = match biases {
        Some(biases) => biases.iter().map(|bias| Some(bias.mapv(f64::from))).collect(),
        None => vec![None; weights.len()],
    };
    if let (Some(map), Some(first)) = (&ticket.standardisation, weights.first_mut()) {
        let scale = Array1::from_iter(map.deviation.iter().map(|deviation| 1.0 / deviation));
        *first = &*first * &scale;
        let shift = first.dot(&Array1::from_vec(map.mean.clone()));
        let bias = biases[0].take().unwrap_or_else(|| Array1::zeros(first.nrows()));
        biases[0] = Some(bias - shift);
    }
    let mut activations = vec![Activation::Relu; weights.len()];
    if let Some(last) = activations.last_mut() {
        *last = Activation::Identity;
    }
    Some(Network::with_biases(weights, biases, activations))
}
