//! The figures of the lanes in a table, and Malach's assumptions.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Paragraph, Row, Table, Widget};

use crate::experiment::Construction;
use crate::report::text::{assumed, construction_name, count, marked, number, per_weight};
use crate::report::{ComparedLane, Comparison};
use crate::theory::Count;
use crate::tui::look::Look;

/// A column: header, width, the least width of a table with it.
const COLUMNS: [(&str, u16, u16); 9] = [
    ("bound", 10, 0),
    ("sampled", 9, 0),
    ("ratio", 9, 0),
    ("kept", 6, 60),
    ("certified", 9, 70),
    ("time", 8, 78),
    ("found", 8, 90),
    ("searched", 9, 100),
    ("kept weights", 12, 110),
];

/// Width of the lanes' names.
const NAMES: u16 = 23;

/// Draws a row per slot under a header. Neurons, kept weights and searches are per target weight.
pub(super) fn table(
    comparison: &Comparison,
    slots: &[Construction],
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let shown: Vec<usize> = (0..COLUMNS.len()).filter(|&index| COLUMNS[index].2 <= area.width).collect();
    let right = |text: String| Cell::from(Line::from(text).right_aligned());
    let all_apply = comparison.lanes.iter().all(ComparedLane::bound_applies);
    let corner = if all_apply { "per target weight" } else { "per weight, ! no claim" };
    let header = std::iter::once(Cell::from(corner))
        .chain(shown.iter().map(|&index| right(COLUMNS[index].0.to_owned())));
    let rows = slots.iter().zip(1..).map(|(&construction, slot)| {
        let lane = comparison.lanes.iter().find(|lane| lane.which == construction);
        let cells = lane.map(|lane| cells(lane, comparison.weights));
        let cell = |index: usize| cells.as_ref().map_or("-".to_owned(), |cells| cells[index].clone());
        let name = Cell::from(format!("{slot} {}", construction_name(construction)));
        Row::new(std::iter::once(name).chain(shown.iter().map(|&index| right(cell(index)))))
            .style(look.theme.text)
    });
    let widths = std::iter::once(Constraint::Max(NAMES))
        .chain(shown.iter().map(|&index| Constraint::Length(COLUMNS[index].1)));
    let header = Row::new(header).style(look.theme.faint);
    Widget::render(Table::new(rows, widths).header(header).column_spacing(1), area, buffer);
}

fn cells(lane: &ComparedLane, weights: u64) -> [String; 9] {
    let known = |value: Option<f64>, show: fn(f64) -> String| value.map_or("-".to_owned(), show);
    let counted = |value: Option<Count>, show: fn(Count) -> String| value.map_or("-".to_owned(), show);
    let error = |value: f64| format!("{value:.2e}");
    let bound = if lane.bound_applies() {
        counted(lane.neurons_per_weight_bound, per_weight)
    } else {
        // A digit less, for the mark.
        marked(counted(lane.neurons_per_weight_bound, count), false)
    };
    [
        bound,
        counted(lane.neurons_per_weight, per_weight),
        counted(lane.ratio_to_first, count),
        known(lane.kept_neurons_per_weight, |kept| format!("{kept:.1}")),
        known(lane.error.certified, error),
        format!("{:.2} s", lane.elapsed_seconds),
        known(lane.error.found, error),
        known(lane.searched_per_weight(weights), number),
        known(lane.kept_weights_per_weight, |kept| format!("{kept:.1}")),
    ]
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
