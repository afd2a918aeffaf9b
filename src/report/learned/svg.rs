//! Accuracy against the share of weights kept, as a picture.

use std::error::Error;
use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::curve::{KeptCurve, KeptSeries};
use crate::report::numbers::power_of_ten;
use crate::report::plot::LogAxis;
use crate::visible::shortened;

/// Size of the picture, in its own units.
const SIZE: (u32, u32) = (960, 600);

/// Half the length of the strokes at the ends of an interval, on the log axis.
const CAP: f64 = 0.006;

/// Accuracy against the share of weights kept, on a log axis from all weights on the left to few on the right: a line per ticket and
/// control with the interval of each point, dashed levels for networks without a mask.
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
                chart(&root, title, curve, shares)?;
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
        .x_label_formatter(&|log| power_of_ten(*log))
        .y_label_formatter(&|accuracy| format!("{:.0} %", 100.0 * accuracy))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;
    for (number, series) in curve.series.iter().enumerate() {
        let color = color_of(number, curve.series.len());
        let place = |share: f64| share.log10();
        let line: Vec<(f64, f64)> =
            series.points.iter().map(|point| (place(point.share), point.accuracy)).collect();
        let drawn = if series.is_level() {
            let level = mean(series);
            chart.draw_series(DashedLineSeries::new(
                [(from, level), (to, level)],
                8,
                4,
                color.stroke_width(1),
            ))?
        } else {
            chart.draw_series(LineSeries::new(line.clone(), color.stroke_width(2)))?
        };
        drawn
            .label(series.name.clone())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        let intervals = series.points.iter().flat_map(|point| {
            let x = place(point.share);
            let cap = |y| PathElement::new([(x - CAP, y), (x + CAP, y)], color.stroke_width(1));
            let stem = PathElement::new([(x, point.low), (x, point.high)], color.stroke_width(1));
            [stem, cap(point.low), cap(point.high)]
        });
        chart.draw_series(intervals)?;
        // The tickets are told from controls by filled points, not by colour alone.
        let is_ticket = series.arm == crate::learning::Arm::Ticket;
        let style = if is_ticket { color.filled() } else { color.stroke_width(1) };
        chart.draw_series(line.into_iter().map(|at| Circle::new(at, 3, style)))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
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
