//! One setup with one method: its runs differ in their seeds.

use std::sync::Arc;

use super::file::ReadSweep;
use crate::experiment::{Experiment, ExperimentError, Place, Plan};
use crate::learning::{LearnedMethod, start};
use crate::method::Construction;
use crate::session::Session;

/// Cost of a target weight beside its neurons, in draws: tried on inputs, measured and certified.
const CHECKED_WEIGHT: f64 = 2_000.0;

/// Cost of a run beside its weights, in draws.
const STARTED: f64 = 50_000.0;

/// Cost of a weight of a learned network in a batch, in draws: forwards and backwards over about 100 examples.
const LEARNED_WEIGHT: f64 = 4.0;

/// The largest cost: sums of them stay finite.
const MOST: f64 = 1e200;

/// A method of a sweep: a run for each setup and seed.
#[derive(Clone, Debug, PartialEq)]
pub enum SweptMethod {
    /// a construction
    Construction(Construction),
    /// a learned method with its options
    Learned(Box<LearnedMethod>),
}

impl SweptMethod {
    /// The methods of a sweep; those left out are those of its base.
    pub(super) fn all_of(read: &ReadSweep, setup: &Experiment) -> Vec<Self> {
        let constructions = read.methods.as_ref().unwrap_or(&setup.constructions);
        let learned = read.learned.as_ref().unwrap_or(&setup.learned);
        let constructions = constructions.iter().copied().map(Self::Construction);
        constructions.chain(learned.iter().cloned().map(|method| Self::Learned(Box::new(method)))).collect()
    }

    /// Its id in tables.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Construction(construction) => construction.id(),
            Self::Learned(method) => method.name(),
        }
    }
}

/// A setup with one method.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// with this method alone, and any seed
    pub(super) experiment: Arc<Experiment>,
    pub(super) is_learned: bool,
    /// why it is not built; then it costs next to nothing
    pub(super) refused: Option<String>,
    /// expected cost of a run, in draws of a neuron
    pub(super) cost: f64,
    /// expected bytes of a run, those shared by all of this setup apart
    pub(super) memory: f64,
}

impl Job {
    /// The job of a setup and a method.
    ///
    /// # Errors
    /// [`ExperimentError`] for options that a learned method cannot start with.
    pub(super) fn new(setup: &Arc<Experiment>, method: &SweptMethod) -> Result<Self, ExperimentError> {
        let mut experiment = Experiment::clone(setup);
        let is_learned = matches!(method, SweptMethod::Learned(_));
        match method {
            SweptMethod::Construction(construction) => {
                experiment.constructions = vec![*construction];
                experiment.learned = Vec::new();
            }
            SweptMethod::Learned(method) => experiment.learned = vec![LearnedMethod::clone(method)],
        }
        let plan = Plan::new(&experiment);
        let shared = experiment.shared_memory();
        let (cost, memory, refused) = match method {
            SweptMethod::Construction(_) => {
                let draws: f64 =
                    plan.lanes.iter().map(|lane| lane.expected_draws(&experiment).as_f64()).sum();
                let weights = experiment.target.architecture().total_weights() as f64;
                let refused = match plan.refused.first() {
                    Some((_, reason)) => Some(reason.clone()),
                    None => experiment.check_can_build(&plan).err().map(|error| error.message().to_owned()),
                };
                let memory = experiment.peak_memory(&plan) - shared;
                (draws + CHECKED_WEIGHT * weights + STARTED, memory, refused)
            }
            SweptMethod::Learned(method) => {
                let cost = STARTED + learned_cost(&experiment, method)?;
                (cost, experiment.learned_memory(false), None)
            }
        };
        let cost = if refused.is_some() { 1.0 } else { cost.min(MOST) };
        Ok(Self { experiment: Arc::new(experiment), is_learned, refused, cost, memory })
    }

    /// A session of the run with this seed, nothing built.
    ///
    /// # Errors
    /// [`ExperimentError`] if memory is short.
    pub(super) fn session(&self, seed: u64) -> Result<Session, ExperimentError> {
        let mut experiment = Experiment::clone(&self.experiment);
        experiment.seed = seed;
        if self.is_learned { Session::to_learn(experiment) } else { Session::new(experiment) }
    }
}

/// Batches × weights of the network.
fn learned_cost(experiment: &Experiment, method: &LearnedMethod) -> Result<f64, ExperimentError> {
    let Some(dataset) = &experiment.dataset else { return Ok(0.0) };
    let given = experiment.target.given_widths();
    let learner = start(method, given, dataset, experiment.seed)
        .map_err(|error| ExperimentError::new(Place::Field("learned".to_owned()), error.to_string()))?;
    let widths = method.widths().unwrap_or(given);
    let weights: f64 = widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum();
    Ok(learner.position().steps as f64 * weights * LEARNED_WEIGHT)
}
