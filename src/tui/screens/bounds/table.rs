//! What the cursor reads: a line for each construction.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::chart::{CURVE, Chart};
use super::keys::ChartMove;
use crate::report::numbers::CountFormat;
use crate::report::text::{construction_name, marked, number};
use crate::report::{CurveReading, Rows, Silence, Table};
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables};
use crate::tui::widgets::dots::over;
use crate::tui::widgets::frame_lines::needs;
use crate::tui::widgets::table;

/// Least columns and rows of the table: names and bounds, under a header.
const LEAST: (u16, u16) = (38, 2);

/// Draws the readings `shown`; numbers are formatted as all of `readings` need it.
pub(super) fn render(
    chart: &Chart,
    readings: &[CurveReading],
    shown: Range<usize>,
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        needs(LEAST, look, area, buffer);
        return;
    }
    if let Err(silence) = chart.curves.places[chart.cursor].weight_tolerance {
        let text = format!("Theory says nothing here: {}.", reason(silence, look));
        Paragraph::new(text).style(look.theme.text).wrap(Wrap { trim: true }).render(area, buffer);
        return;
    }
    let formats = Formats::of(readings);
    let readings = &readings[shown];
    clickables
        .add(area, ClickTarget::Wheel(ChartMove::PreviousCurve.action(), ChartMove::NextCurve.action()));
    clickables.add_rows(area, 1, readings.iter().map(|reading| ClickTarget::part(CURVE, reading.curve)));
    let style = |row: usize| {
        if readings[row].curve == chart.chosen { look.theme.selected } else { look.theme.text }
    };
    table::render(&table(chart, readings, formats, look), style, look, area, buffer);
    // A piece of each curve drawn, in its own colour in the chosen row too.
    for (reading, row) in readings.iter().zip(area.rows().skip(1)) {
        if chart.drawn().any(|drawn| drawn == reading.curve) {
            let style = over(look.theme.curve_style(reading.curve));
            buffer.set_string(row.x + 1, row.y, look.glyphs.axis, style);
        }
    }
}

/// One format for each column of counts.
#[derive(Clone, Copy, Debug)]
struct Formats {
    bound: CountFormat,
    /// whether a bound carries a mark, for which the others leave a column
    is_marked: bool,
    observed: CountFormat,
    ratio: CountFormat,
}

impl Formats {
    fn of(readings: &[CurveReading]) -> Self {
        let points = readings.iter().filter_map(|reading| reading.point);
        Self {
            bound: CountFormat::of(points.map(|point| point.neurons_per_weight)),
            is_marked: readings.iter().any(|reading| reading.point.is_some() && !reading.applies),
            observed: CountFormat::of(readings.iter().filter_map(|reading| reading.observed)),
            ratio: CountFormat::of(readings.iter().filter_map(|reading| reading.ratio)),
        }
    }

    fn bound(self, bound: Count, applies: bool) -> String {
        let space = if self.is_marked && applies { " " } else { "" };
        format!("{}{space}", marked(self.bound.write(bound), applies))
    }
}

fn table(chart: &Chart, readings: &[CurveReading], formats: Formats, look: &Look) -> Table {
    let letter = chart.curves.curves[chart.chosen].construction.facts().letter;
    Rows::of(readings)
        .column("     construction", |reading| name(chart, reading, look))
        .left()
        .wide(26, 0)
        .column("bound", |reading| match reading.point {
            Some(point) => Some(formats.bound(point.neurons_per_weight, reading.applies)),
            None => (!reading.construction.facts().has_constant).then(|| "no constant".to_owned()),
        })
        .wide(11, 0)
        .column(look.glyphs.k_prime, |reading| {
            reading.point.and_then(|point| point.k_prime).map(|k_prime| format!("{k_prime:.2}"))
        })
        .wide(7, 62)
        .column("observed", |reading| reading.observed.map(|seen| formats.observed.write(seen)))
        .wide(12, 51)
        .column(format!("times {letter}"), |reading| reading.ratio.map(|ratio| formats.ratio.write(ratio)))
        .wide(12, 72)
        .column("what it does", |reading| reading.construction.facts().idea)
        .left()
        .wide(50, 122)
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
    format!("{pointer}  {} {name}", construction.facts().letter)
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
