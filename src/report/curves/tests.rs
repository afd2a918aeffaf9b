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

/// All layers together, from the rows of `slth bounds`.
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

/// At the experiment's own place every axis agrees with `slth bounds`, bit for bit.
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
                assert_eq!(point.and_then(|point| point.k_prime), expected.and(bounds.k_prime), "{preset}");
            }
            let tolerance = report.theory.weight_tolerance.iter().copied().fold(f64::INFINITY, f64::min);
            assert_eq!(curves.places[curves.own].weight_tolerance, Ok(tolerance));
        }
    }
}

/// Compared with an equivalent experiment written out in full.
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
    let deep = format!("target=Random(widths:[{}],weight_bound:1.0,spectral_norm:1.0)", ["1"; 401].join(","));
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
