//! The columns of a ticket as NumPy arrays, and the network that they are.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use numpy::{
    Element, IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods, ToPyArray,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde::Deserialize;
use slth::construction::LayerTicket;
use slth::network::{Activation, Architecture};
use slth::report::{OutputFile, WrittenLayer, write_ticket_layers};
use slth::sampling::{Hyperbolic, Law, RandomLayer, Uniform};
use slth::verification::{Evaluation, MaskedNetwork};

use crate::errors::of_output;
use crate::setup::{Setup, with_constants};
use crate::work::work;

/// A matrix of NumPy.
type Matrix<'py> = Bound<'py, PyArray2<f64>>;

/// neuron, input, output, z_in, z_out, one entry per kept path; the target's weights, outputs × inputs.
pub(crate) type Columns<'py> = (
    Bound<'py, PyArray1<u64>>,
    Bound<'py, PyArray1<u32>>,
    Bound<'py, PyArray1<u32>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray2<f64>>,
);

/// The same, read.
pub(crate) type ReadColumns<'py> = (
    PyReadonlyArray1<'py, u64>,
    PyReadonlyArray1<'py, u32>,
    PyReadonlyArray1<'py, u32>,
    PyReadonlyArray1<'py, f64>,
    PyReadonlyArray1<'py, f64>,
    PyReadonlyArray2<'py, f64>,
);

/// The columns of a layer as arrays that cannot be written: NumPy takes over their memory, without a copy.
pub(crate) fn columns<'py>(
    py: Python<'py>,
    layer: LayerTicket,
    target: ArrayView2<'_, f64>,
) -> PyResult<Columns<'py>> {
    let LayerTicket { neuron, input, output, z_in, z_out } = layer;
    let weights = target.to_pyarray(py);
    weights.try_readwrite()?.make_nonwriteable();
    Ok((
        column(py, neuron)?,
        column(py, input)?,
        column(py, output)?,
        column(py, z_in)?,
        column(py, z_out)?,
        weights,
    ))
}

fn column<T: Element>(py: Python<'_>, numbers: Vec<T>) -> PyResult<Bound<'_, PyArray1<T>>> {
    let array = numbers.into_pyarray(py);
    array.try_readwrite()?.make_nonwriteable();
    Ok(array)
}

/// The settings that the network depends on, in a ticket's `meta`.
#[derive(Deserialize)]
struct Shape {
    widths: Vec<usize>,
    activations: Vec<String>,
    slopes: Vec<Option<f64>>,
    constant_input: bool,
    #[serde(default)]
    graph: Option<serde::de::IgnoredAny>,
}

impl Shape {
    fn of(meta: &str) -> PyResult<Self> {
        serde_json::from_str(meta).map_err(|error| {
            PyValueError::new_err(format!("meta: expected the settings of a ticket, found: {error}"))
        })
    }

    /// The architecture of layers that take one another.
    fn architecture(&self) -> PyResult<Architecture> {
        if self.graph.is_some() {
            let message =
                "expected the network of the ticket, which is a graph, found none: `network=` gives it";
            return Err(PyValueError::new_err(message));
        }
        let slope = |layer: usize| self.slopes.get(layer).copied().flatten();
        let activations = self.activations.iter().enumerate().map(|(layer, name)| match &**name {
            "relu" => Ok(Activation::Relu),
            "leaky-relu" => Ok(Activation::LeakyRelu(slope(layer).unwrap_or(0.0))),
            "tanh" => Ok(Activation::Tanh),
            "logistic" => Ok(Activation::Logistic),
            "identity" => Ok(Activation::Identity),
            other => Err(PyValueError::new_err(format!("meta: expected an activation, found {other:?}"))),
        });
        Architecture::with_activations(self.widths.clone(), activations.collect::<PyResult<_>>()?)
            .map_err(|error| PyValueError::new_err(format!("meta: {error}")))
    }
}

/// The architecture of a ticket: of its settings, or of the network that is given.
fn architecture_of(meta: &str, setup: Option<&Setup>) -> PyResult<Architecture> {
    match setup {
        Some(setup) => Ok(setup.experiment.target.architecture().clone()),
        None => Shape::of(meta)?.architecture(),
    }
}

/// Copies the columns of a layer.
fn copied(columns: &ReadColumns<'_>) -> LayerTicket {
    let (neuron, input, output, z_in, z_out, _) = columns;
    LayerTicket {
        neuron: neuron.as_array().to_vec(),
        input: input.as_array().to_vec(),
        output: output.as_array().to_vec(),
        z_in: z_in.as_array().to_vec(),
        z_out: z_out.as_array().to_vec(),
    }
}

/// Whether layers can be those of a ticket with these settings.
///
/// # Errors
/// `ValueError` at the first layer that cannot.
fn checked(architecture: &Architecture, layers: &[ReadColumns<'_>]) -> PyResult<Vec<LayerTicket>> {
    if layers.len() != architecture.layers() {
        let (expected, found) = (architecture.layers(), layers.len());
        return Err(PyValueError::new_err(format!(
            "expected {expected} layers, as `meta` says, found {found}"
        )));
    }
    let check = |(layer, columns): (usize, &ReadColumns<'_>)| {
        let fail = |message: String| PyValueError::new_err(format!("layer {layer}: {message}"));
        let (outputs, inputs) = architecture.shape(layer);
        let found = columns.5.shape();
        if found != [outputs, inputs] {
            return Err(fail(format!("target: expected {outputs} × {inputs} weights, found {found:?}")));
        }
        let ticket = copied(columns);
        ticket.check(inputs, outputs).map_err(fail)?;
        Ok(ticket)
    };
    (1..).zip(layers).map(check).collect()
}

/// Refuses columns that cannot be those of a ticket with these settings. Layers of a graph are looked at when its network is
/// there.
#[pyfunction]
pub(crate) fn check_columns(meta: &str, layers: Vec<ReadColumns<'_>>) -> PyResult<()> {
    let shape = Shape::of(meta)?;
    if shape.graph.is_none() {
        checked(&shape.architecture()?, &layers)?;
    }
    Ok(())
}

/// Ĝ: the masked network of a ticket.
#[pyclass(frozen, module = "slth._slth")]
pub(crate) struct PrunedNetwork {
    network: Arc<MaskedNetwork>,
    has_constant: bool,
}

#[pymethods]
impl PrunedNetwork {
    /// Of a ticket's settings and layers; `setup` has the network of a graph.
    #[new]
    #[pyo3(signature = (meta, layers, setup=None))]
    fn new(
        py: Python<'_>,
        meta: &str,
        layers: Vec<ReadColumns<'_>>,
        setup: Option<&Setup>,
    ) -> PyResult<Self> {
        let architecture = architecture_of(meta, setup)?;
        let tickets = checked(&architecture, &layers)?;
        let network = work(py, None, None, move |_| MaskedNetwork::new(&architecture, tickets.iter()))?;
        Ok(Self { network: Arc::new(network), has_constant: Shape::of(meta)?.constant_input })
    }

    /// Ĝ at `points`, points × n₀: points × n_ℓ. With `careful`, sums are compensated.
    fn forward<'py>(
        &self,
        py: Python<'py>,
        points: PyReadonlyArray2<'_, f64>,
        careful: bool,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (network, x) = (Arc::clone(&self.network), with_constants(points.as_array(), self.has_constant));
        let evaluation = if careful { Evaluation::Careful } else { Evaluation::Plain };
        Ok(work(py, None, None, move |_| network.forward(evaluation, x.view()))?.into_pyarray(py))
    }
}

/// Writes a ticket's file, whole or not at all.
#[pyfunction]
pub(crate) fn write_ticket(
    py: Python<'_>,
    path: &str,
    meta: &str,
    layers: Vec<ReadColumns<'_>>,
) -> PyResult<()> {
    let written = layers.iter().map(|(neuron, input, output, z_in, z_out, target)| {
        Ok(WrittenLayer {
            neuron: neuron.as_slice()?,
            input: input.as_slice()?,
            output: output.as_slice()?,
            z_in: z_in.as_slice()?,
            z_out: z_out.as_slice()?,
            target: target.as_array(),
        })
    });
    let written = written.collect::<PyResult<Vec<_>>>()?;
    let saved = py.detach(|| {
        OutputFile::create(Path::new(path))?.finish(|out| write_ticket_layers(meta, written, out))
    });
    saved.map_err(|error| of_output(path, &error))
}

/// Writes a file, whole or not at all.
#[pyfunction]
pub(crate) fn write_file(py: Python<'_>, path: &str, bytes: &[u8]) -> PyResult<()> {
    let saved = py.detach(|| OutputFile::create(Path::new(path))?.finish(|out| out.write_all(bytes)));
    saved.map_err(|error| of_output(path, &error))
}

/// The weights of some neurons of G: z_in, neurons × inputs, and z_out, outputs × neurons. `law` is [α, β] of a hyperbolic
/// law; none for uniform weights on [−1, 1].
#[pyfunction]
#[pyo3(signature = (law, seed, layer, neurons, inputs, outputs))]
pub(crate) fn weights_of_g<'py>(
    py: Python<'py>,
    law: Option<(f64, f64)>,
    seed: u64,
    layer: usize,
    neurons: PyReadonlyArray1<'_, u64>,
    inputs: usize,
    outputs: usize,
) -> PyResult<(Matrix<'py>, Matrix<'py>)> {
    let law = match law {
        Some((low, high)) => Hyperbolic::new(low, high).ok().map(Law::Hyperbolic),
        None => Uniform::new(1.0).ok().map(Law::Uniform),
    };
    let Some(law) = law else {
        return Err(PyValueError::new_err("law: expected a range with 0 < low < high, found another"));
    };
    let random = RandomLayer::new(seed, layer, law);
    let neurons = neurons.as_array();
    let z_in =
        Array2::from_shape_fn((neurons.len(), inputs), |(row, input)| random.z_in(neurons[row], input));
    let z_out =
        Array2::from_shape_fn((outputs, neurons.len()), |(output, row)| random.z_out(neurons[row], output));
    Ok((z_in.into_pyarray(py), z_out.into_pyarray(py)))
}
