//! The trainings of a run: their order, beginnings and options.

use std::sync::Arc;

use ndarray::{Array1, Array2};

use super::super::options::{Control, Rewind, Rewinding};
use super::super::training::streams::{self, stream};
use super::super::training::{Masks, Parameters, Training, TrainingError, TrainingOptions};
use super::super::{Arm, Dataset, Standardisation};
use super::{Pruning, RewindingOptions, inputs, prune, random_mask};
use crate::sampling::Side;

/// The unchanging part of a run.
#[derive(Debug)]
pub(super) struct RewindingPlan {
    /// the method as given
    pub(super) method: Rewinding,
    pub(super) options: RewindingOptions,
    pub(super) widths: Vec<usize>,
    pub(super) seed: u64,
    /// with scaled inputs
    pub(super) dataset: Arc<Dataset>,
    pub(super) standardisation: Option<Standardisation>,
    pub(super) initial: Parameters,
    /// steps of a training
    pub(super) steps: u64,
}

/// The state on which the trainings of a round depend.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) round: usize,
    pub(super) masks: Arc<Masks>,
    /// the values to which weights and biases were rewound, pruned weights included
    pub(super) start: Arc<Parameters>,
}

impl RewindingPlan {
    pub(super) fn new(method: &Rewinding, widths: &[usize], seed: u64, dataset: &Arc<Dataset>) -> Self {
        let options = method.resolved();
        let (scaled, standardisation) = inputs::scaled(options.inputs, dataset);
        Self {
            method: method.clone(),
            widths: widths.to_vec(),
            seed,
            dataset: scaled,
            standardisation,
            initial: options.initial.parameters(seed, streams::INITIAL, widths),
            steps: options.length.steps(dataset.training.batches(options.batch)),
            options,
        }
    }

    /// The trained arms of a round, in their order.
    pub(super) fn arms(&self, round: usize) -> Vec<Arm> {
        let controls = self.options.controls.iter().map(|control| match control {
            Control::FreshWeights => Arm::FreshWeights,
            Control::RandomMask => Arm::RandomMask,
        });
        let controls = controls.filter(|_| round > 0);
        let mut arms = vec![Arm::Ticket];
        for control in controls {
            if !arms.contains(&control) {
                arms.push(control);
            }
        }
        arms
    }

    /// Rounds, round 0 included.
    pub(super) fn rounds(&self) -> usize {
        self.options.rounds.saturating_add(1)
    }

    /// Batches of the whole run.
    pub(super) fn all_steps(&self) -> u64 {
        let pruned = (self.arms(1).len() as u64).saturating_mul(self.options.rounds as u64);
        self.steps.saturating_mul(pruned.saturating_add(1))
    }

    /// The step of round 0 to whose values later rounds return.
    pub(super) fn rewind_step(&self) -> u64 {
        match self.options.rewind {
            Rewind::Init => 0,
            Rewind::Step(step) => step.min(self.steps),
        }
    }

    /// The training of an arm.
    ///
    /// The order of the examples is that of the seed in round 0. Round r > 0 has the seed word(seed, layer number
    /// 2³²·[`ORDER`](streams::ORDER) + 1, side 0, neuron r, synapse 0), the same for its arms.
    pub(super) fn training(&self, beginning: &Beginning, arm: Arm) -> Result<Training, TrainingError> {
        let Beginning { round, masks, start } = beginning;
        let round = *round as u64;
        let options = &self.options;
        let training = TrainingOptions {
            optimiser: if round == 0 { options.dense_optimiser } else { options.optimiser },
            schedule: options.schedule,
            decay: options.decay,
            batch: options.batch,
            steps: self.steps,
            seed: match round {
                0 => self.seed,
                round => stream(self.seed, streams::ORDER, 1, Side::In).row(round).word(0),
            },
            selection: options.selection,
        };
        let (initial, masks) = match arm {
            Arm::FreshWeights => (self.fresh(round), Arc::clone(masks)),
            Arm::RandomMask => (Parameters::clone(start), Arc::new(self.random_masks(round, masks))),
            _ => (Parameters::clone(start), Arc::clone(masks)),
        };
        let masks = (round > 0).then_some(masks);
        let training = Training::new(training, initial, masks, &self.dataset)?;
        Ok(training.with_gradients(options.gradients))
    }

    /// Newly drawn weights and biases, of stream [`FRESH_ROUNDS`](streams::FRESH_ROUNDS) + round.
    fn fresh(&self, round: u64) -> Parameters {
        let number = streams::FRESH_ROUNDS.wrapping_add(round as u32);
        self.options.initial.parameters(self.seed, number, &self.widths)
    }

    /// Random masks with the layers' numbers of weights kept, by the words of side 0, neuron 0 of stream
    /// [`MASK_ROUNDS`](streams::MASK_ROUNDS) + round.
    fn random_masks(&self, round: u64, masks: &Masks) -> Masks {
        let number = streams::MASK_ROUNDS.wrapping_add(round as u32);
        let layers = masks.layers.iter().zip(1..).map(|(mask, layer)| {
            let kept = mask.iter().filter(|&&kept| kept).count();
            let row = stream(self.seed, number, layer, Side::In).row(0);
            let mut random = random_mask(row, mask.len(), kept).into_iter();
            Array2::from_shape_fn(mask.dim(), |_| random.next().unwrap_or(false))
        });
        Masks { layers: layers.collect() }
    }

    /// The masks of the next round, and the smallest magnitude kept of each layer. `trained`: the parameters after the last
    /// step.
    pub(super) fn next_masks(&self, masks: &Masks, trained: &Parameters) -> (Masks, Vec<f32>) {
        let weights: Vec<&[f32]> =
            trained.weights.iter().map(|layer| layer.as_slice().unwrap_or(&[])).collect();
        let mut flat: Vec<Vec<bool>> =
            masks.layers.iter().map(|mask| mask.iter().copied().collect()).collect();
        let cuts = prune(&Pruning::from(&self.options), &weights, &mut flat);
        let layers = masks.layers.iter().zip(flat).map(|(mask, flat)| {
            let mut flat = flat.into_iter();
            Array2::from_shape_fn(mask.dim(), |_| flat.next().unwrap_or(false))
        });
        (Masks { layers: layers.collect() }, cuts)
    }
}

/// Values of step k with other biases.
pub(super) fn with_biases(rewound: &Parameters, biases: Option<Vec<Array1<f32>>>) -> Parameters {
    Parameters { weights: rewound.weights.clone(), biases }
}
