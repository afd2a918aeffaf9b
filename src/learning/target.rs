//! Learned parameters as a target of the constructions.

use ndarray::{Array1, Array2};

use super::Standardisation;
use super::training::Parameters;
use crate::network::Activation;

/// Weights and biases in f64. Between the layers stands ReLU, behind the last the identity.
#[derive(Clone, Debug, PartialEq)]
pub struct TicketLayers {
    /// of each layer, outputs × inputs; pruned weights are 0
    pub weights: Vec<Array2<f64>>,
    /// of each layer; `None` for none
    pub biases: Vec<Option<Array1<f64>>>,
}

impl TicketLayers {
    /// ReLU between the layers, the identity behind the last.
    pub fn activations(&self) -> Vec<Activation> {
        let mut activations = vec![Activation::Relu; self.weights.len()];
        if let Some(last) = activations.last_mut() {
            *last = Activation::Identity;
        }
        activations
    }
}

/// The layers of these parameters in f64, a standardisation of the inputs as part of layer 1: its weights are divided by the
/// deviations, and its biases take up the means.
pub fn target_layers(parameters: &Parameters, standardisation: Option<&Standardisation>) -> TicketLayers {
    let Parameters { weights, biases } = parameters;
    let mut weights: Vec<_> = weights.iter().map(|layer| layer.mapv(f64::from)).collect();
    let mut biases: Vec<Option<Array1<f64>>> = match biases {
        Some(biases) => biases.iter().map(|bias| Some(bias.mapv(f64::from))).collect(),
        None => vec![None; weights.len()],
    };
    if let (Some(map), Some(first), Some(bias)) = (standardisation, weights.first_mut(), biases.first_mut()) {
        let scale = Array1::from_iter(map.deviation.iter().map(|deviation| 1.0 / deviation));
        *first = &*first * &scale;
        let shift = first.dot(&Array1::from_vec(map.mean.clone()));
        *bias = Some(bias.take().unwrap_or_else(|| Array1::zeros(first.nrows())) - shift);
    }
    TicketLayers { weights, biases }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::network::Network;

    fn network(parameters: &Parameters, standardisation: Option<&Standardisation>) -> Network {
        let layers = target_layers(parameters, standardisation);
        let activations = layers.activations();
        Network::with_biases(layers.weights, layers.biases, activations).unwrap()
    }

    /// Means ½ and 2, deviations 2 and 4: (0.5·(x₁ − ½)/2 − (x₂ − 2)/4, …) for x = (1.5, 4).
    #[test]
    fn a_standardisation_is_folded_into_the_first_layer() {
        let parameters = Parameters { weights: vec![array![[0.5, -1.0], [2.0, 0.0]]], biases: None };
        let map = Standardisation { mean: vec![0.5, 2.0], deviation: vec![2.0, 4.0] };
        let folded = network(&parameters, Some(&map));
        let folded = folded.weights(1);
        // The inputs carry a constant 1 for the biases.
        let outputs = folded.dot(&array![1.5, 4.0, 1.0]);
        assert_eq!((outputs[0], outputs[1]), (-0.25, 1.0));
        let plain = network(&parameters, None);
        assert_eq!(plain.weights(1), array![[0.5, -1.0], [2.0, 0.0]]);
        assert!(plain.fold().is_none());
    }
}
