//! The Product weights pane: |z_in·z_out| of the neurons drawn, against its exact law and the theorem's bound.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::Look;
use crate::construction::PRODUCT_BINS;
use crate::report::text::{grouped, number};
use crate::sampling::ProductLaw;
use crate::session::Snapshot;

/// Top of the vertical axis, in units of the hyperbolic density 1/(vΛ). The exact density peaks at 1; observed
/// ones above the top are cut.
const TOP: f64 = 1.25;

/// Rows below the bars: axis, numbers, legend.
const ROWS_BELOW: u16 = 3;

pub(super) fn render(snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height <= ROWS_BELOW + 1 || area.width < 16 {
        buffer.set_stringn(
            area.x,
            area.y,
            "too small",
            usize::from(area.width) * usize::from(area.height.min(1)),
            look.theme.faint,
        );
        return;
    }
    let bars = Rect { height: area.height - ROWS_BELOW, ..area };
    histogram(snapshot, look, bars, buffer);
    overlay(look, bars, buffer);
    axis(snapshot, look, Rect { y: bars.bottom(), height: ROWS_BELOW, ..area }, buffer);
}

/// Share of t ∈ [0, 2] that column `column` of `width` covers.
fn span(column: u16, width: u16) -> (f64, f64) {
    let unit = 2.0 / f64::from(width);
    (f64::from(column) * unit, f64::from(column + 1) * unit)
}

fn histogram(snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    let counts = &snapshot.lane.view.tally.products;
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return;
    }
    let bins = PRODUCT_BINS as f64 / 2.0;
    for column in 0..area.width {
        let (from, to) = span(column, area.width);
        // The engine's bins are finer than any column; a bin belongs to the column that holds its middle.
        let first = (from * bins - 0.5).ceil().max(0.0) as usize;
        let end = ((to * bins - 0.5).ceil().max(0.0) as usize).min(PRODUCT_BINS);
        let count: u64 = counts[first.min(end)..end].iter().sum();
        let width = (end - first.min(end)).max(1) as f64 / bins;
        let density = count as f64 / total as f64 / width;
        let eighths = ((density / TOP).min(1.0) * f64::from(area.height) * 8.0).round() as u16;
        for row in 0..area.height {
            let filled = eighths.saturating_sub(8 * row).min(8);
            if filled > 0 {
                let glyph = look.glyphs.eighths[usize::from(filled)];
                buffer.set_string(area.x + column, area.bottom() - 1 - row, glyph, look.theme.bar);
            }
        }
    }
}

/// The exact density min(t, 2 − t), and ½ within the product range t ∈ [½, 3/2].
fn overlay(look: &Look, area: Rect, buffer: &mut Buffer) {
    let row_of = |density: f64| {
        let row = (density / TOP * f64::from(area.height)) as u16;
        area.bottom() - 1 - row.min(area.height - 1)
    };
    for column in 0..area.width {
        let (from, to) = span(column, area.width);
        let t = (from + to) / 2.0;
        if (0.5..=1.5).contains(&t) {
            buffer.set_string(area.x + column, row_of(0.5), look.glyphs.bound, look.theme.bound);
        }
        buffer.set_string(
            area.x + column,
            row_of(ProductLaw::density_t(t)),
            look.glyphs.curve,
            look.theme.curve,
        );
    }
}

/// ```text
/// ──────────┴────────────┴──────────
/// 1e-11     1e-7        0.67   1,904
/// 12,345 neurons   • exact  ─ bound ½
/// ```
fn axis(snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let view = &snapshot.lane.view;
    let ranges = snapshot.plan.lanes[snapshot.lane.index].layers[view.layer - 1].ranges;
    for column in 0..area.width {
        buffer.set_string(area.x + column, area.y, glyphs.axis, theme.faint);
    }
    let column = |t: f64| (t / 2.0 * f64::from(area.width)) as u16;
    let (low, high) = (ranges.weight.0 * ranges.weight.0, ranges.weight.1 * ranges.weight.1);
    let marks = [(0.0, low), (0.5, ranges.product.0), (1.5, ranges.product.1), (2.0, high)];
    let mut free_from = 0;
    for (t, value) in marks {
        let text = short(value);
        let length = text.len() as u16;
        let at = column(t)
            .saturating_sub(if t == 0.0 { 0 } else { length / 2 })
            .min(area.width.saturating_sub(length));
        if t == 0.5 || t == 1.5 {
            buffer.set_string(area.x + column(t).min(area.width - 1), area.y, glyphs.tick, theme.text);
        }
        if at >= free_from {
            buffer.set_string(area.x + at, area.y + 1, &text, theme.faint);
            free_from = at + length + 1;
        }
    }
    let drawn = format!("{} neurons  ", grouped(view.tally.sampled as i64));
    let legend = [
        (drawn.as_str(), theme.text),
        (glyphs.curve, theme.curve),
        (" exact  ", theme.text),
        (glyphs.bound, theme.bound),
        (" bound 1/2", theme.text),
    ];
    let mut x = area.x;
    for (text, style) in legend {
        let left = usize::from(area.right().saturating_sub(x));
        x = buffer.set_stringn(x, area.y + 2, text, left, style).0;
    }
}

/// A mark's number, short.
fn short(value: f64) -> String {
    if (0.01..1e4).contains(&value) { number(value) } else { format!("{value:.0e}") }
}
