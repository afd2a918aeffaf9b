//! A target that is a graph: a model in ONNX, with its tensors in the file or beside it, or the tensors of a file connected by a preset.

use std::path::Path;

use super::described;
use super::error::{ExperimentError, PlaceOf};
use super::files::source::PresetSource;
use super::found_target::{BYTES_PER_WEIGHT, FoundTarget};
use super::memory::free as free_memory;
use super::preset::GraphSource;
use crate::network::Network;
use crate::network::files::readings::Reading;
use crate::network::files::{self, FileBytes, WeightFile, onnx};
use crate::visible::shortened;

/// Reads the network of an ONNX model. Tensors outside of it are read from files in its folder.
pub(super) fn of_onnx(
    path: &str,
    bytes: &FileBytes<'_>,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
    failed: &dyn Fn(&dyn std::fmt::Display) -> ExperimentError,
) -> Result<FoundTarget, ExperimentError> {
    let numbers = bytes.len() as f64 / 4.0;
    free_memory::require(numbers * BYTES_PER_WEIGHT, "the target network", place_of("target"))?;
    let model = bytes.all().map_err(|error| failed(&error))?;
    let beside = |location: &str| {
        let name = Path::new(path).with_file_name(location);
        let name = name.to_str().ok_or("a path outside of UTF-8")?;
        let file = source.read("target", name).map_err(|error| error.message().to_owned())?;
        file.all().map_err(|error| error.to_string())
    };
    let found = onnx::network(&model, &beside).map_err(|error| failed(&error))?;
    let reading = Reading::of_onnx(&found);
    let network = Network::of_graph(found.graph, found.weights).map_err(|error| failed(&error))?;
    Ok(FoundTarget { network, reading: Some(reading) })
}

/// The tensors of a file, connected by a graph.
pub(super) fn of_tensors(
    path: &str,
    graph: &GraphSource,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<FoundTarget, ExperimentError> {
    let failed = |error: &dyn std::fmt::Display| {
        ExperimentError::new(place_of("graph"), format!("file {}: {error}", shortened(path)))
    };
    let bytes = source.read("target", path)?;
    if files::is_onnx(&bytes) {
        return Err(failed(&"expected tensors, found a model in ONNX, which has a graph of its own"));
    }
    let mut file = WeightFile::open(bytes).map_err(|error| failed(&error))?;
    let needed = described::numbers_of(graph, &file) * BYTES_PER_WEIGHT;
    free_memory::require(needed, "the target network", place_of("target"))?;
    let found = described::target(graph, &mut file).map_err(|error| failed(&error))?;
    let network = Network::of_graph(found.graph, found.weights).map_err(|error| failed(&error))?;
    Ok(FoundTarget { network, reading: Some(found.reading) })
}
