//! Lines over a linear axis of steps, with numbers at both axes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::dots::{DotGrid, over};
use super::frame_lines::needs;
use crate::report::numbers::grouped;
use crate::report::plot::{curve, labels};
use crate::tui::look::Look;

/// Least columns and rows of the lines.
const LEAST: (u16, u16) = (8, 1);

/// Dot columns drawn and left out of a dashed line.
const DASH: u16 = 2;

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct ChartLine {
    /// (step, value), steps rising; values that are not finite are left out
    pub(crate) points: Vec<(u64, f64)>,
    /// its colour
    pub(crate) style: Style,
    /// whether it is dashed, to tell it apart without colours
    pub(crate) is_dashed: bool,
}

/// Lines and their axes.
#[derive(Clone, Debug)]
pub(crate) struct LineChart<'a> {
    /// first and last step
    pub(crate) steps: (u64, u64),
    /// name of a step; `None` without an axis of steps
    pub(crate) name: Option<&'a str>,
    /// lowest and highest value
    pub(crate) values: (f64, f64),
    /// numbers at the lowest and the highest value
    pub(crate) ends: (String, String),
    /// the lines, the last one on top
    pub(crate) lines: Vec<ChartLine>,
}

impl LineChart<'_> {
    /// Draws the lines and their axes.
    ///
    /// ```text
    /// 2.31│⢣
    ///     │ ⠑⢄⡀
    ///    0│   ⠈⠒⠤⠤⣀
    ///     0──── step ──── 600
    /// ```
    pub(crate) fn render(&self, look: &Look, area: Rect, buffer: &mut Buffer) {
        let gutter = self.ends.0.chars().count().max(self.ends.1.chars().count()) as u16 + 1;
        let axis = u16::from(self.name.is_some());
        if area.width < gutter + LEAST.0 || area.height < axis + LEAST.1 {
            needs((gutter + LEAST.0, axis + LEAST.1), look, area, buffer);
            return;
        }
        let plot =
            Rect { x: area.x + gutter, y: area.y, width: area.width - gutter, height: area.height - axis };
        let number = |text: &str, y: u16, buffer: &mut Buffer| {
            let text = format!("{text:>width$}", width = usize::from(gutter - 1));
            buffer.set_string(area.x, y, text, look.theme.faint);
        };
        number(&self.ends.0, plot.bottom() - 1, buffer);
        number(&self.ends.1, plot.top(), buffer);
        for y in plot.top()..plot.bottom() {
            buffer.set_string(plot.x - 1, y, look.glyphs.border.vertical_left, look.theme.faint);
        }
        if let Some(name) = self.name {
            self.axis(name, look, Rect { y: plot.bottom(), height: 1, ..plot }, buffer);
        }
        let grid = DotGrid::new(plot, look);
        for line in &self.lines {
            self.line(line, &grid, look, buffer);
        }
    }

    /// `0──── step ──── 600`
    fn axis(&self, name: &str, look: &Look, area: Rect, buffer: &mut Buffer) {
        for x in area.left().saturating_sub(1)..area.right() {
            buffer.set_string(x, area.y, look.glyphs.axis, look.theme.faint);
        }
        let width = usize::from(area.width);
        let (first, last) = (grouped(self.steps.0), grouped(self.steps.1));
        let ends = [(0, first), (width - 1, last)];
        let placed = labels(ends, width);
        let middle = format!(" {name} ");
        let room = placed.first().map_or(0, |label| label.at + label.text.len() + 1)
            ..placed.get(1).map_or(width, |label| label.at.saturating_sub(1));
        if room.len() > middle.len() {
            let at = room.start + (room.len() - middle.len()) / 2;
            buffer.set_string(area.x + at as u16, area.y, middle, look.theme.faint);
        }
        for label in placed {
            buffer.set_string(area.x + label.at as u16, area.y, label.text, look.theme.faint);
        }
    }

    fn line(&self, line: &ChartLine, grid: &DotGrid, look: &Look, buffer: &mut Buffer) {
        let (across, down) = (grid.across(), grid.down());
        let row = |value: f64| {
            let (low, high) = self.values;
            let place = if high > low { (value - low) / (high - low) } else { 0.5 };
            let last = f64::from(down - 1);
            last as u16 - (place * last).round().clamp(0.0, last) as u16
        };
        let values = self.columns(&line.points, across);
        let rows = values.into_iter().map(|value| value.map(row));
        for (x, rows) in (0..across).zip(curve(rows)) {
            if line.is_dashed && (x / DASH) % 2 == 1 {
                continue;
            }
            for y in rows.into_iter().flatten() {
                grid.put((x, y), look, over(line.style), buffer);
            }
        }
    }

    /// The value of a line in each of so many columns: the mean of its points there; between points straight from one to the
    /// next.
    fn columns(&self, points: &[(u64, f64)], columns: u16) -> Vec<Option<f64>> {
        let last = usize::from(columns.saturating_sub(1));
        let span = (self.steps.1.saturating_sub(self.steps.0)).max(1) as f64;
        let place = |step: u64| step.saturating_sub(self.steps.0) as f64 / span * last as f64;
        let mut sums = vec![(0.0, 0_u32); usize::from(columns)];
        for &(step, value) in points.iter().filter(|(_, value)| value.is_finite()) {
            if let Some(sum) = sums.get_mut(place(step).round() as usize) {
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
        let mut values: Vec<Option<f64>> =
            sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect();
        // Fill the gaps between two columns with points.
        let known: Vec<(usize, f64)> =
            values.iter().enumerate().filter_map(|(at, value)| value.map(|value| (at, value))).collect();
        for pair in known.windows(2) {
            let ((from, start), (to, end)) = (pair[0], pair[1]);
            for (at, value) in values.iter_mut().enumerate().take(to).skip(from + 1) {
                *value = Some(start + (end - start) * (at - from) as f64 / (to - from) as f64);
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs::ASCII;
    use crate::tui::look::theme::MONO;

    fn chart(points: &[(u64, f64)], is_dashed: bool) -> LineChart<'static> {
        LineChart {
            steps: (0, 40),
            name: Some("step"),
            values: (0.0, 1.0),
            ends: ("0".to_owned(), "1.0".to_owned()),
            lines: vec![ChartLine { points: points.to_vec(), style: Style::new(), is_dashed }],
        }
    }

    fn drawn(chart: &LineChart<'_>, look: &Look, (width, height): (u16, u16)) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        chart.render(look, area, &mut buffer);
        let rows = buffer.content.chunks(usize::from(width.max(1)));
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect()
    }

    const PLAIN: Look = Look { theme: MONO, glyphs: ASCII };

    #[test]
    fn a_line_goes_from_point_to_point() {
        let text = drawn(&chart(&[(0, 1.0), (40, 0.0)], false), &PLAIN, (25, 4));
        assert_eq!(
            text,
            [
                "1.0|......               ",
                "   |      ..........     ",
                "  0|                .....",
                "   -0------ step ------40"
            ]
        );
    }

    #[test]
    fn a_dashed_line_has_gaps_and_values_without_a_place_none() {
        let solid = drawn(&chart(&[(0, 0.5), (40, 0.5)], false), &PLAIN, (25, 4)).concat();
        let dashed = drawn(&chart(&[(0, 0.5), (40, 0.5)], true), &PLAIN, (25, 4)).concat();
        let dots = |text: &str| text.matches('.').count();
        assert!(dots(&dashed) > 0 && dots(&dashed) < dots(&solid), "{dashed}");
        // Values beyond the ends stay at the ends.
        let odd = [(0, f64::NAN), (10, f64::INFINITY), (20, 5.0), (30, 5.0)];
        let text = drawn(&chart(&odd, false), &PLAIN, (25, 4));
        assert!(text[0].contains("......") && !text[1..3].concat().contains('.'), "{text:?}");
    }

    #[test]
    fn no_size_is_too_small() {
        for height in 0..6 {
            for width in 0..30 {
                drawn(&chart(&[(0, 0.1), (3, 0.9)], false), &PLAIN, (width, height));
            }
        }
        drawn(&LineChart { steps: (5, 5), ..chart(&[(5, 0.1)], true) }, &PLAIN, (20, 5));
    }
}
