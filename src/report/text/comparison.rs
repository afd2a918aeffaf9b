//! Constructions side by side, in words.

use std::fmt::Write as _;

use super::assumptions::{NO_PROMISE, assumed, broken, marked};
use super::bridge::bridge;
use super::learned::tickets;
use super::setup::heading;
use crate::report::comparison::{ComparedLane, Comparison, SubsetEstimate};
use crate::report::numbers::{count, grouped, number, per_weight};
use crate::report::page::Page;
use crate::report::table::Rows;
use crate::session::{Session, TicketVerdict};
use crate::visible;

/// The cost of the subset sums of a run.
pub fn subset_estimate(estimate: &SubsetEstimate) -> String {
    format!(
        "values at hand per half {:.1} on average; C of Pensia's bound at least {:.2} here (an estimate from this run: \
         the constant is not published)",
        estimate.values_per_half, estimate.pensia_constant
    )
}

/// The text of `slth compare`.
pub fn comparison(session: &Session, comparison: &Comparison, page: Page) -> String {
    let mut text = heading(session);
    let each = |value: f64| format!("{value:.2}");
    let error = |value: f64| format!("{value:.3e}");
    let of_bound = |lane: &ComparedLane, text: String| marked(text, lane.bound_applies());
    let table = Rows::of(&comparison.lanes)
        .column("construction", |lane| lane.name())
        .column("mode", |lane| lane.mode)
        .column("bound", |lane| lane.neurons_per_weight_bound.map(|bound| of_bound(lane, per_weight(bound))))
        .column("sampled", |lane| lane.neurons_per_weight.map(per_weight))
        .column("ratio", |lane| lane.ratio_to_first.map(count))
        .column("kept\nneurons", |lane| lane.kept_neurons_per_weight.map(each))
        .column("kept\nweights", |lane| lane.kept_weights_per_weight.map(each))
        .column("searched", |lane| lane.searched_per_weight(comparison.weights).map(number))
        .column("error found", |lane| lane.error.found.map(error))
        .column("certified", |lane| lane.error.certified.map(error))
        .column("holds", |lane| lane.verdict.map(verdict))
        .column("seconds", |lane| each(lane.elapsed_seconds));
    let epsilon = visible::number(session.experiment().epsilon);
    let weights = match comparison.weights {
        1 => "the one target weight".to_owned(),
        weights => format!("each of {} target weights", grouped(weights)),
    };
    let _ = writeln!(text, "\n{}\n", page.table(&table.table()));
    let _ = writeln!(
        text,
        "bound to searched: neurons (kept weights: weights of G, searched: steps of a search) for {weights}; \
         ratio: of neurons sampled, to the first row; the errors are to stay within epsilon = {epsilon}"
    );
    if comparison.lanes.iter().any(|lane| !lane.bound_applies()) {
        let _ = writeln!(text, "{NO_PROMISE}");
    }
    for lane in &comparison.lanes {
        if let Some(broken) = broken(&lane.assumptions) {
            let _ = writeln!(text, "{}: {broken}", lane.name());
        }
        if let Some(estimate) = &lane.estimate {
            let _ = writeln!(text, "{}: {}", lane.name(), subset_estimate(estimate));
        }
    }
    if !comparison.learned.is_empty() {
        let _ = writeln!(text, "\n{}\n", tickets(&comparison.tickets, page));
        let _ = writeln!(
            text,
            "guarantee: the error certified; a learned ticket has none, its evidence is its accuracy on the test examples beside that \
             of its controls (`slth run`); seconds: with all controls; of several rounds: the sparsest one that keeps up on the \
             validation examples, and the last one"
        );
    }
    if let Some(report) = &comparison.bridge {
        text.push_str(&bridge(report, page));
    }
    if !comparison.malach_assumptions.is_empty() {
        let _ = writeln!(text, "\nMalach et al. assume of the target:");
    }
    for assumption in &comparison.malach_assumptions {
        let mark = if assumption.kept { "✓" } else { "✗" };
        let _ = writeln!(text, "  {mark} {}", assumed(assumption));
    }
    page.fit(&text)
}

/// Whether a ticket holds, or the reason.
pub(super) fn verdict(verdict: TicketVerdict) -> &'static str {
    match verdict {
        TicketVerdict::Holds => "yes",
        TicketVerdict::HoldsExactly => "yes, exactly",
        TicketVerdict::NotFound => "not found",
        TicketVerdict::Missing => "missing",
        TicketVerdict::Incomplete | TicketVerdict::NotCertified => "no",
    }
}
