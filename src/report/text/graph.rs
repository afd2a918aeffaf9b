//! A target that is a graph, in words and as a table.

use crate::network::graph::{Graph, Shape};
use crate::report::graph::{GraphLayer, GraphNode, GraphReport};
use crate::report::table::{Rows, Table};
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
    let is_told = |node: &&GraphNode| !["reshape", "select"].contains(&node.kind);
    let told = report.nodes.iter().filter(is_told);
    let mut steps: Vec<String> = told.map(|node| node_in_words(&report, node)).collect();
    if steps.len() > MOST {
        let left_out = steps.len() - MOST + 1;
        steps.splice(MOST / 2..MOST / 2 + left_out, [format!("{left_out} more nodes")]);
    }
    steps.join(&format!(" {arrow} "))
}

/// What a node does: `conv 3×3, 8 channels`.
fn node_in_words(report: &GraphReport, node: &GraphNode) -> String {
    match (node.layer, &node.window) {
        (Some(layer), _) => layer_in_words(&report.layers[layer - 1]),
        (None, Some(window)) => format!("{} {}", node.kind, Shape::new(window.clone())),
        (None, None) if node.from.is_empty() => format!("{} {}", node.kind, Shape::new(node.shape.clone())),
        (None, None) => node.kind.to_owned(),
    }
}

/// A layer in a few words: `dense 10`, `conv 3×3, 8 channels`.
pub fn layer_in_words(layer: &GraphLayer) -> String {
    let rows = layer.shape.0;
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
