//! A target trained on the data of the preset.
//!
//! The trained network is a function of the target's options and the training examples. A few of them are remembered: the edit
//! pane resolves its setup at every key, and a run of many seeds shares a target.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use ndarray::{Array1, Array2};
use sha2::{Digest, Sha256};

use super::data;
use super::error::{ExperimentError, PlaceOf};
use super::memory::free as free_memory;
use super::preset::TargetSource;
use crate::learning::training::{BiasLaw, Initialisation, Parameters, Training, TrainingOptions, streams};
use crate::learning::{Dataset, OptionError, Selection, check_count, check_decay, check_widths};
use crate::network::{Activation, Network};
use crate::visible::number;

/// Bytes held per weight while a target is trained: weight, gradient and two moments in f32, then f64 copies for the norm.
const BYTES_PER_WEIGHT: f64 = 4.0 * 4.0 + 32.0;

/// Limit of the multiplications of a training, about ten minutes of one core.
const MOST_PRODUCTS: f64 = 1e13;

/// Number of trained networks remembered.
const REMEMBERED: usize = 4;

/// Options and examples of a training, digested.
type TrainingKey = [u8; 32];

/// The last trained networks, the latest first.
static TRAINED: Mutex<VecDeque<(TrainingKey, Arc<Parameters>)>> = Mutex::new(VecDeque::new());

/// The network of a `Trained` target.
pub(super) fn network(
    target: &TargetSource,
    dataset: Option<&Arc<Dataset>>,
    activations: &dyn Fn(usize) -> Result<Vec<Activation>, ExperimentError>,
    place_of: PlaceOf<'_>,
) -> Result<Network, ExperimentError> {
    let fail = |key: &str, message: String| ExperimentError::new(place_of(key), message);
    let TargetSource::Trained { widths, optimiser, schedule, batch, steps, seed, biases, decay } = target
    else {
        return Err(fail("target", "expected a target to train, found another".to_owned()));
    };
    let Some(dataset) = dataset else {
        let message = "expected a field `data` to train the target on, found none";
        return Err(fail("target", message.to_owned()));
    };
    let ranges = |error: OptionError| {
        fail(error.option, format!("expected {}, found {}", error.expected, error.found))
    };
    let widths: Vec<usize> = widths.iter().map(|width| width.0).collect();
    check_widths(&widths, dataset).map_err(ranges)?;
    optimiser.check().map_err(ranges)?;
    check_count("batch", *batch).map_err(ranges)?;
    check_count("steps", *steps).map_err(ranges)?;
    check_decay(decay.unwrap_or(0.0)).map_err(ranges)?;
    let weights: f64 = widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum();
    let examples = dataset.training.len();
    let batch = usize::try_from(*batch).unwrap_or(usize::MAX).min(examples);
    // Forward, backward, and the gradients of the weights.
    let products = 3.0 * weights * batch as f64 * *steps as f64;
    if products > MOST_PRODUCTS {
        let most = (MOST_PRODUCTS / (3.0 * weights * batch as f64)).floor();
        let message =
            format!("expected at most {} steps of a network this large, found {steps}", number(most));
        return Err(fail("steps", message));
    }
    free_memory::require(BYTES_PER_WEIGHT * weights, "the target network", place_of("widths"))?;
    let options = TrainingOptions {
        optimiser: *optimiser,
        schedule: *schedule,
        decay: decay.unwrap_or(0.0),
        batch,
        steps: *steps,
        seed: *seed,
        selection: Selection::Last,
    };
    let biases = if *biases { BiasLaw::Zero } else { BiasLaw::None };
    let parameters =
        remembered(options, biases, &widths, dataset).map_err(|message| fail("target", message))?;
    let matrices: Vec<Array2<f64>> =
        parameters.weights.iter().map(|weights| weights.mapv(f64::from)).collect();
    let lists = parameters.biases.iter().flatten();
    let lists: Vec<Option<Array1<f64>>> = lists.map(|list| Some(list.mapv(f64::from))).collect();
    let is_finite = |array: &[f64]| array.iter().all(|value| value.is_finite());
    let mut all = matrices.iter().filter_map(|matrix| matrix.as_slice());
    if !all.all(is_finite) || !lists.iter().flatten().filter_map(|list| list.as_slice()).all(is_finite) {
        let message =
            "expected a training that ends with finite weights, found it diverged: a lower rate may help";
        return Err(fail("optimiser", message.to_owned()));
    }
    let activations = activations(matrices.len())?;
    Network::with_biases(matrices, lists, activations).map_err(|error| fail("target", error.to_string()))
}

/// The trained parameters: remembered ones, or trained now.
fn remembered(
    options: TrainingOptions,
    biases: BiasLaw,
    widths: &[usize],
    dataset: &Arc<Dataset>,
) -> Result<Arc<Parameters>, String> {
    let key = key(&options, biases, widths, dataset);
    // A thread that panics leaves a sound list.
    let list = || TRAINED.lock().unwrap_or_else(PoisonError::into_inner);
    {
        let mut list = list();
        if let Some(at) = list.iter().position(|(known, _)| *known == key)
            && let Some(found) = list.remove(at)
        {
            let parameters = Arc::clone(&found.1);
            list.push_front(found);
            return Ok(parameters);
        }
    }
    let law = Initialisation { biases, ..Initialisation::default() };
    let initial = law.parameters(options.seed, streams::INITIAL, widths);
    let mut training = Training::new(options, initial, None, dataset).map_err(|error| error.to_string())?;
    while !training.is_done() {
        training.step();
    }
    let parameters = Arc::new(training.parameters().clone());
    let mut list = list();
    list.push_front((key, Arc::clone(&parameters)));
    list.truncate(REMEMBERED);
    Ok(parameters)
}

fn key(options: &TrainingOptions, biases: BiasLaw, widths: &[usize], dataset: &Dataset) -> TrainingKey {
    let mut hash = Sha256::new();
    hash.update(format!("{options:?} {biases:?} {widths:?}"));
    data::hash(dataset, |bytes| hash.update(bytes));
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::experiment::Experiment;

    fn load(target: &str) -> Result<Experiment, String> {
        let setting = format!("target=Trained({target})");
        Experiment::load("digits-learned", None, &[setting]).map_err(|error| error.to_string())
    }

    /// Share of right answers on the test examples, by the network's own forward pass in f64.
    fn accuracy(experiment: &Experiment) -> f64 {
        let dataset = experiment.dataset.as_ref().unwrap();
        let mut right = 0;
        for (row, &label) in dataset.test.inputs.rows().into_iter().zip(&dataset.test.labels) {
            let mut x = row.mapv(f64::from);
            let layers = experiment.target.architecture().layers();
            for layer in 1..=layers {
                x = experiment.target.weights(layer).dot(&x);
                if layer < layers {
                    x.mapv_inplace(|value| value.max(0.0));
                }
            }
            let best = x.indexed_iter().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
            right += u32::from(best == label as usize);
        }
        f64::from(right) / dataset.test.len() as f64
    }

    #[test]
    fn a_target_is_trained_and_remembered() {
        let target = "widths: [64, 16, 10], optimiser: Adam(0.003), steps: 400, seed: 5";
        let started = Instant::now();
        let first = load(target).unwrap();
        let trained = started.elapsed();
        let started = Instant::now();
        let second = load(target).unwrap();
        eprintln!("trained in {trained:?}, remembered in {:?}", started.elapsed());
        assert!(first.target.all_weights().zip(second.target.all_weights()).all(|(a, b)| a == b));
        assert!(accuracy(&first) > 0.9, "{}", accuracy(&first));
        let dataset = first.dataset.as_ref().unwrap();
        let options = |seed| TrainingOptions {
            optimiser: crate::learning::Optimiser::Adam(0.003),
            schedule: Default::default(),
            decay: 0.0,
            batch: 60,
            steps: 3,
            seed,
            selection: Selection::Last,
        };
        let train = |seed| remembered(options(seed), BiasLaw::None, &[64, 4, 10], dataset).unwrap();
        assert!(Arc::ptr_eq(&train(1), &train(1)) && *train(1) != *train(2));
        // Nothing is remembered of other data.
        let mut other = (**dataset).clone();
        other.training.inputs[(0, 0)] += 0.5;
        let key_of = |dataset: &Dataset| key(&options(1), BiasLaw::None, &[64, 4, 10], dataset);
        assert_ne!(key_of(dataset), key_of(&other));
    }

    #[test]
    fn what_cannot_be_trained_is_refused() {
        for (target, says) in [
            (
                "widths: [63, 10], optimiser: Adam(0.1), steps: 5",
                "expected 64 inputs, as the data have features, found [63, 10]",
            ),
            (
                "widths: [64, 11], optimiser: Adam(0.1), steps: 5",
                "expected 10 outputs, as the data have classes",
            ),
            (
                "widths: [64, 10], optimiser: Adam(-1), steps: 5",
                "expected a finite learning rate above 0, found -1",
            ),
            (
                "widths: [64, 10], optimiser: Sgd(rate: 1, momentum: 1), steps: 5",
                "a momentum of at least 0 and below 1, found 1",
            ),
            (
                "widths: [64, 10], optimiser: Adam(0.1), steps: 0",
                "expected a whole number of at least 1, found 0",
            ),
            (
                "widths: [64, 10], optimiser: Adam(0.1), steps: 5, batch: 0",
                "expected a whole number of at least 1, found 0",
            ),
            (
                "widths: [64, 10], optimiser: Adam(0.1), steps: 5, decay: -1",
                "expected a finite weight decay of at least 0, found -1",
            ),
            ("widths: [64, 10], optimiser: Adam(0.1), steps: 1000000000000", "steps of a network this large"),
            (
                "widths: [64, 16, 10], optimiser: Sgd(rate: 1e38), steps: 50",
                "found it diverged: a lower rate may help",
            ),
            ("widths: [64, 10], steps: 5", "expected a field `optimiser`"),
        ] {
            let found = load(target).err().unwrap_or_else(|| format!("accepted: {target}"));
            assert!(
                found.contains(says) && found.starts_with("--set target="),
                "expected {says}, found {found}"
            );
        }
        let setting = "target=Trained(widths: [2, 2], optimiser: Adam(0.1), steps: 5)".to_owned();
        let alone = Experiment::load("tiny", None, &[setting]).unwrap_err().to_string();
        assert!(alone.contains("expected a field `data` to train the target on, found none"), "{alone}");
    }
}
