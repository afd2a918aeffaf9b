//! Results as CSV.

use std::io;

use serde::Serialize;

use super::bounds::Neurons;
use super::run::RunReport;
use super::size::Share;

/// One row of the CSV: a layer of a lane.
#[derive(Serialize)]
struct Row<'a> {
    construction: &'a str,
    mode: &'a str,
    layer: usize,
    weights: u64,
    neurons_bound: Option<String>,
    neurons_sampled: String,
    kept_neurons: u64,
    kept_weights: u64,
    weight_tolerance: f64,
    max_error: f64,
    norm_target: f64,
    norm_pruned: f64,
    complete: bool,
    method: &'a str,
    g_neurons: String,
    g_weights: String,
    g_size_by: &'a str,
    share_neurons_kept: Option<String>,
    share_weights_kept: Option<String>,
    /// of the whole network, like the next one
    accuracy_target: Option<f64>,
    accuracy_pruned: Option<f64>,
}

/// Writes one row per lane and layer, the JSON keys of a layer as header; the accuracies are those of the network.
///
/// # Errors
/// Whatever `out` reports.
pub fn write_csv(report: &RunReport, out: impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for lane in &report.lanes {
        for layer in &lane.layers {
            csv.serialize(Row {
                construction: lane.construction,
                method: lane.method,
                mode: lane.mode,
                layer: layer.layer,
                weights: layer.weights,
                neurons_bound: layer.neurons_bound.map(Neurons::written),
                neurons_sampled: layer.neurons_sampled.written(),
                kept_neurons: layer.kept_neurons,
                kept_weights: layer.kept_weights,
                weight_tolerance: layer.weight_tolerance,
                max_error: layer.max_error,
                norm_target: layer.norm_target,
                norm_pruned: layer.norm_pruned,
                complete: layer.complete,
                g_neurons: layer.size.g_neurons.written(),
                g_weights: layer.size.g_weights.written(),
                g_size_by: layer.size.g_size_by,
                share_neurons_kept: layer.size.share_neurons_kept.map(Share::written),
                share_weights_kept: layer.size.share_weights_kept.map(Share::written),
                accuracy_target: lane.accuracy.map(|accuracy| accuracy.target),
                accuracy_pruned: lane.accuracy.map(|accuracy| accuracy.pruned),
            })?;
        }
    }
    csv.flush()
}
