//! The plot: curves on log axes, made of Braille dots, or of full stops if there is only ASCII; colours and letters on the
//! curves say whose they are, and names where they end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::chart::{Chart, PLACE};
use super::keys::ChartMove;
use super::names::{self, CurveEnd};
use crate::report::Curve;
use crate::report::numbers::power_of_ten;
use crate::report::plot::{self, LogAxis, labels};
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables};
use crate::tui::widgets::dots::{DotGrid, over};
use crate::tui::widgets::frame_lines::needs;

/// Columns between two letters of a curve, for each curve drawn.
const LETTERS: u16 = 4;

/// Room for the numbers of the upright axis.
const NUMBERS: u16 = 5;

/// Below this height the numbers stand on the lying axis, not under it.
const TALL: u16 = 12;

/// Least columns and rows of the plot, with its axes.
const LEAST: (u16, u16) = (NUMBERS + 16, 5);

/// The plot's axes on the screen.
struct Axes {
    /// quantity on the axis
    x: LogAxis,
    /// neurons per weight, in whole decades
    y: LogAxis,
    /// the curves' cells and dots
    grid: DotGrid,
}

impl Axes {
    fn column_of_place(&self, log: f64) -> u16 {
        self.x.dot(log, self.grid.across()) / self.grid.dots.0
    }

    /// log₁₀ of the place at a dot column.
    fn place_of_dot(&self, dot: u16) -> f64 {
        self.x.at_dot(dot, self.grid.across())
    }

    /// The dot row of a number of neurons, from the top.
    fn dot_of_value(&self, log: f64) -> u16 {
        self.y.reversed().dot(log, self.grid.down())
    }

    fn row_of_value(&self, log: f64) -> u16 {
        self.dot_of_value(log) / self.grid.dots.1
    }
}

pub(super) fn render(chart: &Chart, clickables: &Clickables, look: &Look, area: Rect, buffer: &mut Buffer) {
    let Some(axes) = axes(chart, look, area) else {
        needs(LEAST, look, area, buffer);
        return;
    };
    let x = |column: u16| axes.grid.area.x + column;
    let curves = &chart.curves;
    let log_of = |place: usize| curves.places[place].value.log10();
    let own = axes.column_of_place(log_of(curves.own));
    let cursor = axes.column_of_place(log_of(chart.cursor));
    for y in axes.grid.area.top()..axes.grid.area.bottom() {
        buffer.set_string(x(own), y, look.glyphs.guide, look.theme.text);
        buffer.set_string(x(cursor), y, look.glyphs.border.vertical_left, look.theme.key);
    }
    frame(&axes, look, area, buffer);
    let logs: Vec<f64> = (0..curves.places.len()).map(log_of).collect();
    clickables.add(axes.grid.area, ClickTarget::Wheel(ChartMove::Back.action(), ChartMove::On.action()));
    for (place, &log) in logs.iter().enumerate() {
        // To where the next place begins.
        let from = axes.column_of_place(log);
        let to = logs.get(place + 1).map_or(axes.grid.area.width, |&next| axes.column_of_place(next));
        clickables.add(
            Rect { x: x(from), width: (to - from).max(1), ..axes.grid.area },
            ClickTarget::part(PLACE, place),
        );
    }
    // The chosen curve is drawn last, over the others.
    let mut drawn: Vec<usize> = chart.drawn().collect();
    drawn.sort_by_key(|&index| index == chart.chosen);
    let mut ends = Vec::new();
    for &index in &drawn {
        let style = over(look.theme.curve_style(index));
        let end = dots(&curves.curves[index], &logs, &axes, look, style, buffer);
        ends.extend(end.map(|(cell, log)| CurveEnd { curve: index, cell, log }));
    }
    for &index in &drawn {
        letters(chart, index, &logs, &axes, look, buffer);
    }
    let beside = Rect { width: area.right() - axes.grid.area.x, ..axes.grid.area };
    names::render(chart, &ends, clickables, look, beside, buffer);
    observed(chart, &axes, own, look, buffer);
}

/// Axes with what is drawn; `None` if there is no room.
fn axes(chart: &Chart, look: &Look, area: Rect) -> Option<Axes> {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return None;
    }
    let points = chart.drawn().flat_map(|index| chart.curves.curves[index].points.iter().flatten());
    let seen = chart.seen().map(|observed| observed.neurons_per_weight);
    let logs = points.map(|point| point.neurons_per_weight).chain(seen).map(Count::log10);
    let places = &chart.curves.places;
    let x = LogAxis { from: places[0].value.log10(), to: places[places.len() - 1].value.log10() };
    let last = |index: usize| chart.curves.curves[index].points.iter().rposition(Option::is_some);
    let end = chart.drawn().filter_map(last).max().map_or(1.0, |place| x.place(places[place].value.log10()));
    let width = area.width - NUMBERS - 1;
    Some(Axes {
        x,
        y: LogAxis::around(logs).unwrap_or(LogAxis { from: 0.0, to: 1.0 }),
        grid: DotGrid::new(
            Rect {
                x: area.x + NUMBERS + 1,
                width: width - names::columns(chart, end, width),
                height: area.height - if area.height < TALL { 1 } else { 2 },
                ..area
            },
            look,
        ),
    })
}

/// The axes' lines and their powers of ten.
fn frame(axes: &Axes, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let upright = axes.grid.area.x - 1;
    let foot = axes.grid.area.bottom();
    for y in axes.grid.area.top()..foot {
        buffer.set_string(upright, y, glyphs.border.vertical_left, theme.faint);
    }
    for x in upright..axes.grid.area.right() {
        buffer.set_string(x, foot, glyphs.axis, theme.faint);
    }
    for decade in axes.y.decades(1 + usize::from(axes.grid.area.height / 2)) {
        let y = axes.grid.area.y + axes.row_of_value(decade);
        let text = format!("{:>1$}", power_of_ten(decade), usize::from(NUMBERS));
        buffer.set_string(area.x, y, text, theme.faint);
    }
    let tick = |decade: f64| {
        let x = axes.grid.area.x - area.x + axes.column_of_place(decade);
        (usize::from(x), power_of_ten(decade))
    };
    for label in labels(axes.x.decades(usize::MAX).into_iter().map(tick), usize::from(area.width)) {
        buffer.set_string(area.x + label.tick as u16, foot, glyphs.tick, theme.text);
        buffer.set_string(area.x + label.at as u16, area.bottom() - 1, label.text, theme.faint);
    }
}

/// log₁₀ of a curve at log₁₀ of a place, straight between the places known.
fn value(curve: &Curve, logs: &[f64], log: f64) -> Option<f64> {
    let next = logs.partition_point(|&place| place <= log).min(logs.len() - 1);
    let known = |place: usize| curve.points[place].map(|point| point.neurons_per_weight.log10());
    let before = next.saturating_sub(1);
    let (from, to) = (known(before)?, known(next)?);
    Some(from + (log - logs[before]) / (logs[next] - logs[before]) * (to - from))
}

/// A curve as dots. Steep parts are joined. The cell of the last dot, and log₁₀ of the curve there.
fn dots(
    curve: &Curve,
    logs: &[f64],
    axes: &Axes,
    look: &Look,
    style: Style,
    buffer: &mut Buffer,
) -> Option<((u16, u16), f64)> {
    let log = |dot: u16| value(curve, logs, axes.place_of_dot(dot));
    let columns = 0..axes.grid.across();
    let row = |dot: u16| log(dot).map(|log| axes.dot_of_value(log));
    for (dot, rows) in columns.clone().zip(plot::curve(columns.clone().map(row))) {
        for y in rows.into_iter().flatten() {
            axes.grid.put((dot, y), look, style, buffer);
        }
    }
    let (last, log) = columns.rev().find_map(|dot| Some((dot, log(dot)?)))?;
    Some(((last / axes.grid.dots.0, axes.row_of_value(log)), log))
}

/// The curve's letter, every so often and where the cursor meets it.
fn letters(chart: &Chart, index: usize, logs: &[f64], axes: &Axes, look: &Look, buffer: &mut Buffer) {
    let drawn: Vec<usize> = chart.drawn().collect();
    let rank = drawn.iter().position(|&other| other == index).unwrap_or(0) as u16;
    let period = LETTERS * (drawn.len() as u16).max(3);
    let name = names::letter(chart, index);
    let cursor = axes.column_of_place(logs[chart.cursor]);
    for column in 0..axes.grid.area.width {
        let at_cursor = column == cursor;
        let is_due = (column + period - LETTERS * rank) % period == LETTERS / 2;
        if !at_cursor && (!is_due || column.abs_diff(cursor) < LETTERS) {
            continue;
        }
        let log = if at_cursor { logs[chart.cursor] } else { axes.place_of_dot(column * axes.grid.dots.0) };
        if let Some(value) = value(&chart.curves.curves[index], logs, log) {
            let text = if index == chart.chosen { look.theme.title } else { look.theme.text };
            let style = over(if at_cursor { look.theme.selected } else { text });
            let y = axes.grid.area.y + axes.row_of_value(value);
            buffer.set_string(axes.grid.area.x + column, y, &name, style);
        }
    }
}

/// What finished lanes have taken: a mark at the preset's own place, the letters beside it.
fn observed(chart: &Chart, axes: &Axes, own: u16, look: &Look, buffer: &mut Buffer) {
    let mut rows: Vec<(u16, String)> = Vec::new();
    for seen in chart.seen() {
        let row = axes.row_of_value(seen.neurons_per_weight.log10());
        let name = seen.construction.facts().letter;
        match rows.iter_mut().find(|(other, _)| *other == row) {
            Some((_, names)) if !names.contains(name) => names.push(name),
            Some(_) => {}
            None => rows.push((row, name.to_string())),
        }
    }
    for (row, names) in rows {
        let (x, y) = (axes.grid.area.x + own, axes.grid.area.y + row);
        buffer.set_string(x, y, look.glyphs.observed, over(look.theme.good));
        let left = usize::from(axes.grid.area.right().saturating_sub(x + 1));
        buffer.set_stringn(x + 1, y, names, left, over(look.theme.good));
    }
}

/// On the pane's frame: what the marks are.
pub(super) fn legend(chart: &Chart, look: &Look, area: Rect, buffer: &mut Buffer) {
    let observed = if chart.seen().next().is_none() {
        String::new()
    } else {
        format!("{} observed  ", look.glyphs.observed)
    };
    let text = format!(" {observed}{} the preset's ", look.glyphs.guide);
    let length = text.chars().count() as u16;
    if area.height > 0 && area.width > length + 40 {
        buffer.set_string(area.right() - 2 - length, area.y, text, look.theme.faint);
    }
}
