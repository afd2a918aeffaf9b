//! Examples to learn from: training, validation and test part.
//!
//! The validation examples are split off the training examples, never the test examples. Of n training examples, number
//! i = 0…n−1 has the random word (seed of the data, layer 7·2³², side 0, neuron 0, synapse i) of
//! [`sampling`](crate::sampling); those with the smallest words are taken. Both parts stay in the order of their file.

use ndarray::{Array2, Axis};

use super::error::{ExperimentError, PlaceOf};
use super::files::source::PresetSource;
use super::inputs::{examples_of_file, labels_of_file};
use super::preset::{DataSource, ExampleSource, Setup, Weight};
use crate::learning::training::streams::{self, stream};
use crate::learning::{Dataset, Examples};
use crate::network::Domain;
use crate::sampling::Side;
use crate::visible::number;

/// Reads the examples of both parts, and splits off the validation examples.
pub(super) fn dataset(
    data: &DataSource,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<Dataset, ExperimentError> {
    let fail = |message: String| ExperimentError::new(place_of("data"), message);
    let [training, test] = data.parts().map(|(part, of)| {
        examples(of, source, place_of).map_err(|error| fail(format!("{part}: {}", error.message())))
    });
    let (training, test) = (training?, test?);
    let (expected, found) = (training.inputs.ncols(), test.inputs.ncols());
    if expected != found {
        let message = format!("test: expected {expected} features, as in the training part, found {found}");
        return Err(fail(message));
    }
    let classes = training.labels.iter().max().map_or(0, |&largest| largest as usize + 1);
    if let Some((example, label)) =
        test.labels.iter().enumerate().find(|(_, label)| **label as usize >= classes)
    {
        let message = format!(
            "test: label of example {example}: expected a class below {classes}, as in the training part, found {label}"
        );
        return Err(fail(message));
    }
    let most = training.len() as u64 - 1;
    if data.validation > most {
        let found = data.validation;
        let message = format!(
            "validation: expected at most {most} of {} training examples, found {found}",
            training.len()
        );
        return Err(fail(message));
    }
    let (training, validation) = split(training, data.validation as usize, data.seed);
    let of_training = if data.validation == 0 { "training" } else { "training, without validation" };
    for (part, examples) in [(of_training, &training), ("test", &test)] {
        if let Some(class) = empty_class(&examples.labels, classes) {
            let message = format!(
                "{part}: expected an example of each class 0 to {}, found none of class {class}",
                classes - 1
            );
            return Err(fail(message));
        }
    }
    Ok(Dataset { training, validation, test, classes })
}

/// The examples of one part, at least one of them.
fn examples(
    of: &ExampleSource,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<Examples, ExperimentError> {
    let fail = |message: String| ExperimentError::new(place_of("data"), message);
    match of {
        ExampleSource::File { path, labels } => {
            let key = ("data", source);
            let inputs = examples_of_file(path, key, place_of)?;
            let labels = labels_of_file(labels, inputs.nrows(), key, place_of)?.to_vec();
            Ok(Examples { inputs, labels })
        }
        ExampleSource::Points { points, labels } => written(points, labels).map_err(fail),
    }
}

/// Examples written out.
fn written(points: &[Vec<Weight>], labels: &[u32]) -> Result<Examples, String> {
    let width = points.first().map_or(0, Vec::len);
    if width == 0 {
        return Err("expected at least one example with a feature, found none".to_owned());
    }
    if let Some((example, row)) = points.iter().enumerate().find(|(_, row)| row.len() != width) {
        return Err(format!("example {example}: expected {width} features, found {}", row.len()));
    }
    if labels.len() != points.len() {
        return Err(format!("expected {} labels, found {}", points.len(), labels.len()));
    }
    let inputs =
        Array2::from_shape_fn((points.len(), width), |(example, feature)| points[example][feature].0 as f32);
    match inputs.indexed_iter().find(|(_, x)| x.is_infinite()) {
        None => Ok(Examples { inputs, labels: labels.to_vec() }),
        Some(((example, feature), _)) => {
            let value = number(points[example][feature].0);
            Err(format!("example {example}, feature {feature}: expected a number of 32 bits, found {value}"))
        }
    }
}

/// Splits off `count` examples, fewer than there are: (the others, those).
fn split(all: Examples, count: usize, seed: u64) -> (Examples, Examples) {
    if count == 0 {
        let none = Examples { inputs: Array2::zeros((0, all.inputs.ncols())), labels: Vec::new() };
        return (all, none);
    }
    let words = stream(seed, streams::VALIDATION, 0, Side::In).row(0);
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|&example| (words.word(example as u64), example));
    let (taken, others) = order.split_at_mut(count);
    let part = |examples: &mut [usize]| {
        examples.sort_unstable();
        let labels = examples.iter().map(|&example| all.labels[example]).collect();
        Examples { inputs: all.inputs.select(Axis(0), examples), labels }
    };
    let validation = part(taken);
    (part(others), validation)
}

/// The first class without an example.
fn empty_class(labels: &[u32], classes: usize) -> Option<usize> {
    // No more than that many can be there; the labels may be any numbers.
    let mut seen = vec![false; classes.min(labels.len() + 1)];
    for &label in labels {
        if let Some(seen) = seen.get_mut(label as usize) {
            *seen = true;
        }
    }
    seen.iter().position(|seen| !seen)
}

/// The test examples as X, for a network of `width` inputs.
pub(super) fn test_domain(
    dataset: &Dataset,
    width: usize,
    place_of: PlaceOf<'_>,
) -> Result<Domain, ExperimentError> {
    let Examples { inputs, labels } = &dataset.test;
    let found = inputs.ncols();
    if found != width {
        let message =
            format!("expected test examples of {width} features, as the target has inputs, found {found}");
        return Err(ExperimentError::new(place_of("data"), message));
    }
    Ok(Domain::Points { points: inputs.mapv(f64::from), labels: Some(labels.iter().copied().collect()) })
}

/// Learned methods need examples, options in their ranges, and networks that fit the examples.
pub(super) fn check_learned(
    setup: &Setup,
    dataset: Option<&Dataset>,
    place_of: PlaceOf<'_>,
) -> Result<(), ExperimentError> {
    let fail = |message: String| ExperimentError::new(place_of("learned"), message);
    for (number, method) in (1..).zip(&setup.learned) {
        let name = method.name();
        let Some(dataset) = dataset else {
            return Err(fail(format!("expected a field `data` to learn from beside {name}, found none")));
        };
        if setup.target.graph().is_some() && method.widths().is_none() {
            let message = "expected widths of its own, as the target is a graph; found none";
            return Err(fail(format!("method {number} ({name}): {message}")));
        }
        let checked = method.check(setup.target.given_widths(), dataset);
        checked.map_err(|error| fail(format!("method {number} ({name}): {error}")))?;
    }
    Ok(())
}

/// Hands all examples to a hash.
pub(super) fn hash(dataset: &Dataset, mut update: impl FnMut(&[u8])) {
    let Dataset { training, validation, test, classes } = dataset;
    update(&(*classes as u64).to_le_bytes());
    for Examples { inputs, labels } in [training, validation, test] {
        update(&(inputs.nrows() as u64).to_le_bytes());
        update(&(inputs.ncols() as u64).to_le_bytes());
        for row in inputs.rows() {
            let bytes: Vec<u8> = row.iter().flat_map(|value| value.to_bits().to_le_bytes()).collect();
            update(&bytes);
        }
        let bytes: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
        update(&bytes);
    }
}

#[cfg(test)]
mod tests;
