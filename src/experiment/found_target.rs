//! A target network as it was found, and the forms that a preset may ask for.

use super::error::{ExperimentError, PlaceOf};
use super::memory::free as free_memory;
use crate::network::files::readings::Reading;
use crate::network::graph::LinearMap;
use crate::network::{Network, NetworkError};

/// Bytes held per target weight while an experiment is resolved: the weight, and copies for the norm.
pub(super) const BYTES_PER_WEIGHT: f64 = 32.0;

/// A target network, and the reading of its file; `None` without a file.
pub(super) struct FoundTarget {
    pub(super) network: Network,
    pub(super) reading: Option<Reading>,
}

impl FoundTarget {
    /// The same network as a graph, to walk through.
    pub(super) fn into_graph(self) -> Self {
        Self { network: self.network.into_graph(), ..self }
    }
}

/// A network with its kernels copied to their places, or with its skip connections as layers.
pub(super) fn in_form(
    found: FoundTarget,
    (unrolled, built_skips): (bool, bool),
    place_of: PlaceOf<'_>,
) -> Result<FoundTarget, ExperimentError> {
    let FoundTarget { mut network, reading } = found;
    if built_skips {
        let failed = |error: NetworkError| ExperimentError::new(place_of("built_skips"), error.to_string());
        network = network.with_built_skips().map_err(failed)?;
    }
    if unrolled {
        let kernels = network.graph().map_or(0.0, |graph| {
            let of_map = |map: &LinearMap| map.output().entries() as f64 * map.input().entries() as f64;
            graph.maps().iter().map(of_map).sum()
        });
        if network.graph().is_none_or(|graph| graph.maps().iter().all(|map| map.places() == 1)) {
            let message = "expected a network with kernels to copy to their places, found none".to_owned();
            return Err(ExperimentError::new(place_of("unrolled"), message));
        }
        free_memory::require(kernels * BYTES_PER_WEIGHT, "the unrolled network", place_of("unrolled"))?;
        network = network.unrolled();
    }
    Ok(FoundTarget { network, reading })
}
