//! Product weights: |z_in·z_out| of the neurons drawn, against its exact law and the theorem's bound.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::log_axis::LogAxis;
use super::{Look, bars};
use crate::construction::{Mode, PRODUCT_BINS};
use crate::experiment::LawChoice;
use crate::report::text::{grouped, number};
use crate::sampling::{ProductLaw, UniformProductLaw};
use crate::session::{LaneView, Snapshot};

/// Room above the highest exact density, as a share of it. Observed densities beyond are cut.
const HEADROOM: f64 = 0.25;

/// Rows below the bars: axis, numbers, legend.
const ROWS_BELOW: u16 = 3;

/// A law's log axis, from 0 to 1: the axis of the engine's bins.
struct Axis {
    /// decimal logarithms of the products at 0 and 1
    ends: (f64, f64),
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
    fn of(snapshot: &Snapshot, lane: usize) -> Self {
        let layer = snapshot.lanes[lane].view.layer;
        let lane = &snapshot.plan.lanes[lane];
        let ranges = lane.layers[layer - 1].ranges;
        match lane.construction.choices().0 {
            LawChoice::Hyperbolic => {
                let (low, high) = (ranges.weight.0 * ranges.weight.0, ranges.weight.1 * ranges.weight.1);
                Self {
                    ends: (low.log10(), high.log10()),
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
                    ends: (UniformProductLaw::AXIS_LOW.log10(), 0.0),
                    density: UniformProductLaw::density,
                    peak: UniformProductLaw::density(UniformProductLaw::axis((-1.0_f64).exp())),
                    bound: None,
                    marks: [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0].map(mark).to_vec(),
                }
            }
        }
    }

    /// Decades that it spans.
    fn decades(&self) -> f64 {
        self.ends.1 - self.ends.0
    }
}

/// What the columns and rows of a chart stand for: an axis of its own, or one that several lanes share.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    /// decimal logarithms of the products at the left and right end
    ends: (f64, f64),
    /// density per decade at the upper edge
    top: f64,
    /// whether heights are square roots of densities, so that laws of unlike widths can be seen side by side
    root: bool,
}

impl Scale {
    fn of_one(axis: &Axis) -> Self {
        Self { ends: axis.ends, top: axis.peak / axis.decades() * (1.0 + HEADROOM), root: false }
    }

    /// The scale on which all of these lanes can be shown, and its axis; `None` without lanes.
    pub(super) fn shared(snapshot: &Snapshot, lanes: &[usize]) -> Option<(Self, LogAxis)> {
        let axes: Vec<Axis> = lanes.iter().map(|&lane| Axis::of(snapshot, lane)).collect();
        let decades = LogAxis::around(axes.iter().flat_map(|axis| [axis.ends.0, axis.ends.1]))?;
        let peak = axes.iter().map(|axis| axis.peak / axis.decades()).fold(0.0, f64::max);
        let scale =
            Self { ends: (decades.at(0.0), decades.at(1.0)), top: peak * (1.0 + HEADROOM), root: true };
        Some((scale, decades))
    }

    /// Place on `axis` of a place on this scale.
    fn place_on(&self, axis: &Axis, place: f64) -> f64 {
        let log = self.ends.0 + place * (self.ends.1 - self.ends.0);
        (log - axis.ends.0) / axis.decades()
    }

    /// Share of the chart's height for a density on `axis`, at most 1.
    fn height(&self, axis: &Axis, density: f64) -> f64 {
        let share = (density / axis.decades() / self.top).min(1.0);
        if self.root { share.sqrt() } else { share }
    }
}

/// Draws the histogram of the layer that is looked at in this lane, on an axis of its own.
pub(super) fn render(snapshot: &Snapshot, lane: usize, look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height <= ROWS_BELOW + 1 || area.width < 16 {
        super::frame_lines::too_small(look, area, buffer);
        return;
    }
    let axis = Axis::of(snapshot, lane);
    let scale = Scale::of_one(&axis);
    let bars = Rect { height: area.height - ROWS_BELOW, ..area };
    histogram(&snapshot.lanes[lane], &axis, &scale, look, bars, buffer);
    bound(&axis, &scale, look, bars, buffer);
    curve(&axis, &scale, look, bars, buffer);
    legend(&snapshot.lanes[lane], &axis, look, Rect { y: bars.bottom(), height: ROWS_BELOW, ..area }, buffer);
}

/// Draws bars and curve of a lane on a scale that others share.
pub(super) fn render_shared(
    snapshot: &Snapshot,
    lane: usize,
    scale: &Scale,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.is_empty() {
        return;
    }
    let axis = Axis::of(snapshot, lane);
    histogram(&snapshot.lanes[lane], &axis, scale, look, area, buffer);
    curve(&axis, scale, look, area, buffer);
}

/// The part of a chart that column `column` of `width` covers.
fn span(column: u16, width: u16) -> (f64, f64) {
    let unit = 1.0 / f64::from(width);
    (f64::from(column) * unit, f64::from(column + 1) * unit)
}

fn histogram(lane: &LaneView, axis: &Axis, scale: &Scale, look: &Look, area: Rect, buffer: &mut Buffer) {
    let counts = &lane.view.tally.products;
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return;
    }
    let bins = PRODUCT_BINS as f64;
    // The engine's bins are finer than any column; a bin belongs to the column that holds its middle.
    let first_from = |place: f64| {
        let first = (scale.place_on(axis, place) * bins - 0.5).ceil();
        (first.max(0.0) as usize).min(PRODUCT_BINS)
    };
    for column in 0..area.width {
        let (from, to) = span(column, area.width);
        let held = first_from(from)..first_from(to);
        let width = held.len() as f64 / bins;
        let count: u64 = counts[held].iter().sum();
        if count == 0 {
            continue;
        }
        let height = scale.height(axis, count as f64 / total as f64 / width);
        let eighths = (height * f64::from(area.height) * 8.0).round() as u16;
        bars::column(look, area.x + column, area, eighths, look.theme.bar, buffer);
    }
}

fn row_of(height: f64, area: Rect) -> u16 {
    // A height on the edge of two rows is the upper one's, whatever rounding has made of it.
    let row = (height * f64::from(area.height) + 1e-9) as u16;
    area.bottom() - 1 - row.min(area.height - 1)
}

/// The exact density, where the law has any.
fn curve(axis: &Axis, scale: &Scale, look: &Look, area: Rect, buffer: &mut Buffer) {
    for column in 0..area.width {
        let (from, to) = span(column, area.width);
        let place = scale.place_on(axis, (from + to) / 2.0);
        if (0.0..=1.0).contains(&place) {
            let row = row_of(scale.height(axis, (axis.density)(place)), area);
            buffer.set_string(area.x + column, row, look.glyphs.curve, look.theme.curve);
        }
    }
}

/// The theorem's bound, where there is one.
fn bound(axis: &Axis, scale: &Scale, look: &Look, area: Rect, buffer: &mut Buffer) {
    let Some((range, density)) = &axis.bound else { return };
    let row = row_of(scale.height(axis, *density), area);
    for column in 0..area.width {
        let (from, to) = span(column, area.width);
        if range.contains(&scale.place_on(axis, (from + to) / 2.0)) {
            buffer.set_string(area.x + column, row, look.glyphs.bound, look.theme.bound);
        }
    }
}

/// ```text
/// ──────────┴────────────┴──────────
/// 1e-11     1e-7        0.67   1,904
/// 12,345 neurons   • exact  ─ bound ½
/// ```
fn legend(lane: &LaneView, axis: &Axis, look: &Look, area: Rect, buffer: &mut Buffer) {
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
    let skips = lane.mode == Mode::SkipAhead;
    let sampled = lane.view.tally.sampled as i64;
    let drawn = if skips {
        "skipped ahead  ".to_owned()
    } else {
        format!("{} neuron{}  ", grouped(sampled), if sampled == 1 { "" } else { "s" })
    };
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
