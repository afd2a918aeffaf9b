//! Product weights: |z_in·z_out| of the neurons drawn, against its exact law and the theorem's bound.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{self, Span};

use crate::construction::{Mode, PRODUCT_BINS};
use crate::experiment::LawChoice;
use crate::report::numbers::{grouped, number_short};
use crate::report::plot::{LogAxis, labels};
use crate::sampling::{ProductLaw, UniformProductLaw};
use crate::session::{LaneView, Snapshot};
use crate::tui::look::Look;
use crate::tui::widgets::histogram::{Histogram, Line, Meeting};

/// Room above the highest exact density, as a share of it. Observed densities beyond are cut.
const HEADROOM: f64 = 0.25;

/// Rows below the bars: axis, numbers, legend.
const ROWS_BELOW: u16 = 3;

/// Rows of bars below which the numbers stand on the axis, without a legend.
const LEAST_BARS: u16 = 3;

/// Least columns and rows of the histogram with its axis.
const LEAST: (u16, u16) = (16, 2);

/// A law's log axis, from 0 to 1: the axis of the engine's bins.
pub(crate) struct ProductAxis {
    /// decimal logarithms of the products at 0 and 1
    ends: (f64, f64),
    /// exact density at a place
    density: fn(f64) -> f64,
    /// the largest value of `density`
    peak: f64,
    /// the theorem's lower bound on the density, and its range
    bound: Option<(std::ops::RangeInclusive<f64>, f64)>,
    /// places and the products there
    marks: Vec<(f64, f64)>,
}

impl ProductAxis {
    /// The axis of the layer on view of a lane.
    pub(crate) fn of(snapshot: &Snapshot, lane: usize) -> Self {
        let layer = snapshot.lanes[lane].view.layer;
        let lane = &snapshot.plan.lanes[lane];
        let ranges = lane.layers[layer - 1].ranges;
        match lane.construction.facts().law {
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

    /// Place of a product's magnitude; beyond the ends, the nearest end.
    pub(crate) fn place(&self, product: f64) -> f64 {
        self.place_of_log(product.abs().log10()).clamp(0.0, 1.0)
    }

    /// Place of a decimal logarithm; beyond the ends, less than 0 or more than 1.
    pub(crate) fn place_of_log(&self, log: f64) -> f64 {
        (log - self.ends.0) / self.decades()
    }

    /// The column of a place.
    pub(crate) fn column(place: f64, width: u16) -> u16 {
        ((place * f64::from(width)) as u16).min(width.saturating_sub(1))
    }

    /// Its decades.
    fn decades(&self) -> f64 {
        self.ends.1 - self.ends.0
    }
}

/// The scale of a chart: the axis of one lane, or an axis common to several; heights are those of one lane.
#[derive(Clone, Copy)]
pub(crate) struct ProductScale {
    /// decimal logarithms of the products at the left and right end
    ends: (f64, f64),
    /// density per decade at the upper edge
    top: f64,
}

impl ProductScale {
    /// Ends at decimal logarithms of products, for the layer on view of this lane.
    fn new(axis: &ProductAxis, ends: (f64, f64)) -> Self {
        Self { ends, top: axis.peak / axis.decades() * (1.0 + HEADROOM) }
    }

    /// Place on `axis` of a place on this scale.
    fn place_on(&self, axis: &ProductAxis, place: f64) -> f64 {
        let log = self.ends.0 + place * (self.ends.1 - self.ends.0);
        (log - axis.ends.0) / axis.decades()
    }

    /// Share of the chart's height for a density on `axis`, at most 1.
    fn height(&self, axis: &ProductAxis, density: f64) -> f64 {
        (density / axis.decades() / self.top).min(1.0)
    }
}

/// Draws the histogram of the layer shown of this lane, on an axis of its own, with the product of the last neuron.
pub(crate) fn render(snapshot: &Snapshot, lane: usize, look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        crate::tui::widgets::frame_lines::needs(LEAST, look, area, buffer);
        return;
    }
    let axis = ProductAxis::of(snapshot, lane);
    let lane = &snapshot.lanes[lane];
    let below = if area.height > ROWS_BELOW + LEAST_BARS { ROWS_BELOW } else { 1 };
    let bars = Rect { height: area.height - below, ..area };
    let scale = ProductScale::new(&axis, axis.ends);
    let columns = axis.columns(&scale, bars.width);
    histogram(lane, &axis, &columns, look).render(look, bars, buffer);
    legend(lane, &axis, look, Rect { y: bars.bottom(), height: below, ..area }, buffer);
}

/// Draws the histogram alone, and below it the mark of the last neuron: no numbers.
pub(crate) fn render_bare(snapshot: &Snapshot, lane: usize, look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height < 2 || area.width < 2 {
        return;
    }
    let axis = ProductAxis::of(snapshot, lane);
    let lane = &snapshot.lanes[lane];
    let scale = ProductScale::new(&axis, axis.ends);
    let columns = axis.columns(&scale, area.width);
    histogram(lane, &axis, &columns, look).render(look, Rect { height: area.height - 1, ..area }, buffer);
    let row = Rect { y: area.bottom() - 1, height: 1, ..area };
    base(&axis, look, row, buffer);
    mark_last(lane, &axis, look, row, buffer);
}

/// The axis around the products of all these lanes; `None` without lanes.
pub(crate) fn common_axis(snapshot: &Snapshot, lanes: &[usize]) -> Option<LogAxis> {
    let axes = lanes.iter().map(|&lane| ProductAxis::of(snapshot, lane).ends);
    LogAxis::around(axes.flat_map(|(from, to)| [from, to]))
}

/// Density per decade at the upper edge of a lane's chart.
pub(crate) fn top(snapshot: &Snapshot, lane: usize) -> f64 {
    let axis = ProductAxis::of(snapshot, lane);
    ProductScale::new(&axis, axis.ends).top
}

/// Draws bars and curve of a lane on a common axis, as high as they are for this lane.
pub(crate) fn render_on(
    snapshot: &Snapshot,
    lane: usize,
    common: &LogAxis,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let axis = ProductAxis { bound: None, ..ProductAxis::of(snapshot, lane) };
    let scale = ProductScale::new(&axis, (common.from, common.to));
    let columns = axis.columns(&scale, area.width);
    histogram(&snapshot.lanes[lane], &axis, &columns, look).render(look, area, buffer);
}

/// The columns of a chart: the engine's bins of each, and the height of a mean density.
struct ProductColumns<'a> {
    bins: Vec<Range<usize>>,
    scale: &'a ProductScale,
}

impl ProductAxis {
    /// The engine's bins are finer than any column; a bin belongs to the column of its middle.
    fn columns<'a>(&self, scale: &'a ProductScale, width: u16) -> ProductColumns<'a> {
        let first_from = |column: u16| {
            let place = scale.place_on(self, f64::from(column) / f64::from(width));
            let first = (place * PRODUCT_BINS as f64 - 0.5).ceil();
            (first.max(0.0) as usize).min(PRODUCT_BINS)
        };
        ProductColumns {
            bins: (0..width).map(|column| first_from(column)..first_from(column + 1)).collect(),
            scale,
        }
    }

    /// Place of a bin's middle.
    fn middle(bin: usize) -> f64 {
        (bin as f64 + 0.5) / PRODUCT_BINS as f64
    }
}

/// Bars and lines of a lane. All are means over the same bins: products of the law fill bars as high as
/// the curve.
fn histogram(lane: &LaneView, axis: &ProductAxis, columns: &ProductColumns<'_>, look: &Look) -> Histogram {
    let counts = &lane.view.tally.products;
    let total: u64 = counts.iter().sum();
    let observed = |bins: &Range<usize>| {
        let count: u64 = counts[bins.clone()].iter().sum();
        let mean = count as f64 / total as f64 * PRODUCT_BINS as f64 / bins.len() as f64;
        (count > 0).then(|| columns.scale.height(axis, mean))
    };
    let law = |bins: &Range<usize>| {
        let sum: f64 = bins.clone().map(|bin| (axis.density)(ProductAxis::middle(bin))).sum();
        (!bins.is_empty()).then(|| columns.scale.height(axis, sum / bins.len() as f64))
    };
    let mut lines = Vec::new();
    if let Some((range, density)) = &axis.bound {
        // A bar of a mean over more than the bound's range may be lower.
        let applies = |bins: &Range<usize>| {
            !bins.is_empty() && bins.clone().all(|bin| range.contains(&ProductAxis::middle(bin)))
        };
        let height = columns.scale.height(axis, *density);
        lines.push(Line {
            heights: columns.bins.iter().map(|bins| applies(bins).then_some(height)).collect(),
            glyphs: look.glyphs.bound,
            style: look.theme.bound,
            meeting: Meeting::Below,
        });
    }
    lines.push(Line {
        heights: columns.bins.iter().map(law).collect(),
        glyphs: look.glyphs.curve,
        style: look.theme.curve,
        meeting: Meeting::Nearest,
    });
    Histogram { bars: columns.bins.iter().map(observed).collect(), lines }
}

/// The axis and its ticks.
fn base(axis: &ProductAxis, look: &Look, area: Rect, buffer: &mut Buffer) {
    for column in 0..area.width {
        buffer.set_string(area.x + column, area.y, look.glyphs.axis, look.theme.faint);
    }
    for &(place, _) in axis.marks.iter().filter(|(place, _)| *place > 0.0 && *place < 1.0) {
        let x = area.x + ProductAxis::column(place, area.width);
        buffer.set_string(x, area.y, look.glyphs.tick, look.theme.text);
    }
}

/// The product of the last neuron, on the axis.
fn mark_last(lane: &LaneView, axis: &ProductAxis, look: &Look, area: Rect, buffer: &mut Buffer) {
    if let Some(last) = &lane.view.last {
        let x = area.x + ProductAxis::column(axis.place(last.path.product()), area.width);
        buffer.set_string(x, area.y, look.glyphs.observed, look.theme.key);
    }
}

/// ```text
/// ──────────┴────────────┴──────────
/// 1e-11     1e-7        0.67   1,904
/// 12,345 neurons   ⠒⠒ exact law  ⠂⠂ promised at least
/// ```
/// In a single row the numbers stand on the axis. The last neuron's product is marked on it.
fn legend(lane: &LaneView, axis: &ProductAxis, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    base(axis, look, area, buffer);
    let column = |place: f64| usize::from(ProductAxis::column(place, area.width));
    let marks = axis.marks.iter().map(|&(place, value)| (column(place), number_short(value)));
    for label in labels(marks, usize::from(area.width)) {
        let y = area.y + u16::from(area.height > 1);
        buffer.set_string(area.x + label.at as u16, y, label.text, theme.faint);
    }
    mark_last(lane, axis, look, area, buffer);
    if area.height < ROWS_BELOW {
        return;
    }
    let sampled = lane.view.tally.sampled as i64;
    let (in_words, in_short) = match lane.mode {
        Mode::SkipAhead => ("skipped ahead".to_owned(), "skipped".to_owned()),
        Mode::Drawn => {
            (format!("{} neuron{}", grouped(sampled), if sampled == 1 { "" } else { "s" }), grouped(sampled))
        }
    };
    let key = |drawn: String, bound: &'static str, mark: &'static str| {
        let sample = |glyphs: [&str; 4]| glyphs[2].repeat(2);
        let mut spans = vec![
            Span::styled(drawn, theme.text),
            Span::styled(format!("  {}", sample(glyphs.curve)), theme.curve),
            Span::styled(" exact law", theme.text),
        ];
        if axis.bound.is_some() {
            spans.push(Span::styled(format!("  {}", sample(glyphs.bound)), theme.bound));
            spans.push(Span::styled(bound, theme.text));
        }
        if lane.view.last.is_some() && !mark.is_empty() {
            spans.push(Span::styled(format!("  {}", glyphs.observed), theme.key));
            spans.push(Span::styled(mark, theme.text));
        }
        spans
    };
    let variants = [
        key(in_words.clone(), " promised at least", " this neuron"),
        key(in_words, " bound 1/2", " this one"),
        key(in_short.clone(), " bound", " this one"),
        key(in_short, " bound", ""),
    ];
    let lines = variants.map(text::Line::from);
    let fits = lines.iter().find(|line| line.width() <= usize::from(area.width)).unwrap_or(&lines[3]);
    let row = Rect { y: area.y + 2, height: 1, ..area };
    crate::tui::widgets::frame_lines::draw_line(fits, look, row, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::{Session, Step, Worker};
    use crate::tui::look::glyphs;
    use crate::tui::look::theme;
    use crate::tui::widgets::histogram::tests::{SIZES, keeps_its_bars};

    const PLAIN: Look = Look { theme: theme::MONO, glyphs: glyphs::UNICODE };

    /// Two lanes, one of each law, after so many weights. Both draw.
    fn snapshot(weights: usize) -> Snapshot {
        let settings = ["mode=Drawn", "epsilon=1.0", "constructions=[Hyperbolic(),SubsetSum]"];
        let experiment = Experiment::load("tiny", None, &settings.map(str::to_owned)).unwrap();
        let mut session = Session::new(experiment).unwrap();
        for lane in 0..2 {
            for _ in 0..weights {
                while !session.lane_mut(lane).advance(Step::Weight, 311) {}
            }
        }
        (*Worker::spawn(session).latest()).clone()
    }

    fn of(snapshot: &Snapshot, lane: usize, scale: &ProductScale, width: u16) -> Histogram {
        let axis = ProductAxis::of(snapshot, lane);
        let columns = axis.columns(scale, width);
        histogram(&snapshot.lanes[lane], &axis, &columns, &PLAIN)
    }

    #[test]
    fn no_bar_of_a_run_is_lost_under_law_and_bound() {
        for weights in [0, 1, 4] {
            let snapshot = snapshot(weights);
            let common = common_axis(&snapshot, &[0, 1]).unwrap();
            for lane in 0..2 {
                let axis = ProductAxis::of(&snapshot, lane);
                let shared = ProductScale::new(&axis, (common.from, common.to));
                for size in SIZES {
                    let own = ProductScale::new(&axis, axis.ends);
                    for scale in [own, shared] {
                        let histogram = of(&snapshot, lane, &scale, size.0);
                        assert_eq!(histogram.bars.iter().flatten().count() == 0, weights == 0);
                        keeps_its_bars(&histogram, size);
                    }
                }
            }
        }
    }

    #[test]
    fn products_that_follow_the_law_fill_bars_as_high_as_the_curve() {
        let mut snapshot = snapshot(0);
        for lane in 0..2 {
            let axis = ProductAxis::of(&snapshot, lane);
            let of_law = |bin| ((axis.density)(ProductAxis::middle(bin)) * 1e12) as u64;
            snapshot.lanes[lane].view.tally.products = (0..PRODUCT_BINS).map(of_law).collect();
            let common = common_axis(&snapshot, &[0, 1]).unwrap();
            let own = ProductScale::new(&axis, axis.ends);
            let shared = ProductScale::new(&axis, (common.from, common.to));
            for (width, scale) in (2..200).flat_map(|width| [(width, own), (width, shared)]) {
                let drawn = of(&snapshot, lane, &scale, width);
                let curve = &drawn.lines[drawn.lines.len() - 1].heights;
                for (bar, curve) in drawn.bars.iter().zip(curve) {
                    assert!((bar.unwrap_or(0.0) - curve.unwrap_or(0.0)).abs() < 1e-3, "{bar:?} {curve:?}");
                }
                // The theorem holds of the law itself.
                if axis.bound.is_some() {
                    let bars = drawn.bars.iter().zip(&drawn.lines[0].heights);
                    for (bar, bound) in bars.filter_map(|(bar, bound)| Some((bar.unwrap_or(0.0), (*bound)?)))
                    {
                        assert!(bar > bound - 1e-9, "{bar} {bound}");
                    }
                }
            }
        }
    }
}
