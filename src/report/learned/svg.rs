//! Accuracy against the share of weights kept, as a picture.

use std::error::Error;
use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::curve::{KeptCurve, KeptSeries};
use crate::learning::Arm;
use crate::report::numbers::power_of_ten;
use crate::report::plot::LogAxis;
use crate::visible::shortened;

/// Size of the picture, in its own units.
const SIZE: (u32, u32) = (1200, 600);

/// Width of the legend, at the right. It lies beside the curves, never over them.
const LEGEND: u32 = 300;

/// Characters of a line of the legend, and its height.
const LEGEND_LINE: (usize, i32) = (40, 18);

/// Half the length of the strokes at the ends of an interval, on the log axis.
const CAP: f64 = 0.006;

/// Radius of a point.
const POINT: i32 = 3;

/// Length of the strokes of a level, and of the gaps between them.
const DASH: (u32, u32) = (8, 4);

/// Accuracy against the share of weights kept, on a log axis from all weights on the left to few on the right: a line per ticket and
/// control with the interval of each point, filled points for tickets and hollow ones for controls, dashed levels for networks
/// without a mask. The legend has each line as it is drawn.
///
/// # Errors
/// The reason as a sentence.
pub fn kept_curve_svg(title: &str, curve: &KeptCurve) -> Result<String, String> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let draw = || -> Result<(), Box<dyn Error + '_>> {
            root.fill(&WHITE)?;
            if let Some(shares) = curve.shares() {
                let (plot, legend) = root.split_horizontally(SIZE.0 - LEGEND);
                chart(&plot, title, curve, shares)?;
                write_legend(&legend, curve)?;
            }
            root.present()?;
            Ok(())
        };
        draw().map_err(|error| error.to_string())?;
    }
    Ok(text)
}

/// The log axis of shares, reversed.
struct Shares {
    range: RangedCoordf64,
    axis: LogAxis,
}

impl Ranged for Shares {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, log: &f64, (left, right): (i32, i32)) -> i32 {
        self.range.map(log, (right, left))
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.axis.ticks()
    }

    fn range(&self) -> Range<f64> {
        self.range.range()
    }
}

fn chart<'a>(
    root: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    title: &str,
    curve: &KeptCurve,
    shares: LogAxis,
) -> Result<(), Box<dyn Error + 'a>> {
    // Room at both ends for the points there.
    let (from, to) = (shares.from - 0.02, shares.to + 0.02);
    let (low, high) = curve.accuracies();
    let (low, high) = ((10.0 * low).floor() / 10.0, (10.0 * high).ceil().min(10.0) / 10.0);
    let caption = format!("{}, {} % intervals", shortened(title), 100.0 * curve.confidence);
    let mut chart = ChartBuilder::on(root)
        .caption(caption, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(Shares { range: (from..to).into(), axis: shares }, low..high.max(low + 0.1))?;
    chart
        .configure_mesh()
        .x_desc("share of weights kept")
        .y_desc("test accuracy")
        .x_label_formatter(&|log| format!("{} %", power_of_ten(*log + 2.0)))
        .y_label_formatter(&|accuracy| format!("{:.0} %", 100.0 * accuracy))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;
    for (number, series) in curve.series.iter().enumerate() {
        let color = color_of(number, curve.series.len());
        let place = |share: f64| share.log10();
        let line: Vec<(f64, f64)> =
            series.points.iter().map(|point| (place(point.share), point.accuracy)).collect();
        if series.is_level() {
            let level = mean(series);
            let ends = [(from, level), (to, level)];
            let (dash, gap) = DASH;
            chart.draw_series(DashedLineSeries::new(ends, dash, gap, color.stroke_width(1)))?;
        } else {
            chart.draw_series(LineSeries::new(line.clone(), color.stroke_width(2)))?;
        }
        let intervals = series.points.iter().flat_map(|point| {
            let x = place(point.share);
            let cap = |y| PathElement::new([(x - CAP, y), (x + CAP, y)], color.stroke_width(1));
            let stem = PathElement::new([(x, point.low), (x, point.high)], color.stroke_width(1));
            [stem, cap(point.low), cap(point.high)]
        });
        chart.draw_series(intervals)?;
        chart.draw_series(line.into_iter().map(|at| Circle::new(at, POINT, point_style(series, color))))?;
    }
    Ok(())
}

/// A line of text for each series behind a piece of its line.
fn write_legend<'a>(
    area: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    curve: &KeptCurve,
) -> Result<(), Box<dyn Error + 'a>> {
    let (characters, height) = LEGEND_LINE;
    let mut y = 3 * height;
    for (number, series) in curve.series.iter().enumerate() {
        let color = color_of(number, curve.series.len());
        let ends = [(0, y), (28, y)];
        if series.is_level() {
            let (dash, gap) = DASH;
            area.draw(&DashedPathElement::new(ends, dash, gap, color.stroke_width(1)))?;
        } else {
            area.draw(&PathElement::new(ends, color.stroke_width(2)))?;
        }
        area.draw(&Circle::new((14, y), POINT, point_style(series, color)))?;
        for line in textwrap::wrap(&shortened(&series.name), characters) {
            area.draw(&Text::new(line.into_owned(), (36, y - 6), ("sans-serif", 12)))?;
            y += height;
        }
    }
    Ok(())
}

/// Tickets are told from controls by filled points, not by colour alone.
fn point_style(series: &KeptSeries, color: RGBColor) -> ShapeStyle {
    if series.arm == Arm::Ticket { color.filled() } else { color.stroke_width(1) }
}

/// The mean accuracy of a series.
fn mean(series: &KeptSeries) -> f64 {
    let sum: f64 = series.points.iter().map(|point| point.accuracy).sum();
    sum / series.points.len() as f64
}

/// A colour of its own for each series.
fn color_of(number: usize, all: usize) -> RGBColor {
    let (r, g, b) = HSLColor(number as f64 / all.max(1) as f64, 0.75, 0.4).rgb();
    RGBColor(r, g, b)
}
