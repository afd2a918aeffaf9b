//! The Buckets pane: how far each bucket's demands are met, for both halves, and every layer in one line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::construction::Half;
use crate::method::DemandKind;
use crate::report::text::grouped;
use crate::session::{LayerRow, Snapshot};
use crate::theory::Count;
use crate::tui::keymap::Action;
use crate::tui::look::Look;
use crate::tui::widgets::bars;
use crate::tui::widgets::clickable::{ClickTarget, Clickables, LAYER};

/// Width of the labels left of the bars.
const LABELS: u16 = 4;

pub(super) fn render(
    snapshot: &Snapshot,
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.height < 5 || area.width < LABELS + 8 {
        crate::tui::widgets::frame_lines::too_small(look, area, buffer);
        return;
    }
    overview(snapshot, clickables, look, Rect { height: 1, ..area }, buffer);
    let view = &snapshot.lane().view;
    let whole = snapshot.lane().construction.facts().demands == DemandKind::Neurons;
    // Overview, both halves, caption.
    let bars = area.height - 2;
    let upper = bars.div_ceil(2);
    let rows = [(Half::Positive, area.y + 1, upper), (Half::Negative, area.y + 1 + upper, bars - upper)];
    for (half, y, height) in rows {
        let rect = Rect { x: area.x, y, width: area.width, height };
        let label = if whole && half == Half::Positive { "all" } else { half.name() };
        buffer.set_string(rect.x, rect.bottom() - 1, label, look.theme.text);
        let rect = Rect { x: area.x + LABELS, width: area.width - LABELS, ..rect };
        if view.live[half as usize] {
            half_bars(snapshot, look, half, rect, buffer);
        } else {
            let text = if whole { "no halves: neurons are whole" } else { "skipped: no input is negative" };
            buffer.set_stringn(rect.x, rect.bottom() - 1, text, usize::from(rect.width), look.theme.faint);
        }
    }
    caption(snapshot, look, Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
}

/// Buckets per column.
fn buckets_per_column(levels: usize, width: u16) -> usize {
    levels.div_ceil(usize::from(width).max(1)).max(1)
}

/// Columns per bucket if there is room.
fn columns_per_bucket(levels: usize, width: u16) -> u16 {
    (width / levels.max(1) as u16).clamp(1, 4)
}

fn half_bars(snapshot: &Snapshot, look: &Look, half: Half, area: Rect, buffer: &mut Buffer) {
    let tally = &snapshot.lane().view.tally;
    let (filled, quota) = (&tally.filled[half as usize], &tally.quota[half as usize]);
    let (merged, wide) =
        (buckets_per_column(filled.len(), area.width), columns_per_bucket(filled.len(), area.width));
    let columns = filled.chunks(merged).zip(quota.chunks(merged));
    for (index, (filled, quota)) in columns.enumerate() {
        let (filled, quota): (u64, u64) = (filled.iter().sum(), quota.iter().sum());
        let share = if quota == 0 { 0.0 } else { filled as f64 / quota as f64 };
        let full = filled == quota && quota > 0;
        let style = if full { look.theme.full } else { look.theme.bar };
        let eighths = bars::eighths_of(share, area.height, filled == 0, full);
        // One column apart where buckets are wide enough.
        let solid = if wide > 2 { wide - 1 } else { wide };
        for offset in 0..solid {
            let x = area.x + index as u16 * wide + offset;
            if quota > 0 {
                for y in area.top()..area.bottom() {
                    buffer.set_string(x, y, look.glyphs.wanted, look.theme.faint);
                }
            }
            bars::column(look, x, area, eighths, style, buffer);
        }
    }
}

/// `layers ██▶▃···  3: 4,321 of 10,000 weights`: a bar for each layer, a pointer before the one looked at.
fn overview(snapshot: &Snapshot, clickables: &Clickables, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, lane) = (look.theme, &snapshot.lane());
    let mut x = buffer.set_stringn(area.x, area.y, "layers ", usize::from(area.width), theme.text).0;
    let pointer = Span::raw(look.glyphs.pointer).width() as u16;
    let room = usize::from(area.right().saturating_sub(x + pointer + 1)).max(1);
    clickables.add(area, ClickTarget::Wheel(Action::PreviousLayer, Action::NextLayer));
    // The layer looked at stays in sight.
    let first = (lane.view.layer - 1).saturating_sub(room / 2).min(lane.layers.len().saturating_sub(room));
    for row in lane.layers.iter().skip(first).take(room) {
        let (glyph, style) = layer_mark(row, look);
        let from = x;
        if row.layer == lane.view.layer && lane.layers.len() > 1 {
            let left = usize::from(area.right().saturating_sub(x));
            x = buffer.set_stringn(x, area.y, look.glyphs.pointer, left, theme.key).0;
        }
        x = buffer.set_stringn(x, area.y, glyph, usize::from(area.right().saturating_sub(x)), style).0;
        clickables
            .add(Rect { x: from, width: x - from, height: 1, ..area }, ClickTarget::part(LAYER, row.layer));
    }
    let row = &lane.layers[lane.view.layer - 1];
    let text = format!(
        "  {}: {} of {} weights",
        row.layer,
        grouped(row.weights_done as i64),
        grouped(row.weights as i64)
    );
    buffer.set_stringn(x, area.y, text, usize::from(area.right().saturating_sub(x)), theme.text);
}

fn layer_mark(row: &LayerRow, look: &Look) -> (&'static str, Style) {
    let eighths = (8 * row.weights_done / row.weights.max(1)) as usize;
    match (row.is_done, row.is_complete) {
        (true, true) => (look.glyphs.eighths[8], look.theme.full),
        (true, false) => ("!", look.theme.bad),
        (false, _) if row.neurons_sampled == Count::ZERO => (look.glyphs.wanted, look.theme.faint),
        (false, _) => (look.glyphs.eighths[eighths.clamp(1, 7)], look.theme.bar),
    }
}

/// `buckets 1-39, largest pieces first, 2 a column; 390,000 of 780,000 demands met`, or as much as fits.
fn caption(snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    let tally = &snapshot.lane().view.tally;
    let sum = |counts: &[Vec<u64>; 2]| grouped(counts.iter().flatten().sum::<u64>() as i64);
    let (filled, quota) = (sum(&tally.filled), sum(&tally.quota));
    let levels = tally.filled[0].len();
    let merged = buckets_per_column(levels, area.width - LABELS);
    let columns = if merged > 1 { format!(", {merged} a column") } else { String::new() };
    // Only golden-ratio sums have buckets; elsewhere a half is one demand.
    let buckets = match snapshot.lane().construction.facts().demands {
        DemandKind::Buckets => format!("buckets 1-{levels}"),
        DemandKind::Neurons => "whole neurons".to_owned(),
        DemandKind::Halves => "both halves".to_owned(),
    };
    let first = if levels > 1 { ", largest pieces first" } else { "" };
    let variants = [
        format!("{buckets}{first}{columns}; {filled} of {quota} demands met"),
        format!("{buckets}{columns}; {filled} of {quota} met"),
        format!("1-{levels}{columns}; {filled}/{quota}"),
    ];
    let width = usize::from(area.width);
    let fits = variants.iter().find(|text| text.len() <= width).unwrap_or(&variants[2]);
    buffer.set_stringn(area.x, area.y, fits, width, look.theme.faint);
}
