//! The text of `slth bounds`.

use std::fmt::Write as _;

use super::assumptions::{NO_PROMISE, broken, marked};
use super::graph::graph_ends;
use super::origin::origin;
use super::setup::{finest, follows};
use crate::experiment::ToleranceRule;
use crate::report::bounds::{BoundsReport, ConstructionBounds, TheoryReport};
use crate::report::numbers::{count, grouped, number_of_neurons, per_weight, saved_share};
use crate::report::page::Page;
use crate::report::table::Rows;
use crate::visible::{number as plain, shortened};

/// The text of `slth bounds`.
pub fn bounds(report: &BoundsReport, page: Page) -> String {
    let theory = &report.theory;
    let mut text = String::new();
    let size = match &theory.origin.graph {
        Some(graph) => graph_ends(graph),
        None => {
            let widths: Vec<String> = report.widths.iter().map(usize::to_string).collect();
            format!("widths {}", widths.join("-"))
        }
    };
    let (tolerance, layer) = finest(&theory.weight_tolerance);
    let (named, of_layer) = match layer {
        Some(layer) => ("finest ε_w", format!(" (of layer {layer})")),
        None => ("ε_w", String::new()),
    };
    let _ = writeln!(text, "{}\n{size}", shortened(&report.title));
    text.push_str(&origin(&theory.origin));
    let _ = writeln!(
        text,
        "ε = {}, δ = {}, w_max = {}, F_max = {}\nnorms: {}, {named} = {tolerance:.11e}{of_layer}",
        plain(report.epsilon),
        plain(report.delta),
        plain(report.w_max),
        plain(report.f_max),
        report.norms
    );
    if let Some(given) = theory.tolerance.given() {
        let _ = writeln!(text, "{}", follows(given, report.epsilon, theory.is_chain));
    }
    let _ = writeln!(text, "\n{}", savings(theory));
    for construction in &theory.constructions {
        let _ = writeln!(text, "{}", construction.name);
        if let Some(broken) = broken(&construction.assumptions) {
            let _ = writeln!(text, "  {broken}");
        }
        text.push_str(&ranges(construction, &of_layer));
        let _ = writeln!(text, "{}\n", layers(construction, page));
    }
    if theory.constructions.iter().any(|construction| !construction.bound_applies()) {
        let _ = writeln!(text, "{NO_PROMISE}");
    }
    page.fit(&text)
}

/// Buckets, and the ranges of weights and products.
fn ranges(construction: &ConstructionBounds, of_layer: &str) -> String {
    let mut text = String::new();
    if let (Some(k_prime), Some(levels)) = (construction.k_prime, construction.levels) {
        let _ = writeln!(text, "  k' = {k_prime:.10}, k = {levels}{of_layer}");
    }
    match (construction.weight_range, construction.product_range) {
        (Some((alpha, beta)), Some((low, high))) => {
            let _ = writeln!(text, "  weights ±[{alpha:.11e}, {beta:.11}]{of_layer}");
            let _ = writeln!(text, "  products [{low:.11e}, {high:.11}]{of_layer}");
        }
        (Some((low, high)), None) => {
            let _ = writeln!(text, "  weights uniform in [{low}, {high}]");
        }
        (None, _) => {}
    }
    if let Some(ratio) = construction.weight_ratio {
        let _ = writeln!(text, "  weights of G per target weight {}", count(ratio));
    }
    text
}

fn layers(construction: &ConstructionBounds, page: Page) -> String {
    let applies = construction.bound_applies();
    let of_bound = |text: Option<String>| text.map(|text| marked(text, applies));
    let table = Rows::of(&construction.layers)
        .column("  layer", |layer| format!("  {}", layer.layer))
        .column("weights", |layer| grouped(layer.weights))
        .column("neurons", |layer| of_bound(layer.neurons.map(number_of_neurons)))
        .column("for all targets", |layer| of_bound(layer.neurons_all_targets.map(number_of_neurons)))
        .column("per weight", |layer| of_bound(layer.neurons_per_weight.map(per_weight)));
    page.table(&table.table())
}

/// Savings of two options of Theorem 3's construction, a line each.
pub(super) fn savings(theory: &TheoryReport) -> String {
    let verb = |used: bool| if used { "saves" } else { "would save" };
    let applies = theory.constructions.first().is_none_or(ConstructionBounds::bound_applies);
    let of = |what: &str| format!("{what}{}", marked(String::new(), applies));
    let per_layer = || {
        let share = saved_share(theory.savings.per_layer);
        let verb = verb(theory.tolerance == ToleranceRule::PerLayer);
        format!("tolerance PerLayer {verb} {share} of {}\n", of("Theorem 3's neurons"))
    };
    // Tolerances per layer are of chains alone.
    let (first, of) = match theory.origin.graph {
        None => (per_layer(), "them".to_owned()),
        Some(_) => (String::new(), of("Theorem 3's neurons")),
    };
    format!(
        "{first}skip_dead_halves {} {} of {of}, {} of those to be kept\n",
        verb(theory.skip_dead_halves),
        saved_share(theory.savings.dead_halves),
        saved_share(Some(theory.savings.dead_demands))
    )
}
