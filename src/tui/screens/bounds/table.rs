//! What the cursor reads: a line for each construction.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Paragraph, Row, Table, Widget, Wrap};

use super::chart::{CURVE, Chart};
use super::keys::ChartMove;
use crate::report::text::{construction_name, count, marked, number, per_weight};
use crate::report::{CurveReading, Silence};
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables};
use crate::tui::widgets::frame_lines::too_small;

/// A column: header, width, the least width of a pane with it. The first and the last are text.
const COLUMNS: [(&str, u16, u16); 6] = [
    ("construction", 25, 0),
    ("bound", 12, 0),
    ("", 7, 62),
    ("observed", 10, 48),
    ("", 9, 58),
    ("what it does", 50, 118),
];

pub(super) fn render(
    chart: &Chart,
    readings: &[CurveReading],
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.height < 2 || area.width < COLUMNS[0].1 + 1 + COLUMNS[1].1 {
        too_small(look, area, buffer);
        return;
    }
    if let Err(silence) = chart.curves.places[chart.cursor].weight_tolerance {
        let text = format!("Theory says nothing here: {}.", reason(silence, look));
        Paragraph::new(text).style(look.theme.text).wrap(Wrap { trim: true }).render(area, buffer);
        return;
    }
    let shown: Vec<usize> = (0..COLUMNS.len()).filter(|&index| COLUMNS[index].2 <= area.width).collect();
    let row = |texts: [String; 6]| {
        Row::new(shown.iter().map(|&index| {
            let line = Line::from(texts[index].clone());
            let is_text = index == 0 || index + 1 == COLUMNS.len();
            Cell::from(if is_text { line } else { line.right_aligned() })
        }))
    };
    let mut header = COLUMNS.map(|(header, ..)| header.to_owned());
    header[0] = format!("    {}", header[0]);
    header[2] = look.glyphs.k_prime.to_owned();
    header[4] = format!("times {}", chart.curves.curves[chart.chosen].construction.facts().letter);
    clickables
        .add(area, ClickTarget::Wheel(ChartMove::PreviousCurve.action(), ChartMove::NextCurve.action()));
    clickables.add_rows(area, 1, readings.iter().map(|reading| ClickTarget::part(CURVE, reading.curve)));
    let rows = readings.iter().map(|reading| {
        let style = if reading.curve == chart.chosen { look.theme.selected } else { look.theme.text };
        row(texts(chart, reading, look)).style(style)
    });
    let widths = shown.iter().map(|&index| Constraint::Length(COLUMNS[index].1));
    let table = Table::new(rows, widths).header(row(header).style(look.theme.faint)).column_spacing(1);
    Widget::render(table, area, buffer);
}

fn texts(chart: &Chart, reading: &CurveReading, look: &Look) -> [String; 6] {
    let construction = reading.construction;
    let pointer = if reading.curve == chart.chosen { look.glyphs.pointer } else { " " };
    let name = match reading.observed {
        Some(_) => construction_name(construction),
        None => construction.name().to_owned(),
    };
    let name = if chart.hidden[reading.curve] { format!("({name})") } else { name };
    let none = || "-".to_owned();
    let bound = match reading.point {
        Some(point) => marked(per_weight(point.neurons_per_weight), reading.applies),
        None if !construction.facts().has_constant => "no constant".to_owned(),
        None => none(),
    };
    [
        format!("{pointer} {} {name}", construction.facts().letter),
        bound,
        reading.point.and_then(|point| point.k_prime).map_or_else(none, |k_prime| format!("{k_prime:.2}")),
        reading.observed.map_or_else(none, per_weight),
        reading.ratio.map_or_else(none, count),
        construction.facts().idea.to_owned(),
    ]
}

fn reason(silence: Silence, look: &Look) -> String {
    match silence {
        Silence::Norms(largest) => format!(
            "{} is above {}, up to which norms of the target may stand in for those of the pruned network",
            look.glyphs.epsilon,
            number(largest)
        ),
        Silence::Range => "a tolerance would be finer than f64 can hold".to_owned(),
    }
}
