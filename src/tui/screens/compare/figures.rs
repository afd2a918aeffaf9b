//! The figures of the lanes in a table, and Malach's assumptions.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::experiment::Construction;
use crate::report::text::{assumed, construction_name, count, marked, number, per_weight};
use crate::report::{ComparedLane, Comparison, Rows};
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::widgets::table;

/// Draws a row per slot under a header. Neurons, kept weights and searches are per target weight.
pub(super) fn table(
    comparison: &Comparison,
    slots: &[Construction],
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let all_apply = comparison.lanes.iter().all(ComparedLane::bound_applies);
    let corner = if all_apply { "per target weight" } else { "per weight, ! no claim" };
    let lane_of = |&which: &Construction| comparison.lanes.iter().find(|lane| lane.which == which);
    let tenths = |value: f64| format!("{value:.1}");
    let error = |value: f64| format!("{value:.2e}");
    // A digit less, for the mark.
    let bound = |lane: &ComparedLane, bound: Count| match lane.bound_applies() {
        true => per_weight(bound),
        false => marked(count(bound), false),
    };
    let table = Rows::of(slots.iter().zip(1..).map(|(which, slot)| (slot, which, lane_of(which))))
        .column(corner, |(slot, which, _)| format!("{slot} {}", construction_name(**which)))
        .left()
        .wide(23, 0)
        .column("bound", |(.., lane)| lane.and_then(|lane| Some(bound(lane, lane.neurons_per_weight_bound?))))
        .wide(10, 0)
        .column("sampled", |(.., lane)| lane.and_then(|lane| lane.neurons_per_weight).map(per_weight))
        .wide(9, 0)
        .column("ratio", |(.., lane)| lane.and_then(|lane| lane.ratio_to_first).map(count))
        .wide(9, 0)
        .column("kept", |(.., lane)| lane.and_then(|lane| lane.kept_neurons_per_weight).map(tenths))
        .wide(6, 60)
        .column("certified", |(.., lane)| lane.and_then(|lane| lane.error.certified).map(error))
        .wide(9, 70)
        .column("time", |(.., lane)| lane.map(|lane| format!("{:.2} s", lane.elapsed_seconds)))
        .wide(8, 78)
        .column("found", |(.., lane)| lane.and_then(|lane| lane.error.found).map(error))
        .wide(8, 90)
        .column("searched", |(.., lane)| {
            lane.and_then(|lane| lane.searched_per_weight(comparison.weights)).map(number)
        })
        .wide(9, 100)
        .column("kept weights", |(.., lane)| lane.and_then(|lane| lane.kept_weights_per_weight).map(tenths))
        .wide(12, 110);
    table::render(&table.table(), |_| look.theme.text, look, area, buffer);
}

/// Draws each of Malach's assumptions with a mark: in one column or in two, with what was found, if there is room;
/// else all of them in one row.
pub(super) fn assumptions(comparison: &Comparison, look: &Look, area: Rect, buffer: &mut Buffer) {
    let mark = |kept: bool| {
        if kept {
            Span::styled(look.glyphs.good, look.theme.good)
        } else {
            Span::styled(look.glyphs.bad, look.theme.bad)
        }
    };
    let all = &comparison.malach_assumptions;
    if area.height > 1 {
        let columns = all.len().div_ceil(usize::from(area.height)).max(1);
        let areas = Layout::horizontal(vec![Constraint::Fill(1); columns]).split(area);
        for (each, &area) in all.chunks(usize::from(area.height)).zip(areas.iter()) {
            let lines = each.iter().map(|assumption| {
                let text = format!(" {}", look.glyphs.write(&assumed(assumption)));
                Line::from(vec![mark(assumption.kept), Span::styled(text, look.theme.text)])
            });
            Paragraph::new(lines.collect::<Vec<_>>()).render(area, buffer);
        }
        return;
    }
    let in_one_row = |title: &'static str, statement: fn(&str) -> &str| {
        let mut spans = vec![Span::styled(title, look.theme.faint)];
        for assumption in all {
            let text = format!(" {}", look.glyphs.write(statement(assumption.statement)));
            spans.extend([Span::raw("  "), mark(assumption.kept), Span::styled(text, look.theme.text)]);
        }
        Line::from(spans)
    };
    let in_full = in_one_row(" Malach assumes", |statement| statement);
    if in_full.width() <= usize::from(area.width) {
        in_full.render(area, buffer);
    } else {
        in_one_row(" Malach bounds", bounded).render(area, buffer);
    }
}

/// The left side of an assumption.
fn bounded(statement: &str) -> &str {
    statement.split(" ≤ ").next().unwrap_or(statement)
}
