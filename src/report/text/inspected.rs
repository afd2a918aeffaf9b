//! The text of `slth inspect`.

use std::fmt::Write as _;

use super::super::inspected::InspectReport;
use super::super::page::Page;
use super::{NO_PROMISE, count, grouped, marked, number, number_of_neurons, widths};
use crate::report::ConstructionBounds;
use crate::theory::Count;
use crate::visible::{self, shortened, shortened_to};

/// Most characters of a tensor's name in a table.
const NAME: usize = 48;

/// The text of `slth inspect`.
pub fn inspected(report: &InspectReport, page: Page) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: widths {}, {} weights",
        shortened(&report.file),
        widths(&report.widths),
        grouped(report.weights as i64)
    );
    if let Some(folded) = &report.folded_widths {
        let _ = writeln!(text, "biases are folded in: widths {}, inputs x become (x, 1)", widths(folded));
    }
    text.push_str(&super::origin(&report.theory.origin));
    let range = |(low, high): (f64, f64)| format!("{} to {}", number(low), number(high));
    let rows = report.layers.iter().map(|layer| {
        let (name, dtype) = match &layer.tensor {
            Some(tensor) => (shortened_to(&tensor.name, NAME), tensor.dtype.clone()),
            None => ("-".to_owned(), "-".to_owned()),
        };
        vec![
            layer.layer.to_string(),
            name,
            dtype,
            format!("{}x{}", layer.shape.0, layer.shape.1),
            layer.activation.to_owned(),
            range(layer.range),
            layer.bias.as_ref().map_or("-".to_owned(), |bias| range(bias.range)),
            number(layer.norm),
            layer.folded_norm.map_or("-".to_owned(), number),
        ]
    });
    let header = ["layer", "name", "type", "shape", "σ", "weights", "biases", "‖W‖", "folded"];
    let _ = writeln!(text, "\n{}\n", page.table(&header, rows.collect(), &[1]));
    let tolerance = match super::finest(&report.theory.weight_tolerance) {
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
    if let Some(given) = report.theory.tolerance.given() {
        let _ = writeln!(text, "{}\n", super::follows(given, report.epsilon));
    }
    let weights = report.theory.constructions.first().map_or(1, ConstructionBounds::weights);
    let rows = report.theory.constructions.iter().map(|construction| {
        let neurons: Option<Count> = construction.layers.iter().map(|layer| layer.neurons).sum();
        let applies = construction.bound_applies();
        let of_bound = |text: Option<String>| marked(text.unwrap_or_else(|| "-".to_owned()), applies);
        vec![
            construction.name.to_owned(),
            of_bound(neurons.map(number_of_neurons)),
            of_bound(neurons.map(|neurons| count(neurons.ratio(weights.into())))),
            of_bound(construction.weight_ratio.map(|ratio| count(ratio))),
        ]
    });
    let all_apply = report.theory.constructions.iter().all(ConstructionBounds::bound_applies);
    let applies = report.theory.constructions.first().is_none_or(ConstructionBounds::bound_applies);
    for line in super::savings(
        &report.theory.savings,
        report.theory.tolerance,
        report.theory.skip_dead_halves,
        applies,
    ) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text);
    let header = ["construction", "neurons of G", "per weight", "weights of G per weight"];
    let _ = writeln!(text, "{}", page.table(&header, rows.collect(), &[]));
    if !all_apply {
        let _ = writeln!(text, "{NO_PROMISE}");
    }
    page.fit(&text)
}
