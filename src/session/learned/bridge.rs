//! Learned networks as targets of Theorem 3, computed once per finished round.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::LearnedLane;
use crate::experiment::{Construction, Experiment, ExperimentError, LayerPlan};
use crate::learning::rewinding::inputs_of_norm_1;
use crate::learning::{Arm, LearnedTicket};
use crate::session::Session;
use crate::session::background::{Background, lock};
use crate::theory::{Count, corollary7};

/// The network of a finished round as the target of Theorem 3's construction.
#[derive(Clone, Debug, PartialEq)]
pub struct BridgedNetwork {
    /// number of the lane in commands, from 0
    pub lane: usize,
    /// from 0
    pub round: usize,
    /// Theorem 3's numbers, or the reason for none
    pub need: Result<TheoremNeed, String>,
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

/// The learned networks of a session as targets, as far as they are computed.
#[derive(Clone, Debug, Default)]
pub struct Bridge {
    /// by lane, then by round
    pub networks: Vec<Arc<BridgedNetwork>>,
    /// finished rounds still to be computed
    pub pending: usize,
}

/// A finished round: the learned lane, from 0, and the round.
type BridgeKey = (usize, usize);

/// The networks computed so far. Results follow from the experiment alone, so clones of a session share them.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct BridgeCache(Arc<Mutex<BTreeMap<BridgeKey, Arc<BridgedNetwork>>>>);

/// A learned network, its numbers still to be computed.
struct BridgeQuestion {
    experiment: Arc<Experiment>,
    lane: usize,
    round: usize,
    ticket: LearnedTicket,
}

impl TheoremNeed {
    fn new(experiment: &Experiment, ticket: &LearnedTicket) -> Result<Self, ExperimentError> {
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
            g_weights: corollary7::total_weights(target.target.architecture().widths(), &neurons),
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

impl BridgeQuestion {
    fn answer(self) -> BridgedNetwork {
        let need = TheoremNeed::new(&self.experiment, &self.ticket).map_err(|error| error.to_string());
        BridgedNetwork { lane: self.lane, round: self.round, need }
    }
}

impl BridgeCache {
    fn get(&self, key: BridgeKey) -> Option<Arc<BridgedNetwork>> {
        lock(&self.0).get(&key).cloned()
    }

    fn add(&self, key: BridgeKey, network: BridgedNetwork) {
        lock(&self.0).insert(key, Arc::new(network));
    }
}

impl Session {
    /// Every learned network of a finished round as the target of Theorem 3's construction: what is still unknown is
    /// computed now, on the threads of the current rayon pool.
    pub fn bridge(&self) -> Bridge {
        let missing: Vec<_> =
            self.bridge_keys().filter(|&key| self.bridge_cache().get(key).is_none()).collect();
        missing.into_par_iter().for_each(|key| {
            if let Some(question) = self.bridge_question(key) {
                self.bridge_cache().add(key, question.answer());
            }
        });
        self.known_bridge()
    }

    /// [`bridge`](Self::bridge), as far as it is computed.
    fn known_bridge(&self) -> Bridge {
        let mut bridge = Bridge::default();
        for key in self.bridge_keys() {
            match self.bridge_cache().get(key) {
                Some(network) => bridge.networks.push(network),
                None => bridge.pending += 1,
            }
        }
        bridge
    }

    /// The finished rounds.
    fn bridge_keys(&self) -> impl Iterator<Item = BridgeKey> + '_ {
        let rounds = |(lane, learned): (usize, &LearnedLane)| {
            let finished = learned.rounds().iter().filter(|round| round.arm(Arm::Ticket).is_some());
            finished.map(|round| (lane, round.round)).collect::<Vec<_>>()
        };
        self.learned().iter().enumerate().flat_map(rounds)
    }

    fn bridge_question(&self, (lane, round): BridgeKey) -> Option<BridgeQuestion> {
        let learner = self.learned().get(lane)?.learner();
        // Edge-popup has one round, and so one ticket.
        let ticket = learner.ticket_of(round).or_else(|| learner.ticket())?;
        let experiment = Arc::clone(self.experiment());
        Some(BridgeQuestion { experiment, lane: self.lanes().len() + lane, round, ticket })
    }
}

/// The bridge on view, computed on a thread of its own, a network at a time.
#[derive(Debug, Default)]
pub(in crate::session) struct BridgeWatch {
    is_watched: bool,
    under_way: Option<(BridgeKey, Background<BridgedNetwork>)>,
    is_behind: bool,
}

impl BridgeWatch {
    /// Watches, or no more.
    pub(in crate::session) fn turn(&mut self, is_watched: bool) {
        self.is_watched = is_watched;
        self.is_behind &= is_watched;
    }

    /// Another session has other networks.
    pub(in crate::session) fn turn_back(&mut self) {
        (self.under_way, self.is_behind) = (None, false);
    }

    /// Takes what is computed, and starts the next network.
    pub(in crate::session) fn look(&mut self, session: &Session) {
        if !self.is_watched {
            return;
        }
        if let Some((key, computing)) = self.under_way.take() {
            match computing.wait(&|| true) {
                Some(network) => session.bridge_cache().add(key, network),
                None => self.under_way = Some((key, computing)),
            }
        }
        let missing = session.bridge_keys().find(|&key| session.bridge_cache().get(key).is_none());
        if let (Some(key), None) = (missing, &self.under_way)
            && let Some(question) = session.bridge_question(key)
        {
            self.under_way = Some((key, Background::start(move |_| Some(question.answer()))));
        }
        self.is_behind = missing.is_some();
    }

    /// Whether a network is still under way.
    pub(in crate::session) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// The bridge of a session, while it is watched.
    pub(in crate::session) fn view(&self, session: &Session) -> Option<Bridge> {
        self.is_watched.then(|| session.known_bridge())
    }
}
