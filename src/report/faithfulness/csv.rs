//! The curves as CSV.

use std::io;

use serde::Serialize;

use super::super::bounds::Neurons;
use super::RateReport;
use crate::session::{LaneRuns, Survival};

/// One row: the failure rate from this number of neurons per weight on, up to that of the next row.
#[derive(Serialize)]
struct Row<'a> {
    construction: &'a str,
    allocation: Option<&'a str>,
    mode: &'a str,
    /// from 1, or `network`
    layer: &'a str,
    neurons_per_weight: String,
    failures: u64,
    runs: u64,
    rate: f64,
    low: f64,
    high: f64,
    method: &'a str,
}

/// Writes a row for each step of each curve: layers first, then the network.
///
/// # Errors
/// Whatever `out` reports.
pub fn write_faithfulness_csv(lanes: &[LaneRuns], confidence: f64, out: impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for lane in lanes {
        let layers =
            (1..).zip(&lane.layers).map(|(layer, curve): (usize, &Survival)| (layer.to_string(), curve));
        for (layer, curve) in layers.chain([("network".to_owned(), &lane.network)]) {
            for (neurons, rate) in curve.steps() {
                let RateReport { rate: share, low, high, .. } = RateReport::new(rate, confidence);
                csv.serialize(Row {
                    construction: lane.plan.construction.name(),
                    method: lane.plan.construction.id(),
                    allocation: lane.plan.construction.facts().allocation,
                    mode: lane.plan.mode.name(),
                    layer: &layer,
                    neurons_per_weight: Neurons(neurons).written(),
                    failures: rate.failures,
                    runs: rate.runs,
                    rate: share,
                    low,
                    high,
                })?;
            }
        }
    }
    csv.flush()
}
