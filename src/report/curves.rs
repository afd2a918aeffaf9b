//! What theory asks of every construction where one thing is different: another accuracy, width or depth.
//!
//! All else stays as in the experiment, and the experiment itself is always one of the places. Another accuracy needs no
//! other network. Another width or depth does, and is imagined ([`Outline`]): the target's widths in proportion, or its
//! layers in turn; F_max and what Lemma 1 is told of each layer stay those of the target, whose weights say nothing of
//! another network's. Where the preset's norms are `Worst` they follow the width.

use serde::{Serialize, Serializer};

use crate::experiment::{Construction, Experiment, LayerPlan, Outline};
use crate::method::DemandKind;
use crate::session::LaneView;
use crate::theory::Count;

/// Deeper networks are imagined only where the target is one: a place costs as much as it has layers.
const MOST_LAYERS: f64 = 1000.0;

/// What is different from place to place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// ε
    #[default]
    Epsilon,
    /// n_max, the other widths in proportion
    Width,
    /// ℓ, the target's layers in turn
    Depth,
}

impl Against {
    /// The next one, ε again after ℓ.
    pub fn next(self) -> Self {
        match self {
            Self::Epsilon => Self::Width,
            Self::Width => Self::Depth,
            Self::Depth => Self::Epsilon,
        }
    }

    /// How many decades the places reach below and above the experiment's own value, and how many places a decade has.
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
    /// what is different from place to place
    pub against: Against,
    /// where, rising
    pub places: Vec<Place>,
    /// which of the places is the experiment itself
    pub own: usize,
    /// one per construction, those without a published constant included
    pub curves: Vec<Curve>,
}

/// One place of the axis.
#[derive(Clone, Debug)]
pub struct Place {
    /// ε, n_max or ℓ
    pub value: f64,
    /// n₀…n_ℓ
    pub widths: Vec<usize>,
    /// the finest ε_w, or why theory says nothing here
    pub weight_tolerance: Result<f64, Silence>,
}

/// Why theory says nothing at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Silence {
    /// ε is above this, and norms of the target are no substitute for those of Ŵ
    Norms(f64),
    /// a weight must be more accurate than f64 can say
    Range,
}

/// One construction's bound along the axis.
#[derive(Clone, Debug)]
pub struct Curve {
    /// which one
    pub construction: Construction,
    /// one per place; `None` where theory has no number
    pub points: Vec<Option<Point>>,
    /// whether the experiment's target keeps what the bound assumes; else it promises nothing, and nothing is compared with it
    pub applies: bool,
}

/// What theory asks at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// neurons of all layers for each weight of the network
    pub neurons_per_weight: Count,
    /// k′ of the layer with the finest tolerance, where there are buckets
    pub k_prime: Option<f64>,
}

/// One line of what is to be read at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// index of the curve
    pub curve: usize,
    /// the construction, with the allocation that was observed
    pub construction: Construction,
    /// what theory asks here
    pub point: Option<Point>,
    /// neurons per weight that a finished lane has taken, at the experiment's own place only
    pub observed: Option<Count>,
    /// neurons asked, as a multiple of the reference's; `None` where either bound does not apply to the target
    pub ratio: Option<Count>,
    /// whether the bound applies to the target
    pub applies: bool,
}

/// What a finished lane has taken.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Observed {
    /// which construction, written with its choices
    #[serde(serialize_with = "with_choices")]
    pub construction: Construction,
    /// unique, see [`Construction::id`]
    pub method: &'static str,
    /// neurons sampled in all layers, those skipped over included, for each weight of the target
    pub neurons_per_weight: Count,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn with_choices<S: Serializer>(construction: &Construction, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&construction.facts().title())
}

impl Curves {
    /// The bounds of every construction against one axis.
    pub fn new(experiment: &Experiment, against: Against) -> Self {
        let own = experiment.outline();
        let (values, own_index) = values(against, &own);
        let outlines: Vec<Outline> = values
            .iter()
            .map(|&value| match against {
                Against::Epsilon => own.with_epsilon(value),
                Against::Width => own.with_width(value as usize),
                Against::Depth => own.with_depth(value as usize),
            })
            .collect();
        let places: Vec<Place> =
            values.iter().zip(&outlines).map(|(&value, outline)| Place::new(value, outline)).collect();
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
    /// What is to be read at a place, `reference` being the curve that the others are compared with: a line for each
    /// construction, or one for each of its finished lanes.
    pub fn read(&self, place: usize, reference: usize, observed: &[Observed]) -> Vec<Reading> {
        let asked = |curve: &Curve| curve.points[place].map(|point| point.neurons_per_weight);
        let applying = |curve: &Curve| asked(curve).filter(|_| curve.applies);
        let unit = applying(&self.curves[reference]);
        let mut readings = Vec::new();
        for (index, curve) in self.curves.iter().enumerate() {
            let reading = Reading {
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
            readings.extend(lanes.map(|seen| Reading {
                construction: seen.construction,
                observed: Some(seen.neurons_per_weight),
                ..reading
            }));
        }
        readings
    }
}

/// The axis' values, rising, and which of them is the experiment's own: a fixed number for each decade, whole numbers
/// where only those have a meaning.
fn values(against: Against, own: &Outline) -> (Vec<f64>, usize) {
    let (below, above, each) = against.reach();
    let centre = match against {
        Against::Epsilon => own.epsilon(),
        Against::Width => own.n_max() as f64,
        Against::Depth => own.depth() as f64,
    };
    let at = |step: i32| {
        // 10⁰ is 1, so that the own value is itself.
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

impl Place {
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
    /// Whether theory has a number anywhere on the axis.
    pub fn has_points(&self) -> bool {
        self.points.iter().any(Option::is_some)
    }
}

impl Observed {
    /// Of every lane whose layers are all done.
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
mod tests {
    use super::*;
    use crate::experiment::Plan;
    use crate::report::text::per_weight;
    use crate::report::{BoundsReport, ConstructionBounds};
    use crate::session::Session;

    const AXES: [Against; 3] = [Against::Epsilon, Against::Width, Against::Depth];

    fn experiment(preset: &str, settings: &[&str]) -> Experiment {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        Experiment::load(preset, None, &settings).unwrap()
    }

    fn at_own(curves: &Curves, name: &str) -> Option<Count> {
        let curve = curves.curves.iter().find(|curve| curve.construction.name() == name).unwrap();
        curve.points[curves.own].map(|point| point.neurons_per_weight)
    }

    /// All layers together, from what `slth bounds` says of each.
    fn of_report(bounds: &ConstructionBounds) -> Option<Count> {
        let neurons: Option<Count> = bounds.layers.iter().map(|layer| layer.neurons).sum();
        let weights: u64 = bounds.layers.iter().map(|layer| layer.weights).sum();
        neurons.map(|neurons| neurons.ratio(weights.into()))
    }

    #[test]
    fn example_5_reads_as_the_paper_says() {
        let experiment = experiment("example-5", &[]);
        for against in AXES {
            let curves = Curves::new(&experiment, against);
            let read = |name| at_own(&curves, name).unwrap();
            assert_eq!(per_weight(read("hyperbolic")), "628.69");
            assert_eq!(per_weight(read("shared-golden")), "66.49");
            assert_eq!(per_weight(read("malach")), "1.0759e15");
            assert!(per_weight(read("whole-neuron")).ends_with("e679"));
            let expected = match against {
                Against::Epsilon => 0.01,
                Against::Width => 100.0,
                Against::Depth => 10.0,
            };
            assert_eq!(curves.places[curves.own].value, expected);
        }
    }

    /// At the experiment's own place every axis says what `slth bounds` says, bit for bit.
    #[test]
    fn own_places_agree_with_the_bounds_report() {
        let per_layer = ["tolerance=PerLayer"];
        for (preset, settings) in [
            ("example-5", &[][..]),
            ("digits", &[]),
            ("digits", &per_layer),
            ("wide", &[]),
            ("deep", &[]),
            ("tiny", &[]),
            ("example-6", &[]),
            ("malach-vs-hyperbolic", &[]),
        ] {
            let experiment = experiment(preset, settings);
            let report = BoundsReport::new(&experiment, &Plan::new(&experiment));
            for against in AXES {
                let curves = Curves::new(&experiment, against);
                assert_eq!(curves.curves.len(), report.theory.constructions.len());
                for (curve, bounds) in curves.curves.iter().zip(&report.theory.constructions) {
                    assert_eq!(curve.construction.name(), bounds.name);
                    let point = curve.points[curves.own];
                    let expected = of_report(bounds);
                    assert_eq!(point.map(|point| point.neurons_per_weight), expected, "{preset}");
                    assert_eq!(
                        point.and_then(|point| point.k_prime),
                        expected.and(bounds.k_prime),
                        "{preset}"
                    );
                }
                let tolerance = report.theory.weight_tolerance.iter().copied().fold(f64::INFINITY, f64::min);
                assert_eq!(curves.places[curves.own].weight_tolerance, Ok(tolerance));
            }
        }
    }

    /// Against the experiment that says the same in so many words.
    #[test]
    fn places_elsewhere_are_those_of_the_experiments_they_stand_for() {
        let layers = |n: usize, depth: usize| {
            let widths = vec![n.to_string(); depth + 1].join(",");
            format!("target=Random(widths:[{widths}],weight_bound:1.0,spectral_norm:1.0,seed:7)")
        };
        let own = experiment("example-5", &[]);
        for (against, value) in [(Against::Epsilon, 0.1), (Against::Width, 10.0), (Against::Depth, 1.0)] {
            let setting = match against {
                Against::Epsilon => "epsilon=0.1".to_owned(),
                Against::Width => layers(10, 10),
                Against::Depth => layers(100, 1),
            };
            let there = experiment("example-5", &[setting.as_str()]);
            let report = BoundsReport::new(&there, &Plan::new(&there));
            let curves = Curves::new(&own, against);
            let place = curves.places.iter().position(|p| (p.value / value - 1.0).abs() < 1e-12).unwrap();
            for (curve, bounds) in curves.curves.iter().zip(&report.theory.constructions) {
                if bounds.name == "product-pair" && against != Against::Epsilon {
                    continue; // another target has other extremes
                }
                let read = curve.points[place].map(|point| point.neurons_per_weight);
                match (read, of_report(bounds)) {
                    (Some(read), Some(expected)) => {
                        let off = (read.ln() / expected.ln() - 1.0).abs();
                        assert!(off < 1e-6, "{} {read} {expected}", bounds.name);
                    }
                    (read, expected) => assert_eq!(read, expected),
                }
            }
        }
    }

    #[test]
    fn axes_rise_and_hold_about_a_hundred_places() {
        for preset in ["example-5", "digits", "wide", "deep", "tiny"] {
            for against in AXES {
                let curves = Curves::new(&experiment(preset, &[]), against);
                assert!(curves.places.windows(2).all(|pair| pair[0].value < pair[1].value));
                assert!((50..=130).contains(&curves.places.len()), "{preset}: {}", curves.places.len());
                assert!(curves.curves.iter().all(|curve| curve.points.len() == curves.places.len()));
            }
        }
    }

    #[test]
    fn no_axis_leaves_the_numbers_or_takes_long() {
        let deep =
            format!("target=Random(widths:[{}],weight_bound:1.0,spectral_norm:1.0)", ["1"; 401].join(","));
        let curves = Curves::new(&experiment("tiny", &[&deep]), Against::Depth);
        assert_eq!(curves.places[curves.own].value, 400.0);
        assert!(curves.places.last().unwrap().value <= MOST_LAYERS);
        let huge = Curves::new(&experiment("tiny", &["epsilon=1e307", "norms=Unit"]), Against::Epsilon);
        assert_eq!(huge.places[huge.own].value, 1e307);
        assert!(huge.places.iter().all(|place| place.value.is_finite()));
    }

    /// Finer is dearer, and Malach's bound is polynomial: 100 times per decade of ε.
    #[test]
    fn bounds_fall_as_epsilon_rises() {
        let curves = Curves::new(&experiment("example-5", &[]), Against::Epsilon);
        for curve in curves.curves.iter().filter(|curve| curve.has_points()) {
            let values: Vec<Count> = curve.points.iter().flatten().map(|p| p.neurons_per_weight).collect();
            assert!(values.windows(2).all(|pair| pair[0] >= pair[1]), "{}", curve.construction.name());
        }
        let malach = curves.curves.iter().find(|curve| curve.construction == Construction::Malach).unwrap();
        let value = |place: usize| malach.points[place].unwrap().neurons_per_weight.as_f64();
        assert!((value(curves.own - 16) / value(curves.own) / 100.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_curve_ends_where_norms_of_the_target_may_not_be_used() {
        let experiment = experiment("tiny", &[]);
        let largest = experiment.outline().largest_epsilon().unwrap();
        let curves = Curves::new(&experiment, Against::Epsilon);
        assert!(curves.places.last().unwrap().value > largest);
        for (index, place) in curves.places.iter().enumerate() {
            assert_eq!(place.weight_tolerance == Err(Silence::Norms(largest)), place.value > largest);
            assert_eq!(curves.curves[0].points[index].is_some(), place.value <= largest);
        }
    }

    #[test]
    fn subset_sums_are_named_without_a_curve() {
        let curves = Curves::new(&experiment("digits", &[]), Against::Epsilon);
        let without: Vec<&str> =
            curves.curves.iter().filter(|c| !c.has_points()).map(|c| c.construction.name()).collect();
        assert_eq!(without, ["subset-sum", "uniform-sub-sums"]);
    }

    #[test]
    fn only_finished_lanes_are_observed() {
        let mut session = Session::new(experiment("tiny", &[])).unwrap();
        assert!(Observed::of([&session.view(0, None)]).is_empty());
        session.run(&|_| {});
        let observed = Observed::of([&session.view(0, None)]);
        let sampled: Count = session.view(0, None).layers.iter().map(|row| row.neurons_sampled).sum();
        assert_eq!(observed.len(), 1);
        assert_eq!(observed[0].neurons_per_weight.as_f64(), sampled.as_f64() / 12.0);
    }
}
