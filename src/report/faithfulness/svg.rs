//! The curves of all layers as a picture.

use std::error::Error;

use plotters::prelude::*;

use super::FaithfulnessReport;
use super::samples::{RateAxes, Sample};
use crate::report::numbers::power_of_ten;
use crate::report::plot::Ticked;
use crate::session::LaneRuns;
use crate::theory::Count;
use crate::visible::{self, shortened};

/// Size of a construction's plot, in the picture's units.
const PLOT: (u32, u32) = (960, 540);

/// Sampling points of a curve.
const PLACES: usize = 1_200;

/// Most layers named in the legend.
const NAMED: usize = 12;

/// Failure rates against neurons per weight, one plot per construction: a curve with its interval for each layer and for the
/// network; δ, δ/ℓ for several layers, and the bound of each layer or its budget as lines. Constructions without neurons to
/// draw are left out.
///
/// # Errors
/// The reason as a sentence.
pub fn svg(report: &FaithfulnessReport, lanes: &[LaneRuns]) -> Result<String, String> {
    let drawn: Vec<(&LaneRuns, RateAxes)> =
        lanes.iter().filter_map(|lane| Some((lane, RateAxes::of(lane, report.delta)?))).collect();
    let mut text = String::new();
    {
        let rows = drawn.len().max(1);
        let root = SVGBackend::with_string(&mut text, (PLOT.0, PLOT.1 * rows as u32)).into_drawing_area();
        let draw = || -> Result<(), Box<dyn Error + '_>> {
            root.fill(&WHITE)?;
            for (area, (lane, axes)) in root.split_evenly((rows, 1)).iter().zip(&drawn) {
                construction(area, report, lane, axes)?;
            }
            root.present()?;
            Ok(())
        };
        draw().map_err(|error| error.to_string())?;
    }
    Ok(text)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn construction<'a>(
    area: &Area<'a>,
    report: &FaithfulnessReport,
    lane: &LaneRuns,
    axes: &RateAxes,
) -> Result<(), Box<dyn Error + 'a>> {
    let title = format!(
        "{}: {}, {} runs, {} % intervals",
        shortened(&report.title),
        lane.plan.construction.facts().title(),
        lane.network.runs(),
        100.0 * report.confidence
    );
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(
            Ticked::new(axes.neurons.from..axes.neurons.to, axes.neurons.ticks()),
            Ticked::new(axes.rate.from..axes.rate.to, axes.rate.decades(usize::MAX)),
        )?;
    chart
        .configure_mesh()
        .x_desc("neurons per weight")
        .y_desc("failure rate")
        .x_label_formatter(&|log| power_of_ten(*log))
        .y_label_formatter(&|log| power_of_ten(*log))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;

    let layers = lane.layers.len();
    let floor = axes.rate.from;
    let curves = (1..).zip(&lane.layers).map(|(layer, curve)| (Some(layer), curve));
    for (layer, curve) in curves.chain([(None, &lane.network)]) {
        let color = layer.map_or(BLACK, |layer| color_of(layer, layers));
        let samples = axes.sample(curve, report.confidence, PLACES);
        chart.draw_series([Polygon::new(band(&samples, floor), color.mix(0.12))])?;
        let line = chart.draw_series(LineSeries::new(steps(&samples, floor), color.stroke_width(2)))?;
        if layers <= NAMED || layer.is_none_or(|layer| layer == 1 || layer == layers) {
            let name = layer.map_or("network".to_owned(), |layer| format!("layer {layer}"));
            line.label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        }
    }
    // Dashes of two lengths: never distinguish by colour alone.
    let across = |rate: f64| [(axes.neurons.from, rate), (axes.neurons.to, rate)];
    let delta = report.delta.log10();
    chart
        .draw_series(DashedLineSeries::new(across(delta), 8, 4, RED.stroke_width(1)))?
        .label(format!("delta = {}", visible::number(report.delta)))
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], RED.stroke_width(1)));
    let share = delta - (layers as f64).log10();
    if layers > 1 && share > floor {
        chart
            .draw_series(DashedLineSeries::new(across(share), 2, 4, RED.stroke_width(1)))?
            .label(format!("delta/{layers}"))
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], RED.mix(0.5)));
    }
    for (layer, curve) in (1..).zip(&lane.layers) {
        let color = color_of(layer, layers);
        let at = curve.limit().log10();
        let series = DashedLineSeries::new([(at, floor), (at, axes.rate.to)], 4, 4, color.stroke_width(1));
        let line = chart.draw_series(series)?;
        if layer == 1 {
            line.label(format!("{} of each layer", report.limit()))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(1)));
        }
    }
    let threshold = lane.network.threshold(report.delta, report.confidence).estimate.map(Count::log10);
    if let Some(at) = threshold.filter(|log| log.is_finite()) {
        chart
            .draw_series([Circle::new((at, delta), 4, RED.filled())])?
            .label("threshold of the network")
            .legend(|(x, y)| Circle::new((x + 9, y), 4, RED.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

/// A colour of its own for each layer.
fn color_of(layer: usize, layers: usize) -> RGBColor {
    let (r, g, b) = HSLColor((layer - 1) as f64 / layers as f64, 0.75, 0.4).rgb();
    RGBColor(r, g, b)
}

/// The rate as a line, up to the first place without failures.
fn steps(samples: &[Sample], floor: f64) -> Vec<(f64, f64)> {
    let end = samples.iter().position(|sample| sample.rate < floor).unwrap_or(samples.len());
    let mut line: Vec<_> = samples[..end].iter().map(|sample| (sample.neurons, sample.rate)).collect();
    line.extend(samples.get(end).map(|sample| (sample.neurons, floor)));
    line
}

/// The interval as an area.
fn band(samples: &[Sample], floor: f64) -> Vec<(f64, f64)> {
    let above = samples.iter().map(|sample| (sample.neurons, sample.high.max(floor)));
    let below = samples.iter().rev().map(|sample| (sample.neurons, sample.low.max(floor)));
    above.chain(below).collect()
}
