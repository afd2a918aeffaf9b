//! The plot: accuracy against the share of weights kept. From all weights on the left to the fewest on the right; letters on
//! the points, names at the ends of the curves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::series::DrawnSeries;
use crate::report::plot::{LogAxis, curve, labels};
use crate::report::{KeptCurve, KeptPoint};
use crate::tui::look::Look;
use crate::tui::widgets::dots::{DotGrid, over};
use crate::tui::widgets::frame_lines::{cut, needs};

/// Columns of the numbers at the upright axis.
const NUMBERS: u16 = 5;

/// Least columns and rows of the curves.
const LEAST: (u16, u16) = (16, 3);

/// Most columns of the names at the ends, and the narrowest pane with names.
const NAMES: u16 = 40;
const NAMED: u16 = 56;

/// Dot columns of a dash, and between two of them.
const DASH: u16 = 2;

/// Accuracies between two numbers of the upright axis, in points.
const STEPS: [f64; 6] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0];

/// The axes on the screen.
struct KeptAxes {
    /// share of weights kept, 1 on the left
    x: LogAxis,
    /// lowest and highest accuracy, in 0 to 1
    y: (f64, f64),
    grid: DotGrid,
}

impl KeptAxes {
    fn across(&self, share: f64) -> u16 {
        self.x.reversed().dot(share.log10(), self.grid.across())
    }

    fn down(&self, accuracy: f64) -> u16 {
        let (low, high) = self.y;
        let last = f64::from(self.grid.down().saturating_sub(1));
        ((high - accuracy) / (high - low) * last).round().clamp(0.0, last) as u16
    }

    fn column(&self, share: f64) -> u16 {
        self.grid.area.x + self.across(share) / self.grid.dots.0
    }

    fn row(&self, accuracy: f64) -> u16 {
        self.grid.area.y + self.down(accuracy) / self.grid.dots.1
    }
}

/// Draws curves, intervals and names; `cursor` is the share looked at.
pub(super) fn render(
    kept: &KeptCurve,
    drawn: &[DrawnSeries<'_>],
    cursor: Option<f64>,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if kept.is_empty() {
        let text = "No ticket yet: l goes on to the end of a round, a runs all.";
        if area.height > 0 {
            buffer.set_string(area.x, area.y, cut(text, usize::from(area.width), look), look.theme.text);
        }
        return;
    }
    let names = if area.width >= NAMED { widest_name(drawn).min(NAMES).min(area.width / 3) } else { 0 };
    let Some(axes) = axes(kept, names, look, area) else {
        needs((NUMBERS + 1 + names + LEAST.0, LEAST.1 + 2), look, area, buffer);
        return;
    };
    if let Some(share) = cursor {
        let x = axes.column(share);
        for y in axes.grid.area.top()..axes.grid.area.bottom() {
            buffer.set_string(x, y, look.glyphs.guide, look.theme.key);
        }
    }
    frame(&axes, look, area, buffer);
    // The tickets come first and are drawn last, over the controls.
    for series in drawn.iter().rev() {
        line(series, &axes, look, buffer);
    }
    for series in drawn.iter().rev() {
        points(series, &axes, look, buffer);
    }
    if names > 0 {
        names_at_ends(
            drawn,
            &axes,
            look,
            Rect { x: area.right() - names, width: names, ..axes.grid.area },
            buffer,
        );
    }
}

fn widest_name(drawn: &[DrawnSeries<'_>]) -> u16 {
    drawn.iter().map(|series| series.name.chars().count() as u16 + 3).max().unwrap_or(0)
}

/// Axes around all intervals; `None` if there is no room.
fn axes(kept: &KeptCurve, names: u16, look: &Look, area: Rect) -> Option<KeptAxes> {
    let width = area.width.checked_sub(NUMBERS + 1 + names)?;
    let height = area.height.checked_sub(2)?;
    if width < LEAST.0 || height < LEAST.1 {
        return None;
    }
    let points = || kept.series.iter().flat_map(|series| &series.points);
    let least = points().map(|point| point.share.log10()).filter(|log| log.is_finite()).fold(0.0, f64::min);
    let low = points().map(|point| point.low).filter(|low| low.is_finite()).fold(1.0, f64::min);
    // A tenth of a decade for the last interval; whole tens of points.
    Some(KeptAxes {
        x: LogAxis { from: least - 0.1, to: 0.0 },
        y: (((low * 10.0).floor() / 10.0).clamp(0.0, 0.9), 1.0),
        grid: DotGrid::new(Rect { x: area.x + NUMBERS + 1, y: area.y, width, height }, look),
    })
}

fn frame(axes: &KeptAxes, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, glyphs, plot) = (look.theme, look.glyphs, axes.grid.area);
    for y in plot.top()..plot.bottom() {
        buffer.set_string(plot.x - 1, y, glyphs.border.vertical_left, theme.faint);
    }
    for x in plot.x - 1..plot.right() {
        buffer.set_string(x, plot.bottom(), glyphs.axis, theme.faint);
    }
    // Numbers at least two rows apart.
    let (low, high) = (100.0 * axes.y.0, 100.0 * axes.y.1);
    let fits = |step: &f64| (high - low) / step * 2.0 <= f64::from(plot.height);
    let step = STEPS.into_iter().find(fits).unwrap_or(high - low);
    let numbers = (0..).map(|times| high - f64::from(times) * step).take_while(|value| *value >= low - 1e-9);
    for value in numbers {
        let text = format!("{:>1$}", format!("{value:.0} %"), usize::from(NUMBERS));
        buffer.set_string(area.x, axes.row(value / 100.0), text, theme.faint);
    }
    let tick = |log: f64| {
        let share = 100.0 * 10_f64.powf(log);
        let digits = if share < 1.0 { (-share.log10()).ceil().max(0.0) as usize } else { 0 };
        (usize::from(axes.column(10_f64.powf(log)) - area.x), format!("{share:.digits$} %"))
    };
    let mut ticks: Vec<(usize, String)> = axes.x.ticks().into_iter().map(tick).collect();
    ticks.sort_by_key(|(column, _)| *column);
    for label in labels(ticks, usize::from(plot.right() - area.x)) {
        buffer.set_string(area.x + label.tick as u16, plot.bottom(), glyphs.tick, theme.text);
        buffer.set_string(area.x + label.at as u16, plot.bottom() + 1, label.text, theme.faint);
    }
}

/// The line from point to point; that of a network without a mask is level and dashed.
fn line(series: &DrawnSeries<'_>, axes: &KeptAxes, look: &Look, buffer: &mut Buffer) {
    let style = over(series.style);
    let points = &series.of.points;
    let place = |point: &KeptPoint| (axes.across(point.share), axes.down(point.accuracy));
    if series.of.is_level() {
        let Some(point) = points.last() else { return };
        for x in (0..axes.grid.across()).filter(|x| (x / DASH).is_multiple_of(2)) {
            axes.grid.put((x, axes.down(point.accuracy)), look, style, buffer);
        }
        return;
    }
    for point in points.iter().filter(|point| point.low.is_finite()) {
        for y in axes.down(point.high)..=axes.down(point.low) {
            axes.grid.put((axes.across(point.share), y), look, over(look.theme.faint), buffer);
        }
    }
    for ends in points.windows(2) {
        let ((from, start), (to, end)) = (place(&ends[0]), place(&ends[1]));
        let row = |x: u16| {
            let share = f64::from(x - from) / f64::from(to.saturating_sub(from).max(1));
            Some((f64::from(start) + share * (f64::from(end) - f64::from(start))).round() as u16)
        };
        for (x, rows) in (from..=to).zip(curve((from..=to).map(row))) {
            for y in rows.into_iter().flatten() {
                axes.grid.put((x, y), look, style, buffer);
            }
        }
    }
}

/// The letter on every point.
fn points(series: &DrawnSeries<'_>, axes: &KeptAxes, look: &Look, buffer: &mut Buffer) {
    let style = over(series.style.patch(if series.is_ticket() { look.theme.title } else { Style::new() }));
    let shown = series.of.points.iter().filter(|point| point.accuracy.is_finite());
    for point in shown {
        let mut letter = [0; 4];
        let letter: &str = series.letter.encode_utf8(&mut letter);
        buffer.set_string(axes.column(point.share), axes.row(point.accuracy), letter, style);
    }
}

/// Names beside the ends of the curves, each in a row of its own, as near as possible.
fn names_at_ends(drawn: &[DrawnSeries<'_>], axes: &KeptAxes, look: &Look, area: Rect, buffer: &mut Buffer) {
    let end = |series: &DrawnSeries<'_>| series.of.points.last().map_or(0, |point| axes.row(point.accuracy));
    let mut ends: Vec<(u16, &DrawnSeries<'_>)> = drawn.iter().map(|series| (end(series), series)).collect();
    ends.sort_by_key(|(row, _)| *row);
    let mut left = ends.len() as u16;
    let mut free = area.top();
    for (row, series) in ends {
        // Room for the names below.
        let lowest = area.bottom().saturating_sub(left).max(free);
        let y = row.max(free).min(lowest);
        left -= 1;
        if y >= area.bottom() {
            return;
        }
        free = y + 1;
        let text = format!(" {} {}", series.letter, series.name);
        buffer.set_string(area.x, y, cut(&text, usize::from(area.width), look), over(series.style));
    }
}
