//! How many neurons a weight takes, on one layer of Example 5 (100×100, k = 39): the counts of the paper's
//! section 5 and of this project's allocations. And the figures of the README and the book: each is computed here, written as
//! it stands there, and looked for.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use rayon::prelude::*;
use slth::construction::{Allocation, LayerBuilder, LayerProblem, Match, Mode, Sharing, Sum, Until};
use slth::experiment::{Experiment, LayerPlan, Plan};
use slth::sampling::{Hyperbolic, Law, ProductLaw};
use slth::session::Session;
use slth::speed::Reference;
use slth::theory::{Count, corollary7};

mod calls;
mod pages;

use pages::{all_text, page};

/// Example 5 for weights as large as w_max lets them be. The preset's own are scaled down to ‖W‖₂ = 1, below a tenth
/// of w_max, and take fewer pieces.
const LARGE_WEIGHTS: &str =
    "target=Random(widths:[100,100,100,100,100,100,100,100,100,100,100],weight_bound:1.0,seed:7)";

/// The first layer of Example 5, built to its end.
fn layer_of_example_5(allocation: Allocation, settings: &[&str]) -> LayerBuilder {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let experiment = Experiment::load("example-5", None, &settings).unwrap();
    let plan = Plan::new(&experiment).lanes[0].layers[0];
    assert_eq!(
        (plan.weights, plan.ranges.levels, plan.neurons.and_then(Count::whole)),
        (10_000, 39, Some(6_286_927))
    );
    let (alpha, beta) = plan.ranges.weight;
    let mut builder = LayerBuilder::new(LayerProblem {
        target: Arc::clone(&experiment.target),
        layer: 1,
        ranges: plan.ranges,
        law: Law::Hyperbolic(Hyperbolic::new(alpha, beta).unwrap()),
        seed: experiment.seed,
        bound: plan.neurons,
        skip_negative_half: false,
        matching: Match::Product,
        sum: Sum::Golden,
        sharing: Sharing::Layer(allocation),
        mode: Mode::Drawn,
    });
    builder.advance(u64::MAX, Until::Neurons);
    assert!(builder.is_complete());
    builder
}

fn per_weight(count: u64) -> f64 {
    count as f64 / 10_000.0
}

/// Every neuron is of use to some waiting pair, but for the last few pairs: 78.1 seen, 78 being demanded.
#[test]
fn first_fit_samples_little_more_than_there_are_demands() {
    let builder = layer_of_example_5(Allocation::FirstFit, &[]);
    let tally = builder.tally();
    println!("first-fit: {} neurons a weight", per_weight(tally.sampled));
    assert_eq!(tally.filled.iter().flatten().sum::<u64>(), 780_000);
    assert!((780_000..=897_000).contains(&tally.sampled), "{}", tally.sampled);
    states(&format!("{:.0} (`FirstFit`)", per_weight(tally.sampled)));
    states(&format!("can use it ({}, one per demand)", 2 * builder.problem().ranges.levels));
}

/// 26 sampled and 25.5 kept were seen for weights uniform in ±w_max, 22 and 21.6 for the preset's own.
#[test]
fn on_demand_keeps_nearly_all_that_it_samples() {
    let mut seen = Vec::new();
    for (settings, expected) in [(&[][..], 21.6), (&[LARGE_WEIGHTS][..], 25.5)] {
        let builder = layer_of_example_5(Allocation::OnDemand, settings);
        let (sampled, kept) = (builder.tally().sampled, builder.ticket().len() as u64);
        println!("on-demand: {} sampled, {} kept a weight", per_weight(sampled), per_weight(kept));
        assert!(kept <= sampled && sampled as f64 <= 1.1 * kept as f64, "{sampled} sampled, {kept} kept");
        assert!((per_weight(kept) - expected).abs() < 0.5, "{}", per_weight(kept));
        seen.push(per_weight(sampled));
    }
    states(&format!("({:.0}, or {:.0} for weights spread over all of ±w_max)", seen[0], seen[1]));
}

/// Each bucket serves every weight with a neuron of its own and is tried once a neuron, so the rarest bucket sets
/// the pace: 306 neurons a weight, of the 628.7 that Theorem 3 allows. 310 were seen.
#[test]
fn in_order_takes_as_many_neurons_as_its_rarest_bucket() {
    let builder = layer_of_example_5(Allocation::InOrder, &[]);
    let law = ProductLaw::new(builder.problem().ranges);
    let rarest = (1..=39).map(|bucket| law.hit_probability(bucket)).fold(1.0, f64::min);
    let sampled = per_weight(builder.tally().sampled);
    println!("in-order: {sampled} neurons a weight, the rarest bucket takes {}", 1.0 / rarest);
    // A count of 10,000 hits is off by 1 % (one standard deviation).
    assert!(sampled > 0.97 / rarest && sampled < 1.05 / rarest, "{sampled}");
    states(&format!("serves the weights in order; {sampled:.0} neurons per weight"));
}

/// Holds the README and the book to a text with computed figures.
fn states(text: &str) {
    assert!(all_text().contains(text), "neither the README nor a page of the book says: {text}");
}

/// 1,234 for 1234.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
    groups.join(",")
}

fn experiment(preset: &str, settings: &[&str]) -> Experiment {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::load(preset, None, &settings).unwrap()
}

/// Neurons sampled for each weight by the preset's only construction, layers side by side; nothing is evaluated.
fn sampled_per_weight(preset: &str, settings: &[&str]) -> Count {
    let session = Session::new(experiment(preset, settings)).unwrap();
    let built = session.lanes()[0].builders().par_iter().map(|layer| {
        let mut layer = layer.restarted();
        layer.advance(u64::MAX, Until::Neurons);
        assert!(layer.is_complete());
        (layer.tally().neurons(), layer.tally().weights_done)
    });
    let built: Vec<_> = built.collect();
    let neurons: Count = built.iter().map(|(neurons, _)| *neurons).sum();
    neurons.ratio(built.iter().map(|(_, weights)| weights).sum::<u64>().into())
}

/// A layer of Example 5 alone, at the same tolerance: ε_w is ε/(e·ℓ·n_max^{3/2}).
const ONE_LAYER: [&str; 2] =
    ["target=Random(widths:[100,100],weight_bound:1.0,spectral_norm:1.0,seed:7)", "epsilon=0.001"];

/// A thousand weights of the size of Example 5's, at the same tolerance: enough if no neuron is shared.
const THOUSAND_WEIGHTS: [&str; 2] =
    ["target=Random(widths:[32,32],weight_bound:0.0866,seed:7)", "epsilon=0.00018101933598375617"];

#[test]
fn the_books_table_of_constructions_holds_what_is_computed() {
    let plan = Plan::new(&experiment("example-5-all", &[]));
    let bound = |name: &str| {
        let lane = plan.lanes.iter().find(|lane| lane.construction.name() == name).unwrap();
        LayerPlan::neurons_per_weight(&lane.layers)
    };
    let one = |construction: &str| {
        let lanes = format!("constructions=[{construction}]");
        sampled_per_weight("example-5", &[&lanes])
    };
    let of_part = |part: [&str; 2], construction: &str| {
        let lanes = format!("constructions=[{construction}]");
        let settings = [&part[..], &[&lanes]].concat();
        let (expected, plan) = (&plan.weight_tolerance[0], Plan::new(&experiment("example-5", &settings)));
        assert!((plan.weight_tolerance[0] / expected - 1.0).abs() < 1e-12);
        sampled_per_weight("example-5", &settings).as_f64()
    };
    let number = |name: &str| bound(name).unwrap().as_f64();
    let rows = [
        (
            "WholeNeuron",
            format!("{:.1}, skipped ahead | {:.1}", one("WholeNeuron"), bound("whole-neuron").unwrap()),
        ),
        ("Malach", format!("{:.2}, skipped ahead | {:.4}", one("Malach"), bound("malach").unwrap())),
        (
            "ProductPair",
            format!("{:.1}, skipped ahead | {:.2}", one("ProductPair"), bound("product-pair").unwrap()),
        ),
        (
            "Corollary10",
            // To three digits.
            format!(
                "{} | {}",
                grouped(10.0 * (of_part(ONE_LAYER, "Corollary10") / 10.0).round()),
                grouped(number("corollary10"))
            ),
        ),
        (
            "Hyperbolic(allocation)",
            // Its own test holds the number sampled.
            format!("{:.2}", number("hyperbolic")),
        ),
        ("SharedGolden", format!("{:.1} | {:.2}", one("SharedGolden").as_f64(), number("shared-golden"))),
        ("UniformSubSums", format!("{:.0} | –", of_part(THOUSAND_WEIGHTS, "UniformSubSums"))),
        ("SubsetSum", format!("{:.2} | –", of_part(ONE_LAYER, "SubsetSum"))),
    ];
    let methods = page("reference/methods.md");
    let table: Vec<&str> = methods.lines().filter(|line| line.starts_with("| `")).collect();
    for (construction, figures) in rows {
        let row = table.iter().find(|line| line.starts_with(&format!("| `{construction}` |"))).unwrap();
        println!("{construction}: {figures}");
        assert!(row.ends_with(&format!("| {figures} |")), "computed {figures}, the book has {row}");
    }
    for (row, construction) in [
        ("Malach et al.", "Malach"),
        ("Theorem 3)", "Hyperbolic(allocation)"),
        ("Corollary 10)", "Corollary10"),
    ] {
        let figures = |text: &str| -> Vec<String> {
            let cells = text.trim().trim_matches('|').rsplit('|').take(2);
            cells
                .map(|cell| cell.trim().split(' ').next().unwrap().trim_end_matches(',').to_owned())
                .collect()
        };
        let readme = include_str!("../README.md").lines().find(|line| line.contains(&format!("{row} |")));
        let book = table.iter().find(|line| line.starts_with(&format!("| `{construction}` |"))).unwrap();
        assert_eq!(figures(readme.unwrap()), figures(book), "the README's table against the book's");
    }
    assert_eq!([bound("uniform-sub-sums"), bound("subset-sum")], [None, None]);
    // A layer's bound beyond f64, as JSON writes it.
    let whole = plan.lanes.iter().find(|lane| lane.construction.name() == "whole-neuron").unwrap();
    states(&format!("text (`\"{:.4}\"`) beyond f64", whole.layers[0].neurons.unwrap()));
}

#[test]
fn other_figures_of_the_book_are_computed() {
    let example_5 = experiment("example-5", &[]);
    let plan = Plan::new(&example_5);
    let neurons: Vec<Count> = plan.lanes[0].layers.iter().map(|layer| layer.neurons.unwrap()).collect();
    let size = corollary7::total_weights(&example_5.target.architecture().shapes(), &neurons).as_f64();
    states(&format!("G of Example 5 has {size:.2e} weights"));
    let tolerance = Plan::new(&experiment("example-6", &[])).weight_tolerance[0];
    let (whole, half) = (tolerance / 1e-27, tolerance / 2e-27);
    states(&format!("asks for weights accurate to {whole:.1}·10⁻²⁷"));
    states(&format!("every half of a weight within {half:.2}·10⁻²⁷, half of that"));
    // No failure in N runs: the rate is at most 1 − (α/2)^{1/N}, about ln(2/α)/N.
    states(&format!("can claim no rate below about {:.1}/N", (2.0 / 0.05_f64).ln()));
    let values = slth::construction::best_subset::MOST_VALUES;
    states(&format!("a subset sum of more than {values} values"));
    let rust = include_str!("../Cargo.toml").lines().find(|line| line.starts_with("rust-version")).unwrap();
    states(&format!("Rust toolchain ({} or later)", rust.split('"').nth(1).unwrap()));
    let preset = include_str!("../presets/example-5.ron").split_once('\n').unwrap().1;
    assert!(page("reference/presets.md").contains(&format!("```ron\n{preset}```")), "the book's preset");
}

/// The threshold and the bound of `slth check tiny`, whose output stands beside the sentence.
#[test]
fn the_threshold_of_tiny_is_as_the_book_says() {
    let printed = calls::slth(&["check", "tiny", "--runs", "1000"]).output().unwrap().stdout;
    let printed = String::from_utf8(printed).unwrap();
    let (_, table) = printed.split_once("Neurons per weight at which").unwrap();
    let network = table.lines().find(|line| line.trim_start().starts_with("network")).unwrap();
    let threshold: f64 = network.split_whitespace().nth(1).unwrap().parse().unwrap();
    let bound = LayerPlan::neurons_per_weight(&Plan::new(&experiment("tiny", &[])).lanes[0].layers).unwrap();
    states(&format!("(here {threshold:.0} neurons per weight, where the bound is {:.0})", bound.as_f64()));
}

#[test]
fn the_books_speeds_are_the_references() {
    let of = |name: &str| Reference::of(name).unwrap();
    let range = |name: &str| {
        let digits = |value: f64| if value < 1.1 { format!("{value:.2}") } else { format!("{value}") };
        let Reference { low, high, .. } = of(name);
        if low == high { digits(low) } else { format!("{}–{}", digits(low), digits(high)) }
    };
    states(&format!("| figure | {} |", of("first-fit").processor));
    let whole = |name: &str| {
        let Reference { low, high, .. } = of(name);
        format!("{low:.0}–{high:.0}")
    };
    let ratio = |name: &str| {
        let Reference { low, high, .. } = of(name);
        format!("{low:.1}–{high:.1}")
    };
    for row in [
        format!("against its random words | {}× ({} s) |", ratio("first-fit-to-words"), range("first-fit")),
        format!("| `InOrder` against `FirstFit` | {}× |", ratio("in-order-to-first-fit")),
        format!(
            "sampled and kept per weight | {}×; {} and {} |",
            ratio("on-demand-to-first-fit"),
            range("on-demand-neurons"),
            range("on-demand-kept")
        ),
        format!(
            "against 100×100 | {}×, {}× ({} GiB) |",
            range("million-weights"),
            range("mlp"),
            range("million-weights-memory")
        ),
        format!("| best of all sums of 21 values | {} µs |", ratio("subset-sums")),
        format!("against a plain copy | {} |", range("forward-pass")),
        format!(
            "| first frame; key to screen | {} ms; {} ms |",
            whole("first-frame"),
            whole("key-to-screen")
        ),
    ] {
        states(&row);
    }
}
