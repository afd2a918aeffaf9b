//! The data of the Bounds screen: curves along one axis, and neurons taken by finished lanes.

use serde::Serialize;

use super::curves::{Against, Curves, Observed};
use crate::theory::Count;

/// Curves, a row for each construction and place with a bound.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct PlottedReport {
    pub title: String,
    /// `epsilon`, `width` or `depth`
    pub against: &'static str,
    /// the preset's own place on the axis
    pub own: f64,
    pub points: Vec<PlacePoint>,
    pub observed: Vec<Observed>,
}

/// The bound of a construction at one place, per target weight.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct PlacePoint {
    pub construction: &'static str,
    pub value: f64,
    pub weight_tolerance: Option<f64>,
    pub k_prime: Option<f64>,
    pub neurons_per_weight: Count,
    /// whether the target keeps all assumptions of the bound
    pub bound_applies: bool,
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
                    neurons_per_weight: point.neurons_per_weight,
                    bound_applies: curve.applies,
                })
            })
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
            observed: observed.to_vec(),
        }
    }
}
