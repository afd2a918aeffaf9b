//! Trainings held against finite differences, each other and their definitions.

use std::sync::Arc;

use ndarray::{Array1, Array2, array};
use rayon::prelude::*;

use super::super::{Accuracy, Dataset, Examples, Optimiser, Schedule, Selection};
use super::*;

const SGD: Optimiser = Optimiser::Sgd { rate: 0.5, momentum: 0.0 };
const MOMENTUM: Optimiser = Optimiser::Sgd { rate: 0.1, momentum: 0.9 };
const ADAM: Optimiser = Optimiser::Adam(0.01);

/// Points in six dimensions around a centre for each of three classes.
fn examples(count: usize, first: usize) -> Examples {
    let labels: Vec<u32> = (first..first + count).map(|example| (example % 3) as u32).collect();
    let words = streams::stream(9, 77, 1, crate::sampling::Side::In);
    let inputs = Array2::from_shape_fn((count, 6), |(example, feature)| {
        let word = words.row((first + example) as u64).word(feature as u64);
        let centre = if feature % 3 == (first + example) % 3 { 1.0 } else { 0.0 };
        (centre + 1.2 * streams::signed_uniform(word)) as f32
    });
    Examples { inputs, labels }
}

fn dataset() -> Arc<Dataset> {
    let (training, validation, test) = (examples(50, 0), examples(40, 100), examples(30, 200));
    Arc::new(Dataset { training, validation, test, classes: 3 })
}

fn options(optimiser: Optimiser) -> TrainingOptions {
    TrainingOptions {
        optimiser,
        schedule: Schedule::Cosine,
        decay: 1e-3,
        batch: 8,
        steps: 40,
        seed: 5,
        selection: Selection::Validation,
    }
}

fn initial() -> Parameters {
    let law = Initialisation { weights: WeightLaw::KaimingUniform, biases: BiasLaw::Uniform };
    law.parameters(3, streams::INITIAL, &[6, 9, 7, 3])
}

/// Every third weight pruned.
fn masks() -> Arc<Masks> {
    let mut masks = Masks::full(&[6, 9, 7, 3]);
    masks.layers.iter_mut().flatten().step_by(3).for_each(|kept| *kept = false);
    Arc::new(masks)
}

fn training(optimiser: Optimiser) -> Training {
    Training::new(options(optimiser), initial(), Some(masks()), &dataset()).unwrap()
}

fn finish(mut training: Training) -> TrainingState {
    while !training.is_done() {
        training.step();
    }
    training.state().clone()
}

/// Mean loss in f64.
fn loss(weights: &[Array2<f64>], biases: &[Array1<f64>], examples: &Examples, rows: &[u32]) -> f64 {
    let losses = rows.iter().map(|&row| {
        let mut x = examples.inputs.row(row as usize).mapv(f64::from);
        for layer in 0..weights.len() {
            x = weights[layer].dot(&x) + &biases[layer];
            if layer + 1 < weights.len() {
                x.mapv_inplace(|sum| sum.max(0.0));
            }
        }
        let sum: f64 = x.iter().map(|z| z.exp()).sum();
        sum.ln() - x[examples.labels[row as usize] as usize]
    });
    losses.sum::<f64>() / rows.len() as f64
}

/// The truncation error of central differences is below 1e−9 here, and their rounding below 1e−10. A gradient of f32 sums fewer
/// than 100 terms below 1, with an error below 100·2⁻²⁴ = 6e−6.
#[test]
fn gradients_are_finite_differences_of_the_loss() {
    let (parameters, examples) = (initial(), examples(50, 0));
    let rows = [4, 8, 15, 16, 23, 42, 3];
    let mut passes = Passes::new(&parameters.widths(), 10);
    let biases = parameters.biases.clone().unwrap();
    passes.forward(&parameters.weights, Some(&biases), examples.inputs.view(), &rows);
    let labels = rows.map(|row| examples.labels[row as usize]);
    let sum = passes.backward(&parameters.weights, labels);
    let mut weights: Vec<Array2<f64>> = parameters.weights.iter().map(|w| w.mapv(f64::from)).collect();
    let mut biases: Vec<Array1<f64>> = biases.iter().map(|b| b.mapv(f64::from)).collect();
    assert!((sum / 7.0 - loss(&weights, &biases, &examples, &rows)).abs() < 1e-6);
    let h = 1e-5;
    let mut largest = 0.0_f64;
    for layer in 0..3 {
        for (neuron, synapse) in ndarray::indices_of(&weights[layer]) {
            let place = [neuron, synapse];
            let mut at = |shift: f64| {
                weights[layer][place] += shift;
                loss(&weights, &biases, &examples, &rows)
            };
            let slope = (at(h) - at(-2.0 * h)) / (2.0 * h);
            at(h);
            let found = f64::from(passes.weight_gradients()[layer][place]);
            assert!((found - slope).abs() < 1e-5, "layer {layer}, {place:?}: {found} for {slope}");
            largest = largest.max(found.abs());
        }
        for neuron in 0..biases[layer].len() {
            let mut at = |shift: f64| {
                biases[layer][neuron] += shift;
                loss(&weights, &biases, &examples, &rows)
            };
            let slope = (at(h) - at(-2.0 * h)) / (2.0 * h);
            at(h);
            let found = f64::from(passes.bias_gradients()[layer][neuron]);
            assert!((found - slope).abs() < 1e-5, "bias {neuron} of layer {layer}: {found} for {slope}");
        }
    }
    assert!(largest > 0.05, "all gradients are small: {largest}");
}

#[test]
fn schedules_have_these_rates() {
    let cosine: Vec<f64> = (0..4).map(|epoch| Schedule::Cosine.rate(0.2, epoch, 4)).collect();
    let expected = [0.2, 0.1 * (1.0 + 0.5_f64.sqrt()), 0.1, 0.1 * (1.0 - 0.5_f64.sqrt())];
    assert!(cosine.iter().zip(expected).all(|(found, rate)| (found - rate).abs() < 1e-15), "{cosine:?}");
    assert_eq!(Schedule::Constant.rate(0.2, 3, 4), 0.2);
}

/// 50 examples in batches of 8: six batches and one of 2.
#[test]
fn an_epoch_has_a_last_batch_of_the_rest() {
    let mut training = training(SGD);
    assert_eq!((training.batches(), training.epochs()), (7, 6));
    for step in 0..40 {
        assert_eq!((training.steps_done(), training.epoch(), training.batch()), (step, step / 7, step % 7));
        training.step();
    }
    assert!(training.is_done());
    let after = training.state().clone();
    training.step();
    assert_eq!(training.state(), &after);
    let steps: Vec<u64> = training.curve().iter().map(|point| point.step).collect();
    assert_eq!(steps, [7, 14, 21, 28, 35, 40]);
}

#[test]
fn bits_depend_neither_on_threads_nor_on_how_a_run_is_cut() {
    for optimiser in [SGD, MOMENTUM, ADAM] {
        let expected = finish(training(optimiser));
        for threads in 1..=3 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found: Vec<_> =
                pool.install(|| (0..4).into_par_iter().map(|_| finish(training(optimiser))).collect());
            assert!(found.iter().all(|state| *state == expected), "{threads} threads");
        }
        for cut in [1, 7, 25] {
            let mut first = training(optimiser);
            (0..cut).for_each(|_| first.step());
            assert_eq!(finish(first.clone()), expected, "copied at {cut}");
            let saved = postcard::to_stdvec(first.state()).unwrap();
            let mut second = training(optimiser);
            second.restore(postcard::from_bytes(&saved).unwrap()).unwrap();
            assert_eq!(finish(second), expected, "restored at {cut}");
        }
    }
}

#[test]
fn a_state_of_another_network_is_refused() {
    let law = Initialisation::default().parameters(3, streams::INITIAL, &[6, 9, 3]);
    let other = Training::new(options(ADAM), law, None, &dataset()).unwrap();
    let mut training = training(ADAM);
    let before = training.state().clone();
    assert_eq!(training.restore(other.state().clone()), None);
    assert_eq!(training.restore(finish(self::training(SGD))), None);
    assert_eq!(training.state(), &before);
}

#[test]
fn pruned_weights_are_exactly_0_after_every_step() {
    for optimiser in [SGD, MOMENTUM, ADAM] {
        let (mut training, masks) = (training(optimiser), masks());
        while !training.is_done() {
            let before = training.parameters().clone();
            training.step();
            let mut moved = 0;
            let layers = training.parameters().weights.iter().zip(&before.weights).zip(&masks.layers);
            for ((after, before), mask) in layers {
                for ((after, before), kept) in after.iter().zip(before).zip(mask) {
                    assert!(*kept || after.to_bits() == 0, "{optimiser:?}: a pruned weight is {after}");
                    moved += usize::from(after != before);
                }
            }
            assert!(moved > 30, "{optimiser:?}: only {moved} weights moved");
        }
    }
}

/// Inputs without kept weights, and pruned weights in general, change nothing: the masked network trains as a smaller one.
#[test]
fn a_network_without_an_input_trains_like_the_smaller_one() {
    let mut masks = Masks::full(&[6, 9, 7, 3]);
    masks.layers[0].column_mut(5).fill(false);
    let large = Training::new(options(ADAM), initial(), Some(Arc::new(masks)), &dataset()).unwrap();
    let narrow = |examples: &Examples| Examples {
        inputs: examples.inputs.slice_axis(ndarray::Axis(1), (..5).into()).to_owned(),
        labels: examples.labels.clone(),
    };
    let data = dataset();
    let (training, validation, test) = (narrow(&data.training), narrow(&data.validation), narrow(&data.test));
    let data = Arc::new(Dataset { training, validation, test, classes: 3 });
    let mut start = initial();
    start.weights[0] = start.weights[0].slice_axis(ndarray::Axis(1), (..5).into()).to_owned();
    let small = Training::new(options(ADAM), start, None, &data).unwrap();
    let (large, small) = (finish(large), finish(small));
    assert_eq!(large.curve(), small.curve());
}

#[test]
fn selection_takes_the_first_epoch_with_the_best_validation_accuracy() {
    let wild =
        TrainingOptions { optimiser: Optimiser::Adam(0.1), schedule: Schedule::Constant, ..options(ADAM) };
    let mut training = Training::new(wild, initial(), None, &dataset()).unwrap();
    while !training.is_done() {
        training.step();
    }
    let curve = training.curve();
    let best = curve.iter().map(|point| point.accuracy).fold(0.0, f64::max);
    let first = curve.iter().find(|point| point.accuracy == best).unwrap();
    assert!(first.step < 40 && curve[curve.len() - 1].accuracy < best, "{curve:?}");
    let (step, selected) = training.selected();
    assert_eq!(step, first.step);
    assert_eq!(evaluate(selected, &training.dataset().validation).0.share(), best);

    let last = TrainingOptions { selection: Selection::Last, ..wild };
    let mut training = Training::new(last, initial(), None, &dataset()).unwrap();
    while !training.is_done() {
        training.step();
    }
    assert_eq!(training.selected(), (40, training.parameters()));
}

#[test]
fn every_optimiser_learns() {
    for optimiser in [SGD, MOMENTUM, ADAM] {
        let options = TrainingOptions { steps: 300, ..options(optimiser) };
        let state = finish(Training::new(options, initial(), None, &dataset()).unwrap());
        let (first, last) = (state.curve()[0], state.curve()[state.curve().len() - 1]);
        assert!(last.loss < first.loss / 2.0 && last.accuracy > 0.6, "{optimiser:?}: {first:?}, {last:?}");
    }
}

/// y = (x₁ − x₂, x₂ − x₁) by hand; both outputs are equal where the inputs are.
#[test]
fn outputs_and_accuracy_by_hand() {
    let weights = vec![array![[1.0, -1.0], [-1.0, 1.0]], array![[1.0, -1.0], [-1.0, 1.0]]];
    let parameters = Parameters { weights, biases: Some(vec![array![0.0, 0.0], array![0.5, 0.5]]) };
    let inputs = array![[3.0, 1.0], [1.0, 4.0], [2.0, 2.0]];
    assert_eq!(outputs(&parameters, inputs.view()), array![[2.5, -1.5], [-2.5, 3.5], [0.5, 0.5]]);
    let examples = Examples { inputs, labels: vec![0, 1, 1] };
    assert_eq!(evaluate(&parameters, &examples), (Accuracy { correct: 2, examples: 3 }, vec![0, 1, 0]));
    // More than a block of rows.
    let many =
        Array2::from_shape_fn((1234, 2), |(row, feature)| if (row + feature) % 5 == 0 { 1.0 } else { 0.0 });
    let found = predictions(outputs(&parameters, many.view()).view());
    assert!(found.iter().enumerate().all(|(row, &class)| class == u32::from(row % 5 == 4)));
}

#[test]
fn trainings_that_cannot_begin_say_why() {
    let refused = |options, initial, masks: Option<Masks>, data: Dataset| {
        Training::new(options, initial, masks.map(Arc::new), &Arc::new(data)).unwrap_err()
    };
    let (data, usual) = (Dataset::clone(&dataset()), options(ADAM));
    let narrow = Examples { inputs: Array2::zeros((1, 4)), labels: vec![0] };
    let narrow = Dataset { training: narrow, ..data.clone() };
    let inputs = TrainingError::Inputs { network: 6, data: 4 };
    assert_eq!(refused(usual, initial(), None, narrow), inputs);
    let none = Examples { inputs: Array2::zeros((0, 6)), labels: vec![] };
    let empty = Dataset { training: none.clone(), ..data.clone() };
    assert_eq!(refused(usual, initial(), None, empty), TrainingError::NoExamples);
    let unvalidated = Dataset { validation: none, ..data.clone() };
    assert_eq!(refused(usual, initial(), None, unvalidated), TrainingError::NoValidation);
    let no_batch = TrainingOptions { batch: 0, ..usual };
    assert_eq!(refused(no_batch, initial(), None, data.clone()), TrainingError::NoBatch);
    let classes = Dataset { classes: 4, ..data.clone() };
    let outputs = TrainingError::Outputs { network: 3, data: 4 };
    assert_eq!(refused(usual, initial(), None, classes), outputs);
    let short = Masks::full(&[6, 9, 7]);
    assert_eq!(refused(usual, initial(), Some(short), data.clone()), TrainingError::Layer { layer: 3 });
    let mut broken = initial();
    broken.weights[1] = Array2::zeros((7, 8));
    assert_eq!(refused(usual, broken, None, data), TrainingError::Layer { layer: 2 });
}
