//! The text of `slth inspect`.

use std::fmt::Write as _;

use super::assumptions::{NO_PROMISE, marked};
use super::bounds::savings;
use super::graph::{graph_ends, graph_table, layer_in_words};
use super::origin::origin;
use super::setup::{finest, follows};
use crate::report::bounds::ConstructionBounds;
use crate::report::inspected::{InspectReport, InspectedLayer};
use crate::report::numbers::{count, grouped, number, number_of_neurons, widths};
use crate::report::page::Page;
use crate::report::table::Rows;
use crate::visible::{self, shortened, shortened_to};

/// Most characters of a tensor's name in a table.
const NAME: usize = 48;

/// The text of `slth inspect`.
pub fn inspected(report: &InspectReport, page: Page) -> String {
    let theory = &report.theory;
    let graph = theory.origin.graph.as_ref();
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: {}, {} weights",
        shortened(&report.file),
        match graph {
            Some(graph) => graph_ends(graph),
            None => format!("widths {}", widths(&report.widths)),
        },
        grouped(report.weights)
    );
    if let Some(folded) = &report.folded_widths {
        let _ = writeln!(text, "biases are folded in: widths {}, inputs x become (x, 1)", widths(folded));
    }
    text.push_str(&origin(&theory.origin));
    if let Some(graph) = graph {
        let _ = writeln!(text, "\n{}", page.table(&graph_table(graph)));
    }
    let range = |(low, high): (f64, f64)| format!("{} to {}", number(low), number(high));
    let rows = Rows::of(&report.layers).column("layer", |layer| layer.layer);
    let shape = |layer: &&InspectedLayer| format!("{}x{}", layer.shape.0, layer.shape.1);
    let table = match graph {
        // A bias is a weight of the matrix, and activations are nodes.
        Some(graph) => rows
            .column("name", |layer| shortened_to(&graph.layers[layer.layer - 1].name, NAME))
            .joined()
            .column("kind", |layer| layer_in_words(&graph.layers[layer.layer - 1]))
            .column("shape", shape)
            .column("weights and biases", |layer| range(layer.range))
            .column("‖W‖", |layer| number(layer.norm)),
        None => rows
            .column("name", |layer| layer.tensor.as_ref().map(|tensor| shortened_to(&tensor.name, NAME)))
            .joined()
            .column("type", |layer| layer.tensor.as_ref().map(|tensor| tensor.dtype.clone()))
            .column("shape", shape)
            .column("σ", |layer| layer.activation)
            .column("weights", |layer| range(layer.range))
            .column("biases", |layer| layer.bias.as_ref().map(|bias| range(bias.range)))
            .column("‖W‖", |layer| number(layer.norm))
            .column("folded", |layer| layer.folded_norm.map(number)),
    };
    let _ = writeln!(text, "\n{}\n", page.table(&table.table()));
    let tolerance = match finest(&theory.weight_tolerance) {
        (finest, Some(layer)) => format!("finest ε_w = {} (of layer {layer})", number(finest)),
        (finest, None) => format!("ε_w = {}", number(finest)),
    };
    let _ = writeln!(
        text,
        "ε = {}, δ = {}, w_max = {}, F_max ≤ {}, {tolerance}\n",
        visible::number(report.epsilon),
        visible::number(report.delta),
        number(report.w_max),
        number(report.f_max)
    );
    if let Some(given) = theory.tolerance.given() {
        let _ = writeln!(text, "{}\n", follows(given, report.epsilon, theory.is_chain));
    }
    let of_bound = |bounds: &ConstructionBounds, text: Option<String>| {
        text.map(|text| marked(text, bounds.bound_applies()))
    };
    let _ = writeln!(text, "{}", savings(theory));
    let table = Rows::of(&theory.constructions)
        .column("construction", |bounds| bounds.name)
        .column("neurons of G", |bounds| of_bound(bounds, bounds.g_neurons.map(number_of_neurons)))
        .column("per weight", |bounds| {
            let weights = bounds.weights();
            of_bound(bounds, bounds.g_neurons.map(|neurons| count(neurons.ratio(weights.into()))))
        })
        .column("weights of G per weight", |bounds| of_bound(bounds, bounds.weight_ratio.map(count)));
    let _ = writeln!(text, "{}", page.table(&table.table()));
    if !theory.constructions.iter().all(ConstructionBounds::bound_applies) {
        let _ = writeln!(text, "{NO_PROMISE}");
    }
    page.fit(&text)
}
