//! What the cursor reads: a line for each construction.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::chart::{CURVE, Chart};
use super::keys::ChartMove;
use crate::report::text::{construction_name, count, marked, number, per_weight};
use crate::report::{CurveReading, Rows, Silence, Table};
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables};
use crate::tui::widgets::frame_lines::too_small;
use crate::tui::widgets::table;

/// Least width of the table: names and bounds.
const LEAST: u16 = 38;

pub(super) fn render(
    chart: &Chart,
    readings: &[CurveReading],
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.height < 2 || area.width < LEAST {
        too_small(look, area, buffer);
        return;
    }
    if let Err(silence) = chart.curves.places[chart.cursor].weight_tolerance {
        let text = format!("Theory says nothing here: {}.", reason(silence, look));
        Paragraph::new(text).style(look.theme.text).wrap(Wrap { trim: true }).render(area, buffer);
        return;
    }
    clickables
        .add(area, ClickTarget::Wheel(ChartMove::PreviousCurve.action(), ChartMove::NextCurve.action()));
    clickables.add_rows(area, 1, readings.iter().map(|reading| ClickTarget::part(CURVE, reading.curve)));
    let style = |row: usize| {
        if readings[row].curve == chart.chosen { look.theme.selected } else { look.theme.text }
    };
    table::render(&table(chart, readings, look), style, look, area, buffer);
}

fn table(chart: &Chart, readings: &[CurveReading], look: &Look) -> Table {
    let letter = chart.curves.curves[chart.chosen].construction.facts().letter;
    Rows::of(readings)
        .column("    construction", |reading| name(chart, reading, look))
        .left()
        .wide(25, 0)
        .column("bound", |reading| match reading.point {
            Some(point) => Some(marked(per_weight(point.neurons_per_weight), reading.applies)),
            None => (!reading.construction.facts().has_constant).then(|| "no constant".to_owned()),
        })
        .wide(12, 0)
        .column(look.glyphs.k_prime, |reading| {
            reading.point.and_then(|point| point.k_prime).map(|k_prime| format!("{k_prime:.2}"))
        })
        .wide(7, 62)
        .column("observed", |reading| reading.observed.map(per_weight))
        .wide(10, 48)
        .column(format!("times {letter}"), |reading| reading.ratio.map(count))
        .wide(9, 58)
        .column("what it does", |reading| reading.construction.facts().idea)
        .left()
        .wide(50, 118)
        .table()
}

/// The name after its letter, in parentheses while the curve is hidden.
fn name(chart: &Chart, reading: &CurveReading, look: &Look) -> String {
    let construction = reading.construction;
    let pointer = if reading.curve == chart.chosen { look.glyphs.pointer } else { " " };
    let name = match reading.observed {
        Some(_) => construction_name(construction),
        None => construction.name().to_owned(),
    };
    let name = if chart.hidden[reading.curve] { format!("({name})") } else { name };
    format!("{pointer} {} {name}", construction.facts().letter)
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
