//! The trained network of a learned ticket as a target of the constructions.

use super::super::{LearnedTicket, TicketWeights, target_network};
use crate::network::{Network, NetworkError};

/// The trained network of a ticket, pruned weights 0, from the features to the outputs before the softmax; `None` for a
/// ticket of frozen weights. A standardisation of the inputs is part of layer 1. Inputs of norm 1
/// ([`InputScaling::UnitNorm`](super::super::InputScaling)) are left to the caller: that map is no layer.
///
/// # Errors
/// [`NetworkError`] for weights that are not finite.
pub fn trained_network(ticket: &LearnedTicket) -> Option<Result<Network, NetworkError>> {
    let TicketWeights::Trained { trained, .. } = &ticket.weights else { return None };
    Some(target_network(trained, ticket.standardisation.as_ref(), None))
}
