//! A target that is a graph, in words and as a table.

use crate::experiment::Experiment;
use crate::network::graph::{Graph, KernelPlace, Shape};
use crate::report::graph::{GraphLayer, GraphNode, GraphReport};
use crate::report::table::{Rows, Table};
use crate::session::WeightView;
use crate::visible::shortened_to;

/// Most characters of a node's name in a table.
const NAME: usize = 32;

/// A row for each node.
pub fn graph_table(report: &GraphReport) -> Table {
    let what = |node: &&GraphNode| match node.layer {
        Some(layer) => format!("layer {layer}: {}", node_in_words(report, node)),
        None => node_in_words(report, node),
    };
    let takes = |node: &&GraphNode| {
        let names: Vec<String> = node.from.iter().map(|name| shortened_to(name, NAME)).collect();
        names.join(", ")
    };
    Rows::of(&report.nodes)
        .column("node", |node| shortened_to(&node.node, NAME))
        .column("what it does", what)
        .column("shape", |node| Shape::new(node.shape.clone()).to_string())
        .column("takes", takes)
        .table()
}

/// The steps of a graph from its input to its output, cut in the middle where there are many: `1×8×8 → conv 3×3, 8 channels → relu`.
pub fn graph_in_words(graph: &Graph, arrow: &str) -> String {
    /// More make no sense in a line.
    const MOST: usize = 12;
    let report = GraphReport::new(graph);
    let is_told = |node: &&GraphNode| !["reshape", "select"].contains(&&*node.kind);
    let told = report.nodes.iter().filter(is_told);
    let mut steps: Vec<String> = told.map(|node| node_in_words(&report, node)).collect();
    if steps.len() > MOST {
        let left_out = steps.len() - MOST + 1;
        steps.splice(MOST / 2..MOST / 2 + left_out, [format!("{left_out} more nodes")]);
    }
    steps.join(&format!(" {arrow} "))
}

/// The ends of a graph: `input 1×8×8, output 10, 3 layers`.
pub(super) fn graph_ends(report: &GraphReport) -> String {
    let shape = |node: Option<&GraphNode>| Shape::new(node.map_or(Vec::new(), |node| node.shape.clone()));
    let (input, output) = (shape(report.nodes.first()), shape(report.nodes.last()));
    let layers = report.layers.len();
    let plural = if layers == 1 { "" } else { "s" };
    format!("input {input}, output {output}, {layers} layer{plural}")
}

/// What a node does: `conv 3×3, 8 channels`.
pub(super) fn node_in_words(report: &GraphReport, node: &GraphNode) -> String {
    match (node.layer, &node.window) {
        (Some(layer), _) => layer_in_words(&report.layers[layer - 1]),
        (None, Some(window)) => format!("{} {}", node.kind, Shape::new(window.clone())),
        (None, None) if node.from.is_empty() => format!("{} {}", node.kind, Shape::new(node.shape.clone())),
        (None, None) => node.kind.to_string(),
    }
}

/// Where a weight of a layer of a graph stands: `output channel 3, input channel 1, dy 2, dx 2`; `None` if its row and column say it all.
pub fn weight_place(view: &WeightView) -> Option<String> {
    let row = view.gate.map(|(gate, unit)| format!("gate {gate}, unit {unit}"));
    match view.kernel.map(|kernel| (kernel, kernel.place(view.input))) {
        Some((_, KernelPlace::Bias)) => Some(format!("output channel {}, bias", view.output)),
        Some((kernel, KernelPlace::Tap { channel, row, column })) => {
            let dy = if kernel.rows > 1 { format!(", dy {row}") } else { String::new() };
            Some(format!("output channel {}, input channel {channel}{dy}, dx {column}", view.output))
        }
        None if view.is_bias => Some(row.map_or("bias".to_owned(), |row| format!("{row}, bias"))),
        None => row,
    }
}

/// The kind of layer i = 1…ℓ of a target that is a graph, as [`layer_in_words`] has it; `None` of a chain: its layers are all dense.
pub fn layer_kind(experiment: &Experiment, layer: usize) -> Option<String> {
    experiment.target.graph().map(|graph| layer_in_words(&GraphLayer::new(graph, layer)))
}

/// A layer in a few words: `dense 10`, `conv 3×3, 8 channels`, `LSTM state 128`.
pub fn layer_in_words(layer: &GraphLayer) -> String {
    let rows = layer.shape.0;
    if let (Some(cell), Some(reads)) = (&layer.cell, &layer.reads) {
        return format!("{cell} {reads} {rows}");
    }
    match (&layer.kernel, layer.groups) {
        (Some(kernel), groups) => {
            let groups = groups.filter(|&groups| groups > 1);
            let grouped = groups.map_or(String::new(), |groups| format!(", {groups} groups"));
            format!("conv {}, {rows} channels{grouped}", Shape::new(kernel.clone()))
        }
        (None, _) if layer.placement == "rows" => format!("dense {rows} on each row"),
        (None, _) => format!("dense {rows}"),
    }
}
