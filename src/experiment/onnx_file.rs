//! A target in ONNX: its graph, and its tensors in the file or beside it.

use std::path::Path;

use super::error::{ExperimentError, PlaceOf};
use super::files::source::PresetSource;
use super::memory::free as free_memory;
use super::target::{BYTES_PER_WEIGHT, FoundTarget};
use crate::network::Network;
use crate::network::files::FileBytes;
use crate::network::files::onnx;
use crate::network::files::readings::Reading;

/// Reads the network of an ONNX model. Tensors outside of it are read from files in its folder.
pub(super) fn network(
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
