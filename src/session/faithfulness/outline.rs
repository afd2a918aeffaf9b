//! What a check repeats.

use serde::{Deserialize, Serialize};

use crate::construction::Mode;
use crate::experiment::{Assumption, Construction};
use crate::learning::LearnedMethod;
use crate::theory::Count;

/// What a check repeats, the network left out: with the records of the runs, all that its results need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckOutline {
    /// of run 0; the next ones count up
    pub seed: u64,
    /// of each construction
    pub runs: u64,
    /// of each learned method
    pub learned_runs: u64,
    /// neurons per weight in place of the bounds, if given
    pub budget: Option<f64>,
    /// the constructions
    pub lanes: Vec<RepeatedLane>,
    /// constructions not repeated, with their reasons
    pub refused: Vec<(Construction, String)>,
    /// the learned methods, their lanes behind those of all constructions
    pub learned: Vec<RepeatedMethod>,
}

/// A construction to be repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatedLane {
    /// which one
    pub construction: Construction,
    /// whether every neuron is drawn
    pub mode: Mode,
    /// layers 1…ℓ
    pub layers: Vec<RepeatedLayer>,
    /// of its bound
    pub assumptions: Vec<Assumption>,
}

/// A layer of a construction to be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatedLayer {
    /// P_i
    pub weights: u64,
    /// n_{i−1} + n_i
    pub ends: usize,
    /// the most neurons it may take: its bound, or what is allowed in its place
    pub limit: Count,
}

impl RepeatedLayer {
    /// The limit in neurons per weight.
    pub fn limit_per_weight(&self) -> Count {
        self.limit.ratio(self.weights.into())
    }
}

/// A learned method to be repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatedMethod {
    /// number of the lane in commands
    pub lane: usize,
    /// the method with its options
    #[serde(with = "super::as_ron")]
    pub method: LearnedMethod,
}

impl CheckOutline {
    /// Whether a check can have it, whatever a file says.
    pub fn is_sound(&self) -> bool {
        let is_layer =
            |layer: &RepeatedLayer| layer.weights > 0 && layer.ends > 0 && layer.limit.is_possible();
        let is_lane = |lane: &RepeatedLane| !lane.layers.is_empty() && lane.layers.iter().all(is_layer);
        self.runs > 0
            && (self.learned_runs > 0 || self.learned.is_empty())
            && self.budget.is_none_or(|budget| budget > 0.0 && budget.is_finite())
            && self.lanes.iter().all(is_lane)
    }

    /// The seed of a run.
    pub fn seed_of(&self, run: u64) -> u64 {
        self.seed.wrapping_add(run)
    }
}
