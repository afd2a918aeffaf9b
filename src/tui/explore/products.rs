//! The Product weights pane: |z_in·z_out| of the neurons drawn, against its exact law and the theorem's bound.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::Look;
use crate::construction::{Mode, PRODUCT_BINS};
use crate::experiment::LawChoice;
use crate::report::text::{grouped, number};
use crate::sampling::{ProductLaw, UniformProductLaw};
use crate::session::Snapshot;

/// Room above the highest exact density, as a share of it. Observed densities beyond are cut.
const HEADROOM: f64 = 0.25;

/// Rows below the bars: axis, numbers, legend.
const ROWS_BELOW: u16 = 3;

/// A law's log axis, from 0 to 1.
struct Axis {
    /// exact density at a place
    density: fn(f64) -> f64,
    /// the largest value of `density`
    peak: f64,
    /// the theorem's lower bound on the density, and where it holds
    bound: Option<(std::ops::RangeInclusive<f64>, f64)>,
    /// places and the products there
    marks: Vec<(f64, f64)>,
}

impl Axis {
    fn of(snapshot: &Snapshot) -> Self {
        let lane = &snapshot.plan.lanes[snapshot.lane.index];
        let ranges = lane.layers[snapshot.lane.view.layer - 1].ranges;
        match lane.construction.choices().0 {
            LawChoice::Hyperbolic => {
                let (low, high) = (ranges.weight.0 * ranges.weight.0, ranges.weight.1 * ranges.weight.1);
                Self {
                    // t = 2·place, and so twice the density of t; the bound of Lemma C.11 is ½ in t.
                    density: |place| 2.0 * ProductLaw::density_t(2.0 * place),
                    peak: 2.0,
                    bound: Some((0.25..=0.75, 1.0)),
                    marks: vec![(0.0, low), (0.25, ranges.product.0), (0.75, ranges.product.1), (1.0, high)],
                }
            }
            LawChoice::Uniform => {
                let mark = |place: f64| (place, UniformProductLaw::AXIS_LOW.powf(1.0 - place));
                Self {
                    density: UniformProductLaw::density,
                    peak: UniformProductLaw::density(UniformProductLaw::axis((-1.0_f64).exp())),
                    bound: None,
                    marks: [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0].map(mark).to_vec(),
                }
            }
        }
    }

    fn top(&self) -> f64 {
        self.peak * (1.0 + HEADROOM)
    }
}

pub(super) fn render(snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height <= ROWS_BELOW + 1 || area.width < 16 {
        super::too_small(look, area, buffer);
        return;
    }
    let axis = Axis::of(snapshot);
    let bars = Rect { height: area.height - ROWS_BELOW, ..area };
    histogram(snapshot, &axis, look, bars, buffer);
    curves(&axis, look, bars, buffer);
    legend(snapshot, &axis, look, Rect { y: bars.bottom(), height: ROWS_BELOW, ..area }, buffer);
}

/// The part of the axis that column `column` of `width` covers.
fn span(column: u16, width: u16) -> (f64, f64) {
    let unit = 1.0 / f64::from(width);
    (f64::from(column) * unit, f64::from(column + 1) * unit)
}

fn histogram(snapshot: &Snapshot, axis: &Axis, look: &Look, area: Rect, buffer: &mut Buffer) {
    let counts = &snapshot.lane.view.tally.products;
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return;
    }
    let bins = PRODUCT_BINS as f64;
    for column in 0..area.width {
        let (from, to) = span(column, area.width);
        // The engine's bins are finer than any column; a bin belongs to the column that holds its middle.
        let first = (from * bins - 0.5).ceil().max(0.0) as usize;
        let end = ((to * bins - 0.5).ceil().max(0.0) as usize).min(PRODUCT_BINS);
        let count: u64 = counts[first.min(end)..end].iter().sum();
        let width = (end - first.min(end)).max(1) as f64 / bins;
        let density = count as f64 / total as f64 / width;
        let eighths = ((density / axis.top()).min(1.0) * f64::from(area.height) * 8.0).round() as u16;
        for row in 0..area.height {
            let filled = eighths.saturating_sub(8 * row).min(8);
            if filled > 0 {
                let glyph = look.glyphs.eighths[usize::from(filled)];
                buffer.set_string(area.x + column, area.bottom() - 1 - row, glyph, look.theme.bar);
            }
        }
    }
}

/// The exact density, and the bound where there is one.
fn curves(axis: &Axis, look: &Look, area: Rect, buffer: &mut Buffer) {
    let row_of = |density: f64| {
        let row = (density / axis.top() * f64::from(area.height)) as u16;
        area.bottom() - 1 - row.min(area.height - 1)
    };
    for column in 0..area.width {
        let (from, to) = span(column, area.width);
        let place = (from + to) / 2.0;
        if let Some((_, height)) = axis.bound.as_ref().filter(|(range, _)| range.contains(&place)) {
            buffer.set_string(area.x + column, row_of(*height), look.glyphs.bound, look.theme.bound);
        }
        buffer.set_string(
            area.x + column,
            row_of((axis.density)(place)),
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
fn legend(snapshot: &Snapshot, axis: &Axis, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    for column in 0..area.width {
        buffer.set_string(area.x + column, area.y, glyphs.axis, theme.faint);
    }
    let column = |place: f64| (place * f64::from(area.width)) as u16;
    let mut free_from = 0;
    for &(place, value) in &axis.marks {
        let text = short(value);
        let length = text.len() as u16;
        let at = column(place)
            .saturating_sub(if place == 0.0 { 0 } else { length / 2 })
            .min(area.width.saturating_sub(length));
        if place > 0.0 && place < 1.0 {
            buffer.set_string(area.x + column(place).min(area.width - 1), area.y, glyphs.tick, theme.text);
        }
        if at >= free_from {
            buffer.set_string(area.x + at, area.y + 1, &text, theme.faint);
            free_from = at + length + 1;
        }
    }
    let skips = snapshot.plan.lanes[snapshot.lane.index].mode == Mode::SkipAhead;
    let sampled = snapshot.lane.view.tally.sampled as i64;
    let drawn = if skips { "skipped ahead  ".to_owned() } else { format!("{} neurons  ", grouped(sampled)) };
    let mut parts = vec![(drawn.as_str(), theme.text), (glyphs.curve, theme.curve), (" exact", theme.text)];
    if axis.bound.is_some() {
        parts.extend([("  ", theme.text), (glyphs.bound, theme.bound), (" bound 1/2", theme.text)]);
    }
    let mut x = area.x;
    for (text, style) in parts {
        let left = usize::from(area.right().saturating_sub(x));
        x = buffer.set_stringn(x, area.y + 2, text, left, style).0;
    }
}

/// A mark's number, short.
fn short(value: f64) -> String {
    if (0.01..1e4).contains(&value) { number(value) } else { format!("{value:.0e}") }
}
