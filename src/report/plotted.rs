//! What the Bounds screen shows: theory's curves along one axis, and what finished lanes have taken.

use std::io;

use serde::Serialize;

use super::bounds::Neurons;
use super::curves::{Against, Curves, Observed};
use super::text::construction_name;

/// Curves, a row for each construction and place at which theory has a number.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of the README
pub struct PlottedReport {
    pub title: String,
    /// `epsilon`, `width` or `depth`
    pub against: &'static str,
    /// the preset's own place on the axis
    pub own: f64,
    pub points: Vec<PlacePoint>,
    pub observed: Vec<ObservedReport>,
}

/// What theory asks of a construction at one place of the axis, for each target weight.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct PlacePoint {
    pub construction: &'static str,
    pub value: f64,
    pub weight_tolerance: Option<f64>,
    pub k_prime: Option<f64>,
    pub neurons_per_weight: Neurons,
    /// whether the target keeps what the bound assumes
    pub bound_applies: bool,
}

/// What a finished lane has taken for each target weight, at the preset's own place.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ObservedReport {
    pub construction: String,
    pub neurons_per_weight: Neurons,
}

/// A point as CSV has it.
#[derive(Serialize)]
struct Row<'a> {
    construction: &'a str,
    against: &'a str,
    value: f64,
    weight_tolerance: Option<f64>,
    k_prime: Option<f64>,
    neurons_per_weight: String,
}

impl PlottedReport {
    /// The curves as they are, hidden ones included.
    pub fn new(title: &str, curves: &Curves, observed: &[Observed]) -> Self {
        let points = curves.curves.iter().flat_map(|curve| {
            let name = curve.construction.name();
            curves.places.iter().zip(&curve.points).filter_map(move |(place, point)| {
                point.map(|point| PlacePoint {
                    construction: name,
                    value: place.value,
                    weight_tolerance: place.weight_tolerance.ok(),
                    k_prime: point.k_prime,
                    neurons_per_weight: Neurons(point.neurons_per_weight),
                    bound_applies: curve.applies,
                })
            })
        });
        let observed = observed.iter().map(|seen| ObservedReport {
            construction: construction_name(seen.construction),
            neurons_per_weight: Neurons(seen.neurons_per_weight),
        });
        Self {
            title: title.to_owned(),
            against: match curves.against {
                Against::Epsilon => "epsilon",
                Against::Width => "width",
                Against::Depth => "depth",
            },
            own: curves.places[curves.own].value,
            points: points.collect(),
            observed: observed.collect(),
        }
    }
}

/// Writes one row per point, the JSON keys as header.
///
/// # Errors
/// Whatever `out` reports.
pub fn write_plotted_csv(report: &PlottedReport, out: impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for point in &report.points {
        csv.serialize(Row {
            construction: point.construction,
            against: report.against,
            value: point.value,
            weight_tolerance: point.weight_tolerance,
            k_prime: point.k_prime,
            neurons_per_weight: point.neurons_per_weight.written(),
        })?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    #[test]
    fn rows_are_the_points_of_the_curves() {
        let experiment = Experiment::load("example-5", None, &[]).unwrap();
        let curves = Curves::new(&experiment, Against::Epsilon);
        let report = PlottedReport::new("Example 5", &curves, &[]);
        let drawn = curves.curves.iter().flat_map(|curve| curve.points.iter().flatten()).count();
        assert_eq!(report.points.len(), drawn);
        let mut out = Vec::new();
        write_plotted_csv(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), drawn + 1);
        let own = text.lines().find(|line| line.starts_with("hyperbolic,epsilon,0.01,")).unwrap();
        // The paper's Example 5.
        assert!(own.ends_with(",628.6927"), "{own}");
        assert!(text.contains("whole-neuron,epsilon,") && text.contains("e679"));
    }
}
