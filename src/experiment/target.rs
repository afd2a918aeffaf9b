//! The target network and the inputs, from what the preset says of them.

use ndarray::Array2;

use super::preset::{InputSource, Lipschitz, TargetSource};
use super::{ExperimentError, Place, PresetSource, memory};
use crate::network::{Activation, Architecture, Domain, Network, files, spectral_norm};
use crate::sampling::{Side, Stream};

pub(super) type PlaceOf<'a> = &'a dyn Fn(&str) -> Place;

/// Bytes held per target weight while an experiment is put together: the weight, and the copies that its norm takes.
const BYTES_PER_WEIGHT: f64 = 32.0;

pub(super) fn network(
    target: &TargetSource,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<Network, ExperimentError> {
    let fail = |key: &str, error: String| ExperimentError::new(place_of(key), error);
    let last = |output: &Option<Lipschitz>, activation: Activation| output.map_or(activation, |o| o.0);
    match target {
        TargetSource::Random { widths, weight_bound, spectral_norm, activation, output_activation, seed } => {
            let (activation, output) = (activation.0, last(output_activation, activation.0));
            let widths: Vec<usize> = widths.iter().map(|w| w.0).collect();
            let architecture = Architecture::new(widths, activation, output)
                .map_err(|error| fail("widths", error.to_string()))?;
            let needed = architecture.total_weights() as f64 * BYTES_PER_WEIGHT;
            memory::require(needed, "the target network", place_of("widths"))?;
            let weights = (1..=architecture.layers()).map(|layer| {
                random_layer(&architecture, layer, *seed, weight_bound.0, spectral_norm.map(|s| s.0))
            });
            Network::new(weights.collect(), activation, output)
                .map_err(|error| fail("target", error.to_string()))
        }
        TargetSource::Explicit { layers, activation, output_activation } => {
            let mut weights = Vec::new();
            for (layer, rows) in layers.iter().enumerate() {
                let columns = rows.first().map_or(0, Vec::len);
                if let Some(row) = rows.iter().position(|row| row.len() != columns) {
                    let found = rows[row].len();
                    let message =
                        format!("layer {}, row {row}: expected {columns} weights, found {found}", layer + 1);
                    return Err(fail("layers", message));
                }
                let values = rows.iter().flatten().map(|w| w.0).collect();
                let matrix = Array2::from_shape_vec((rows.len(), columns), values)
                    .map_err(|error| fail("layers", error.to_string()))?;
                weights.push(matrix);
            }
            Network::new(weights, activation.0, last(output_activation, activation.0))
                .map_err(|error| fail("layers", error.to_string()))
        }
        TargetSource::File { path, activation, output_activation } => {
            let bytes = source.read("target", path)?;
            let weights = files::read_safetensors(&bytes)
                .map_err(|error| fail("target", format!("file {path}: {error}")))?;
            Network::new(weights, activation.0, last(output_activation, activation.0))
                .map_err(|error| fail("target", format!("file {path}: {error}")))
        }
    }
}

/// Weights uniform in ±`bound`, scaled down to spectral norm `norm` where they exceed it.
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
        if found > norm {
            w *= norm / found;
        }
    }
    w
}

pub(super) fn domain(
    inputs: &InputSource,
    width: usize,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<Domain, ExperimentError> {
    let fail = |message: String| ExperimentError::new(place_of("inputs"), message);
    match inputs {
        InputSource::Ball { radius } => Ok(Domain::Ball { radius: radius.0 }),
        InputSource::Box { low, high } if low.0 > high.0 => {
            Err(fail(format!("expected low ≤ high, found {} > {}", low.0, high.0)))
        }
        InputSource::Box { low, high } => Ok(Domain::Box { low: low.0, high: high.0 }),
        InputSource::Signs => Ok(Domain::Signs),
        InputSource::File { path, labels } => {
            let bytes = source.read("inputs", path)?;
            let points = files::read_points(&bytes).map_err(|e| fail(format!("file {path}: {e}")))?;
            if points.ncols() != width || points.nrows() == 0 {
                let found = points.shape();
                return Err(fail(format!(
                    "file {path}: expected points of {width} inputs, found shape {found:?}"
                )));
            }
            if let Some(((point, input), value)) = points.indexed_iter().find(|(_, x)| !x.is_finite()) {
                let place = format!("file {path}, point {point}, input {input}");
                return Err(fail(format!("{place}: expected a finite number, found {value}")));
            }
            let labels = match labels {
                None => None,
                Some(path) => {
                    let bytes = source.read("labels", path)?;
                    let fail = |message: String| {
                        ExperimentError::new(place_of("labels"), format!("file {path}: {message}"))
                    };
                    let labels = files::read_labels(&bytes).map_err(|e| fail(e.to_string()))?;
                    if labels.len() != points.nrows() {
                        let (expected, found) = (points.nrows(), labels.len());
                        return Err(fail(format!("expected {expected} labels, found {found}")));
                    }
                    Some(labels)
                }
            };
            Ok(Domain::Points { points, labels })
        }
    }
}

/// Labels must be classes of the network.
pub(super) fn check_labels(
    domain: &Domain,
    architecture: &Architecture,
    place_of: PlaceOf<'_>,
) -> Result<(), ExperimentError> {
    let Domain::Points { labels: Some(labels), .. } = domain else { return Ok(()) };
    let classes = architecture.widths()[architecture.layers()];
    match labels.iter().enumerate().find(|(_, label)| usize::from(**label) >= classes) {
        None => Ok(()),
        Some((point, label)) => {
            let message = format!("label of point {point}: expected a class below {classes}, found {label}");
            Err(ExperimentError::new(place_of("labels"), message))
        }
    }
}
