//! What a run will need, against what is free.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::{ExperimentError, Place};

/// Bytes that this process may still take: the machine's available memory, or the container's where that is less.
pub fn available() -> u64 {
    let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let Ok(system) = System::new_with_specifics(refresh) else {
        // Nothing is known of this machine's memory, so nothing is refused.
        return u64::MAX;
    };
    let free = system.available_memory();
    system.cgroup_limits().map_or(free, |limits| free.min(limits.free_memory))
}

/// Refuses what needs more than is free.
///
/// # Errors
/// [`ExperimentError`] with both figures.
pub(crate) fn require(needed: f64, what: &str, place: Place) -> Result<(), ExperimentError> {
    let free = available();
    if needed <= free as f64 {
        return Ok(());
    }
    let (needed, free) = (gibibytes(needed), gibibytes(free as f64));
    Err(ExperimentError::new(
        place,
        format!("{what} needs {needed}; expected at most the {free} that are free"),
    ))
}

fn gibibytes(bytes: f64) -> String {
    let gib = bytes / (1_u64 << 30) as f64;
    if gib < 10_000.0 { format!("{gib:.1} GiB") } else { format!("{gib:.1e} GiB") }
}
