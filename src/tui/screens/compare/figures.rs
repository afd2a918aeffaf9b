//! The figures of the lanes in a table, and Malach's assumptions.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::slots::named;
use crate::experiment::Construction;
use crate::report::numbers::NarrowCountFormat;
use crate::report::text::{assumed, marked};
use crate::report::{ComparedLane, Comparison, Rows};
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::{cut, fitting};
use crate::tui::widgets::table;

/// Columns between two columns.
const BETWEEN: u16 = 1;

/// Columns of the names, at most and at least.
const NAMES: (u16, u16) = (25, 12);

/// Columns of the table with all figures.
pub(super) const WIDE_ENOUGH: u16 = 118;

/// Draws a row per slot under a header. Neurons, kept weights and searches are per target weight; a column has one format.
pub(super) fn table(
    comparison: &Comparison,
    slots: &[Construction],
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let all_apply = comparison.lanes.iter().all(ComparedLane::bound_applies);
    let lane_of = |&which: &Construction| comparison.lanes.iter().find(|lane| lane.which == which);
    let counts = |of: &dyn Fn(&ComparedLane) -> Option<Count>| -> NarrowCountFormat {
        let counts: Vec<Count> = comparison.lanes.iter().filter_map(of).collect();
        NarrowCountFormat::of(counts.iter().copied())
    };
    let bounds = counts(&|lane| lane.neurons_per_weight_bound);
    let samples = counts(&|lane| lane.neurons_per_weight);
    let ratios = counts(&|lane| lane.ratio_to_first);
    let searched = |lane: &ComparedLane| lane.searched_per_weight(comparison.weights).map(Count::new);
    let searches = counts(&searched);
    let tenths = |value: f64| format!("{value:.1}");
    let error = |value: f64| format!("{value:.2e}");
    let bound = |lane: &ComparedLane, bound: Count| marked(bounds.write(bound), lane.bound_applies());
    let mut table = Rows::of(slots.iter().zip(1..).map(|(which, slot)| (slot, which, lane_of(which))))
        .column("", |(slot, which, _)| format!("{slot} {}", named(**which)))
        .left()
        .column("bound", |(.., lane)| lane.and_then(|lane| Some(bound(lane, lane.neurons_per_weight_bound?))))
        .wide(10, 0)
        .column("sampled", |(.., lane)| {
            lane.and_then(|lane| lane.neurons_per_weight).map(|n| samples.write(n))
        })
        .wide(9, 0)
        .column("ratio", |(.., lane)| lane.and_then(|lane| lane.ratio_to_first).map(|n| ratios.write(n)))
        .wide(9, 50)
        .column("kept", |(.., lane)| lane.and_then(|lane| lane.kept_neurons_per_weight).map(tenths))
        .wide(6, 60)
        .column("certified", |(.., lane)| lane.and_then(|lane| lane.error.certified).map(error))
        .wide(9, 70)
        .column("time", |(.., lane)| lane.map(|lane| format!("{:.2} s", lane.elapsed_seconds)))
        .wide(8, 78)
        .column("found", |(.., lane)| lane.and_then(|lane| lane.error.found).map(error))
        .wide(8, 90)
        .column("searched", |(.., lane)| lane.and_then(searched).map(|n| searches.write(n)))
        .wide(9, 102)
        .column("kept weights", |(.., lane)| lane.and_then(|lane| lane.kept_weights_per_weight).map(tenths))
        .wide(12, WIDE_ENOUGH)
        .table();
    let others: u16 = table.columns[1..]
        .iter()
        .filter(|column| column.least <= area.width)
        .map(|column| column.width + BETWEEN)
        .sum();
    let names = &mut table.columns[0];
    names.width = area.width.saturating_sub(others).clamp(NAMES.1, NAMES.0);
    let corners: &[&str] = if all_apply {
        &["per target weight", "per weight"]
    } else {
        &["per weight, ! no claim", "! no claim"]
    };
    names.header = fitting(corners.iter().map(|&corner| corner.to_owned()).collect(), names.width);
    for cell in &mut names.cells {
        *cell = cut(&cell.text(), usize::from(names.width), look).into();
    }
    table::render(&table, |_| look.theme.text, look, area, buffer);
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
            let text = format!(" {}", look.glyphs.write(statement(&assumption.statement)));
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
