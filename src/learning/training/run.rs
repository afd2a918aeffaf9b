//! A training, batch by batch.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::super::{CurvePoint, Dataset, Optimiser, Schedule, Selection, UsedGradients};
use super::{BatchPlace, Batches, Masks, Moments, Parameters, Running};

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingOptions {
    /// optimiser with its rate
    pub optimiser: Optimiser,
    /// rate over the epochs
    pub schedule: Schedule,
    /// weight decay, of weights and biases; added to the gradient as decay·w
    pub decay: f64,
    /// examples of a batch; the last batch of an epoch has the rest
    pub batch: usize,
    /// batches in all
    pub steps: u64,
    /// seed of the order of the examples
    pub seed: u64,
    /// the step whose parameters count
    pub selection: Selection,
}

/// Why a training cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TrainingError {
    /// no training examples
    #[error("training needs at least one example, found none")]
    NoExamples,
    /// an empty batch
    #[error("a batch has at least one example, found 0")]
    NoBatch,
    /// the network has other inputs than the data
    #[error("the network has {network} inputs, the examples have {data} features")]
    Inputs {
        /// inputs of the network
        network: usize,
        /// features of an example
        data: usize,
    },
    /// the network has fewer outputs than classes
    #[error("the network has {network} outputs, the data {data} classes")]
    Outputs {
        /// outputs of the network
        network: usize,
        /// classes of the data
        data: usize,
    },
    /// a layer that does not fit
    #[error("layer {layer}: the shapes of weights, biases and mask disagree")]
    Layer {
        /// from 1
        layer: usize,
    },
    /// selection without validation examples
    #[error("selection by validation needs validation examples, found none")]
    NoValidation,
}

/// The changing part of a training, for checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingState {
    step: u64,
    parameters: Parameters,
    moments: Moments,
    running: Running,
    curve: Vec<CurvePoint>,
    best: Option<Best>,
}

impl TrainingState {
    /// A point at the end of each epoch so far.
    pub fn curve(&self) -> &[CurvePoint] {
        &self.curve
    }
}

/// The parameters with the best validation accuracy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Best {
    step: u64,
    correct: u64,
    parameters: Parameters,
}

/// One network under training.
///
/// Bits depend neither on threads nor on how its steps are spread over calls.
#[derive(Debug)]
pub struct Training {
    options: TrainingOptions,
    gradients: UsedGradients,
    masks: Option<Arc<Masks>>,
    dataset: Arc<Dataset>,
    state: TrainingState,
    batches: Option<Batches>,
}

impl Clone for Training {
    fn clone(&self) -> Self {
        Self {
            options: self.options,
            gradients: self.gradients,
            masks: self.masks.clone(),
            dataset: Arc::clone(&self.dataset),
            state: self.state.clone(),
            batches: None,
        }
    }
}

impl Training {
    /// A training that begins with `initial`, pruned by `masks`.
    ///
    /// # Errors
    /// [`TrainingError`] for data and shapes that do not fit.
    pub fn new(
        options: TrainingOptions,
        mut initial: Parameters,
        masks: Option<Arc<Masks>>,
        dataset: &Arc<Dataset>,
    ) -> Result<Self, TrainingError> {
        check(&options, &initial, masks.as_deref(), dataset)?;
        if let Some(masks) = &masks {
            initial.prune(masks);
        }
        let lengths = initial.weights.iter().map(|weights| weights.len());
        let biases = initial.biases.iter().flatten().map(|biases| biases.len());
        let moments = Moments::new(options.optimiser, lengths.chain(biases));
        let state = TrainingState {
            step: 0,
            parameters: initial,
            moments,
            running: Running::default(),
            curve: Vec::new(),
            best: None,
        };
        Ok(Self {
            options,
            gradients: UsedGradients::All,
            masks,
            dataset: Arc::clone(dataset),
            state,
            batches: None,
        })
    }

    /// The same training with these gradients of the weights used.
    pub fn with_gradients(self, gradients: UsedGradients) -> Self {
        Self { gradients, ..self }
    }

    /// Goes to a saved state of the same options, mask and data. `None`, and no change, for a state that does not fit.
    pub fn restore(&mut self, state: TrainingState) -> Option<()> {
        let shapes = |parameters: &Parameters| -> Vec<Vec<usize>> {
            let weights = parameters.weights.iter().map(|weights| weights.shape().to_vec());
            weights.chain(parameters.biases.iter().flatten().map(|bias| bias.shape().to_vec())).collect()
        };
        let expected = shapes(&self.state.parameters);
        let best_fits = state.best.as_ref().is_none_or(|best| shapes(&best.parameters) == expected);
        let fits = state.step <= self.options.steps
            && shapes(&state.parameters) == expected
            && state.moments.has_shape_of(&self.state.moments)
            && best_fits;
        fits.then(|| {
            self.state = state;
            self.batches = None;
        })
    }

    /// The state for a checkpoint: all but options, mask and data.
    pub fn state(&self) -> &TrainingState {
        &self.state
    }

    /// Trains on one batch. Nothing happens at the end.
    pub fn step(&mut self) {
        if self.is_done() {
            return;
        }
        let batch = BatchPlace { epoch: self.epoch(), number: self.batch(), size: self.options.batch };
        let examples = &self.dataset.training;
        let TrainingState { parameters, running, .. } = &mut self.state;
        let batches =
            self.batches.get_or_insert_with(|| Batches::new(&parameters.widths(), batch.size, examples));
        let network = (&parameters.weights[..], parameters.biases.as_deref());
        batches.pass(network, examples, (self.options.seed, batch), running);
        self.update(batch.epoch);
        self.state.step += 1;
        if self.batch() == 0 || self.is_done() {
            self.end_epoch();
        }
    }

    /// One step of the optimiser with the gradients of the last batch.
    fn update(&mut self, epoch: u64) {
        let Some(batches) = &self.batches else { return };
        let passes = batches.passes();
        let options = &self.options;
        let rate = options.schedule.rate(options.optimiser.rate(), epoch, epochs(options, &self.dataset));
        let TrainingState { parameters, moments, .. } = &mut self.state;
        moments.begin_step();
        let layers = parameters.weights.len();
        let mut update = |index, values: Option<&mut [f32]>, gradient: Option<&[f32]>, mask| {
            if let (Some(values), Some(gradient)) = (values, gradient) {
                moments.update((options.optimiser, rate, options.decay), index, values, gradient, mask);
            }
        };
        for (layer, weights) in parameters.weights.iter_mut().enumerate() {
            let mask = self.masks.as_ref().and_then(|masks| masks.layers[layer].as_slice());
            let gradient = &passes.weight_gradients()[layer];
            match self.gradients {
                UsedGradients::All => update(layer, weights.as_slice_mut(), gradient.as_slice(), mask),
                UsedGradients::WeightsFrom(least) => {
                    let used = |(g, w): (&f32, &f32)| if *w < least as f32 { 0.0 } else { *g };
                    let gradient: Vec<f32> = gradient.iter().zip(weights.iter()).map(used).collect();
                    update(layer, weights.as_slice_mut(), Some(&gradient), mask);
                }
            }
        }
        for (layer, biases) in parameters.biases.iter_mut().flatten().enumerate() {
            update(layers + layer, biases.as_slice_mut(), passes.bias_gradients()[layer].as_slice(), None);
        }
    }

    /// A point of the curve, and the choice of the best parameters so far.
    fn end_epoch(&mut self) {
        let state = &mut self.state;
        let validation = &self.dataset.validation;
        let (point, accuracy) = state.running.point(state.step, &state.parameters, validation);
        let best = state.best.as_ref().map(|best| best.correct);
        if self.options.selection == Selection::Validation && best.is_none_or(|best| accuracy.correct > best)
        {
            state.best = Some(Best {
                step: state.step,
                correct: accuracy.correct,
                parameters: state.parameters.clone(),
            });
        }
        state.curve.push(point);
    }

    /// Whether all steps are done.
    pub fn is_done(&self) -> bool {
        self.state.step >= self.options.steps
    }

    /// Batches computed.
    pub fn steps_done(&self) -> u64 {
        self.state.step
    }

    /// Batches of an epoch.
    pub fn batches(&self) -> u64 {
        self.dataset.training.batches(self.options.batch)
    }

    /// Complete epochs.
    pub fn epoch(&self) -> u64 {
        self.state.step / self.batches()
    }

    /// Complete batches of the epoch.
    pub fn batch(&self) -> u64 {
        self.state.step % self.batches()
    }

    /// Epochs in all, the last one possibly cut short.
    pub fn epochs(&self) -> u64 {
        epochs(&self.options, &self.dataset)
    }

    /// The parameters under training; pruned weights are 0.
    pub fn parameters(&self) -> &Parameters {
        &self.state.parameters
    }

    /// The mask, if there is one.
    pub fn masks(&self) -> Option<&Arc<Masks>> {
        self.masks.as_ref()
    }

    /// The options.
    pub fn options(&self) -> &TrainingOptions {
        &self.options
    }

    /// The data.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// The parameters that count, and their step: the last ones, or those of the epoch's end with the best validation
    /// accuracy so far, the earliest of equal ones.
    pub fn selected(&self) -> (u64, &Parameters) {
        match &self.state.best {
            Some(best) => (best.step, &best.parameters),
            None => (self.state.step, &self.state.parameters),
        }
    }

    /// A point at the end of each epoch so far.
    pub fn curve(&self) -> &[CurvePoint] {
        &self.state.curve
    }

    /// Bytes of a copy; data, mask and options are shared.
    pub fn bytes(&self) -> usize {
        let best = self.state.best.as_ref().map_or(0, |best| best.parameters.bytes());
        let curve = self.state.curve.len() * size_of::<CurvePoint>();
        self.state.parameters.bytes() + self.state.moments.bytes() + best + curve
    }
}

fn epochs(options: &TrainingOptions, dataset: &Dataset) -> u64 {
    options.steps.div_ceil(dataset.training.batches(options.batch))
}

fn check(
    options: &TrainingOptions,
    initial: &Parameters,
    masks: Option<&Masks>,
    dataset: &Dataset,
) -> Result<(), TrainingError> {
    let (widths, data) = (initial.widths(), dataset.training.inputs.ncols());
    let (inputs, outputs) = (widths.first().copied().unwrap_or(0), widths.last().copied().unwrap_or(0));
    let masked = masks.and_then(|masks| {
        let fits =
            |layer: usize| masks.layers.get(layer).is_some_and(|m| m.dim() == initial.weights[layer].dim());
        (0..initial.weights.len()).find(|&layer| !fits(layer)).map(|layer| layer + 1)
    });
    match initial.mismatch().or(masked) {
        Some(layer) => Err(TrainingError::Layer { layer }),
        None if dataset.training.is_empty() => Err(TrainingError::NoExamples),
        None if options.batch == 0 => Err(TrainingError::NoBatch),
        None if inputs != data => Err(TrainingError::Inputs { network: inputs, data }),
        None if outputs < dataset.classes => {
            Err(TrainingError::Outputs { network: outputs, data: dataset.classes })
        }
        None if options.selection == Selection::Validation && dataset.validation.is_empty() => {
            Err(TrainingError::NoValidation)
        }
        None => Ok(()),
    }
}
