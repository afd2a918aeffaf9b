//! The Buckets pane: how far each bucket's demands are met, for both halves, on the axis of the product weights; and every layer
//! in one line.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::construction::Half;
use crate::method::DemandKind;
use crate::report::text::{asked, grouped};
use crate::session::{LayerRow, Snapshot};
use crate::theory::Count;
use crate::tui::keymap::Action;
use crate::tui::look::Look;
use crate::tui::widgets::bars;
use crate::tui::widgets::clickable::{ClickTarget, Clickables, LAYER};
use crate::tui::widgets::products::ProductAxis;

/// Columns for the labels left of the bars, and left of the product weights above them.
pub(super) const LABELS: u16 = 4;

pub(super) fn render(
    snapshot: &Snapshot,
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.height < 5 || area.width < LABELS + 8 {
        crate::tui::widgets::frame_lines::needs((LABELS + 8, 5), look, area, buffer);
        return;
    }
    overview(snapshot, clickables, look, Rect { height: 1, ..area }, buffer);
    halves(snapshot, look, Rect { y: area.y + 1, height: area.height - 2, ..area }, buffer);
    caption(snapshot, look, Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
}

/// The bars of both halves, the positive one above, on the axis of the product weights right of [`LABELS`] columns.
pub(super) fn halves(snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height < 2 || area.width <= LABELS {
        return;
    }
    let view = &snapshot.lane().view;
    let demands = snapshot.lane().construction.facts().demands;
    let whole = demands == DemandKind::Neurons;
    let upper = area.height.div_ceil(2);
    let rows = [(Half::Positive, area.y, upper), (Half::Negative, area.y + upper, area.height - upper)];
    for (half, y, height) in rows {
        let rect = Rect { x: area.x, y, width: area.width, height };
        let label = if whole && half == Half::Positive { "all" } else { half.name() };
        buffer.set_string(rect.x, rect.bottom() - 1, label, look.theme.text);
        let rect = Rect { x: area.x + LABELS, width: area.width - LABELS, ..rect };
        if !view.live[half as usize] {
            let text = if whole { "no halves: neurons are whole" } else { "skipped: no input is negative" };
            buffer.set_stringn(rect.x, rect.bottom() - 1, text, usize::from(rect.width), look.theme.faint);
        } else if demands == DemandKind::Buckets {
            half_bars(snapshot, look, half, rect, buffer);
        } else {
            gauge(snapshot, look, half, rect, buffer);
        }
    }
}

/// The buckets under each column of an axis of products, by place: a bucket belongs to the column of its middle, and a column
/// without one to the bucket around it.
struct BucketColumns {
    /// place on the axis of the upper end of bucket 1
    top: f64,
    /// length of a bucket on the axis
    length: f64,
    levels: usize,
    width: u16,
}

impl BucketColumns {
    fn new(snapshot: &Snapshot, width: u16) -> Self {
        let (lane, layer) = (snapshot.shown, snapshot.lane().view.layer);
        let axis = ProductAxis::of(snapshot, lane);
        let ranges = snapshot.plan.lanes[lane].layers[layer - 1].ranges;
        let edge = |u: f64| axis.place_of_log(ranges.w_max.log10() + u * ranges.gamma.log10());
        let levels = snapshot.lane().view.tally.filled[0].len();
        Self { top: edge(1.0), length: edge(1.0) - edge(2.0), levels, width }
    }

    /// The buckets of a column, as indices from 0 for bucket 1, the largest.
    fn of(&self, column: u16) -> Range<usize> {
        let bucket = |place: f64| (self.top - place) / self.length;
        let left = f64::from(column) / f64::from(self.width);
        let right = f64::from(column + 1) / f64::from(self.width);
        let from = |place: f64| ((bucket(place) - 0.5).ceil().max(0.0) as usize).min(self.levels);
        let inside = from(right)..from(left);
        let around = bucket((left + right) / 2.0);
        if inside.is_empty() && (0.0..self.levels as f64).contains(&around) {
            return around as usize..around as usize + 1;
        }
        inside
    }

    /// The most buckets of a column.
    fn most(&self) -> usize {
        (0..self.width).map(|column| self.of(column).len()).max().unwrap_or(0)
    }
}

fn half_bars(snapshot: &Snapshot, look: &Look, half: Half, area: Rect, buffer: &mut Buffer) {
    let tally = &snapshot.lane().view.tally;
    let (filled, quota) = (&tally.filled[half as usize], &tally.quota[half as usize]);
    let columns = BucketColumns::new(snapshot, area.width);
    for column in 0..area.width {
        let buckets = columns.of(column);
        if buckets.is_empty() {
            continue;
        }
        let (filled, quota): (u64, u64) = (filled[buckets.clone()].iter().sum(), quota[buckets].iter().sum());
        let share = if quota == 0 { 0.0 } else { filled as f64 / quota as f64 };
        let full = filled == quota && quota > 0;
        let style = if full { look.theme.full } else { look.theme.bar };
        let eighths = bars::eighths_of(share, area.height, filled == 0, full);
        let x = area.x + column;
        if quota > 0 {
            for y in area.top()..area.bottom() {
                buffer.set_string(x, y, look.glyphs.wanted, look.theme.faint);
            }
        }
        bars::column(look, x, area, eighths, style, buffer);
    }
}

/// Demands met of a half without buckets: a bar from left to right, in its lowest row.
fn gauge(snapshot: &Snapshot, look: &Look, half: Half, area: Rect, buffer: &mut Buffer) {
    let tally = &snapshot.lane().view.tally;
    let sum = |counts: &[u64]| counts.iter().sum::<u64>();
    let (filled, quota) = (sum(&tally.filled[half as usize]), sum(&tally.quota[half as usize]));
    let full = filled == quota && quota > 0;
    let share = if quota == 0 { 0.0 } else { filled as f64 / quota as f64 };
    let eighths = bars::eighths_of(share, area.width, filled == 0, full);
    let style = if full { look.theme.full } else { look.theme.bar };
    for column in 0..area.width {
        let here = usize::from(eighths.saturating_sub(8 * column).min(8));
        let (glyph, style) = match here {
            0 if quota > 0 => (look.glyphs.wanted, look.theme.faint),
            _ => (look.glyphs.bar[here], style),
        };
        buffer.set_string(area.x + column, area.bottom() - 1, glyph, style);
    }
}

/// `layers ██▶▃···  3: 4,321 of 10,000 weights`: the layers, and the one looked at.
fn overview(snapshot: &Snapshot, clickables: &Clickables, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, lane) = (look.theme, &snapshot.lane());
    let label = buffer.set_stringn(area.x, area.y, "layers ", usize::from(area.width), theme.text).0;
    let x =
        layers(snapshot, clickables, look, Rect { x: label, width: area.right() - label, ..area }, buffer);
    let row = &lane.layers[lane.view.layer - 1];
    let text = format!(
        "  {}: {} of {} weights",
        row.layer,
        grouped(row.weights_done as i64),
        grouped(row.weights as i64)
    );
    buffer.set_stringn(x, area.y, text, usize::from(area.right().saturating_sub(x)), theme.text);
}

/// `██▶▃···`: a bar for each layer, a pointer before the one looked at. Returns the column behind them.
pub(super) fn layers(
    snapshot: &Snapshot,
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) -> u16 {
    let (theme, lane) = (look.theme, &snapshot.lane());
    let mut x = area.x;
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
    x
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

/// `buckets 39 to 1, each 1.5x the one before; 390,000 of 780,000 demands met`, or as much as fits.
pub(super) fn caption(snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let tally = &snapshot.lane().view.tally;
    let sum = |counts: &[Vec<u64>; 2]| grouped(counts.iter().flatten().sum::<u64>() as i64);
    let (filled, quota) = (sum(&tally.filled), sum(&tally.quota));
    let levels = tally.filled[0].len();
    // Only golden-ratio sums have buckets; elsewhere a half is one demand.
    let (buckets, ratio, columns) = match snapshot.lane().construction.facts().demands {
        DemandKind::Buckets => {
            let merged = BucketColumns::new(snapshot, area.width.saturating_sub(LABELS).max(1)).most();
            let columns = if merged > 1 { format!(", up to {merged} a column") } else { String::new() };
            let ratio = format!(", each {}x the one before", asked(snapshot.experiment.base));
            (format!("buckets {levels} to 1"), ratio, columns)
        }
        DemandKind::Neurons => ("whole neurons".to_owned(), String::new(), String::new()),
        DemandKind::Halves => ("both halves".to_owned(), String::new(), String::new()),
    };
    let variants = [
        format!("{buckets}{ratio}{columns}; {filled} of {quota} demands met"),
        format!("{buckets}{ratio}; {filled} of {quota} demands met"),
        format!("{buckets}; {filled} of {quota} demands met"),
        format!("{buckets}; {filled} of {quota} met"),
        format!("{filled}/{quota} met"),
    ];
    let width = usize::from(area.width);
    let fits = variants.iter().find(|text| text.len() <= width).unwrap_or(&variants[4]);
    buffer.set_stringn(area.x, area.y, fits, width, look.theme.faint);
}
