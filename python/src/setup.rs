//! A setup: a target, its inputs, and what is to be built, from arrays or a file.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use slth::experiment::{
    Builder, Experiment, ExperimentError, FileOptions, Inputs, Lipschitz, built_in_names, parse_override,
};
use slth::learning::Examples;
use slth::method::Construction;
use slth::network::files::Order;
use slth::network::{Activation, Network, with_constant};
use slth::session::Shard;

use crate::errors::of_experiment;
use crate::work::work;

/// Points × features, and a class for each.
type LabelledPoints<'py> = (PyReadonlyArray2<'py, f64>, PyReadonlyArray1<'py, u32>);

/// Training and test part, the number of validation examples split off, and the seed of their choice.
pub(crate) type Parts<'py> = (LabelledPoints<'py>, LabelledPoints<'py>, u64);

/// A setup, read and validated.
#[pyclass(frozen, module = "slth._slth")]
pub(crate) struct Setup {
    pub(crate) experiment: Arc<Experiment>,
}

#[pymethods]
impl Setup {
    /// A preset's or a weight file's setup, with `key=value`s in place of its fields.
    #[staticmethod]
    #[pyo3(signature = (name, layers, transposed, order, activation, output_activation, seed, settings))]
    #[allow(clippy::too_many_arguments)] // the options of a weight file, one by one
    fn open(
        py: Python<'_>,
        name: String,
        layers: Option<Vec<String>>,
        transposed: Option<bool>,
        order: Option<&str>,
        activation: Option<&str>,
        output_activation: Option<&str>,
        seed: Option<u64>,
        settings: Vec<String>,
    ) -> PyResult<Self> {
        let order = match order {
            None => None,
            Some("names") => Some(Order::Names),
            Some("file") => Some(Order::File),
            Some(other) => {
                let message = format!("order: expected \"names\" or \"file\", found {other:?}");
                return Err(PyValueError::new_err(message));
            }
        };
        let options = FileOptions {
            layers,
            transposed,
            order,
            activation: activation.map(|name| lipschitz("activation", name)).transpose()?,
            output_activation: output_activation
                .map(|name| lipschitz("output_activation", name))
                .transpose()?,
        };
        let read = work(py, None, None, move |_| Experiment::open(&name, &options, seed, &settings))?;
        Self::of(read)
    }

    /// The setup of weight matrices W_i, n_i × n_{i−1}, with `key=value`s of other fields.
    #[staticmethod]
    #[pyo3(signature = (weights, biases, activations, seed, settings, points, labels, data))]
    #[allow(clippy::too_many_arguments)] // arrays of three kinds
    fn of_arrays(
        py: Python<'_>,
        weights: Vec<PyReadonlyArray2<'_, f64>>,
        biases: Option<Vec<Option<PyReadonlyArray1<'_, f64>>>>,
        activations: Option<Vec<String>>,
        seed: Option<u64>,
        settings: Vec<String>,
        points: Option<PyReadonlyArray2<'_, f64>>,
        labels: Option<PyReadonlyArray1<'_, u32>>,
        data: Option<Parts<'_>>,
    ) -> PyResult<Self> {
        let weights: Vec<Array2<f64>> = weights.iter().map(|w| w.as_array().to_owned()).collect();
        let mut builder = Experiment::builder(weights);
        if let Some(biases) = biases {
            let arrays = biases.iter().map(|bias| bias.as_ref().map(|bias| bias.as_array().to_owned()));
            builder = builder.biases(arrays.collect::<Vec<Option<Array1<f64>>>>());
        }
        if let Some(names) = activations {
            let activations: PyResult<Vec<Activation>> =
                names.iter().map(|name| Ok(lipschitz("activations", name)?.0)).collect();
            builder = builder.activations(activations?);
        }
        if let Some(points) = points {
            builder = builder.inputs(Inputs::Points(points.as_array().to_owned()));
        }
        if let Some(labels) = labels {
            builder = builder.labels(labels.as_array().to_vec());
        }
        if let Some(data) = data {
            builder = with_data(builder, &data);
        }
        if let Some(seed) = seed {
            builder = builder.seed(seed);
        }
        let read = work(py, None, None, move |_| {
            for setting in &settings {
                builder = builder.fields(parse_override(setting)?.1);
            }
            builder.build()
        })?;
        Self::of(read)
    }

    /// The preset's title.
    #[getter]
    fn title(&self) -> &str {
        &self.experiment.title
    }

    /// n₀ … n_ℓ, without constants that carry biases.
    #[getter]
    fn widths(&self) -> Vec<usize> {
        self.experiment.target.given_widths().to_vec()
    }

    /// ε.
    #[getter]
    fn epsilon(&self) -> f64 {
        self.experiment.epsilon
    }

    /// δ.
    #[getter]
    fn delta(&self) -> f64 {
        self.experiment.delta
    }

    /// The seed of G.
    #[getter]
    fn seed(&self) -> u64 {
        self.experiment.seed
    }

    /// Whether the target is a graph: layers that do not just take one another.
    #[getter]
    fn is_graph(&self) -> bool {
        self.experiment.target.graph().is_some()
    }

    /// Whether a preset lists several targets.
    #[getter]
    fn has_targets(&self) -> bool {
        !self.experiment.targets().is_empty()
    }

    /// Name and slope of each layer's activation; a slope only of leaky ReLUs.
    #[getter]
    fn activations(&self) -> Vec<(&'static str, Option<f64>)> {
        let activations = self.experiment.target.architecture().activations();
        activations.iter().map(|activation| (activation.name(), activation.slope())).collect()
    }

    /// The ids of the constructions to be built.
    #[getter]
    fn methods(&self) -> Vec<&'static str> {
        self.experiment.constructions.iter().map(|construction| construction.id()).collect()
    }

    /// W_i of every layer as given, outputs × inputs. Of a graph, the matrices of its linear maps.
    fn weights<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyArray2<f64>>> {
        let target = &self.experiment.target;
        (1..=target.architecture().layers()).map(|layer| target.given_weights(layer).to_pyarray(py)).collect()
    }

    /// b_i of every layer, or `None` for a layer without.
    fn biases<'py>(&self, py: Python<'py>) -> Vec<Option<Bound<'py, PyArray1<f64>>>> {
        let target = &self.experiment.target;
        let bias = |layer| bias_of(target, layer).map(|bias| bias.into_pyarray(py));
        (1..=target.architecture().layers()).map(bias).collect()
    }

    /// F at `points`, points × n₀: points × n_ℓ.
    fn forward<'py>(
        &self,
        py: Python<'py>,
        points: PyReadonlyArray2<'_, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let experiment = Arc::clone(&self.experiment);
        let x = with_constants(points.as_array(), experiment.target.fold().is_some());
        Ok(work(py, None, None, move |_| experiment.target.forward(x.view()))?.into_pyarray(py))
    }

    /// The setup as a preset, in RON.
    fn to_ron(&self) -> PyResult<String> {
        self.experiment.to_ron().map_err(PyValueError::new_err)
    }
}

impl Setup {
    fn of(read: Result<Experiment, ExperimentError>) -> PyResult<Self> {
        let experiment = read.map_err(|error| of_experiment(&error))?;
        Ok(Self { experiment: Arc::new(experiment) })
    }
}

/// The points as F and Ĝ take them: with a constant 1 behind each where biases are folded in.
pub(crate) fn with_constants(points: ArrayView2<'_, f64>, folded: bool) -> Array2<f64> {
    if folded { with_constant(points) } else { points.to_owned() }
}

/// The bias of a layer, from the column that it was folded into.
fn bias_of(target: &Network, layer: usize) -> Option<Array1<f64>> {
    let fold = target.fold().filter(|fold| fold.has_bias(layer))?;
    let (rows, columns) = target.given_weights(layer).dim();
    let column = target.weights(layer).column(columns);
    let (bias, _) = column.split_at(Axis(0), rows);
    Some(&bias * fold.constants()[layer - 1])
}

/// Share i of n.
pub(crate) fn shard_of((index, count): (u64, u64)) -> PyResult<Shard> {
    Shard::new(index, count).ok_or_else(|| {
        let message = format!("shard: expected a share (i, n) with 1 ≤ i ≤ n, found ({index}, {count})");
        PyValueError::new_err(message)
    })
}

fn lipschitz(argument: &str, name: &str) -> PyResult<Lipschitz> {
    name.parse().map_err(|message| PyValueError::new_err(format!("{argument}: {message}")))
}

/// Adds examples to learn from.
pub(crate) fn with_data(
    builder: Builder,
    ((x, labels), (x_test, labels_test), validation): &Parts<'_>,
) -> Builder {
    let examples = |x: &PyReadonlyArray2<'_, f64>, labels: &PyReadonlyArray1<'_, u32>| Examples {
        inputs: x.as_array().mapv(|x| x as f32),
        labels: labels.as_array().to_vec(),
    };
    builder.data(&examples(x, labels), &examples(x_test, labels_test), *validation)
}

/// The ids of all constructions, each with its name in a preset.
#[pyfunction]
pub(crate) fn methods() -> Vec<(&'static str, String)> {
    Construction::all().iter().map(|each| (each.id(), format!("{each:?}"))).collect()
}

/// The names of the built-in presets, the default first.
#[pyfunction]
pub(crate) fn preset_names() -> Vec<&'static str> {
    built_in_names().collect()
}
