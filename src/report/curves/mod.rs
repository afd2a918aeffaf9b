//! The bounds of every construction along an axis: another accuracy, width or depth.
//!
//! Everything else stays as in the experiment, always one of the places. Another width or depth needs another network, imagined
//! from the target ([`Outline`]): its widths scaled in proportion, or its layers repeated in turn; F_max and the layers' norms
//! and bounds for Lemma 1 stay. With `norms: Worst`, norms follow the width.

use serde::{Serialize, Serializer};

use crate::experiment::{Construction, Experiment, LayerPlan, Outline};
use crate::method::DemandKind;
use crate::session::LaneView;
use crate::theory::Count;

/// Depth limit unless the target itself is deeper: the cost of a place grows with its layers.
const MOST_LAYERS: f64 = 1000.0;

/// The quantity on the axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// ε
    #[default]
    Epsilon,
    /// n_max; the other widths in proportion
    Width,
    /// ℓ; the target's layers in turn
    Depth,
}

impl Against {
    /// The next one, ε again after ℓ. Another width or depth is imagined for layers that take one another only.
    pub fn next(self, experiment: &Experiment) -> Self {
        match self {
            Self::Epsilon if !experiment.outline().is_chain() => Self::Epsilon,
            Self::Epsilon => Self::Width,
            Self::Width => Self::Depth,
            Self::Depth => Self::Epsilon,
        }
    }

    /// Decades below and above the experiment's own value, and places per decade.
    fn reach(self) -> (i32, i32, i32) {
        match self {
            Self::Epsilon => (4, 2, 16),
            Self::Width => (2, 2, 32),
            Self::Depth => (2, 2, 48),
        }
    }
}

/// Neurons per target weight along an axis.
#[derive(Clone, Debug)]
pub struct Curves {
    /// the quantity on the axis
    pub against: Against,
    /// in rising order
    pub places: Vec<AxisPlace>,
    /// index of the experiment's own place
    pub own: usize,
    /// one per construction, with or without a published constant
    pub curves: Vec<Curve>,
}

/// One place of the axis.
#[derive(Clone, Debug)]
pub struct AxisPlace {
    /// ε, n_max or ℓ
    pub value: f64,
    /// n₀…n_ℓ
    pub widths: Vec<usize>,
    /// the finest ε_w, or the reason for a missing bound
    pub weight_tolerance: Result<f64, Silence>,
}

/// The reason for a missing bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Silence {
    /// ε exceeds this limit: norms of the target are then no substitute for norms of Ŵ
    Norms(f64),
    /// ε_w is too small for f64
    Range,
}

/// One construction's bound along the axis.
#[derive(Clone, Debug)]
pub struct Curve {
    /// the construction
    pub construction: Construction,
    /// one per place; `None` without a bound
    pub points: Vec<Option<Point>>,
    /// whether the target keeps the bound's assumptions; otherwise the bound promises nothing and is not compared
    pub applies: bool,
}

/// A bound at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// neurons of all layers per weight of the network
    pub neurons_per_weight: Count,
    /// k′ of the layer with the finest tolerance, for methods with buckets
    pub k_prime: Option<f64>,
}

/// One construction at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveReading {
    /// index of the curve
    pub curve: usize,
    /// the construction, with the observed allocation
    pub construction: Construction,
    /// its bound here
    pub point: Option<Point>,
    /// neurons per weight of a finished lane, at the experiment's own place only
    pub observed: Option<Count>,
    /// the bound as a multiple of the reference's; `None` unless both apply to the target
    pub ratio: Option<Count>,
    /// whether the bound applies to the target
    pub applies: bool,
}

/// Neurons taken by a finished lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Observed {
    /// the construction; its full name in JSON
    #[serde(serialize_with = "with_choices")]
    pub construction: Construction,
    /// unique, see [`Construction::id`]
    pub method: &'static str,
    /// neurons sampled in all layers, skipped ones included, per weight of the target
    pub neurons_per_weight: Count,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn with_choices<S: Serializer>(construction: &Construction, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&construction.facts().title())
}

impl Curves {
    /// The bounds of every construction along one axis; of a graph, always along ε.
    pub fn new(experiment: &Experiment, against: Against) -> Self {
        let own = experiment.outline();
        let against = if own.is_chain() { against } else { Against::Epsilon };
        let (values, own_index) = values(against, own);
        let outlines: Vec<Outline> = values
            .iter()
            .map(|&value| match against {
                Against::Epsilon => own.with_epsilon(value),
                Against::Width => own.with_width(value as usize),
                Against::Depth => own.with_depth(value as usize),
            })
            .collect();
        let places: Vec<AxisPlace> =
            values.iter().zip(&outlines).map(|(&value, outline)| AxisPlace::new(value, outline)).collect();
        let curve = |construction| Curve {
            construction,
            applies: experiment.bound_applies(construction),
            points: places
                .iter()
                .zip(&outlines)
                .map(|(place, outline)| {
                    place.weight_tolerance.ok().and_then(|_| Point::new(outline, construction))
                })
                .collect(),
        };
        Self {
            against,
            own: own_index,
            curves: Construction::with_bounds().into_iter().map(curve).collect(),
            places,
        }
    }
}

impl Curves {
    /// The constructions at a place, compared with the curve `reference`: a line per construction, or one per finished lane of
    /// it.
    pub fn read(&self, place: usize, reference: usize, observed: &[Observed]) -> Vec<CurveReading> {
        let asked = |curve: &Curve| curve.points[place].map(|point| point.neurons_per_weight);
        let applying = |curve: &Curve| asked(curve).filter(|_| curve.applies);
        let unit = applying(&self.curves[reference]);
        let mut readings = Vec::new();
        for (index, curve) in self.curves.iter().enumerate() {
            let reading = CurveReading {
                curve: index,
                construction: curve.construction,
                point: curve.points[place],
                observed: None,
                ratio: applying(curve).zip(unit).map(|(asked, unit)| asked.ratio(unit)),
                applies: curve.applies,
            };
            let mut lanes = observed
                .iter()
                .filter(|seen| seen.construction.name() == curve.construction.name())
                .peekable();
            if place != self.own || lanes.peek().is_none() {
                readings.push(reading);
                continue;
            }
            readings.extend(lanes.map(|seen| CurveReading {
                construction: seen.construction,
                observed: Some(seen.neurons_per_weight),
                ..reading
            }));
        }
        readings
    }
}

/// The values on the axis in rising order, and the index of the experiment's own: a fixed number per decade, rounded for widths
/// and depths.
fn values(against: Against, own: &Outline) -> (Vec<f64>, usize) {
    let (below, above, each) = against.reach();
    let centre = match against {
        Against::Epsilon => own.epsilon(),
        Against::Width => own.n_max() as f64,
        Against::Depth => own.depth() as f64,
    };
    let at = |step: i32| {
        // 10⁰ is exactly 1: the own value stays exact.
        let value = centre * pxfm::f_exp10(f64::from(step) / f64::from(each));
        if against == Against::Epsilon { value } else { value.round().max(1.0) }
    };
    let most = if against == Against::Depth { MOST_LAYERS } else { f64::MAX };
    let is_place = |value: &f64| *value == centre || (*value > 0.0 && *value <= most);
    let mut values: Vec<f64> = (-below * each..=above * each).map(at).filter(is_place).collect();
    values.dedup();
    let own = values.iter().position(|&value| value == centre).unwrap_or(0);
    (values, own)
}

impl AxisPlace {
    fn new(value: f64, outline: &Outline) -> Self {
        let weight_tolerance = match outline.largest_epsilon() {
            Some(largest) if outline.epsilon() > largest => Err(Silence::Norms(largest)),
            _ if outline.check_ranges().is_err() => Err(Silence::Range),
            _ => Ok(outline.tolerances().into_iter().fold(f64::INFINITY, f64::min)),
        };
        Self { value, widths: outline.widths().to_vec(), weight_tolerance }
    }
}

impl Point {
    fn new(outline: &Outline, construction: Construction) -> Option<Self> {
        let layers = outline.layers(construction);
        let neurons_per_weight = LayerPlan::neurons_per_weight(&layers).filter(|n| *n > Count::ZERO)?;
        let has_buckets = construction.facts().demands == DemandKind::Buckets;
        let k_prime = has_buckets.then(|| LayerPlan::finest(&layers).ranges.k_prime);
        Some(Self { neurons_per_weight, k_prime })
    }
}

impl Curve {
    /// Whether there is a bound anywhere on the axis.
    pub fn has_points(&self) -> bool {
        self.points.iter().any(Option::is_some)
    }
}

impl Observed {
    /// The finished lanes.
    pub fn of<'a>(lanes: impl IntoIterator<Item = &'a LaneView>) -> Vec<Self> {
        let finished =
            lanes.into_iter().filter(|lane| lane.layers.iter().all(|layer| layer.is_done)).map(|lane| {
                let sampled: Count = lane.layers.iter().map(|layer| layer.neurons_sampled).sum();
                let weights: u64 = lane.layers.iter().map(|layer| layer.weights).sum();
                Self {
                    construction: lane.construction,
                    method: lane.construction.id(),
                    neurons_per_weight: sampled.ratio(weights.into()),
                }
            });
        finished.collect()
    }
}

#[cfg(test)]
mod tests;
