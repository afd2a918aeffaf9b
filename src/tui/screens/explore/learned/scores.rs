//! The Scores pane: a histogram of the values behind the mask of a layer, kept and cut told apart, and the cut.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::report::numbers::{grouped, number_short};
use crate::report::plot::labels;
use crate::session::{LearnedView, ScoreView};
use crate::tui::look::Look;
use crate::tui::widgets::bars;
use crate::tui::widgets::frame_lines::{draw_line, fitting, needs};

/// Least columns and rows of a chart: legend, bars, axis, numbers.
const LEAST: (u16, u16) = (12, 4);

/// One column of the chart, weights in each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct ScoreColumn {
    kept: f64,
    cut: f64,
}

/// ```text
/// █ kept 9,600  ⣿ cut 9,600
///          ▃▃▂
/// ⣤⣶⣿⣿⣿⣿⣿⣿███▇▅▄▃▂▁▁▁
/// ─────────┴───────────────
/// 0       0.031           0.1
/// ```
pub(super) fn render(learned: &LearnedView, look: &Look, area: Rect, buffer: &mut Buffer) {
    let Some(layer) = &learned.layer else {
        draw_line(&Line::styled("the layer is on its way", look.theme.faint), look, area, buffer);
        return;
    };
    if area.width < LEAST.0 || area.height < LEAST.1 {
        needs(LEAST, look, area, buffer);
        return;
    }
    let cut = layer.weights() - layer.kept;
    let zeros = zeros(layer);
    legend(layer, cut, zeros, look, Rect { height: 1, ..area }, buffer);
    let bars = Rect { y: area.y + 1, height: area.height - 3, ..area };
    let columns = columns(layer, zeros, area.width);
    draw(&columns, look, bars, buffer);
    axis(layer, columns.len() as u16, look, Rect { y: bars.bottom(), height: 2, ..area }, buffer);
}

/// Draws the bars alone.
pub(super) fn render_bare(learned: &LearnedView, look: &Look, area: Rect, buffer: &mut Buffer) {
    if let Some(layer) = learned.layer.as_ref().filter(|_| !area.is_empty()) {
        draw(&columns(layer, zeros(layer), area.width), look, area, buffer);
    }
}

/// Cut weights of value 0. Weights pruned in an earlier round are exactly 0 and would dwarf all others.
fn zeros(layer: &ScoreView) -> u64 {
    let zeros =
        layer.values.iter().zip(&layer.mask).filter(|(value, kept)| **value == 0.0 && !**kept).count();
    zeros as u64
}

/// The bins, merged into so many columns at most; mean weights of a bin in each. `zeros` cut weights of value 0 are left out.
fn columns(layer: &ScoreView, zeros: u64, width: u16) -> Vec<ScoreColumn> {
    let bins = layer.bins.len();
    let count = usize::from(width).min(bins);
    let (low, high) = (f64::from(layer.range.0), f64::from(layer.range.1));
    let zero_bin = ((0.0 - low) / (high - low) * bins as f64) as usize;
    let mut columns = vec![ScoreColumn::default(); count];
    for (at, column) in columns.iter_mut().enumerate() {
        let range = at * bins / count..(at + 1) * bins / count;
        for bin in range.clone() {
            let (kept, mut cut) = layer.bins[bin];
            if bin == zero_bin {
                cut = cut.saturating_sub(zeros);
            }
            column.kept += kept as f64 / range.len() as f64;
            column.cut += cut as f64 / range.len() as f64;
        }
    }
    columns
}

/// Solid bars for weights kept, dotted bars above them for weights cut.
fn draw(columns: &[ScoreColumn], look: &Look, area: Rect, buffer: &mut Buffer) {
    let highest = columns.iter().map(|column| column.kept + column.cut).fold(0.0, f64::max);
    for (x, column) in (area.left()..area.right()).zip(columns) {
        if highest == 0.0 || column.kept + column.cut == 0.0 {
            continue;
        }
        let eighths = |weights: f64| {
            let share = weights / highest;
            bars::eighths_of(share, area.height, weights == 0.0, share >= 1.0)
        };
        let kept = eighths(column.kept);
        bars::column(look, x, area, kept, look.theme.full, buffer);
        if column.cut > 0.0 {
            dotted(look, x, area, kept.div_ceil(8), eighths(column.kept + column.cut), buffer);
        }
    }
}

/// A dotted bar from a row, counted from below, up to a height in eighths; a quarter of a row at least, where there is one.
fn dotted(look: &Look, x: u16, area: Rect, from: u16, eighths: u16, buffer: &mut Buffer) {
    let top = eighths.max(8 * from + 2).min(8 * area.height);
    for row in from..area.height {
        let quarters = (top.saturating_sub(8 * row) / 2).min(4);
        if quarters > 0 {
            let glyph = look.glyphs.quarters[usize::from(quarters)];
            buffer.set_string(x, area.bottom() - 1 - row, glyph, look.theme.curve);
        }
    }
}

/// The axis with the mark of the cut, its ends and the cut in numbers.
fn axis(layer: &ScoreView, columns: u16, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (low, high) = (f64::from(layer.range.0), f64::from(layer.range.1));
    for x in area.left()..area.left() + columns {
        buffer.set_string(x, area.y, look.glyphs.axis, look.theme.faint);
    }
    let column = |value: f64| {
        let place = (value - low) / (high - low) * f64::from(columns);
        usize::from((place.max(0.0) as u16).min(columns.saturating_sub(1)))
    };
    let mut ticks = Vec::new();
    if let Some(cut) = layer.cut.map(f64::from).filter(|cut| (low..high).contains(cut)) {
        let at = column(cut);
        buffer.set_string(area.x + at as u16, area.y, look.glyphs.tick, look.theme.key);
        ticks.push((at, format!("cut {}", number_short(cut)), look.theme.key));
    }
    ticks.extend([
        (0, signed_short(low), look.theme.faint),
        (usize::from(columns.saturating_sub(1)), signed_short(high), look.theme.faint),
    ]);
    // The cut first: the ends give way.
    let mut placed: Vec<(usize, usize)> = Vec::new();
    for (tick, text, style) in ticks {
        let Some(label) = labels([(tick, text)], usize::from(area.width)).pop() else { continue };
        let (from, to) = (label.at, label.at + label.text.chars().count());
        if placed.iter().all(|&(start, end)| to < start || end < from) {
            buffer.set_string(area.x + from as u16, area.y + 1, label.text, style);
            placed.push((from, to));
        }
    }
}

/// A number for an end of the axis, with its sign.
fn signed_short(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if value < 0.0 {
        format!("-{}", number_short(-value))
    } else {
        number_short(value)
    }
}

/// `█ kept 9,600  ⣿ cut 9,600`, and the pruned ones among these that are 0.
fn legend(layer: &ScoreView, cut: u64, zeros: u64, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (kept, cut) = (grouped(layer.kept), grouped(cut));
    let zeros = if zeros > 0 { format!(", {} of them 0: not drawn", grouped(zeros)) } else { String::new() };
    let short = if zeros.is_empty() { "" } else { ", 0s not drawn" };
    let taken = 4 + "kept ".len() + kept.len() + "  ".len();
    let room = area.width.saturating_sub(taken as u16);
    let cut =
        fitting(vec![format!("cut {cut}{zeros}"), format!("cut {cut}{short}"), format!("cut {cut}")], room);
    let mark = |glyph: &'static str, style: Style| Span::styled(glyph, style);
    let line = Line::from(vec![
        mark(look.glyphs.eighths[8], look.theme.full),
        Span::styled(format!(" kept {kept}  "), look.theme.text),
        mark(look.glyphs.quarters[4], look.theme.curve),
        Span::styled(format!(" {cut}"), look.theme.text),
    ]);
    draw_line(&line, look, area, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::{Quantity, ScoreLayer};
    use crate::tui::look::glyphs::{ASCII, UNICODE};
    use crate::tui::look::theme::MONO;

    fn layer(values: &[f32], mask: &[bool], cut: Option<f32>) -> ScoreView {
        let layer = ScoreLayer {
            layer: 1,
            shape: (1, values.len()),
            quantity: Quantity::WeightMagnitude,
            values: values.to_vec(),
            weights: values.to_vec(),
            mask: mask.to_vec(),
            cut,
        };
        ScoreView::new(layer, 1)
    }

    #[test]
    fn every_weight_is_in_one_column() {
        let values: Vec<f32> = (0..100).map(|i| i as f32 / 100.0).collect();
        let mask: Vec<bool> = (0..100).map(|i| i >= 40).collect();
        let view = layer(&values, &mask, Some(0.4));
        for width in [1, 7, 36, 512, 600] {
            let columns = columns(&view, 0, width);
            let bins = |at: usize| ((at + 1) * 512 / columns.len() - at * 512 / columns.len()) as f64;
            let sum = |of: fn(&ScoreColumn) -> f64| -> f64 {
                columns.iter().enumerate().map(|(at, column)| of(column) * bins(at)).sum()
            };
            assert!((sum(|column| column.kept) - 60.0).abs() < 1e-9, "{width}");
            assert!((sum(|column| column.cut) - 40.0).abs() < 1e-9, "{width}");
        }
    }

    #[test]
    fn pruned_weights_of_value_0_do_not_dwarf_the_others() {
        let values = [[0.0; 90].as_slice(), &[0.1, 0.2, 0.3]].concat();
        let mask = [[false; 90].as_slice(), &[false, true, true]].concat();
        let view = layer(&values, &mask, Some(0.2));
        assert_eq!(zeros(&view), 90);
        let columns = columns(&view, 90, 10);
        assert_eq!(columns.iter().filter(|column| column.cut > 0.0).count(), 1);
        assert_eq!(columns.iter().filter(|column| column.kept > 0.0).count(), 2);
    }

    #[test]
    fn kept_and_cut_are_told_apart_without_colour() {
        let columns = [(0.0, 1.0), (0.0, 2.0), (2.0, 0.0), (1.0, 1.0), (0.0, 0.0)];
        let columns = columns.map(|(kept, cut)| ScoreColumn { kept, cut });
        let drawn = |glyphs| {
            let area = Rect::new(0, 0, 5, 2);
            let mut buffer = Buffer::empty(area);
            draw(&columns, &Look { theme: MONO, glyphs }, area, &mut buffer);
            let rows = buffer.content.chunks(5);
            rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(UNICODE), [" ⣿█⣿ ", "⣿⣿██ "]);
        assert_eq!(drawn(ASCII), [" =#= ", "==## "]);
    }
}
