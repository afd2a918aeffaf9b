//! The Outputs pane: a row for each output, F(x) and Ĝ(x) beside each other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::bar::{self, BarScale};
use crate::report::numbers::{Decimals, difference};
use crate::session::OutputView;
use crate::tui::look::Look;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::frame_lines::fitting;

/// Widths of the columns if there is room, and where there is not.
const WIDE: OutputWidths = OutputWidths { number: 7, value: 11, difference: 9, digits: 5 };
const NARROW: OutputWidths = OutputWidths { number: 3, value: 8, difference: 0, digits: 3 };

/// Columns that a bar needs to be of use.
const LEAST_BAR: u16 = 6;

#[derive(Clone, Copy, Debug)]
struct OutputWidths {
    number: u16,
    value: u16,
    difference: u16,
    /// digits of a value
    digits: i32,
}

/// The outputs that a filter leaves: by their numbers, their values, and as the label.
pub(super) fn listed(view: &OutputView, filter: Option<&Filter>) -> Vec<usize> {
    let stays = |&index: &usize| {
        let value = |values: &[f64]| values[index].to_string();
        let pruned = view.pruned.as_ref().map_or(String::new(), |g| value(&g.outputs.values));
        let label = if view.label == Some(index) { "label" } else { "" };
        let texts = [&index.to_string(), &value(&view.target.values), &pruned, label];
        filter.is_none_or(|filter| filter.lets_through(&texts))
    };
    (0..view.target.values.len()).filter(stays).collect()
}

/// Those of them that a pane of this height shows.
pub(super) fn rows_shown(listed: &[usize], scroll: usize, height: u16) -> &[usize] {
    let room = usize::from(height.saturating_sub(1));
    let first = scroll.min(listed.len().saturating_sub(room));
    &listed[first..(first + room).min(listed.len())]
}

pub(super) fn title(view: &OutputView, listed: usize, shown: &[usize], look: &Look, width: u16) -> String {
    let (outputs, largest) = (view.target.values.len(), look.glyphs.pointer);
    let (Some(first), Some(last), true) = (shown.first(), shown.last(), shown.len() < outputs) else {
        return format!("Outputs, {largest} largest");
    };
    if listed < outputs {
        return format!("Outputs, {listed} of {outputs}");
    }
    let rows = format!("Outputs {first}-{last} of {outputs}");
    fitting(vec![format!("{rows} ([ ] scroll), {largest} largest"), rows], width)
}

pub(super) fn render(view: &OutputView, shown: &[usize], look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let without_bar = |columns: OutputWidths| columns.number + 2 * columns.value + columns.difference;
    let columns = if area.width >= without_bar(WIDE) { WIDE } else { NARROW };
    let bars = area.width.saturating_sub(without_bar(columns) + 2);
    let bars = if bars < LEAST_BAR { 0 } else { bars };
    let pruned = view.pruned.as_ref();
    let outputs = || view.target.values.iter().chain(pruned.into_iter().flat_map(|g| &g.outputs.values));
    let (scale, decimals) = (BarScale::of(outputs()), Decimals::of(outputs(), columns.digits));
    let write = |buffer: &mut Buffer, y: u16, cells: [String; 4], style| {
        let widths = [columns.number, columns.value, columns.value, columns.difference];
        let mut x = area.x;
        for (cell, width) in cells.into_iter().zip(widths) {
            let left = usize::from(area.right().saturating_sub(x).min(width));
            buffer.set_stringn(x, y, format!("{cell:>w$}", w = usize::from(width)), left, style);
            x = x.saturating_add(width).min(area.right());
        }
    };
    let bar_of = |y: u16| Rect { x: area.right() - bars, y, width: bars, height: 1 };
    if area.height > 0 {
        let header =
            [String::new(), "F".to_owned(), glyphs.pruned.to_owned(), format!("{}-F", glyphs.pruned)];
        write(buffer, area.y, header, theme.faint);
        let [upper, lower, both] = glyphs.halves;
        let g = glyphs.pruned;
        let legend = vec![
            format!("{upper} F  {lower} {g}  {both} both"),
            format!("{upper}F {lower}{g} {both}both"),
            format!("{upper}F {lower}{g}"),
        ];
        let legend = fitting(legend, bars);
        buffer.set_stringn(bar_of(area.y).x, area.y, legend, usize::from(bars), theme.faint);
    }
    for (&index, y) in shown.iter().zip(area.y + 1..area.bottom()) {
        let mark = |value: f64, is_largest: bool| {
            format!("{}{}", if is_largest { glyphs.pointer } else { "" }, decimals.write(value))
        };
        let (f, g) = (view.target.values[index], pruned.map(|g| g.outputs.values[index]));
        let is_label = view.label == Some(index);
        let cells = [
            if is_label && columns.number == WIDE.number {
                format!("label {index}")
            } else {
                index.to_string()
            },
            mark(f, view.target.class == index),
            pruned.map_or("-".to_owned(), |g| mark(g.outputs.values[index], g.outputs.class == index)),
            pruned.map_or("-".to_owned(), |g| difference(g.differences[index])),
        ];
        write(buffer, y, cells, if is_label { theme.full } else { theme.text });
        // F alone has the upper half only.
        bar::render((f, Some(g.unwrap_or(0.0))), scale, look, bar_of(y), buffer);
    }
}
