//! The memory left to this process, and the limit in force.

use std::fmt;
use std::path::PathBuf;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::super::error::{ExperimentError, Place};

/// The tightest limit.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Limit {
    /// unused memory of the machine
    Machine,
    /// RLIMIT_AS
    AddressSpace,
    /// RLIMIT_DATA
    Data,
    /// a control group above this process, by its folder
    ControlGroup(PathBuf),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine => f.write_str("free on this machine"),
            Self::AddressSpace => f.write_str("left by the memory limit of this process (ulimit -v)"),
            Self::Data => f.write_str("left by the data limit of this process (ulimit -d)"),
            Self::ControlGroup(folder) => {
                write!(f, "left by the memory limit of its control group ({})", folder.display())
            }
        }
    }
}

/// Bytes that this process may still take: the least of the machine, this process's own limits and its control groups.
/// [`u64::MAX`] if nothing is known.
pub fn available() -> u64 {
    least().map_or(u64::MAX, |(bytes, _)| bytes)
}

/// Whether this system tells how much memory is free. Without it (Linux without /proc), only the limits of the process
/// itself are kept to.
pub fn is_known() -> bool {
    of_machine().is_some()
}

fn least() -> Option<(u64, Limit)> {
    let machine = of_machine().map(|bytes| (bytes, Limit::Machine));
    let left = machine.into_iter().chain(of_process()).chain(of_control_groups());
    left.min_by_key(|(bytes, _)| *bytes)
}

/// Free memory of the machine.
fn of_machine() -> Option<u64> {
    let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(refresh).ok()?;
    // No memory means no answer from the system.
    (system.total_memory() > 0).then(|| system.available_memory())
}

/// The memory left by this process's limits on address space and data.
#[cfg(unix)]
fn of_process() -> Vec<(u64, Limit)> {
    use rustix::process::{Resource, getrlimit};

    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    [
        #[cfg(not(target_os = "openbsd"))]
        (Resource::As, "VmSize:", Limit::AddressSpace),
        (Resource::Data, "VmData:", Limit::Data),
    ]
    .into_iter()
    .filter_map(|(resource, name, limit)| {
        let allowed = getrlimit(resource).current?;
        Some((allowed.saturating_sub(in_use(&status, name)), limit))
    })
    .collect()
}

#[cfg(not(unix))]
fn of_process() -> Vec<(u64, Limit)> {
    Vec::new()
}

/// A figure of `/proc/self/status` in bytes: `VmSize:     4612 kB`. 0 on systems without it.
#[cfg(unix)]
fn in_use(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0).saturating_mul(1024)
}

#[cfg(target_os = "linux")]
fn of_control_groups() -> Option<(u64, Limit)> {
    let (folder, bytes) = super::control_groups::least_left(std::path::Path::new("/"))?;
    Some((bytes, Limit::ControlGroup(folder)))
}

#[cfg(not(target_os = "linux"))]
fn of_control_groups() -> Option<(u64, Limit)> {
    None
}

/// Refuses a need above the free memory.
///
/// # Errors
/// [`ExperimentError`] with both figures, and the limit.
pub(crate) fn require(needed: f64, what: &str, place: Place) -> Result<(), ExperimentError> {
    let Some((free, limit)) = least().filter(|(free, _)| needed > *free as f64) else { return Ok(()) };
    let (needed, free) = (gibibytes(needed), gibibytes(free as f64));
    Err(ExperimentError::new(place, format!("{what} needs {needed}; expected at most the {free} {limit}")))
}

/// Memory in gibibytes, or in mebibytes if it is less than one.
fn gibibytes(bytes: f64) -> String {
    let gib = bytes / (1_u64 << 30) as f64;
    match gib {
        ..1.0 => format!("{:.0} MiB", gib * 1024.0),
        1.0..10_000.0 => format!("{gib:.1} GiB"),
        _ => format!("{gib:.1e} GiB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_the_status_are_read() {
        let status = "Name:\tslth\nVmPeak:\t    9000 kB\nVmSize:\t    4612 kB\nVmData:\t     420 kB\n";
        assert_eq!(in_use(status, "VmSize:"), 4612 * 1024);
        assert_eq!((in_use(status, "VmData:"), in_use("", "VmSize:")), (420 * 1024, 0));
    }

    #[test]
    fn too_much_is_refused_with_the_limit() {
        assert!(require(0.0, "nothing", Place::Argument("x".to_owned())).is_ok());
        let error = require(1e18, "the run", Place::Argument("x".to_owned())).unwrap_err().to_string();
        assert!(error.contains("needs 9.3e8 GiB; expected at most the"), "{error}");
        assert_eq!(
            (gibibytes(3e6), gibibytes(3e9), gibibytes(f64::NAN)),
            ("3 MiB".to_owned(), "2.8 GiB".to_owned(), "NaN GiB".to_owned())
        );
    }
}
