//! An experiment from arrays: no file, no text.

use ndarray::{Array1, Array2};

use super::data;
use super::error::{ExperimentError, Place};
use super::files::source::PresetSource;
use super::preset::{
    BoxEnds, DataSource, ExampleSource, InputSource, Lipschitz, Positive, Preset, Probability, TargetSource,
    Weight,
};
use super::resolved::Experiment;
use crate::learning::{Dataset, Examples, LearnedMethod};
use crate::method::Construction;
use crate::network::Activation;

/// The name of an experiment built from arrays.
const NAME: &str = "own network";

/// The set of inputs X of a network with n₀ inputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// ‖x‖₂ ≤ radius, a finite number above 0
    Ball(f64),
    /// low ≤ x_i ≤ high for every input i
    Cube(f64, f64),
    /// low_i ≤ x_i ≤ high_i; both of n₀ finite numbers
    Box(Vec<f64>, Vec<f64>),
    /// {−1, 1}ⁿ
    Signs,
    /// a batch of points, one row each: points × n₀
    Points(Array2<f64>),
}

impl From<Array2<f64>> for Inputs {
    fn from(points: Array2<f64>) -> Self {
        Self::Points(points)
    }
}

/// Builds an [`Experiment`], see [`Experiment::builder`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    preset: Preset,
    layers: Vec<Vec<Vec<Weight>>>,
    biases: Option<Vec<Vec<Weight>>>,
    activations: Option<Vec<Lipschitz>>,
    inputs: Option<InputSource>,
    labels: Option<Vec<u32>>,
    /// the first value out of range
    error: Option<ExperimentError>,
}

impl Experiment {
    /// An experiment on a network of your own: its weight matrices W_i, layer 1 first, each n_i × n_{i−1} (outputs ×
    /// inputs, as PyTorch's `Linear.weight`). The arrays are resolved by the same code as a preset, and
    /// [`to_ron`](Self::to_ron) writes the equivalent preset.
    ///
    /// ```
    /// use ndarray::array;
    /// use slth::experiment::{Experiment, Inputs};
    /// use slth::network::Activation;
    ///
    /// let hidden = array![[0.5, -0.25], [0.75, 0.5], [-0.5, 0.1]];
    /// let output = array![[0.3, -0.6, 0.9]];
    /// let experiment = Experiment::builder([hidden, output])
    ///     .biases([Some(array![0.1, 0.0, -0.2]), None])
    ///     .activations([Activation::Relu, Activation::Identity])
    ///     .inputs(Inputs::Ball(1.0))
    ///     .epsilon(0.1)
    ///     .delta(0.01)
    ///     .build()?;
    /// assert_eq!(experiment.target.given_widths(), [2, 3, 1]);
    ///
    /// let refused = Experiment::builder([array![[0.5, f64::NAN]]]).inputs(Inputs::Signs).epsilon(0.1).build();
    /// let message = refused.unwrap_err().to_string();
    /// assert_eq!(message, "layers: layer 1, output 0, input 1: expected a finite number, found NaN");
    /// # Ok::<(), slth::experiment::ExperimentError>(())
    /// ```
    pub fn builder(weights: impl IntoIterator<Item = Array2<f64>>) -> Builder {
        let mut builder = Builder {
            preset: Preset::default(),
            layers: Vec::new(),
            biases: None,
            activations: None,
            inputs: None,
            labels: None,
            error: None,
        };
        for (layer, matrix) in (1..).zip(weights) {
            let rows =
                rows(&matrix, |output, input| format!("layer {layer}, output {output}, input {input}"));
            let rows = builder.accept("layers", rows);
            builder.layers.push(rows.unwrap_or_default());
        }
        builder
    }
}

impl Builder {
    /// b_i of each layer, n_i finite numbers, or `None` for a layer without.
    pub fn biases(mut self, biases: impl IntoIterator<Item = Option<Array1<f64>>>) -> Self {
        let mut lists = Vec::new();
        for (layer, bias) in (1..).zip(biases) {
            let place = |output: usize| format!("layer {layer}, output {output}");
            let numbers = |bias: Array1<f64>| {
                if bias.is_empty() {
                    let found = "expected a bias for each output, or `None`, found an empty array";
                    return Err(format!("layer {layer}: {found}"));
                }
                list(bias.iter(), place)
            };
            let list = bias.map(numbers).transpose();
            lists.push(self.accept("biases", list).flatten().unwrap_or_default());
        }
        self.biases = Some(lists);
        self
    }

    /// σ_i of each layer; ReLU everywhere by default.
    pub fn activations(mut self, activations: impl IntoIterator<Item = Activation>) -> Self {
        let activations: Result<_, _> = activations.into_iter().map(Lipschitz::new).collect();
        self.activations = self.accept("activations", activations);
        self
    }

    /// The set of inputs X: one of [`Inputs`], or a batch of points × n₀.
    pub fn inputs(mut self, inputs: impl Into<Inputs>) -> Self {
        let inputs = source(inputs.into());
        self.inputs = self.accept("inputs", inputs);
        self
    }

    /// The class of each point, for the accuracy of both networks.
    pub fn labels(mut self, labels: impl IntoIterator<Item = u32>) -> Self {
        self.labels = Some(labels.into_iter().collect());
        self
    }

    /// ε > 0, the accuracy of the whole network.
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.preset.epsilon = self.accept("epsilon", Positive::try_from(epsilon));
        self
    }

    /// δ in (0, 1), the allowed failure probability; 0.01 by default.
    pub fn delta(mut self, delta: f64) -> Self {
        self.preset.delta = self.accept("delta", Probability::try_from(delta));
        self
    }

    /// The constructions, one lane each; Theorem 3's by default.
    pub fn methods(mut self, methods: impl IntoIterator<Item = Construction>) -> Self {
        self.preset.constructions = Some(methods.into_iter().collect());
        self
    }

    /// Examples to learn from, labelled by class: training and test part. `validation` training examples are split off for
    /// choices between steps. Without [`inputs`](Self::inputs) the test examples are X.
    pub fn data(mut self, training: &Examples, test: &Examples, validation: u64) -> Self {
        let parts = written(training, "training").and_then(|training| Ok((training, written(test, "test")?)));
        let data = parts.map(|(training, test)| DataSource { training, test, validation, seed: 0 });
        self.preset.data = self.accept("data", data);
        self
    }

    /// The learned methods, one lane each, behind the constructions. They need [`data`](Self::data).
    pub fn learned(mut self, methods: impl IntoIterator<Item = LearnedMethod>) -> Self {
        self.preset.learned = Some(methods.into_iter().collect());
        self
    }

    /// The seed of G; 0 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.preset.seed = Some(seed);
        self
    }

    /// Any other fields of a preset. A field given here replaces the one set before.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use slth::experiment::{Experiment, Inputs};
    /// use slth::experiment::{NormSource, Preset};
    ///
    /// let fields = Preset { norms: Some(NormSource::Unit), skip_dead_halves: Some(true), ..Preset::default() };
    /// let experiment = Experiment::builder([array![[0.5]]]).inputs(Inputs::Signs).epsilon(0.1).fields(fields).build()?;
    /// assert_eq!(experiment.norms, NormSource::Unit);
    /// # Ok::<(), slth::experiment::ExperimentError>(())
    /// ```
    pub fn fields(mut self, fields: Preset) -> Self {
        self.preset.set(fields);
        self
    }

    /// The experiment, validated.
    ///
    /// # Errors
    /// [`ExperimentError`] at the field if it is missing, out of range, inconsistent with the others, or too large:
    /// `epsilon: expected a finite number above 0, found -1`.
    pub fn build(self) -> Result<Experiment, ExperimentError> {
        self.build_beside(&PresetSource::without_text(NAME), &[])
    }

    /// The examples of [`data`](Self::data) alone, the validation examples split off.
    ///
    /// # Errors
    /// As [`build`](Self::build), at `data`.
    pub fn dataset(self) -> Result<Dataset, ExperimentError> {
        let place_of = |key: &str| Place::Field(key.to_owned());
        match (self.error, &self.preset.data) {
            (Some(error), _) => Err(error),
            (None, Some(data)) => data::dataset(data, &PresetSource::without_text(NAME), &place_of),
            (None, None) => {
                Err(ExperimentError::new(place_of("data"), "expected examples, found none".to_owned()))
            }
        }
    }

    /// The experiment, validated; files of `source`, and data taken over from one of `known` with the same.
    pub(super) fn build_beside(
        self,
        source: &PresetSource,
        known: &[&Experiment],
    ) -> Result<Experiment, ExperimentError> {
        let Self { mut preset, layers, biases, activations, inputs, labels, error } = self;
        if let Some(error) = error {
            return Err(error);
        }
        preset.delta = preset.delta.or(Probability::try_from(DEFAULT_DELTA).ok());
        let (activation, output_activation) = (None, None);
        let explicit = TargetSource::Explicit { layers, biases, activation, output_activation, activations };
        preset.target = preset.target.or(Some(explicit));
        preset.inputs = preset.inputs.or(inputs);
        if let Some(given) = labels {
            match &mut preset.inputs {
                Some(InputSource::Points { labels, .. }) => *labels = Some(given),
                _ => {
                    let message = "expected labels of points, found inputs that are no points".to_owned();
                    return Err(ExperimentError::new(Place::Field("labels".to_owned()), message));
                }
            }
        }
        let place_of = |key: &str| Place::Field(key.to_owned());
        Experiment::new(preset, source, &place_of, known)
    }

    /// Keeps the first error.
    fn accept<T>(&mut self, key: &str, value: Result<T, String>) -> Option<T> {
        let failed = |message| ExperimentError::new(Place::Field(key.to_owned()), message);
        value.map_err(|message| self.error.get_or_insert_with(|| failed(message))).ok()
    }
}

/// The default δ.
const DEFAULT_DELTA: f64 = 0.01;

/// Finite numbers, or the place of the first other one.
fn list<'a>(
    numbers: impl IntoIterator<Item = &'a f64>,
    place: impl Fn(usize) -> String,
) -> Result<Vec<Weight>, String> {
    let checked = |(index, &number): (usize, &f64)| {
        Weight::try_from(number).map_err(|message| format!("{}: {message}", place(index)))
    };
    numbers.into_iter().enumerate().map(checked).collect()
}

fn rows(matrix: &Array2<f64>, place: impl Fn(usize, usize) -> String) -> Result<Vec<Vec<Weight>>, String> {
    let row = |(index, row): (usize, ndarray::ArrayView1<'_, f64>)| list(row, |column| place(index, column));
    matrix.rows().into_iter().enumerate().map(row).collect()
}

/// Examples as a preset writes them out.
fn written(examples: &Examples, part: &str) -> Result<ExampleSource, String> {
    let place = |example: usize, feature: usize| format!("{part}: example {example}, feature {feature}");
    let points = rows(&examples.inputs.mapv(f64::from), place)?;
    Ok(ExampleSource::Points { points, labels: examples.labels.clone() })
}

fn source(inputs: Inputs) -> Result<InputSource, String> {
    Ok(match inputs {
        Inputs::Ball(radius) => InputSource::Ball { radius: Positive::try_from(radius)? },
        Inputs::Cube(low, high) => InputSource::Box {
            low: BoxEnds::Same(Weight::try_from(low)?),
            high: BoxEnds::Same(Weight::try_from(high)?),
        },
        Inputs::Box(low, high) => {
            let ends = |name: &str, ends: Vec<f64>| {
                list(&ends, |input| format!("{name} of input {input}")).map(BoxEnds::Each)
            };
            InputSource::Box { low: ends("low", low)?, high: ends("high", high)? }
        }
        Inputs::Signs => InputSource::Signs,
        Inputs::Points(points) => {
            let points = rows(&points, |point, input| format!("point {point}, input {input}"))?;
            InputSource::Points { points, labels: None }
        }
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::{NormSource, Plan};
    use super::*;

    fn two_layers() -> Builder {
        Experiment::builder([array![[0.5, -0.25], [0.75, 0.5]], array![[0.3, -0.6]]])
            .biases([Some(array![0.1, -0.2]), None])
            .activations([Activation::Tanh, Activation::Identity])
            .epsilon(0.1)
            .delta(0.02)
            .seed(3)
    }

    fn refusal(builder: Builder) -> String {
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn arrays_are_resolved_as_a_preset_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.ron");
        let target = "Explicit(layers: [[[0.5, -0.25], [0.75, 0.5]], [[0.3, -0.6]]], biases: [[0.1, -0.2], []], activations: [Tanh, Identity])";
        let points = array![[0.5, 1.0], [-1.0, 0.25], [0.0, 0.125]];
        let cases = [
            (two_layers().inputs(Inputs::Ball(2.0)), "Ball(radius: 2.0)"),
            (two_layers().inputs(Inputs::Cube(-1.0, 0.5)), "Box(low: -1.0, high: 0.5)"),
            (
                two_layers().inputs(Inputs::Box(vec![0.0, -1.0], vec![1.0, 1.5])),
                "Box(low: [0.0, -1.0], high: [1.0, 1.5])",
            ),
            (two_layers().inputs(Inputs::Signs), "Signs"),
            (
                two_layers().inputs(points).labels([0, 0, 0]),
                "Points(points: [[0.5, 1.0], [-1.0, 0.25], [0.0, 0.125]], labels: [0, 0, 0])",
            ),
        ];
        for (builder, inputs) in cases {
            let built = builder.methods([Construction::SubsetSum, Construction::default()]).build().unwrap();
            let preset = format!(
                "(title: \"own network\", target: {target}, inputs: {inputs}, epsilon: 0.1, delta: 0.02, seed: 3, \
                 constructions: [SubsetSum, Hyperbolic()])"
            );
            std::fs::write(&path, preset).unwrap();
            let read = Experiment::load(path.to_str().unwrap(), None, &[]).unwrap();
            let digest = |experiment: &Experiment| experiment.digest(&Plan::new(experiment));
            assert_eq!(digest(&built), digest(&read), "{inputs}");
            // And as it is saved.
            std::fs::write(&path, built.to_ron().unwrap()).unwrap();
            let saved = Experiment::load(path.to_str().unwrap(), None, &[]).unwrap();
            assert_eq!(digest(&built), digest(&saved), "{inputs}");
        }
    }

    #[test]
    fn other_fields_are_those_of_a_preset() {
        let fields = Preset {
            norms: Some(NormSource::Worst),
            w_max: Positive::try_from(0.9).ok(),
            ..Preset::default()
        };
        let built = two_layers().inputs(Inputs::Signs).fields(fields).build().unwrap();
        assert_eq!((built.norms, built.w_max, built.delta), (NormSource::Worst, 0.9, 0.02));
    }

    #[test]
    fn what_cannot_be_used_is_refused_at_its_field() {
        let ball = || two_layers().inputs(Inputs::Ball(1.0));
        let cases = [
            (ball().epsilon(-1.0), "epsilon: expected a finite number above 0, found -1"),
            (ball().delta(1.0), "delta: expected a probability between 0 and 1, both excluded, found 1"),
            (two_layers(), "own network: expected a field `inputs`, found none"),
            (two_layers().inputs(Inputs::Ball(0.0)), "inputs: expected a finite number above 0, found 0"),
            (two_layers().inputs(Inputs::Cube(1.0, 0.0)), "inputs: expected low ≤ high, found 1 > 0"),
            (
                two_layers().inputs(Inputs::Box(vec![0.0], vec![1.0, 1.0])),
                "inputs: low: expected a number, or a list of 2, one for each input; found a list of 1",
            ),
            (
                two_layers().inputs(array![[0.5, f64::INFINITY]]),
                "inputs: point 0, input 1: expected a finite number, found inf",
            ),
            (
                two_layers().inputs(array![[0.5, 1.0, 2.0]]),
                "inputs: point 0: expected 2 coordinates, found 3",
            ),
            (two_layers().inputs(Array2::zeros((0, 2))), "inputs: expected at least one point, found none"),
            (two_layers().inputs(array![[0.5, 1.0]]).labels([0, 1]), "labels: expected 1 labels, found 2"),
            (
                two_layers().inputs(array![[0.5, 1.0]]).labels([1]),
                "labels: label of point 0: expected a class below 1, found 1",
            ),
            (ball().labels([0]), "labels: expected labels of points, found inputs that are no points"),
            (
                ball().biases([Some(array![0.1, f64::NAN])]),
                "biases: layer 1, output 1: expected a finite number, found NaN",
            ),
            (
                ball().biases([Some(array![])]),
                "biases: layer 1: expected a bias for each output, or `None`, found an empty array",
            ),
            (
                ball().biases([None, None, None]),
                "biases: expected 2 lists of biases, one for each layer, found 3",
            ),
            (
                ball().activations([Activation::Relu]),
                "activations: expected 2 activations, one for each layer, found 1",
            ),
            (
                ball().activations([Activation::Heaviside, Activation::Relu]),
                "activations: expected an activation with a Lipschitz factor, found heaviside",
            ),
            (ball().methods([]), "constructions: expected at least one construction, found none"),
            (
                ball().fields(Preset { w_max: Positive::try_from(0.1).ok(), ..Preset::default() }),
                "w_max: expected no weight above",
            ),
        ];
        for (builder, says) in cases {
            let found = refusal(builder);
            assert!(found.starts_with(says), "{found}\n{says}");
        }
        let unfit =
            Experiment::builder([array![[0.5, 0.5]], array![[0.5, 0.5]]]).inputs(Inputs::Signs).epsilon(0.1);
        assert!(refusal(unfit).starts_with("layers: layer 2: "));
    }
}
