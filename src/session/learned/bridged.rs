//! A learned network with Theorem 3's numbers, and the networks computed so far.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::experiment::{Construction, Experiment, ExperimentError, LayerPlan};
use crate::learning::LearnedTicket;
use crate::learning::rewinding::inputs_of_norm_1;
use crate::session::background::lock;
use crate::theory::{Count, corollary7};

/// The network of a finished round as the target of Theorem 3's construction.
#[derive(Clone, Debug, PartialEq)]
pub struct BridgedNetwork {
    /// number of the lane in commands, from 0; it grows with the constructions of the session
    pub lane: usize,
    /// from 0
    pub round: usize,
    /// Theorem 3's numbers, or the reason for none
    pub need: Arc<NeedOrReason>,
}

/// Theorem 3's numbers for a learned network.
#[derive(Clone, Debug, PartialEq)]
pub struct TheoremNeed {
    /// ε of the experiment; with a given ε_w, its consequence for this network
    pub epsilon: f64,
    /// the largest |w|
    pub w_max: f64,
    /// the largest activation over the test examples
    pub f_max: f64,
    /// of each layer, layer 1 first
    pub layers: Vec<BridgedLayer>,
    /// M_i of all layers
    pub neurons: Count,
    /// weights of G with its layers fully connected (Corollary 7)
    pub g_weights: Count,
    /// whether the network keeps the assumptions of the bound; else it promises nothing
    pub bound_applies: bool,
}

/// One layer of a learned network; its biases are weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BridgedLayer {
    /// weights other than 0
    pub nonzero_weights: u64,
    /// ‖W_i‖₂
    pub norm: f64,
    /// ε_w
    pub weight_tolerance: f64,
    /// buckets, a real number
    pub k_prime: f64,
    /// M_i
    pub neurons: Count,
}

/// Theorem 3's numbers, or the reason for none.
pub type NeedOrReason = Result<TheoremNeed, String>;

/// A finished round: the learned lane, from 0, and the round.
pub(super) type BridgeKey = (usize, usize);

/// The networks computed so far. Results follow from the experiment alone, so clones of a session share them.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct BridgeCache(Arc<Mutex<BTreeMap<BridgeKey, Arc<NeedOrReason>>>>);

impl BridgedNetwork {
    /// Theorem 3's numbers, if there are any.
    pub fn known(&self) -> Option<&TheoremNeed> {
        (*self.need).as_ref().ok()
    }
}

impl TheoremNeed {
    pub(super) fn new(experiment: &Experiment, ticket: &LearnedTicket) -> Result<Self, ExperimentError> {
        let inputs = experiment.dataset.as_ref().and_then(|dataset| {
            inputs_of_norm_1(&ticket.method, &dataset.test.inputs).map(|inputs| inputs.mapv(f64::from))
        });
        let target = experiment.retargeted(ticket.layers(), inputs)?;
        let construction = Construction::default();
        let plans = target.outline().layers(construction);
        let layer = |((plan, weight_tolerance), (layer, norm)): ((&LayerPlan, f64), (usize, &f64))| {
            let nonzero = target.target.weights(layer).iter().filter(|weight| **weight != 0.0);
            BridgedLayer {
                nonzero_weights: nonzero.count() as u64,
                norm: *norm,
                weight_tolerance,
                k_prime: plan.ranges.k_prime,
                // Theorem 3 has a constant: every layer has a number.
                neurons: plan.neurons.unwrap_or(Count::ZERO),
            }
        };
        let norms = (1..).zip(&target.target_norms);
        let layers: Vec<BridgedLayer> =
            plans.iter().zip(target.outline().tolerances()).zip(norms).map(layer).collect();
        let neurons: Vec<Count> = layers.iter().map(|layer| layer.neurons).collect();
        Ok(Self {
            epsilon: target.epsilon,
            w_max: target.w_max,
            f_max: target.f_max,
            neurons: neurons.iter().copied().sum(),
            g_weights: corollary7::total_weights(&target.target.architecture().shapes(), &neurons),
            bound_applies: target.bound_applies(construction),
            layers,
        })
    }

    /// Weights other than 0 of all layers, biases included.
    pub fn nonzero_weights(&self) -> u64 {
        self.layers.iter().map(|layer| layer.nonzero_weights).sum()
    }

    /// The finest ε_w of all layers.
    pub fn weight_tolerance(&self) -> f64 {
        self.layers.iter().fold(f64::INFINITY, |finest, layer| finest.min(layer.weight_tolerance))
    }

    /// Neurons for each weight other than 0.
    pub fn neurons_per_weight(&self) -> Count {
        self.neurons.ratio(self.nonzero_weights().into())
    }
}

impl BridgeCache {
    pub(super) fn get(&self, key: BridgeKey) -> Option<Arc<NeedOrReason>> {
        lock(&self.0).get(&key).cloned()
    }

    pub(super) fn add(&self, key: BridgeKey, need: NeedOrReason) {
        lock(&self.0).insert(key, Arc::new(need));
    }
}
