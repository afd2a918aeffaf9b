//! The columns of every CSV file. Headers are the JSON keys; a new column goes to the right end.

use super::comparison::{ComparedLane, Comparison};
use super::evaluated::EvaluatedReport;
use super::faithfulness::RateReport;
use super::lane::AccuracyReport;
use super::plotted::PlottedReport;
use super::run::RunReport;
use super::size::SizeReport;
use super::table::{Cell, Rows, Table};
use super::weighed::WeighedReport;
use crate::network::graph::Shape;
use crate::session::LaneRuns;

impl RunReport {
    /// A row per lane and layer. The accuracies are those of the network.
    pub fn table(&self) -> Table {
        let rows = self.lanes.iter().flat_map(|lane| lane.layers.iter().map(move |layer| (lane, layer)));
        let rows = Rows::of(rows)
            .column("construction", |(lane, _)| lane.construction)
            .column("mode", |(lane, _)| lane.mode)
            .column("layer", |(_, layer)| layer.layer)
            .column("weights", |(_, layer)| layer.weights)
            .column("neurons_bound", |(_, layer)| layer.neurons_bound)
            .column("neurons_sampled", |(_, layer)| layer.neurons_sampled)
            .column("kept_neurons", |(_, layer)| layer.kept_neurons)
            .column("kept_weights", |(_, layer)| layer.kept_weights)
            .column("weight_tolerance", |(_, layer)| layer.weight_tolerance)
            .column("max_error", |(_, layer)| layer.max_error)
            .column("norm_target", |(_, layer)| layer.norm_target)
            .column("norm_pruned", |(_, layer)| layer.norm_pruned)
            .column("complete", |(_, layer)| layer.complete)
            .column("method", |(lane, _)| lane.method);
        sized(rows, |(_, layer)| layer.size, |(lane, _)| lane.accuracy)
    }
}

impl Comparison {
    /// A row per lane.
    pub fn table(&self) -> Table {
        let rows = Rows::of(&self.lanes)
            .column("construction", |lane| lane.which.name())
            .column("allocation", |lane| lane.allocation)
            .column("mode", |lane| lane.mode)
            .column("neurons_per_weight_bound", |lane| lane.neurons_per_weight_bound)
            .column("neurons_per_weight", |lane| lane.neurons_per_weight)
            .column("kept_neurons_per_weight", |lane| lane.kept_neurons_per_weight)
            .column("kept_weights_per_weight", |lane| lane.kept_weights_per_weight)
            .column("search_operations", |lane| lane.search_operations)
            .column("error_found", |lane| lane.error.found)
            .column("error_certified", |lane| lane.error.certified)
            .column("epsilon", |lane| lane.error.epsilon)
            .column("holds", |lane| lane.holds)
            .column("elapsed_seconds", |lane| lane.elapsed_seconds)
            .column("ratio_to_first", |lane| lane.ratio_to_first)
            .column("values_per_half", |lane| lane.estimate.map(|estimate| estimate.values_per_half))
            .column("pensia_constant", |lane| lane.estimate.map(|estimate| estimate.pensia_constant))
            .column("method", |lane| lane.method);
        sized(rows, |lane: &&ComparedLane| lane.size, |lane| lane.accuracy)
    }
}

/// Adds the last columns of `run` and `compare`: the size of G, the shares kept and the accuracies.
fn sized<R>(
    rows: Rows<R>,
    size: impl Fn(&R) -> SizeReport,
    accuracy: impl Fn(&R) -> Option<AccuracyReport>,
) -> Table {
    rows.column("g_neurons", |row| size(row).g_neurons)
        .column("g_weights", |row| size(row).g_weights)
        .column("g_size_by", |row| size(row).g_size_by)
        .column("share_neurons_kept", |row| size(row).share_neurons_kept.map(|share| Cell::Share(share.0)))
        .column("share_weights_kept", |row| size(row).share_weights_kept.map(|share| Cell::Share(share.0)))
        .column("accuracy_target", |row| accuracy(row).map(|accuracy| accuracy.target))
        .column("accuracy_pruned", |row| accuracy(row).map(|accuracy| accuracy.pruned))
        .table()
}

/// Failure rates, a row for each step of each curve: layers first, then the network. A rate holds from its row's number of
/// neurons per weight up to that of the next row.
pub fn failure_rates(lanes: &[LaneRuns], confidence: f64) -> Table {
    let rows = lanes.iter().flat_map(|lane| {
        let layers = (1_usize..).zip(&lane.layers).map(|(layer, curve)| (layer.to_string(), curve));
        layers.chain([("network".to_owned(), &lane.network)]).flat_map(move |(layer, curve)| {
            let row = move |(neurons, rate)| {
                (lane, layer.clone(), neurons, rate, RateReport::new(rate, confidence))
            };
            curve.steps().map(row)
        })
    });
    Rows::of(rows)
        .column("construction", |(lane, ..)| lane.plan.construction.name())
        .column("allocation", |(lane, ..)| lane.plan.construction.facts().allocation)
        .column("mode", |(lane, ..)| lane.plan.mode.name())
        .column("layer", |(_, layer, ..)| layer.clone())
        .column("neurons_per_weight", |(_, _, neurons, ..)| *neurons)
        .column("failures", |(.., rate, _)| rate.failures)
        .column("runs", |(.., rate, _)| rate.runs)
        .column("rate", |(.., shares)| shares.rate)
        .column("low", |(.., shares)| shares.low)
        .column("high", |(.., shares)| shares.high)
        .column("method", |(lane, ..)| lane.plan.construction.id())
        .table()
}

impl PlottedReport {
    /// A row per point.
    pub fn table(&self) -> Table {
        Rows::of(&self.points)
            .column("construction", |point| point.construction)
            .column("against", |_| self.against)
            .column("value", |point| point.value)
            .column("weight_tolerance", |point| point.weight_tolerance)
            .column("k_prime", |point| point.k_prime)
            .column("neurons_per_weight", |point| point.neurons_per_weight)
            .table()
    }
}

impl EvaluatedReport {
    /// A row per output. Of a graph, each has its shapes.
    pub fn table(&self) -> Table {
        let rows = Rows::of(self.target.iter().enumerate())
            .column("output", |(output, _)| *output)
            .column("target", |(_, target)| **target)
            .column("pruned", |(output, _)| self.pruned.as_ref().map(|values| values[*output]))
            .column("method", |_| self.method);
        let Some(shapes) = &self.shapes else { return rows.table() };
        let shape = |axes: &[usize]| Shape::new(axes).to_string();
        rows.column("input_shape", |_| shape(&shapes.input_shape))
            .column("output_shape", |_| shape(&shapes.output_shape))
            .column("channels", |_| shapes.channels)
            .column("steps", |_| shapes.steps)
            .table()
    }
}

impl WeighedReport {
    /// A row per step, halves in turn. Of a graph, each has the weight's place.
    pub fn table(&self) -> Table {
        let steps = self
            .sums
            .iter()
            .flat_map(|sum| (1_usize..).zip(&sum.steps).map(move |(n, step)| (sum.half, n, step)));
        let rows = Rows::of(steps)
            .column("half", |(half, ..)| *half)
            .column("step", |(_, number, _)| *number)
            .column("bucket", |(.., step)| step.bucket)
            .column("threshold", |(.., step)| step.threshold)
            .column("residual", |(.., step)| step.residual)
            .column("fate", |(.., step)| step.fate)
            .column("neuron", |(.., step)| step.neuron)
            .column("z_in", |(.., step)| step.z_in)
            .column("z_out", |(.., step)| step.z_out)
            .column("product", |(.., step)| step.product)
            .column("method", |_| self.method);
        let Some(place) = &self.place else { return rows.table() };
        rows.column("layer_name", |_| place.layer_name.clone())
            .column("kind", |_| &*place.kind)
            .column("bias", |_| place.bias)
            .column("output_channel", |_| place.output_channel)
            .column("input_channel", |_| place.input_channel)
            .column("dy", |_| place.dy)
            .column("dx", |_| place.dx)
            .column("cell", |_| place.cell.as_deref())
            .column("reads", |_| place.reads.as_deref())
            .column("gate", |_| place.gate)
            .column("unit", |_| place.unit)
            .table()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::report::{Against, Curves};

    #[test]
    fn rows_are_the_points_of_the_curves() {
        let experiment = Experiment::load("example-5", None, &[]).unwrap();
        let curves = Curves::new(&experiment, Against::Epsilon);
        let report = PlottedReport::new("Example 5", &curves, &[]);
        let drawn = curves.curves.iter().flat_map(|curve| curve.points.iter().flatten()).count();
        assert_eq!(report.points.len(), drawn);
        let mut out = Vec::new();
        report.table().write_csv(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), drawn + 1);
        let own = text.lines().find(|line| line.starts_with("hyperbolic,epsilon,0.01,")).unwrap();
        // The paper's Example 5.
        assert!(own.ends_with(",628.6927"), "{own}");
        assert!(text.contains("whole-neuron,epsilon,") && text.contains("e679"));
    }
}
