//! Curves and heat maps as SVG.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{SweepPlot, SweptAxis, SweptSeries};
use crate::report::numbers::power_of_ten;
use crate::report::plot::{LogAxis, Ticked};
use crate::visible::{number, shortened, shortened_to};

/// Size of a plot.
const PLOT: (u32, u32) = (760, 480);

/// Width of the legend, at the right of the curves.
const LEGEND: u32 = 340;

/// Characters of a line of the legend, and its height.
const LEGEND_LINE: (usize, i32) = (46, 18);

/// Most curves, and most heat maps.
const MOST: (usize, usize) = (24, 12);

/// An axis is logarithmic if its values are above 0 and span this factor.
const LOGARITHMIC: f64 = 8.0;

/// Radius of a point.
const POINT: i32 = 3;

/// Half the width of the strokes at the ends of an interval.
const CAP: i32 = 4;

/// Ticks of a linear axis, about.
const TICKS: usize = 8;

/// The longest label of a value.
const LABEL: usize = 18;

type PlotArea<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn<'a> = Result<(), Box<dyn Error + 'a>>;

/// The picture: curves with intervals and a legend, or a heat map for each method with the mean in each cell.
///
/// # Errors
/// The reason as a sentence.
pub fn svg(plot: &SweepPlot) -> Result<String, String> {
    let (width, height) = match &plot.y {
        None => (PLOT.0 + LEGEND, PLOT.1),
        Some(_) => {
            let (columns, rows) = panels(plot);
            (PLOT.0 * columns as u32, PLOT.1 * rows as u32)
        }
    };
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        let draw = || -> Result<(), Box<dyn Error + '_>> {
            root.fill(&WHITE)?;
            match &plot.y {
                None => {
                    let (area, beside) = root.split_horizontally(PLOT.0);
                    curves(&area, plot)?;
                    legend(&beside, plot)?;
                }
                Some(y) => {
                    let (columns, rows) = panels(plot);
                    let areas = root.split_evenly((rows, columns));
                    let range = range_of(plot);
                    for (area, series) in areas.iter().zip(&plot.series) {
                        heat_map(area, plot, y, series, range)?;
                    }
                }
            }
            root.present()?;
            Ok(())
        };
        draw().map_err(|error| error.to_string())?;
    }
    Ok(text)
}

/// Columns and rows of heat maps.
fn panels(plot: &SweepPlot) -> (usize, usize) {
    let maps = plot.series.len().clamp(1, MOST.1);
    let columns = maps.min(2);
    (columns, maps.div_ceil(columns))
}

/// An axis as it is drawn: places of its values, in decimal logarithms if it is logarithmic.
#[derive(Clone, Copy)]
struct PlotScale {
    is_logarithmic: bool,
    from: f64,
    to: f64,
}

impl PlotScale {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let is_logarithmic = low > 0.0 && high / low >= LOGARITHMIC;
        let (from, to) = if is_logarithmic { (low.log10(), high.log10()) } else { (low, high) };
        if !(from.is_finite() && to.is_finite()) {
            return Self { is_logarithmic: false, from: 0.0, to: 1.0 };
        }
        let room = if to > from { 0.04 * (to - from) } else { 0.05 * from.abs().max(1e-3) };
        Self { is_logarithmic, from: from - room, to: to + room }
    }

    fn at(self, value: f64) -> f64 {
        if self.is_logarithmic { value.log10() } else { value }
    }

    fn label(self, place: f64) -> String {
        if self.is_logarithmic { power_of_ten(place) } else { number((place * 1e9).round() / 1e9) }
    }

    /// The axis of a picture.
    fn ticked(self) -> Ticked {
        let range = self.from..self.to;
        match self.is_logarithmic {
            true => Ticked::new(range, LogAxis { from: self.from, to: self.to }.ticks()),
            false => Ticked::linear(range, TICKS),
        }
    }
}

/// An axis with a place for each value.
fn places_of(axis: &SweptAxis) -> Ticked {
    let ticks = (0..axis.texts.len()).map(|place| place as f64).collect();
    Ticked::new(-0.5..axis.texts.len() as f64 - 0.5, ticks)
}

/// The text of a place.
fn text_at(axis: &SweptAxis, place: f64) -> String {
    axis.texts.get(place.round() as usize).map_or_else(String::new, |text| shortened_to(text, LABEL))
}

/// A colour of its own for each series.
fn color_of(place: usize, count: usize) -> RGBColor {
    let (r, g, b) = HSLColor(place as f64 / count.max(1) as f64, 0.75, 0.4).rgb();
    RGBColor(r, g, b)
}

fn curves<'a>(area: &PlotArea<'a>, plot: &SweepPlot) -> Drawn<'a> {
    let shown = &plot.series[..plot.series.len().min(MOST.0)];
    let points = || shown.iter().flat_map(|series| &series.points);
    let is_positive = points().all(|point| point.mean > 0.0);
    let ends = points().flat_map(|point| [point.mean, point.low, point.high]);
    // An interval may reach below 0, where a logarithmic axis has no place.
    let ends = ends.filter(|end| end.is_finite() && (*end > 0.0 || !is_positive));
    let places: Vec<f64> = match &plot.x.numbers {
        Some(numbers) => numbers.clone(),
        None => (0..plot.x.texts.len()).map(|place| place as f64).collect(),
    };
    let (x, y) = (PlotScale::of(places.iter().copied()), PlotScale::of(ends));
    let (ticked, x) = match plot.x.numbers {
        Some(_) => (x.ticked(), x),
        None => (places_of(&plot.x), PlotScale { is_logarithmic: false, ..x }),
    };
    let caption = format!("{}, {} % intervals", shortened(&plot.title), 100.0 * plot.confidence);
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d(ticked, y.ticked())?;
    let label = |place: &f64| match plot.x.numbers {
        Some(_) => x.label(*place),
        None => text_at(&plot.x, *place),
    };
    chart
        .configure_mesh()
        .x_desc(&plot.x.name)
        .y_desc(plot.figure.replace('_', " "))
        .x_label_formatter(&label)
        .y_label_formatter(&|place| y.label(*place))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;
    for (number, series) in shown.iter().enumerate() {
        let color = color_of(number, shown.len());
        let at = |point: &super::SweptPoint| (x.at(places[point.x]), y.at(point.mean));
        chart.draw_series(LineSeries::new(series.points.iter().map(at), color.stroke_width(2)))?;
        for point in &series.points {
            let (place, mean) = at(point);
            chart.draw_series([Circle::new((place, mean), POINT, color.filled())])?;
            if point.low.is_finite() && point.high > point.low {
                let low = y.at(point.low).max(y.from);
                let low = if low.is_finite() { low } else { y.from };
                chart.draw_series([PathElement::new([(place, low), (place, y.at(point.high))], color)])?;
                for end in [low, y.at(point.high)] {
                    let cap = EmptyElement::at((place, end)) + PathElement::new([(-CAP, 0), (CAP, 0)], color);
                    chart.draw_series([cap])?;
                }
            }
        }
    }
    Ok(())
}

fn legend<'a>(area: &PlotArea<'a>, plot: &SweepPlot) -> Drawn<'a> {
    let shown = plot.series.len().min(MOST.0);
    let style = ("sans-serif", 13).into_text_style(area);
    for (number, series) in plot.series[..shown].iter().enumerate() {
        let line = 44 + LEGEND_LINE.1 * number as i32;
        let color = color_of(number, shown);
        area.draw(&PathElement::new([(4, line), (24, line)], color.stroke_width(2)))?;
        area.draw(&Circle::new((14, line), POINT, color.filled()))?;
        let name = shortened_to(&series.name, LEGEND_LINE.0);
        area.draw(&Text::new(name, (30, line - 6), style.clone()))?;
    }
    if plot.series.len() > shown {
        let text = format!("and {} more", plot.series.len() - shown);
        area.draw(&Text::new(text, (30, 44 + LEGEND_LINE.1 * shown as i32), style))?;
    }
    Ok(())
}

/// The least and the largest mean.
fn range_of(plot: &SweepPlot) -> PlotScale {
    PlotScale::of(plot.series.iter().flat_map(|series| &series.points).map(|point| point.mean))
}

fn heat_map<'a>(
    area: &PlotArea<'a>,
    plot: &SweepPlot,
    y: &SweptAxis,
    series: &SweptSeries,
    range: PlotScale,
) -> Drawn<'a> {
    let caption = format!("{}: {}", plot.figure.replace('_', " "), shortened_to(&series.name, 60));
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(96)
        .build_cartesian_2d(places_of(&plot.x), places_of(y))?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc(&plot.x.name)
        .y_desc(&y.name)
        .x_label_formatter(&|place| text_at(&plot.x, *place))
        .y_label_formatter(&|place| text_at(y, *place))
        .draw()?;
    let centred = Pos::new(HPos::Center, VPos::Center);
    for point in &series.points {
        let (x, y) = (point.x as f64, point.y as f64);
        let share = ((range.at(point.mean) - range.from) / (range.to - range.from)).clamp(0.0, 1.0);
        let color = shade(share);
        chart.draw_series([Rectangle::new([(x - 0.5, y - 0.5), (x + 0.5, y + 0.5)], color.filled())])?;
        let ink = if share > 0.55 { WHITE } else { BLACK };
        let style = ("sans-serif", 13).into_text_style(area).color(&ink).pos(centred);
        chart.draw_series([Text::new(three_digits(point.mean), (x, y), style)])?;
    }
    Ok(())
}

/// From a light yellow to a dark blue.
fn shade(share: f64) -> RGBColor {
    let mix = |from: f64, to: f64| (from + share * (to - from)).round() as u8;
    RGBColor(mix(255.0, 20.0), mix(250.0, 40.0), mix(205.0, 120.0))
}

/// A number with three significant digits.
fn three_digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    number(rounded)
}
