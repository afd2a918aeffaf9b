//! The target network, from its field in a preset.

use std::sync::Arc;

use ndarray::Array2;

use super::error::{ExperimentError, PlaceOf};
use super::files::source::PresetSource;
use super::found_target::{BYTES_PER_WEIGHT, FoundTarget, in_form};
use super::memory::free as free_memory;
use super::preset::{Lipschitz, TargetSource, Weight};
use super::{graph_file, ticket_file, trained};
use crate::learning::Dataset;
use crate::network::files::readings::ReadingOptions;
use crate::network::files::{self, WeightFile};
use crate::network::{Activation, Architecture, Network, NetworkError, spectral_norm};
use crate::sampling::{Side, Stream};
use crate::visible::shortened;

/// Makes the target network of a preset.
pub(super) fn network(
    target: &TargetSource,
    dataset: Option<&Arc<Dataset>>,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<FoundTarget, ExperimentError> {
    let activations = |layers: usize| activations_of(layers, target.activations(), place_of);
    let drawn = |network| FoundTarget { network, reading: None };
    match target {
        TargetSource::Random { widths, weight_bound, spectral_norm, seed, .. } => {
            let widths: Vec<usize> = widths.iter().map(|width| width.0).collect();
            let activations = activations(widths.len().saturating_sub(1))?;
            let law = (weight_bound.0, spectral_norm.map(|norm| norm.0));
            random(widths, activations, law, *seed, place_of).map(drawn)
        }
        TargetSource::Explicit { layers, biases, .. } => {
            let activations = activations(layers.len());
            explicit(layers, biases.as_deref().unwrap_or_default(), activations, place_of).map(drawn)
        }
        TargetSource::File { path, layers, transposed, order, graph, unrolled, built_skips, .. } => {
            let options = ReadingOptions { layers: layers.clone(), transposed: *transposed, order: *order };
            if let (Some(_), Some(order)) = (layers, order) {
                let message = format!("expected no order beside a list of layers, found {order:?}");
                return Err(ExperimentError::new(place_of("order"), message));
            }
            let found = match graph {
                Some(graph) => {
                    refuse_options("a graph", &options, target.activations(), place_of)?;
                    graph_file::of_tensors(path, graph, source, place_of)?
                }
                None => of_file(path, &options, target.activations(), source, place_of)?,
            };
            in_form(found, (*unrolled, *built_skips), place_of)
        }
        TargetSource::Trained { .. } => trained::network(target, dataset, &activations, place_of).map(drawn),
    }
}

/// Random weights: uniform in ±bound, each layer scaled down to a spectral norm if one is given.
fn random(
    widths: Vec<usize>,
    activations: Vec<Activation>,
    (bound, norm): (f64, Option<f64>),
    seed: u64,
    place_of: PlaceOf<'_>,
) -> Result<Network, ExperimentError> {
    let fail = |key: &str, error: NetworkError| ExperimentError::new(place_of(key), error.to_string());
    let architecture =
        Architecture::with_activations(widths, activations).map_err(|error| fail("widths", error))?;
    let needed = architecture.total_weights() as f64 * BYTES_PER_WEIGHT;
    free_memory::require(needed, "the target network", place_of("widths"))?;
    let layers = 1..=architecture.layers();
    let weights = layers.map(|layer| random_layer(&architecture, layer, seed, bound, norm)).collect();
    Network::with_biases(weights, Vec::new(), architecture.activations().to_vec())
        .map_err(|error| fail("target", error))
}

/// Weights and biases written out.
fn explicit(
    layers: &[Vec<Vec<Weight>>],
    biases: &[Vec<Weight>],
    activations: Result<Vec<Activation>, ExperimentError>,
    place_of: PlaceOf<'_>,
) -> Result<Network, ExperimentError> {
    let fail = |key: &str, message: String| ExperimentError::new(place_of(key), message);
    let mut weights = Vec::new();
    for (layer, rows) in (1..).zip(layers) {
        let columns = rows.first().map_or(0, Vec::len);
        if let Some((row, found)) = rows.iter().map(Vec::len).enumerate().find(|(_, found)| *found != columns)
        {
            let message = format!("layer {layer}, row {row}: expected {columns} weights, found {found}");
            return Err(fail("layers", message));
        }
        weights.push(Array2::from_shape_fn((rows.len(), columns), |(row, column)| rows[row][column].0));
    }
    if !biases.is_empty() && biases.len() != weights.len() {
        let (expected, found) = (weights.len(), biases.len());
        let message = format!("expected {expected} lists of biases, one for each layer, found {found}");
        return Err(fail("biases", message));
    }
    let bias = |list: &Vec<Weight>| (!list.is_empty()).then(|| list.iter().map(|bias| bias.0).collect());
    Network::with_biases(weights, biases.iter().map(bias).collect(), activations?).map_err(|error| {
        let is_of_biases = matches!(error, NetworkError::Biases { .. } | NetworkError::Fold { .. });
        fail(if is_of_biases { "biases" } else { "layers" }, error.to_string())
    })
}

/// The activations of a field: of the hidden layers, of the last one, of each.
type GivenActivations<'a> = (Option<Lipschitz>, Option<Lipschitz>, Option<&'a [Lipschitz]>);

/// Weights and biases of a file, and its reading. A learned ticket is read as one unless options choose the tensors.
fn of_file(
    path: &str,
    options: &ReadingOptions,
    given: GivenActivations<'_>,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<FoundTarget, ExperimentError> {
    let failed = |error: &dyn std::fmt::Display| {
        // The place names a weight file in the place of a preset.
        let file = if source.is_weight_file { String::new() } else { format!("file {}: ", shortened(path)) };
        ExperimentError::new(place_of("target"), format!("{file}{error}"))
    };
    let bytes = source.read("target", path)?;
    if files::is_onnx(&bytes) {
        refuse_options("a model in ONNX", options, given, place_of)?;
        return graph_file::of_onnx(path, &bytes, source, place_of, &failed);
    }
    let mut file = WeightFile::open(bytes).map_err(|error| failed(&error.of_network()))?;
    if *options == ReadingOptions::default() && ticket_file::is_learned(&file) {
        let ticket = ticket_file::FoundTicket::of(&mut file).map_err(|error| failed(&error))?;
        free_memory::require(ticket.weights() * BYTES_PER_WEIGHT, "the target network", place_of("target"))?;
        // The network of a ticket ends without an activation.
        let (hidden, output, each) = given;
        let output = output.or(each.is_none().then_some(Lipschitz(Activation::Identity)));
        let activations = activations_of(ticket.layers(), (hidden, output, each), place_of)?;
        let (network, reading) = ticket.network(&mut file, activations).map_err(|error| failed(&error))?;
        return Ok(FoundTarget { network, reading: Some(reading) });
    }
    let found = file.find_network(options).map_err(|error| failed(&error))?;
    let needed = file.numbers_of(&found) * BYTES_PER_WEIGHT;
    free_memory::require(needed, "the target network", place_of("target"))?;
    let read = file.network(found).map_err(|error| failed(&error))?;
    let activations = activations_of(read.weights.len(), given, place_of)?;
    let network = Network::with_biases(read.weights, read.biases, activations);
    Ok(FoundTarget { network: network.map_err(|error| failed(&error))?, reading: Some(read.reading) })
}

/// A graph, and a model in ONNX, say themselves how tensors are connected.
fn refuse_options(
    beside: &str,
    options: &ReadingOptions,
    (hidden, output, each): GivenActivations<'_>,
    place_of: PlaceOf<'_>,
) -> Result<(), ExperimentError> {
    let given = [
        ("layers", options.layers.is_some()),
        ("transposed", options.transposed.is_some()),
        ("order", options.order.is_some()),
        ("activation", hidden.is_some()),
        ("output_activation", output.is_some()),
        ("activations", each.is_some()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((key, _)) => {
            let message = format!("expected no `{key}` beside {beside}, which says so itself; found one");
            Err(ExperimentError::new(place_of(key), message))
        }
    }
}

/// σ₁…σ_ℓ from `activation`, `output_activation` and `activations`.
fn activations_of(
    layers: usize,
    (hidden, output, each): GivenActivations<'_>,
    place_of: PlaceOf<'_>,
) -> Result<Vec<Activation>, ExperimentError> {
    let fail = |key: &str, message: String| Err(ExperimentError::new(place_of(key), message));
    let Some(each) = each else {
        let hidden = hidden.unwrap_or_default();
        let mut activations = vec![hidden.0; layers];
        if let Some(last) = activations.last_mut() {
            *last = output.unwrap_or(hidden).0;
        }
        return Ok(activations);
    };
    for (key, beside) in [("activation", hidden), ("output_activation", output)] {
        if let Some(beside) = beside {
            let found = beside.0.name();
            return fail(key, format!("expected none beside `activations`, which names all, found {found}"));
        }
    }
    if each.len() != layers {
        let message = format!("expected {layers} activations, one for each layer, found {}", each.len());
        return fail("activations", message);
    }
    Ok(each.iter().map(|activation| activation.0).collect())
}

/// Weights uniform in ±`bound`, scaled down to spectral norm `norm` if they exceed it.
fn random_layer(
    architecture: &Architecture,
    layer: usize,
    seed: u64,
    bound: f64,
    norm: Option<f64>,
) -> Array2<f64> {
    let (rows, columns) = (architecture.widths()[layer], architecture.widths()[layer - 1]);
    let words = Stream::new(seed, 0, Side::Out).row(layer as u64);
    let unit = 1.0 / (1_u64 << 53) as f64;
    let mut w = Array2::from_shape_fn((rows, columns), |(output, input)| {
        let word = words.word((output * columns + input) as u64);
        bound * (2.0 * ((word >> 11) as f64 * unit) - 1.0)
    });
    if let Some(norm) = norm {
        let found = spectral_norm(w.view());
        if found.is_infinite() {
            // The norm is no number, and larger than the one asked for.
            w /= bound;
            w *= norm / spectral_norm(w.view());
        } else if found > norm {
            w *= norm / found;
        }
    }
    w
}
